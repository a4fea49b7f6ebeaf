//! A private key in manifests that the router cannot use: encrypted, of a kind that it does not take, or none at all.

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::{CertificatesContext, Check, Rule};
use crate::x509::{KeyFault, PrivateKey};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::UNUSABLE_KEY, check: Check::Certificates(check) };

fn check(ctx: &CertificatesContext<'_>, findings: &mut Findings) {
    for route in &ctx.routes {
        let Some(key) = &route.key else { continue };
        let Err(fault) = PrivateKey::read_all(&key.text) else { continue };
        let (message, says, help) = words(&fault);
        let finding = Diagnostic::error(RULE.code, &key.place, message);
        findings.push(finding.note(ctx.not_admitted(route, "key", &says)).help(help));
    }
}

/// Words why the router refuses a key: for people, as the router says it, and what to do. Nothing of the key is in them.
pub(crate) fn words(fault: &KeyFault) -> (String, String, &'static str) {
    match fault {
        KeyFault::None => (
            "there is no private key where one belongs".into(),
            "tls: failed to find any PEM data in key input".into(),
            "give the key in PEM, from `-----BEGIN PRIVATE KEY-----` on, each mark at the beginning of a line",
        ),
        KeyFault::Encrypted(label) => (
            "the private key is encrypted, and nobody on the cluster has its password".into(),
            match *label {
                "ENCRYPTED PRIVATE KEY" => format!("unrecognized PEM block {label}"),
                label => format!("block {label} is not valid"),
            },
            "give the key without a password: `openssl pkey -in encrypted.key -out tls.key`",
        ),
        KeyFault::UnknownBlock(label) => (
            match label {
                Some(label) => format!("a block {} among private keys", quoted(label)),
                None => "a block of another name among private keys".into(),
            },
            format!("unrecognized PEM block {}", label.unwrap_or("…")),
            "leave nothing but the key; `openssl pkey -in old.key -out tls.key` writes it in a form that is known",
        ),
        KeyFault::Unreadable(label) => (
            format!("a block {} that is no private key", quoted(label)),
            format!("block {label} is not valid"),
            "copy the key again, from one mark to the other",
        ),
        KeyFault::Kind(kind) => (
            format!("a private key of a kind that the router does not take: {kind}"),
            "block private key is not valid".into(),
            "make a key of RSA with 2048 bits or more, or of ECDSA on P-256, and a certificate for it",
        ),
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
