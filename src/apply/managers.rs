//! Who wrote what of a live object, as its `managedFields` say, and who will apply it next.
//!
//! In come live objects, whatever stands in them; out come their managers, and the one that will apply an object. What becomes
//! of an object is not known here.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::fieldset::FieldSet;
use super::{Engine, Manager, Unreadable};
use crate::tree::Node;

/// The name under which regcfg's user is taken to apply where nobody is known to.
pub const OURS: &str = "regcfg";

/// The manager that the API server gives what stands in an object without `managedFields`.
pub(super) const BEFORE_FIRST_APPLY: &str = "before-first-apply";

/// How a manager wrote its fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    /// By server-side apply: what it no longer applies goes.
    Apply,
    /// By any other request.
    Update,
}

/// A manager's entry in `managedFields`.
#[derive(Clone, Debug)]
pub struct Managed {
    /// The manager's name.
    pub manager: Arc<str>,
    /// How it wrote.
    pub operation: Operation,
    /// The version of the API through which it wrote.
    pub api_version: Arc<str>,
    /// The subresource through which it wrote; empty for the object itself.
    pub subresource: Arc<str>,
    /// When it last did, in RFC 3339; empty where nothing says.
    pub time: Arc<str>,
    /// The fields that it owns.
    pub fields: FieldSet,
}

impl Managed {
    /// Tells whether two entries are one manager's to the API server.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.manager == other.manager
            && self.operation == other.operation
            && self.subresource == other.subresource
            && (self.operation == Operation::Apply || self.api_version == other.api_version)
    }
}

/// Reads the `managedFields` of a live object, as strictly as the API server does before it applies.
pub fn managed(live: &Node) -> Result<Vec<Managed>, Unreadable> {
    let mut managed: Vec<Managed> = Vec::new();
    for (at, entry) in entries(live).iter().enumerate() {
        let entry = read(entry).map_err(|why| Unreadable { entry: at, why })?;
        // The API server keeps one entry of a manager, the last.
        managed.retain(|other| !other.is_same(&entry));
        managed.push(entry);
    }
    Ok(managed)
}

/// Reads of the `managedFields` what can be read, for those who only tell who wrote what.
pub fn readable(live: &Node) -> Vec<Managed> {
    entries(live).iter().filter_map(|entry| read(entry).ok()).collect()
}

fn entries(live: &Node) -> &[Node] {
    live.at(&["metadata", "managedFields"]).and_then(Node::as_seq).unwrap_or_default()
}

fn read(entry: &Node) -> Result<Managed, &'static str> {
    if entry.as_map().is_none() {
        return Err("it is no mapping");
    }
    let text = |name: &str| entry.get(name).and_then(Node::as_shared_str).cloned().unwrap_or_default();
    let operation = operation(entry).ok_or("its operation is neither `Apply` nor `Update`")?;
    let api_version = text("apiVersion");
    if api_version.is_empty() {
        return Err("it has no apiVersion");
    }
    if &*text("fieldsType") != "FieldsV1" {
        return Err("its fields are of another type than `FieldsV1`");
    }
    let fields = entry.get("fieldsV1").map_or_else(|| Ok(FieldSet::default()), FieldSet::read)?;
    let (manager, subresource, time) = (text("manager"), text("subresource"), text("time"));
    Ok(Managed { manager, operation, api_version, subresource, time, fields })
}

fn operation(entry: &Node) -> Option<Operation> {
    match entry.get("operation").and_then(Node::as_str) {
        Some("Apply") => Some(Operation::Apply),
        Some("Update") => Some(Operation::Update),
        _ => None,
    }
}

/// A name in `managedFields` that gives an engine away.
struct Known {
    name: &'static str,
    /// Whether it gives the engine away where it did not apply on the server's side, too.
    by_update: bool,
    engine: Engine,
    /// The name under which the engine applies.
    applies_as: &'static str,
}

