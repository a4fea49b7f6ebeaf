//! An entry of `registrySources` that the nodes' configuration cannot take: empty, or a `*` that is not `*.host`.

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::registries::{ENTRIES_CHECKED, entries, is_scope, minors_between, named, not_rolled_out};
use crate::rules::{BundleContext, Check, Rule};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::BAD_REGISTRY_ENTRY, check: Check::Bundle(check) };

/// The lists, by the word for each in the log.
const LISTS: [(&str, &str); 3] =
    [("insecureRegistries", "insecure"), ("blockedRegistries", "blocked"), ("allowedRegistries", "allowed")];

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let Some(minors) = minors_between(ctx.target, ENTRIES_CHECKED, None) else { return };
    for (list, word) in LISTS {
        for (entry, node) in entries(ctx, list).filter(|(entry, _)| !is_scope(entry)) {
            let shown = if entry.is_empty() { "an empty text".to_owned() } else { quoted(entry) };
            let message = format!("{shown} in `{list}` is no registry");
            let text = not_rolled_out(&format!("invalid entry for {word} registries {entry:?}"));
            let finding = Diagnostic::error(RULE.code, node.place(), message)
                .note(format!("on {}, {text}", named(minors)))
                .help("write `host[:port][/path]`, or `*.host` alone for every host below one");
            findings.push(finding);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_says};

    #[test]
    fn a_wildcard_stands_alone_before_a_host() {
        let spec = |entry: &str| format!("images: {{registrySources: {{blockedRegistries: [\"{entry}\"]}}}}");
        for bad in ["", "*", "*.example.com/a", "a.*.com", "*.example.com:5000", "*.*.com"] {
            check("aws-upi 4.9", &spec(bad), &[&format!("error RC0572 at \"{bad}\"")]);
            check("aws-upi 4.8", &spec(bad), &[]);
        }
        check_says(
            "aws-upi 4.8..4.12",
            &spec("*"),
            "on OpenShift 4.9 to 4.12, no condition would show it: the machine config controller logs `invalid entry for blocked registries \"*\"`",
        );
        for good in ["*.example.com", "example.com:5000/a/b", "a"] {
            check("aws-upi 4.16", &spec(good), &[]);
        }
    }

    #[test]
    fn each_list_has_its_word() {
        let spec = "images: {registrySources: {insecureRegistries: ['*']}}";
        check_says("aws-upi 4.16", spec, "invalid entry for insecure registries");
    }
}
