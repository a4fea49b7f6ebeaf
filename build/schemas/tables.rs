//! Writes descriptions as Rust: one static per distinct schema, pattern and kind.
//!
//! Equal schemas share one static, so a fragment used ten times stands in the binary once.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::Value as Json;

use super::describe::{Additional, Described, Lands, Rule};
use super::keywords::{Format, Keywords, ListType, MapType, Type};
use super::kind::Kind;
use super::target::Minor;

/// Writes the tables of every kind.
pub(crate) fn write(kinds: &[Kind]) -> String {
    let mut tables = Tables::default();
    let listed: String = kinds.iter().map(|kind| tables.kind(kind) + ",\n").collect();
    let mut text = tables.text;
    let _infallible = writeln!(text, "static KINDS: &[Kind] = &[\n{listed}];");
    text
}

#[derive(Default)]
struct Tables {
    text: String,
    names: BTreeMap<String, String>,
}

impl Tables {
    fn kind(&mut self, kind: &Kind) -> String {
        let Kind { group, version, name, plural, namespaced, since, until, bootstrapped, native, names, .. } = kind;
        let schema = self.schema(&kind.schema);
        let changes = list(kind.changes.iter().map(|change| minor(*change)));
        let gaps = list(kind.gaps.iter().map(|gap| format!("{gap:?}")));
        let (since, until) = (minor(*since), optional(until.map(minor)));
        let singleton = optional(kind.singleton.as_ref().map(|name| format!("{name:?}")));
        format!(
            "Kind {{ group: {group:?}, version: {version:?}, kind: {name:?}, plural: {plural:?}, \
             namespaced: {namespaced}, since: {since}, until: {until}, singleton: {singleton}, \
             bootstrapped: {bootstrapped}, native: {native}, names: Names::{names:?}, gaps: {gaps}, changes: {changes}, schema: {schema} }}"
        )
    }

    /// Writes a schema, unless an equal one stands already, and returns the reference to it.
    fn schema(&mut self, described: &Described) -> String {
        let mut properties = Vec::new();
        for (name, property) in &described.properties {
            let schema = self.schema(&property.described);
            let (since, until) = (optional(property.since.map(minor)), optional(property.until.map(minor)));
            properties.push(format!("Property {{ name: {name:?}, since: {since}, until: {until}, schema: {schema} }}"));
        }
        let additional = match &described.additional {
            Additional::Closed => "Additional::Closed".to_owned(),
            Additional::Open => "Additional::Open".to_owned(),
            Additional::Each(each) => format!("Additional::Each({})", self.schema(each)),
        };
        let items = optional(described.items.as_ref().map(|schema| self.schema(schema)));
        let names = optional(described.names.as_ref().map(|schema| self.schema(schema)));
        let not = optional(described.not.as_ref().map(|schema| self.schema(schema)));
        let any_of: Vec<String> = described.any_of.iter().map(|schema| self.schema(schema)).collect();
        let mut all_of = Vec::new();
        for part in &described.all_of {
            let schema = self.schema(&part.described);
            let (since, until) = (optional(part.since.map(minor)), optional(part.until.map(minor)));
            all_of.push(format!("Part {{ since: {since}, until: {until}, schema: {schema} }}"));
        }
        let mut variants = Vec::new();
        for (since, keywords) in &described.variants {
            variants.push(format!("Variant {{ since: {}, keywords: {} }}", minor(*since), self.keywords(keywords)));
        }
        let rules: Vec<String> = described.rules.iter().map(|rule| self.rule(rule)).collect();
        let text = format!(
            "Schema {{ title: {:?}, description: {:?}, operator: {:?}, lands: {}, examples: {}, properties: {}, additional: {additional}, \
             items: {items}, names: {names}, any_of: {}, all_of: {}, not: {not}, rules: {}, variants: {} }}",
            described.title,
            described.description,
            described.operator,
            lands(&described.lands),
            list(described.examples.iter().map(literal)),
            list(properties),
            list(any_of),
            list(all_of),
            list(rules),
            list(variants),
        );
        self.named("Schema", &text)
    }

    fn keywords(&mut self, keywords: &Keywords) -> String {
        let mut text = String::from("Keywords { ");
        let mut set = |field: &str, value: String| {
            let _infallible = write!(text, "{field}: {value}, ");
        };
        set("kind", kind_of(keywords).to_owned());
        if let Some(pattern) = &keywords.pattern {
            set("pattern", format!("Some({})", self.pattern(pattern)));
        }
        if let Some(format) = keywords.format {
            set("format", format!("Some({})", format_of(format)));
        }
        let flags = [("nullable", keywords.nullable), ("preserve_unknown_fields", keywords.preserve_unknown_fields)];
        flags.into_iter().filter(|(_, on)| *on).for_each(|(field, _)| set(field, "true".into()));
        let bounds = [
            ("min_length", keywords.min_length),
            ("max_length", keywords.max_length),
            ("min_items", keywords.min_items),
            ("max_items", keywords.max_items),
            ("min_properties", keywords.min_properties),
            ("max_properties", keywords.max_properties),
        ];
        for (field, bound) in bounds {
            _ = bound.map(|bound| set(field, format!("Some({bound})")));
        }
        let limits = [("minimum", keywords.minimum), ("maximum", keywords.maximum)];
        for (field, limit) in limits {
            _ = limit.map(|limit| set(field, format!("Some({limit})")));
        }
        if let Some(expects) = &keywords.expects {
            set("expects", format!("Some({expects:?})"));
        }
        if !keywords.required.is_empty() {
            set("required", list(keywords.required.iter().map(|name| format!("{name:?}"))));
        }
        if !keywords.values.is_empty() {
            set("values", list(keywords.values.iter().map(literal)));
        }
        match keywords.list_type {
            Some(ListType::Set) => set("list_type", "ListType::Set".into()),
            Some(ListType::Map) => {
                let keys = list(keywords.list_map_keys.iter().map(|key| format!("{key:?}")));
                set("list_type", format!("ListType::Map({keys})"));
            }
            Some(ListType::Atomic) => set("list_type", "ListType::Atomic".into()),
            None => {}
        }
        if keywords.map_type == Some(MapType::Atomic) {
            set("atomic_map", "true".into());
        }
        if let Some(default) = &keywords.default {
            set("default", format!("Some({})", literal(default)));
        }
        text + "..Keywords::NONE }"
    }

