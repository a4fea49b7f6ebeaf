//! A set of fields that was written under an older schema, as the schema of today has it.
//!
//! In come a set and a type; out comes the set in which whoever owned parts of what is now a whole owns the whole.

use super::element::Element;
use super::fieldset::FieldSet;
use super::typing::{ListShape, MapType, Typing};
use crate::schema::ListType;

/// Returns a set as the schema of today has it.
pub(super) fn reconciled(typing: Typing, set: &FieldSet) -> FieldSet {
    let mut walk = Walk { path: Vec::new(), wholes: FieldSet::default() };
    walk.value(typing, Some(set), false);
    if walk.wholes.is_empty() { set.clone() } else { set.without(&walk.wholes).union(&walk.wholes) }
}

struct Walk {
    path: Vec<Element>,
    /// What was owned by parts and is a whole now.
    wholes: FieldSet,
}

impl Walk {
    fn value(&mut self, typing: Typing, set: Option<&FieldSet>, is_leaf: bool) {
        match (typing.map(), typing.list()) {
            (Some(map), _) => self.map(map, set, is_leaf),
            (None, Some(list)) => self.list(list, set, is_leaf),
            (None, None) => {}
        }
    }

    fn map(&mut self, typing: MapType, set: Option<&FieldSet>, is_leaf: bool) {
        if typing.is_deduced() {
            return;
        }
        if !is_leaf && typing.is_atomic {
            if set.is_some_and(|set| !set.is_empty()) {
                self.wholes.insert(&self.path);
            }
            return;
        }
        self.children(set, |element| match element {
            Element::Field(name) => Some(typing.child(name)),
            Element::Key(_) | Element::Value(_) | Element::Index(_) => None,
        });
    }

    fn list(&mut self, typing: ListShape, set: Option<&FieldSet>, is_leaf: bool) {
        if !is_leaf && typing.how == ListType::Atomic {
            self.wholes.insert(&self.path);
            return;
        }
        self.children(set, |_| Some(typing.items));
    }

    fn children(&mut self, set: Option<&FieldSet>, typing: impl Fn(&Element) -> Option<Typing>) {
        for (element, branch) in set.into_iter().flat_map(FieldSet::branches) {
            let Some(typing) = typing(element) else { continue };
            self.path.push(element.clone());
            let below = Some(&branch.below).filter(|below| !below.is_empty());
            self.value(typing, below, branch.is_member && below.is_none());
            self.path.pop();
        }
    }
}
