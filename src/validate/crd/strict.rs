//! A structural schema -> JSON Schema as strict as an API server with field validation on.

use jsonschema::{Keyword, PatternOptions, ValidationError, Validator};
use regex::Regex;
use serde_json::{Map, Value as Json, json};

use super::read::broken;
use crate::diag::Findings;
use crate::diag::visible::quoted;
use crate::mutation::{is_keyword_off, is_off};
use crate::schema::{format, re2};
use crate::tree::Node;

/// The keyword under which a pattern of RE2 stands.
pub(super) const PATTERN: &str = "x-re2";

/// The keyword under which a form of Kubernetes stands.
pub(super) const FORMAT: &str = "x-form";

/// Keywords that are whole numbers, numbers or texts and mean the same in both.
const SAME: [&str; 14] = [
    "enum",
    "required",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
    "type",
];

/// Makes JSON Schema of a structural schema.
pub(super) fn json_schema(structural: &Json) -> Json {
    node(structural, true)
}

/// Compiles JSON Schema.
pub(super) fn compile(strict: &Json) -> Result<Validator, String> {
    jsonschema::draft202012::options()
        .with_pattern_options(PatternOptions::regex())
        .with_keyword(PATTERN, |_, value, _| Ok(Box::new(Re2::of(value))))
        .with_keyword(FORMAT, |_, value, _| Ok(Box::new(Form::of(value))))
        .build(strict)
        .map_err(|error| error.to_string())
}

/// Turns one node; `is_structural` is false within constraints, which speak of fields and know of no others.
fn node(written: &Json, is_structural: bool) -> Json {
    let Some(fields) = written.as_object() else { return written.clone() };
    let is = |key: &str| fields.get(key) == Some(&Json::Bool(true)) && !is_keyword_off(key);
    let mut made = Map::new();
    for (key, value) in fields.iter().filter(|(key, _)| !is_keyword_off(key)) {
        match key.as_str() {
            "properties" => {
                let each = value.as_object().into_iter().flatten();
                let each: Map<_, _> = each.map(|(name, value)| (name.clone(), node(value, is_structural))).collect();
                made.insert(key.clone(), each.into());
            }
            "items" | "not" | "additionalProperties" => {
                let is_structural = is_structural && key != "not";
                made.insert(key.clone(), node(value, is_structural));
            }
            "anyOf" | "allOf" | "oneOf" => {
                let each = value.as_array().into_iter().flatten().map(|value| node(value, false));
                made.insert(key.clone(), each.collect());
            }
            "pattern" => _ = made.insert(PATTERN.into(), value.clone()),
            "format" => put_format(value.as_str().unwrap_or_default(), &mut made),
            key if SAME.contains(&key) => _ = made.insert(key.to_owned(), value.clone()),
            _ => {}
        }
    }
    bounds_of_version_4(&mut made);
    if !is_structural {
        return made.into();
    }
    if is("x-kubernetes-int-or-string") {
        made.insert("type".into(), json!(["integer", "string"]));
    }
    if is("x-kubernetes-embedded-resource") {
        embed(&mut made);
    }
    let keeps_unknown = is("x-kubernetes-preserve-unknown-fields");
    let is_object = fields.get("type") == Some(&"object".into());
    if is_object && !keeps_unknown && !made.contains_key("additionalProperties") && !is_off("crd-unknown-field") {
        made.insert("additionalProperties".into(), false.into());
    }
    if is("nullable") {
        match made.get_mut("type") {
            Some(kind @ Json::String(_)) => *kind = json!([kind.take(), "null"]),
            Some(Json::Array(kinds)) => kinds.push("null".into()),
            _ => {}
        }
    }
    made.into()
}

/// Puts the fields that every object has into the schema of an object within an object.
fn embed(made: &mut Map<String, Json>) {
    let properties = made.entry("properties").or_insert_with(|| json!({}));
    for name in ["apiVersion", "kind"] {
        properties[name] = json!({"type": "string", "minLength": 1});
    }
    properties["metadata"] = json!({"type": "object"});
    let required = made.entry("required").or_insert_with(|| json!([]));
    if let Some(required) = required.as_array_mut() {
        for name in ["apiVersion", "kind", "metadata"] {
            if !required.iter().any(|known| known == name) {
                required.push(name.into());
            }
        }
    }
}

