//! What an API server does with an object that JSON Schema has no word for: dropped nulls, defaults, keyed lists.

use std::collections::HashMap;

use serde_json::Value as Json;

use super::bounds;
use super::object::{subject, undecided};
use super::place::Step;
use crate::diag::{Diagnostic, codes};
use crate::mutation::is_off;
use crate::secret::Plaintext;
use crate::tree::{Node, Value};

/// Forms that the API server reads in a way that is not written out here.
const UNDECIDED_FORMS: [&str; 9] =
    ["bsonobjectid", "creditcard", "email", "isbn", "isbn10", "isbn13", "mac", "rgbcolor", "ssn"];

/// Returns an object as JSON, an encrypted value as some value of its type.
pub(super) fn json(node: &Node) -> Json {
    match &node.value {
        Value::Secret(slot) => match slot.encrypted() {
            Some(Plaintext::Int) => 0.into(),
            Some(Plaintext::Float) => 0.5.into(),
            Some(Plaintext::Bool) => false.into(),
            Some(Plaintext::Text) | None => "".into(),
        },
        Value::Map(map) => map
            .iter()
            .map(|(key, entry)| (key.to_string(), json(&entry.node)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        Value::Seq(items) => items.iter().map(json).collect(),
        _ => node.to_json(),
    }
}

/// Drops nulls where none is allowed and a default stands, and elsewhere too, as the API server prunes them.
pub(super) fn drop_nulls(schema: &Json, value: &mut Json) {
    match value {
        Json::Object(fields) => {
            let is_dropped = |name: &str, value: &Json| {
                value.is_null() && child(schema, name).is_some_and(|child| child.get("nullable") != Some(&true.into()))
            };
            fields.retain(|name, value| !is_dropped(name, value));
            for (name, value) in fields {
                if let Some(child) = child(schema, name) {
                    drop_nulls(child, value);
                }
            }
        }
        Json::Array(items) => {
            if let Some(each) = schema.get("items") {
                for item in items {
                    drop_nulls(each, item);
                }
            }
        }
        _ => {}
    }
}

/// Puts defaults where nothing is written, as long as something is left for them.
pub(super) fn put_defaults(schema: &Json, value: &mut Json, left: &mut usize) {
    match value {
        Json::Object(fields) => {
            for (name, property) in schema.get("properties").and_then(Json::as_object).into_iter().flatten() {
                if let (None, Some(default)) = (fields.get(name), property.get("default"))
                    && bounds::take(default, left)
                {
                    fields.insert(name.clone(), default.clone());
                }
            }
            for (name, value) in fields {
                if let Some(child) = child(schema, name) {
                    put_defaults(child, value, left);
                }
            }
        }
        Json::Array(items) => {
            if let Some(each) = schema.get("items") {
                for item in items {
                    put_defaults(each, item, left);
                }
            }
        }
        _ => {}
    }
}

/// Finds items that stand twice in a set, or keys that stand twice in a keyed list.
pub(super) fn duplicates<'o>(schema: &Json, object: &'o Node, found: &mut Vec<Diagnostic>) {
    walk(schema, object, &mut Vec::new(), &mut |schema, node: &'o Node, steps| {
        let Some(items) = node.as_seq() else { return };
        let keys: Vec<&str> = match schema.get("x-kubernetes-list-type").and_then(Json::as_str) {
            Some("set") if !is_off("crd-list-set") => Vec::new(),
            Some("map") if !is_off("crd-list-map") => {
                let keys = schema.get("x-kubernetes-list-map-keys").and_then(Json::as_array);
                keys.into_iter().flatten().filter_map(Json::as_str).collect()
            }
            _ => return,
        };
        let default = |key: &str| {
            let property = schema.get("items")?.get("properties")?.get(key)?;
            property.get("default").map(ToString::to_string)
        };
        let mut seen: HashMap<String, &Node> = HashMap::with_capacity(items.len());
        for item in items.iter().filter(|item| !item.has_secret()) {
            let identity = if keys.is_empty() {
                item.to_json().to_string()
            } else {
                let value = |key: &&str| item.get(key).map(|node| node.to_json().to_string()).or_else(|| default(key));
                keys.iter().map(|key| value(key).unwrap_or_default() + "\n").collect()
            };
            let first = *seen.entry(identity).or_insert(item);
            if std::ptr::eq(first, item) {
                continue;
            }
            let by = |item: &Node| {
                keys.first().and_then(|key| item.get(key)).and_then(|node| node.as_str().map(|_| node.quoted()))
            };
            let what = by(item).map_or_else(|| "an item".to_owned(), |name| format!("`{}` {name}", keys.join("`, `")));
            let message = format!("{what} stands twice in {}", subject(steps));
            let place = |item: &'o Node| keys.first().and_then(|key| item.get(key)).unwrap_or(item);
            let origin = &place(item).origin;
            let finding = Diagnostic::error_about(&codes::OBJECT_DUPLICATE_ITEM, origin, message);
            found.push(finding.note_at(place(first).place(), "first stands here").help("remove one of the two"));
        }
    });
}

/// Says of which values the form was not decided.
pub(super) fn undecided_forms(schema: &Json, object: &Node, found: &mut Vec<Diagnostic>) {
    walk(schema, object, &mut Vec::new(), &mut |schema, node, steps| {
        let form = schema.get("format").and_then(Json::as_str).unwrap_or_default();
        if UNDECIDED_FORMS.contains(&form) && node.as_str().is_some() {
            let way: Vec<String> = steps
                .iter()
                .map(|step| match step {
                    Step::Key(key) => key.clone(),
                    Step::Item(at) => at.to_string(),
                })
                .collect();
            found.push(undecided(object, &way, &format!("the form `{form}`")));
        }
    });
}

/// Visits every value that a schema describes.
fn walk<'o>(schema: &Json, node: &'o Node, steps: &mut Vec<Step>, visit: &mut dyn FnMut(&Json, &'o Node, &[Step])) {
    visit(schema, node, steps);
    for (name, entry) in node.as_map().into_iter().flatten() {
        if let Some(child) = child(schema, name) {
            steps.push(Step::Key(name.to_string()));
            walk(child, &entry.node, steps, visit);
            steps.pop();
        }
    }
    if let (Some(items), Some(each)) = (node.as_seq(), schema.get("items")) {
        for (at, item) in items.iter().enumerate() {
            steps.push(Step::Item(at));
            walk(each, item, steps, visit);
            steps.pop();
        }
    }
}

pub(super) fn child<'s>(schema: &'s Json, name: &str) -> Option<&'s Json> {
    let property = schema.get("properties").and_then(|properties| properties.get(name));
    property.or_else(|| schema.get("additionalProperties").filter(|each| each.is_object()))
}
