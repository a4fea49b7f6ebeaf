//! Where in a manifest a value stands that somebody names by its path.

use std::fmt::Write;

use crate::tree::{Node, Origin};

/// A step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Key(String),
    Item(usize),
}

/// What stands at a path, or the nearest above it that is written.
pub(super) struct Found<'o> {
    /// Where its name is written.
    pub(super) key: &'o Origin,
    /// The value.
    pub(super) node: &'o Node,
}

/// Reads a JSON pointer.
pub(super) fn pointer(text: &str) -> Vec<String> {
    text.split('/').skip(1).map(|part| part.replace("~1", "/").replace("~0", "~")).collect()
}

/// Follows a JSON pointer from an object, and returns what is found with the steps as far as the object has them.
pub(super) fn follow<'o>(object: &'o Node, pointer: &[String]) -> (Found<'o>, Vec<Step>) {
    let mut found = Found { key: &object.origin, node: object };
    let mut steps = Vec::new();
    for part in pointer {
        if let Some(entry) = found.node.entry(part) {
            found = Found { key: &entry.key, node: &entry.node };
            steps.push(Step::Key(part.clone()));
        } else if let Some((at, item)) =
            part.parse().ok().and_then(|at: usize| Some((at, found.node.as_seq()?.get(at)?)))
        {
            found = Found { key: &item.origin, node: item };
            steps.push(Step::Item(at));
        } else {
            // A default that nobody wrote.
            steps.push(Step::Key(part.clone()));
        }
    }
    (found, steps)
}

/// Turns the path of a rule, such as `spec.items[1].name`, into a pointer. Keys with dots are found by what the object has.
pub(super) fn of_rule(object: &Node, path: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let (mut node, mut rest) = (Some(object), path);
    while !rest.is_empty() {
        rest = rest.strip_prefix('.').unwrap_or(rest);
        if let Some((index, after)) = rest.strip_prefix('[').and_then(|inner| inner.split_once(']')) {
            let index = index.trim_matches(['"', '\'']);
            let item = index.parse().ok().and_then(|at: usize| node?.as_seq()?.get(at));
            node = item.or_else(|| node?.get(index));
            parts.push(index.to_owned());
            rest = after;
            continue;
        }
        let written = node.and_then(Node::as_map).into_iter().flatten().map(|(key, _)| &**key);
        let follows =
            |key: &&str| rest.strip_prefix(*key).is_some_and(|after| after.is_empty() || after.starts_with(['.', '[']));
        let plain = &rest[..rest.find(['.', '[']).unwrap_or(rest.len())];
        let key = written.filter(follows).max_by_key(|key| key.len()).unwrap_or(plain);
        if key.is_empty() {
            break;
        }
        parts.push(key.to_owned());
        node = node.and_then(|node| node.get(key));
        rest = &rest[key.len()..];
    }
    parts
}

/// Writes a path as messages show it: `spec.routes[0].name`.
pub(super) fn shown(steps: &[Step]) -> String {
    let mut text = String::new();
    for step in steps {
        match step {
            Step::Item(at) => {
                let _infallible = write!(text, "[{at}]");
            }
            Step::Key(key) if key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_$".contains(&byte)) => {
                if !text.is_empty() {
                    text.push('.');
                }
                text += key;
            }
            Step::Key(key) => {
                let _infallible = write!(text, "[\"{}\"]", crate::diag::visible::visible(key));
            }
        }
    }
    text
}
