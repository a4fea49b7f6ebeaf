//! The two states of an object as text that may be shown: YAML, every line of it inert.
//!
//! A value that may be a secret is not there. Where it changes, the states say so in its place, since nobody could see it
//! otherwise.

use crate::diag::visible::inert;
use crate::diff::{Change, ObjectDiff, What};
use crate::tree::sensitive::{CONCEALED, concealed};
use crate::tree::{Node, Value, emit};

use super::locate::locate;
use super::values::without_secrets;

/// What stands in the place of a value that changes and may be a secret.
const BEFORE: &str = "(a secret, before)";
const AFTER: &str = "(a secret, after)";

/// An object before and after, as it may be shown; none where there is nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct States {
    /// What is there.
    pub(super) before: Option<String>,
    /// What would be there.
    pub(super) after: Option<String>,
    /// The paths of changes that the texts do not show.
    pub(super) unseen: Vec<String>,
}

impl States {
    /// Returns the states of an object.
    pub(super) fn of(object: &ObjectDiff) -> Self {
        let mut before = object.before.as_ref().map(shown);
        let mut after = object.after.as_ref().map(shown);
        let mut unseen = Vec::new();
        for change in object.changes.iter().filter(|change| hides_its_value(change)) {
            let said = before.as_mut().is_some_and(|node| say(node, &change.path, BEFORE));
            let also = after.as_mut().is_some_and(|node| say(node, &change.path, AFTER));
            if !(said || also) {
                unseen.push(change.path.clone());
            }
        }
        let (before, after) = (before.as_ref().map(text), after.as_ref().map(text));
        // Two addresses that differ in their passwords alone read the same once those are taken out.
        if before == after && matches!(object.what, What::Change) {
            unseen = object.changes.iter().map(|change| change.path.clone()).collect();
        }
        Self { before, after, unseen }
    }
}

/// Tells whether a change reads the same before and after, since it is of what may be a secret.
pub(super) fn hides_its_value(change: &Change) -> bool {
    let of = |node: &Option<Node>| node.as_ref().map(without_secrets);
    match (of(&change.before), of(&change.after)) {
        (Some(before), Some(after)) => before == after && before.as_str() == Some(CONCEALED),
        _ => false,
    }
}

/// Returns a tree without what may be a secret; whoever made it took that out already.
fn shown(node: &Node) -> Node {
    without_secrets(&concealed(node))
}

fn say(node: &mut Node, path: &str, words: &str) -> bool {
    let Some(value) = locate(node, path).filter(|value| value.as_str() == Some(CONCEALED)) else { return false };
    value.value = Value::String(words.into());
    true
}

/// Writes a tree as YAML of inert lines.
fn text(node: &Node) -> String {
    match emit::to_yaml(node) {
        Ok(yaml) => yaml.lines().flat_map(|line| [inert(line), "\n".into()]).collect(),
        // Too deep, or no number: the one or the other stands nowhere in an object that a server has.
        Err(error) => format!("# not shown: {}\n", inert(&error.to_string())),
    }
}