/// The names of engines, those that own their objects before those that people run by hand.
///
/// argoproj/argo-cd common/common.go and its older name, that of the program; fluxcd/kustomize-controller
/// internal/controller; helm pkg/kube; open-cluster-management-io/ocm pkg/work; kubectl pkg/cmd/apply.
const KNOWN: &[Known] = &[
    known("argocd-controller", true, Engine::ArgoCd, "argocd-controller"),
    known("argocd-application-controller", true, Engine::ArgoCd, "argocd-controller"),
    known("kustomize-controller", true, Engine::Flux, "kustomize-controller"),
    known("flux-client-side-apply", true, Engine::Flux, "kustomize-controller"),
    known("helm-controller", true, Engine::Flux, "helm-controller"),
    known("work-agent", true, Engine::Acm, "work-agent"),
    known("work", true, Engine::Acm, "work-agent"),
    known("config-policy-controller", true, Engine::Acm, "config-policy-controller"),
    known("helm", true, Engine::Helm, "helm"),
    known("kubectl", false, Engine::Kubectl, "kubectl"),
    known("kubectl-client-side-apply", true, Engine::Kubectl, "kubectl"),
    known(OURS, true, Engine::Regcfg, OURS),
];

const fn known(name: &'static str, by_update: bool, engine: Engine, applies_as: &'static str) -> Known {
    Known { name, by_update, engine, applies_as }
}

/// Labels and annotations that engines put on what they apply, for objects whose `managedFields` are gone.
const MARKS: &[(&str, &str, &str)] = &[
    ("annotations", "argocd.argoproj.io/tracking-id", "argocd-controller"),
    ("labels", "argocd.argoproj.io/instance", "argocd-controller"),
    ("labels", "kustomize.toolkit.fluxcd.io/name", "kustomize-controller"),
    ("labels", "helm.toolkit.fluxcd.io/name", "helm-controller"),
    ("annotations", "meta.helm.sh/release-name", "helm"),
    ("annotations", "kubectl.kubernetes.io/last-applied-configuration", "kubectl"),
];

/// Returns the manager that applies a live object, as its `managedFields` say: one that applied it on the server's side
/// before one that did not, an engine that owns its objects before one that people run, and then the latest. Where there are
/// none, labels and annotations tell.
pub fn manager_of(live: &Node) -> Option<Manager> {
    let mut best: Option<(Operation, usize, std::cmp::Reverse<&str>)> = None;
    for entry in entries(live) {
        let text = |name: &str| entry.get(name).and_then(Node::as_str).unwrap_or_default();
        let (Some(operation), true) = (operation(entry), text("subresource").is_empty()) else { continue };
        let of_name =
            |known: &Known| known.name == text("manager") && (known.by_update || operation == Operation::Apply);
        let Some(rank) = KNOWN.iter().position(of_name) else { continue };
        let found = (operation, rank, std::cmp::Reverse(text("time")));
        if best.is_none_or(|best| (found.0, class(found.1), found.2) < (best.0, class(best.1), best.2)) {
            best = Some(found);
        }
    }
    let by_mark = || {
        let (.., name) = MARKS.iter().find(|(part, key, _)| live.at(&["metadata", part, key]).is_some())?;
        KNOWN.iter().position(|known| known.name == *name)
    };
    let rank = match best {
        Some((_, rank, _)) => rank,
        None if entries(live).is_empty() => by_mark()?,
        None => return None,
    };
    let Known { engine, applies_as, .. } = KNOWN.get(rank)?;
    Some(Manager { name: (*applies_as).into(), engine: *engine })
}

/// Sorts engines that own their objects before those that people run by hand.
fn class(rank: usize) -> u8 {
    u8::from(KNOWN.get(rank).is_none_or(|known| known.engine.is_by_hand()))
}

/// Returns the manager that applies most of a cluster's objects, if any is known to apply one.
pub fn majority<'a>(objects: impl IntoIterator<Item = &'a Node>) -> Option<Manager> {
    let mut counts: BTreeMap<(Engine, String), usize> = BTreeMap::new();
    for manager in objects.into_iter().filter_map(manager_of) {
        *counts.entry((manager.engine, manager.name)).or_default() += 1;
    }
    // Of equals the first engine wins, so that the answer is always the same.
    let most = counts.into_iter().min_by_key(|(_, count)| std::cmp::Reverse(*count));
    most.map(|((engine, name), _)| Manager { name, engine })
}

/// Returns the manager that will apply an object: the one that is named by the invoker, else the one that already applies
/// it, else the one that applies most of the cluster's objects ([`majority`]), else ours.
pub fn choose_manager(live: Option<&Node>, majority: Option<&Manager>, named: Option<&str>) -> Manager {
    if let Some(name) = named {
        let engine = KNOWN.iter().find(|known| known.applies_as == name).map_or(Engine::Other, |known| known.engine);
        return Manager { name: name.into(), engine };
    }
    let known = live.and_then(manager_of).or_else(|| majority.cloned());
    known.unwrap_or_else(|| Manager { name: OURS.into(), engine: Engine::Regcfg })
}
