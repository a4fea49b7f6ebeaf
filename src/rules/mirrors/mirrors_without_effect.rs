//! A source without a mirror but itself: nodes pass the entry over, policy and all.

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::mirrors::mirror_entries;
use crate::rules::{BundleContext, Check, Rule};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::MIRRORS_WITHOUT_EFFECT, check: Check::Bundle(check) };

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    for entry in mirror_entries(ctx).into_iter().filter(|entry| !entry.has_effect()) {
        // With that policy the source among its mirrors is refused, which another rule says.
        if entry.never_contacts_source() && entry.mirrors().next().is_some() {
            continue;
        }
        let message = format!("the source {} has no mirror but itself", quoted(entry.source_text()));
        let mut finding = Diagnostic::warning(RULE.code, entry.list_or_source().place(), message)
            .note("nodes pass the entry over, and images are pulled from the source");
        if let Some(policy) = entry.policy().filter(|_| entry.never_contacts_source()) {
            finding = finding.note_at(policy.place(), "this is passed over, too: the source is asked");
        }
        findings.push(finding.help("name a mirror, or remove the entry"));
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_objects, check_says};

    #[test]
    fn an_entry_names_a_mirror() {
        let spec = |mirrors: &str, policy: &str| {
            format!("mirrors: {{imageDigestMirrors: {{a.io/b: {{mirrors: [{mirrors}]{policy}}}}}}}")
        };
        check("aws-upi 4.19", &spec("", ""), &["warning RC0576 at ["]);
        check("aws-upi 4.19", &spec("a.io/b", ""), &["warning RC0576 at ["]);
        check_says("aws-upi 4.19", &spec("", ", mirrorSourcePolicy: NeverContactSource"), "this is passed over, too");
        check("aws-upi 4.19", &spec("a.io/b, m.io", ""), &[]);
    }

    #[test]
    fn a_manifest_may_name_no_list_at_all() {
        let set = "apiVersion: config.openshift.io/v1\nkind: ImageTagMirrorSet\nmetadata: {name: m}\nspec: {imageTagMirrors: [{source: a.io}]}\n";
        check_objects("4.19", set, &["warning RC0576 at a.io"]);
    }
}
