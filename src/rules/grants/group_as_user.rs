//! The name of a built-in group where a user is meant, or the other way round: nobody is bound.

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::grants::bound;
use crate::rules::{BundleContext, Check, Rule};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::GROUP_AS_USER, check: Check::Bundle(check) };

/// Names that only groups have; those of all service accounts of a namespace begin with the last.
const GROUPS: [&str; 4] =
    ["system:authenticated", "system:authenticated:oauth", "system:unauthenticated", "system:serviceaccounts"];

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    for bound in bound(ctx) {
        let name = bound.name_text();
        let is_groups = GROUPS.contains(&name) || name.starts_with("system:serviceaccounts:");
        let is_users = name == "system:anonymous" || name.starts_with("system:serviceaccount:");
        let (meant, is) = match bound.kind {
            "User" if is_groups => ("group", "user"),
            "Group" if is_users => ("user", "group"),
            _ => continue,
        };
        let message = format!("{} is a {meant}, and is bound as a {is}", quoted(name));
        let finding = Diagnostic::warning(RULE.code, bound.name.place(), message)
            .note(format!("no {is} has the name: nobody gets the role {}", quoted(bound.role)))
            .help(format!("bind it as a {meant}: `kind: {}` (in a spec, under `{meant}s`)", kind(meant)));
        findings.push(finding);
    }
}

fn kind(meant: &str) -> &'static str {
    if meant == "group" { "Group" } else { "User" }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_says};

    #[test]
    fn a_built_in_group_is_bound_as_one() {
        let spec =
            |sort: &str, name: &str| format!("access: {{viewers: {{a: {{{sort}: [\"{name}\"], namespaces: [b]}}}}}}");
        for name in super::GROUPS.iter().chain(&["system:serviceaccounts:ci"]) {
            check("aws-upi 4.16", &spec("users", name), &[&format!("warning RC0589 at \"{name}\"")]);
        }
        for name in ["system:anonymous", "system:serviceaccount:ci:builder"] {
            check("aws-upi 4.16", &spec("groups", name), &[&format!("warning RC0589 at \"{name}\"")]);
        }
        check_says("aws-upi 4.16", &spec("users", "system:authenticated"), "under `groups`");
        check("aws-upi 4.16", &spec("users", "system:serviceaccount:ci:builder"), &[]);
        check("aws-upi 4.16", &spec("groups", "system:serviceaccounts:ci"), &[]);
    }
}
