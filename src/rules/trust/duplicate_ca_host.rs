//! One registry twice, in two spellings: a pull takes the certificates of the spelling in the image's name.

use std::collections::BTreeMap;

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::{BundleContext, Check, Rule};
use crate::tree::Entry;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::DUPLICATE_CA_HOST, check: Check::Bundle(check) };

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let mut seen: BTreeMap<String, (String, &Entry)> = BTreeMap::new();
    for (key, entry) in ctx.registry_cas() {
        let host = host_of(key);
        let Some((first, other)) = seen.get(&host.to_ascii_lowercase()) else {
            seen.insert(host.to_ascii_lowercase(), (host, entry));
            continue;
        };
        let message = format!("{} and {} are one registry", quoted(&host), quoted(first));
        let finding = Diagnostic::warning(RULE.code, entry.key.place(), message)
            .note_at(other.key.place(), "the other spelling")
            .note("a pull looks for the certificates under the host as the image's name spells it")
            .help("keep one entry, in lower case, with the certificates of both");
        findings.push(finding);
    }
}

/// Returns the host that a key stands for, with the port after a colon.
pub(in crate::rules) fn host_of(key: &str) -> String {
    key.rsplit_once("..").map_or_else(|| key.to_owned(), |(host, port)| format!("{host}:{port}"))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_objects, trusted_hosts};

    #[test]
    fn a_registry_stands_once() {
        let spec = |second: &str| {
            format!("trust: {{registryCAs: {{r.example.com: {{file: ca.crt}}, \"{second}\": {{file: ca.crt}}}}}}")
        };
        check("aws-upi 4.16", &spec("R.example.com"), &["warning RC0360 at \"R.example.com\""]);
        check("aws-upi 4.16", &spec("r.example.com:5000"), &[]);
    }

    #[test]
    fn keys_are_hosts_too() {
        check_objects("4.16", &trusted_hosts(&["r.local", "R.local"]), &["warning RC0360 at R.local"]);
        check_objects("4.16", &trusted_hosts(&["r.local", "r.local..5000"]), &[]);
    }
}
