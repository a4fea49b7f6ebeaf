//! A private key beside a certificate that has another one. In a spec no key stands; there it is judged when it is revealed.

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::{CertificatesContext, Check, Rule};
use crate::x509::{Matches, PrivateKey};

pub(in crate::rules) static RULE: Rule =
    Rule { code: &codes::KEY_OF_OTHER_CERTIFICATE, check: Check::Certificates(check) };

fn check(ctx: &CertificatesContext<'_>, findings: &mut Findings) {
    for route in &ctx.routes {
        let (Some(key), Some((place, leaf))) = (&route.key, ctx.leaf(route)) else { continue };
        let Ok(keys) = PrivateKey::read_all(&key.text) else { continue };
        let mut matches = keys.iter().map(|key| key.matches(leaf));
        if matches.next() != Some(Matches::No) {
            continue;
        }
        let message = format!("the key is not that of the certificate of {}", quoted(&leaf.subject));
        let mut finding = Diagnostic::error(RULE.code, &key.place, message)
            .note_at(place, "the certificate")
            .note(ctx.not_admitted(route, "key", "tls: private key does not match public key"));
        if matches.any(|matches| matches == Matches::Yes) {
            finding = finding.note("a later key of the same text is; only the first one counts");
        }
        findings.push(finding.help("give the key that the certificate was made with"));
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
