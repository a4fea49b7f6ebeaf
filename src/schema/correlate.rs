//! Which values of an object stand for which of the one that it replaces, as the API server finds them in an update.
//!
//! Fields of mappings that are not atomic are found by name, items of keyed lists by their keys; nothing else is, so that
//! an item of a plain list is new unless the whole list is as it was.

use std::collections::HashMap;

use super::table::{Additional, ListType, Schema};
use crate::mutation::is_off;
use crate::target::Minor;
use crate::tree::Node;

/// The old value of each value of an object that has one.
#[derive(Debug, Default)]
pub struct Correlated<'o> {
    /// By the address of the new value: trees do not move while they are borrowed.
    old: HashMap<usize, Old<'o>>,
}

#[derive(Clone, Copy, Debug)]
struct Old<'o> {
    /// The old value; none of an item that nothing tells from the others.
    node: Option<&'o Node>,
    /// Whether the value is as it was, or stands in the nearest one with an old value that is.
    is_same: bool,
}

impl<'o> Correlated<'o> {
    /// Finds what stands for what.
    pub fn new(schema: &'static Schema, node: &Node, old: &'o Node, minor: Minor) -> Self {
        let mut correlated = Self::default();
        correlated.pair(schema, node, old, minor);
        correlated
    }

    /// Returns the value that one replaces.
    pub fn old(&self, node: &Node) -> Option<&'o Node> {
        self.old.get(&address(node)).and_then(|old| old.node)
    }

    /// Tells whether a value is the same as the one that it replaces.
    pub fn is_unchanged(&self, node: &Node) -> bool {
        self.old.get(&address(node)).is_some_and(|old| old.is_same)
    }

    fn pair(&mut self, schema: &'static Schema, node: &Node, old: &'o Node, minor: Minor) {
        let is_same = node == old;
        if is_same {
            self.all_same(node);
        }
        self.old.insert(address(node), Old { node: Some(old), is_same });
        let keywords = schema.on(minor);
        if let (Some(fields), Some(_), false) =
            (node.as_map(), old.as_map(), keywords.atomic_map && !is_off("atomic-map"))
        {
            for (name, entry) in fields {
                if let (Some(child), Some(old)) = (below(schema, name), old.get(name)) {
                    self.pair(child, &entry.node, old, minor);
                }
            }
        }
        if let (ListType::Map(keys), Some(each)) = (keywords.list_type, schema.items)
            && !is_off("correlated-items")
        {
            let old = old.as_seq().unwrap_or_default();
            for item in node.as_seq().unwrap_or_default() {
                let is_same = |other: &&'o Node| keys.iter().all(|key| item.get(key) == other.get(key));
                if let Some(old) = old.iter().find(is_same) {
                    self.pair(each, item, old, minor);
                }
            }
        }
    }

    /// Marks all below a value that is as it was.
    fn all_same(&mut self, node: &Node) {
        let fields = node.as_map().into_iter().flat_map(|fields| fields.values().map(|entry| &entry.node));
        for child in fields.chain(node.as_seq().unwrap_or_default()) {
            let is_new = self.old.insert(address(child), Old { node: None, is_same: true }).is_none();
            if is_new {
                self.all_same(child);
            }
        }
    }
}

fn below(schema: &'static Schema, name: &str) -> Option<&'static Schema> {
    match (schema.property(name), &schema.additional) {
        (Some(property), _) => Some(property.schema),
        (None, Additional::Each(each)) => Some(*each),
        (None, _) => None,
    }
}

fn address(node: &Node) -> usize {
    std::ptr::from_ref(node).addr()
}
