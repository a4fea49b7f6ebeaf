//! The fields in which two states of an object differ, as the API server sees it when it looks for conflicts.
//!
//! In come two values of one type; out come the fields that only the first has, and those that are new or changed in the
//! second. People are shown differences by `diff`, not by this.

use super::Fault;
use super::element::Element;
use super::fieldset::FieldSet;
use super::typing::{ListShape, MapType, Shape, Typing};
use crate::schema::ListType;
use crate::tree::{Map, Node};

/// What differs.
#[derive(Debug, Default)]
pub(super) struct Comparison {
    /// Fields that are there no more.
    pub(super) removed: FieldSet,
    /// Fields that are new.
    pub(super) added: FieldSet,
    /// Fields with another value.
    pub(super) modified: FieldSet,
}

/// Compares two states of an object.
pub(super) fn compare(typing: Typing, old: &Node, new: &Node) -> Result<Comparison, Fault> {
    let mut walk = Walk { path: Vec::new(), found: Comparison::default() };
    walk.value(typing, Some(old), Some(new))?;
    Ok(walk.found)
}

struct Walk {
    path: Vec<Element>,
    found: Comparison,
}

impl Walk {
    fn value(&mut self, typing: Typing, old: Option<&Node>, new: Option<&Node>) -> Result<(), Fault> {
        match typing.shape(new.or(old)) {
            Shape::Scalar => self.whole(old, new),
            Shape::Map(map) => self.map(map, old, new)?,
            Shape::List(list) => self.list(list, old, new)?,
        }
        Ok(())
    }

    fn whole(&mut self, old: Option<&Node>, new: Option<&Node>) {
        match (old, new) {
            (Some(old), Some(new)) if old == new => {}
            (Some(_), Some(_)) => self.found.modified.insert(&self.path),
            (None, Some(_)) => self.found.added.insert(&self.path),
            (Some(_), None) => self.found.removed.insert(&self.path),
            (None, None) => {}
        }
    }

    /// Notes that something with parts is there in one of the two only.
    fn around(&mut self, old: Option<&Node>, new: Option<&Node>) {
        match (old, new) {
            (None, _) => self.found.added.insert(&self.path),
            (_, None) => self.found.removed.insert(&self.path),
            _ => {}
        }
    }

    fn child(&mut self, typing: Typing, element: Element, old: Option<&Node>, new: Option<&Node>) -> Result<(), Fault> {
        self.path.push(element);
        let done = self.value(typing, old, new);
        self.path.pop();
        done
    }

    fn map(&mut self, typing: MapType, old: Option<&Node>, new: Option<&Node>) -> Result<(), Fault> {
        let [before, after] = [old, new].map(|node| node.and_then(Node::as_map));
        let is_empty = |map: Option<&Map>| map.is_none_or(Map::is_empty);
        if typing.is_atomic || (is_empty(before) && is_empty(after)) {
            self.whole(old, new);
            return Ok(());
        }
        let get = |map: Option<&'_ Map>, name: &str| map.and_then(|map| map.get(name)).map(|entry| entry.node.clone());
        for name in before.into_iter().flat_map(Map::keys) {
            let (old, new) = (get(before, name), get(after, name));
            self.child(typing.child(name), Element::Field(name.clone()), old.as_ref(), new.as_ref())?;
        }
        for (name, entry) in after.into_iter().flatten() {
            if before.is_none_or(|map| !map.contains_key(name)) {
                self.child(typing.child(name), Element::Field(name.clone()), None, Some(&entry.node))?;
            }
        }
        self.around(old, new);
        Ok(())
    }

    fn list(&mut self, typing: ListShape, old: Option<&Node>, new: Option<&Node>) -> Result<(), Fault> {
        let [before, after] = [old, new].map(|node| node.and_then(Node::as_seq).unwrap_or_default());
        if typing.how == ListType::Atomic || (before.is_empty() && after.is_empty()) {
            self.whole(old, new);
            return Ok(());
        }
        let steps = |items: &[Node]| items.iter().map(|item| typing.element(item)).collect::<Result<Vec<_>, _>>();
        let (old_steps, new_steps) = (steps(before)?, steps(after)?);
        let of = |element: &Element, steps: &[Element], items: &[Node]| -> Vec<Node> {
            let found = steps.iter().zip(items).filter(|(other, _)| *other == element);
            found.map(|(_, item)| item.clone()).collect()
        };
        let mut done: Vec<&Element> = Vec::new();
        for element in old_steps.iter().chain(&new_steps) {
            if done.contains(&element) {
                continue;
            }
            done.push(element);
            let (old, new) = (of(element, &old_steps, before), of(element, &new_steps, after));
            self.items(typing, element, &old, &new)?;
        }
        self.around(old, new);
        Ok(())
    }

    /// Compares the items of one step; where there are several, they are one whole.
    fn items(&mut self, typing: ListShape, element: &Element, old: &[Node], new: &[Node]) -> Result<(), Fault> {
        let mut path = self.path.clone();
        path.push(element.clone());
        match (old, new) {
            ([] | [_], [] | [_]) => self.child(typing.items, element.clone(), old.first(), new.first())?,
            ([_, _, ..], [_, _, ..]) if old != new => self.found.modified.insert(&path),
            ([_, _, ..], [_, _, ..]) => {}
            ([_, _, ..], rest) => {
                if let Some(one) = rest.first() {
                    self.child(typing.items, element.clone(), None, Some(one))?;
                }
                self.found.removed.insert(&path);
            }
            (rest, _) => {
                if let Some(one) = rest.first() {
                    self.child(typing.items, element.clone(), Some(one), None)?;
                }
                self.found.added.insert(&path);
            }
        }
        Ok(())
    }
}
