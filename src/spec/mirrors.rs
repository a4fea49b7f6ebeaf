//! The view of `mirrors`: by digest and by tag, each a mapping by source, and the kinds that hold those by digest.

use std::sync::Arc;

use crate::target::{Minor, Target};
use crate::tree::{Entry, Node};

/// The first minor with ImageDigestMirrorSet and ImageTagMirrorSet.
pub const MIRROR_SETS: Minor = Minor::of(4, 13);

/// `spec.mirrors`.
#[derive(Clone, Copy, Debug)]
pub struct Mirrors<'r>(&'r Node);

/// The kinds that mirrors by digest are rendered as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MirrorKinds {
    /// ImageContentSourcePolicy.
    SourcePolicy,
    /// ImageDigestMirrorSet.
    MirrorSet,
    /// Both at once.
    Both,
}

impl<'r> Mirrors<'r> {
    pub(super) fn new(node: &'r Node) -> Self {
        Self(node)
    }

    /// Returns the tree.
    pub fn node(self) -> &'r Node {
        self.0
    }

    /// Returns `name`, where the spec gives one.
    pub fn name(self) -> Option<&'r Node> {
        self.0.get("name")
    }

    /// Returns `kind`, where the spec says it.
    pub fn kind(self) -> Option<&'r Node> {
        self.0.get("kind")
    }

    /// Returns the kinds that mirrors by digest are rendered as: those that the spec says, else by the target.
    pub fn kinds(self, target: Target) -> MirrorKinds {
        match self.kind().and_then(Node::as_str) {
            Some("ImageContentSourcePolicy") => MirrorKinds::SourcePolicy,
            Some("ImageDigestMirrorSet") => MirrorKinds::MirrorSet,
            Some("Both") => MirrorKinds::Both,
            _ if target.is_since(MIRROR_SETS) => MirrorKinds::MirrorSet,
            _ => MirrorKinds::SourcePolicy,
        }
    }

    /// Returns the mirrors by digest.
    pub fn by_digest(self) -> Option<&'r Entry> {
        self.0.entry("imageDigestMirrors")
    }

    /// Returns the mirrors by tag.
    pub fn by_tag(self) -> Option<&'r Entry> {
        self.0.entry("imageTagMirrors")
    }

    /// Returns the sources of either, each with its mirrors.
    pub fn sources(by_source: &'r Entry) -> impl Iterator<Item = (&'r Arc<str>, &'r Entry)> {
        by_source.node.as_map().into_iter().flatten()
    }
}
