//! Who wrote which field of a live object: a walk down an object along with the fields that its managers own.
//!
//! In come the entries of `managedFields` that can be read; out come the managers at a place. What becomes of an object is not
//! known here.

use super::element::Element;
use super::fieldset::FieldSet;
use super::managers::Managed;

/// The managers that own something at a place or below it, or all of what stands around it.
#[derive(Clone, Debug, Default)]
pub struct Owners<'o>(Vec<Owner<'o>>);

#[derive(Clone, Copy, Debug)]
struct Owner<'o> {
    entry: &'o Managed,
    /// What it owns here; none where it owns the whole of what stands around.
    fields: Option<&'o FieldSet>,
}

/// A manager as it wrote a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Writer<'o> {
    /// Its name.
    pub name: &'o str,
    /// Whether it wrote to a subresource such as `status`.
    pub is_subresource: bool,
}

impl<'o> Owners<'o> {
    /// Begins at an object, of whose managers these are known.
    pub fn of(managed: &'o [Managed]) -> Self {
        let known = managed.iter().filter(|entry| !entry.fields.is_empty());
        Self(known.map(|entry| Owner { entry, fields: Some(&entry.fields) }).collect())
    }

    /// Tells whether nobody is known.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Goes one step down. `is_atomic` says that what stands here is owned as a whole.
    #[must_use]
    pub fn below(&self, step: &Element, is_atomic: bool) -> Self {
        let owner = |owner: &Owner<'o>| {
            let Some(fields) = owner.fields else { return Some(*owner) };
            if is_atomic && fields.is_empty() {
                return Some(Owner { fields: None, ..*owner });
            }
            Some(Owner { fields: Some(fields.step(step)?), ..*owner })
        };
        Self(self.0.iter().filter_map(owner).collect())
    }

    /// Returns the managers here, who wrote last first.
    pub fn all(&self) -> Vec<Writer<'o>> {
        let mut owners = self.0.clone();
        owners.sort_by(|a, b| (&b.entry.time, &a.entry.manager).cmp(&(&a.entry.time, &b.entry.manager)));
        let mut writers: Vec<Writer<'o>> = Vec::new();
        for Owner { entry, .. } in owners {
            let writer = Writer { name: &entry.manager, is_subresource: !entry.subresource.is_empty() };
            if !writers.contains(&writer) {
                writers.push(writer);
            }
        }
        writers
    }

    /// Returns who wrote here last.
    pub fn last(&self) -> Option<&'o str> {
        self.all().first().map(|writer| writer.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apply::Scalar;
    use crate::apply::managers::readable;
    use crate::tree::{Source, SourceKind, json};

    fn managed() -> Vec<Managed> {
        let text = r#"{"metadata": {"managedFields": [
            {"manager": "a", "operation": "Apply", "time": "2026-01-01T00:00:00Z", "fieldsV1":
                {"f:spec": {"f:routes": {}, "f:keyed": {"k:{\"name\":\"x\",\"port\":80}": {".": {}, "f:value": {}}}}}},
            {"manager": "b", "operation": "Update", "time": "2026-02-01T00:00:00Z", "fieldsV1":
                {"f:spec": {"f:set": {"v:\"one\"": {}}, "f:routes": {}}}},
            {"manager": "c", "operation": "Update", "subresource": "status", "time": "2026-03-01T00:00:00Z", "fieldsV1":
                {"f:status": {}}},
            {"no": "manager"}
        ]}}"#;
        // What every entry has beside.
        let text = text.replace("\"operation\"", "\"apiVersion\": \"v1\", \"fieldsType\": \"FieldsV1\", \"operation\"");
        readable(&json::value(&Source::new("x", text, SourceKind::User)).unwrap())
    }

    fn field(name: &str) -> Element {
        Element::field(name)
    }

    #[test]
    fn a_field_is_owned_by_those_who_wrote_it() {
        let managed = managed();
        let owners = Owners::of(&managed);
        let spec = owners.below(&field("spec"), false);
        assert_eq!(spec.below(&field("routes"), false).all().len(), 2);
        assert_eq!(spec.below(&field("routes"), false).last(), Some("b"));
        assert_eq!(spec.below(&field("other"), false).last(), None);
        let status = owners.below(&field("status"), false).all();
        assert_eq!(status, [Writer { name: "c", is_subresource: true }]);
    }

    #[test]
    fn an_item_is_found_by_its_keys_or_its_value() {
        let managed = managed();
        let spec = Owners::of(&managed).below(&field("spec"), false);
        let keys =
            |port| Element::key([("port".into(), Scalar::Int(port)), ("name".into(), Scalar::String("x".into()))]);
        let keyed = spec.below(&field("keyed"), false);
        assert_eq!(keyed.below(&keys(80), false).below(&field("value"), false).last(), Some("a"));
        // By some of its keys, too, where an item does not say all.
        let by_name = Element::key([("name".into(), Scalar::String("x".into()))]);
        assert_eq!(keyed.below(&by_name, false).last(), Some("a"));
        assert!(keyed.below(&keys(81), false).is_empty());
        let set = spec.below(&field("set"), false);
        assert_eq!(set.below(&Element::Value(Scalar::String("one".into())), false).last(), Some("b"));
        assert!(set.below(&Element::Value(Scalar::String("two".into())), false).is_empty());
    }

    #[test]
    fn what_is_owned_as_a_whole_is_owned_with_all_that_stands_in_it() {
        let managed = managed();
        let routes = Owners::of(&managed).below(&field("spec"), false).below(&field("routes"), false);
        assert_eq!(routes.below(&Element::Index(0), true).below(&field("name"), false).last(), Some("b"));
        // A mapping that was empty when it was written is not owned with what came into it later.
        assert!(routes.below(&Element::Index(0), false).is_empty());
    }
}
