//! Where a rendered object says that a secret is: names and keys, which anyone may read who may read the object.
//!
//! In a spec they stand where a secret may stand by mistake, so that they count as one wherever they are carried. In an object
//! that is rendered they are plain, and a change of them is told as it is.

use std::borrow::Cow;
use std::sync::Arc;

use crate::name::ObjectName;
use crate::tree::{Entry, Map, Node, Origin, Value};

/// The kinds that name secrets of others, and the fields in which they do.
const REFERENCES: [(&str, &[&str]); 2] =
    [("Config", &["privateKey", "secretName"]), ("ExternalSecret", &["extract", "remoteRef", "secretStoreRef"])];

/// Returns an object whose references come from its template alone, so that they may be shown.
pub(super) fn opened(object: &Node) -> Cow<'_, Node> {
    let kind = ObjectName::of(object).kind;
    match REFERENCES.iter().find(|(of, _)| *of == kind) {
        Some((_, fields)) => Cow::Owned(below(object, fields, false)),
        None => Cow::Borrowed(object),
    }
}

fn below(node: &Node, fields: &[&str], is_reference: bool) -> Node {
    let value = match &node.value {
        Value::Map(map) => Value::Map(
            map.iter()
                .map(|(name, entry)| {
                    let is_reference = is_reference || fields.contains(&&**name);
                    let key = if is_reference { of_template(&entry.key) } else { entry.key.clone() };
                    (Arc::clone(name), Entry { key, node: below(&entry.node, fields, is_reference) })
                })
                .collect::<Map>(),
        ),
        Value::Seq(items) => Value::Seq(items.iter().map(|item| below(item, fields, is_reference)).collect()),
        value => value.clone(),
    };
    Node::new(value, if is_reference { of_template(&node.origin) } else { node.origin.clone() })
}

fn of_template(origin: &Origin) -> Origin {
    match origin.template() {
        Some(template) if origin.is_hidden() => Origin::at(template.clone()),
        _ => origin.clone(),
    }
}
