//! The registry's Deployment and pods: why a pod waits, crashes or is not made.

use super::super::kinds::{DEPLOYMENT, POD};
use super::super::read::{Seen, items, name, text};
use super::claim::last_event;
use super::{Symptom, ill};
use crate::tree::Node;

pub(super) fn look(seen: &Seen, found: &mut Vec<Symptom>) {
    if seen.management_state() == Some("Removed") {
        return;
    }
    if let Some(deployment) = seen.object(DEPLOYMENT) {
        found.extend(ill("Deployment", deployment));
    }
    for pod in seen.registry_pods().filter(|pod| is_meant_to_run(pod)) {
        found.extend(why_not_ready(seen, pod));
    }
}

/// Tells whether a pod is neither on its way out nor at its end.
fn is_meant_to_run(pod: &Node) -> bool {
    text(pod, &["metadata", "deletionTimestamp"]).is_none()
        && !matches!(text(pod, &["status", "phase"]), Some("Succeeded" | "Failed"))
}

/// Says why a pod is not ready; none where it is.
fn why_not_ready(seen: &Seen, pod: &Node) -> Option<Symptom> {
    let condition = |kind: &str| {
        let of_kind = |of: &&Node| text(of, &["type"]) == Some(kind);
        items(pod, &["status", "conditions"]).iter().find(of_kind)
    };
    let is = |kind, status| condition(kind).is_some_and(|of| text(of, &["status"]) == Some(status));
    if is("Ready", "True") {
        return None;
    }
    if is("PodScheduled", "False") {
        let of = condition("PodScheduled")?;
        let said = |field| text(of, &[field]).unwrap_or_default();
        return Some(Symptom::new("Pod", name(pod), ["PodScheduled", "False", said("reason")], said("message")));
    }
    let statuses = ["initContainerStatuses", "containerStatuses"];
    let containers = statuses.into_iter().flat_map(|field| items(pod, &["status", field]));
    containers.clone().find_map(|container| of_container(pod, container)).or_else(|| of_event(seen, pod))
}

/// Says why a container does not run, where the container itself says more than that it is being made.
fn of_container(pod: &Node, container: &Node) -> Option<Symptom> {
    let ended = |state: &str| container.at(&[state, "terminated"]);
    let (waiting, reason) = match container.at(&["state", "waiting"]) {
        Some(waiting) => (Some(waiting), text(waiting, &["reason"])?),
        None => (None, text(ended("state")?, &["reason"]).filter(|reason| *reason != "Completed")?),
    };
    if matches!(reason, "ContainerCreating" | "PodInitializing") {
        return None;
    }
    let last = ended("lastState").or_else(|| ended("state"));
    let killed = last.and_then(|last| text(last, &["reason"])).filter(|reason| *reason == "OOMKilled");
    let reason = killed.unwrap_or(reason);
    // What the program said last is worth more than that it is started anew.
    let log = last.and_then(|last| text(last, &["message"]));
    let message = log.or_else(|| text(waiting?, &["message"])).unwrap_or_default();
    Some(Symptom::new("Pod", name(pod), ["Waiting", "True", reason], message))
}

/// Says what the last warning about a pod is.
fn of_event(seen: &Seen, pod: &Node) -> Option<Symptom> {
    let is_warning = |event: &Node| text(event, &["type"]) == Some("Warning");
    let event = last_event(seen, POD.name, name(pod), is_warning)?;
    let said = |field| text(event, &[field]).unwrap_or_default();
    Some(Symptom::new("Pod", name(pod), ["Event", "Warning", said("reason")], said("message")))
}
