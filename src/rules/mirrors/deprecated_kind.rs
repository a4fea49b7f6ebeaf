//! Objects of a kind that the target still has and calls deprecated: ImageContentSourcePolicy, where the whole target has
//! what replaces it.
//!
//! Source: openshift/openshift-docs modules/rn-ocp-release-notes-deprecated-removed-tables.adoc.

use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::mirrors::{MirrorEntry, MirrorKind, OPERATOR_GROUP, mirror_entries};
use crate::rules::{BundleContext, Check, Rule};
use crate::spec::MIRROR_SETS;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::DEPRECATED_KIND, check: Check::Bundle(check) };

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    // A range that begins before has no other kind on all of it.
    if !ctx.target.is_since(MIRROR_SETS) || is_on_its_way(ctx) {
        return;
    }
    for policy in ctx.objects_of(OPERATOR_GROUP, "ImageContentSourcePolicy") {
        let kind = policy.get("kind").unwrap_or(policy);
        // A rendered object's kind is the template's; its list is what the user asked for.
        let list = policy.at(&["spec", "repositoryDigestMirrors"]).unwrap_or(kind);
        let place = if kind.place().is_users() { kind.place() } else { list.place() };
        let message = format!(
            "`ImageContentSourcePolicy` is deprecated since OpenShift {MIRROR_SETS} for `ImageDigestMirrorSet`"
        );
        let finding = Diagnostic::info(RULE.code, place, message)
            .note("both kinds may stand beside each other, and nodes follow both")
            .help("make an ImageDigestMirrorSet beside it, wait until every machine config pool is updated, then take the old one away; in a spec, by `mirrors.kind: Both`, then `ImageDigestMirrorSet`");
        findings.push(finding);
    }
}

/// Tells whether mirror sets hold all that the old kind holds: the cluster is on its way from the one to the other.
fn is_on_its_way(ctx: &BundleContext<'_>) -> bool {
    let entries = mirror_entries(ctx);
    let sources =
        |kind: MirrorKind| entries.iter().filter(move |entry| entry.kind == kind).map(MirrorEntry::source_text);
    let is_moved = |source: &str| sources(MirrorKind::DigestSet).any(|moved| moved == source);
    sources(MirrorKind::SourcePolicy).next().is_some() && sources(MirrorKind::SourcePolicy).all(is_moved)
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_objects};

    #[test]
    fn a_deprecated_kind_is_named_where_another_is_there() {
        let icsp = "apiVersion: operator.openshift.io/v1alpha1\nkind: ImageContentSourcePolicy\nmetadata: {name: a}\n";
        check_objects("4.13", icsp, &["info RC0395 at ImageContentSourcePolicy"]);
        check_objects("4.12", icsp, &[]);
        check_objects("4.12..4.14", icsp, &[]);
        let idms = "apiVersion: config.openshift.io/v1\nkind: ImageDigestMirrorSet\nmetadata: {name: a}\n";
        check_objects("4.13", idms, &[]);
    }

    #[test]
    fn a_spec_is_told_at_its_mirrors_unless_the_cluster_is_on_its_way() {
        let spec = |kind: &str| format!("mirrors: {{kind: {kind}, imageDigestMirrors: {{a.io: {{mirrors: [m.io]}}}}}}");
        check("aws-upi 4.13", &spec("ImageContentSourcePolicy"), &["info RC0395 at imageDigestMirrors"]);
        check("aws-upi 4.12..4.14", &spec("ImageContentSourcePolicy"), &[]);
        check("aws-upi 4.13", &spec("Both"), &[]);
    }
}
