//! What a spec does not say of the objects that it was made of: where, why, and what to do.

use std::fmt::Write;

use crate::tree::{Place, SourceKind};

/// Something that a spec does not say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// The object, as `Kind namespace/name`.
    pub object: String,
    /// The path of the field; empty for the object as a whole.
    pub path: String,
    /// What kind of thing it is.
    pub why: Why,
    /// Why the spec does not say it, one line.
    pub message: String,
    /// What can be done about it.
    pub help: String,
    /// Where it stands, if that is a file.
    pub place: Option<Place>,
}

/// Why a spec does not say something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// It is a secret, or holds one.
    Secret,
    /// A spec has no field for it.
    NoField,
    /// A spec has a field for it, but not on this release.
    OtherRelease,
    /// A spec cannot hold it in this form.
    Unusable,
    /// What the spec renders stands in its place, under another name.
    Replaced,
    /// It is of whoever applies the object today.
    Applier,
    /// It is no part of a registry's configuration, or of another cluster.
    Unrelated,
}

impl Why {
    /// Returns the name in documents for programs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Secret => "secret",
            Self::NoField => "noField",
            Self::OtherRelease => "otherRelease",
            Self::Unusable => "unusable",
            Self::Replaced => "replaced",
            Self::Applier => "applier",
            Self::Unrelated => "unrelated",
        }
    }

    pub(super) fn of(name: &str) -> Option<Self> {
        let all = [
            Self::Secret,
            Self::NoField,
            Self::OtherRelease,
            Self::Unusable,
            Self::Replaced,
            Self::Applier,
            Self::Unrelated,
        ];
        all.into_iter().find(|why| why.name() == name)
    }
}

/// The list while it is made.
#[derive(Default)]
pub(super) struct Lefts(Vec<Left>);

impl Lefts {
    pub(super) fn push(&mut self, left: Left) {
        self.0.push(left);
    }

    pub(super) fn extend(&mut self, more: impl IntoIterator<Item = Left>) {
        self.0.extend(more);
    }

    /// Returns the list: objects in order of their names, fields as they stand.
    pub(super) fn into_list(self) -> Vec<Left> {
        let mut list = self.0;
        list.sort_by(|a, b| (&a.object, &a.path).cmp(&(&b.object, &b.path)));
        list.dedup();
        list
    }
}

/// Returns a place that a user can open; none of what came from a cluster.
pub(super) fn opened(place: &Place) -> Option<Place> {
    (place.source.kind() == SourceKind::User).then(|| place.clone())
}

/// Shows a path: `spec.storage.s3`, `spec.routes[0].name`, `metadata.annotations["a.b/c"]`.
pub(super) fn shown(path: &[String]) -> String {
    let mut text = String::new();
    for step in path {
        let is_plain = |step: &str| {
            !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
        };
        if step.starts_with('[') {
            text.push_str(step);
        } else if is_plain(step) {
            if !text.is_empty() {
                text.push('.');
            }
            text.push_str(step);
        } else {
            let _infallible = write!(text, "[{step:?}]");
        }
    }
    text
}
