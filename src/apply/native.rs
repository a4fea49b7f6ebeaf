//! What the API server makes of an object of a built-in kind beside merging, in its own Go code rather than by a schema.
//!
//! In comes a merged object; out comes the same with defaults, and without what its Go type does not write. What admission
//! adds to a new object (a storage class, the finalizer of a claim) is the cluster's to know.
//!
//! kubernetes pkg/apis/{core,rbac}/v1/defaults.go, pkg/apis/core/v1/conversion.go, pkg/registry/core/{namespace,
//! persistentvolumeclaim}/strategy.go.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::schema::{Additional, Kind, Schema, Type};
use crate::target::Minor;
use crate::tree::{Entry, Map, Node, Origin, Value};

/// The API group of roles and their bindings.
const RBAC: &str = "rbac.authorization.k8s.io";

/// Completes a merged object of a built-in kind.
pub(super) fn completed(kind: &Kind, object: &mut Node, minor: Minor, is_new: bool) {
    match kind.kind {
        "Secret" => secret(object),
        "RoleBinding" | "ClusterRoleBinding" => binding(object),
        "PersistentVolumeClaim" => claim(object, minor, is_new),
        "Namespace" => namespace(object, minor, is_new),
        _ => {}
    }
    drop_empty(kind.schema, object, minor);
}

/// Makes of nulls what Go's types make of them: among texts of any names an empty one, and otherwise nothing. Of a custom
/// resource only the metadata is of such a type.
pub(super) fn without_nulls(kind: &Kind, object: &mut Node, minor: Minor) {
    if kind.native {
        drop_nulls(kind.schema, object, minor);
        return;
    }
    let metadata = object.as_map_mut().and_then(|map| map.get_mut("metadata"));
    if let (Some(entry), Some(property)) = (metadata, kind.schema.property("metadata")) {
        drop_nulls(property.schema, &mut entry.node, minor);
    }
}

fn drop_nulls(schema: &'static Schema, node: &mut Node, minor: Minor) {
    match &mut node.value {
        Value::Map(map) => map.retain(|name, entry| {
            let (child, is_declared) = match (schema.property(name), &schema.additional) {
                (Some(property), _) => (property.schema, true),
                (None, Additional::Each(each)) => (*each, false),
                (None, _) => return true,
            };
            if entry.node.is_null() && !is_declared && child.on(minor).kind == Type::String {
                entry.node.value = Value::String("".into());
            }
            drop_nulls(child, &mut entry.node, minor);
            !(entry.node.is_null() && is_declared)
        }),
        Value::Seq(items) => {
            if let Some(each) = schema.items {
                for item in items {
                    drop_nulls(each, item, minor);
                }
            }
        }
        _ => {}
    }
}

/// Leaves out of the metadata of a custom resource what is left out of all metadata, whose type is built in.
pub(super) fn metadata(kind: &Kind, object: &mut Node, minor: Minor) {
    let metadata = object.as_map_mut().and_then(|map| map.get_mut("metadata"));
    if let (Some(entry), Some(property)) = (metadata, kind.schema.property("metadata")) {
        drop_empty(property.schema, &mut entry.node, minor);
    }
}

/// Puts `stringData` into `data`, and the type where there is none.
fn secret(object: &mut Node) {
    let origin = object.origin.clone();
    let Some(map) = object.as_map_mut() else { return };
    let texts = map.shift_remove("stringData");
    if let (Some(texts), Some(data)) = (texts, within(object, "data")) {
        for (name, entry) in texts.node.as_map().into_iter().flatten() {
            let mut node = entry.node.clone();
            if let Some(text) = entry.node.as_str() {
                node.value = Value::String(STANDARD.encode(text).into());
            }
            data.insert(name.clone(), node);
        }
    }
    put(object, "type", "Opaque", &origin);
}

fn binding(object: &mut Node) {
    let Some(map) = object.as_map_mut() else { return };
    if let Some(role) = map.get_mut("roleRef") {
        let origin = role.node.origin.clone();
        put(&mut role.node, "apiGroup", RBAC, &origin);
    }
    let Some(Value::Seq(subjects)) = map.get_mut("subjects").map(|entry| &mut entry.node.value) else { return };
    for subject in subjects {
        if matches!(subject.get("kind").and_then(Node::as_str), Some("User" | "Group")) {
            let origin = subject.origin.clone();
            put(subject, "apiGroup", RBAC, &origin);
        }
    }
}

