//! Routes of the registry's namespace -> why no spec says them, and what a spec would say in their place.
//!
//! The operator makes a route of each entry of `registry.routes`, always re-encrypted and with the certificate of a Secret. One
//! that somebody else made stays as it is: made again under its name, it would change hands unasked.

use super::item::Item;
use super::left::{Lefts, Why};
use crate::diag::visible::quoted;
use crate::lower::REGISTRY_NAMESPACE;
use crate::tree::Node;

/// The annotation of routes that the operator makes, and the one that it makes for `defaultRoute`.
const MADE_BY_OPERATOR: &str = "imageregistry.openshift.io";
const DEFAULT_ROUTE: &str = "default-route";

/// The service of the registry.
const SERVICE: &str = "image-registry";

/// Tells whether the operator makes a route, and makes it again.
pub(super) fn is_operators(object: &Node) -> bool {
    let is_default = object.at(&["metadata", "name"]).and_then(Node::as_str) == Some(DEFAULT_ROUTE);
    is_default || object.at(&["metadata", "annotations", MADE_BY_OPERATOR]).is_some()
}

/// Puts the routes that the operator did not make on the list.
pub(super) fn leave_routes(items: &mut [Item], lefts: &mut Lefts) {
    let is_route = |item: &&mut Item| {
        item.kind == "Route" && item.group == "route.openshift.io" && item.namespace == REGISTRY_NAMESPACE
    };
    for item in items.iter_mut().filter(is_route) {
        if is_operators(&item.object) {
            item.settle();
            continue;
        }
        let (why, message, help) = described(item);
        item.leave(why, message, help, lefts);
    }
}

fn described(item: &Item) -> (Why, String, String) {
    let text = |path: &[&str]| {
        let below = item.object.get("spec").and_then(|spec| spec.at(path));
        below.and_then(Node::as_str).filter(|text| !text.is_empty())
    };
    let keep = "keep it as it is, or have the operator make one in its place: ";
    let host = text(&["host"]).map_or_else(String::new, |host| format!("hostname: {host}"));
    let entry = |more: &str| {
        let fields: Vec<&str> = [&*host, more].into_iter().filter(|field| !field.is_empty()).collect();
        let name = if item.name == DEFAULT_ROUTE { "NAME" } else { &item.name };
        format!("`registry.routes: {{{name}: {{{}}}}}`, once this one is deleted", fields.join(", "))
    };
    let service = text(&["to", "name"]).unwrap_or_default();
    if service != SERVICE {
        let message = format!("it leads to {}, and not to the registry", quoted(service));
        return (Why::Unrelated, message, "keep it where it is; no spec is needed for it".into());
    }
    match text(&["tls", "termination"]) {
        Some("reencrypt") => {}
        other => {
            let how =
                other.map_or_else(|| "not encrypted".into(), |other| format!("of the termination {}", quoted(other)));
            let message = format!("the operator did not make it, and it is {how}: those of a spec are re-encrypted");
            return (Why::NoField, message, format!("{keep}{}", entry("")));
        }
    }
    if text(&["tls", "key"]).is_some() {
        let message = "the operator did not make it, and its private key stands in it, which no spec holds in plain";
        let help = format!(
            "put certificate and key into a Secret with `oc create secret tls`, and write {}",
            entry("secretName: SECRET")
        );
        return (Why::Secret, message.into(), help);
    }
    let secret = text(&["tls", "externalCertificate", "name"]).map(|secret| format!("secretName: {secret}"));
    let message = "the operator did not make it, and a spec has only those that it makes";
    (Why::NoField, message.into(), format!("{keep}{}", entry(&secret.unwrap_or_default())))
}
