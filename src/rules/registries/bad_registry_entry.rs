//! An entry of `registrySources` that the nodes' configuration cannot take: empty, a `*` that is not `*.host`, or a URL.

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::registries::{ENTRIES_CHECKED, entries, is_scope, minors_between, named, not_rolled_out};
use crate::rules::{BundleContext, Check, Rule};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::BAD_REGISTRY_ENTRY, check: Check::Bundle(check) };

/// The lists, by the word for each in the log.
const LISTS: [(&str, &str); 3] =
    [("insecureRegistries", "insecure"), ("blockedRegistries", "blocked"), ("allowedRegistries", "allowed")];

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    urls(ctx, findings);
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

/// The machine config operator lets a scheme pass; it is the nodes that cannot read it. From 4.23 on the API refuses it.
///
/// Source: containers/image `pkg/sysregistriesv2/system_registries_v2.go` (`parseLocation`).
fn urls(ctx: &BundleContext<'_>, findings: &mut Findings) {
    for (list, _) in LISTS {
        for (entry, node) in entries(ctx, list) {
            let scheme = ["https://", "http://"].into_iter().find_map(|scheme| entry.strip_prefix(scheme));
            let Some(bare) = scheme else { continue };
            let message = format!("{} in `{list}` is a URL, not a registry", quoted(entry));
            // Allowed registries stand in the policy of signatures, where no image has such a name.
            let finding = if list == "allowedRegistries" {
                Diagnostic::warning(RULE.code, node.place(), message)
                    .note("no image has a scheme in its name, so it allows none")
            } else {
                Diagnostic::error(RULE.code, node.place(), message).note(format!(
                    "no node could read its registries.conf, or pull an image: `invalid location '{}': URI schemes are not supported`",
                    entry.escape_debug()
                ))
            };
            findings.push(finding.help(format!("write {}", quoted(bare.trim_end_matches('/')))));
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
    fn a_url_is_no_registry() {
        let spec = |list: &str, entry: &str| format!("images: {{registrySources: {{{list}: [\"{entry}\"]}}}}");
        let url = "https://a.example.com:5000/";
        check("aws-upi 4.8", &spec("blockedRegistries", url), &[&format!("error RC0572 at \"{url}\"")]);
        check_says("aws-upi 4.16", &spec("insecureRegistries", url), "write `a.example.com:5000`");
        check_says("aws-upi 4.16", &spec("allowedRegistries", url), "it allows none");
        check("aws-upi 4.16", &spec("blockedRegistries", "http.example.com"), &[]);
    }

    #[test]
    fn each_list_has_its_word() {
        let spec = "images: {registrySources: {insecureRegistries: ['*']}}";
        check_says("aws-upi 4.16", spec, "invalid entry for insecure registries");
    }
}