/// Reads `exclusiveMinimum: true` beside `minimum`, as OpenAPI 3.0 has it.
fn bounds_of_version_4(made: &mut Map<String, Json>) {
    for (exclusive, bound) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        match made.get(exclusive) {
            Some(Json::Bool(true)) => {
                if let Some(limit) = made.remove(bound) {
                    made.insert(exclusive.into(), limit);
                } else {
                    made.remove(exclusive);
                }
            }
            Some(Json::Bool(false)) => _ = made.remove(exclusive),
            _ => {}
        }
    }
}

fn put_format(name: &str, made: &mut Map<String, Json>) {
    match name {
        "int32" if !is_off("crd-int32") => {
            made.entry("minimum").or_insert_with(|| i32::MIN.into());
            made.entry("maximum").or_insert_with(|| i32::MAX.into());
        }
        name if format::by_name(name).is_some() => _ = made.insert(FORMAT.into(), name.into()),
        // Others hold for every value, or are not decided here; `walk` says so.
        _ => {}
    }
}

/// Refuses patterns that cannot be compiled, and types that there are not, at their places.
pub(super) fn refuse_broken(schema: &Node, findings: &mut Findings) {
    const TYPES: [&str; 6] = ["object", "array", "string", "integer", "number", "boolean"];
    if let Some(kind) = schema.get("type")
        && !kind.as_str().is_some_and(|kind| TYPES.contains(&kind))
        && !is_off("crd-broken-type")
    {
        let shown = kind.as_str().map_or_else(|| kind.in_words().to_owned(), quoted);
        findings.push(broken(
            kind.place(),
            format!("a schema's type must be one of `{}`, not {shown}", TYPES.join("`, `")),
        ));
    }
    if let Some(pattern) = schema.get("pattern")
        && pattern.as_str().is_none_or(|pattern| re2::compile(pattern).is_err())
        && !is_off("crd-broken-pattern")
    {
        findings.push(broken(pattern.place(), "the pattern is none of RE2"));
    }
    for (key, entry) in schema.as_map().into_iter().flatten() {
        match &**key {
            "properties" => {
                entry.node.as_map().into_iter().flatten().for_each(|(_, each)| refuse_broken(&each.node, findings));
            }
            "items" | "additionalProperties" | "not" => refuse_broken(&entry.node, findings),
            "anyOf" | "allOf" | "oneOf" => {
                entry.node.as_seq().unwrap_or_default().iter().for_each(|each| refuse_broken(each, findings));
            }
            _ => {}
        }
    }
}

/// A pattern, searched for as RE2 does.
struct Re2(Option<Regex>);

impl Re2 {
    fn of(pattern: &Json) -> Self {
        Self(pattern.as_str().and_then(|pattern| re2::compile(pattern).ok()))
    }
}

impl<'i> Keyword<'i> for Re2 {
    fn validate(&self, instance: &'i Json) -> Result<(), ValidationError<'i>> {
        if self.is_valid(instance) { Ok(()) } else { Err(ValidationError::custom("")) }
    }

    fn is_valid(&self, instance: &'i Json) -> bool {
        match (instance.as_str(), &self.0) {
            (Some(text), Some(pattern)) => pattern.is_match(text),
            _ => true,
        }
    }
}

/// A form of texts, read as the API server reads it.
struct Form(Option<fn(&str) -> bool>);

impl Form {
    fn of(name: &Json) -> Self {
        Self(name.as_str().and_then(format::by_name))
    }
}

impl<'i> Keyword<'i> for Form {
    fn validate(&self, instance: &'i Json) -> Result<(), ValidationError<'i>> {
        if self.is_valid(instance) { Ok(()) } else { Err(ValidationError::custom("")) }
    }

    fn is_valid(&self, instance: &'i Json) -> bool {
        match (instance.as_str(), self.0) {
            (Some(text), Some(fits)) => fits(text),
            _ => true,
        }
    }
}
