//! A `caCertificate` that did not sign the certificate beside it: the router does not admit the route.
//!
//! Source: openshift/router `pkg/router/routeapihelpers/validation.go`: the first certificate alone is verified, by those of
//! `caCertificate` alone, each of which is trusted; what else stands in `certificate` is not looked at.

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::certificates::Bundle;
use crate::rules::{CertificatesContext, Check, Rule};
use crate::x509::{Certificate, signed};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::SIGNED_BY_ANOTHER, check: Check::Certificates(check) };

fn check(ctx: &CertificatesContext<'_>, findings: &mut Findings) {
    for route in &ctx.routes {
        let (Some(served), Some(authority), Some((place, leaf))) =
            (ctx.served(route), ctx.authority(route), ctx.leaf(route))
        else {
            continue;
        };
        let Some((first, _)) = authority.certificates().next() else { continue };
        if verifies(authority, leaf) {
            continue;
        }
        let why = "error verifying certificate: x509: certificate signed by unknown authority";
        let message = format!("the `caCertificate` did not sign the certificate of {}", quoted(&leaf.subject));
        let mut finding = Diagnostic::error(RULE.code, first, message)
            .note_at(place, format!("it is signed by {}", quoted(&leaf.issuer)))
            .note(ctx.not_admitted(route, "certificate", why));
        let is_intermediate = |one: &Certificate| signed(one, leaf).may_be();
        let help = if served.certificates().skip(1).any(|(_, one)| is_intermediate(one)) {
            finding = finding.note("who signed it stands in `certificate`, where the router does not look for it");
            "put the certificate that signed it into `caCertificate`, too, or leave `caCertificate` out"
        } else {
            "give the certificate that signed it, or leave `caCertificate` out: clients have their own"
        };
        findings.push(authority.named_in(finding).help(help));
    }
}

fn verifies(authority: &Bundle<'_>, leaf: &Certificate) -> bool {
    authority.certificates().any(|(_, one)| one.is_same(leaf) || (one.is_authority && signed(one, leaf).may_be()))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_says};

    #[test]
    fn the_authority_signed_the_certificate() {
        let spec = |served: &str, ca: &str| {
            let files = format!("certificate: {{file: {served}}}, caCertificate: {{file: {ca}}}");
            format!("registry: {{routes: {{one: {{tls: {{{files}, key: {{valueFrom: {{env: A}}}}}}}}}}}}")
        };
        check("aws-upi 4.16", &spec("server.crt", "intermediate.crt"), &[]);
        check("aws-upi 4.16", &spec("ca.crt", "ca.crt"), &[]);
        check("aws-upi 4.16", &spec("server.crt", "ca.crt"), &["error RC0593 at -----BEGIN CERTIFICATE-----"]);
        check_says("aws-upi 4.16", &spec("server.crt", "ca.crt"), "it is signed by `CN=Intermediate`");
        check("aws-upi 4.16", &spec("chain.crt", "root.crt"), &["error RC0593 at -----BEGIN CERTIFICATE-----"]);
        check_says("aws-upi 4.16", &spec("chain.crt", "root.crt"), "stands in `certificate`");
    }
}
