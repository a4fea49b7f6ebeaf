//! A registry's host with `..`, which stands for the port's colon in the bundle and is read in two ways.

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::trust::duplicate_ca_host::host_of;
use crate::rules::{BundleContext, Check, Rule, SpecContext};

pub(in crate::rules) static RULE: Rule =
    Rule { code: &codes::AMBIGUOUS_CA_HOST, check: Check::SpecOrManifests(check, check_manifests) };

fn check(ctx: &SpecContext<'_>, findings: &mut Findings) {
    for (host, entry) in ctx.spec.registry_cas().filter(|(host, _)| host.contains("..")) {
        let message = format!("the host {} has `..`, which stands for the port's colon", quoted(host));
        let finding = Diagnostic::error(RULE.code, entry.key.place(), message)
            .note("before OpenShift 4.14 nodes read the last `..` of a key as the colon, since then every one");
        let help = match host.rsplit_once("..") {
            Some((name, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => {
                format!("write {}: regcfg makes the `..`", quoted(&format!("{name}:{port}")))
            }
            _ => "write the host with single dots".into(),
        };
        findings.push(finding.help(help));
    }
}

fn check_manifests(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let is_ambiguous = |key: &str| host_of(key) != key.replace("..", ":");
    for (key, entry) in ctx.registry_cas().filter(|(key, _)| is_ambiguous(key)) {
        let message = format!("the key {} has `..`, which stands for the port's colon, more than once", quoted(key));
        let finding = Diagnostic::error(RULE.code, entry.key.place(), message)
            .note("before OpenShift 4.14 nodes read the last `..` of a key as the colon, since then every one")
            .help("write the host with single dots, and one `..` before the port");
        findings.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_objects, check_says, trusted_hosts};

    #[test]
    fn two_dots_are_not_the_users_to_write() {
        let spec = |host: &str| format!("trust: {{registryCAs: {{\"{host}\": {{file: ca.crt}}}}}}");
        check("aws-upi 4.16", &spec("r.example.com..5000"), &["error RC0359 at \"r.example.com..5000\""]);
        check_says("aws-upi 4.16", &spec("r.example.com..5000"), "write `r.example.com:5000`");
        check("aws-upi 4.16", &spec("r..example.com:5000"), &["error RC0359 at \"r..example.com:5000\""]);
        check("aws-upi 4.16", &spec("r.example.com:5000"), &[]);
    }

    #[test]
    fn a_key_stands_for_one_host() {
        check_objects("4.16", &trusted_hosts(&["r..example.com..5000"]), &["error RC0359 at r..example.com..5000"]);
        check_objects("4.16", &trusted_hosts(&["r.example.com..5000"]), &[]);
        check_objects(
            "4.16",
            &trusted_hosts(&["r..example.com..5000"]).replace("openshift-config", "default"),
            &["error RC0536 at default"],
        );
    }
}
