//! A cluster's objects as they were written and as they are now -> the differences, without asking anybody.
//!
//! Both states are somebody's files, so that each is taken for the whole: a field that is written no more goes.

use std::collections::BTreeMap;

use super::leftover::gone;
use super::{ClusterDiff, Compared, PredictedBy, with_data};
use crate::live::{Absent, ObjectId, Unknown, Why};
use crate::name::ObjectName;
use crate::target::Target;
use crate::tree::Node;
use crate::tree::emit::no_secrets;

/// Compares two states of a cluster. `against` is what the user calls the old one; `target` are the minors of the new one.
pub fn between(cluster: &str, against: &str, old: &[Node], new: &[Node], target: Target, full: bool) -> ClusterDiff {
    let mut left: BTreeMap<ObjectId, &Node> = BTreeMap::new();
    for object in old {
        if let Some(id) = ObjectId::of(object) {
            left.entry(id).or_insert(object);
        }
    }
    let (mut objects, mut unknown) = (Vec::new(), Vec::new());
    for rendered in new {
        let Some(object) = ObjectId::of(rendered) else {
            unknown.extend(unknown_kind(rendered, old));
            continue;
        };
        let live = left.remove(&object).ok_or(Absent::Object);
        let predicted = &with_data(rendered);
        let by = PredictedBy::Comparison;
        let compared = Compared { object, live, predicted, rendered, by, engine: None, target, full };
        objects.push(compared.compare(&mut no_secrets));
    }
    objects.extend(left.into_iter().map(|(object, old)| gone(object, old)));
    ClusterDiff { cluster: cluster.to_owned(), against: against.to_owned(), objects, unknown }
}

/// Says that an object of a kind that is not described here differs, or is new: nobody knows what of it counts.
fn unknown_kind(rendered: &Node, old: &[Node]) -> Option<Unknown> {
    let called = ObjectName::of(rendered);
    let before = old.iter().find(|object| ObjectName::of(object) == called);
    if before.is_some_and(|before| before == rendered) {
        return None;
    }
    let message = format!("{called} is of a kind that is not described here, and was not compared");
    Some(Unknown::new(Why::NotCollected, message, "compare it with `git diff` or `kubectl diff`"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Findings;
    use crate::diff::What;
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
}
