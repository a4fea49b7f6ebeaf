//! The annotation in which kubectl keeps what it applied on the client's side, as the API server minds it.
//!
//! The server keeps it up to date for the manager `kubectl` alone, and lets that manager take over, unforced, what stands in
//! it (k8s.io/apimachinery pkg/util/managedfields/internal, `lastappliedmanager.go` and `lastappliedupdater.go`).

use std::fmt::Write;

use serde_json::Value as Json;

use super::compare::compare;
use super::fieldset::FieldSet;
use super::owned::fields;
use super::typing::Typing;
use crate::tree::{Node, Source, SourceKind, json};

pub(super) const ANNOTATION: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// The only manager for which the server minds the annotation.
pub(super) const MANAGER: &str = "kubectl";

/// The most bytes that the names and values of all annotations may have.
const MOST_BYTES: usize = 256 << 10;

/// Returns the fields that stand in the annotation of a live object as they stand in the object.
pub(super) fn unchanged(typing: Typing, live: &Node) -> Option<FieldSet> {
    let text = live.at(&["metadata", "annotations", ANNOTATION])?.as_str()?;
    let source = Source::new("last-applied-configuration", text, SourceKind::Profile);
    let applied = json::value(&source).ok()?;
    if applied.get("apiVersion") != live.get("apiVersion") {
        return None;
    }
    let changed = compare(typing, &applied, live).ok()?;
    let fields = fields(typing, &applied).ok()?;
    Some(fields.difference(&changed.modified).difference(&changed.added).difference(&changed.removed))
}

/// Puts what is applied into the annotation, where the object has one.
pub(super) fn renew(object: &mut Node, applied: &Node) {
    let Some(annotations) = object.as_map_mut().and_then(|map| map.get_mut("metadata")) else { return };
    let annotations = annotations.node.as_map_mut().and_then(|map| map.get_mut("annotations"));
    let Some(annotations) = annotations.and_then(|entry| entry.node.as_map_mut()) else { return };
    let Some(entry) = annotations.get_mut(ANNOTATION) else { return };
    if entry.node.as_str().is_none_or(str::is_empty) {
        return;
    }
    entry.node = Node::string(encoded(applied), entry.node.origin.clone());
    let sizes = annotations.iter().map(|(name, entry)| name.len() + entry.node.as_str().map_or(0, str::len));
    if sizes.sum::<usize>() > MOST_BYTES {
        annotations.shift_remove(ANNOTATION);
    }
}

/// Writes an object without the annotation, in the bytes of Go's encoder.
fn encoded(applied: &Node) -> String {
    let mut json = applied.to_json();
    let annotations = json.pointer_mut("/metadata/annotations").and_then(Json::as_object_mut);
    match annotations.filter(|annotations| annotations.values().all(Json::is_string)) {
        Some(annotations) => _ = annotations.remove(ANNOTATION),
        // What is no mapping of texts is none at all.
        None => _ = json.get_mut("metadata").and_then(Json::as_object_mut).and_then(|map| map.remove("annotations")),
    }
    let mut text = String::new();
    for char in super::element::sorted(&json).chars() {
        match char {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                let _infallible = write!(text, "\\u{:04x}", u32::from(char));
            }
            other => text.push(other),
        }
    }
    text + "\n"
}
