//! Two routes for one host: the router admits one of them.

use std::collections::BTreeMap;

use super::{BundleContext, Check, Rule};
use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::target::Minor;
use crate::tree::Node;

pub(super) static RULE: Rule = Rule { code: &codes::DUPLICATE_HOSTNAME, check: Check::Bundle(check) };

/// The first minor whose operator says that a route is not admitted.
const SAID_SINCE: Minor = Minor::of(4, 8);

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let mut seen: BTreeMap<String, &Node> = BTreeMap::new();
    for route in ctx.routes().filter(|_| ctx.is_managed()) {
        let Some(node) = route.hostname else { continue };
        let Some(host) = node.as_str() else { continue };
        let Some(first) = seen.get(&host.to_ascii_lowercase()) else {
            seen.insert(host.to_ascii_lowercase(), node);
            continue;
        };
        let message = format!("two routes for the host {}, of which the router admits one", quoted(host));
        let mut finding = Diagnostic::error(RULE.code, node.place(), message).note_at(first.place(), "the other route");
        if ctx.target.last() >= SAID_SINCE {
            finding = finding.note(format!(
                "the cluster would show Degraded=True, reason `RouteDegraded`: `route {} (host {host}, router default) not admitted: …`",
                route.name.as_str().unwrap_or_default()
            ));
        }
        if ctx.first() < SAID_SINCE {
            finding = finding.note(format!("before OpenShift {SAID_SINCE} no condition shows it"));
        }
        findings.push(finding.help("give each route a host of its own"));
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, check_objects, check_says, config};

    #[test]
    fn each_route_has_a_host_of_its_own() {
        let spec =
            |a: &str, b: &str| format!("registry: {{routes: {{one: {{hostname: {a}}}, two: {{hostname: {b}}}}}}}");
        check("aws-upi 4.16", &spec("a.example.com", "a.example.com"), &["error RC0351 at a.example.com"]);
        check_says(
            "aws-upi 4.16",
            &spec("a.b", "a.b"),
            "reason `RouteDegraded`: `route two (host a.b, router default)",
        );
        check_says("aws-upi 4.6..4.16", &spec("a.b", "a.b"), "before OpenShift 4.8 no condition shows it");
        check("aws-upi 4.16", &spec("a.example.com", "b.example.com"), &[]);
        check("aws-upi 4.16", "registry: {routes: {one: {}, two: {}}}", &[]);
    }

    #[test]
    fn manifests_are_judged_without_their_platform() {
        let routes = |second: &str| {
            config(&format!("routes: [{{name: one, hostname: a.b}}, {{name: two, hostname: {second}}}]"))
        };
        check_objects("4.16", &routes("a.b"), &["error RC0351 at a.b"]);
        check_objects("4.16", &routes("c.b"), &[]);
        check_objects(
            "4.16",
            &routes("a.b").replace("routes:", "managementState: Unmanaged\n  routes:"),
            &["info RC0566 at Unmanaged"],
        );
        check_objects("4.16", &config("routes: [{name: one, hostname: \"\"}, {name: two, hostname: \"\"}]"), &[]);
    }
}
