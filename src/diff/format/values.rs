//! A value that may be shown, and shortly.

use std::sync::Arc;

use crate::diag::visible::inert;
use crate::tree::sensitive::CONCEALED;
use crate::tree::{Entry, Map, Node, Value};

/// Returns a tree in which nothing is that its own origin, or its form, says to be a secret.
///
/// Whoever made the tree concealed it by the names of its fields already; this is what remains if somebody forgot.
pub(super) fn without_secrets(node: &Node) -> Node {
    let value = match &node.value {
        Value::Secret(_) => Value::String(CONCEALED.into()),
        Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::String(_) if node.origin.is_hidden() => {
            Value::String(CONCEALED.into())
        }
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
        Value::String(text) => &**text == CONCEALED,
        Value::Seq(items) => items.iter().any(hides_something),
        Value::Map(map) => map.iter().any(|(key, entry)| &**key == CONCEALED || hides_something(&entry.node)),
        _ => false,
    }
}

/// Writes a value on one inert line of bounded length.
pub(super) fn short(node: &Node) -> String {
    const LONGEST: usize = 60;
    let text = match &without_secrets(node).value {
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
