//! Merges one tree over another: mappings deep, everything else replaces; unions and list directives as documented.
//!
//! `null` stays as a mark that removes what is below, until [`without_nulls`] drops what is left of it at the end.

use std::sync::Arc;

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::tree::{Entry, Map, Node, Value};

/// The storage backends: naming another one replaces the whole of `storage`, credentials included.
pub(crate) const BACKENDS: &[&str] = &["emptyDir", "s3", "swift", "gcs", "ibmcos", "pvc", "azure", "oss"];

/// The sources of a secret under `valueFrom`, of which there is one.
pub(crate) const SOURCES: &[&str] = &["external", "sealed", "sops", "secretKeyRef", "env", "file"];

/// The ways to give a sealed value, of which there is one.
const SEALED: &[&str] = &["file", "value"];

/// The ways to give a content, of which there is one.
pub(crate) const CONTENTS: &[&str] = &["file", "pem", "valueFrom"];

/// The directives that change an inherited list.
const DIRECTIVES: &[&str] = &["$prepend", "$append", "$remove"];

/// The most comparisons that one `$remove` may take.
const MOST_COMPARISONS: usize = 10_000_000;

/// Merges `over` over `base` and returns the result; every value keeps its origin.
///
/// Adds findings for list directives that are none, or that meet something that is no list.
pub fn merge(base: &Node, over: &Node, findings: &mut Findings) -> Node {
    match (&base.value, &over.value) {
        (_, Value::Map(directives)) if is_directive(directives) => changed_list(base, over, directives, findings),
        (Value::Map(below), Value::Map(above)) => {
            Node::new(Value::Map(merged_maps(below, above, findings)), over.origin.clone())
        }
        (_, Value::Map(above)) => Node::new(Value::Map(merged_maps(&Map::new(), above, findings)), over.origin.clone()),
        _ => over.clone(),
    }
}

/// Returns a tree without its nulls: what was removed, and what was set to nothing. Items of lists stay.
pub fn without_nulls(node: &Node) -> Node {
    match &node.value {
        Value::Map(map) => {
            let kept = map.iter().filter(|(_, entry)| !entry.node.is_null());
            let kept = kept.map(|(key, entry)| {
                (Arc::clone(key), Entry { key: entry.key.clone(), node: without_nulls(&entry.node) })
            });
            Node::new(Value::Map(kept.collect()), node.origin.clone())
        }
        _ => node.clone(),
    }
}

fn merged_maps(below: &Map, above: &Map, findings: &mut Findings) -> Map {
    if is_other_alternative(below, above) {
        return merged_maps(&Map::new(), above, findings);
    }
    let mut merged = below.clone();
    for (key, entry) in above {
        let node = match below.get(key) {
            Some(base) if replaces(key, &base.node, &entry.node) => merge(&nothing(&entry.node), &entry.node, findings),
            Some(base) => merge(&base.node, &entry.node, findings),
            None => merge(&nothing(&entry.node), &entry.node, findings),
        };
        merged.insert(Arc::clone(key), Entry { key: entry.key.clone(), node });
    }
    merged
}

fn nothing(near: &Node) -> Node {
    Node::new(Value::Null, near.origin.clone())
}

/// Tells whether a key is a union whose other member is named above.
fn replaces(key: &str, below: &Node, above: &Node) -> bool {
    let members = match key {
        "storage" => BACKENDS,
        "valueFrom" => SOURCES,
        "sealed" => SEALED,
        _ => return false,
    };
    let named =
        |node: &Node| members.iter().copied().find(|member| node.get(member).is_some_and(|node| !node.is_null()));
    matches!((named(below), named(above)), (Some(below), Some(above)) if below != above)
}

/// Tells whether both mappings hold nothing but a content, each given in another way.
fn is_other_alternative(below: &Map, above: &Map) -> bool {
    let only = |map: &Map| match map.len() {
        1 => CONTENTS.iter().copied().find(|way| map.contains_key(*way)),
        _ => None,
    };
    matches!((only(below), only(above)), (Some(below), Some(above)) if below != above)
}

fn is_directive(map: &Map) -> bool {
    map.keys().any(|key| key.starts_with('$'))
}

fn changed_list(base: &Node, over: &Node, directives: &Map, findings: &mut Findings) -> Node {
    let mut items: Vec<Node> = match &base.value {
        Value::Seq(items) => items.clone(),
        Value::Null => Vec::new(),
        _ => {
            let message = format!("changes a list, but what it inherits is {}", base.in_words());
            let finding = Diagnostic::error(&codes::BAD_LIST_DIRECTIVE, over.place(), message);
            findings.push(finding.note_at(base.place(), "inherited from here").help("write the whole value instead"));
            return over.clone();
        }
    };
    for (name, entry) in directives {
        let Some(changes) = directive_items(name, entry, findings) else { continue };
        match &**name {
            "$prepend" => items.splice(0..0, changes.iter().cloned()).for_each(drop),
            "$append" => items.extend(changes.iter().cloned()),
            _ if items.len().saturating_mul(changes.len()) > MOST_COMPARISONS => {
                let message = format!("removes {} items from a list of {}", changes.len(), items.len());
                let finding = Diagnostic::error(&codes::BAD_LIST_DIRECTIVE, entry.node.place(), message);
                findings.push(finding.help("write the list that shall remain"));
            }
            _ => remove(&mut items, changes, findings),
        }
    }
    Node::new(Value::Seq(items), over.origin.clone())
}

