//! Walks a tree beside a schema and collects what does not fit, as the API server of a minor would see it.
//!
//! Nothing is allocated while everything fits: paths are chains on the stack, written out only for a fault. A fault keeps
//! the walk from looking further into the value that has it. What a rule in CEL must decide is handed back as a [`Site`],
//! only where the value under it has no fault.

use std::collections::HashMap;
use std::fmt::Write;

use super::correlate::Correlated;
use super::fault::{Bound, Fault, What};
use super::format;
use super::openapi::literal;
use super::table::{Additional, Format, Keywords, ListType, Literal, Property, Schema, Type};
use crate::mutation::is_off;
use crate::secret::Plaintext;
use crate::target::Minor;
use crate::tree::{Entry, Map, Node, Origin, Value};

/// The longest name, in bytes, that a path shows whole: any that Kubernetes has a field, host or label for.
const LONGEST_STEP: usize = 320;

/// The most faults of one tree; the first ones tell what is wrong with the rest, which is not walked any more.
const MOST_FAULTS: usize = 100;

/// How strictly a tree is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Manner {
    /// Whether required fields must be there.
    pub complete: bool,
    /// What a null is where the schema does not allow one.
    pub null: Null,
    /// Whether a list may be written as a mapping of directives such as `$append`.
    pub directives: bool,
}

/// What a null stands for under a field that is not nullable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Null {
    /// Nothing: the field is as if it were not written.
    Absent,
    /// A value of the wrong type.
    Fault,
}

impl Manner {
    /// A whole object, as the API server takes it.
    pub const OBJECT: Self = Self { complete: true, null: Null::Absent, directives: false };
    /// A part that others are merged with: a layer, where nothing is required and null takes an inherited value away.
    pub const LAYER: Self = Self { complete: false, null: Null::Absent, directives: true };
}

/// What a walk found.
#[derive(Debug, Default)]
pub struct Found<'t> {
    /// What does not fit.
    pub faults: Vec<Fault<'t>>,
    /// Where rules in CEL must decide.
    pub sites: Vec<Site<'t>>,
}

/// A value without faults under a schema that has rules.
#[derive(Debug)]
pub struct Site<'t> {
    /// The schema with the rules.
    pub schema: &'static Schema,
    /// The value.
    pub node: &'t Node,
    /// Where the value's name is written.
    pub key: &'t Origin,
    /// Where the value stands in the object.
    pub path: String,
}

/// Walks a tree beside a schema on one minor.
pub fn walk<'t>(schema: &'static Schema, node: &'t Node, minor: Minor, manner: Manner) -> Found<'t> {
    walk_with(schema, node, minor, manner, None)
}

/// Walks a tree beside a schema on one minor, without looking for faults in what an update leaves as it was.
///
/// So the API server does since Kubernetes 1.30. A value left as it was is still a [`Site`]: rules may compare it.
pub fn walk_update<'t>(
    schema: &'static Schema,
    node: &'t Node,
    minor: Minor,
    manner: Manner,
    old: &'t Correlated<'t>,
) -> Found<'t> {
    walk_with(schema, node, minor, manner, Some(old))
}

fn walk_with<'t>(
    schema: &'static Schema,
    node: &'t Node,
    minor: Minor,
    manner: Manner,
    old: Option<&'t Correlated<'t>>,
) -> Found<'t> {
    let mut walk = Walk { minor, manner, old, found: Found::default() };
    walk.value(schema, node, &node.origin, &Path { parent: None, step: Step::Root });
    walk.found
}

struct Walk<'t> {
    minor: Minor,
    manner: Manner,
    old: Option<&'t Correlated<'t>>,
    found: Found<'t>,
}

/// The way from the root to a value, kept on the stack.
struct Path<'p> {
    parent: Option<&'p Path<'p>>,
    step: Step<'p>,
}

enum Step<'p> {
    Root,
    Key(&'p str),
    Item(usize),
}

