//! A certificate whose key or signature is too weak, or of a kind that those who meet it do not take.
//!
//! Sources: openshift/router `pkg/router/routeapihelpers/validation.go` (`validateCertSignatureAlgorithms`,
//! `privateKeyBlockVerifier`) and its images, which set OpenSSL's security level to 1: keys of RSA from 1024 bits on. From
//! OpenShift 4.16 on the router's OpenSSL takes no SHA-1 (openshift/router pull request 552). golang/go
//! `src/crypto/tls/handshake_client.go` refuses keys of RSA over 8192 bits, `src/crypto/x509/parser.go` other curves than
//! those of NIST, and `src/crypto/rsa` from Go 1.24 on keys under 1024 bits. OpenSSL's level 2, the default of RHEL, asks for 2048.

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, Severity, codes};
use crate::rules::certificates::{Bundle, Use};
use crate::rules::{CertificatesContext, Check, Rule};
use crate::target::{Minor, Target};
use crate::x509::{Certificate, Curve, KeyKind};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::WEAK_CERTIFICATE, check: Check::Certificates(check) };

/// The first minor whose router takes no signature over SHA-1.
const NO_SHA1: Minor = Minor::of(4, 16);

const HELP: &str =
    "have the certificate made anew, with a key of RSA of 2048 bits or of ECDSA on P-256, and signed over SHA-256";

/// What is weak, and what comes of it.
struct Weakness {
    severity: Severity,
    what: String,
    says: String,
}

fn check(ctx: &CertificatesContext<'_>, findings: &mut Findings) {
    for bundle in &ctx.bundles {
        let weak = bundle.certificates().enumerate().filter_map(|(n, (place, certificate))| {
            let is_leaf = n == 0 && bundle.purpose == Use::Served;
            Some((place, certificate, weakness(bundle, certificate, is_leaf, ctx.target)?))
        });
        let mut weak: Vec<_> = weak.collect();
        weak.sort_by_key(|(_, _, weakness)| weakness.severity);
        let Some((place, certificate, Weakness { severity, what, says })) = weak.first() else { continue };
        let message = format!("the certificate of {} {what}", quoted(&certificate.subject));
        let mut finding = Diagnostic::new(RULE.code, *severity, place, message).note(says.clone());
        if weak.len() > 1 {
            finding = finding.note(format!("{} more of this content are weak, too", weak.len() - 1));
        }
        findings.push(bundle.named_in(finding).help(HELP));
    }
}

fn weakness(bundle: &Bundle<'_>, certificate: &Certificate, is_leaf: bool, target: Target) -> Option<Weakness> {
    let is_shown = bundle.purpose == Use::Served || bundle.is_of_route;
    let of_key = if is_leaf { of_own_key(&certificate.key) } else { None };
    let of_key = of_key.or_else(|| of_any_key(&certificate.key, is_shown));
    // Of a bundle of authorities, those that can be read are trusted all the same.
    let is_passed_over =
        !is_shown && matches!(certificate.key, KeyKind::Ec(_)) && bundle.certificates().nth(1).is_some();
    let of_key = of_key.map(|weakness| match weakness.severity {
        Severity::Error if is_passed_over => Weakness { severity: Severity::Warning, ..weakness },
        _ => weakness,
    });
    // Nobody checks the signature of a root, nor of what is trusted as it is.
    let of_digest = certificate.broken_digest.filter(|_| is_shown && !certificate.is_self_issued());
    let of_digest = of_digest.map(|digest| of_signature(digest, target));
    let mut found: Vec<Weakness> = of_key.into_iter().chain(of_digest).collect();
    found.sort_by_key(|weakness| weakness.severity);
    found.into_iter().next()
}

/// What the router, which has the key of this certificate, cannot do with it.
fn of_own_key(key: &KeyKind) -> Option<Weakness> {
    let error =
        |what: &str, says: &str| Some(Weakness { severity: Severity::Error, what: what.into(), says: says.into() });
    match key {
        KeyKind::Ed25519 => {
            error("has a key of Ed25519", "the router takes keys of RSA and ECDSA alone, and does not admit the route")
        }
        KeyKind::Other(_) => error(
            "has a key that is neither of RSA nor of ECDSA",
            "the router takes no other keys, and does not admit the route",
        ),
        KeyKind::Ec(Curve::P224) => Some(Weakness {
            severity: Severity::Warning,
            what: "has a key on the curve P-224".into(),
            says: "TLS 1.3 knows no signature by such a key, so that clients that want it fail".into(),
        }),
        _ => None,
    }
}

