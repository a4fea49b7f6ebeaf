//! A role by which images are pushed, for everyone who can sign in or for every service account.

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, Severity, codes};
use crate::rules::grants::{Right, bound};
use crate::rules::{BundleContext, Check, Rule};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::EVERYONE_PUSHES, check: Check::Bundle(check) };

/// Groups that everyone is in.
const EVERYONE: [&str; 3] = ["system:authenticated", "system:authenticated:oauth", "system:serviceaccounts"];

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let everyone = bound(ctx).into_iter().filter(|bound| bound.right != Right::Pull && bound.is("Group", &EVERYONE));
    for bound in everyone {
        let severity = if bound.is_cluster_wide { Severity::Error } else { Severity::Warning };
        let who = match bound.name_text() {
            "system:serviceaccounts" => "every pod's service account",
            _ => "everyone who can sign in",
        };
        let what = match bound.right {
            Right::Keep => "do what is for keepers of the registry",
            _ => "replace images",
        };
        // Metrics give away little, and harm nothing.
        if bound.role == "prometheus-scraper" {
            continue;
        }
        let message = format!("{who} may {what} {}", bound.reach());
        let finding = Diagnostic::new(RULE.code, severity, bound.name.place(), message)
            .note(format!("{} has the role {}", quoted(bound.name_text()), quoted(bound.role)))
            .help("grant it to the group or service account that pushes");
        findings.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::check;

    #[test]
    fn not_everyone_pushes() {
        let spec = |section: &str, group: &str, namespaces: &str| {
            format!("access: {{{section}: {{all: {{groups: [\"{group}\"]{namespaces}}}}}}}")
        };
        let found = |severity: &str, name: &str| format!("{severity} RC0585 at \"{name}\"");
        for group in super::EVERYONE {
            check("aws-upi 4.16", &spec("editors", group, ""), &[&found("error", group)]);
            check("aws-upi 4.16", &spec("pushers", group, ", namespaces: [a]"), &[&found("warning", group)]);
            check("aws-upi 4.16", &spec("pruners", group, ""), &[&found("error", group)]);
            check("aws-upi 4.16", &spec("viewers", group, ""), &[]);
            check("aws-upi 4.16", &spec("metrics", group, ""), &[]);
        }
        check("aws-upi 4.16", &spec("editors", "system:serviceaccounts:ci", ""), &[]);
    }
}
