//! Where objects are on a server, and how the library has them.

use regcfg::live::ObjectId;
use regcfg::tree::{Node, Place, Source, SourceKind};
use serde_json::Value as Json;

/// Returns the path of an object of a known kind.
pub(crate) fn path(object: &Json) -> String {
    let ObjectId { resource, namespace, name } = ObjectId::of(&node(object)).unwrap();
    let api = if resource.group.is_empty() { "/api".to_owned() } else { format!("/apis/{}", resource.group) };
    let within = if namespace.is_empty() { String::new() } else { format!("/namespaces/{namespace}") };
    format!("{api}/{}{within}/{}/{name}", resource.version, resource.plural)
}

/// Returns an object as the library has it.
pub(crate) fn node(json: &Json) -> Node {
    let source = Source::new("object.json", json.to_string(), SourceKind::User);
    Node::from_json(json, &Place::new(&source, 0..0))
}
