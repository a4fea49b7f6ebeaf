//! Statuses of clusters in memory: what is asked, and what is made of the answers.

use std::collections::BTreeMap;
use std::sync::Mutex;

use serde_json::{Value as Json, json};

use super::format::{json as document, text};
use super::watch::{Next, Watch};
use super::*;
use crate::live::{Absent, Answer, Listing, ObjectId, Unknown, Why};
use crate::tree::{Node, Place, Source, SourceKind};

/// A cluster of objects, some of which may not be read.
#[derive(Default)]
struct Memory {
    /// Objects by `Kind name`, lists by `Kind`.
    objects: BTreeMap<String, Json>,
    /// What cannot be read, by kind.
    hidden: BTreeMap<&'static str, Why>,
    /// How often it was asked.
    n_calls: Mutex<usize>,
}

impl Memory {
    fn with(mut self, kind: &str, name: &str, mut object: Json) -> Self {
        object["kind"] = kind.into();
        object["metadata"]["name"] = name.into();
        self.objects.insert(format!("{kind} {name}"), object);
        self
    }

    fn without(mut self, kind: &'static str, why: Why) -> Self {
        self.hidden.insert(kind, why);
        self
    }

    fn unknown<T>(&self, kind: &str) -> Option<Answer<T>> {
        let why = *self.hidden.get(kind)?;
        Some(Answer::Unknown(Unknown::new(why, format!("{why:?} of {kind}"), "ask somebody")))
    }
}

fn node(json: &Json) -> Node {
    Node::from_json(json, &Place::start_of(&Source::new("memory", "", SourceKind::Profile)))
}

impl Live for Memory {
    fn called(&self) -> &'static str {
        "memory"
    }

    fn get(&self, objects: &[ObjectId]) -> Vec<Answer<Node>> {
        *self.n_calls.lock().unwrap() += 1;
        let one = |id: &ObjectId| {
            self.unknown(&id.resource.kind).unwrap_or_else(|| {
                match self.objects.get(&format!("{} {}", id.resource.kind, id.name)) {
                    Some(object) => Answer::There(node(object)),
                    None => Answer::Absent(Absent::Object),
                }
            })
        };
        objects.iter().map(one).collect()
    }

    fn list(&self, listings: &[Listing]) -> Vec<Answer<Vec<Node>>> {
        *self.n_calls.lock().unwrap() += 1;
        let one = |listing: &Listing| {
            self.unknown(&listing.resource.kind).unwrap_or_else(|| {
                let start = format!("{} ", listing.resource.kind);
                let fits = |object: &&Json| {
                    let labels =
                        object.pointer("/metadata/labels").and_then(Json::as_object).cloned().unwrap_or_default();
                    listing.labels.split(',').filter(|label| !label.is_empty()).all(|label| {
                        match label.split_once('=') {
                            Some((key, value)) => labels.get(key).is_some_and(|of| of == value),
                            None => labels.contains_key(label),
                        }
                    })
                };
                let of_kind =
                    self.objects.iter().filter(|(name, _)| name.starts_with(&start)).map(|(_, object)| object);
                Answer::There(of_kind.filter(fits).map(node).collect())
            })
        };
        listings.iter().map(one).collect()
    }
}

fn condition(kind: &str, status: &str, reason: &str, message: &str) -> Json {
    json!({"type": kind, "status": status, "reason": reason, "message": message})
}

fn config(spec: &Json, conditions: &[Json]) -> Json {
    let mut all = vec![condition("Available", "True", "Ready", ""), condition("Progressing", "False", "Ready", "")];
    for condition in conditions {
        all.retain(|of| of["type"] != condition["type"]);
        all.push(condition.clone());
    }
    json!({"spec": spec, "status": {"conditions": all}})
}

fn managed(conditions: &[Json]) -> Json {
    config(&json!({"managementState": "Managed", "replicas": 2, "storage": {"s3": {"bucket": "b"}}}), conditions)
}

#[test]
fn a_healthy_registry_is_asked_for_at_once() {
    let memory = Memory::default().with("Config", "cluster", managed(&[]));
    let status = status(&memory, None);
    assert_eq!((status.verdict, &*status.because), (Verdict::Healthy, "the registry is ready"));
    // A call for objects and one for lists; nothing is named that a second round would ask for.
    assert_eq!(*memory.n_calls.lock().unwrap(), 2);
    assert_eq!(status.problems, []);
}

#[test]
fn nothing_of_a_secret_is_kept_but_the_names_of_its_keys() {
    let secret = json!({
        "metadata": {"annotations": {"kubectl.kubernetes.io/last-applied-configuration": "hush"}, "labels": {"a": "hush"}},
        "data": {"REGISTRY_STORAGE_S3_ACCESSKEY": "aHVzaA==", "REGISTRY_STORAGE_S3_SECRETKEY": "hush"},
    });
    let memory = Memory::default().with("Config", "cluster", managed(&[])).with(
        "Secret",
        "image-registry-private-configuration-user",
        secret,
    );
    let seen = read::read(&memory);
    let shown = format!("{seen:?}");
    assert!(!shown.contains("hush") && !shown.contains("aHVzaA"), "{shown}");
    let status = told("memory", &seen, None);
    let secrets = status.components.iter().find(|component| component.name == "secrets").unwrap();
    assert_eq!(
        secrets.says,
        "image-registry-private-configuration-user: REGISTRY_STORAGE_S3_ACCESSKEY, REGISTRY_STORAGE_S3_SECRETKEY"
    );
}

