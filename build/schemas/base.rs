//! Puts the type of Kubernetes that a description names as its `base` under what the description says.
//!
//! Comes in: the types that `schemas/core/` holds, made by a test, and a description. Goes out: both as one. A description
//! must have every field of its base and may not repeat its types, so that nothing made stands written by hand too.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

/// What only a base says.
const STRUCTURE: [&str; 2] = ["type", "format"];

/// Puts the type that `base` names under the fields, and takes `base` away.
pub(crate) fn put_base_under(fields: &mut Map<String, Json>, types: &BTreeMap<String, Json>) -> Result<(), String> {
    let Some(name) = fields.remove("base") else { return Ok(()) };
    let name = name.as_str().ok_or("`base` is the name of a type")?.to_owned();
    let omitted: Vec<String> =
        fields.remove("omit").map_or(Ok(Vec::new()), serde_json::from_value).map_err(|why| why.to_string())?;
    let mut under = types.get(&name).cloned().ok_or_else(|| format!("no type is named `{name}`"))?;
    for field in omitted {
        let properties = under.get_mut("properties").and_then(Json::as_object_mut);
        if properties.and_then(|properties| properties.remove(&field)).is_none() {
            return Err(format!("`omit` names `{field}`, which the type `{name}` does not have"));
        }
    }
    put_under(fields, under, &name, types)
}

fn put_under(
    fields: &mut Map<String, Json>,
    under: Json,
    name: &str,
    types: &BTreeMap<String, Json>,
) -> Result<(), String> {
    let Json::Object(mut under) = under else { return Err(format!("`{name}` is no mapping")) };
    // A fragment says itself what its base is.
    if fields.contains_key("ref") {
        return Ok(());
    }
    if let Some(Json::String(base)) = under.remove("base") {
        let of_base = types.get(&base).cloned().ok_or_else(|| format!("no type is named `{base}`"))?;
        return put_under(fields, of_base, &base, types);
    }
    for (key, below) in under {
        match (key.as_str(), fields.get_mut(&key)) {
            (key, Some(_)) if STRUCTURE.contains(&key) => return Err(format!("`{key}` is the type `{name}`'s to say")),
            ("properties", over) => {
                let mut described = over.and_then(|over| over.as_object().cloned()).unwrap_or_default();
                properties(&mut described, below, name, types)?;
                fields.insert(key, described.into());
            }
            ("items" | "additionalProperties", Some(Json::Object(over))) => put_under(over, below, name, types)?,
            ("items" | "additionalProperties", None) => {
                let mut over = Map::new();
                put_under(&mut over, below, name, types)?;
                fields.insert(key, over.into());
            }
            (_, Some(_)) => {}
            (_, None) => _ = fields.insert(key, below),
        }
    }
    Ok(())
}

fn properties(
    described: &mut Map<String, Json>,
    below: Json,
    name: &str,
    types: &BTreeMap<String, Json>,
) -> Result<(), String> {
    let Json::Object(below) = below else { return Err(format!("`{name}` has no fields")) };
    for (field, _) in described.iter().filter(|(field, _)| !below.contains_key(*field)) {
        let says =
            described[field].as_object().is_some_and(|says| says.contains_key("type") || says.contains_key("ref"));
        if !says {
            return Err(format!("`{field}` is no field of the type `{name}`, so that it must say its own type"));
        }
    }
    for (field, below) in below {
        let over = described.get_mut(&field).and_then(Json::as_object_mut);
        let over = over.ok_or_else(|| format!("the field `{field}` of the type `{name}` is not described"))?;
        put_under(over, below, name, types).map_err(|why| format!("{field}: {why}"))?;
    }
    Ok(())
}
