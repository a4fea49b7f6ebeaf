//! A set of fields, as `managedFields` have it in the format `FieldsV1`.
//!
//! In comes the value of `fieldsV1`, whoever wrote it; out comes a set, or what is wrong. A field is a member by itself:
//! that a manager owns a mapping says nothing of what is in it.

use std::collections::BTreeMap;

use super::element::Element;
use super::typing::Typing;
use crate::tree::{Node, Value};

/// A set of fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldSet {
    branches: BTreeMap<Element, Branch>,
}

/// What a set has at a step and below it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Branch {
    /// Whether the step itself is a member.
    pub(super) is_member: bool,
    /// What is below it.
    pub(super) below: FieldSet,
}

impl Branch {
    fn is_empty(&self) -> bool {
        !self.is_member && self.below.is_empty()
    }
}

impl FieldSet {
    /// Reads `fieldsV1`; the error says what is wrong with it.
    pub(super) fn read(fields: &Node) -> Result<Self, &'static str> {
        let (set, _) = read(fields)?;
        Ok(set)
    }

    /// Tells whether there is no member.
    pub fn is_empty(&self) -> bool {
        self.branches.values().all(Branch::is_empty)
    }

    /// Tells whether a field is a member.
    pub fn has(&self, path: &[Element]) -> bool {
        match path {
            [] => false,
            [last] => self.branches.get(last).is_some_and(|branch| branch.is_member),
            [first, rest @ ..] => self.branches.get(first).is_some_and(|branch| branch.below.has(rest)),
        }
    }

    /// Tells whether a step from here is a member.
    pub(super) fn has_member(&self, element: &Element) -> bool {
        self.branches.get(element).is_some_and(|branch| branch.is_member)
    }

    /// Returns what is below a step, where there is any member.
    pub(super) fn below(&self, element: &Element) -> Option<&Self> {
        self.branches.get(element).map(|branch| &branch.below).filter(|below| !below.is_empty())
    }

    /// Returns what is below a step that there is, if only because something below it is a member. An item of a keyed list is
    /// found by some of its keys, too.
    pub(super) fn step(&self, element: &Element) -> Option<&Self> {
        let by_some_keys =
            || self.branches.iter().find(|(other, _)| other.has_keys_of(element)).map(|(_, branch)| branch);
        self.branches.get(element).or_else(by_some_keys).map(|branch| &branch.below)
    }

    /// Tells whether a field, or one below it, is a member.
    pub fn touches(&self, path: &[Element]) -> bool {
        match path {
            [] => !self.is_empty(),
            [first, rest @ ..] => match self.branches.get(first) {
                Some(branch) if rest.is_empty() => !branch.is_empty(),
                Some(branch) => branch.below.touches(rest),
                None => false,
            },
        }
    }

    pub(super) fn branches(&self) -> impl Iterator<Item = (&Element, &Branch)> {
        self.branches.iter()
    }

    /// Puts what a step and its children are into the set; nothing where they are nothing.
    pub(super) fn put(&mut self, element: Element, branch: Branch) {
        if !branch.is_empty() {
            self.branches.insert(element, branch);
        }
    }

    /// Makes a field a member.
    pub(super) fn insert(&mut self, path: &[Element]) {
        match path {
            [] => {}
            [last] => self.branches.entry(last.clone()).or_default().is_member = true,
            [first, rest @ ..] => self.branches.entry(first.clone()).or_default().below.insert(rest),
        }
    }

    /// Returns what is in either.
    pub(super) fn union(&self, other: &Self) -> Self {
        let mut union = self.clone();
        for (element, branch) in &other.branches {
            let into = union.branches.entry(element.clone()).or_default();
            into.is_member |= branch.is_member;
            into.below = into.below.union(&branch.below);
        }
        union
    }

    /// Returns what is in both.
    pub(super) fn intersection(&self, other: &Self) -> Self {
        let mut both = Self::default();
        for (element, branch) in &self.branches {
            if let Some(of_other) = other.branches.get(element) {
                let is_member = branch.is_member && of_other.is_member;
                both.put(element.clone(), Branch { is_member, below: branch.below.intersection(&of_other.below) });
            }
        }
        both
    }

    /// Returns what is here and not in the other: what is below a field that the other has stays.
    pub(super) fn difference(&self, other: &Self) -> Self {
        let mut rest = Self::default();
        for (element, branch) in &self.branches {
            let left = match other.branches.get(element) {
                Some(of_other) => Branch {
                    is_member: branch.is_member && !of_other.is_member,
                    below: branch.below.difference(&of_other.below),
                },
                None => branch.clone(),
            };
            rest.put(element.clone(), left);
        }
        rest
    }

    /// Returns what is here, without the fields that the other has and all that is below them.
    pub(super) fn without(&self, other: &Self) -> Self {
        let mut rest = Self::default();
        for (element, branch) in &self.branches {
            match other.branches.get(element) {
                Some(of_other) if of_other.is_member => {}
                Some(of_other) => {
                    let below = branch.below.without(&of_other.below);
                    rest.put(element.clone(), Branch { is_member: branch.is_member, below });
                }
                None => rest.put(element.clone(), branch.clone()),
            }
        }
        rest
    }

    /// Returns the set with every declared field as a member below which there is one.
    pub(super) fn with_named(&self, typing: Typing) -> Self {
        let (map, list) = (typing.map(), typing.list());
        let mut named = Self::default();
        for (element, branch) in &self.branches {
            let mut is_member = branch.is_member;
            let below = match (element, &map, &list) {
                (Element::Field(name), Some(map), _) => {
                    is_member |= map.declares(name) && !branch.below.branches.is_empty();
                    branch.below.with_named(map.child(name))
                }
                (Element::Key(_), _, Some(list)) => branch.below.with_named(list.items),
                _ => branch.below.clone(),
            };
            named.put(element.clone(), Branch { is_member, below });
        }
        named
    }

    /// Returns the path of every member, those of a mapping before those below it.
    pub fn paths(&self) -> Vec<Vec<Element>> {
        let mut paths = Vec::new();
        self.gather(&mut Vec::new(), &mut paths);
        paths
    }

    fn gather(&self, path: &mut Vec<Element>, paths: &mut Vec<Vec<Element>>) {
        for (element, branch) in &self.branches {
            path.push(element.clone());
            if branch.is_member {
                paths.push(path.clone());
            }
            branch.below.gather(path, paths);
            path.pop();
        }
    }
}

/// Reads a level, and whether what it stands under is a member by itself.
fn read(fields: &Node) -> Result<(FieldSet, bool), &'static str> {
    let mut set = FieldSet::default();
    let map = match &fields.value {
        Value::Map(map) => map,
        Value::Null => return Ok((set, true)),
        _ => return Err("a step that holds no mapping"),
    };
    let mut is_member = false;
    for (text, entry) in map {
        if &**text == "." {
            is_member = true;
        } else if let Some(element) = Element::read(text)? {
            let (below, is_member) = read(&entry.node)?;
            set.put(element, Branch { is_member, below });
        }
    }
    let is_leaf = set.branches.is_empty();
    Ok((set, is_member || is_leaf))
}
