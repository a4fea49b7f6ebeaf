//! Mirrors: which kinds hold them on the target, and the lists of the API made of the spec's mappings by source.
//!
//! A section that is present but empty becomes an empty list: nothing prunes these objects, and so its mirrors go away.
//! Whether a source or a mirror is one is for the schemas and rules on objects to say.

use super::{Variables, text};
use crate::check::Checked;
use crate::spec::{MirrorKinds, Mirrors};
use crate::tree::{Entry, Node, Value};

/// The name of the objects where the spec gives none.
const NAME: &str = "registry-mirrors";

/// Sets `mirrors`: `name`, and the lists `sourcePolicy`, `digestSet` and `tagSet` of those kinds that are rendered.
pub(super) fn lower(checked: &Checked, context: &mut Variables) {
    let Some(section) = checked.spec().mirrors() else { return };
    let near = section.node();
    let name = section.name().cloned().unwrap_or_else(|| text(NAME, near));
    let mut mirrors = Node::map([("name", name)], near.origin.clone());
    if let Some(by_digest) = section.by_digest() {
        let kinds = section.kinds(checked.target());
        if matches!(kinds, MirrorKinds::SourcePolicy | MirrorKinds::Both) {
            mirrors.insert("sourcePolicy", list(by_digest, &["mirrors"]));
        }
        if matches!(kinds, MirrorKinds::MirrorSet | MirrorKinds::Both) {
            mirrors.insert("digestSet", list(by_digest, &["mirrors", "mirrorSourcePolicy"]));
        }
    }
    if let Some(by_tag) = section.by_tag() {
        mirrors.insert("tagSet", list(by_tag, &["mirrors", "mirrorSourcePolicy"]));
    }
    context.set("mirrors", mirrors);
}

/// The list of the API: each source with those of its fields that the kind has.
fn list(by_source: &Entry, fields: &[&str]) -> Node {
    let items = Mirrors::sources(by_source).map(|(source, entry)| {
        let mut item =
            Node::map([("source", Node::string(source.clone(), entry.key.clone()))], entry.node.origin.clone());
        for field in fields {
            if let (Some(map), Some(given)) = (item.as_map_mut(), entry.node.entry(field)) {
                map.insert((*field).into(), given.clone());
            }
        }
        item
    });
    Node::new(Value::Seq(items.collect()), by_source.key.clone())
}
