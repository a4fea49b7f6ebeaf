//! A certificate that a route shows as a server's and that is for something else, by what it says of itself.
//!
//! Source: golang/go `src/crypto/x509/verify.go`: of the extended usages one must be `serverAuth`, and usages of the key are not
//! asked; OpenSSL `crypto/x509/v3_purp.c`, `check_purpose_ssl_server`, asks them too.

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::{CertificatesContext, Check, Rule};
use crate::x509::ForServers;

pub(in crate::rules) static RULE: Rule =
    Rule { code: &codes::NO_SERVER_CERTIFICATE, check: Check::Certificates(check) };

fn check(ctx: &CertificatesContext<'_>, findings: &mut Findings) {
    for route in &ctx.routes {
        let (Some(served), Some((place, leaf))) = (ctx.served(route), ctx.leaf(route)) else { continue };
        let subject = quoted(&leaf.subject);
        let finding = if leaf.for_servers == ForServers::No {
            let says = if route.authority.is_some() {
                let why = "error verifying certificate: x509: certificate specifies an incompatible key usage";
                ctx.not_admitted(route, "certificate", why)
            } else {
                "clients would say `x509: certificate specifies an incompatible key usage`".into()
            };
            let message = format!("the certificate of {subject} is not for servers, by its extended key usage");
            Diagnostic::error(RULE.code, place, message).note(says)
        } else if leaf.for_servers == ForServers::AsAnything {
            let message = format!("the certificate of {subject} is for anything, and does not name servers");
            Diagnostic::warning(RULE.code, place, message).note(
                "clients with OpenSSL refuse it as `unsuitable certificate purpose`; those written in Go take `anyExtendedKeyUsage`",
            )
        } else if !leaf.key_usage_fits {
            let message = format!("the key of {subject} is not for TLS, by its key usage");
            Diagnostic::warning(RULE.code, place, message).note(
                "clients with OpenSSL refuse it as `unsuitable certificate purpose`; those written in Go do not ask",
            )
        } else if leaf.says_authority && !leaf.is_self_issued() {
            let message = format!("the certificate of {subject} is that of an authority, and is served as a server's");
            Diagnostic::warning(RULE.code, place, message)
                .note("who has the key of a server could sign for others with it")
        } else {
            continue;
        };
        findings.push(
            served.named_in(finding).help(
                "give the certificate that was made for the host, with `serverAuth` among its extended key usages",
            ),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_says};

    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";

    #[test]
    fn what_is_served_is_for_servers() {
        let spec = |more: &str, file: &str| {
            let tls = format!("{{certificate: {{file: {file}}}, key: {{valueFrom: {{env: A}}}}{more}}}");
            format!("registry: {{routes: {{one: {{tls: {tls}}}}}}}")
        };
        check("aws-upi 4.16", &spec("", "client.crt"), &[&format!("error RC0398 at {BEGIN}")]);
        check_says("aws-upi 4.16", &spec("", "client.crt"), "clients would say");
        let with_ca = spec(", caCertificate: {file: root.crt}", "client.crt");
        check_says("aws-upi 4.16", &with_ca, "not admitted: spec.tls.certificate: Invalid value");
        check("aws-upi 4.16", &spec("", "signing.crt"), &[&format!("warning RC0398 at {BEGIN}")]);
        check("aws-upi 4.16", &spec("", "intermediate.crt"), &[&format!("warning RC0398 at {BEGIN}")]);
        check("aws-upi 4.16", &spec("", "ca.crt"), &[]);
    }
}
