//! The mirrors of a cluster, whichever kind of object they are in.

use crate::rules::BundleContext;
use crate::rules::bundle::CONFIG_GROUP;
use crate::target::Minor;
use crate::tree::Node;

/// The group of ImageContentSourcePolicy.
const OPERATOR_GROUP: &str = "operator.openshift.io";

/// The kinds of mirror sets: group, kind, the list in `spec`, and whether it is for tags.
const KINDS: &[(&str, &str, &str, bool)] = &[
    (OPERATOR_GROUP, "ImageContentSourcePolicy", "repositoryDigestMirrors", false),
    (CONFIG_GROUP, "ImageDigestMirrorSet", "imageDigestMirrors", false),
    (CONFIG_GROUP, "ImageTagMirrorSet", "imageTagMirrors", true),
];

/// The first minor whose nodes are drained for a change of registries; before, they are rebooted.
const DRAINED: Minor = Minor::of(4, 8);

/// The mirrors of one source in one object.
#[derive(Clone, Copy)]
pub(super) struct Mirrors<'o> {
    /// The kind of the object.
    pub(super) kind: &'static str,
    /// The object.
    pub(super) object: &'o Node,
    /// Whether it is for tags; else it is for digests.
    pub(super) is_for_tags: bool,
    /// What is mirrored.
    pub(super) source: &'o Node,
    entry: &'o Node,
}

impl<'o> Mirrors<'o> {
    /// Returns where the source is pulled from.
    pub(super) fn mirrors(&self) -> impl Iterator<Item = &'o str> {
        self.entry.get("mirrors").and_then(Node::as_seq).unwrap_or_default().iter().filter_map(Node::as_str)
    }

    /// Tells whether this is about the same images as another one.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        self.is_for_tags == other.is_for_tags && self.source == other.source
    }
}

/// Returns all mirrors of a cluster, in written order.
pub(super) fn mirrors<'o>(of: &BundleContext<'o>) -> Vec<Mirrors<'o>> {
    let mut found = Vec::new();
    for (group, kind, list, is_for_tags) in KINDS {
        for object in of.objects_of(group, kind) {
            let entries = object.at(&["spec", list]).and_then(Node::as_seq).unwrap_or_default();
            let sources = entries.iter().filter_map(|entry| Some((entry.get("source")?, entry)));
            found.extend(sources.map(|(source, entry)| Mirrors {
                kind,
                object,
                is_for_tags: *is_for_tags,
                source,
                entry,
            }));
        }
    }
    found
}

/// Says what the nodes go through for a change of registries.
///
/// Source: openshift/machine-config-operator `pkg/daemon/drain.go`.
pub(super) fn what_nodes_do(of: &BundleContext<'_>) -> &'static str {
    let (first, last) = (of.target.first(), of.target.last());
    match (first >= DRAINED, last >= DRAINED) {
        (true, _) => "each node is drained, one after the other in its pool",
        (false, true) => "each node is drained, and before 4.8 rebooted, one after the other in its pool",
        (false, false) => "each node is rebooted, one after the other in its pool",
    }
}
