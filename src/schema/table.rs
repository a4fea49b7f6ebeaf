//! What the static tables are made of, and the tables themselves, which `build.rs` writes from `schemas/`.
//!
//! A node's keywords stand once per minor at which they change, oldest first; the last that is not newer than the target
//! holds. Properties are sorted by name. Nothing is on the heap but a pattern's compiled form, made at its first use.

use std::sync::OnceLock;

use regex::Regex;

use super::{native, re2};
use crate::target::Minor;

include!(concat!(env!("OUT_DIR"), "/tables.rs"));

pub(super) fn kinds() -> &'static [Kind] {
    KINDS
}

/// A kind of object or file.
#[derive(Debug)]
pub struct Kind {
    /// The API group, empty for the core group.
    pub group: &'static str,
    /// The version of the API.
    pub version: &'static str,
    /// The kind's name.
    pub kind: &'static str,
    /// The name in URLs and of the CRD.
    pub plural: &'static str,
    /// Whether objects live in a namespace.
    pub namespaced: bool,
    /// The first minor that has it.
    pub since: Minor,
    /// The first minor that has it no more.
    pub until: Option<Minor>,
    /// The only name that means anything, where there is one.
    pub singleton: Option<&'static str>,
    /// Whether every cluster has the singleton before anyone applies it, so that a part of it is a whole manifest.
    pub bootstrapped: bool,
    /// Whether the API server has it built in, rather than as a custom resource.
    pub native: bool,
    /// The form of its objects' names.
    pub names: Names,
    /// What is not known for some minor, and what is taken in its place.
    pub gaps: &'static [&'static str],
    /// The minors at which the schema changes.
    pub changes: &'static [Minor],
    /// The schema of the whole object.
    pub schema: &'static Schema,
}

/// The form of the names of a kind's objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    /// A DNS name in lower case.
    Subdomain,
    /// A part of a DNS name.
    Label,
    /// Whatever can stand in a path of a URL.
    Path,
}

/// A node of a description, on all minors.
#[derive(Debug)]
pub struct Schema {
    /// A short name for people.
    pub title: &'static str,
    /// What it means, for hover and `explain`.
    pub description: &'static str,
    /// What the operator, or another program of the cluster, does with it.
    pub operator: &'static str,
    /// Where a spec's field lands in the objects that are rendered of it.
    pub lands: Lands,
    /// Values that are right.
    pub examples: &'static [Literal],
    /// The fields of an object, sorted by name.
    pub properties: &'static [Property],
    /// What stands under names that `properties` does not have.
    pub additional: Additional,
    /// What the items of an array are.
    pub items: Option<&'static Schema>,
    /// What the names under `additional` must be.
    pub names: Option<&'static Schema>,
    /// Of which at least one must hold too.
    pub any_of: &'static [&'static Schema],
    /// Parts that must all hold too, each on its minors.
    pub all_of: &'static [Part],
    /// What must not hold.
    pub not: Option<&'static Schema>,
    /// Rules in CEL.
    pub rules: &'static [Rule],
    /// The keywords from each minor on, ascending; never empty.
    pub variants: &'static [Variant],
}

/// Where the value of a spec's field lands: `Kind name: path`, where `[]` stands for an item and `*` for any name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lands {
    /// Beneath where the field around it lands, under its own name.
    Beneath,
    /// Where the field around it lands.
    Same,
    /// At each of these places; nowhere where there is none.
    At(&'static [&'static str]),
}

/// A field of an object.
#[derive(Debug)]
pub struct Property {
    /// Its name.
    pub name: &'static str,
    /// The first minor that has it; none where it was always there.
    pub since: Option<Minor>,
    /// The first minor that has it no more.
    pub until: Option<Minor>,
    /// What it holds.
    pub schema: &'static Schema,
}

/// A constraint on what is described around it, on some minors.
#[derive(Debug)]
pub struct Part {
    /// The first minor that has it; none where it was always there.
    pub since: Option<Minor>,
    /// The first minor that has it no more.
    pub until: Option<Minor>,
    /// What must hold.
    pub schema: &'static Schema,
}

