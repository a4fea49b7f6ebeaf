//! The claim that the registry uses: whether it is there, bound, and fit for the replicas.

use super::super::kinds::{CLAIM, EVENT, STORAGE_CLASS, VOLUME};
use super::super::read::{Seen, items, name, number, text};
use super::Symptom;
use crate::live::Answer;
use crate::tree::Node;

pub(super) fn look(seen: &Seen, found: &mut Vec<Symptom>) {
    let is_removed = seen.management_state() == Some("Removed");
    let Some(wanted) = seen.claim_name().filter(|_| !is_removed && seen.is_listed(CLAIM)) else { return };
    let symptom = |condition, message: &str| Symptom::new("PersistentVolumeClaim", wanted, condition, message);
    let Some(claim) = seen.claim() else {
        let message = format!("persistentvolumeclaims \"{wanted}\" not found");
        found.push(symptom(["Exists", "False", "NotFound"], &message));
        return;
    };
    match text(claim, &["status", "phase"]) {
        Some("Pending") => found.push(pending(seen, claim, wanted)),
        Some("Lost") => found.push(symptom(["Phase", "Lost", "Lost"], "the claim lost its volume")),
        _ => {}
    }
    if let Some(too_many) = replicas_on_one_node(seen, claim) {
        found.push(symptom(["AccessModes", "False", "OneNode"], too_many));
    }
    let volume = seen.named_objects(VOLUME).find_map(|(_, answer)| match answer {
        Answer::There(volume) => Some(volume),
        Answer::Absent(_) | Answer::Unknown(_) => None,
    });
    if text(claim, &["metadata", "deletionTimestamp"]).is_some() {
        let what_becomes = volume.and_then(|volume| {
            let policy = text(volume, &["spec", "persistentVolumeReclaimPolicy"])?;
            Some(format!(", and its volume \"{}\" has the reclaim policy {policy}", name(volume)))
        });
        let message = format!("the claim is being deleted{}", what_becomes.unwrap_or_default());
        found.push(symptom(["Deleting", "True", "Terminating"], &message));
    }
    if let Some(volume) = volume.filter(|volume| text(volume, &["status", "phase"]) == Some("Failed")) {
        let message = text(volume, &["status", "message"]).unwrap_or_default();
        found.push(Symptom::new("PersistentVolume", name(volume), ["Phase", "Failed", "Failed"], message));
    }
}

/// Says why a claim waits: what the last event about it says, or what its class shows.
fn pending(seen: &Seen, claim: &Node, wanted: &str) -> Symptom {
    let class = text(claim, &["spec", "storageClassName"]);
    let classes: Vec<&Node> = seen.list(STORAGE_CLASS).collect();
    let of = |reason: &str, message: &str| {
        Symptom::new("PersistentVolumeClaim", wanted, ["Phase", "Pending", reason], message)
    };
    if let Some(class) = class.filter(|class| !classes.is_empty() && classes.iter().all(|of| name(of) != *class)) {
        return of("ProvisioningFailed", &format!("storageclass.storage.k8s.io \"{class}\" not found"));
    }
    match last_event(seen, CLAIM.name, wanted, |_| true) {
        Some(event) => of(text(event, &["reason"]).unwrap_or("Pending"), text(event, &["message"]).unwrap_or_default()),
        None => of("Pending", ""),
    }
}

/// Says that several replicas share a volume that one node can mount. The operator looks at that only where the claim
/// changes (openshift/cluster-image-registry-operator `pkg/storage/pvc/pvc.go`).
fn replicas_on_one_node(seen: &Seen, claim: &Node) -> Option<&'static str> {
    let replicas = number(seen.settings()?, &["replicas"])?;
    let modes = items(claim, &["spec", "accessModes"]);
    let has = |mode: &str| modes.iter().any(|of| of.as_str() == Some(mode));
    (replicas > 1 && has("ReadWriteOnce") && !has("ReadWriteMany"))
        .then_some("cannot use ReadWriteOnce access mode with more than one replica of the image registry")
}

/// Returns the last event about an object for which something holds.
pub(super) fn last_event<'s>(
    seen: &'s Seen,
    kind: &str,
    object: &str,
    holds: impl Fn(&Node) -> bool,
) -> Option<&'s Node> {
    let about = |event: &&Node| {
        text(event, &["involvedObject", "kind"]) == Some(kind)
            && text(event, &["involvedObject", "name"]) == Some(object)
            && holds(event)
    };
    // Times of RFC 3339 in UTC are in order as texts; of equal ones the later in the list is the newer.
    seen.list(EVENT).filter(about).max_by(|a, b| time(a).cmp(time(b)))
}

fn time(event: &Node) -> &str {
    let fields: [&[&str]; 4] =
        [&["series", "lastObservedTime"], &["lastTimestamp"], &["eventTime"], &["metadata", "creationTimestamp"]];
    fields.into_iter().find_map(|path| text(event, path)).unwrap_or_default()
}
