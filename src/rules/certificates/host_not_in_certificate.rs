//! A route's host that is not among the names of its certificate: every client that looks refuses the connection.
//!
//! Source: golang/go `src/crypto/x509/verify.go`, `VerifyHostname`: the common name of the subject counts no more.

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::{CertificatesContext, Check, Rule};
use crate::x509::{Certificate, matches_host};

pub(in crate::rules) static RULE: Rule =
    Rule { code: &codes::HOST_NOT_IN_CERTIFICATE, check: Check::Certificates(check) };

/// The most names that a finding shows.
const MOST: usize = 5;

fn check(ctx: &CertificatesContext<'_>, findings: &mut Findings) {
    for route in &ctx.routes {
        let host = route.host.and_then(|node| Some((node, node.as_str()?)));
        let (Some((node, host)), Some((place, leaf))) = (host, ctx.leaf(route)) else { continue };
        if leaf.serves(host) {
            continue;
        }
        let message = format!("the certificate of {} is not for the host {}", quoted(&leaf.subject), quoted(host));
        let finding = Diagnostic::error(RULE.code, node.place(), message)
            .note_at(place, "the certificate")
            .note(names(leaf, host))
            .note(format!("clients would say `x509: {}`", clients_say(leaf, host)));
        findings.push(
            finding.help(
                "have a certificate made with this host among its `subjectAltName`s, or serve a host that it has",
            ),
        );
    }
}

/// Says which names there are.
fn names(leaf: &Certificate, host: &str) -> String {
    let common = leaf.common_name.as_deref().filter(|name| matches_host(name, host));
    match (common, &*leaf.hosts) {
        (Some(_), []) => "it has the host as its common name alone, which clients read no more".into(),
        (_, []) => "it names no host at all".into(),
        (_, hosts) => {
            let shown: Vec<String> = hosts.iter().take(MOST).map(|host| quoted(host)).collect();
            let more = hosts.len().saturating_sub(MOST);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            format!("its names are {}{more}", shown.join(", "))
        }
    }
}

fn clients_say(leaf: &Certificate, host: &str) -> String {
    match &*leaf.hosts {
        [] if leaf.common_name.as_deref().is_some_and(|name| matches_host(name, host)) => {
            "certificate relies on legacy Common Name field, use SANs instead".to_owned()
        }
        [] => format!("certificate is not valid for any names, but wanted to match {host}"),
        hosts if hosts.len() > MOST => format!("certificate is valid for …, not {host}"),
        hosts => format!("certificate is valid for {}, not {host}", hosts.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_says};

    fn spec(host: &str, file: &str) -> String {
        let tls = format!("{{certificate: {{file: {file}}}, key: {{valueFrom: {{env: A}}}}}}");
        format!("registry: {{routes: {{one: {{{host}tls: {tls}}}}}}}")
    }

    #[test]
    fn a_host_is_among_the_names() {
        let of = |host: &str, file: &str| spec(&format!("hostname: {host}, "), file);
        check("aws-upi 4.16", &of("r.example.com", "server.crt"), &[]);
        check("aws-upi 4.16", &of("any.apps.example.com", "server.crt"), &[]);
        check("aws-upi 4.16", &of("a.any.apps.example.com", "server.crt"), &["error RC0396 at a.any.apps.example.com"]);
        check_says(
            "aws-upi 4.16",
            &of("s.example.com", "server.crt"),
            "its names are `r.example.com`, `*.apps.example.com`",
        );
        check("aws-upi 4.16", &spec("", "server.crt"), &[]);
    }

    #[test]
    fn the_common_name_counts_no_more() {
        let of = |host: &str| spec(&format!("hostname: {host}, "), "common-name.crt");
        check("aws-upi 4.16", &of("r.example.com"), &["error RC0396 at r.example.com"]);
        check_says("aws-upi 4.16", &of("r.example.com"), "as its common name alone");
        check_says("aws-upi 4.16", &of("r.example.com"), "relies on legacy Common Name field");
        check_says("aws-upi 4.16", &of("s.example.com"), "it names no host at all");
        check_says(
            "aws-upi 4.16",
            &of("s.example.com"),
            "is not valid for any names, but wanted to match s.example.com",
        );
    }
}
