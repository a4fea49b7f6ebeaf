//! A value as the API server stores it: nulls that mean nothing dropped, defaults put in, fields that it does not know
//! pruned.

use std::sync::Arc;

use super::interpret::Null;
use super::table::{Additional, Keywords, Literal, Schema, Type};
use crate::mutation::is_off;
use crate::target::Minor;
use crate::tree::{Entry, Map, Node, Origin, Value};

/// Returns a value as it is stored on a minor. What a default puts in has the origin of what stands around it.
pub fn stored(schema: &'static Schema, node: &Node, minor: Minor, null: Null) -> Node {
    let value = match &node.value {
        Value::Map(map) => Value::Map(stored_map(schema, map, &node.origin, minor, null)),
        Value::Seq(items) => Value::Seq(items.iter().map(|item| stored_item(schema, item, minor, null)).collect()),
        other => other.clone(),
    };
    Node::new(value, node.origin.clone())
}

fn stored_item(schema: &'static Schema, item: &Node, minor: Minor, null: Null) -> Node {
    let Some(each) = schema.items else { return item.clone() };
    match each.on(minor) {
        Keywords { nullable: false, default: Some(default), .. } if item.is_null() => {
            stored(each, &put(default, &item.origin), minor, null)
        }
        _ => stored(each, item, minor, null),
    }
}

fn stored_map(schema: &'static Schema, map: &Map, origin: &Origin, minor: Minor, null: Null) -> Map {
    let keywords = schema.on(minor);
    let mut stored_fields = Map::with_capacity(map.len());
    for (name, entry) in map {
        let property = schema.property(name).filter(|property| property.is_on(minor));
        let child = match (property, &schema.additional) {
            (Some(property), _) => property.schema,
            (None, Additional::Each(each)) => *each,
            (None, additional) => {
                let is_open = matches!(additional, Additional::Open) || keywords.kind == Type::Any;
                if is_open || keywords.preserve_unknown_fields || is_off("pruning") {
                    stored_fields.insert(Arc::clone(name), entry.clone());
                }
                continue;
            }
        };
        let Keywords { nullable, default, .. } = child.on(minor);
        let node = match default {
            _ if !entry.node.is_null() || *nullable => stored(child, &entry.node, minor, null),
            Some(default) if !is_off("default-of-null") => {
                stored(child, &put(default, &entry.node.origin), minor, null)
            }
            None if null == Null::Absent && !is_off("null-pruning") => continue,
            _ => entry.node.clone(),
        };
        stored_fields.insert(Arc::clone(name), Entry { key: entry.key.clone(), node });
    }
    for property in schema.properties.iter().filter(|property| property.is_on(minor)) {
        if let (Some(default), false) = (&property.schema.on(minor).default, map.contains_key(property.name))
            && !is_off("default")
        {
            let node = stored(property.schema, &put(default, origin), minor, null);
            stored_fields.insert(property.name.into(), Entry { key: origin.clone(), node });
        }
    }
    stored_fields
}

/// Makes a default a value.
fn put(default: &Literal, origin: &Origin) -> Node {
    let value = match default {
        Literal::Null => Value::Null,
        Literal::Bool(value) => Value::Bool(*value),
        Literal::Int(value) => Value::Int(*value),
        Literal::Float(value) => Value::Float(*value),
        Literal::String(text) => Value::String((*text).into()),
        Literal::Seq(items) => Value::Seq(items.iter().map(|item| put(item, origin)).collect()),
        Literal::Map(fields) => {
            let entry = |value: &Literal| Entry { key: origin.clone(), node: put(value, origin) };
            Value::Map(fields.iter().map(|(name, value)| ((*name).into(), entry(value))).collect())
        }
    };
    Node::new(value, origin.clone())
}
