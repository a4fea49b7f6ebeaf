//! Writes a description as the structural schema of a CRD (OpenAPI v3) for one minor.
//!
//! This is what rules in CEL are compiled against, and what tests compare with the CRDs that OpenShift ships. It holds every
//! constraint, and words for people where they are asked for.

use serde_json::{Map, Value as Json, json};

use super::table::{Additional, Format, Keywords, ListType, Literal, Rule, Schema, Type};
use crate::target::Minor;

/// Writes a schema as it is on one minor.
pub fn structural(schema: &'static Schema, minor: Minor) -> Json {
    Writer { minor, has_words: false }.schema(schema)
}

/// Writes a schema as it is on one minor, with its descriptions.
pub fn described(schema: &'static Schema, minor: Minor) -> Json {
    Writer { minor, has_words: true }.schema(schema)
}

#[derive(Clone, Copy)]
struct Writer {
    minor: Minor,
    has_words: bool,
}

impl Writer {
    fn schema(self, schema: &'static Schema) -> Json {
        let minor = self.minor;
        let mut fields = Map::new();
        if self.has_words && !schema.description.is_empty() {
            fields.insert("description".into(), schema.description.into());
        }
        own(schema.on(minor), &mut fields);
        let properties = schema.properties.iter().filter(|property| property.is_on(minor));
        let properties: Map<String, Json> =
            properties.map(|property| (property.name.to_owned(), self.schema(property.schema))).collect();
        if !properties.is_empty() {
            fields.insert("properties".into(), properties.into());
        }
        match schema.additional {
            Additional::Closed => {}
            Additional::Open => _ = fields.insert("additionalProperties".into(), Json::Bool(true)),
            Additional::Each(each) => _ = fields.insert("additionalProperties".into(), self.schema(each)),
        }
        if let Some(items) = schema.items {
            fields.insert("items".into(), self.schema(items));
        }
        self.constraints(schema, &mut fields);
        let rules: Vec<Json> = schema.rules_on(minor).map(rule).collect();
        if !rules.is_empty() {
            fields.insert("x-kubernetes-validations".into(), rules.into());
        }
        fields.into()
    }

    /// Writes what constrains the value beyond its structure. No words are allowed within.
    fn constraints(self, schema: &'static Schema, fields: &mut Map<String, Json>) {
        let part = |part| Self { has_words: false, ..self }.schema(part);
        if let Some(not) = schema.not {
            fields.insert("not".into(), part(not));
        }
        let all_of: Vec<Json> = schema.all_of_on(self.minor).map(part).collect();
        if !all_of.is_empty() {
            // A CRD may leave the types of `intOrString` to its flag, and does where it has parts to hold.
            fields.remove("anyOf");
            fields.insert("allOf".into(), all_of.into());
        }
        if !schema.any_of.is_empty() {
            fields.insert("anyOf".into(), schema.any_of.iter().map(|any| part(any)).collect());
        }
    }
}

/// Writes a value of a description as JSON.
pub fn literal(value: &Literal) -> Json {
    match value {
        Literal::Null => Json::Null,
        Literal::Bool(value) => Json::Bool(*value),
        Literal::Int(value) => Json::from(*value),
        Literal::Float(value) => Json::from(*value),
        Literal::String(text) => Json::from(*text),
        Literal::Seq(items) => items.iter().map(literal).collect(),
        Literal::Map(fields) => {
            fields.iter().map(|(key, value)| ((*key).to_owned(), literal(value))).collect::<Map<_, _>>().into()
        }
    }
}

fn own(keywords: &Keywords, fields: &mut Map<String, Json>) {
    let mut set = |key: &str, value: Json| _ = fields.insert(key.to_owned(), value);
    match keywords.kind {
        Type::IntOrString => {
            set("anyOf", json!([{"type": "integer"}, {"type": "string"}]));
            set("x-kubernetes-int-or-string", true.into());
        }
        Type::Any => {}
        kind => set("type", type_name(kind).into()),
    }
    if keywords.nullable {
        set("nullable", true.into());
    }
    if keywords.preserve_unknown_fields {
        set("x-kubernetes-preserve-unknown-fields", true.into());
    }
    if !keywords.required.is_empty() {
        set("required", keywords.required.into());
    }
    if !keywords.values.is_empty() {
        set("enum", keywords.values.iter().map(literal).collect());
    }
    if let Some(pattern) = keywords.pattern {
        set("pattern", pattern.source.into());
    }
    if let Some(format) = keywords.format {
        set("format", format_name(format).into());
    }
    let sizes = [
        ("minLength", keywords.min_length),
        ("maxLength", keywords.max_length),
        ("minItems", keywords.min_items),
        ("maxItems", keywords.max_items),
        ("minProperties", keywords.min_properties),
        ("maxProperties", keywords.max_properties),
    ];
    for (key, size) in sizes {
        if let Some(size) = size {
            set(key, size.into());
        }
    }
    for (key, limit) in [("minimum", keywords.minimum), ("maximum", keywords.maximum)] {
        if let Some(limit) = limit {
            set(key, limit.into());
        }
    }
    match keywords.list_type {
        ListType::Atomic => {}
        ListType::Set => set("x-kubernetes-list-type", "set".into()),
        ListType::Map(keys) => {
            set("x-kubernetes-list-type", "map".into());
            set("x-kubernetes-list-map-keys", keys.into());
        }
    }
    if keywords.atomic_map {
        set("x-kubernetes-map-type", "atomic".into());
    }
    if let Some(default) = &keywords.default {
        set("default", literal(default));
    }
}

fn rule(rule: &'static Rule) -> Json {
    let mut fields = Map::new();
    let texts = [
        ("rule", rule.rule),
        ("message", rule.message),
        ("messageExpression", rule.message_expression),
        ("reason", rule.reason),
        ("fieldPath", rule.field_path),
    ];
    for (key, text) in texts {
        if !text.is_empty() {
            fields.insert(key.to_owned(), text.into());
        }
    }
    fields.into()
}

pub(super) fn type_name(kind: Type) -> &'static str {
    match kind {
        Type::Object => "object",
        Type::Array => "array",
        Type::String => "string",
        Type::Integer => "integer",
        Type::Number => "number",
        Type::Boolean => "boolean",
        Type::Any | Type::IntOrString => "",
    }
}

fn format_name(format: Format) -> &'static str {
    match format {
        Format::Int32 => "int32",
        Format::Int64 => "int64",
        Format::Double => "double",
        Format::Duration => "duration",
        Format::Byte => "byte",
        Format::DateTime => "date-time",
        Format::Hostname => "hostname",
        Format::Uri => "uri",
    }
}