fn of_any_key(key: &KeyKind, is_shown: bool) -> Option<Weakness> {
    let weakness = |severity, what: String, says: &str| Some(Weakness { severity, what, says: says.into() });
    match key {
        KeyKind::Rsa(bits @ 0..1024) => {
            let says = if is_shown {
                "the router's OpenSSL refuses to load it, and from then on routes that change are not served"
            } else {
                "whoever computes the key from it can sign for any host; Go refuses it from its release 1.24 on"
            };
            weakness(Severity::Error, format!("has a key of RSA of {bits} bits"), says)
        }
        KeyKind::Rsa(bits @ 1024..2048) => weakness(
            Severity::Warning,
            format!("has a key of RSA of {bits} bits"),
            "clients with OpenSSL refuse it where 112 bits of security are asked, as RHEL does; those written in Go still take it",
        ),
        KeyKind::Rsa(bits) if *bits > 8192 && is_shown => weakness(
            Severity::Error,
            format!("has a key of RSA of {bits} bits"),
            "clients written in Go, such as CRI-O and podman, would say `tls: server sent certificate containing RSA key larger than 8192 bits`",
        ),
        KeyKind::Ec(Curve::Other(_)) => weakness(
            Severity::Error,
            "has a key on a curve that Go does not know".into(),
            "router, registry and nodes would say `x509: unsupported elliptic curve`",
        ),
        _ => None,
    }
}

fn of_signature(digest: &str, target: Target) -> Weakness {
    let what = format!("is signed over {digest}");
    let name = digest.replace("SHA-1", "SHA1");
    if target.last() >= NO_SHA1 {
        let says = format!(
            "from OpenShift 4.16 on the router does not admit the route: `router does not support CA-signed certs using {name}`"
        );
        return Weakness { severity: Severity::Error, what, says };
    }
    let severity = if digest == "SHA-1" { Severity::Warning } else { Severity::Error };
    let says = "the router serves it until OpenShift 4.16; clients of today refuse it, those written in Go as `x509: cannot verify signature: insecure algorithm`";
    Weakness { severity, what, says: says.into() }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_says};

    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";

    fn route(file: &str) -> String {
        let tls = format!("{{certificate: {{file: {file}}}, key: {{valueFrom: {{env: A}}}}}}");
        format!("registry: {{routes: {{one: {{tls: {tls}}}}}}}")
    }

    fn ca(file: &str) -> String {
        format!("trust: {{registryCAs: {{r.example.com: {{file: {file}}}}}}}")
    }

    #[test]
    fn what_a_route_serves_is_taken_by_router_and_clients() {
        for (file, severity) in [
            ("server.crt", None),
            ("rsa-512.crt", Some("error")),
            ("rsa-1024.crt", Some("warning")),
            ("ed25519.crt", Some("error")),
            ("p224.crt", Some("warning")),
            ("secp256k1.crt", Some("error")),
        ] {
            let expected = severity.map(|severity| format!("{severity} RC0399 at {BEGIN}"));
            check("aws-upi 4.16", &route(file), &expected.iter().map(String::as_str).collect::<Vec<_>>());
        }
    }

    #[test]
    fn sha_1_ends_with_a_minor() {
        check("aws-upi 4.15", &route("sha1.crt"), &[&format!("warning RC0399 at {BEGIN}")]);
        check("aws-upi 4.15..4.16", &route("sha1.crt"), &[&format!("error RC0399 at {BEGIN}")]);
        check_says("aws-upi 4.16", &route("sha1.crt"), "router does not support CA-signed certs using SHA1");
        check("aws-upi 4.16", &route("sha1-root.crt"), &[]);
    }

    #[test]
    fn what_is_trusted_is_read_by_go_and_not_easily_broken() {
        check("aws-upi 4.16", &ca("rsa-1024.crt"), &[&format!("warning RC0399 at {BEGIN}")]);
        check("aws-upi 4.16", &ca("rsa-512.crt"), &[&format!("error RC0399 at {BEGIN}")]);
        check("aws-upi 4.16", &ca("sha1-root.crt"), &[]);
        check("aws-upi 4.16", &ca("p224.crt"), &[]);
        let beside = "trust: {registryCAs: {r.example.com: {file: unknown-curve.crt}}}";
        check_says("aws-upi 4.16", beside, "x509: unsupported elliptic curve");
        let found = [format!("info RC0358 at {BEGIN}"), format!("warning RC0399 at {BEGIN}")];
        check("aws-upi 4.16", beside, &found.iter().map(String::as_str).collect::<Vec<_>>());
    }
}