impl<'t> Walk<'t> {
    /// Checks a value; `key` is where its name is written.
    fn value(&mut self, schema: &'static Schema, node: &'t Node, key: &'t Origin, path: &Path<'_>) {
        if self.is_full() {
            return;
        }
        let keywords = schema.on(self.minor);
        if node.is_null() && (keywords.nullable && !is_off("nullable") || self.manner.directives) {
            return;
        }
        let n_faults = self.found.faults.len();
        if self.old.is_some_and(|old| old.is_unchanged(node)) && !is_off("ratcheting") {
            // What stands there already is no fault of the update. Nothing below is unknown: what was stored is pruned.
            let mut walk = Walk { minor: self.minor, manner: self.manner, old: None, found: Found::default() };
            walk.value(schema, node, key, path);
            self.found.sites.append(&mut walk.found.sites);
            return;
        }
        if self.is_of_type(keywords, node, path) {
            match &node.value {
                Value::Map(map) => self.map(schema, keywords, map, key, path),
                Value::Seq(items) => self.list(schema, keywords, items, &node.origin, path),
                Value::String(text) => self.text(keywords, text, node, path),
                Value::Int(_) | Value::Float(_) => self.number(keywords, node, path),
                Value::Null | Value::Bool(_) | Value::Secret(_) => {}
            }
        }
        if self.found.faults.len() > n_faults {
            return;
        }
        if !keywords.values.is_empty() && !matches!(node.value, Value::Secret(_)) && !is_among(node, keywords.values) {
            return self.fault(What::NotAmong { value: node, values: keywords.values }, &node.origin, path);
        }
        self.alternatives(schema, node, key, path);
        if schema.not.is_some_and(|not| holds(not, schema, node, self.minor)) {
            self.fault(What::NoAlternative { expects: keywords.expects }, key, path);
        }
        let minor = self.minor;
        for part in schema.all_of_on(minor).filter(|part| !holds(part, schema, node, minor) && !is_off("all-of")) {
            let expects = part.on(minor).expects.or(keywords.expects);
            self.fault(What::NoAlternative { expects }, key, path);
        }
        if self.found.faults.len() == n_faults && schema.rules_on(self.minor).next().is_some() {
            self.found.sites.push(Site { schema, node, key, path: path.text() });
        }
    }

    /// Tells whether a value is of the type; a list may be a mapping of directives, whose lists are checked here.
    fn is_of_type(&mut self, keywords: &Keywords, node: &'t Node, path: &Path<'_>) -> bool {
        let is_directive =
            self.manner.directives && matches!(keywords.kind, Type::Array | Type::Any) && is_directive(node);
        // The API server does not look at the type of a list where a text has a format.
        if keywords.format == Some(Format::Duration) && matches!(node.value, Value::Seq(_)) {
            self.fault(What::LaxDuration { value: node }, &node.origin, path);
            return false;
        }
        if !is_directive && !fits(keywords.kind, node) {
            self.fault(
                What::WrongType { value: node, expected: keywords.kind, expects: keywords.expects },
                &node.origin,
                path,
            );
            return false;
        }
        true
    }

    fn map(&mut self, schema: &'static Schema, keywords: &Keywords, map: &'t Map, key: &'t Origin, path: &Path<'_>) {
        if keywords.kind == Type::Array {
            // The lists of `$append` and its like.
            for (name, entry) in map {
                self.value(schema, &entry.node, &entry.key, &path.key(name));
            }
            return;
        }
        for (name, entry) in map {
            self.field(schema, keywords, name, entry, path);
        }
        if self.manner.complete {
            for name in keywords.required {
                let property = schema.property(name);
                if !self.is_given(property, map.get(*name)) {
                    self.fault(What::Missing { name, property }, key, path);
                }
            }
        }
        let size = u32::try_from(map.len()).unwrap_or(u32::MAX);
        self.bounds(
            [(keywords.min_properties, Bound::FieldsMin), (keywords.max_properties, Bound::FieldsMax)],
            size,
            key,
            path,
        );
    }

