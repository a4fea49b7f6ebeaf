//! Clusters of which the same would become, together: those whose changes, and how hard they hit, are equal in every part.
//!
//! A new object is equal on two clusters if only the label that names its cluster differs. What may be a secret is
//! concealed here already, so that nobody is told whether it is the same on two clusters.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::diff::{Change, ClusterDiff, LiveOnly, ObjectDiff, What};
use crate::impact::Impact;
use crate::name::CLUSTER_LABEL;
use crate::tree::{Node, Value};

use super::unified::is_shown;

/// Clusters with the same differences.
#[derive(Debug)]
pub(super) struct Group<'a> {
    /// The clusters, in the order in which they were given.
    pub(super) clusters: Vec<&'a ClusterDiff>,
    /// What differs, as the first of them has it.
    pub(super) objects: Vec<&'a ObjectDiff>,
}

/// Clusters by what would become of them.
#[derive(Debug, Default)]
pub(super) struct Grouped<'a> {
    /// Those with differences: the hardest hit first, then the more, then in the order in which they were given.
    pub(super) groups: Vec<Group<'a>>,
    /// How many there are of which everything is known, and nothing differs.
    pub(super) n_same: usize,
    /// Those of which not everything is known; their differences are in `groups`, too.
    pub(super) incomplete: Vec<&'a ClusterDiff>,
}

impl Group<'_> {
    /// Returns how hard the changes hit each of the clusters.
    pub(super) fn impact(&self) -> Impact {
        self.objects.iter().map(|object| object.impact()).max().unwrap_or_default()
    }
}

/// Puts together the clusters whose differences are equal.
pub(super) fn grouped(clusters: &[ClusterDiff]) -> Grouped<'_> {
    let mut grouped = Grouped::default();
    let mut by_hash: HashMap<u64, Vec<usize>> = HashMap::new();
    for cluster in clusters {
        let is_known = |object: &&ObjectDiff| !matches!(object.what, What::Unknown(_));
        let objects: Vec<&ObjectDiff> =
            cluster.objects.iter().filter(|object| is_shown(object)).filter(is_known).collect();
        let is_complete = cluster.unknown.is_empty() && cluster.objects.iter().all(|object| is_known(&object));
        if !is_complete {
            grouped.incomplete.push(cluster);
        }
        if objects.is_empty() {
            grouped.n_same += usize::from(is_complete);
            continue;
        }
        let alike = by_hash.entry(hash(&objects)).or_default();
        let groups = &mut grouped.groups;
        if let Some(at) = alike.iter().copied().find(|at| are_equal(&groups[*at].objects, &objects)) {
            groups[at].clusters.push(cluster);
        } else {
            alike.push(groups.len());
            groups.push(Group { clusters: vec![cluster], objects });
        }
    }
    grouped.groups.sort_by_key(|group| std::cmp::Reverse((group.impact(), group.clusters.len())));
    grouped
}

fn are_equal(a: &[&ObjectDiff], b: &[&ObjectDiff]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_equal(a, b))
}

fn is_equal(a: &ObjectDiff, b: &ObjectDiff) -> bool {
    let changes = |a: &Change, b: &Change| {
        a.path == b.path && a.manager == b.manager && a.silent == b.silent && a.before == b.before && a.after == b.after
    };
    let live_only = |a: &LiveOnly, b: &LiveOnly| {
        a.path == b.path && a.manager == b.manager && a.silent == b.silent && a.value == b.value
    };
    let states = || match (&a.after, &b.after) {
        (Some(after), Some(other)) if is_created(a) => is_equal_below(after, other, Level::Object),
        (after, other) => !is_created(a) || after.is_none() == other.is_none(),
    };
    a.object == b.object
        && a.what == b.what
        && a.by == b.by
        && a.owner == b.owner
        && a.reasons == b.reasons
        && a.not_compared == b.not_compared
        && all(&a.changes, &b.changes, changes)
        && all(&a.live_only, &b.live_only, live_only)
        && states()
}

fn all<T>(a: &[T], b: &[T], is_equal: impl Fn(&T, &T) -> bool) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_equal(a, b))
}

fn is_created(object: &ObjectDiff) -> bool {
    matches!(object.what, What::Create(_))
}

/// Where in an object a mapping stands, as far as it matters for the label that names its cluster.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Object,
    Metadata,
    Labels,
    Other,
}

impl Level {
    fn below(self, key: &str) -> Self {
        match (self, key) {
            (Self::Object, "metadata") => Self::Metadata,
            (Self::Metadata, "labels") => Self::Labels,
            _ => Self::Other,
        }
    }

    fn leaves_out(self, key: &str) -> bool {
        self == Self::Labels && key == CLUSTER_LABEL
    }
}

