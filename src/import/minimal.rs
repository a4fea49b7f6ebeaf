//! A spec as it was made -> the same without what its platform gives it anyway.

use super::draft::Draft;
use crate::diag::Findings;
use crate::resolve::merge;
use crate::tree::{Entry, Map, Node, Value};

/// Takes away what equals the platform's defaults, and writes out what they would set otherwise: a value that the operator
/// filled in, or that there be none.
pub(super) fn without_defaults(draft: &mut Draft) {
    let near = draft.map([]);
    let defaults = draft.profile.defaults(&near);
    let written = draft.value(Value::Map(draft.sections.clone()));
    let plain = merge(&defaults, &written, &mut Findings::new());
    let base = match draft.profile.variant(&plain) {
        Some(variant) => merge(&defaults, &variant, &mut Findings::new()),
        None => defaults,
    };
    let given = base.get("registry").and_then(Node::as_map).cloned().unwrap_or_default();
    // Without a config CR nothing is known of its fields, and the spec renders one all the same.
    let Some(filled) = draft.filled.clone() else { return };
    for (field, default) in &given {
        reconcile(draft, field, default, &filled);
    }
    if draft.sections.get("registry").is_some_and(|entry| entry.node.as_map().is_some_and(Map::is_empty)) {
        draft.sections.shift_remove("registry");
    }
}

fn reconcile(draft: &mut Draft, field: &str, default: &Entry, filled: &Map) {
    let written = draft.sections.get("registry").and_then(|entry| entry.node.get(field)).cloned();
    match (written, filled.get(field)) {
        (Some(value), _) if value == default.node => {
            if let Some(map) = draft.section("registry").as_map_mut() {
                map.shift_remove(field);
            }
        }
        (Some(_), _) => {}
        (None, Some(there)) if there.node == default.node => {}
        (None, Some(there)) => draft.put("registry", field, there.node.clone()),
        // It is rendered whatever the spec says.
        (None, None) if field == "logLevel" => {}
        (None, None) => {
            let null = draft.value(Value::Null);
            draft.comment(
                "registry",
                format!("`{field}: null`: what was imported does not say it, and the platform's default would."),
            );
            draft.put("registry", field, null);
        }
    }
}
