//! What the operator says in the config CR, or where that cannot be read in its ClusterOperator.

use super::super::kinds::{CLUSTER_OPERATOR, CLUSTER_VERSION, CONFIG, PRUNER};
use super::super::read::{Seen, items};
use super::{Symptom, ill, union};
use crate::live::{Absent, Answer};
use crate::tree::Node;

/// The name of the capability in a ClusterVersion.
const CAPABILITY: &str = "ImageRegistry";

/// By which the operator is asked before the config CR goes (FACTS k).
const FINALIZER: &str = "imageregistry.operator.openshift.io/finalizer";

/// The platforms on which the operator begins as Removed, since they have no storage of their own (FACTS d; openshift/
/// cluster-image-registry-operator `pkg/storage/storage.go`).
const WITHOUT_STORAGE: [&str; 7] = ["BareMetal", "EquinixMetal", "External", "KubeVirt", "None", "Nutanix", "VSphere"];

pub(super) fn look(seen: &Seen, found: &mut Vec<Symptom>) {
    if let Some(absent) = absent(seen) {
        found.push(absent);
        return;
    }
    let Some(config) = seen.object(CONFIG) else {
        if matches!(seen.answer(CONFIG), Some(Answer::Absent(Absent::Object))) {
            let message = "the operator has not made its config CR";
            found.push(Symptom::new("Config", "cluster", ["Exists", "False", "NotFound"], message));
        }
        let operator = seen.object(CLUSTER_OPERATOR).map(union::parts).unwrap_or_default();
        let has_pruner = seen.object(PRUNER).is_some();
        found.extend(operator.into_iter().filter(|part| !has_pruner || part.of != "ImagePruner"));
        return;
    };
    let state = seen.management_state().unwrap_or("Managed");
    if items(config, &["status", "conditions"]).is_empty() && state != "Unmanaged" {
        let message = "the operator has written no condition";
        found.push(Symptom::new("Config", "cluster", ["Reported", "False", "NoConditions"], message));
    }
    let deletion = deletion(config);
    // What it does then is no step towards its settings.
    let is_meant = |symptom: &Symptom| deletion.is_none() || symptom.condition.kind != "Progressing";
    found.extend(ill("Config", config).filter(|symptom| counts(state, config, symptom) && is_meant(symptom)));
    found.extend(deletion);
    if state == "Removed" && !has_storage(config) && has_no_storage_of_its_own(seen) {
        for symptom in found.iter_mut().filter(|symptom| symptom.condition.kind == "Removed") {
            symptom.condition.reason = "RemovedByPlatform".into();
        }
    }
    if seen.object(PRUNER).is_none() && !matches!(seen.answer(PRUNER), Some(Answer::Absent(_))) {
        let operator = seen.object(CLUSTER_OPERATOR).map(union::parts).unwrap_or_default();
        found.extend(operator.into_iter().filter(|part| part.of == "ImagePruner"));
    }
}

/// Says that the config CR is being deleted, and what its operator does before it lets go of it (openshift/
/// cluster-image-registry-operator `pkg/operator/{controller,finalizer}.go`).
fn deletion(config: &Node) -> Option<Symptom> {
    config.at(&["metadata", "deletionTimestamp"])?;
    let finalizers: Vec<&str> = items(config, &["metadata", "finalizers"]).iter().filter_map(Node::as_str).collect();
    let state = config.at(&["spec", "storage", "managementState"]).and_then(Node::as_str);
    // Before 4.6 the status alone says it; from then on the status may keep what the spec takes back.
    let is_managed = match state.filter(|state| !state.is_empty()) {
        Some(state) => state == "Managed",
        None => config.at(&["status", "storageManaged"]).and_then(Node::as_bool) == Some(true),
    };
    let reason = match (finalizers.contains(&FINALIZER), is_managed) {
        (false, _) => "OtherFinalizers",
        (true, true) => "StorageDeleted",
        (true, false) => "StorageKept",
    };
    let message = format!("the config CR is being deleted, and waits for {}", finalizers.join(", "));
    Some(Symptom::new("Config", "cluster", ["Deleting", "True", reason], &message))
}

/// Says that the cluster has no registry operator, and why as far as that can be read.
fn absent(seen: &Seen) -> Option<Symptom> {
    if !seen.has_no_operator() {
        return None;
    }
    let version = seen.object(CLUSTER_VERSION);
    let known = version.map(|version| items(version, &["status", "capabilities", "knownCapabilities"]));
    let enabled = version.map(|version| items(version, &["status", "capabilities", "enabledCapabilities"]));
    let has = |list: Option<&[Node]>| list.is_some_and(|list| list.iter().any(|of| of.as_str() == Some(CAPABILITY)));
    let reason = if has(known) && !has(enabled) { "CapabilityDisabled" } else { "KindNotFound" };
    let message = "the cluster does not serve the kind Config of the registry operator";
    Some(Symptom::new("ClusterVersion", "version", ["Capability", "False", reason], message))
}

/// Tells whether a condition means anything in the operator's state: what it left behind when it was told to stop does not.
fn counts(state: &str, config: &Node, symptom: &Symptom) -> bool {
    let condition = &symptom.condition;
    let is_storage = condition.kind.starts_with("Storage");
    match state {
        "Unmanaged" => false,
        "Removed" => !is_storage,
        // What a backend has beside its existence is the operator's affair only where it manages it.
        _ if is_storage && condition.kind != "StorageExists" => {
            config.at(&["spec", "storage", "managementState"]).and_then(Node::as_str) == Some("Managed")
        }
        // One that was left from another state.
        _ => condition.kind != "Removed",
    }
}

fn has_storage(config: &Node) -> bool {
    let storage = config.at(&["spec", "storage"]).and_then(Node::as_map);
    storage.is_some_and(|map| map.iter().any(|(key, _)| &**key != "managementState"))
}

fn has_no_storage_of_its_own(seen: &Seen) -> bool {
    seen.platform().is_some_and(|platform| WITHOUT_STORAGE.contains(&platform))
}
