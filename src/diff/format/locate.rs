//! A path as changes name it -> the value in a tree.
//!
//! Keys may hold dots and brackets themselves (`data.tls.crt`), so that a path is read along the tree that it is in.

use crate::tree::{Node, Value};

/// Returns the value at a path, to be changed; none where the path leads nowhere.
pub(super) fn locate<'n>(node: &'n mut Node, path: &str) -> Option<&'n mut Node> {
    if path.is_empty() {
        return Some(node);
    }
    match &mut node.value {
        Value::Map(map) => {
            let path = path.strip_prefix('.').unwrap_or(path);
            // The longest key first: `a.b` goes before `a` if both are there and both lead somewhere.
            let mut keys: Vec<(usize, &str)> =
                map.iter().enumerate().filter_map(|(at, (key, _))| Some((at, after_key(path, key)?))).collect();
            keys.sort_by_key(|(_, rest)| rest.len());
            let (at, rest) = keys.into_iter().find(|(at, rest)| leads_somewhere(&map[*at].node, rest))?;
            locate(&mut map[at].node, rest)
        }
        Value::Seq(items) => {
            let (at, rest) = item(items, path)?;
            locate(&mut items[at], rest)
        }
        _ => None,
    }
}

fn leads_somewhere(node: &Node, path: &str) -> bool {
    if path.is_empty() {
        return true;
    }
    match &node.value {
        Value::Map(map) => {
            let path = path.strip_prefix('.').unwrap_or(path);
            map.iter().any(|(key, entry)| after_key(path, key).is_some_and(|rest| leads_somewhere(&entry.node, rest)))
        }
        Value::Seq(items) => item(items, path).is_some_and(|(at, rest)| leads_somewhere(&items[at], rest)),
        _ => false,
    }
}

/// Returns what follows a key at the start of a path, where the path may go on there.
fn after_key<'p>(path: &'p str, key: &str) -> Option<&'p str> {
    let in_brackets = |path: &'p str| {
        let path = path.strip_prefix('[')?;
        let (quote, path) = match path.strip_prefix('"') {
            Some(path) => ("\"]", path),
            None => ("]", path),
        };
        path.strip_prefix(key)?.strip_prefix(quote)
    };
    let rest = path.strip_prefix(key).or_else(|| in_brackets(path))?;
    (rest.is_empty() || rest.starts_with(['.', '['])).then_some(rest)
}

/// Returns which item the brackets at the start of a path name, by its index, its keys or its own text, and what follows.
fn item<'p>(items: &[Node], path: &'p str) -> Option<(usize, &'p str)> {
    let inside = path.strip_prefix('[')?;
    inside.match_indices(']').find_map(|(end, _)| {
        let (name, rest) = (&inside[..end], &inside[end + 1..]);
        if !(rest.is_empty() || rest.starts_with(['.', '['])) {
            return None;
        }
        let by_index = || name.parse().ok().filter(|at| *at < items.len());
        let at = by_index().or_else(|| items.iter().position(|item| is_called(item, name)))?;
        Some((at, rest))
    })
}

/// Tells whether an item is the one with these keys (`name=public`, `port=1,protocol=TCP`), or with this text.
fn is_called(item: &Node, name: &str) -> bool {
    let plain = |node: &Node, text: &str| match &node.value {
        Value::String(value) => **value == *text.trim_matches('"'),
        Value::Int(value) => value.to_string() == text,
        Value::Bool(value) => value.to_string() == text,
        _ => false,
    };
    if plain(item, name.strip_prefix('=').unwrap_or(name)) {
        return true;
    }
    let mut pairs = name.split(',').map(|pair| pair.split_once('='));
    item.as_map().is_some()
        && pairs.all(|pair| pair.is_some_and(|(key, value)| item.get(key).is_some_and(|node| plain(node, value))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::format::samples::yaml;

    #[test]
    fn a_path_is_read_along_the_tree_that_it_is_in() {
        let mut tree = yaml(
            "data: {tls.crt: a, 'x/y.z': b, tls: {key: c}}\nitems:\n- {name: public, host: d}\n- {name: a]b, host: e}\n\
             - {port: 1, protocol: TCP, on: f}\nset: [g, h.i]\n",
        );
        for (path, value) in [
            ("data.tls.crt", "a"),
            ("data[tls.crt]", "a"),
            ("data[\"tls.crt\"]", "a"),
            ("data.x/y.z", "b"),
            ("data.tls.key", "c"),
            ("items[name=public].host", "d"),
            ("items[0].host", "d"),
            ("items[name=a]b].host", "e"),
            ("items[port=1,protocol=TCP].on", "f"),
            ("set[0]", "g"),
            ("set[=h.i]", "h.i"),
        ] {
            assert_eq!(locate(&mut tree, path).and_then(|node| node.as_str()), Some(value), "{path}");
        }
        for path in ["data.x", "items[9].host", "items[name=none].host", "set[0].x", "nothing"] {
            assert!(locate(&mut tree, path).is_none(), "{path}");
        }
    }
}
