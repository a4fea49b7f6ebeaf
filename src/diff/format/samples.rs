//! Differences for the tests of every form.

use std::collections::BTreeSet;

use crate::apply::{Engine, Manager};
use crate::diag::Findings;
use crate::diff::{Change, ClusterDiff, LiveOnly, ObjectDiff, Owner, PredictedBy, What};
use crate::impact::{Impact, Reason};
use crate::live::{Absent, ObjectId, Resource, Unknown, Why};
use crate::tree::parse::{Reading, documents};
use crate::tree::{Node, Source, SourceKind};

/// Reads one document of YAML.
pub(super) fn yaml(text: &str) -> Node {
    let source = Source::new("sample.yaml", text, SourceKind::User);
    documents(&source, Reading::AsKubectl, &mut Findings::new()).unwrap().remove(0)
}

/// Names an object.
pub(super) fn object_id(api_version: &str, kind: &str, namespace: &str, name: &str) -> ObjectId {
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    let resource = Resource {
        group: group.into(),
        version: version.into(),
        plural: format!("{}s", kind.to_lowercase()),
        kind: kind.into(),
        namespaced: !namespace.is_empty(),
    };
    ObjectId { resource, namespace: namespace.into(), name: name.into() }
}

/// Makes an object that stays as it is.
pub(super) fn unchanged(name: &str) -> ObjectDiff {
    let by = PredictedBy::DryRun(Manager { name: "argocd-controller".into(), engine: Engine::ArgoCd });
    ObjectDiff::new(object_id("v1", "ConfigMap", "openshift-config", name), What::Unchanged, by)
}

/// Makes an object that would be created.
pub(super) fn created(name: &str, text: &str) -> ObjectDiff {
    ObjectDiff { what: What::Create(Absent::Object), after: Some(yaml(text)), ..unchanged(name) }
}

/// Makes an object that would be changed in one field of its `spec`.
pub(super) fn changed(name: &str, field: &str, before: &str, after: &str) -> ObjectDiff {
    let state = |value: &str| yaml(&format!("spec: {{a: 1, {field}: {value}, z: 2}}\n"));
    let at = |state: &Node| state.at(&["spec", field]).cloned();
    let (before, after) = (state(before), state(after));
    let change = Change {
        path: format!("spec.{field}"),
        before: at(&before),
        after: at(&after),
        manager: Some("kubectl-edit".into()),
        silent: None,
    };
    let reason =
        Reason { impact: Impact::Rollout, path: format!("spec.{field}"), why: "new pods replace the old ones".into() };
    ObjectDiff {
        what: What::Change,
        changes: vec![change],
        reasons: vec![reason],
        before: Some(before),
        after: Some(after),
        ..unchanged(name)
    }
}

/// Makes an object of which nothing can be told.
pub(super) fn unknown(name: &str, message: &str) -> ObjectDiff {
    let object = unchanged(name);
    let unknown = obstacle(message).about(object.object.to_string(), message);
    ObjectDiff { what: What::Unknown(unknown), ..object }
}

/// Makes an obstacle.
pub(super) fn obstacle(message: &str) -> Unknown {
    Unknown::new(Why::Forbidden, message, "ask for the right to do it")
}

/// Makes a cluster of objects.
pub(super) fn cluster(name: &str, objects: Vec<ObjectDiff>) -> ClusterDiff {
    ClusterDiff {
        cluster: name.into(),
        against: format!("https://api.{name}.example.com:6443 (context {name})"),
        objects,
        unknown: Vec::new(),
        not_collected: BTreeSet::new(),
    }
}

/// Makes a cluster on which there is one object of everything that can become of one.
pub(super) fn varied(name: &str) -> ClusterDiff {
    let mut edited = changed("edited", "replicas", "1", "2");
    edited.live_only = vec![LiveOnly {
        path: "spec.defaultRoute".into(),
        value: yaml("true\n"),
        manager: Some("kubectl-edit".into()),
        silent: None,
    }];
    edited.owner = Some(Owner { engine: "Argo CD", name: "registry".into() });
    let gone = |name: &str, kept| ObjectDiff { what: What::NoLongerRendered { kept }, ..unchanged(name) };
    let mut cluster = cluster(
        name,
        vec![
            created("ca", "apiVersion: v1\nkind: ConfigMap\ndata: {ca.crt: x}\n"),
            edited,
            unchanged("same"),
            gone("old", false),
            gone("claim", true),
            unknown("hidden", "GET of ConfigMap openshift-config/hidden: forbidden"),
        ],
    );
    cluster.unknown = vec![obstacle("cannot list claims")];
    cluster
}