    fn rule(&mut self, rule: &Rule) -> String {
        let Rule { expression, message, message_expression, reason, field_path, needs, since, until } = rule;
        // Both were read as minors when the description was checked.
        let bound = |text: &Option<String>| optional(text.as_deref().and_then(|text| text.parse().ok()).map(minor));
        let (since, until) = (bound(since), bound(until));
        let needs = list(needs.iter().map(|field| format!("{field:?}")));
        let pattern = optional(pattern_of(expression).map(|pattern| self.pattern(&pattern)));
        format!(
            "Rule {{ rule: {expression:?}, message: {message:?}, message_expression: {message_expression:?}, \
             reason: {reason:?}, field_path: {field_path:?}, needs: {needs}, pattern: {pattern}, since: {since}, until: {until} }}"
        )
    }

    fn pattern(&mut self, pattern: &str) -> String {
        let words = list(words(pattern).into_iter().flatten().map(|word| format!("{word:?}")));
        self.named("Pattern", &format!("Pattern::new({pattern:?}, {words})"))
    }

    fn named(&mut self, of: &str, text: &str) -> String {
        let next = format!("T{}", self.names.len());
        let name = self.names.entry(text.to_owned()).or_insert_with(|| {
            let _infallible = writeln!(self.text, "static {next}: {of} = {text};");
            next
        });
        format!("&{name}")
    }
}

fn lands(lands: &Lands) -> String {
    match lands {
        Lands::Beneath => "Lands::Beneath".into(),
        Lands::One(place) if place == "same" => "Lands::Same".into(),
        Lands::One(place) => format!("Lands::At(&[{place:?}])"),
        Lands::Each(places) => format!("Lands::At({})", list(places.iter().map(|place| format!("{place:?}")))),
    }
}

fn kind_of(keywords: &Keywords) -> &'static str {
    match keywords.kind {
        _ if keywords.int_or_string => "Type::IntOrString",
        None => "Type::Any",
        Some(Type::Object) => "Type::Object",
        Some(Type::Array) => "Type::Array",
        Some(Type::String) => "Type::String",
        Some(Type::Integer) => "Type::Integer",
        Some(Type::Number) => "Type::Number",
        Some(Type::Boolean) => "Type::Boolean",
    }
}

fn format_of(format: Format) -> &'static str {
    match format {
        Format::Int32 => "Format::Int32",
        Format::Int64 => "Format::Int64",
        Format::Double => "Format::Double",
        Format::Duration => "Format::Duration",
        Format::Byte => "Format::Byte",
        Format::DateTime => "Format::DateTime",
        Format::Hostname => "Format::Hostname",
        Format::Uri => "Format::Uri",
    }
}

/// Returns the words of a pattern that is nothing but a choice among them: `^(A|B)$`.
fn words(pattern: &str) -> Option<Vec<&str>> {
    let choice = pattern.strip_prefix("^(")?.strip_suffix(")$")?;
    let words: Vec<&str> = choice.split('|').collect();
    words.iter().all(|word| word.bytes().all(|byte| byte.is_ascii_alphanumeric())).then_some(words)
}

/// Returns the pattern of a rule that is nothing else: `self.matches('…')`.
fn pattern_of(rule: &str) -> Option<String> {
    let text = rule.strip_prefix("self.matches('")?.strip_suffix("')")?;
    let mut pattern = String::new();
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        match char {
            '\\' if chars.next() == Some('\\') => pattern.push('\\'),
            '\'' | '\\' => return None,
            char => pattern.push(char),
        }
    }
    Some(pattern)
}

fn literal(json: &Json) -> String {
    match json {
        Json::Null => "Literal::Null".into(),
        Json::Bool(value) => format!("Literal::Bool({value})"),
        Json::Number(number) => match number.as_i64() {
            Some(value) => format!("Literal::Int({value})"),
            None => format!("Literal::Float({:?})", number.as_f64().unwrap_or_default()),
        },
        Json::String(text) => format!("Literal::String({text:?})"),
        Json::Array(items) => format!("Literal::Seq({})", list(items.iter().map(literal))),
        Json::Object(fields) => {
            let fields = fields.iter().map(|(key, value)| format!("({key:?}, {})", literal(value)));
            format!("Literal::Map({})", list(fields))
        }
    }
}

fn minor(minor: Minor) -> String {
    format!("Minor::of({})", minor.to_string().replace('.', ", "))
}

fn optional(text: Option<String>) -> String {
    text.map_or_else(|| "None".into(), |text| format!("Some({text})"))
}

fn list(items: impl IntoIterator<Item = String>) -> String {
    format!("&[{}]", items.into_iter().collect::<Vec<_>>().join(", "))
}
