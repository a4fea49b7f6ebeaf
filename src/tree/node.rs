//! The one tree: specs, profiles, rendered objects and plain manifests are all made of [`Node`]s.
//!
//! A node knows its value and its origin, and a mapping's entries know the origin of their keys. Nothing here knows YAML.

use std::fmt;
use std::sync::Arc;

use indexmap::IndexMap;
use subtle::ConstantTimeEq;

use super::origin::{Origin, Place};
use crate::diag::visible::quoted;
use crate::secret::{Plaintext, SecretSlot};

/// A value with its origin.
#[derive(Clone)]
pub struct Node {
    /// What it is.
    pub value: Value,
    /// Where it was written.
    pub origin: Origin,
}

/// What a node holds, in the types of YAML 1.2's core schema, and a place for a secret.
#[derive(Clone)]
pub enum Value {
    /// `null`, `~` or nothing at all.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other number; always finite.
    Float(f64),
    /// Text. The allocation is kept through templates, which is how a value keeps its origin.
    String(Arc<str>),
    /// A sequence.
    Seq(Vec<Node>),
    /// A mapping in the order of its text.
    Map(Map),
    /// A secret whose bytes are not in the tree.
    Secret(SecretSlot),
}

/// A mapping from keys to entries, in written order.
pub type Map = IndexMap<Arc<str>, Entry>;

/// A mapping's entry: the value, and where its key stands.
#[derive(Clone)]
pub struct Entry {
    /// Where the key was written.
    pub key: Origin,
    /// The value.
    pub node: Node,
}

impl Node {
    /// Makes a node.
    pub fn new(value: Value, origin: impl Into<Origin>) -> Self {
        Self { value, origin: origin.into() }
    }

    /// Makes a string.
    pub fn string(text: impl Into<Arc<str>>, origin: impl Into<Origin>) -> Self {
        Self::new(Value::String(text.into()), origin)
    }

    /// Makes a mapping; each value's origin serves for its key too.
    pub fn map<K: Into<Arc<str>>>(entries: impl IntoIterator<Item = (K, Node)>, origin: impl Into<Origin>) -> Self {
        let entries = entries.into_iter();
        let map = entries.map(|(key, node)| (key.into(), Entry { key: node.origin.clone(), node })).collect();
        Self::new(Value::Map(map), origin)
    }

    /// Makes a tree of JSON, all of which was written at one place.
    pub fn from_json(json: &serde_json::Value, place: &Place) -> Self {
        use serde_json::Value as Json;
        let value = match json {
            Json::Null => Value::Null,
            Json::Bool(value) => Value::Bool(*value),
            Json::Number(number) => match number.as_i64() {
                Some(value) => Value::Int(value),
                None => Value::Float(number.as_f64().unwrap_or_default()),
            },
            Json::String(text) => Value::String(text.as_str().into()),
            Json::Array(items) => Value::Seq(items.iter().map(|item| Self::from_json(item, place)).collect()),
            Json::Object(fields) => {
                let entries = fields.iter().map(|(key, value)| (key.as_str(), Self::from_json(value, place)));
                return Self::map(entries, place.clone());
            }
        };
        Self::new(value, place.clone())
    }

    /// Returns the place that a finding about this node points at.
    pub fn place(&self) -> &Place {
        self.origin.place()
    }

    /// Returns the mapping, if it is one.
    pub fn as_map(&self) -> Option<&Map> {
        match &self.value {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    /// Returns the mapping to be changed, if it is one.
    pub fn as_map_mut(&mut self) -> Option<&mut Map> {
        match &mut self.value {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    /// Returns the items, if it is a sequence.
    pub fn as_seq(&self) -> Option<&[Node]> {
        match &self.value {
            Value::Seq(items) => Some(items),
            _ => None,
        }
    }

    /// Returns the text, if it is a string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the shared text, if it is a string.
    pub fn as_shared_str(&self) -> Option<&Arc<str>> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the boolean, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self.value {
            Value::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// Returns the whole number, if it is one; `2.0` is one, as the API server sees it.
    pub fn as_int(&self) -> Option<i64> {
        match self.value {
            Value::Int(value) => Some(value),
            Value::Float(value) if value.fract() == 0.0 && value.abs() < 9.0e15 => Some(value as i64),
            _ => None,
        }
    }

    /// Tells whether it is null.
    pub fn is_null(&self) -> bool {
        matches!(self.value, Value::Null)
    }

    /// Returns the value under a key of a mapping.
    pub fn get(&self, key: &str) -> Option<&Node> {
        Some(&self.entry(key)?.node)
    }

    /// Returns the entry under a key of a mapping.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.as_map()?.get(key)
    }

    /// Returns the entries of the mapping under a key, each with its own key; none where there is no mapping.
    pub fn entries(&self, key: &str) -> impl Iterator<Item = (&str, &Entry)> {
        let map = self.get(key).and_then(Self::as_map);
        map.into_iter().flatten().map(|(key, entry)| (&**key, entry))
    }

    /// Returns the value at a path of keys, each of a mapping.
    pub fn at(&self, path: &[&str]) -> Option<&Node> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    /// Puts a value under a key of a mapping, replacing what was there; does nothing to other nodes.
    pub fn insert(&mut self, key: impl Into<Arc<str>>, node: Node) {
        if let Some(map) = self.as_map_mut() {
            map.insert(key.into(), Entry { key: node.origin.clone(), node });
        }
    }

    /// Returns the name of the value's type, as JSON and Kubernetes call it.
    pub fn type_name(&self) -> &'static str {
        match self.value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Int(_) => "integer",
            Value::Float(_) => "number",
            Value::String(_) => "string",
            Value::Seq(_) => "array",
            Value::Map(_) => "object",
            Value::Secret(_) => "secret",
        }
    }

    /// Says what the value is in the words of messages.
    pub fn in_words(&self) -> &'static str {
        match &self.value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Int(_) => "a whole number",
            Value::Float(_) => "a number",
            Value::String(_) => "a string",
            Value::Seq(_) => "a list",
            Value::Map(_) => "a mapping",
            Value::Secret(slot) => match slot.encrypted() {
                Some(Plaintext::Text) => "an encrypted string",
                Some(Plaintext::Int) => "an encrypted whole number",
                Some(Plaintext::Float) => "an encrypted number",
                Some(Plaintext::Bool) => "an encrypted boolean",
                None => "a secret",
            },
        }
    }

