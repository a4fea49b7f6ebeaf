//! A schema as a list of its nodes, by which two can be compared.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

/// Collects each node's own keywords by path, without what only words or repeats.
pub(crate) fn flatten(schema: &Json, path: String, nodes: &mut BTreeMap<String, Json>) {
    // Everything that the API server reads by itself, and what nobody may write.
    if matches!(path.as_str(), ".metadata" | ".status") {
        return;
    }
    let mut own = Map::new();
    for (key, value) in schema.as_object().unwrap() {
        match (key.as_str(), value) {
            ("description" | "title", _) => {}
            ("properties", Json::Object(properties)) => {
                properties.iter().for_each(|(name, schema)| flatten(schema, format!("{path}.{name}"), nodes));
            }
            ("items", items) => flatten(items, format!("{path}[]"), nodes),
            ("additionalProperties", each @ Json::Object(_)) => flatten(each, format!("{path}{{}}"), nodes),
            // A list without a type is atomic.
            ("x-kubernetes-list-type", Json::String(kind)) if kind == "atomic" => {}
            // Formats of an array mean nothing.
            ("format", _) if schema.get("type") == Some(&"array".into()) => {}
            ("required", Json::Array(names)) if path.is_empty() => {
                let always = ["apiVersion", "kind", "metadata"];
                let names: Vec<Json> =
                    names.iter().filter(|name| !always.contains(&name.as_str().unwrap())).cloned().collect();
                if !names.is_empty() {
                    own.insert(key.clone(), Json::Array(names));
                }
            }
            (key, value) => _ = own.insert(key.to_owned(), sorted(value)),
        }
    }
    nodes.insert(path, own.into());
}

/// Sorts what has no order: the names of required fields, and allowed values.
fn sorted(value: &Json) -> Json {
    match value {
        Json::Array(items) => {
            let mut items: Vec<Json> = items.iter().map(sorted).collect();
            items.sort_by_key(ToString::to_string);
            items.into()
        }
        Json::Object(fields) => {
            let fields: BTreeMap<&String, Json> = fields.iter().map(|(key, value)| (key, sorted(value))).collect();
            serde_json::to_value(fields).unwrap()
        }
        other => other.clone(),
    }
}