    fn field(
        &mut self,
        schema: &'static Schema,
        keywords: &Keywords,
        name: &'t str,
        entry: &'t Entry,
        path: &Path<'_>,
    ) {
        if self.is_full() {
            return;
        }
        let property = schema.property(name);
        let (child, names) = match (property, &schema.additional) {
            (Some(property), _) if property.is_on(self.minor) => (property.schema, None),
            (_, Additional::Each(each)) => (*each, schema.names),
            (_, Additional::Open) => return,
            _ if keywords.preserve_unknown_fields && !is_off("preserve-unknown-fields") => return,
            _ if keywords.kind == Type::Any => return,
            (Some(property), _) => return self.fault(What::OtherMinor { property }, &entry.key, path),
            (None, _) => return self.fault(What::Unknown { name, schema, minor: self.minor }, &entry.key, path),
        };
        if let Some(names) = names {
            let keywords = names.on(self.minor);
            if !self.name(keywords, name, &entry.key, &path.key(name)) {
                return;
            }
        }
        let null = self.manner.null;
        // Metadata is read apart from the rest, by code that takes null for nothing.
        if name == "metadata" && path.parent.is_none() && !is_off("null-metadata") {
            self.manner.null = Null::Absent;
        }
        let is_pruned = entry.node.is_null() && self.manner.null == Null::Absent && !child.on(self.minor).nullable;
        if !is_pruned {
            self.value(child, &entry.node, &entry.key, &path.key(name));
        }
        self.manner.null = null;
    }

    /// Tells whether a required field has a value, be it only the default.
    fn is_given(&self, property: Option<&'static Property>, entry: Option<&Entry>) -> bool {
        let keywords = property.map(|property| property.schema.on(self.minor));
        let is_absent_null = |node: &Node| node.is_null() && !keywords.is_some_and(|keywords| keywords.nullable);
        match entry {
            Some(entry) if !is_absent_null(&entry.node) => true,
            // A null that is a fault has been said already.
            Some(_) if self.manner.null == Null::Fault => true,
            _ => keywords.is_some_and(|keywords| keywords.default.is_some()) && !is_off("default-of-required"),
        }
    }

    fn name(&mut self, keywords: &Keywords, name: &'t str, key: &'t Origin, path: &Path<'_>) -> bool {
        let what = match keywords {
            Keywords { pattern: Some(pattern), .. } if !pattern.is_in(name) => {
                What::BadName { name, expects: keywords.expects, pattern: pattern.source }
            }
            Keywords { max_length: Some(most), .. } if name.chars().count() > *most as usize => {
                What::OutOfBounds { bound: Bound::NameMax, limit: i64::from(*most) }
            }
            _ => return true,
        };
        self.fault(what, key, path);
        false
    }

    fn list(
        &mut self,
        schema: &'static Schema,
        keywords: &Keywords,
        items: &'t [Node],
        origin: &'t Origin,
        path: &Path<'_>,
    ) {
        let n_faults = self.found.faults.len();
        let size = u32::try_from(items.len()).unwrap_or(u32::MAX);
        self.bounds([(keywords.min_items, Bound::ItemsMin), (keywords.max_items, Bound::ItemsMax)], size, origin, path);
        if let Some(each) = schema.items {
            for (at, item) in items.iter().enumerate() {
                self.value(each, item, &item.origin, &Path { parent: Some(path), step: Step::Item(at) });
            }
        }
        if items.len() > 1 && self.found.faults.len() == n_faults {
            match keywords.list_type {
                ListType::Atomic => {}
                ListType::Set => self.duplicates(schema, items, &[], path),
                ListType::Map(keys) => self.duplicates(schema, items, keys, path),
            }
        }
    }

