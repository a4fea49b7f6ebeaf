//! A cluster's objects as they were written and as they are now -> the differences, without asking anybody.
//!
//! Both states are somebody's files, so that each is taken for the whole: a field that is written no more goes.

use std::collections::{BTreeMap, BTreeSet};

use super::leftover::gone;
use super::{ClusterDiff, Compared, ObjectDiff, PredictedBy, What, with_data};
use crate::live::{Absent, ObjectId, Resource};
use crate::name::ObjectName;
use crate::target::Target;
use crate::tree::Node;
use crate::tree::emit::no_secrets;

/// Compares two states of a cluster. `against` is what the user calls the old one; `target` are the minors of the new one.
pub fn between(cluster: &str, against: &str, old: &[Node], new: &[Node], target: Target, full: bool) -> ClusterDiff {
    let mut left: BTreeMap<ObjectId, &Node> = BTreeMap::new();
    for object in old {
        if let Some(id) = id_of(object) {
            left.entry(id).or_insert(object);
        }
    }
    let mut objects = Vec::new();
    for rendered in new {
        let Some(object) = id_of(rendered) else { continue };
        let by = PredictedBy::Files;
        let before = left.remove(&object);
        // Most objects of most clusters stay as they are, and what both states say alike is all that there is.
        if !full && before == Some(rendered) {
            objects.push(ObjectDiff::new(object, What::Unchanged, by));
            continue;
        }
        // A value of a Secret is the same one, wherever it is written.
        let (before, predicted) = (before.map(with_data), &with_data(rendered));
        let live = before.as_ref().ok_or(Absent::Object);
        let compared = Compared { object, live, predicted, rendered, by, engine: None, target, full };
        objects.push(compared.compare(&mut no_secrets));
    }
    let gone = left.into_iter().map(|(object, old)| ObjectDiff { by: PredictedBy::Files, ..gone(object, old) });
    objects.extend(gone);
    ClusterDiff {
        cluster: cluster.to_owned(),
        against: against.to_owned(),
        objects,
        unknown: Vec::new(),
        not_collected: BTreeSet::new(),
    }
}

/// Returns what an object is called; none where it does not say it. Of one of a kind that is not described here, nobody
/// asks a cluster.
fn id_of(object: &Node) -> Option<ObjectId> {
    if let Some(id) = ObjectId::of(object) {
        return Some(id);
    }
    let called = ObjectName::of(object);
    let namespace = object.at(&["metadata", "namespace"]).and_then(Node::as_str).unwrap_or_default();
    let api_version = object.get("apiVersion").and_then(Node::as_str)?;
    let resource = Resource {
        group: called.group.into(),
        version: api_version.rsplit('/').next().unwrap_or_default().into(),
        plural: called.kind.to_lowercase(),
        kind: called.kind.into(),
        namespaced: !namespace.is_empty(),
    };
    let name = object.at(&["metadata", "name"]).and_then(Node::as_str)?;
    Some(ObjectId { resource, namespace: namespace.into(), name: name.into() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Findings;
    use crate::tree::parse::{Reading, documents};
    use crate::tree::{Source, SourceKind};

    fn objects(text: &str) -> Vec<Node> {
        let source = Source::new("a.yaml", text, SourceKind::User);
        documents(&source, Reading::AsKubectl, &mut Findings::new()).expect("YAML")
    }

    fn compared(old: &str, new: &str) -> Vec<(String, What, Vec<String>)> {
        let diff = between("c", "old", &objects(old), &objects(new), "4.16".parse().expect("a target"), false);
        let paths = |changes: Vec<crate::diff::Change>| changes.into_iter().map(|change| change.path).collect();
        diff.objects.into_iter().map(|object| (object.object.name, object.what, paths(object.changes))).collect()
    }

    const MAP: &str = "{apiVersion: v1, kind: ConfigMap, metadata: {name: NAME, namespace: n}, data: {a: b}}\n";

    #[test]
    fn a_field_that_is_written_no_more_goes() {
        let config = |spec: &str| {
            format!(
                "{{apiVersion: imageregistry.operator.openshift.io/v1, kind: Config, metadata: {{name: cluster}}, spec: {{{spec}}}}}"
            )
        };
        let found = compared(&config("replicas: 2, readOnly: true"), &config("replicas: 3"));
        let paths = vec!["spec.readOnly".to_owned(), "spec.replicas".to_owned()];
        let mut said = found[0].2.clone();
        said.sort();
        assert_eq!((found.len(), &found[0].1, said), (1, &What::Change, paths), "{found:?}");
    }

    #[test]
    fn objects_come_stay_and_go() {
        let named =
            |names: &[&str]| names.iter().map(|name| MAP.replace("NAME", name)).collect::<Vec<_>>().join("---\n");
        let found = compared(&named(&["a", "b"]), &named(&["b", "c"]));
        let whats: Vec<(&str, &What)> = found.iter().map(|(name, what, _)| (name.as_str(), what)).collect();
        let gone = What::NoLongerRendered { kept: false };
        assert_eq!(whats, [("b", &What::Unchanged), ("c", &What::Create(Absent::Object)), ("a", &gone)]);
    }

    #[test]
    fn a_value_of_a_secret_is_the_same_in_text_and_in_base64() {
        let secret =
            |data: &str| format!("{{apiVersion: v1, kind: Secret, metadata: {{name: s, namespace: n}}, {data}}}\n");
        let whats = |old: &str, new: &str| compared(&secret(old), &secret(new)).remove(0).1;
        assert_eq!(whats("stringData: {a: b}", "stringData: {a: b}"), What::Unchanged);
        assert_eq!(whats("data: {a: Yg==}", "stringData: {a: b}"), What::Unchanged);
        assert_eq!(whats("stringData: {a: b}", "stringData: {a: c}"), What::Change);
        assert_eq!(whats("stringData: {a: b}", "stringData: {a: b, c: d}"), What::Change);
    }

    #[test]
    fn objects_of_kinds_that_are_not_described_are_compared_as_they_are_written() {
        let app = |path: &str| {
            format!(
                "{{apiVersion: argoproj.io/v1alpha1, kind: Application, metadata: {{name: a}}, spec: {{path: {path}}}}}\n"
            )
        };
        assert_eq!(compared(&app("x"), &app("x"))[0].1, What::Unchanged);
        let found = compared(&app("x"), &app("y"));
        assert_eq!((&found[0].1, &*found[0].2), (&What::Change, &["spec.path".to_owned()][..]));
        assert_eq!(compared("", &app("y"))[0].1, What::Create(Absent::Object));
        assert_eq!(compared(&app("y"), "")[0].1, What::NoLongerRendered { kept: false });
    }
}