/// What an object may hold beside its properties.
#[derive(Debug)]
pub enum Additional {
    /// Nothing.
    Closed,
    /// Anything.
    Open,
    /// Values of one schema, under any name.
    Each(&'static Schema),
}

/// The keywords of a node from one minor on.
#[derive(Debug)]
pub struct Variant {
    /// The first minor.
    pub since: Minor,
    /// The keywords.
    pub keywords: Keywords,
}

/// What a node says about a value.
#[derive(Debug)]
pub struct Keywords {
    /// The type.
    pub kind: Type,
    /// Whether null is a value.
    pub nullable: bool,
    /// The fields that must be there.
    pub required: &'static [&'static str],
    /// The only values allowed; any where empty.
    pub values: &'static [Literal],
    /// What a string must match somewhere.
    pub pattern: Option<&'static Pattern>,
    /// What the pattern means, for people.
    pub expects: Option<&'static str>,
    /// A form of a string or number.
    pub format: Option<Format>,
    /// The least number of code points.
    pub min_length: Option<u32>,
    /// The greatest number of code points.
    pub max_length: Option<u32>,
    /// The least number.
    pub minimum: Option<i64>,
    /// The greatest number.
    pub maximum: Option<i64>,
    /// The least number of items.
    pub min_items: Option<u32>,
    /// The greatest number of items.
    pub max_items: Option<u32>,
    /// The least number of fields.
    pub min_properties: Option<u32>,
    /// The greatest number of fields.
    pub max_properties: Option<u32>,
    /// How a list is merged, and what may not stand twice in it.
    pub list_type: ListType,
    /// Whether a map is replaced as a whole when applied.
    pub atomic_map: bool,
    /// What the API server puts where nothing is.
    pub default: Option<Literal>,
    /// Whether fields that are not described are kept.
    pub preserve_unknown_fields: bool,
}

/// The type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// Whatever it is.
    Any,
    /// A mapping.
    Object,
    /// A list.
    Array,
    /// Text.
    String,
    /// A whole number; `2.0` is one.
    Integer,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// A whole number or text.
    IntOrString,
}

/// A form of a string or number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Within 32 bits, signed.
    Int32,
    /// Within 64 bits, signed.
    Int64,
    /// Any number.
    Double,
    /// A duration as the API server reads it.
    Duration,
    /// Base64.
    Byte,
    /// RFC 3339.
    DateTime,
    /// A host's name.
    Hostname,
    /// An absolute URI.
    Uri,
}

/// How a list is merged by server-side apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListType {
    /// As a whole.
    Atomic,
    /// As a set: no value twice.
    Set,
    /// By the values of these keys: none twice.
    Map(&'static [&'static str]),
}

/// A rule in CEL.
#[derive(Debug)]
pub struct Rule {
    /// The expression, which must be true of `self`.
    pub rule: &'static str,
    /// What the API server says where it is not.
    pub message: &'static str,
    /// An expression that makes the message.
    pub message_expression: &'static str,
    /// The reason in the API server's answer.
    pub reason: &'static str,
    /// The field that it is about, below the rule's node.
    pub field_path: &'static str,
    /// Fields of the value without all of which the rule is true.
    pub needs: &'static [&'static str],
    /// The pattern that the value must match, where the rule says nothing else.
    pub pattern: Option<&'static Pattern>,
    /// The first minor.
    pub since: Option<Minor>,
    /// The first minor without it.
    pub until: Option<Minor>,
}

/// A value that stands in a description.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Literal {
    /// Null.
    Null,
    /// A boolean.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Another number.
    Float(f64),
    /// Text.
    String(&'static str),
    /// A list.
    Seq(&'static [Literal]),
    /// A mapping.
    Map(&'static [(&'static str, Literal)]),
}

/// A pattern as RE2 reads it, searched for anywhere in the text.
#[derive(Debug)]
pub struct Pattern {
    /// The pattern as it stands in the CRD.
    pub source: &'static str,
    /// The words that it is a choice among, where it is nothing else.
    pub words: &'static [&'static str],
    compiled: OnceLock<Option<Regex>>,
}

impl Keywords {
    const NONE: Self = Self {
        kind: Type::Any,
        nullable: false,
        required: &[],
        values: &[],
        pattern: None,
        expects: None,
        format: None,
        min_length: None,
        max_length: None,
        minimum: None,
        maximum: None,
        min_items: None,
        max_items: None,
        min_properties: None,
        max_properties: None,
        list_type: ListType::Atomic,
        atomic_map: false,
        default: None,
        preserve_unknown_fields: false,
    };
}

