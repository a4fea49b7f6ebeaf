//! A private key in manifests that the router cannot use: encrypted, of a kind that it does not take, or none at all.

use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::{CertificatesContext, Check, Rule};
use crate::x509::PrivateKey;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::UNUSABLE_KEY, check: Check::Certificates(check) };

fn check(ctx: &CertificatesContext<'_>, findings: &mut Findings) {
    for route in &ctx.routes {
        let Some(key) = &route.key else { continue };
        let Err(fault) = PrivateKey::read_all(&key.text) else { continue };
        let (message, says, help) = fault.words();
        let finding = Diagnostic::error(RULE.code, &key.place, message);
        findings.push(finding.note(ctx.not_admitted(route, "key", &says)).help(help));
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::keys::{ED25519, ENCRYPTED, OWN, SERVER, route, secret};
    use crate::rules::testing::{check_objects, check_objects_say};

    #[test]
    fn a_key_is_one_that_the_router_takes() {
        let long = |text: &str| format!("{text}\n{}", "# nothing else\n".repeat(8));
        check_objects("4.16", &secret(SERVER, ENCRYPTED), &["error RC0591 at tls.key"]);
        check_objects_say("4.16", &secret(SERVER, ENCRYPTED), "unrecognized PEM block ENCRYPTED PRIVATE KEY");
        check_objects("4.16", &secret(SERVER, ED25519), &["error RC0591 at tls.key"]);
        check_objects("4.16", &secret(SERVER, &long("no key")), &["error RC0591 at tls.key"]);
        check_objects("4.16", &route(SERVER, ENCRYPTED), &["error RC0591 at key"]);
        check_objects("4.16", &secret(SERVER, &long(OWN)), &[]);
    }
}
