//! What a policy does not allow: platforms and sources of secrets in a spec, then kinds, namespaces and stores in objects.
//!
//! Objects are judged as they are rendered, whichever template made them, and a finding points at what the user wrote.

use super::Policy;
use crate::diag::visible::quoted;
use crate::diag::{Code, Diagnostic, Findings, codes};
use crate::name::ObjectName;
use crate::resolve::Resolved;
use crate::tree::{Node, Place};

/// Judges a resolved spec.
pub(super) fn spec(policy: &Policy, resolved: &Resolved, findings: &mut Findings) {
    let platform = resolved.platform();
    if let (Some(allowed), Some(name)) = (policy.allowed("profiles"), platform.as_str())
        && !names(allowed).any(|known| known == name)
    {
        let message = format!("the policy does not allow the platform {}", quoted(name));
        findings.push(refused(&codes::PROFILE_NOT_ALLOWED, platform.place(), message, allowed));
    }
    if let Some(allowed) = policy.allowed("deliveries") {
        let mut found = Findings::new();
        deliveries(resolved.spec(), allowed, &mut found);
        findings.extend(found.into_iter().map(|finding| finding.in_users_words(platform)));
    }
}

/// Judges the source of every secret of a tree.
fn deliveries(node: &Node, allowed: &Node, findings: &mut Findings) {
    for (key, entry) in node.as_map().into_iter().flatten() {
        if &**key != "valueFrom" {
            deliveries(&entry.node, allowed, findings);
            continue;
        }
        for (delivery, entry) in entry.node.as_map().into_iter().flatten() {
            if !names(allowed).any(|known| known == &**delivery) {
                let message = format!("the policy does not allow secrets from `{delivery}`");
                findings.push(refused(&codes::DELIVERY_NOT_ALLOWED, entry.key.place(), message, allowed));
            }
        }
    }
    node.as_seq().into_iter().flatten().for_each(|item| deliveries(item, allowed, findings));
}

/// Judges rendered objects.
pub(super) fn objects(policy: &Policy, objects: &[Node], platform: &Node, findings: &mut Findings) {
    for object in objects {
        let called = ObjectName::of(object);
        let at = || users_place(object).unwrap_or_else(|| platform.place().clone());
        let mut refuse = |code: &'static Code, place: &Place, message: String, allowed: &Node| {
            findings.push(refused(code, place, message, allowed).object(called.to_string()));
        };
        if let Some(allowed) = policy.allowed("kinds").filter(|allowed| !has_kind(allowed, called)) {
            let message = format!("the policy does not allow objects of the kind {}", quoted(called.kind));
            refuse(&codes::KIND_NOT_ALLOWED, &at(), message, allowed);
        }
        let namespaces = policy.allowed("namespaces").filter(|_| !called.namespace.is_empty());
        if let Some(allowed) = namespaces.filter(|allowed| !names(allowed).any(|known| known == called.namespace)) {
            let message = format!("the policy does not allow objects in the namespace {}", quoted(called.namespace));
            let place = object.at(&["metadata", "namespace"]).and_then(users_place).unwrap_or_else(at);
            refuse(&codes::NAMESPACE_NOT_ALLOWED, &place, message, allowed);
        }
        for reference in stores(object, called) {
            let Some(allowed) = policy.allowed("secretStores").filter(|allowed| !has_store(allowed, reference)) else {
                continue;
            };
            let name = reference.get("name").and_then(Node::as_str).unwrap_or_default();
            let message = format!("the policy does not allow the {} {}", kind_of(reference), quoted(name));
            let place = users_place(reference).unwrap_or_else(at);
            refuse(&codes::STORE_NOT_ALLOWED, &place, message, allowed);
        }
    }
}

/// Tells whether a kind is in a list of `Kind` and `Kind.group`.
fn has_kind(allowed: &Node, called: ObjectName<'_>) -> bool {
    names(allowed).any(|known| match known.split_once('.') {
        Some((kind, group)) => kind == called.kind && group == called.group,
        None => known == called.kind,
    })
}

/// Returns every reference of an ExternalSecret to a store: for all its data, or for some.
fn stores<'o>(object: &'o Node, called: ObjectName<'_>) -> Vec<&'o Node> {
    if (called.group, called.kind) != ("external-secrets.io", "ExternalSecret") {
        return vec![];
    }
    let items = |list: &str| object.at(&["spec", list]).and_then(Node::as_seq).unwrap_or_default();
    let single = items("data").iter().chain(items("dataFrom"));
    let single = single.filter_map(|item| item.at(&["sourceRef", "storeRef"]));
    object.at(&["spec", "secretStoreRef"]).into_iter().chain(single).collect()
}

fn has_store(allowed: &Node, reference: &Node) -> bool {
    allowed.as_seq().into_iter().flatten().any(|known| {
        kind_of(known) == kind_of(reference)
            && known.get("name").and_then(Node::as_str) == reference.get("name").and_then(Node::as_str)
    })
}

/// Returns the kind of a store, which is `SecretStore` where nothing is said.
fn kind_of(store: &Node) -> &str {
    store.get("kind").and_then(Node::as_str).unwrap_or("SecretStore")
}

/// Returns the first place of the user's in a tree.
pub(super) fn users_place(node: &Node) -> Option<Place> {
    if node.place().is_users() {
        return Some(node.place().clone());
    }
    let values = node.as_map().into_iter().flatten().map(|(_, entry)| &entry.node);
    values.chain(node.as_seq().into_iter().flatten()).find_map(users_place)
}

fn names(list: &Node) -> impl Iterator<Item = &str> {
    list.as_seq().into_iter().flatten().filter_map(Node::as_str)
}

fn refused(code: &'static Code, place: &Place, message: String, allowed: &Node) -> Diagnostic {
    Diagnostic::error(code, place, message)
        .note_at(allowed.place(), "the policy allows these")
        .help("use what the policy allows, or ask those who keep it")
}
