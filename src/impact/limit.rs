//! What hits harder than the invoker allows: `--max-impact`.

use std::fmt;

use super::{Impact, Reason};
use crate::diag::visible::visible;
use crate::diff::ClusterDiff;
use crate::live::ObjectId;

/// A change that hits harder than allowed.
#[derive(Clone, Debug)]
pub struct Above<'d> {
    /// The cluster.
    pub cluster: &'d str,
    /// The object.
    pub object: &'d ObjectId,
    /// How hard it hits, and why.
    pub reason: &'d Reason,
    /// What is allowed.
    pub limit: Impact,
}

/// Returns the changes of clusters that hit harder than a limit, the worst of each object, in the order of the objects.
/// What cannot be told hits nothing here; that the answer is not whole is for the exit code to say.
pub fn above(diffs: &[ClusterDiff], limit: Impact) -> Vec<Above<'_>> {
    let mut found = Vec::new();
    for diff in diffs {
        for object in &diff.objects {
            // The first one is the worst.
            let worst = object.reasons.first().filter(|reason| reason.impact > limit);
            found.extend(worst.map(|reason| Above { cluster: &diff.cluster, object: &object.object, reason, limit }));
        }
    }
    found
}

/// Shows which change it is, in one line that does nothing to a terminal.
impl fmt::Display for Above<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cluster, object, reason: Reason { impact, path, why }, limit } = self;
        let path = if path.is_empty() { String::new() } else { format!(" `{}`", visible(path)) };
        let (impact, limit) = (impact.word(), limit.word());
        write!(f, "{}: {object}{path}: {impact}, above `--max-impact {limit}`: {}", visible(cluster), visible(why))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::diff::{ObjectDiff, PredictedBy, What};
    use crate::live::Resource;

    #[test]
    fn the_worst_change_of_each_object_above_the_limit_is_named() {
        let object = |name: &str, impacts: &[Impact]| {
            let resource = Resource {
                group: String::new(),
                version: "v1".into(),
                plural: "configmaps".into(),
                kind: "ConfigMap".into(),
                namespaced: true,
            };
            let reason = |impact: &Impact| Reason { impact: *impact, path: "data".into(), why: "so".into() };
            let object = ObjectId { resource, namespace: "n".into(), name: name.into() };
            ObjectDiff {
                reasons: impacts.iter().map(reason).collect(),
                ..ObjectDiff::new(object, What::Change, PredictedBy::Comparison)
            }
        };
        let objects = vec![
            object("a", &[Impact::Drain, Impact::Rollout]),
            object("b", &[Impact::Rollout]),
            object("c", &[Impact::DataLoss, Impact::None]),
            object("d", &[]),
        ];
        let diffs = [ClusterDiff {
            cluster: "prod\u{1b}".into(),
            against: "live".into(),
            objects,
            unknown: Vec::new(),
            not_collected: BTreeSet::new(),
        }];
        let said = |limit: Impact| above(&diffs, limit).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(said(Impact::DataLoss), Vec::<String>::new());
        assert_eq!(
            said(Impact::Rollout),
            [
                r"prod\u{1b}: ConfigMap n/a `data`: drain, above `--max-impact rollout`: so",
                r"prod\u{1b}: ConfigMap n/c `data`: data-loss, above `--max-impact rollout`: so",
            ]
        );
        assert_eq!(said(Impact::None).len(), 3);
    }
}