/// The first minor in which a claim has `dataSourceRef`.
const SOURCE_REFERENCE: Minor = Minor::of(4, 9);

fn claim(object: &mut Node, minor: Minor, is_new: bool) {
    let Some(spec) = object.as_map_mut().and_then(|map| map.get_mut("spec")) else { return };
    let origin = spec.node.origin.clone();
    put(&mut spec.node, "volumeMode", "Filesystem", &origin);
    if is_new && minor >= SOURCE_REFERENCE {
        let [one, other] = ["dataSource", "dataSourceRef"].map(|name| spec.node.get(name).cloned());
        match (one, other) {
            (Some(source), None) => spec.node.insert("dataSourceRef", source),
            (None, Some(source)) if is_local(&source) => spec.node.insert("dataSource", source),
            _ => {}
        }
    }
}

/// Tells whether a source of data is one that the older field can hold.
fn is_local(source: &Node) -> bool {
    let is_claim = source.get("kind").and_then(Node::as_str) == Some("PersistentVolumeClaim");
    let is_snapshot = source.get("apiGroup").and_then(Node::as_str) == Some("snapshot.storage.k8s.io");
    source.get("namespace").is_none() && (is_claim || is_snapshot)
}

/// The first minor whose API server puts a namespace's name into a label (Kubernetes 1.21).
const NAME_LABEL: Minor = Minor::of(4, 8);

fn namespace(object: &mut Node, minor: Minor, is_new: bool) {
    let origin = object.origin.clone();
    let name = object.at(&["metadata", "name"]).and_then(Node::as_shared_str).cloned();
    if let (Some(name), true) = (name, minor >= NAME_LABEL)
        && let Some(labels) = within(object, "metadata").and_then(|metadata| within(metadata, "labels"))
    {
        labels.insert("kubernetes.io/metadata.name", Node::string(name, origin.clone()));
    }
    if !is_new {
        return;
    }
    if let Some(spec) = within(object, "spec") {
        let mut finalizers = spec.get("finalizers").and_then(Node::as_seq).unwrap_or_default().to_vec();
        if !finalizers.iter().any(|finalizer| finalizer.as_str() == Some("kubernetes")) {
            finalizers.push(Node::string("kubernetes", origin.clone()));
        }
        spec.insert("finalizers", Node::new(Value::Seq(finalizers), origin));
    }
}

/// Returns the mapping under a name of a mapping, made where there is none.
fn within<'n>(node: &'n mut Node, name: &str) -> Option<&'n mut Node> {
    let origin = node.origin.clone();
    let empty = || Entry { key: origin.clone(), node: Node::new(Value::Map(Map::new()), origin.clone()) };
    let entry = node.as_map_mut()?.entry(name.into()).or_insert_with(empty);
    if entry.node.as_map().is_none() {
        *entry = empty();
    }
    Some(&mut entry.node)
}

/// Puts a text where there is none, or an empty one.
fn put(node: &mut Node, name: &str, text: &str, origin: &Origin) {
    if node.get(name).is_none_or(|node| node.is_null() || node.as_str() == Some("")) {
        node.insert(name, Node::string(text, origin.clone()));
    }
}

/// Drops empty lists, and empty mappings of any names, which Go's types leave out when they are written.
fn drop_empty(schema: &'static Schema, node: &mut Node, minor: Minor) {
    match &mut node.value {
        Value::Map(map) => map.retain(|name, entry| {
            let child = match (schema.property(name), &schema.additional) {
                (Some(property), _) => property.schema,
                (None, Additional::Each(each)) => each,
                (None, _) => return true,
            };
            drop_empty(child, &mut entry.node, minor);
            let is_empty = match &entry.node.value {
                Value::Seq(items) => items.is_empty(),
                Value::Map(map) => map.is_empty(),
                _ => false,
            };
            let is_left_out = child.on(minor).kind == Type::Array || matches!(child.additional, Additional::Each(_));
            !(is_empty && is_left_out)
        }),
        Value::Seq(items) => {
            if let Some(each) = schema.items {
                for item in items {
                    drop_empty(each, item, minor);
                }
            }
        }
        _ => {}
    }
}