    /// Tells whether a secret stands anywhere in the tree.
    pub fn has_secret(&self) -> bool {
        match &self.value {
            Value::Secret(_) => true,
            Value::Seq(items) => items.iter().any(Node::has_secret),
            Value::Map(map) => map.values().any(|entry| entry.node.has_secret()),
            _ => false,
        }
    }

    /// Tells whether a value anywhere in the tree, or a name, may be a secret, encrypted or in plain.
    pub fn may_hold_secret(&self) -> bool {
        match &self.value {
            Value::Secret(_) => true,
            Value::Seq(items) => items.iter().any(Node::may_hold_secret),
            Value::Map(map) => map.values().any(|entry| entry.key.is_hidden() || entry.node.may_hold_secret()),
            Value::Null => false,
            Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::String(_) => self.origin.is_hidden(),
        }
    }

    /// Quotes the value for a message; of a list or a mapping, and of what may be a secret, only what it is.
    pub fn quoted(&self) -> String {
        match &self.value {
            Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::String(_) if self.origin.is_hidden() => {
                "what stands there".into()
            }
            Value::Bool(value) => format!("`{value}`"),
            Value::Int(value) => format!("`{value}`"),
            Value::Float(value) => format!("`{value}`"),
            Value::String(text) => quoted(text),
            _ => self.in_words().to_owned(),
        }
    }

    /// Returns how many values the tree is made of, this one included.
    pub fn n_values(&self) -> usize {
        match &self.value {
            Value::Seq(items) => 1 + items.iter().map(Node::n_values).sum::<usize>(),
            Value::Map(map) => 1 + map.values().map(|entry| entry.node.n_values()).sum::<usize>(),
            _ => 1,
        }
    }

    /// Returns the tree as JSON, without origins; a secret becomes null, so what must hold secrets never goes this way.
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match &self.value {
            Value::Null | Value::Secret(_) => Json::Null,
            Value::Bool(value) => Json::Bool(*value),
            Value::Int(value) => Json::from(*value),
            Value::Float(value) => Json::from(*value),
            Value::String(text) => Json::from(&**text),
            Value::Seq(items) => items.iter().map(Node::to_json).collect(),
            Value::Map(map) => map
                .iter()
                .map(|(key, entry)| (key.to_string(), entry.node.to_json()))
                .collect::<serde_json::Map<_, _>>()
                .into(),
        }
    }
}

/// Compares values, not origins. Secrets are never equal to anything; text that may be a secret is compared in a time that
/// says nothing of where it differs.
impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        match (&self.value, &other.value) {
            (Value::String(a), Value::String(b)) if a.len() == b.len() && self.origin.is_hidden() => {
                a.as_bytes().ct_eq(b.as_bytes()).into()
            }
            (a, b) => a == b,
        }
    }
}

/// Compares values, not origins; mappings regardless of order. Secrets are never equal to anything.
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Value::Null, Value::Null) => true,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Int(a), Value::Int(b)) => a == b,
            (Value::Float(a), Value::Float(b)) => a == b,
            (Value::String(a), Value::String(b)) => a == b,
            (Value::Seq(a), Value::Seq(b)) => a == b,
            (Value::Map(a), Value::Map(b)) => {
                a.len() == b.len()
                    && a.iter().all(|(key, entry)| b.get(key).is_some_and(|other| other.node == entry.node))
            }
            _ => false,
        }
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => write!(f, "null"),
            Value::Bool(value) => value.fmt(f),
            Value::Int(value) => value.fmt(f),
            Value::Float(value) => value.fmt(f),
            Value::String(text) => text.fmt(f),
            Value::Seq(items) => items.fmt(f),
            Value::Map(map) => f.debug_map().entries(map.iter().map(|(key, entry)| (key, &entry.node))).finish(),
            Value::Secret(slot) => slot.fmt(f),
        }
    }
}
