//! What can be wrong with a value, and how it is said to people.
//!
//! A [`Fault`] borrows from the tree; its words name the user's text and the nearest known name, never a pattern where
//! there is a better word for it.

use super::table::{Additional, Format, Literal, Pattern, Property, Schema, Type};
use crate::diag::nearest;
use crate::diag::visible::quoted;
use crate::stand_in::stands_in;
use crate::target::{Minor, Target};
use crate::tree::{Node, Origin, Value};

/// Something that does not fit a schema.
#[derive(Debug)]
pub struct Fault<'t> {
    /// What it is.
    pub what: What<'t>,
    /// Where: of a field that should not be there the key, of a wrong value the value, of a missing field the mapping's key.
    pub origin: &'t Origin,
    /// The path of the value in the object; empty for the root.
    pub path: String,
}

/// The kinds of faults.
#[derive(Debug)]
#[expect(missing_docs, reason = "the fields are what the variant's words say")]
pub enum What<'t> {
    /// A field that no minor has.
    Unknown { name: &'t str, schema: &'static Schema, minor: Minor },
    /// A field that only other minors have.
    OtherMinor { property: &'static Property },
    /// A value of another type, and what to write instead.
    WrongType { value: &'t Node, expected: Type, expects: Option<&'static str> },
    /// A value of none of several types.
    NoneOfTypes { value: &'t Node, alternatives: &'static [&'static Schema], minor: Minor },
    /// A required field that is not there.
    Missing { name: &'static str, property: Option<&'static Property> },
    /// A value that is none of the allowed ones.
    NotAmong { value: &'t Node, values: &'static [Literal] },
    /// A text that does not match the pattern.
    Malformed { value: &'t Node, expects: Option<&'static str>, pattern: &'static Pattern },
    /// A text or number not in its form.
    BadFormat { value: &'t Node, format: Format },
    /// A duration that the API server takes, and that no operator can read.
    LaxDuration { value: &'t Node },
    /// A key that does not match the pattern for names.
    BadName { name: &'t str, expects: Option<&'static str>, pattern: &'static str },
    /// Too many, too few, too long, too small.
    OutOfBounds { bound: Bound, limit: i64 },
    /// An item that stands twice in a set, or a key that stands twice in a list of keyed items.
    Duplicate { item: &'t Node, first: &'t Node, keys: &'static [&'static str] },
    /// Fields that do not go together.
    NoAlternative { expects: Option<&'static str> },
}

/// What is bounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Bound {
    LengthMin,
    LengthMax,
    NameMax,
    NumberMin,
    NumberMax,
    ItemsMin,
    ItemsMax,
    FieldsMin,
    FieldsMax,
}

impl What<'_> {
    /// Returns the constraint that does not hold, as [`mutation`](crate::mutation) calls it.
    pub(crate) fn part(&self) -> &'static str {
        match self {
            Self::Unknown { .. } => "unknown-field",
            Self::OtherMinor { .. } => "field-of-other-minor",
            Self::WrongType { .. } => "type",
            Self::NoneOfTypes { .. } => "types",
            Self::Missing { .. } => "required",
            Self::NotAmong { .. } => "enum",
            Self::Malformed { .. } => "pattern",
            Self::BadFormat { format: Format::Byte, .. } => "format-byte",
            Self::BadFormat { format: Format::DateTime, .. } => "format-date-time",
            Self::BadFormat { .. } => "format",
            Self::LaxDuration { .. } => "go-duration",
            Self::BadName { .. } => "name-pattern",
            Self::OutOfBounds { bound, .. } => bound.part(),
            Self::Duplicate { keys: [], .. } => "list-set",
            Self::Duplicate { .. } => "list-map",
            Self::NoAlternative { .. } => "any-of",
        }
    }
}

impl Bound {
    fn part(self) -> &'static str {
        match self {
            Self::LengthMin => "min-length",
            Self::LengthMax => "max-length",
            Self::NameMax => "max-name-length",
            Self::NumberMin => "minimum",
            Self::NumberMax => "maximum",
            Self::ItemsMin => "min-items",
            Self::ItemsMax => "max-items",
            Self::FieldsMin => "min-fields",
            Self::FieldsMax => "max-fields",
        }
    }
}

impl Fault<'_> {
    /// Says what is wrong: one line, lowercase, without advice.
    pub fn message(&self, target: Target) -> String {
        let subject = self.subject();
        match &self.what {
            What::Unknown { .. } if self.origin.is_hidden() => format!("unknown field {}", self.inside()),
            What::Unknown { name, .. } => format!("unknown field {} {}", quoted(name), self.inside()),
            What::OtherMinor { property } => {
                format!("`{}` {}; the target is {target}", self.below(property.name), exists(property))
            }
            What::WrongType { value, expected, .. } => {
                format!("{subject} must be {}, not {}", a(*expected), value.in_words())
            }
            What::NoneOfTypes { value, alternatives, minor } => {
                let types: Vec<&str> = alternatives.iter().map(|schema| a(schema.on(*minor).kind)).collect();
                format!("{subject} must be {}, not {}", either(&types), value.in_words())
            }
            What::Missing { name, .. } => format!("`{}` is missing", self.below(name)),
            What::NotAmong { value, values } => {
                format!("{subject} must be {}, not {}", one_of(&words(values)), value.quoted())
            }
            What::Malformed { value, pattern, .. } if !pattern.words.is_empty() => {
                format!("{subject} must be {}, not {}", one_of(pattern.words), value.quoted())
            }
            What::Malformed { value, expects: Some(expects), .. } => {
                format!("{subject} must be {expects}, not {}", value.quoted())
            }
            What::Malformed { value, expects: None, pattern } => {
                format!("{subject} must match `{}`, which {} does not", pattern.source, value.quoted())
            }
            // What should be base64 is often a secret that somebody forgot to encode.
            What::BadFormat { format: Format::Byte, .. } => format!("{subject} must be base64"),
            What::BadFormat { value, format } => format!("{subject} must be {}, not {}", form(*format), value.quoted()),
            What::LaxDuration { value } => {
                format!("{subject} is {}, which the API server takes and the operator cannot read", value.quoted())
            }
            What::BadName { name, expects: Some(expects), .. } => {
                format!("the name {} must be {expects}", quoted(name))
            }
            What::BadName { name, expects: None, pattern } => {
                format!("the name {} must match `{pattern}`", quoted(name))
            }
            What::OutOfBounds { bound, limit } => format!("{subject} {}", bound.words(*limit)),
            What::Duplicate { item, keys: [], .. } => format!("{} stands twice in {}", item.quoted(), self.list()),
            What::Duplicate { item, keys, .. } => {
                format!("`{}` {} stands twice in {}", keys.join("`, `"), item.quoted(), self.list())
            }
            What::NoAlternative { expects } => {
                format!("{subject} {}", expects.unwrap_or("has fields that do not go together"))
            }
        }
    }

    /// Says what to do, where something can be said.
    pub fn help(&self) -> Option<String> {
        match &self.what {
            What::Unknown { name, schema, minor } => help_unknown(name, schema, *minor),
            What::OtherMinor { property } => Some(match (property.since, property.until) {
                (Some(since), None) => format!("remove `{}`, or target {since} or newer", property.name),
                _ => format!("remove `{}`", property.name),
            }),
            What::NotAmong { value, values } => near_value(value, &words(values)),
            What::Malformed { value, pattern, .. } => near_value(value, pattern.words).or_else(|| help_scheme(value)),
            // The keys of ConfigMaps and Secrets.
            What::BadName { name, expects: Some(expects), .. } if expects.ends_with("`_` and `.`") => help_port(name),
            What::WrongType { value, expected, expects } => {
                let list =
                    || (*expected == Type::Array && is_scalar(value)).then(|| "put it in square brackets".into());
                let help = help_type(value, *expected);
                help.or_else(|| expects.map(|expects| format!("write {expects}"))).or_else(list)
            }
            What::Missing { name, property } => {
                let what = property.and_then(|property| first_sentence(property.schema.description));
                Some(what.map_or_else(|| format!("add `{name}`"), |what| format!("add `{name}` ({what})")))
            }
            What::Duplicate { .. } => Some("remove one of the two".into()),
            What::LaxDuration { .. } => Some("write it with `h`, `m` and `s`, such as `24h` or `1h30m`".into()),
            What::BadFormat { format: Format::Byte, .. } => {
                Some("encode the bytes with `base64 -w0`, or use `stringData`".into())
            }
            _ => None,
        }
    }

    /// Tells whether the value is no base64 as it stands, but for what a program puts in its place.
    pub(super) fn is_put_in_later(&self) -> bool {
        let What::BadFormat { value, format: Format::Byte } = &self.what else { return false };
        value.as_str().is_some_and(stands_in)
    }

    /// Returns another place that belongs to the fault, and what it is.
    pub fn also(&self) -> Option<(&Origin, &'static str)> {
        match &self.what {
            What::Duplicate { first, .. } => Some((&first.origin, "first stands here")),
            _ => None,
        }
    }

    fn subject(&self) -> String {
        if self.path.is_empty() { "the document".into() } else { format!("`{}`", self.path) }
    }

    fn inside(&self) -> String {
        if self.path.is_empty() { "at the top".into() } else { format!("in `{}`", self.path) }
    }

    fn below(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    fn list(&self) -> String {
        match self.path.rsplit_once('[') {
            Some((list, _)) => format!("`{list}`"),
            None => "the list".into(),
        }
    }
}

impl Bound {
    fn words(self, limit: i64) -> String {
        match self {
            Self::LengthMin if limit == 1 => "must not be empty".into(),
            Self::LengthMin => format!("must have at least {limit} characters"),
            Self::LengthMax => format!("must have at most {limit} characters"),
            Self::NameMax => format!("is a name of more than {limit} characters"),
            Self::NumberMin => format!("must be at least {limit}"),
            Self::NumberMax => format!("must be at most {limit}"),
            Self::ItemsMin if limit == 1 => "must have an item".into(),
            Self::ItemsMin => format!("must have at least {limit} items"),
            Self::ItemsMax => format!("must have at most {limit} items"),
            Self::FieldsMin if limit == 1 => "must have a field".into(),
            Self::FieldsMin => format!("must have at least {limit} fields"),
            Self::FieldsMax if limit == 1 => "must have only one field".into(),
            Self::FieldsMax => format!("must have at most {limit} fields"),
        }
    }
}

fn exists(property: &Property) -> String {
    match (property.since, property.until) {
        (Some(since), Some(until)) => format!("exists since OpenShift {since} and no more since {until}"),
        (Some(since), None) => format!("exists since OpenShift {since}"),
        (None, Some(until)) => format!("exists no more since OpenShift {until}"),
        (None, None) => "exists".into(),
    }
}

fn help_unknown(name: &str, schema: &'static Schema, minor: Minor) -> Option<String> {
    let known = || schema.properties.iter().filter(|property| property.is_on(minor)).map(|property| property.name);
    if let Some(near) = nearest(name, known()) {
        return Some(format!("did you mean `{near}`?"));
    }
    let names: Vec<&str> = known().take(13).collect();
    match names.as_slice() {
        [] if matches!(schema.additional, Additional::Closed) => Some("remove it".into()),
        [] => None,
        names if names.len() > 12 => Some(format!("known here: `{}`, …", names[..12].join("`, `"))),
        names => Some(format!("known here: `{}`", names.join("`, `"))),
    }
}

fn is_scalar(node: &Node) -> bool {
    matches!(node.value, Value::String(_) | Value::Int(_) | Value::Float(_) | Value::Bool(_))
}

fn help_type(value: &Node, expected: Type) -> Option<String> {
    let text = match &value.value {
        Value::String(text) => text,
        Value::Int(_) | Value::Float(_) | Value::Bool(_) if expected == Type::String => {
            return Some("put it in quotes".into());
        }
        _ => return None,
    };
    let is_plain = match expected {
        Type::Integer => text.parse::<i64>().is_ok(),
        Type::Number => text.parse::<f64>().is_ok_and(f64::is_finite),
        Type::Boolean => matches!(&**text, "true" | "false"),
        _ => false,
    };
    is_plain.then(|| "take the quotes away".into())
}

/// Takes the scheme of a URL away that stands where a registry does.
fn help_scheme(value: &Node) -> Option<String> {
    let text = value.as_str().filter(|_| !value.origin.is_hidden())?;
    let bare = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    Some(format!("write {}", quoted(bare.trim_end_matches('/'))))
}

/// Names a key after a registry with a port as the bundles of CAs do: the key of a ConfigMap can have no colon.
fn help_port(name: &str) -> Option<String> {
    let (host, port) = name.rsplit_once(':')?;
    let is_port = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    is_port.then(|| format!("write {}: `..` stands for the colon before a port", quoted(&format!("{host}..{port}"))))
}

fn near_value(value: &Node, words: &[&str]) -> Option<String> {
    if value.origin.is_hidden() {
        return None;
    }
    let near = nearest(value.as_str()?, words.iter().copied().filter(|word| !word.is_empty()))?;
    Some(format!("did you mean `{near}`?"))
}

fn first_sentence(description: &str) -> Option<String> {
    let end = description.find(". ").unwrap_or(description.trim_end_matches('.').len());
    let sentence = description.get(..end)?.trim();
    let mut chars = sentence.chars();
    let first = chars.next()?;
    // A word such as `CA` keeps its case.
    let is_word = chars.clone().next().is_some_and(|second| !second.is_uppercase());
    let first = if is_word { first.to_ascii_lowercase() } else { first };
    Some(first.to_string() + chars.as_str())
}

fn words(values: &'static [Literal]) -> Vec<&'static str> {
    let text = |value: &Literal| match value {
        Literal::String(text) => Some(*text),
        _ => None,
    };
    values.iter().filter_map(text).collect()
}

fn one_of(words: &[&str]) -> String {
    let quoted: Vec<String> =
        words.iter().map(|word| if word.is_empty() { "empty".into() } else { format!("`{word}`") }).collect();
    match quoted.as_slice() {
        [] => "another value".into(),
        [only] => only.clone(),
        _ => format!("one of {}", quoted.join(", ")),
    }
}

fn either(words: &[&str]) -> String {
    match words {
        [] => "something else".into(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

fn a(kind: Type) -> &'static str {
    match kind {
        Type::Any => "a value",
        Type::Object => "a mapping",
        Type::Array => "a list",
        Type::String => "a string",
        Type::Integer => "a whole number",
        Type::Number => "a number",
        Type::Boolean => "`true` or `false`",
        Type::IntOrString => "a whole number or a string",
    }
}

fn form(format: Format) -> &'static str {
    match format {
        Format::Int32 => "a whole number of 32 bits",
        Format::Int64 => "a whole number of 64 bits",
        Format::Double => "a number",
        Format::Duration => "a duration such as `30s` or `1h30m`",
        Format::Byte => "base64",
        Format::DateTime => "a time such as `2026-01-31T12:00:00Z`",
        Format::Hostname => "a host name",
        Format::Uri => "an absolute URI",
    }
}
