//! A route's host that is no host name: the API server refuses the Route that the operator makes of it.

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::name::{is_dns_label, is_dns_name};
use crate::rules::context::stuck;
use crate::rules::{BundleContext, Check, Rule};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::BAD_HOSTNAME, check: Check::Bundle(check) };

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    for route in ctx.routes().filter(|_| ctx.is_managed()) {
        let Some(node) = route.hostname else { continue };
        let Some(host) = node.as_str().filter(|host| !is_host(host)) else { continue };
        let help = if host.contains("://") || host.contains('/') {
            "write the host alone, without scheme and path"
        } else if host.contains('*') {
            "name one host: the operator's routes have no wildcards"
        } else if host.contains(':') {
            "write the host without its port: a route is served on the router's ports"
        } else if host.bytes().any(|byte| byte.is_ascii_uppercase()) {
            "write the host in lower case"
        } else {
            "use letters, digits and `-` in parts of at most 63 characters with dots between them"
        };
        let text = format!(
            "unable to apply objects: failed to create object *v1.Route, Namespace=openshift-image-registry, Name={}: …",
            route.name.as_str().unwrap_or_default()
        );
        let message = format!("{} is not a host name", quoted(host));
        let finding = Diagnostic::error(RULE.code, node.place(), message).note(stuck(&text)).help(help);
        findings.push(finding);
    }
}

/// Tells whether a text is a DNS-1123 subdomain of labels that are none too long, as the API server wants a route's host.
fn is_host(host: &str) -> bool {
    is_dns_name(host) && host.split('.').all(is_dns_label)
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_objects, check_says, config};

    #[test]
    fn a_host_is_a_name_in_lower_case() {
        let spec = |host: &str| format!("registry: {{routes: {{one: {{hostname: \"{host}\"}}}}}}");
        for (host, help) in [
            ("https://a.example.com", "without scheme"),
            ("*.example.com", "no wildcards"),
            ("a.example.com:443", "without its port"),
            ("A.example.com", "in lower case"),
            ("a..example.com", "with dots between them"),
            ("-a.example.com", "with dots between them"),
        ] {
            check("aws-upi 4.16", &spec(host), &[&format!("error RC0352 at \"{host}\"")]);
            check_says("aws-upi 4.16", &spec(host), help);
        }
        check("aws-upi 4.16", &spec("registry.apps.prod-eu-1.example.com"), &[]);
    }

    #[test]
    fn manifests_are_judged_without_their_platform() {
        check_objects("4.16", &config("routes: [{name: one, hostname: \"a:443\"}]"), &["error RC0352 at \"a:443\""]);
        check_objects("4.16", &config("routes: [{name: one, hostname: \"\"}]"), &[]);
        check_objects("4.16", &config("{managementState: Removed, routes: [{name: one, hostname: \"a:443\"}]}"), &[]);
    }
}
