//! The pruner: what its CR says, and what its last Job left behind.

use super::super::kinds::{JOB, PRUNER};
use super::super::read::{Seen, items, name, text};
use super::{Symptom, ill};
use crate::tree::Node;

/// The CronJob that the operator makes.
const CRON_JOB: &str = "image-pruner";

pub(super) fn look(seen: &Seen, found: &mut Vec<Symptom>) {
    if let Some(pruner) = seen.object(PRUNER) {
        found.extend(ill("ImagePruner", pruner));
    }
    let Some(job) = last_job(seen).filter(|job| failure(job).is_some()) else { return };
    if let Some(condition) = failure(job) {
        let said = |field| text(condition, &[field]).unwrap_or_default();
        found.push(Symptom::new("Job", name(job), ["Failed", "True", said("reason")], said("message")));
    }
    found.extend(last_words(seen, job));
}

/// Returns the last Job of the pruner that has ended.
pub(in crate::status) fn last_job(seen: &Seen) -> Option<&Node> {
    let is_pruners = |job: &&Node| {
        let owners = items(job, &["metadata", "ownerReferences"]);
        let is_owned = owners.iter().any(|owner| text(owner, &["name"]) == Some(CRON_JOB));
        // One that somebody started by hand from the CronJob has no owner, and the label of its template.
        let is_labelled = text(job, &["metadata", "labels", "created-by"]) == Some(CRON_JOB);
        is_owned || is_labelled || name(job).starts_with("image-pruner-")
    };
    let has_ended = |job: &&Node| {
        items(job, &["status", "conditions"]).iter().any(|condition| {
            matches!(text(condition, &["type"]), Some("Failed" | "Complete"))
                && text(condition, &["status"]) == Some("True")
        })
    };
    let created = |job: &&Node| text(job, &["metadata", "creationTimestamp"]).unwrap_or_default().to_owned();
    seen.list(JOB).filter(is_pruners).filter(has_ended).max_by_key(|job| (created(job), name(job).to_owned()))
}

/// Returns the condition that says that a Job failed.
pub(in crate::status) fn failure(job: &Node) -> Option<&Node> {
    let is_failed = |of: &&Node| text(of, &["type"]) == Some("Failed") && text(of, &["status"]) == Some("True");
    items(job, &["status", "conditions"]).iter().find(is_failed)
}

/// Returns what the pods of a Job said at their end.
fn last_words(seen: &Seen, job: &Node) -> Option<Symptom> {
    let of_job = |pod: &&Node| text(pod, &["metadata", "labels", "job-name"]) == Some(name(job));
    seen.job_pods().filter(of_job).find_map(|pod| {
        let containers = items(pod, &["status", "containerStatuses"]).iter();
        let ended = containers.filter_map(|container| {
            container.at(&["state", "terminated"]).or_else(|| container.at(&["lastState", "terminated"]))
        });
        let failed = ended.filter(|ended| text(ended, &["reason"]) != Some("Completed"));
        let said =
            failed.filter_map(|ended| Some((text(ended, &["reason"]).unwrap_or("Error"), text(ended, &["message"])?)));
        said.map(|(reason, message)| Symptom::new("Pod", name(pod), ["Ended", "True", reason], message)).next()
    })
}
