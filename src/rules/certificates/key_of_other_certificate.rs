//! A private key beside a certificate that has another one. In a spec no key stands; there it is judged when it is revealed.

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::{CertificatesContext, Check, Rule};
use crate::x509::{KeyMismatch, PrivateKey};

pub(in crate::rules) static RULE: Rule =
    Rule { code: &codes::KEY_OF_OTHER_CERTIFICATE, check: Check::Certificates(check) };

fn check(ctx: &CertificatesContext<'_>, findings: &mut Findings) {
    for route in &ctx.routes {
        let (Some(key), Some((place, leaf))) = (&route.key, ctx.leaf(route)) else { continue };
        let Ok(keys) = PrivateKey::read_all(&key.text) else { continue };
        let Some(mismatch) = KeyMismatch::of(&keys, leaf) else { continue };
        let message = format!("the key is not that of the certificate of {}", quoted(&leaf.subject));
        let finding = Diagnostic::error(RULE.code, &key.place, message)
            .note_at(place, "the certificate")
            .note(ctx.not_admitted(route, "key", KeyMismatch::SAYS));
        let finding = mismatch.note().into_iter().fold(finding, Diagnostic::note);
        findings.push(finding.help(KeyMismatch::HELP));
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::keys::{OTHER, OWN, SERVER, route, secret};
    use crate::rules::testing::{check_objects, check_objects_say};

    #[test]
    fn a_key_is_that_of_its_certificate() {
        check_objects("4.16", &secret(SERVER, OWN), &[]);
        check_objects("4.16", &secret(SERVER, OTHER), &["error RC0590 at tls.key"]);
        check_objects("4.16", &secret(SERVER, &format!("{OTHER}{OWN}")), &["error RC0590 at tls.key"]);
        check_objects_say("4.16", &secret(SERVER, &format!("{OTHER}{OWN}")), "a later key of the same text is");
        check_objects("4.16", &route(SERVER, OWN), &[]);
        check_objects("4.16", &route(SERVER, OTHER), &["error RC0590 at key"]);
    }

    #[test]
    fn what_stands_for_a_key_is_not_judged() {
        check_objects("4.16", &secret(SERVER, "${REGISTRY_KEY}"), &[]);
        check_objects("4.16", &secret("", ""), &[]);
    }
}