fn directive_items<'e>(name: &str, entry: &'e Entry, findings: &mut Findings) -> Option<&'e [Node]> {
    if !DIRECTIVES.contains(&name) {
        let finding = Diagnostic::error(
            &codes::BAD_LIST_DIRECTIVE,
            entry.key.place(),
            format!("unknown list directive {}", quoted(name)),
        );
        findings.push(finding.help("use `$append`, `$prepend` or `$remove`, and nothing beside them"));
        return None;
    }
    let items = entry.node.as_seq();
    if items.is_none() {
        let message = format!("`{name}` is not a list but {}", entry.node.in_words());
        let finding = Diagnostic::error(&codes::BAD_LIST_DIRECTIVE, entry.node.place(), message);
        findings.push(finding.help(format!("write `{name}: [ITEM]`")));
    }
    items
}

fn remove(items: &mut Vec<Node>, unwanted: &[Node], findings: &mut Findings) {
    for item in unwanted {
        let n_before = items.len();
        items.retain(|known| known != item);
        if items.len() == n_before {
            let finding =
                Diagnostic::warning(&codes::NOTHING_TO_REMOVE, item.place(), "removes an item that is not inherited");
            findings.push(finding.help("correct the item, or drop the directive"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::parse::{self, Reading};
    use crate::tree::{Source, SourceKind};

    fn tree(text: &str) -> Node {
        let source = Source::new("a.yaml", text, SourceKind::User);
        parse::document(&source, Reading::Strict, &mut Findings::new()).unwrap()
    }

    fn check(base: &str, over: &str, expected: &str) {
        let mut findings = Findings::new();
        let merged = without_nulls(&merge(&tree(base), &tree(over), &mut findings));
        let codes: Vec<&str> = findings.iter().map(|finding| finding.code.id).collect();
        let got = if codes.is_empty() { format!("{merged:?}") } else { codes.join(" ") };
        assert_eq!(got, expected, "{base} <- {over}");
    }

    #[test]
    fn mappings_merge_deep_and_the_rest_replaces() {
        check("a: {b: 1, c: 2}\nl: [1]", "a: {c: 3}\nl: [2]", r#"{"a": {"b": 1, "c": 3}, "l": [2]}"#);
        check("a: {b: 1, c: 2}", "a: {b: null}", r#"{"a": {"c": 2}}"#);
        check("a: {b: 1}", "a: null", "{}");
        check("a: 1", "a: {b: {c: null, d: 1}}", r#"{"a": {"b": {"d": 1}}}"#);
    }

    #[test]
    fn another_member_of_a_union_replaces_the_first() {
        check(
            "storage: {s3: {bucket: b}, credentials: {accessKey: 1}}",
            "storage: {pvc: {claim: c}}",
            r#"{"storage": {"pvc": {"claim": "c"}}}"#,
        );
        check(
            "storage: {s3: {bucket: b}, credentials: minted}",
            "storage: {s3: {region: r}}",
            r#"{"storage": {"s3": {"bucket": "b", "region": "r"}, "credentials": "minted"}}"#,
        );
        check("k: {valueFrom: {env: A}}", "k: {valueFrom: {file: b}}", r#"{"k": {"valueFrom": {"file": "b"}}}"#);
        check("sealed: {file: b, key: k}", "sealed: {value: c}", r#"{"sealed": {"value": "c"}}"#);
        check("k: {file: b}", "k: {valueFrom: {env: A}}", r#"{"k": {"valueFrom": {"env": "A"}}}"#);
    }

    #[test]
    fn lists_change_by_directives() {
        check("l: [a, b]", "l: {$append: [c]}", r#"{"l": ["a", "b", "c"]}"#);
        check("l: [a, b]", "l: {$prepend: [c], $remove: [a]}", r#"{"l": ["c", "b"]}"#);
        check("x: 1", "l: {$append: [c]}", r#"{"x": 1, "l": ["c"]}"#);
        check("l: [a]", "l: {$remove: [z]}", "RC0204");
        check("l: 1", "l: {$append: [z]}", "RC0203");
        check("l: [a]", "l: {$add: [z]}", "RC0203");
        check("l: [a]", "l: {$append: z}", "RC0203");
    }

    #[test]
    fn a_removal_that_would_take_forever_is_refused() {
        let list = format!("[{}]", "x, ".repeat(10_000));
        check(&format!("l: {list}"), &format!("l: {{$remove: {list}}}"), "RC0203");
    }
}
