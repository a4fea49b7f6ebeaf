//! Who wrote which field of a live object, as `metadata.managedFields` says.
//!
//! The form is `FieldsV1` (`sigs.k8s.io/structured-merge-diff`, `fieldpath/serialize.go`): `f:name` for a field,
//! `k:{…}` for an item by its keys, `v:…` for an item by its value, `i:n` for one by its position.

use super::path::Step;
use crate::tree::{Node, Source, SourceKind, json};

/// The managers that own something at a place or below it, or all of what stands around it.
#[derive(Clone, Debug, Default)]
pub(super) struct Owners<'o>(Vec<Owner<'o>>);

#[derive(Clone, Copy, Debug)]
struct Owner<'o> {
    manager: &'o str,
    /// When it wrote last, as the server notes it.
    time: &'o str,
    /// Whether it wrote to a subresource such as `status`.
    is_subresource: bool,
    /// What it owns here; none where it owns the whole of what stands around.
    fields: Option<&'o Node>,
}

/// A manager as it owns a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Manager<'o> {
    /// Its name.
    pub(super) name: &'o str,
    /// Whether it wrote to a subresource such as `status`.
    pub(super) is_subresource: bool,
}

impl<'o> Owners<'o> {
    /// Reads who owns what of an object; nobody where the object says nothing of it.
    pub(super) fn of(object: &'o Node) -> Self {
        let entries = object.at(&["metadata", "managedFields"]).and_then(Node::as_seq).unwrap_or_default();
        let owner = |entry: &'o Node| {
            let text = |name: &str| entry.get(name).and_then(Node::as_str);
            Some(Owner {
                manager: text("manager")?,
                time: text("time").unwrap_or_default(),
                is_subresource: text("subresource").is_some_and(|subresource| !subresource.is_empty()),
                fields: Some(entry.get("fieldsV1")?),
            })
        };
        Self(entries.iter().filter_map(owner).collect())
    }

    /// Tells whether nobody is known.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Goes one step down. `is_atomic` says that what stands here is owned as a whole.
    pub(super) fn below(&self, step: &Step, is_atomic: bool) -> Self {
        let owner = |owner: &Owner<'o>| {
            let Some(fields) = owner.fields else { return Some(*owner) };
            let is_whole = is_atomic && fields.as_map().is_some_and(|map| map.keys().all(|key| &**key == "."));
            if is_whole {
                return Some(Owner { fields: None, ..*owner });
            }
            Some(Owner { fields: Some(child(fields, step)?), ..*owner })
        };
        Self(self.0.iter().filter_map(owner).collect())
    }

    /// Returns the managers here, who wrote last first.
    pub(super) fn all(&self) -> Vec<Manager<'o>> {
        let mut owners = self.0.clone();
        owners.sort_by(|a, b| b.time.cmp(a.time).then(a.manager.cmp(b.manager)));
        let mut managers: Vec<Manager<'o>> = Vec::new();
        for owner in owners {
            let manager = Manager { name: owner.manager, is_subresource: owner.is_subresource };
            if !managers.contains(&manager) {
                managers.push(manager);
            }
        }
        managers
    }

    /// Returns who wrote here last.
    pub(super) fn last(&self) -> Option<&'o str> {
        self.all().first().map(|manager| manager.name)
    }
}

/// Returns what stands under a step in a set of fields.
fn child<'o>(fields: &'o Node, step: &Step) -> Option<&'o Node> {
    match step {
        Step::Field(name) => fields.get(&format!("f:{name}")),
        Step::Index(index) => fields.get(&format!("i:{index}")),
        Step::Item(value) => find(fields, "v:", |item| text_of(item).as_deref() == Some(value.as_str())),
        Step::Keys(keys) => find(fields, "k:", |item| {
            keys.iter().all(|(key, value)| item.get(key).and_then(text_of).as_deref() == Some(value.as_str()))
        }),
    }
}

/// Returns what stands under the first key of a form whose JSON is what is looked for.
fn find<'o>(fields: &'o Node, prefix: &str, is_it: impl Fn(&Node) -> bool) -> Option<&'o Node> {
    let entries = fields.as_map()?.iter();
    let mut items = entries.filter_map(|(key, entry)| Some((key.strip_prefix(prefix)?, &entry.node)));
    let found = items.find(|(text, _)| {
        let source = Source::new("managedFields", *text, SourceKind::User);
        json::value(&source).is_ok_and(|item| is_it(&item))
    });
    found.map(|(_, node)| node)
}

/// Returns a scalar as text, as paths show it.
pub(super) fn text_of(node: &Node) -> Option<String> {
    match (node.as_str(), node.as_int(), node.as_bool()) {
        (Some(text), ..) => Some(text.to_owned()),
        (_, Some(number), _) => Some(number.to_string()),
        (.., Some(truth)) => Some(truth.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object() -> Node {
        let text = r#"{"metadata": {"managedFields": [
            {"manager": "a", "operation": "Apply", "time": "2026-01-01T00:00:00Z", "fieldsV1":
                {"f:spec": {"f:routes": {}, "f:keyed": {"k:{\"name\":\"x\",\"port\":80}": {".": {}, "f:value": {}}}}}},
            {"manager": "b", "operation": "Update", "time": "2026-02-01T00:00:00Z", "fieldsV1":
                {"f:spec": {"f:set": {"v:\"one\"": {}}, "f:routes": {}}}},
            {"manager": "c", "operation": "Update", "subresource": "status", "time": "2026-03-01T00:00:00Z", "fieldsV1":
                {"f:status": {}}},
            {"no": "manager"}
        ]}}"#;
        json::value(&Source::new("x", text, SourceKind::User)).unwrap()
    }

    fn field(name: &str) -> Step {
        Step::Field(name.into())
    }

    #[test]
    fn a_field_is_owned_by_those_who_wrote_it() {
        let object = object();
        let owners = Owners::of(&object);
        let spec = owners.below(&field("spec"), false);
        assert_eq!(spec.below(&field("routes"), false).all().len(), 2);
        assert_eq!(spec.below(&field("routes"), false).last(), Some("b"));
        assert_eq!(spec.below(&field("other"), false).last(), None);
        let status = owners.below(&field("status"), false).all();
        assert_eq!(status, [Manager { name: "c", is_subresource: true }]);
    }

    #[test]
    fn an_item_is_found_by_its_keys_or_its_value() {
        let object = object();
        let spec = Owners::of(&object).below(&field("spec"), false);
        let keys = |port: &str| Step::Keys(vec![("name".into(), "x".into()), ("port".into(), port.into())]);
        let keyed = spec.below(&field("keyed"), false);
        assert_eq!(keyed.below(&keys("80"), false).below(&field("value"), false).last(), Some("a"));
        assert!(keyed.below(&keys("81"), false).is_empty());
        let set = spec.below(&field("set"), false);
        assert_eq!(set.below(&Step::Item("one".into()), false).last(), Some("b"));
        assert!(set.below(&Step::Item("two".into()), false).is_empty());
    }

    #[test]
    fn what_is_owned_as_a_whole_is_owned_with_all_that_stands_in_it() {
        let object = object();
        let routes = Owners::of(&object).below(&field("spec"), false).below(&field("routes"), false);
        assert_eq!(routes.below(&Step::Index(0), true).below(&field("name"), false).last(), Some("b"));
        // A mapping that was empty when it was written is not owned with what came into it later.
        assert!(routes.below(&Step::Index(0), false).is_empty());
    }
}