    /// Finds items that are equal, or equal in these keys.
    fn duplicates(
        &mut self,
        schema: &'static Schema,
        items: &'t [Node],
        keys: &'static [&'static str],
        path: &Path<'_>,
    ) {
        let minor = self.minor;
        let default =
            |key: &str| schema.items?.property(key)?.schema.on(minor).default.filter(|_| !is_off("default-of-key"));
        let missing = |key: &str| default(key).map_or_else(String::new, |default| literal(&default).to_string());
        let mut seen: HashMap<String, &'t Node> = HashMap::with_capacity(items.len());
        for (at, item) in items.iter().enumerate() {
            if item.has_secret() || self.is_full() {
                continue;
            }
            let identity = match keys {
                [] => item.to_json().to_string(),
                keys => keys
                    .iter()
                    .map(|key| item.get(key).map_or_else(|| missing(key), |node| node.to_json().to_string()) + "\n")
                    .collect(),
            };
            match seen.get(&identity) {
                Some(first) => {
                    let path = Path { parent: Some(path), step: Step::Item(at) };
                    let identified = |item: &'t Node| keys.iter().find_map(|key| item.get(key)).unwrap_or(item);
                    let (item, first) = (identified(item), identified(first));
                    self.fault(What::Duplicate { item, first, keys }, &item.origin, &path);
                }
                None => _ = seen.insert(identity, item),
            }
        }
    }

    fn text(&mut self, keywords: &Keywords, text: &'t str, node: &'t Node, path: &Path<'_>) {
        let length = || u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        let too_short = keywords.min_length.filter(|least| length() < *least);
        let too_long = keywords.max_length.filter(|most| text.len() > *most as usize && length() > *most);
        let malformed = keywords.pattern.filter(|pattern| !pattern.is_in(text));
        let what = match (too_short, too_long, malformed) {
            (Some(least), ..) => What::OutOfBounds { bound: Bound::LengthMin, limit: i64::from(least) },
            (_, Some(most), _) => What::OutOfBounds { bound: Bound::LengthMax, limit: i64::from(most) },
            (.., Some(pattern)) => What::Malformed { value: node, expects: keywords.expects, pattern },
            _ => match keywords.format {
                Some(form) if !format::fits(form, text) => What::BadFormat { value: node, format: form },
                Some(Format::Duration) if !format::is_go_duration(text) => What::LaxDuration { value: node },
                _ => return,
            },
        };
        self.fault(what, &node.origin, path);
    }

    fn number(&mut self, keywords: &Keywords, node: &'t Node, path: &Path<'_>) {
        let value = match node.value {
            Value::Int(value) => value as f64,
            Value::Float(value) => value,
            _ => return,
        };
        let (least, most) = match keywords.format {
            Some(Format::Int32) if !is_off("int32") => (Some(i64::from(i32::MIN)), Some(i64::from(i32::MAX))),
            _ => (None, None),
        };
        let too_small = keywords.minimum.or(least).filter(|least| value < *least as f64);
        let too_big = keywords.maximum.or(most).filter(|most| value > *most as f64);
        let what = match (too_small, too_big) {
            (Some(limit), _) => What::OutOfBounds { bound: Bound::NumberMin, limit },
            (_, Some(limit)) => What::OutOfBounds { bound: Bound::NumberMax, limit },
            _ => return,
        };
        self.fault(what, &node.origin, path);
    }

    fn bounds(&mut self, bounds: [(Option<u32>, Bound); 2], size: u32, origin: &'t Origin, path: &Path<'_>) {
        let [(least, too_few), (most, too_many)] = bounds;
        if let Some(least) = least.filter(|least| size < *least) {
            self.fault(What::OutOfBounds { bound: too_few, limit: i64::from(least) }, origin, path);
        } else if let Some(most) = most.filter(|most| size > *most) {
            self.fault(What::OutOfBounds { bound: too_many, limit: i64::from(most) }, origin, path);
        }
    }

    /// Checks `anyOf`: some alternative must hold, and where none does, the one of the value's type says why.
    fn alternatives(&mut self, schema: &'static Schema, node: &'t Node, key: &'t Origin, path: &Path<'_>) {
        if schema.any_of.is_empty() || matches!(node.value, Value::Secret(_)) {
            return;
        }
        let mut nearest = None;
        for alternative in schema.any_of {
            let kind = alternative.on(self.minor).kind;
            if kind == Type::Any {
                if holds(alternative, schema, node, self.minor) {
                    return;
                }
                continue;
            }
            if !fits(kind, node) {
                continue;
            }
            let mut walk = Walk { minor: self.minor, manner: self.manner, old: self.old, found: Found::default() };
            walk.value(alternative, node, key, path);
            if walk.found.faults.is_empty() {
                self.found.sites.append(&mut walk.found.sites);
                return;
            }
            nearest = nearest.or(Some(walk.found.faults));
        }
        match nearest {
            Some(faults) => self.found.faults.extend(faults),
            None if schema.any_of.iter().all(|alternative| alternative.on(self.minor).kind != Type::Any) => {
                self.fault(
                    What::NoneOfTypes { value: node, alternatives: schema.any_of, minor: self.minor },
                    &node.origin,
                    path,
                );
            }
            None => self.fault(What::NoAlternative { expects: schema.on(self.minor).expects }, key, path),
        }
    }

    fn is_full(&self) -> bool {
        self.found.faults.len() >= MOST_FAULTS
    }

    fn fault(&mut self, what: What<'t>, origin: &'t Origin, path: &Path<'_>) {
        if !is_off(what.part()) {
            self.found.faults.push(Fault { what, origin, path: path.text() });
        }
    }
}

