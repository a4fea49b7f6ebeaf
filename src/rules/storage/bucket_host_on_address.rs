//! Virtual-hosted buckets on an endpoint that is an IP address: the bucket's host name cannot exist.

use std::net::IpAddr;

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::{BundleContext, Check, Rule};
use crate::target::Minor;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::BUCKET_HOST_ON_ADDRESS, check: Check::Bundle(check) };

/// The first minor that has the field.
const SINCE: Minor = Minor::of(4, 5);

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let Some(backend) = ctx.only("s3").filter(|_| ctx.is_managed() && ctx.last() >= SINCE) else { return };
    let style = backend.given("virtualHostedStyle").filter(|style| style.as_bool() == Some(true));
    let (Some(style), Some(endpoint)) = (style, backend.given("regionEndpoint")) else { return };
    let Some(host) = endpoint.as_str().map(host).filter(|host| is_address(host)) else { return };
    let message = format!("`s3.virtualHostedStyle` on the address {}: no bucket has a host name there", quoted(host));
    let bucket = backend.given("bucket").and_then(|bucket| bucket.as_str()).unwrap_or("BUCKET");
    let finding = Diagnostic::error(RULE.code, style.place(), message)
        .note_at(endpoint.place(), "the endpoint")
        .note(format!(
            "operator and registry would ask for the host {}, which no DNS server knows",
            quoted(&format!("{bucket}.{host}"))
        ))
        .help("set `virtualHostedStyle: false`, or name the endpoint by a host name");
    findings.push(finding);
}

/// Returns the host of an endpoint, with scheme or without.
fn host(endpoint: &str) -> &str {
    let rest = endpoint.split_once("://").map_or(endpoint, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => authority.split(':').next().unwrap_or_default(),
    }
}

fn is_address(host: &str) -> bool {
    host.parse::<IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_objects, check_objects_say, config};

    fn s3(endpoint: &str, style: &str) -> String {
        format!(
            "storage: {{s3: {{bucket: b, region: r, regionEndpoint: \"{endpoint}\", virtualHostedStyle: {style}}}}}"
        )
    }

    #[test]
    fn a_bucket_has_no_host_name_on_an_address() {
        let with =
            |endpoint: &str, style: &str| config(&format!("{{managementState: Managed, {}}}", s3(endpoint, style)));
        check_objects("4.16", &with("https://10.0.0.5:9000", "true"), &["error RC0552 at true"]);
        check_objects_say("4.16", &with("https://10.0.0.5:9000", "true"), "the host `b.10.0.0.5`");
        check_objects("4.16", &with("https://[fd00::5]:9000", "true"), &["error RC0552 at true"]);
        check_objects("4.16", &with("https://10.0.0.5:9000", "false"), &[]);
        check_objects("4.16", &with("https://s3.example.com", "true"), &[]);
        check("aws-upi 4.16", &s3("https://10.0.0.5", "true"), &["error RC0552 at true"]);
        check("aws-upi 4.16", &s3("https://10.0.0.5", "false"), &[]);
    }
}
