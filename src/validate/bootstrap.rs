//! What a cluster has before anything is applied, and an object as it is once applied onto that.
//!
//! The operator bootstraps the config, the pruner and image.config, so that a manifest with a part of one is a whole
//! manifest. Merging is that of server-side apply: mappings field by field unless they are atomic, keyed lists by their
//! keys, sets by their values, all else replaced.

use indexmap::map::Entry as Slot;

use crate::mutation::is_off;
use crate::profile::Profile;
use crate::schema::{Additional, Kind, ListType, Schema};
use crate::target::Minor;
use crate::tree::{Entry, Map, Node, Value};

/// What the cluster has before the objects are applied.
#[derive(Clone, Copy, Debug)]
pub enum Bootstrap<'a> {
    /// Nothing: every object must be complete.
    Nothing,
    /// What the operator bootstraps on the profile's platform.
    Profile(&'a Profile),
    /// What the operator bootstraps on a platform that is not known.
    Unknown,
}

impl<'a> Bootstrap<'a> {
    /// Returns the `spec` that an object of this kind has on a minor before it is applied.
    pub(crate) fn spec_of(self, kind: &Kind, name: Option<&str>, minor: Minor) -> Option<&'a Node> {
        let Self::Profile(profile) = self else { return None };
        if !kind.bootstrapped || name != kind.singleton {
            return None;
        }
        let part = match kind.kind {
            "Config" => "config",
            "ImagePruner" => "pruner",
            "Image" => "image",
            _ => return None,
        };
        profile.bootstrap(part, minor)
    }
}

/// Merges an object, or a part of one, onto what is there already, as server-side apply does on a minor.
///
/// What the object says has its own origin, and so have the mappings that both say.
pub fn merge_onto(schema: &'static Schema, under: &Node, over: &Node, minor: Minor) -> Node {
    let keywords = schema.on(minor);
    let value = match (&under.value, &over.value) {
        (Value::Map(below), Value::Map(above)) if !keywords.atomic_map || is_off("merged-atomic-map") => {
            Value::Map(merge_maps(schema, below, above, minor))
        }
        (Value::Seq(below), Value::Seq(above)) => match keywords.list_type {
            ListType::Atomic => return over.clone(),
            ListType::Set if is_off("merged-list-set") => return over.clone(),
            ListType::Set => Value::Seq(merge_lists(schema, below, above, &[], minor)),
            ListType::Map(_) if is_off("merged-list-map") => return over.clone(),
            ListType::Map(keys) => Value::Seq(merge_lists(schema, below, above, keys, minor)),
        },
        _ => return over.clone(),
    };
    Node::new(value, over.origin.clone())
}

fn merge_maps(schema: &'static Schema, below: &Map, above: &Map, minor: Minor) -> Map {
    let mut merged = below.clone();
    for (name, entry) in above {
        let child = match (schema.property(name), &schema.additional) {
            (Some(property), _) => Some(property.schema),
            (None, Additional::Each(each)) => Some(*each),
            (None, _) => None,
        };
        // A null where none is allowed is dropped before the merge, so that it takes nothing away.
        if entry.node.is_null() && child.is_some_and(|child| !child.on(minor).nullable) && !is_off("merged-null") {
            continue;
        }
        match (merged.entry(name.clone()), child) {
            (Slot::Occupied(mut under), Some(child)) => {
                let node = merge_onto(child, &under.get().node, &entry.node, minor);
                under.insert(Entry { key: entry.key.clone(), node });
            }
            (Slot::Occupied(mut under), None) => _ = under.insert(entry.clone()),
            (Slot::Vacant(slot), _) => _ = slot.insert(entry.clone()),
        }
    }
    merged
}

fn merge_lists(schema: &'static Schema, below: &[Node], above: &[Node], keys: &[&str], minor: Minor) -> Vec<Node> {
    let is_same = |a: &Node, b: &Node| match keys {
        [] => a == b,
        keys => keys.iter().all(|key| a.get(key) == b.get(key)),
    };
    let mut merged = below.to_vec();
    for item in above {
        match (merged.iter_mut().find(|under| is_same(under, item)), schema.items) {
            (Some(under), Some(each)) => *under = merge_onto(each, under, item, minor),
            (Some(_), None) => {}
            (None, _) => merged.push(item.clone()),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Findings;
    use crate::tree::parse::{Reading, document};
    use crate::tree::{Source, SourceKind};

    fn check(minor: Minor, under: &str, over: &str, expected: &str) {
        let read = |text: &str| {
            let source = Source::new("a.yaml", text, SourceKind::User);
            document(&source, Reading::Strict, &mut Findings::new()).unwrap()
        };
        let config = crate::schema::find("imageregistry.operator.openshift.io/v1", "Config").unwrap();
        let spec = config.schema.at(&["spec"]).unwrap();
        assert_eq!(merge_onto(spec, &read(under), &read(over), minor), read(expected));
    }

    #[test]
    fn mappings_merge_unless_they_are_atomic() {
        let (under, over) = ("{proxy: {http: a}, requests: {read: {}}}", "{proxy: {https: b}, requests: {write: {}}}");
        let proxy = "proxy: {http: a, https: b}";
        check(Minor::of(4, 15), under, over, &format!("{{{proxy}, requests: {{read: {{}}, write: {{}}}}}}"));
        check(Minor::of(4, 16), under, over, &format!("{{{proxy}, requests: {{write: {{}}}}}}"));
    }

    #[test]
    fn lists_are_replaced_unless_they_have_keys() {
        let minor = Minor::of(4, 15);
        check(minor, "{tolerations: [{key: a}]}", "{tolerations: [{key: b}]}", "{tolerations: [{key: b}]}");
        let (under, over) = ("{resources: {claims: [{name: a}]}}", "{resources: {claims: [{name: b}, {name: a}]}}");
        check(minor, under, over, "{resources: {claims: [{name: a}, {name: b}]}}");
    }

    #[test]
    fn a_null_takes_nothing_away_but_where_it_is_a_value() {
        let under = "{replicas: 2, observedConfig: {a: 1}}";
        check(Minor::LAST, under, "{replicas: null, observedConfig: null}", "{replicas: 2, observedConfig: null}");
    }

    #[test]
    fn a_set_keeps_what_is_there_and_each_value_once() {
        let read = |text: &str| {
            let source = Source::new("a.yaml", text, SourceKind::User);
            document(&source, Reading::Strict, &mut Findings::new()).unwrap()
        };
        let image = crate::schema::find("config.openshift.io/v1", "Image").unwrap();
        let sources = image.schema.at(&["spec", "registrySources"]).unwrap();
        let [under, over, both] = ["[a, b]", "[b, c]", "[a, b, c]"]
            .map(|hosts| read(&format!("{{containerRuntimeSearchRegistries: {hosts}}}")));
        assert_eq!(merge_onto(sources, &under, &over, Minor::of(4, 19)), both);
    }
}