/// Tells whether a constraint, which speaks of fields that `around` describes, holds with the defaults put in.
fn holds(constraint: &'static Schema, around: &'static Schema, node: &Node, minor: Minor) -> bool {
    let keywords = constraint.on(minor);
    let default = |name: &str| {
        let default = around.property(name).and_then(|property| property.schema.on(minor).default);
        default.filter(|_| !is_off("default-within"))
    };
    let is_there = |name: &str| node.get(name).is_some_and(|value| !value.is_null()) || default(name).is_some();
    let fields_hold = || {
        constraint.properties.iter().all(|property| {
            let described = around.property(property.name).map_or(property.schema, |property| property.schema);
            match (node.get(property.name), default(property.name)) {
                (Some(value), _) if !value.is_null() => holds(property.schema, described, value, minor),
                (_, Some(default)) => literal_holds(property.schema, &default, minor),
                _ => true,
            }
        })
    };
    let is_short = || keywords.max_length.is_none_or(|most| node.as_str().is_none_or(|text| is_within(text, most)));
    let any_holds =
        || constraint.any_of.is_empty() || constraint.any_of.iter().any(|any| holds(any, around, node, minor));
    (keywords.values.is_empty() || is_among(node, keywords.values) || is_off("enum-within"))
        && (is_short() || is_off("max-length-within"))
        && (has_as_many(keywords, node) || is_off("items-within"))
        && (keywords.required.iter().all(|name| is_there(name)) || is_off("required-within"))
        && (fields_hold() || is_off("fields-within"))
        && (!constraint.not.is_some_and(|not| holds(not, around, node, minor)) || is_off("not-within"))
        && (any_holds() || is_off("any-of-within"))
        && constraint.all_of_on(minor).all(|part| holds(part, around, node, minor))
}

/// Tells whether a list has as many items as a constraint wants.
fn has_as_many(keywords: &Keywords, node: &Node) -> bool {
    let Some(items) = node.as_seq() else { return true };
    let size = u32::try_from(items.len()).unwrap_or(u32::MAX);
    keywords.min_items.is_none_or(|least| size >= least) && keywords.max_items.is_none_or(|most| size <= most)
}

