//! A port that is none: no image's name has it, so the certificates are never used.

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::{BundleContext, Check, Rule};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::BAD_CA_PORT, check: Check::Bundle(check) };

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    for (key, entry) in ctx.registry_cas() {
        let Some((_, port)) = key.rsplit_once("..") else { continue };
        if !port.starts_with('0') && port.parse::<u16>().is_ok() {
            continue;
        }
        let message = format!("{} is not a port", quoted(port));
        let finding = Diagnostic::error(RULE.code, entry.key.place(), message);
        let finding = finding.help("write the registry's port, from 1 to 65535, without leading zeros; none for 443");
        findings.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_objects, trusted_hosts};

    #[test]
    fn a_port_is_one_that_a_registry_can_have() {
        let spec = |host: &str| format!("trust: {{registryCAs: {{\"{host}\": {{file: ca.crt}}}}}}");
        for host in ["r.example.com:0", "r.example.com:65536", "r.example.com:0443"] {
            check("aws-upi 4.16", &spec(host), &[&format!("error RC0362 at \"{host}\"")]);
        }
        check("aws-upi 4.16", &spec("r.example.com:65535"), &[]);
        check("aws-upi 4.16", &spec("r.example.com"), &[]);
    }

    #[test]
    fn keys_have_ports_too() {
        check_objects("4.16", &trusted_hosts(&["r.local..0443"]), &["error RC0362 at r.local..0443"]);
        check_objects("4.16", &trusted_hosts(&["r.local..443"]), &[]);
    }
}
