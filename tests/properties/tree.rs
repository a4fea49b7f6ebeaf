//! Trees that become the files of a project: written in one style or another, and split over layers.

use std::fmt::Write;

use regcfg::tree::emit::to_yaml;
use regcfg::tree::{Node, Place, Source, SourceKind, Value};

use crate::choices::Choices;

/// A part of a spec before it is text.
#[derive(Clone, Debug)]
pub(crate) enum Tree {
    Bool(bool),
    Int(i64),
    Text(String),
    List(Vec<Tree>),
    Map(Vec<(String, Tree)>),
}

/// Makes a mapping.
pub(crate) fn map<const N: usize>(entries: [(&str, Tree); N]) -> Tree {
    Tree::Map(entries.into_iter().map(|(key, tree)| (key.to_owned(), tree)).collect())
}

impl From<&str> for Tree {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Tree {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl Tree {
    /// Puts a value under a key of a mapping.
    pub(crate) fn put(&mut self, key: impl Into<String>, tree: impl Into<Tree>) {
        if let Self::Map(entries) = self {
            entries.push((key.into(), tree.into()));
        }
    }

    /// Writes the tree as YAML, in a style of its own.
    pub(crate) fn written(&self, choices: &mut Choices) -> String {
        if choices.chance() {
            return to_yaml(&self.node()).expect("no secret, and nothing too deep");
        }
        let mut text = String::new();
        self.push_flow(&mut text);
        text + "\n"
    }

    fn node(&self) -> Node {
        let place = || Place::start_of(&Source::new("generated", "", SourceKind::User));
        let value = match self {
            Self::Bool(value) => Value::Bool(*value),
            Self::Int(value) => Value::Int(*value),
            Self::Text(text) => Value::String(text.as_str().into()),
            Self::List(items) => Value::Seq(items.iter().map(Self::node).collect()),
            Self::Map(entries) => {
                return Node::map(entries.iter().map(|(key, tree)| (key.as_str(), tree.node())), place());
            }
        };
        Node::new(value, place())
    }

    fn push_flow(&self, out: &mut String) {
        match self {
            Self::Bool(value) => out.push_str(&value.to_string()),
            Self::Int(value) => out.push_str(&value.to_string()),
            Self::Text(text) => push_quoted(text, out),
            Self::List(items) => {
                out.push('[');
                for item in items {
                    item.push_flow(out);
                    out.push_str(", ");
                }
                out.push(']');
            }
            Self::Map(entries) => {
                out.push('{');
                for (key, tree) in entries {
                    push_quoted(key, out);
                    out.push_str(": ");
                    tree.push_flow(out);
                    out.push_str(",\n  ");
                }
                out.push('}');
            }
        }
    }

    /// Splits a mapping over layers, the first one the most general: each value goes to one of them, and below some a
    /// layer says something else, which must not be seen again.
    pub(crate) fn split(&self, n_layers: usize, choices: &mut Choices) -> Vec<Tree> {
        let mut layers = vec![map([]); n_layers];
        self.deal(&mut Vec::new(), &mut layers, choices);
        layers
    }

    fn deal(&self, path: &mut Vec<String>, layers: &mut [Tree], choices: &mut Choices) {
        if let Self::Map(entries) = self
            && !entries.is_empty()
        {
            for (key, tree) in entries {
                path.push(key.clone());
                tree.deal(path, layers, choices);
                path.pop();
            }
            return;
        }
        // The last one, the spec itself, where nothing is left to choose.
        let to = layers.len() - 1 - choices.below(layers.len());
        layers[to].put_at(path, self);
        if to > 0 && matches!(self, Self::Text(_)) && choices.chance() {
            layers[choices.below(to)].put_at(path, &Self::from("decoy"));
        }
    }

    fn put_at(&mut self, path: &[String], tree: &Tree) {
        let (Self::Map(entries), [key, rest @ ..]) = (self, path) else { return };
        let at = entries.iter().position(|(known, _)| known == key).unwrap_or_else(|| {
            entries.push((key.clone(), map([])));
            entries.len() - 1
        });
        if rest.is_empty() {
            entries[at].1 = tree.clone();
        } else {
            entries[at].1.put_at(rest, tree);
        }
    }
}

/// Writes a text in double quotes; whatever is no letter or digit as its code point.
fn push_quoted(text: &str, out: &mut String) {
    out.push('"');
    for char in text.chars() {
        if char.is_ascii_alphanumeric() {
            out.push(char);
        } else {
            let _infallible = write!(out, "\\U{:08X}", u32::from(char));
        }
    }
    out.push('"');
}
