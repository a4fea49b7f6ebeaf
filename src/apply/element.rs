//! One step of a path in `managedFields`: a field, an item of a keyed list, a value of a set, an index.
//!
//! In comes the text of a step such as `f:spec` or `k:{"name":"public"}`, or a value of an object; out comes a step that
//! compares as the API server compares them. Nothing here knows a schema.

use std::fmt;
use std::sync::Arc;

use serde_json::Value as Json;

use crate::schema::Literal;
use crate::tree::{Node, Value};

/// A step of a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Element {
    /// The field of a mapping.
    Field(Arc<str>),
    /// The item of a list whose keys have these values, sorted by the keys' names.
    Key(Vec<(Arc<str>, Scalar)>),
    /// The item of a set.
    Value(Scalar),
    /// The item at an index; the API server writes none of these today.
    Index(i64),
}

/// A value that tells an item from others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scalar {
    /// Null.
    Null,
    /// A boolean.
    Bool(bool),
    /// A whole number, `2.0` among them.
    Int(i64),
    /// The bits of another number.
    Float(u64),
    /// Text.
    String(Arc<str>),
    /// A list or mapping, as JSON with sorted names.
    Nested(String),
}

impl Element {
    /// Makes the step into a field.
    pub fn field(name: impl Into<Arc<str>>) -> Self {
        Self::Field(name.into())
    }

    /// Reads a step; none where it is of a type that is not known, which the API server passes over. The error says what is
    /// wrong with it.
    pub(super) fn read(text: &str) -> Result<Option<Self>, &'static str> {
        let Some((kind, rest)) = text.split_once(':') else { return Err("a step without a colon") };
        match kind {
            "f" => Ok(Some(Self::Field(rest.into()))),
            "v" => Ok(Some(Self::Value(Scalar::of_json(&json(rest)?)))),
            "k" => {
                let Json::Object(fields) = json(rest)? else { return Err("keys that are no JSON object") };
                let keys = fields.iter().map(|(name, value)| (Arc::from(&**name), Scalar::of_json(value)));
                Ok(Some(Self::key(keys)))
            }
            "i" => rest.parse().map(|index| Some(Self::Index(index))).map_err(|_| "an index that is no number"),
            kind if kind.len() == 1 => Ok(None),
            _ => Err("a step without a colon"),
        }
    }

    /// Makes the step to an item by its keys.
    pub fn key(keys: impl IntoIterator<Item = (Arc<str>, Scalar)>) -> Self {
        let mut keys: Vec<_> = keys.into_iter().collect();
        keys.sort_unstable();
        Self::Key(keys)
    }

    /// Tells whether this is an item that has all the keys of another.
    pub(super) fn has_keys_of(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Key(all), Self::Key(some)) => some.iter().all(|key| all.contains(key)),
            _ => false,
        }
    }
}

fn json(text: &str) -> Result<Json, &'static str> {
    serde_json::from_str(text).map_err(|_| "a value that is no JSON")
}

impl Scalar {
    /// Makes it of a value of an object.
    pub fn of(node: &Node) -> Self {
        match &node.value {
            Value::Bool(value) => Self::Bool(*value),
            Value::Int(value) => Self::Int(*value),
            Value::Float(value) => node.as_int().map_or(Self::Float(value.to_bits()), Self::Int),
            Value::String(text) => Self::String(Arc::clone(text)),
            // A secret tells no item from another.
            Value::Null | Value::Secret(_) => Self::Null,
            Value::Seq(_) | Value::Map(_) => Self::Nested(sorted(&node.to_json())),
        }
    }

    /// Makes it of a key's default; none where that is no scalar.
    pub(super) fn of_literal(literal: &Literal) -> Option<Self> {
        match literal {
            Literal::Bool(value) => Some(Self::Bool(*value)),
            Literal::Int(value) => Some(Self::Int(*value)),
            Literal::String(text) => Some(Self::String((*text).into())),
            Literal::Null | Literal::Float(_) | Literal::Seq(_) | Literal::Map(_) => None,
        }
    }

    fn of_json(json: &Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(*value),
            Json::Number(number) => {
                let whole = |value: f64| (value.fract() == 0.0 && value.abs() < 9.0e15).then_some(value as i64);
                let float = number.as_f64().unwrap_or_default();
                number.as_i64().or_else(|| whole(float)).map_or(Self::Float(float.to_bits()), Self::Int)
            }
            Json::String(text) => Self::String(text.as_str().into()),
            Json::Array(_) | Json::Object(_) => Self::Nested(sorted(json)),
        }
    }
}

/// Writes JSON with the names of every object sorted.
pub(super) fn sorted(json: &Json) -> String {
    match json {
        Json::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_unstable_by_key(|(name, _)| *name);
            let field = |(name, value): &(&String, &Json)| format!("{}:{}", Json::from(name.as_str()), sorted(value));
            format!("{{{}}}", fields.iter().map(field).collect::<Vec<_>>().join(","))
        }
        Json::Array(items) => format!("[{}]", items.iter().map(sorted).collect::<Vec<_>>().join(",")),
        other => other.to_string(),
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => write!(f, "null"),
            Self::Bool(value) => value.fmt(f),
            Self::Int(value) => value.fmt(f),
            Self::Float(bits) => f64::from_bits(*bits).fmt(f),
            Self::String(text) => text.fmt(f),
            Self::Nested(json) => json.fmt(f),
        }
    }
}