#[test]
fn without_config_and_operator_nothing_can_be_told() {
    let memory = Memory::default().without("Config", Why::Unreachable).without("ClusterOperator", Why::Unreachable);
    let status = status(&memory, None);
    assert_eq!((status.verdict, &*status.because), (Verdict::Unknown, "Unreachable of Config"));
    assert_eq!(status.unseen.len(), 1);
}

#[test]
fn what_is_hidden_is_told_once_with_the_rules_that_show_it() {
    let memory = Memory::default()
        .with("Config", "cluster", managed(&[]))
        .without("Secret", Why::Forbidden)
        .without("Event", Why::Forbidden)
        .without("Pod", Why::Forbidden)
        .without("MachineConfigPool", Why::TimedOut);
    let status = status(&memory, None);
    let shown = text::text(&status, false);
    let expected = "not seen: no right to read secrets in openshift-image-registry, events in openshift-image-registry, pods in openshift-image-registry\n  \
                    = rule: {apiGroups: [\"\"], resources: [secrets], verbs: [get]} in openshift-image-registry\n  \
                    = rule: {apiGroups: [\"\"], resources: [events, pods], verbs: [list]} in openshift-image-registry\n";
    let mut expected: Vec<&str> = expected.lines().skip(1).collect();
    expected.retain(|line| !shown.contains(line));
    assert_eq!(expected, Vec::<&str>::new(), "{shown}");
    assert_eq!(shown.matches("no right to read").count(), 1, "{shown}");
    assert!(shown.contains("not seen: TimedOut of MachineConfigPool: not seen are machineconfigpools\n"), "{shown}");
    assert_eq!(status.verdict, Verdict::Healthy);
}

#[test]
fn a_registry_without_storage_on_bare_metal_is_told_to_get_one() {
    let removed = [condition("Removed", "True", "Removed", ""), condition("Available", "True", "Removed", "")];
    let memory = Memory::default()
        .with("Config", "cluster", config(&json!({"managementState": "Removed", "storage": {}}), &removed))
        .with("Infrastructure", "cluster", json!({"status": {"platformStatus": {"type": "BareMetal"}}}));
    let status = status(&memory, None);
    assert_eq!(status.verdict, Verdict::Removed);
    assert_eq!(status.problems[0].name, "removed-by-platform");
}

#[test]
fn an_unmanaged_registry_is_judged_by_what_runs() {
    let spec = json!({"managementState": "Unmanaged", "storage": {"emptyDir": {}}});
    let of = |ready: u64| {
        let deployment = json!({"spec": {"replicas": 1}, "status": {"readyReplicas": ready}});
        let memory = Memory::default().with("Config", "cluster", config(&spec, &[])).with(
            "Deployment",
            "image-registry",
            deployment,
        );
        status(&memory, None).verdict
    };
    assert_eq!((of(1), of(0)), (Verdict::Unmanaged, Verdict::Degraded));
}

#[test]
fn every_status_is_a_document_in_one_line_too() {
    let stuck = condition("Progressing", "True", "Error", "Unable to apply resources: a\u{1b}[2Jb\nc");
    let status = status(&Memory::default().with("Config", "cluster", managed(&[stuck])), None);
    let line = document::line(&status);
    assert_eq!(line.matches('\n').count(), 1);
    assert_eq!(
        serde_json::from_str::<Json>(&line).unwrap(),
        serde_json::from_str::<Json>(&document::document(&[status])).unwrap()
    );
}

/// Hands conditions to a watch one after the other, and returns what it shows and says at last.
fn watched(states: &[Json]) -> (Vec<String>, Next) {
    let mut watch = Watch::default();
    let (mut lines, mut next) = (Vec::new(), Next::Wait);
    for state in states {
        assert_eq!(next, Next::Wait);
        let (shown, then) = watch.take(status(&Memory::default().with("Config", "cluster", state.clone()), None));
        lines.extend(shown);
        next = then;
    }
    (lines, next)
}

#[test]
fn a_watch_shows_changes_alone_and_ends_when_all_is_well() {
    let rolls = managed(&[condition("Progressing", "True", "DeploymentNotCompleted", "")]);
    let (lines, next) = watched(&[rolls.clone(), rolls, managed(&[])]);
    assert_eq!(next, Next::Settled);
    assert_eq!(
        lines,
        [
            "progressing: memory: new pods of the registry replace the old ones: DeploymentNotCompleted",
            "  + info: new pods of the registry replace the old ones: DeploymentNotCompleted",
            "  - info: new pods of the registry replace the old ones: DeploymentNotCompleted",
            "healthy: memory: the registry is ready",
        ]
    );
}

#[test]
fn a_watch_believes_a_fault_that_does_not_pass_when_it_sees_it_again() {
    let wrong = managed(&[condition(
        "Degraded",
        "True",
        "VerificationFailed",
        "Error: unable to complete resource: replicas must be greater than or equal to 0",
    )]);
    assert_eq!(watched(std::slice::from_ref(&wrong)).1, Next::Wait);
    assert_eq!(watched(&[wrong.clone(), wrong.clone()]).1, Next::Stuck);
    // The operator's report is about older settings: it may be put right already.
    let mut stale = wrong.clone();
    stale["metadata"] = json!({"generation": 7});
    stale["status"]["observedGeneration"] = 6.into();
    assert_eq!(watched(&vec![stale.clone(); 5]).1, Next::Wait);
    assert_eq!(watched(&vec![stale; 6]).1, Next::Stuck);
}

#[test]
fn a_watch_that_can_see_nothing_ends() {
    let mut watch = Watch::default();
    let blind = Memory::default().without("Config", Why::Forbidden).without("ClusterOperator", Why::Forbidden);
    assert_eq!(watch.take(status(&blind, None)).1, Next::Blind);
}
