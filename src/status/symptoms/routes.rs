//! The registry's routes: whether each is there, and admitted by its routers.

use super::super::kinds::ROUTE;
use super::super::read::{Seen, items, name, text};
use super::Symptom;
use crate::tree::Node;

/// The annotation of routes that the operator makes.
const OPERATORS: &str = "imageregistry.openshift.io";

/// The name of the route that `defaultRoute` makes.
const DEFAULT: &str = "default-route";

pub(super) fn look(seen: &Seen, found: &mut Vec<Symptom>) {
    if seen.management_state() == Some("Removed") {
        return;
    }
    for route in of_registry(seen) {
        found.extend(not_admitted(route));
    }
    let is_known = seen.management_state() == Some("Managed") && seen.is_listed(ROUTE);
    for wanted in wanted(seen).filter(|_| is_known) {
        if seen.list(ROUTE).all(|route| name(route) != wanted) {
            let message = format!("routes.route.openshift.io \"{wanted}\" not found");
            found.push(Symptom::new("Route", wanted, ["Exists", "False", "NotFound"], &message));
        }
    }
}

/// Returns the routes that the operator makes, whoever named them.
pub(in crate::status) fn of_registry(seen: &Seen) -> impl Iterator<Item = &Node> {
    seen.list(ROUTE).filter(|route| {
        route.at(&["metadata", "annotations", OPERATORS]).is_some() || wanted(seen).any(|wanted| wanted == name(route))
    })
}

/// Returns the names of the routes that the config CR asks for.
fn wanted(seen: &Seen) -> impl Iterator<Item = &str> {
    let settings = seen.settings();
    let default = settings.and_then(|settings| settings.get("defaultRoute")).and_then(Node::as_bool);
    let named = settings.map(|settings| items(settings, &["routes"])).unwrap_or_default();
    (default == Some(true))
        .then_some(DEFAULT)
        .into_iter()
        .chain(named.iter().filter_map(|route| text(route, &["name"])))
}

/// Says which routers do not admit a route, as the operator says it.
fn not_admitted(route: &Node) -> Vec<Symptom> {
    let ingress = items(route, &["status", "ingress"]);
    if ingress.is_empty() {
        let message = "no router has reported on the route";
        return vec![Symptom::new("Route", name(route), ["Admitted", "Unknown", "NotReported"], message)];
    }
    let conditions = ingress
        .iter()
        .flat_map(|router| items(router, &["conditions"]).iter().map(move |condition| (router, condition)));
    let refused = conditions.filter(|(_, condition)| {
        text(condition, &["type"]) == Some("Admitted") && text(condition, &["status"]) != Some("True")
    });
    let symptom = |(router, condition): (&Node, &Node)| {
        let of = |node: &Node, field: &str| text(node, &[field]).unwrap_or_default().to_owned();
        let message = format!(
            "route {} (host {}, router {}) not admitted: {}",
            name(route),
            of(router, "host"),
            of(router, "routerName"),
            of(condition, "message")
        );
        Symptom::new("Route", name(route), ["Admitted", "False", &of(condition, "reason")], &message)
    };
    refused.map(symptom).collect()
}
