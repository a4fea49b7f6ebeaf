//! What engines do to `managedFields` by themselves when they apply, which no dry-run shows.
//!
//! What was once applied on the client's side, or by hand, belongs to another manager, so that giving it up removes nothing.
//! Engines make it theirs: then what is no longer applied goes. In come the managers of a live object; out come those that
//! the engine's apply meets.
//!
//! - Flux, before it applies: all that `kubectl` wrote in any way, its own updates, and what stood there before the first
//!   apply (fluxcd/kustomize-controller internal/controller/kustomization_controller.go, fluxcd/pkg ssa/patch.go). So edits
//!   by hand go, too. Not of objects that `kustomize.toolkit.fluxcd.io/ssa: Merge` is written on.
//! - Argo CD, before it applies: what `kubectl apply` wrote (argo-cd gitops-engine pkg/sync/sync_context.go).
//! - kubectl, after it applied, and then it applies again: what the writer of the annotation with the last applied state wrote
//!   (kubectl pkg/cmd/apply/apply.go, client-go util/csaupgrade).

use super::element::Element;
use super::managers::{BEFORE_FIRST_APPLY, Managed, Operation};
use super::{Engine, Manager, last_applied};
use crate::tree::Node;

/// The annotation, or label, that says how Flux applies an object.
const FLUX_WAY: &str = "kustomize.toolkit.fluxcd.io/ssa";

/// Returns the managers as the engine's apply meets them; none where it takes over nothing. `states` are the live object and
/// what is applied.
pub(super) fn migrated(entries: &[Managed], manager: &Manager, states: &[&Node]) -> Option<Vec<Managed>> {
    let is_taken = |entry: &Managed| entry.subresource.is_empty() && is_taken_over(entry, manager);
    let is_left = manager.engine == Engine::Flux && states.iter().any(|state| is_merged_by_flux(state));
    if is_left || !entries.iter().any(is_taken) {
        return None;
    }
    let (taken, mut left): (Vec<Managed>, Vec<Managed>) = entries.iter().cloned().partition(is_taken);
    let is_own = |entry: &Managed| entry.operation == Operation::Apply && *entry.manager == *manager.name;
    let mut own = match left.iter().position(|entry| is_own(entry) && entry.subresource.is_empty()) {
        Some(at) => left.swap_remove(at),
        // The latest gives its version; it is the first, as the server sorts them.
        None => {
            Managed { manager: manager.name.as_str().into(), operation: Operation::Apply, ..taken.first()?.clone() }
        }
    };
    for entry in taken.iter().filter(|entry| manager.engine == Engine::Flux || entry.api_version == own.api_version) {
        own.fields = own.fields.union(&entry.fields);
    }
    left.push(own);
    Some(left)
}

/// Tells whether Flux leaves alone what others wrote in an object.
fn is_merged_by_flux(state: &Node) -> bool {
    let way = |part: &str| state.at(&["metadata", part, FLUX_WAY]).and_then(Node::as_str);
    ["labels", "annotations"].into_iter().filter_map(way).any(|way| way.eq_ignore_ascii_case("Merge"))
}

fn is_taken_over(entry: &Managed, manager: &Manager) -> bool {
    let is_update = entry.operation == Operation::Update;
    match manager.engine {
        Engine::Flux if manager.name == "kustomize-controller" => {
            entry.manager.starts_with("kubectl")
                || (is_update && [BEFORE_FIRST_APPLY, &manager.name].iter().any(|name| entry.manager.starts_with(name)))
        }
        Engine::ArgoCd => is_update && &*entry.manager == "kubectl-client-side-apply",
        Engine::Kubectl => {
            let annotation = ["metadata", "annotations", last_applied::ANNOTATION].map(Element::field);
            is_update && entry.fields.has(&annotation)
        }
        Engine::Flux | Engine::Acm | Engine::Helm | Engine::Regcfg | Engine::Other => false,
    }
}
