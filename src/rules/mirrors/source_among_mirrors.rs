//! A source that is never to be asked, and is among its own mirrors.

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::mirrors::{MirrorEntry, mirror_entries};
use crate::rules::registries::not_rolled_out;
use crate::rules::{BundleContext, Check, Rule};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::SOURCE_AMONG_MIRRORS, check: Check::Bundle(check) };

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    for entry in mirror_entries(ctx).into_iter().filter(MirrorEntry::never_contacts_source) {
        let source = entry.source_text();
        for (_, node) in entry.mirrors().filter(|(mirror, _)| *mirror == source) {
            let message = format!("{} is never to be asked, and is a mirror of itself", quoted(source));
            let text = format!(
                "cannot set mirrorSourcePolicy: NeverContactSource if the source {source:?} is one of the mirrors"
            );
            let mut finding = Diagnostic::error(RULE.code, node.place(), message);
            if let Some(policy) = entry.policy() {
                finding = finding.note_at(policy.place(), "never to be asked");
            }
            findings
                .push(finding.note(not_rolled_out(&text)).help("remove the source from its mirrors, or the policy"));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_says};

    #[test]
    fn a_source_that_is_never_asked_is_no_mirror() {
        let spec = |mirrors: &str, policy: &str| {
            format!("mirrors: {{imageTagMirrors: {{a.io/b: {{mirrors: [{mirrors}], mirrorSourcePolicy: {policy}}}}}}}")
        };
        check("aws-upi 4.19", &spec("m.io/b, a.io/b", "NeverContactSource"), &["error RC0575 at a.io/b"]);
        check_says(
            "aws-upi 4.19",
            &spec("a.io/b", "NeverContactSource"),
            "cannot set mirrorSourcePolicy: NeverContactSource if the source \"a.io/b\" is one",
        );
        check("aws-upi 4.19", &spec("m.io/b, a.io/b", "AllowContactingSource"), &[]);
        check("aws-upi 4.19", &spec("m.io/b", "NeverContactSource"), &[]);
    }
}
