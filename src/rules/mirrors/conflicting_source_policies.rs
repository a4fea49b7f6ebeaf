//! One source, of which two objects or lists say differently whether it may be asked itself.

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::mirrors::{MirrorEntry, MirrorKind, mirror_entries};
use crate::rules::registries::not_rolled_out;
use crate::rules::{BundleContext, Check, Rule};

pub(in crate::rules) static RULE: Rule =
    Rule { code: &codes::CONFLICTING_SOURCE_POLICIES, check: Check::Bundle(check) };

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let entries = mirror_entries(ctx);
    for (at, entry) in entries.iter().enumerate() {
        let first = entries[..at].iter().find(|first| first.source_text() == entry.source_text());
        let Some(first) = first.filter(|first| first.policy_text() != entry.policy_text()) else { continue };
        let source = entry.source_text();
        let text = format!(
            "conflicting mirrorSourcePolicy is set for the same source {source:?} in imagedigestmirrorsets, imagetagmirrorsets, or imagecontentsourcepolicies"
        );
        let message = format!("the source {} may be asked here, and may not there", quoted(source));
        let place = |entry: &MirrorEntry<'_>| entry.policy().unwrap_or(entry.source).place().clone();
        // Told where it is said rather than where nothing is.
        let (told, other) = if entry.policy().is_some() { (entry, first) } else { (first, entry) };
        let says = match (other.kind, other.policy()) {
            (MirrorKind::SourcePolicy, _) => "an ImageContentSourcePolicy always allows it",
            (_, None) => "here it is allowed, since nothing is said",
            _ => "here it is said otherwise",
        };
        let finding = Diagnostic::error(RULE.code, &place(told), message)
            .note_at(&place(other), says)
            .note(not_rolled_out(&text))
            .help("set the same `mirrorSourcePolicy` for the source in each list");
        findings.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_objects, check_says};

    #[test]
    fn digests_and_tags_agree_on_a_source() {
        let spec = |digest: &str, tag: &str| {
            format!(
                "mirrors: {{imageDigestMirrors: {{a.io/b: {{mirrors: [m.io/b]{digest}}}}}, imageTagMirrors: {{a.io/b: {{mirrors: [m.io/b]{tag}}}}}}}"
            )
        };
        let (never, allow) =
            (", mirrorSourcePolicy: NeverContactSource", ", mirrorSourcePolicy: AllowContactingSource");
        check("aws-upi 4.19", &spec(never, ""), &["error RC0574 at NeverContactSource"]);
        check("aws-upi 4.19", &spec("", never), &["error RC0574 at NeverContactSource"]);
        check_says(
            "aws-upi 4.19",
            &spec("", never),
            "conflicting mirrorSourcePolicy is set for the same source \"a.io/b\"",
        );
        check("aws-upi 4.19", &spec(never, never), &[]);
        check("aws-upi 4.19", &spec(allow, ""), &[]);
    }

    #[test]
    fn a_source_policy_always_allows_it() {
        let objects = "apiVersion: operator.openshift.io/v1alpha1\nkind: ImageContentSourcePolicy\nmetadata: {name: m}\nspec: {repositoryDigestMirrors: [{source: a.io, mirrors: [m.io]}]}\n---\napiVersion: config.openshift.io/v1\nkind: ImageDigestMirrorSet\nmetadata: {name: m}\nspec: {imageDigestMirrors: [{source: a.io, mirrors: [m.io], mirrorSourcePolicy: NeverContactSource}]}\n";
        check_objects("4.19", objects, &["error RC0574 at NeverContactSource"]);
    }
}
