//! The annotation by which the operator knows its own routes and claims, on an object of somebody else.
//!
//! Source: openshift/cluster-image-registry-operator `pkg/resource/route.go`, `pkg/storage/pvc/pvc.go`.

use crate::diag::{Diagnostic, Findings, Severity, codes};
use crate::lower::REGISTRY_NAMESPACE;
use crate::rules::bundle::is_live;
use crate::rules::storage::default_claim_taken::{DEFAULT_CLAIM, OWN};
use crate::rules::{BundleContext, Check, Rule};
use crate::tree::Node;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::OPERATORS_ANNOTATION, check: Check::Bundle(check) };

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    for (called, object) in ctx.objects().filter(|(called, _)| called.namespace == REGISTRY_NAMESPACE) {
        let annotation = object.at(&["metadata", "annotations"]).and_then(|annotations| annotations.entry(OWN));
        let Some(annotation) = annotation.filter(|_| !is_live(object)) else { continue };
        let finding = match (called.group, called.kind) {
            ("route.openshift.io", "Route") => {
                // A part of a config CR does not say which routes the cluster's has.
                let is_said = ctx.is_managed() && ctx.written("routes").is_some();
                let (severity, note) = if is_said && !has_route(ctx, called.name) {
                    let note = "no `routes[]` of the config CR has its name: the operator deletes it, each time that it is applied";
                    (Severity::Error, note)
                } else {
                    let note = "the operator deletes the route unless the config CR has it, and writes over it if so";
                    (Severity::Warning, note)
                };
                Diagnostic::new(
                    RULE.code,
                    severity,
                    annotation.key.place(),
                    "the annotation makes the operator take the route as its own",
                )
                .note(note)
                .help("remove the annotation, or the Route, and list it under `routes` of the config CR")
            }
            ("", "PersistentVolumeClaim") if is_taken_over(ctx, called.name) => Diagnostic::info(
                RULE.code,
                annotation.key.place(),
                "the annotation makes the operator take the claim as its own",
            )
            .note("no `claim` is named: with `managementState: Removed` the operator deletes this one with every image in it")
            .help(format!("write `storage.pvc.claim: {DEFAULT_CLAIM}`, and the operator leaves the claim to you")),
            _ => continue,
        };
        findings.push(finding);
    }
}

/// Tells whether the operator uses a claim as the one that it would make; one that the config CR names stays the user's,
/// annotated as the documentation has it or not.
fn is_taken_over(ctx: &BundleContext<'_>, name: &str) -> bool {
    let is_unnamed = || ctx.only("pvc").is_some_and(|backend| backend.given("claim").is_none());
    name == DEFAULT_CLAIM && is_unnamed()
}

/// Tells whether the config CR lists a route, or makes it as the default one.
fn has_route(ctx: &BundleContext<'_>, name: &str) -> bool {
    let is_default = || ctx.written("defaultRoute").is_some_and(|default| default.node.as_bool() == Some(true));
    let routes = ctx.written("routes").and_then(|routes| routes.node.as_seq()).unwrap_or_default();
    (name == "default-route" && is_default())
        || routes.iter().any(|route| route.get("name").and_then(Node::as_str) == Some(name))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check_objects, config, manifest};

    const ANNOTATED: &str = ", annotations: {imageregistry.openshift.io: \"true\"}";

    #[test]
    fn an_annotated_route_is_the_operators() {
        let route = |more: &str| {
            let spec = "spec: {host: a.example.com, to: {kind: Service, name: image-registry}}";
            manifest("route.openshift.io/v1 Route", &format!("openshift-image-registry/public{more}"), spec)
        };
        let at = "RC0562 at imageregistry.openshift.io";
        check_objects("4.16", &route(ANNOTATED), &[&format!("warning {at}")]);
        let other = config("{managementState: Managed, routes: [{name: other}]}");
        check_objects("4.16", &(other + &route(ANNOTATED)), &[&format!("error {at}")]);
        let part = config("{managementState: Managed, replicas: 2}");
        check_objects("4.16", &(part + &route(ANNOTATED)), &[&format!("warning {at}")]);
        let listed = config("{managementState: Managed, routes: [{name: public}]}");
        check_objects("4.16", &(listed + &route(ANNOTATED)), &[&format!("warning {at}")]);
        check_objects("4.16", &route(""), &[]);
    }

    #[test]
    fn an_annotated_claim_is_the_operators_where_none_is_named() {
        let spec = "spec: {accessModes: [ReadWriteMany], resources: {requests: {storage: 1Gi}}}";
        let claim = |name: &str| {
            manifest("v1 PersistentVolumeClaim", &format!("openshift-image-registry/{name}{ANNOTATED}"), spec)
        };
        let pvc =
            |claim: &str| config(&format!("{{managementState: Managed, storage: {{pvc: {{claim: \"{claim}\"}}}}}}"));
        let own = claim("image-registry-storage");
        check_objects("4.16", &(pvc("") + &own), &["info RC0562 at imageregistry.openshift.io"]);
        check_objects("4.16", &(pvc("image-registry-storage") + &own), &[]);
        check_objects("4.16", &(pvc("registry") + &claim("registry")), &[]);
        check_objects("4.16", &own, &[]);
    }
}
