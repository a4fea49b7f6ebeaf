//! Which status of a condition is the good one, by the condition's type.

/// What a condition says of its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Health {
    /// All is well.
    Well,
    /// Something is under way or wrong.
    Ill,
    /// Its type is not known here, so that nobody knows which status is the good one.
    Unsaid,
}

/// Judges a condition of an object by its type and status.
///
/// The registry operator's types are judged by how they end, as its ClusterOperator does (openshift/library-go
/// `pkg/operator/status/condition.go`).
pub(super) fn of(kind: &str, condition: &str, status: &str) -> Health {
    let good = match (kind, condition) {
        // A Deployment is progressing while it has nothing to do, too.
        ("Deployment", "Progressing") | ("MachineConfigPool", "Updated") | ("ImagePruner", "Scheduled") => "True",
        ("Deployment", "ReplicaFailure")
        | ("MachineConfigPool", "Updating")
        | ("ImagePruner", "Failed")
        | ("Config", "Removed") => "False",
        ("Config", storage) if storage.starts_with("Storage") => "True",
        (_, ended) if ended.ends_with("Available") => "True",
        (_, ended) if ended.ends_with("Progressing") || ended.ends_with("Degraded") => "False",
        _ => return Health::Unsaid,
    };
    if status == good { Health::Well } else { Health::Ill }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_judged_by_how_their_types_end() {
        for (kind, condition, status, health) in [
            ("Config", "Available", "True", Health::Well),
            ("Config", "NodeCADaemonAvailable", "False", Health::Ill),
            ("Config", "ImageConfigControllerDegraded", "True", Health::Ill),
            ("Config", "AzurePathFixProgressing", "Unknown", Health::Ill),
            ("Config", "StorageExists", "False", Health::Ill),
            ("Deployment", "Progressing", "False", Health::Ill),
            ("MachineConfigPool", "Updated", "True", Health::Well),
            ("ImagePruner", "Failed", "True", Health::Ill),
            ("MachineConfigPool", "PinnedImageSetsDegraded", "False", Health::Well),
            ("Config", "SomethingElse", "False", Health::Unsaid),
        ] {
            assert_eq!(of(kind, condition, status), health, "{kind} {condition}={status}");
        }
    }
}
