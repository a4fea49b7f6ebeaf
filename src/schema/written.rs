//! The JSON Schema of specs and layers as people write them, before layers are merged.
//!
//! Of a complete spec, a file may leave anything to its layers, take an inherited value away with null, and change an
//! inherited list by directives. An editor that knows only the merged form would mark all of these as wrong.

use serde_json::{Map, Value as Json, json};

/// The directives that change an inherited list.
const DIRECTIVES: [(&str, &str); 3] = [
    ("$prepend", "Items to put before the inherited ones."),
    ("$append", "Items to put after the inherited ones."),
    ("$remove", "Items to take out of the inherited ones."),
];

/// Loosens the schema of a merged `spec` to that of one file's part of it.
pub(super) fn loosen(schema: &mut Json) {
    let Json::Object(fields) = schema else { return };
    fields.remove("required");
    fields.remove("minProperties");
    for key in ["properties", "additionalProperties", "anyOf"] {
        match fields.get_mut(key) {
            Some(Json::Object(map)) if key == "properties" => map.values_mut().for_each(loosen),
            Some(Json::Array(alternatives)) => alternatives.iter_mut().for_each(loosen),
            Some(other) => loosen(other),
            None => {}
        }
    }
    let is_list = fields.get("type").is_some_and(|name| name == "array");
    allow(fields, "null", &Json::Null);
    if is_list {
        allow_directives(fields);
    }
}

/// Lets a value be of one more type.
fn allow(fields: &mut Map<String, Json>, name: &str, value: &Json) {
    match fields.get_mut("type") {
        Some(Json::Array(types)) if !types.iter().any(|known| known == name) => types.push(name.into()),
        Some(only @ Json::String(_)) => *only = json!([only.take(), name]),
        _ => {}
    }
    if let Some(Json::Array(values)) = fields.get_mut("enum")
        && !values.contains(value)
    {
        values.push(value.clone());
    }
}

/// Lets a list be a mapping of directives, each a list. Keywords of lists do not touch mappings.
///
/// What the items are is not written out again for each directive: it would make the schema four times as large.
fn allow_directives(fields: &mut Map<String, Json>) {
    let directive = |(name, says): (&str, &str)| (name.to_owned(), json!({"description": says, "type": "array"}));
    let directives: Map<String, Json> = DIRECTIVES.into_iter().map(directive).collect();
    allow(fields, "object", &Json::Null);
    fields.insert("properties".into(), directives.into());
    fields.insert("additionalProperties".into(), Json::Bool(false));
}