fn is_equal_below(a: &Node, b: &Node, level: Level) -> bool {
    let (Some(map), Some(other), false) = (a.as_map(), b.as_map(), level == Level::Other) else { return a == b };
    let n_keys = |map: &crate::tree::Map| map.keys().filter(|key| !level.leaves_out(key)).count();
    n_keys(map) == n_keys(other)
        && map.iter().filter(|(key, _)| !level.leaves_out(key)).all(|(key, entry)| {
            other.get(key).is_some_and(|other| is_equal_below(&entry.node, &other.node, level.below(key)))
        })
}

/// Returns a number that is the same for equal differences.
fn hash(objects: &[&ObjectDiff]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for object in objects {
        object.object.hash(&mut hasher);
        for change in &object.changes {
            change.path.hash(&mut hasher);
            hash_of(change.before.as_ref()).hash(&mut hasher);
            hash_of(change.after.as_ref()).hash(&mut hasher);
        }
        for field in &object.live_only {
            (&field.path, hash_below(&field.value, Level::Other)).hash(&mut hasher);
        }
        for reason in &object.reasons {
            (&reason.path, &reason.why).hash(&mut hasher);
        }
        if is_created(object) {
            object.after.as_ref().map(|after| hash_below(after, Level::Object)).hash(&mut hasher);
        }
    }
    hasher.finish()
}

fn hash_of(node: Option<&Node>) -> Option<u64> {
    node.map(|node| hash_below(node, Level::Other))
}

fn hash_below(node: &Node, level: Level) -> u64 {
    let mut hasher = DefaultHasher::new();
    match &node.value {
        Value::Null | Value::Secret(_) | Value::Float(_) => {}
        Value::Bool(value) => value.hash(&mut hasher),
        Value::Int(value) => value.hash(&mut hasher),
        Value::String(text) => text.hash(&mut hasher),
        Value::Seq(items) => items.iter().for_each(|item| hash_below(item, Level::Other).hash(&mut hasher)),
        Value::Map(map) => {
            // Mappings are equal in any order.
            let entries = map.iter().filter(|(key, _)| !level.leaves_out(key)).map(|(key, entry)| {
                let mut hasher = DefaultHasher::new();
                (key, hash_below(&entry.node, level.below(key))).hash(&mut hasher);
                hasher.finish()
            });
            entries.fold(0, u64::wrapping_add).hash(&mut hasher);
        }
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::format::samples::{changed, cluster, created, unchanged, unknown};

    fn labelled(cluster: &str, value: &str) -> ObjectDiff {
        let text = format!(
            "kind: ConfigMap\nmetadata: {{name: a, labels: {{{CLUSTER_LABEL}: {cluster}, x: y}}}}\ndata: {{k: {value}}}\n"
        );
        created("a", &text)
    }

    fn names(clusters: &[ClusterDiff]) -> Vec<Vec<&str>> {
        let grouped = grouped(clusters);
        grouped.groups.iter().map(|group| group.clusters.iter().map(|cluster| &*cluster.cluster).collect()).collect()
    }

    #[test]
    fn equal_changes_are_together_and_no_others() {
        let edited = |value| changed("a", "replicas", "1", value);
        let clusters = [
            cluster("a", vec![edited("2")]),
            cluster("b", vec![edited("3")]),
            cluster("c", vec![unchanged("x"), edited("2")]),
            cluster("d", vec![edited("2"), edited("2")]),
            cluster("e", vec![changed("a", "other", "1", "2")]),
        ];
        assert_eq!(names(&clusters), [vec!["a", "c"], vec!["b"], vec!["d"], vec!["e"]]);
    }

    #[test]
    fn a_new_object_is_equal_where_only_its_cluster_is_named_otherwise() {
        let clusters = [
            cluster("a", vec![labelled("a", "1")]),
            cluster("b", vec![labelled("b", "1")]),
            cluster("c", vec![labelled("c", "2")]),
        ];
        assert_eq!(names(&clusters), [vec!["a", "b"], vec!["c"]]);
    }

    #[test]
    fn how_hard_a_change_hits_and_who_wrote_it_are_part_of_it() {
        let edited = || changed("a", "replicas", "1", "2");
        let [mut harmless, mut other] = [edited(), edited()];
        harmless.reasons.clear();
        other.changes[0].manager = None;
        let clusters = [cluster("a", vec![harmless]), cluster("b", vec![edited()]), cluster("c", vec![other])];
        assert_eq!(names(&clusters), [vec!["b"], vec!["c"], vec!["a"]], "the hardest hit comes first");
    }

    #[test]
    fn a_cluster_of_which_not_all_is_known_is_never_one_without_differences() {
        let clusters = [
            cluster("a", vec![unchanged("x")]),
            cluster("b", vec![unchanged("x"), unknown("y", "forbidden")]),
            cluster("c", vec![changed("a", "replicas", "1", "2"), unknown("y", "forbidden")]),
        ];
        let grouped = grouped(&clusters);
        assert_eq!((grouped.n_same, grouped.groups.len()), (1, 1));
        let incomplete: Vec<&str> = grouped.incomplete.iter().map(|cluster| &*cluster.cluster).collect();
        assert_eq!(incomplete, ["b", "c"]);
    }
}
