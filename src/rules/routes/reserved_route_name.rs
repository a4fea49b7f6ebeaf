//! A route with the name of the default one, which is taken even where there is no default route.

use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::bundle::ConfigRoute;
use crate::rules::{BundleContext, Check, Rule};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::RESERVED_ROUTE_NAME, check: Check::Bundle(check) };

/// The name of the route that `defaultRoute` makes.
const RESERVED: &str = "default-route";

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    // The operator makes no routes of a registry that it does not run.
    let is_reserved = |route: &ConfigRoute<'_>| ctx.is_managed() && route.name.as_str() == Some(RESERVED);
    for route in ctx.routes().filter(is_reserved) {
        let message = format!("a route named `{RESERVED}`, which is the name of the default route");
        let text = "unable to complete resource: duplication of names has been detected in the additional routes";
        let finding = Diagnostic::error(RULE.code, route.name.place(), message)
            .note(ctx.degraded("VerificationFailed", text))
            .help("name the route otherwise, or set `defaultRoute: true` for the default one");
        findings.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_objects, check_says, config};

    #[test]
    fn the_name_of_the_default_route_is_taken() {
        let spec = "registry: {defaultRoute: false, routes: {default-route: {hostname: a.example.com}}}";
        check("aws-upi 4.16", spec, &["error RC0350 at default-route"]);
        check_says("aws-upi 4.16", spec, "duplication of names has been detected in the additional routes`");
        check("aws-upi 4.16", "registry: {routes: {public: {hostname: a.example.com}}}", &[]);
    }

    #[test]
    fn manifests_are_judged_without_their_platform() {
        check_objects("4.16", &config("routes: [{name: default-route}]"), &["error RC0350 at default-route"]);
        check_objects("4.16", &config("routes: [{name: public}]"), &[]);
        let removed = config("{managementState: Removed, routes: [{name: default-route}]}");
        check_objects("4.16", &removed, &[]);
    }
}
