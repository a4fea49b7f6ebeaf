//! What is applied, merged onto what is there, as the API server merges the two before it removes anything.
//!
//! In come two values of one type; out comes the merged one, in which nothing of either is lost but what the applied value
//! replaces. Who owns what is not known here.

use indexmap::map::Entry as Slot;

use super::Fault;
use super::element::Element;
use super::typing::{ListShape, MapType, Shape, Typing};
use crate::mutation::is_off;
use crate::schema::ListType;
use crate::tree::{Entry, Map, Node, Value};

/// Merges two values of which at least one is there; none where nothing comes of them. No item of what is applied stands
/// twice.
pub(super) fn merge(typing: Typing, live: Option<&Node>, applied: Option<&Node>) -> Result<Option<Node>, Fault> {
    let Some(top) = applied.or(live) else { return Ok(None) };
    // Where the two are of different types, that of the applied value decides.
    let value = match typing.shape(Some(top)) {
        Shape::Scalar => return Ok(Some(top.clone())),
        Shape::Map(map) => {
            let [below, above] = [live, applied].map(|node| node.and_then(Node::as_map));
            let is_empty = |map: Option<&Map>| map.is_none_or(Map::is_empty);
            if (map.is_atomic && !is_off("apply-atomic-map")) || (is_empty(below) && is_empty(above)) {
                return Ok(Some(top.clone()));
            }
            let merged = merge_maps(map, below, above)?;
            (!merged.is_empty()).then_some(Value::Map(merged))
        }
        Shape::List(list) => {
            let [below, above] = [live, applied].map(|node| node.and_then(Node::as_seq).unwrap_or_default());
            if list.how == ListType::Atomic || is_off("apply-list-keys") || (below.is_empty() && above.is_empty()) {
                return Ok(Some(top.clone()));
            }
            let merged = merge_lists(list, below, above)?;
            (!merged.is_empty()).then_some(Value::Seq(merged))
        }
    };
    Ok(value.map(|value| Node::new(value, top.origin.clone())))
}

fn merge_maps(typing: MapType, below: Option<&Map>, above: Option<&Map>) -> Result<Map, Fault> {
    let mut merged = Map::new();
    for (name, entry) in below.into_iter().flatten() {
        let over = above.and_then(|map| map.get(name));
        let node = merge(typing.child(name), Some(&entry.node), over.map(|entry| &entry.node));
        if let Some(node) = node.map_err(|fault| fault.below(name))? {
            let key = over.unwrap_or(entry).key.clone();
            merged.insert(name.clone(), Entry { key, node });
        }
    }
    for (name, entry) in
        above.into_iter().flatten().filter(|(name, _)| below.is_none_or(|map| !map.contains_key(*name)))
    {
        let node = merge(typing.child(name), None, Some(&entry.node)).map_err(|fault| fault.below(name))?;
        if let (Slot::Vacant(slot), Some(node)) = (merged.entry(name.clone()), node) {
            slot.insert(Entry { key: entry.key.clone(), node });
        }
    }
    Ok(merged)
}

/// A list's items, each with its step.
struct Steps<'a> {
    items: &'a [Node],
    elements: Vec<Element>,
}

impl<'a> Steps<'a> {
    fn of(typing: ListShape, items: &'a [Node]) -> Result<Self, Fault> {
        let elements = items.iter().map(|item| typing.element(item)).collect::<Result<_, _>>()?;
        Ok(Self { items, elements })
    }

    /// Returns the item of a step, and whether there are several of it.
    fn find(&self, element: &Element) -> Option<(&'a Node, bool)> {
        let mut found = self.elements.iter().zip(self.items).filter(|(other, _)| *other == element);
        let (_, first) = found.next()?;
        Some((first, found.next().is_some()))
    }

    fn has(&self, element: &Element) -> bool {
        self.elements.contains(element)
    }
}

fn merge_lists(typing: ListShape, below: &[Node], above: &[Node]) -> Result<Vec<Node>, Fault> {
    let (left, right) = (Steps::of(typing, below)?, Steps::of(typing, above)?);
    in_order(typing, &left, &right)
}

/// Merges two lists item by item, in the API server's order: that of the applied list, and between its items those that are
/// there alone, each behind the item that it stands behind now.
fn in_order(typing: ListShape, left: &Steps<'_>, right: &Steps<'_>) -> Result<Vec<Node>, Fault> {
    let mut shared = right.elements.iter().filter(|element| left.has(element));
    let mut next_shared = shared.next();
    let mut items = Vec::new();
    let mut merged: Vec<&Element> = Vec::new();
    let mut put = |element: &Element, live: Option<&Node>, applied: Option<&Node>| {
        let item = merge(typing.items, live, applied).map_err(|fault| fault.at(element))?;
        items.extend(item);
        Ok::<_, Fault>(())
    };
    // Several live items of one step are replaced, never merged.
    let live_of = |element: &Element| left.find(element).filter(|(_, several)| !several).map(|(item, _)| item);
    let (mut at_left, mut at_right) = (0, 0);
    while at_left < left.elements.len() || at_right < right.elements.len() {
        if let (Some(element), Some(other)) = (left.elements.get(at_left), right.elements.get(at_right)) {
            if element == other {
                merged.push(element);
                put(element, live_of(element), Some(&right.items[at_right]))?;
                at_left += 1;
                at_right += 1;
                next_shared = shared.next();
                continue;
            }
            if right.has(element) && next_shared.is_some_and(|next| next != element) {
                // Both have it, but another one's turn comes first.
                at_left += 1;
                continue;
            }
        }
        if let Some(element) = left.elements.get(at_left) {
            if !right.has(element) {
                put(element, Some(&left.items[at_left]), None)?;
                at_left += 1;
                continue;
            }
            if merged.contains(&element) {
                at_left += 1;
            }
        }
        if let Some(element) = right.elements.get(at_right) {
            merged.push(element);
            put(element, live_of(element), Some(&right.items[at_right]))?;
            at_right += 1;
            if next_shared == Some(element) {
                next_shared = shared.next();
            }
        }
    }
    Ok(items)
}
