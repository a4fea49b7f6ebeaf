//! One state of a value, beside the same without what may be a secret; what of it may be shown.

use std::sync::Arc;

use crate::tree::sensitive::CONCEALED;
use crate::tree::{Entry, Map, Node, Origin, Value};

/// What is never told: who owns what, and what may hold every secret that was ever applied.
pub(super) const NEVER: [&[&str]; 2] =
    [&["metadata", "managedFields"], &["metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration"]];

/// A value, and the same without what may be a secret.
#[derive(Clone, Copy)]
pub(super) struct Side<'a> {
    pub(super) raw: &'a Node,
    pub(super) shown: &'a Node,
}

impl Side<'_> {
    /// Goes to a field.
    pub(super) fn get(self, key: &str) -> Option<Self> {
        let (at, _, entry) = self.raw.as_map()?.get_full(key)?;
        // Names that may be secrets are concealed, too; where two became one, nothing of it is shown.
        let shown = self.shown.as_map().filter(|shown| shown.len() == self.raw.as_map().map_or(0, Map::len));
        let shown = shown.and_then(|shown| shown.get_index(at)).map_or(self.shown, |(_, entry)| &entry.node);
        Some(Self { raw: &entry.node, shown })
    }

    /// Goes to the items of a list.
    pub(super) fn items(self) -> Vec<Self> {
        let shown = self.shown.as_seq().unwrap_or_default();
        let items = self.raw.as_seq().unwrap_or_default().iter().enumerate();
        items.map(|(at, raw)| Self { raw, shown: shown.get(at).unwrap_or(self.shown) }).collect()
    }

    /// Tells whether the value may be a secret.
    pub(super) fn is_hidden(self) -> bool {
        match (&self.raw.value, &self.shown.value) {
            (Value::Secret(_), _) => true,
            (Value::Map(_) | Value::Seq(_) | Value::Null, _) => false,
            (_, Value::String(shown)) if &**shown == CONCEALED => true,
            _ => self.raw.origin.is_hidden(),
        }
    }
}

/// Returns a value as it may be shown.
pub(super) fn show(side: Side<'_>) -> Node {
    let value = match &side.raw.value {
        Value::Map(map) => {
            let names = side.shown.as_map().filter(|shown| shown.len() == map.len());
            let field = |(at, (name, entry)): (usize, (&Arc<str>, &Entry))| {
                let name = names.and_then(|names| names.get_index(at)).map_or(name, |(name, _)| name);
                let shown = side.get(map.get_index(at).map_or("", |(raw, _)| raw)).map(show);
                let node = shown.unwrap_or_else(|| Node::string(CONCEALED, entry.node.origin.clone()));
                (Arc::clone(name), Entry { key: entry.key.clone(), node })
            };
            Value::Map(map.iter().enumerate().map(field).collect())
        }
        Value::Seq(_) => Value::Seq(side.items().into_iter().map(show).collect()),
        _ if side.is_hidden() => Value::String(CONCEALED.into()),
        value => value.clone(),
    };
    Node::new(value, side.raw.origin.clone())
}

/// Returns a name of a field as it may be shown.
pub(super) fn shown_name(side: Side<'_>, name: &Arc<str>) -> Arc<str> {
    let at = side.raw.as_map().and_then(|map| map.get_index_of(&**name));
    let shown = side.shown.as_map().filter(|shown| Some(shown.len()) == side.raw.as_map().map(Map::len));
    match (at, shown) {
        (Some(at), Some(shown)) => shown.get_index(at).map_or_else(|| CONCEALED.into(), |(name, _)| Arc::clone(name)),
        (Some(_), None) => CONCEALED.into(),
        (None, _) => Arc::clone(name),
    }
}

/// Returns the origin of a name that is shown. The names of a Secret's values are no secrets, though they come from where
/// one was asked for.
pub(super) fn key_of(is_secret: bool, origin: &Origin) -> Origin {
    match origin.template() {
        Some(template) if is_secret && origin.is_hidden() => Origin::at(template.clone()),
        _ => origin.clone(),
    }
}

/// Returns what stands for a value that may be a secret.
pub(super) fn hidden(text: &'static str, like: &Node) -> Node {
    if matches!(like.value, Value::Map(_) | Value::Seq(_)) {
        return like.clone();
    }
    Node::string(text, like.origin.clone())
}

/// Returns an object without what is never told.
pub(super) fn without_never(mut object: Node) -> Node {
    for path in NEVER {
        remove(&mut object, path);
    }
    object
}

fn remove(node: &mut Node, path: &[&str]) {
    match path {
        [] => {}
        [last] => _ = node.as_map_mut().and_then(|map| map.shift_remove(*last)),
        [first, rest @ ..] => {
            if let Some(entry) = node.as_map_mut().and_then(|map| map.get_mut(*first)) {
                remove(&mut entry.node, rest);
            }
        }
    }
}
