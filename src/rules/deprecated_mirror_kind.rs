//! ImageContentSourcePolicy where the whole target has what replaces it.

use super::mirrors::{MirrorKind, OPERATOR_GROUP, mirror_entries};
use super::{BundleContext, Check, Rule};
use crate::diag::{Diagnostic, Findings, codes};
use crate::spec::MIRROR_SETS;

pub(super) static RULE: Rule = Rule { code: &codes::DEPRECATED_MIRROR_KIND, check: Check::Bundle(check) };

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    if !ctx.target.is_since(MIRROR_SETS) {
        return;
    }
    let entries = mirror_entries(ctx);
    let sources =
        |kind: MirrorKind| entries.iter().filter(move |entry| entry.kind == kind).map(|entry| entry.source_text());
    // Where both kinds hold the same, the cluster is on its way from the one to the other.
    if sources(MirrorKind::SourcePolicy).all(|source| sources(MirrorKind::DigestSet).any(|moved| moved == source)) {
        return;
    }
    for policy in ctx.objects_of(OPERATOR_GROUP, "ImageContentSourcePolicy") {
        let kind = policy.get("kind").unwrap_or(policy);
        // A rendered object's kind is the template's; its list is what the user asked for.
        let list = policy.at(&["spec", "repositoryDigestMirrors"]).unwrap_or(kind);
        let place = if kind.place().is_users() { kind.place() } else { list.place() };
        let message = "`ImageContentSourcePolicy` is deprecated since OpenShift 4.13 for `ImageDigestMirrorSet`";
        let finding = Diagnostic::info(RULE.code, place, message)
            .note("both may stand on one cluster, and nodes join them")
            .help("apply an ImageDigestMirrorSet with the same mirrors beside it, wait until every machine config pool is updated, then delete the ImageContentSourcePolicy; in a spec, by `mirrors.kind: Both`, then `ImageDigestMirrorSet`");
        findings.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, check_objects};

    #[test]
    fn a_source_policy_is_old_where_every_minor_has_mirror_sets() {
        let spec = |kind: &str| format!("mirrors: {{kind: {kind}, imageDigestMirrors: {{a.io: {{mirrors: [m.io]}}}}}}");
        check("aws-upi 4.13", &spec("ImageContentSourcePolicy"), &["info RC0587 at imageDigestMirrors"]);
        check("aws-upi 4.12..4.14", &spec("ImageContentSourcePolicy"), &[]);
        check("aws-upi 4.13", &spec("Both"), &[]);
    }

    #[test]
    fn a_manifest_is_named_at_its_kind() {
        let policy = "apiVersion: operator.openshift.io/v1alpha1\nkind: ImageContentSourcePolicy\nmetadata: {name: m}\nspec: {repositoryDigestMirrors: [{source: a.io, mirrors: [m.io]}]}\n";
        check_objects("4.16", policy, &["info RC0587 at ImageContentSourcePolicy"]);
        check_objects("4.12", policy, &[]);
    }
}
