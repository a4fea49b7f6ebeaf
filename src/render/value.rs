//! What expressions evaluate to: nodes of the context as they are, and what was made of them, with its places.

use std::rc::Rc;

use super::program::Stretch;
use crate::tree::{Map, Node, Origin, Place, Value};

/// The most places that a value made of many is traced to.
pub(super) const MOST_PLACES: usize = 16;

/// A value while a template is evaluated.
#[derive(Clone)]
pub(super) enum Val<'a> {
    /// A node of the context, or a literal of the template.
    Node(&'a Node),
    /// A key of a mapping, or a scalar that was made of others; its origin names what it was made of.
    Made(Rc<Node>),
    /// A list that the template made.
    List(Rc<List<'a>>),
    /// `loop`
    Turn(Turn),
    /// Nothing, and why.
    Absent(Absent<'a>),
}

/// A list that the template made.
pub(super) struct List<'a> {
    pub(super) items: Vec<Val<'a>>,
    /// How deep lists nest in it, itself included.
    pub(super) depth: usize,
}

/// Where a loop is.
#[derive(Clone, Copy)]
pub(super) struct Turn {
    pub(super) index: usize,
    pub(super) n_turns: usize,
}

/// Why there is no value.
#[derive(Clone, Copy)]
pub(super) enum Absent<'a> {
    /// No variable has the name.
    Variable { at: Stretch, name: &'a str },
    /// The mapping has no such key.
    Key { at: Stretch, map: &'a Map, name: Option<&'a str> },
    /// The list is shorter.
    Item { at: Stretch },
    /// An inline `if` is false and has no `else`.
    Else { at: Stretch },
}

/// A list of any making.
pub(super) enum Items<'v, 'a> {
    Nodes(&'a [Node]),
    Values(&'v [Val<'a>]),
}

impl<'a> Val<'a> {
    /// Makes a scalar from others.
    pub(super) fn made(value: Value, origin: Origin) -> Self {
        Self::Made(Rc::new(Node::new(value, origin)))
    }

    /// Makes a list.
    pub(super) fn list(items: Vec<Self>) -> Self {
        let deepest = items.iter().map(|item| if let Val::List(list) = item { list.depth } else { 0 }).max();
        Self::List(Rc::new(List { items, depth: deepest.unwrap_or(0) + 1 }))
    }

    /// Returns the node, if it is one or a made scalar.
    pub(super) fn node(&self) -> Option<&Node> {
        match self {
            Self::Node(node) => Some(node),
            Self::Made(node) => Some(node),
            _ => None,
        }
    }

    /// Returns the text, if it is a string.
    pub(super) fn text(&self) -> Option<&str> {
        self.node()?.as_str()
    }

    /// Returns the mapping, if it is one.
    pub(super) fn map(&self) -> Option<&'a Map> {
        match self {
            Self::Node(node) => node.as_map(),
            _ => None,
        }
    }

    /// Returns the items, if it is a list.
    pub(super) fn items(&self) -> Option<Items<'_, 'a>> {
        match self {
            Self::Node(node) => node.as_seq().map(Items::Nodes),
            Self::List(list) => Some(Items::Values(&list.items)),
            _ => None,
        }
    }

    /// Tells whether it is a secret.
    pub(super) fn is_secret(&self) -> bool {
        matches!(self, Self::Node(Node { value: Value::Secret(_), .. }))
    }

    /// Returns the name of the type as templates name it.
    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Self::Node(node) => type_name(node),
            Self::Made(node) => type_name(node),
            Self::List(_) => "a list",
            Self::Turn(_) => "a loop",
            Self::Absent(_) => "nothing",
        }
    }

    /// Returns the places that the value was made of, or the first of them.
    pub(super) fn places(&self) -> Vec<Place> {
        let mut places = Vec::new();
        self.add_places(&mut places);
        places
    }

    fn add_places(&self, places: &mut Vec<Place>) {
        match self {
            Self::List(list) => {
                let mut items = list.items.iter();
                while let Some(item) = items.next().filter(|_| places.len() < MOST_PLACES) {
                    item.add_places(places);
                }
            }
            other => places.extend(other.node().into_iter().flat_map(|node| node.origin.places().cloned())),
        }
    }
}

impl<'a> Items<'_, 'a> {
    /// Returns how many there are.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Nodes(nodes) => nodes.len(),
            Self::Values(values) => values.len(),
        }
    }

    /// Returns an item.
    pub(super) fn get(&self, at: usize) -> Option<Val<'a>> {
        match self {
            Self::Nodes(nodes) => nodes.get(at).map(Val::Node),
            Self::Values(values) => values.get(at).cloned(),
        }
    }

    /// Returns all items.
    pub(super) fn to_vec(&self) -> Vec<Val<'a>> {
        match self {
            Self::Nodes(nodes) => nodes.iter().map(Val::Node).collect(),
            Self::Values(values) => values.to_vec(),
        }
    }
}

/// Returns the name of a node's type with its article.
pub(super) fn type_name(node: &Node) -> &'static str {
    match node.value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Int(_) | Value::Float(_) => "a number",
        Value::String(_) => "text",
        Value::Seq(_) => "a list",
        Value::Map(_) => "a mapping",
        Value::Secret(_) => "a secret",
    }
}

/// Writes a scalar as text, as YAML has it; none for what is no scalar, for null and for secrets.
pub(super) fn to_text(node: &Node) -> Option<std::borrow::Cow<'_, str>> {
    Some(match &node.value {
        Value::String(text) => (&**text).into(),
        Value::Bool(value) => if *value { "true" } else { "false" }.into(),
        Value::Int(value) => value.to_string().into(),
        // `{:?}` keeps `.0`, which tells a float from a whole number.
        Value::Float(value) => format!("{value:?}").into(),
        Value::Null | Value::Seq(_) | Value::Map(_) | Value::Secret(_) => return None,
    })
}