impl Schema {
    /// Returns the keywords that hold on a minor.
    pub fn on(&self, minor: Minor) -> &'static Keywords {
        // The first variant holds from the first minor on, so that one is always found.
        let variants: &'static [Variant] = self.variants;
        let at = variants.partition_point(|variant| variant.since <= minor).max(1) - 1;
        &variants[at].keywords
    }

    /// Returns the property of a name, on whatever minor it exists.
    pub fn property(&self, name: &str) -> Option<&'static Property> {
        let properties: &'static [Property] = self.properties;
        properties.binary_search_by(|property| property.name.cmp(name)).ok().map(|at| &properties[at])
    }

    /// Returns the rules that hold on a minor.
    pub fn rules_on(&self, minor: Minor) -> impl Iterator<Item = &'static Rule> {
        let rules: &'static [Rule] = self.rules;
        rules.iter().filter(move |rule| within(rule.since, rule.until, minor))
    }

    /// Returns the parts of `allOf` that must hold on a minor.
    pub fn all_of_on(&self, minor: Minor) -> impl Iterator<Item = &'static Schema> {
        let parts: &'static [Part] = self.all_of;
        parts.iter().filter(move |part| part.is_on(minor)).map(|part| part.schema)
    }

    /// Returns what stands at a path of property names, on whatever minor; `*` steps into items or additional values.
    pub fn at(&'static self, path: &[&str]) -> Option<&'static Self> {
        path.iter().try_fold(self, |schema, step| match (*step, &schema.additional) {
            ("*", Additional::Each(each)) => Some(*each),
            ("*", _) => schema.items,
            (name, _) => schema.property(name).map(|property| property.schema),
        })
    }
}

impl Property {
    /// Tells whether the property exists on a minor.
    pub fn is_on(&self, minor: Minor) -> bool {
        within(self.since, self.until, minor)
    }
}

impl Part {
    /// Tells whether the part must hold on a minor.
    pub fn is_on(&self, minor: Minor) -> bool {
        within(self.since, self.until, minor)
    }
}

impl Pattern {
    const fn new(source: &'static str, words: &'static [&'static str]) -> Self {
        Self { source, words, compiled: OnceLock::new() }
    }

    /// Tells whether the pattern is found in a text.
    ///
    /// A pattern that cannot be compiled is found everywhere; a test compiles them all.
    pub fn is_in(&self, text: &str) -> bool {
        if !self.words.is_empty() {
            return self.words.contains(&text);
        }
        match native::of(self.source) {
            Some(decides) => decides(text),
            None => self.regex().is_none_or(|regex| regex.is_match(text)),
        }
    }

    fn regex(&self) -> Option<&Regex> {
        self.compiled.get_or_init(|| re2::compile(self.source).ok()).as_ref()
    }
}

fn within(since: Option<Minor>, until: Option<Minor>, minor: Minor) -> bool {
    since.is_none_or(|since| since <= minor) && until.is_none_or(|until| minor < until)
}

/// Visits every schema below one.
#[cfg(test)]
fn each_schema(schema: &'static Schema, visit: &mut dyn FnMut(&'static Schema)) {
    visit(schema);
    schema.properties.iter().for_each(|property| each_schema(property.schema, visit));
    if let Additional::Each(each) = schema.additional {
        each_schema(each, visit);
    }
    let children = [schema.items, schema.names, schema.not];
    children.into_iter().flatten().for_each(|child| each_schema(child, visit));
    schema.any_of.iter().for_each(|child| each_schema(child, visit));
    schema.all_of.iter().for_each(|part| each_schema(part.schema, visit));
}

/// Visits every pattern of every kind.
#[cfg(test)]
pub(super) fn each_pattern(visit: &mut dyn FnMut(&'static Pattern)) {
    for kind in kinds() {
        each_schema(kind.schema, &mut |schema| {
            let of_keywords = schema.variants.iter().filter_map(|variant| variant.keywords.pattern);
            of_keywords.chain(schema.rules.iter().filter_map(|rule| rule.pattern)).for_each(&mut *visit);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles() {
        each_pattern(&mut |pattern| assert!(pattern.regex().is_some(), "{}", pattern.source));
    }

    #[test]
    fn every_rule_has_a_message_and_every_variant_begins_after_the_one_before() {
        for kind in kinds() {
            each_schema(kind.schema, &mut |schema| {
                assert!(
                    schema.rules.iter().all(|rule| !(rule.message.is_empty() && rule.message_expression.is_empty()))
                );
                assert!(schema.variants.windows(2).all(|pair| pair[0].since < pair[1].since));
                assert_eq!(schema.variants[0].since, Minor::FIRST);
            });
        }
    }

    #[test]
    fn every_field_is_described_for_people() {
        for kind in kinds() {
            each_schema(kind.schema, &mut |schema| {
                for property in schema.properties {
                    let described = !property.schema.description.is_empty();
                    // Parts of `anyOf`, `allOf` and `not` only constrain what is described around them.
                    let constrains = property.schema.on(Minor::LAST).kind == Type::Any;
                    assert!(described || constrains, "{}: `{}` has no description", kind.kind, property.name);
                }
            });
        }
    }
}
