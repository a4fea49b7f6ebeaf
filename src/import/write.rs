//! A spec while it is made -> its text, in the order and with the comments that `regcfg init` writes.

use super::draft::Draft;
use crate::load::{API_VERSION, DocumentKind};
use crate::tree::emit::{EmitError, to_yaml};
use crate::tree::{Map, Node, Value};

/// The sections in the order in which they are written.
const SECTIONS: [&str; 7] = ["registry", "storage", "trust", "images", "mirrors", "pruner", "access"];

/// Fields that come first in their section.
const FIRST: [&str; 8] =
    ["managementState", "replicas", "rolloutStrategy", "defaultRoute", "kind", "name", "schedule", "suspend"];

/// Fields that come last in their section.
const LAST: [&str; 2] = ["routes", "credentials"];

/// Writes the spec.
pub(super) fn spec(name: &str, draft: &Draft) -> Result<String, EmitError> {
    let head = draft.map([("apiVersion", draft.text(API_VERSION)), ("kind", draft.text(DocumentKind::Spec.name()))]);
    let mut text = String::from(
        "# Imported: `regcfg render` makes of it what was imported, `regcfg check` says what to look at.\n",
    );
    text.push_str(&to_yaml(&head)?);
    text.push_str(&to_yaml(&draft.map([("metadata", draft.map([("name", draft.text(name))]))]))?);
    text.push_str("spec:\n");
    let target = draft.text(draft.target.to_string());
    let platform = draft.text(draft.profile.name());
    indented(&mut text, &to_yaml(&draft.map([("openshift", target), ("platform", platform)]))?);
    for section in SECTIONS {
        let comments = draft.comments.get(section).map(Vec::as_slice).unwrap_or_default();
        for line in comments {
            text.push_str("  # ");
            text.push_str(&crate::diag::visible::visible(line));
            text.push('\n');
        }
        if let Some(entry) = draft.sections.get(section) {
            let node = ordered(section, &entry.node);
            indented(&mut text, &to_yaml(&draft.map([(section, node)]))?);
        }
    }
    Ok(text)
}

/// Adds lines two columns further in; empty ones stay empty.
fn indented(text: &mut String, yaml: &str) {
    for line in yaml.lines() {
        if !line.is_empty() {
            text.push_str("  ");
            text.push_str(line);
        }
        text.push('\n');
    }
}

/// Returns a section with its fields in the order in which people read them.
fn ordered(section: &str, node: &Node) -> Node {
    let Some(map) = node.as_map() else { return node.clone() };
    let rank = |name: &str| {
        let in_storage = section == "storage" && name == "managementState";
        match FIRST.iter().position(|first| *first == name).filter(|_| !in_storage) {
            Some(at) => at,
            None => FIRST.len() + if LAST.contains(&name) { 2 } else { usize::from(in_storage) },
        }
    };
    let mut fields: Vec<_> = map.iter().collect();
    fields.sort_by_key(|(name, _)| rank(name));
    let map: Map = fields.into_iter().map(|(name, entry)| (name.clone(), entry.clone())).collect();
    Node::new(Value::Map(map), node.origin.clone())
}