fn is_within(text: &str, most: u32) -> bool {
    text.chars().count() <= most as usize
}

pub(super) fn literal_holds(constraint: &'static Schema, literal: &Literal, minor: Minor) -> bool {
    let keywords = constraint.on(minor);
    let is_short = match (keywords.max_length, literal) {
        (Some(most), Literal::String(text)) => is_within(text, most),
        _ => true,
    };
    (keywords.values.is_empty() || keywords.values.contains(literal))
        && is_short
        && !constraint.not.is_some_and(|not| literal_holds(not, literal, minor))
}

fn is_among(node: &Node, values: &[Literal]) -> bool {
    values.iter().any(|value| match (value, &node.value) {
        (Literal::Null, Value::Null) => true,
        (Literal::Bool(a), Value::Bool(b)) => a == b,
        (Literal::Int(a), _) => node.as_int() == Some(*a),
        (Literal::Float(a), Value::Float(b)) => a.to_bits() == b.to_bits(),
        (Literal::String(a), Value::String(b)) => *a == &**b,
        _ => false,
    })
}

fn fits(kind: Type, node: &Node) -> bool {
    if let Value::Secret(slot) = &node.value
        && let Some(plaintext) = slot.encrypted()
    {
        return fits_once_decrypted(kind, plaintext) || is_off("encrypted-type");
    }
    match kind {
        Type::Any => true,
        Type::Object => matches!(node.value, Value::Map(_)),
        Type::Array => matches!(node.value, Value::Seq(_)),
        Type::String => matches!(node.value, Value::String(_) | Value::Secret(_)),
        Type::Integer => node.as_int().is_some(),
        Type::Number => matches!(node.value, Value::Int(_) | Value::Float(_)),
        Type::Boolean => matches!(node.value, Value::Bool(_)),
        Type::IntOrString => {
            matches!(node.value, Value::String(_) | Value::Secret(_))
                || node.as_int().is_some()
                || is_off("int-or-string")
        }
    }
}

fn fits_once_decrypted(kind: Type, plaintext: Plaintext) -> bool {
    match kind {
        Type::Any => true,
        Type::Object | Type::Array => false,
        Type::String => plaintext == Plaintext::Text,
        Type::Integer => plaintext == Plaintext::Int,
        Type::Number => matches!(plaintext, Plaintext::Int | Plaintext::Float),
        Type::Boolean => plaintext == Plaintext::Bool,
        Type::IntOrString => matches!(plaintext, Plaintext::Int | Plaintext::Text),
    }
}

fn is_directive(node: &Node) -> bool {
    node.as_map().is_some_and(|map| !map.is_empty() && map.keys().all(|key| key.starts_with('$')))
}

impl<'p> Path<'p> {
    fn key(&'p self, name: &'p str) -> Path<'p> {
        Path { parent: Some(self), step: Step::Key(name) }
    }

    /// Writes the path out: `spec.routes[0].name`, and `data["a.b"]` for names that are no words.
    fn text(&self) -> String {
        let mut text = self.parent.map(Path::text).unwrap_or_default();
        match self.step {
            Step::Root => {}
            Step::Item(at) => {
                let _infallible = write!(text, "[{at}]");
            }
            // A long name shows that it goes on, and is not repeated in every fault below it.
            Step::Key(name) if name.len() > LONGEST_STEP => {
                let cut: String = name.chars().take(LONGEST_STEP / 2).collect();
                let _infallible = write!(text, "[\"{}…\"]", crate::diag::visible::visible(&cut));
            }
            Step::Key(name)
                if !name.is_empty()
                    && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_$".contains(&byte)) =>
            {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(name);
            }
            Step::Key(name) => {
                let _infallible = write!(text, "[\"{}\"]", crate::diag::visible::visible(name));
            }
        }
        text
    }
}
