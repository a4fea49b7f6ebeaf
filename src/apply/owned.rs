//! The fields that an object has, whether they can be told apart, and an object without some of them.
//!
//! In come values and sets of fields; out come sets and values. It is for the merge to say which fields go.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Fault;
use super::element::Element;
use super::fieldset::{Branch, FieldSet};
use super::shown::shown;
use super::typing::{ListShape, MapType, Shape, Typing};
use crate::schema::ListType;
use crate::tree::{Entry, Map, Node, Value};

/// Returns the fields that an object has: its leaves, items, and what stands under names that no schema has.
pub(super) fn fields(typing: Typing, node: &Node) -> Result<FieldSet, Fault> {
    let mut branch = Branch::default();
    note(typing, node, &mut branch)?;
    Ok(branch.below)
}

fn note(typing: Typing, node: &Node, at: &mut Branch) -> Result<(), Fault> {
    match typing.shape(Some(node)) {
        Shape::Scalar => at.is_member = true,
        Shape::Map(MapType { is_atomic: true, .. }) | Shape::List(ListShape { how: ListType::Atomic, .. }) => {
            at.is_member = true;
        }
        Shape::Map(map) => note_fields(map, node, at)?,
        Shape::List(list) => note_items(list, node.as_seq().unwrap_or_default(), at)?,
    }
    Ok(())
}

fn note_fields(typing: MapType, node: &Node, at: &mut Branch) -> Result<(), Fault> {
    for (name, entry) in node.as_map().into_iter().flatten() {
        let mut branch = Branch::default();
        note(typing.child(name), &entry.node, &mut branch).map_err(|fault| fault.below(name))?;
        let is_nothing = entry.node.is_null() || entry.node.as_map().is_some_and(Map::is_empty);
        branch.is_member |= is_nothing || !typing.declares(name);
        at.below.put(Element::Field(name.clone()), branch);
    }
    Ok(())
}

fn note_items(typing: ListShape, items: &[Node], at: &mut Branch) -> Result<(), Fault> {
    let elements = items.iter().map(|item| typing.element(item)).collect::<Result<Vec<_>, _>>()?;
    for (element, item) in elements.iter().zip(items) {
        let mut branch = Branch { is_member: true, ..Branch::default() };
        // Of several items of one step nobody owns the parts.
        if elements.iter().filter(|other| *other == element).count() == 1 {
            note(typing.items, item, &mut branch).map_err(|fault| fault.at(element))?;
        }
        at.below.put(element.clone(), branch);
    }
    Ok(())
}

/// Looks at every list of what is applied, within wholes, too: none of its items may stand twice or be without a key.
pub(super) fn check(typing: Typing, node: &Node) -> Result<(), Fault> {
    match (typing.shape(Some(node)), &node.value) {
        (Shape::Map(map), Value::Map(fields)) => fields
            .iter()
            .try_for_each(|(name, entry)| check(map.child(name), &entry.node).map_err(|fault| fault.below(name))),
        (Shape::List(list), Value::Seq(items)) if list.how == ListType::Atomic => {
            items.iter().try_for_each(|item| check(list.items, item))
        }
        (Shape::List(list), Value::Seq(items)) => {
            let mut before = BTreeSet::new();
            for item in items {
                let element = list.element(item)?;
                check(list.items, item).map_err(|fault| fault.at(&element))?;
                if let Some(twice) = before.replace(element) {
                    return Err(Fault::misshapen(format!("{} stands twice", shown(&[twice]))));
                }
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Returns a value without some fields. What has nothing left is null, which the server then drops.
pub(super) fn without(typing: Typing, node: &Node, fields: &FieldSet) -> Node {
    let nothing = || Node::new(Value::Null, node.origin.clone());
    let value = match typing.shape(Some(node)) {
        Shape::Scalar => return node.clone(),
        Shape::Map(MapType { is_atomic: true, .. }) | Shape::List(ListShape { how: ListType::Atomic, .. }) => {
            return nothing();
        }
        Shape::Map(map) => {
            let left = fields_without(map, node.as_map().into_iter().flatten(), fields);
            if left.is_empty() { Value::Null } else { Value::Map(left) }
        }
        Shape::List(list) => {
            let left = items_without(list, node.as_seq().unwrap_or_default(), fields);
            if left.is_empty() { Value::Null } else { Value::Seq(left) }
        }
    };
    Node::new(value, node.origin.clone())
}

fn fields_without<'a>(
    typing: MapType,
    entries: impl Iterator<Item = (&'a Arc<str>, &'a Entry)>,
    fields: &FieldSet,
) -> Map {
    let mut left = Map::new();
    for (name, entry) in entries {
        let element = Element::Field(name.clone());
        if fields.has_member(&element) {
            continue;
        }
        let mut entry = entry.clone();
        if let Some(below) = fields.below(&element) {
            entry.node = without(typing.child(name), &entry.node, below);
        }
        left.insert(name.clone(), entry);
    }
    left
}

fn items_without(typing: ListShape, items: &[Node], fields: &FieldSet) -> Vec<Node> {
    let mut left = Vec::new();
    for item in items {
        // An item without a step is nobody's to remove.
        let element = typing.element(item).ok();
        match element.as_ref() {
            Some(element) if fields.has_member(element) => {}
            Some(element) => match fields.below(element) {
                Some(below) => left.push(without(typing.items, item, below)),
                None => left.push(item.clone()),
            },
            None => left.push(item.clone()),
        }
    }
    left
}
