//! A value that may be shown, and shortly.

use std::borrow::Cow;
use std::sync::Arc;

use crate::diag::visible::inert;
use crate::diff::compare::ANOTHER;
use crate::tree::hush::without_called;
use crate::tree::sensitive::{CONCEALED, concealed};
use crate::tree::{Entry, Map, Node, Value};

/// Returns a tree to be shown, without what the names of its fields, its own origin or its form say to be a secret.
///
/// Whoever made the tree took all that out already; this is what remains if somebody forgot.
pub(super) fn shown(node: &Node) -> Node {
    keep_words(node, &without_secrets(&concealed(node)))
}

/// Tells whether a text stands in the place of a secret: of one, or of one that is not the one before.
fn is_word(text: &str) -> bool {
    text == CONCEALED || text == ANOTHER
}

/// Puts back that a secret is another one than before, which is no secret.
fn keep_words(node: &Node, shown: &Node) -> Node {
    let value = match (&node.value, &shown.value) {
        (Value::String(text), _) if is_word(text) => node.value.clone(),
        (Value::Seq(items), Value::Seq(shown)) => {
            Value::Seq(items.iter().zip(shown).map(|(item, shown)| keep_words(item, shown)).collect())
        }
        // Where two names became one, nothing says which value is whose.
        (Value::Map(map), Value::Map(shown)) if map.len() == shown.len() => {
            let fields = map.values().zip(shown).map(|(entry, (key, shown))| {
                (Arc::clone(key), Entry { key: shown.key.clone(), node: keep_words(&entry.node, &shown.node) })
            });
            Value::Map(fields.collect())
        }
        (_, shown) => shown.clone(),
    };
    Node::new(value, shown.origin.clone())
}

fn without_secrets(node: &Node) -> Node {
    let value = match &node.value {
        Value::Secret(_) => Value::String(CONCEALED.into()),
        Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::String(_) if node.origin.is_hidden() => {
            Value::String(CONCEALED.into())
        }
        // What operators note of their failures quotes what they tried.
        Value::String(text) => match without_called(text) {
            Cow::Borrowed(_) => node.value.clone(),
            Cow::Owned(shown) => Value::String(shown.into()),
        },
        Value::Seq(items) => Value::Seq(items.iter().map(without_secrets).collect()),
        Value::Map(map) => Value::Map(map.iter().map(field).collect::<Map>()),
        value => value.clone(),
    };
    Node::new(value, node.origin.clone())
}

fn field((key, entry): (&Arc<str>, &Entry)) -> (Arc<str>, Entry) {
    let name = if entry.key.is_hidden() { CONCEALED.into() } else { Arc::clone(key) };
    (name, Entry { key: entry.key.clone(), node: without_secrets(&entry.node) })
}

/// Tells whether something in a tree stands for what may be a secret.
pub(super) fn hides_something(node: &Node) -> bool {
    match &node.value {
        Value::Secret(_) => true,
        Value::String(text) => is_word(text),
        Value::Seq(items) => items.iter().any(hides_something),
        Value::Map(map) => map.iter().any(|(key, entry)| &**key == CONCEALED || hides_something(&entry.node)),
        _ => false,
    }
}

/// Writes a value on one inert line of bounded length.
pub(super) fn short(node: &Node) -> String {
    const LONGEST: usize = 60;
    let text = match &shown(node).value {
        Value::String(text) => text.to_string(),
        Value::Map(map) if map.is_empty() => "{}".into(),
        Value::Map(map) => match map.len() {
            1 => "1 field".into(),
            count => format!("{count} fields"),
        },
        Value::Seq(items) => match items.len() {
            0 => "[]".into(),
            1 => "1 item".into(),
            count => format!("{count} items"),
        },
        _ => node.to_json().to_string(),
    };
    cut(&text, LONGEST)
}

/// Makes a text one inert line of at most so many characters before what acts is made visible.
pub(super) fn cut(text: &str, longest: usize) -> String {
    // Made inert first: half an address does not look like one.
    let line = inert(text);
    match line.char_indices().nth(longest) {
        None => line.into_owned(),
        Some((end, _)) => format!("{}…", &line[..end]),
    }
}
