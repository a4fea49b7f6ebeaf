//! A host of the registry's routes that goes: whoever uses it does not find the registry.

use super::UpdateContext;
use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, Severity, codes};
use crate::rules::{BundleContext, Check, Rule};
use crate::tree::Node;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::ROUTE_HOST_GONE, check: Check::Update(check) };

fn check(ctx: &UpdateContext<'_>, findings: &mut Findings) {
    // With the registry every route goes, which is told as such.
    let Some(config) = ctx.new.config().filter(|_| ctx.old.is_managed() && ctx.new.is_managed()) else { return };
    let new = hosts(&ctx.new);
    for (host, was) in hosts(&ctx.old) {
        if new.iter().any(|(other, _)| *other == host) || is_routed_otherwise(&ctx.new, &host) {
            continue;
        }
        let message = format!("the registry is not reached by {} any more", in_words(&host));
        let at = match &host {
            Host::Default => config.get("defaultRoute"),
            _ => config.get("routes"),
        };
        let finding = match at {
            Some(at) => Diagnostic::about(RULE.code, Severity::Warning, &at.origin, message),
            None => ctx.gone(RULE.code, Severity::Warning, message),
        };
        findings.push(
            ctx.was(finding, was, "routed before")
                .note("the operator deletes its route; pulls, pushes and logins by that host fail")
                .help("keep the route until nobody uses its host"),
        );
    }
}

/// A host by which the registry is reached from outside.
#[derive(PartialEq, Eq)]
enum Host {
    /// That of the default route.
    Default,
    /// One that is written.
    Named(String),
    /// One that the router makes of a route's name.
    OfRoute(String),
}

fn in_words(host: &Host) -> String {
    match host {
        Host::Default => "its default route".into(),
        Host::Named(host) => quoted(host),
        Host::OfRoute(name) => format!("its route {}", quoted(name)),
    }
}

fn hosts<'o>(of: &BundleContext<'o>) -> Vec<(Host, &'o Node)> {
    let Some(config) = of.config() else { return Vec::new() };
    let mut hosts = Vec::new();
    if let Some(default) = config.get("defaultRoute").filter(|node| node.as_bool() == Some(true)) {
        hosts.push((Host::Default, default));
    }
    for route in config.get("routes").and_then(Node::as_seq).unwrap_or_default() {
        let text = |field: &str| route.get(field).filter(|node| node.as_str().is_some_and(|text| !text.is_empty()));
        let (host, name) = (text("hostname"), text("name"));
        let Some(node) = host.or(name) else { continue };
        let shown = node.as_str().unwrap_or_default().to_owned();
        hosts.push((if host.is_some() { Host::Named(shown) } else { Host::OfRoute(shown) }, node));
    }
    hosts
}

/// Tells whether a route of the user's own has the host.
fn is_routed_otherwise(of: &BundleContext<'_>, host: &Host) -> bool {
    let Host::Named(host) = host else { return false };
    of.objects_of("route.openshift.io", "Route")
        .any(|route| route.at(&["spec", "host"]).and_then(Node::as_str) == Some(host))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::check_update;
    use crate::rules::update::testing::{config, object};

    #[test]
    fn a_host_that_goes_is_told() {
        let routes = |routes: &str| config(&format!("managementState: Managed, routes: [{routes}]"));
        let (a, b) = ("{name: a, hostname: a.x}", "{name: b}");
        check_update("4.16", &routes(&format!("{a}, {b}")), &routes(a), &["warning RC0620 at ["]);
        check_update("4.16", &routes(a), &routes("{name: other, hostname: a.x}"), &[]);
        check_update("4.16", &routes(a), &config("managementState: Managed"), &["warning RC0620 at name"]);
        check_update("4.16", "", &routes(a), &[]);
        let own = object(
            "route.openshift.io/v1",
            "Route",
            "name: own, namespace: openshift-image-registry",
            "spec: {host: a.x}",
        );
        check_update("4.16", &routes(a), &(config("managementState: Managed") + &own), &[]);
    }

    #[test]
    fn the_default_route_has_a_host_too() {
        let spec = |is_on: bool| config(&format!("managementState: Managed, defaultRoute: {is_on}"));
        check_update("4.16", &spec(true), &spec(false), &["warning RC0620 at false"]);
        check_update("4.16", &spec(false), &spec(true), &[]);
    }
}
