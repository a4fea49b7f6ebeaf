//! The two states of an object as text that may be shown: YAML, every line of it inert.
//!
//! A value that may be a secret is not there; where it changes, the word for it changes.

use crate::diag::visible::inert;
use crate::diff::{Change, ObjectDiff, PredictedBy, What};
use crate::tree::{Node, emit};

use super::values::shown;

/// An object before and after, as it may be shown; none where there is nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct States {
    /// What is there.
    pub(super) before: Option<String>,
    /// What would be there.
    pub(super) after: Option<String>,
    /// The paths of changes that the texts do not show.
    pub(super) unseen: Vec<String>,
    /// Whether both are states of files, and none is a cluster's.
    pub(super) are_files: bool,
}

impl States {
    /// Returns the states of an object.
    pub(super) fn of(object: &ObjectDiff) -> Self {
        let [before, after] = [&object.before, &object.after].map(|state| state.as_ref().map(text));
        // Two addresses that differ in their passwords alone read the same once those are taken out.
        let is_unseen = |change: &&Change| match (&change.before, &change.after) {
            (Some(before), Some(after)) => text(before) == text(after),
            _ => false,
        };
        let unseen = match object.what {
            What::Change if before == after => object.changes.iter().map(|change| change.path.clone()).collect(),
            What::Change => object.changes.iter().filter(is_unseen).map(|change| change.path.clone()).collect(),
            _ => Vec::new(),
        };
        Self { before, after, unseen, are_files: object.by == PredictedBy::Files }
    }
}

/// Writes a tree as YAML of inert lines.
fn text(node: &Node) -> String {
    match emit::to_yaml(&shown(node)) {
        Ok(yaml) => yaml.lines().flat_map(|line| [inert(line), "\n".into()]).collect(),
        // Too deep, or no number: the one or the other stands nowhere in an object that a server has.
        Err(error) => format!("# not shown: {}\n", inert(&error.to_string())),
    }
}
