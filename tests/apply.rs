//! What is predicted of server-side apply, against the API server's own libraries: generated objects are written by several
//! managers, and then applied once more; what is stored then, and who is in conflict, is the same from both.
//!
//! The server is `tests/oracle/`; see `tests/agreement.rs` for where it is skipped. `REGCFG_APPLIES` says how many stories of
//! objects are told for each minor and for the built-in kinds.

#![expect(clippy::disallowed_methods, reason = "tests read the disk and run programs, where the library may not")]
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on panics, and says what it skips"
)]

#[allow(dead_code, reason = "other tests use the rest")]
#[path = "common/crds.rs"]
mod crds;
#[allow(dead_code, reason = "other tests use the rest")]
#[path = "common/generate.rs"]
mod generate;
#[path = "common/parts.rs"]
mod parts;
#[allow(dead_code, reason = "other tests use the rest")]
#[path = "common/server.rs"]
mod server;

use std::collections::{BTreeMap, BTreeSet};

use crds::{KINDS, MINORS, is_shipped, openshift};
use generate::Generator;
use parts::{TAME, part};
use regcfg::apply::{Basis, Engine, Fault, Manager, predict};
use regcfg::target::Minor;
use regcfg::tree::{Node, Place, Source, SourceKind};
use serde_json::{Value as Json, json};
use server::Server;

/// How many stories are told, where nothing else is said.
const STORIES: usize = 600;

/// Who writes: engines, an operator, people.
const WRITERS: [&str; 5] =
    ["argocd-controller", "kubectl", "regcfg", "cluster-image-registry-operator", "kubectl-edit"];

/// How a story ends in which only kubectl's annotation of what it applied differs: where the server has put defaults into the
/// items of a list that is replaced as a whole, its Go code shows them in the annotation, too.
const ANNOTATION_DIFFERS: &str = "the same but for the annotation";

/// A story: its minor, and what the oracle is asked.
struct Story {
    minor: Minor,
    asked: Json,
}

#[test]
fn custom_resources_become_what_the_api_server_makes_of_them() {
    let (Some(folder), Some(server)) = (openshift(), Server::find()) else { return };
    let mut wrong = Vec::new();
    for minor in MINORS.into_iter().chain(["5.1"]) {
        let kinds: Vec<(&str, &str, Json)> = KINDS
            .into_iter()
            .filter(|(_, file)| is_shipped(&folder, minor, file))
            .map(|(kind, file)| (kind, file, crds::schema(&folder, minor, file)))
            .collect();
        let stories = (0..wanted()).map(|seed| {
            let (kind, file, schema) = &kinds[seed % kinds.len()];
            let mut generator = Generator::new(seed as u64);
            let mut object =
                generator.object(&json!({"type": "object", "properties": {"spec": schema["properties"]["spec"]}}));
            let group = file.split('_').next().unwrap();
            let version = if group == "operator.openshift.io" { "v1alpha1" } else { "v1" };
            object["apiVersion"] = format!("{group}/{version}").into();
            object["kind"] = (*kind).into();
            let crd = folder.join(format!("crds/{minor}/{file}.yaml"));
            story(minor, Some(crd.to_str().unwrap()), &object, &mut generator)
        });
        wrong.extend(tell(minor, &server, &stories.collect::<Vec<_>>()));
    }
    assert!(wrong.is_empty(), "{} disagreements\n{}", wrong.len(), wrong[..wrong.len().min(20)].join("\n"));
}

#[test]
fn built_in_kinds_become_what_the_api_server_makes_of_them() {
    let Some(server) = Server::find() else { return };
    let kinds = built_in();
    let stories = (0..wanted()).map(|seed| {
        let (api_version, kind, schema) = &kinds[seed % kinds.len()];
        let mut generator = Generator::new(seed as u64 + 1_000_000);
        let mut object = generator.value(schema, 1);
        object["apiVersion"] = (*api_version).into();
        object["kind"] = (*kind).into();
        story("5.1", None, &object, &mut generator)
    });
    let wrong = tell("built-in kinds", &server, &stories.collect::<Vec<_>>());
    assert!(wrong.is_empty(), "{} disagreements\n{}", wrong.len(), wrong[..wrong.len().min(20)].join("\n"));
}

fn wanted() -> usize {
    std::env::var("REGCFG_APPLIES").map_or(STORIES, |number| number.parse().unwrap())
}

/// Returns schemas of the built-in kinds, as far as objects are made of them here.
fn built_in() -> Vec<(&'static str, &'static str, Json)> {
    let text = json!({"type": "string", "enum": TAME});
    let texts = json!({"type": "array", "items": text});
    let words = json!({"type": "object", "additionalProperties": text});
    let selector = json!({"type": "object", "properties": {"matchLabels": words, "matchExpressions": {
        "type": "array", "items": {"type": "object", "properties": {"key": text, "operator": text, "values": texts}}}}});
    let reference = json!({"type": "object", "properties": {"kind": text, "name": text, "apiGroup": text}});
    let subjects = json!({"type": "array", "items": reference});
    let rules = json!({"type": "array", "items": {"type": "object", "properties": {
        "apiGroups": texts, "resources": texts, "verbs": texts, "nonResourceURLs": texts}}});
    let names = |required: &[&str]| {
        json!({"type": "array", "items": {"type": "object", "required": required, "properties": {
        "name": text, "namespace": text, "kind": text}}})
    };
    let local = json!({"type": "array", "items": {"type": "object", "properties": {"name": text}}});
    let of = |properties: Json| json!({"type": "object", "properties": properties});
    vec![
        ("v1", "ConfigMap", of(json!({"data": words, "binaryData": words, "immutable": {"type": "boolean"}}))),
        ("v1", "Secret", of(json!({"data": words, "type": text}))),
        ("v1", "Namespace", of(json!({"spec": of(json!({"finalizers": texts}))}))),
        (
            "v1",
            "ServiceAccount",
            of(json!({"secrets": names(&["name"]), "imagePullSecrets": local,
                "automountServiceAccountToken": {"type": "boolean"}})),
        ),
        (
            "v1",
            "PersistentVolumeClaim",
            of(json!({"spec": of(json!({"accessModes": texts, "selector": selector, "storageClassName": text,
                "volumeMode": text, "volumeName": text, "dataSource": reference, "dataSourceRef": reference,
                "resources": of(json!({"requests": words, "limits": words}))}))})),
        ),
        ("rbac.authorization.k8s.io/v1", "Role", of(json!({"rules": rules}))),
        (
            "rbac.authorization.k8s.io/v1",
            "ClusterRole",
            of(json!({"rules": rules, "aggregationRule":
                of(json!({"clusterRoleSelectors": {"type": "array", "items": selector}}))})),
        ),
        ("rbac.authorization.k8s.io/v1", "RoleBinding", of(json!({"roleRef": reference, "subjects": subjects}))),
        ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", of(json!({"roleRef": reference, "subjects": subjects}))),
    ]
}

/// Makes the story of an object: parts of it are written by several, and one more part is applied.
fn story(minor: &str, crd: Option<&str>, object: &Json, generator: &mut Generator) -> Story {
    let mut object = object.clone();
    object["metadata"] = json!({
        "labels": {"a": "aaaa", "b.example.com/c": "bbbb", "d": ""},
        "annotations": {"a": "aaaa", "kubectl.kubernetes.io/last-applied-configuration": "{\"apiVersion\":\"v1\"}"},
        "finalizers": ["a.example.com/x", "b.example.com/y", "c.example.com/z"],
        "ownerReferences": [
            {"apiVersion": "v1", "kind": "ConfigMap", "name": "a", "uid": "1", "controller": true},
            {"apiVersion": "v1", "kind": "ConfigMap", "name": "b", "uid": "2"},
        ],
    });
    let mut write = |is_last: bool| {
        let mut part = part(&object, generator, crd.is_none());
        for head in ["apiVersion", "kind"] {
            part[head] = object[head].clone();
        }
        if !part["metadata"].is_object() {
            part["metadata"] = json!({});
        }
        part["metadata"]["name"] = "cluster".into();
        let operation = if is_last { "Apply" } else { generator.pick(&["Apply", "Apply", "Update"]) };
        let force = generator.pick(&[true, true, true, !is_last]);
        json!({"manager": generator.pick(&WRITERS), "operation": operation, "force": force, "object": part})
    };
    let last = write(true);
    let steps: Vec<Json> = (0..5).map(|_| write(false)).collect();
    let n_steps = generator.pick(&[0, 1, 2, 2, 3, 3, 4, 5]);
    let asked = json!({"minor": minor, "crd": crd.unwrap_or_default(), "steps": steps[..n_steps], "last": last});
    Story { minor: minor.parse().unwrap(), asked }
}

/// Asks both; returns where they disagree.
fn tell(called: &str, server: &Server, stories: &[Story]) -> Vec<String> {
    let asked: Vec<&Json> = stories.iter().map(|story| &story.asked).collect();
    let answers = server.writes(&asked);
    let mut wrong = Vec::new();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (story, answer) in stories.iter().zip(&answers) {
        match judge(story, answer) {
            Ok(what) => *counts.entry(what).or_default() += 1,
            Err(why) => wrong.push(format!("{called} {why}\n  asked {}\n  live {}", story.asked, answer["live"])),
        }
    }
    println!("{called}: {} stories, {counts:?}, {} disagreements", stories.len(), wrong.len());
    // What is never met is not proven.
    for what in ["changed", "the same", "created", "in conflict"] {
        if counts.get(what).is_none_or(|count| *count < 5) {
            wrong.push(format!("{called}: hardly any story ends {what}: {counts:?}"));
        }
    }
    if counts.get(ANNOTATION_DIFFERS).is_some_and(|count| count * 50 > stories.len()) {
        wrong.push(format!("{called}: the annotation differs too often: {counts:?}"));
    }
    wrong
}

/// Compares two answers; returns what both say, or how they differ.
fn judge(story: &Story, answer: &Json) -> Result<&'static str, String> {
    let error = answer["error"].as_str().unwrap_or_default();
    if error.starts_with("step ") {
        return Ok("refused on the way");
    }
    let last = &story.asked["last"];
    let is_new = answer["live"].pointer("/metadata/name").is_none();
    let live = Some(node(&answer["live"])).filter(|_| !is_new);
    let name = last["manager"].as_str().unwrap();
    let manager = Manager { name: name.into(), engine: Engine::Other };
    let ours = predict(live.as_ref(), &node(&last["object"]), &manager, last["force"] == true, story.minor);
    let is_native = story.asked["crd"] == "";
    match ours {
        Ok(applied) if error.is_empty() => {
            let [mut before, mut theirs, mut ours] =
                [&answer["live"], &answer["object"], &applied.object.to_json()].map(|of| seen(of, is_native));
            let [_, last_of_theirs, last_of_ours] = [&mut before, &mut theirs, &mut ours].map(last_applied);
            if theirs != ours {
                return Err(format!("the server stores\n  {theirs}, regcfg says\n  {ours}"));
            }
            if last_of_theirs != last_of_ours {
                return Ok(ANNOTATION_DIFFERS);
            }
            Ok(match applied.basis {
                Basis::Nothing => "created",
                _ if before == theirs => "the same",
                Basis::ManagedFields => "changed",
                Basis::Overlay => "overlaid",
            })
        }
        Err(Fault::Conflicts(conflicts)) if !answer["conflicts"].is_null() => {
            let theirs: BTreeSet<&str> =
                answer["conflicts"].as_array().unwrap().iter().filter_map(Json::as_str).collect();
            let ours: BTreeSet<&str> = conflicts.iter().map(|(manager, _)| &**manager).collect();
            if theirs == ours {
                Ok("in conflict")
            } else {
                Err(format!("in conflict with {theirs:?}, or with {ours:?}"))
            }
        }
        Err(Fault::Misshapen { .. }) if !error.is_empty() && answer["conflicts"].is_null() => Ok("refused"),
        ours => Err(format!("the server says {error:?}, regcfg {ours:?}")),
    }
}

/// Returns an object without what the server alone writes, and, of a built-in kind, without what its Go type always has.
fn seen(object: &Json, is_native: bool) -> Json {
    let mut object = object.clone();
    if let Some(metadata) = object["metadata"].as_object_mut() {
        metadata.remove("managedFields");
        metadata.remove("creationTimestamp");
    }
    if is_native {
        drop_completed(&mut object);
        drop_empty(&mut object);
    }
    object
}

/// Takes kubectl's annotation out of an object.
fn last_applied(object: &mut Json) -> Option<Json> {
    let annotations = object.pointer_mut("/metadata/annotations")?.as_object_mut()?;
    annotations.remove("kubectl.kubernetes.io/last-applied-configuration")
}

/// Drops what the server's Go code puts into built-in kinds, which `tests/live_merge.rs` asks a server that has it.
fn drop_completed(object: &mut Json) {
    let defaults = [
        ("/metadata/labels", "kubernetes.io/metadata.name", json!("cluster")),
        ("/roleRef", "apiGroup", json!("rbac.authorization.k8s.io")),
        ("/spec", "volumeMode", json!("Filesystem")),
        ("/spec", "dataSourceRef", object.pointer("/spec/dataSource").cloned().unwrap_or_default()),
        ("", "type", json!("Opaque")),
    ];
    for (at, name, default) in defaults {
        if let Some(fields) = object.pointer_mut(at).and_then(Json::as_object_mut)
            && fields.get(name) == Some(&default)
        {
            fields.remove(name);
        }
    }
    let is_namespace = object["kind"] == "Namespace";
    if let Some(finalizers) =
        object.pointer_mut("/spec/finalizers").and_then(Json::as_array_mut).filter(|_| is_namespace)
    {
        finalizers.retain(|finalizer| finalizer != "kubernetes");
    }
}

fn drop_empty(value: &mut Json) {
    match value {
        Json::Object(fields) => {
            fields.values_mut().for_each(drop_empty);
            let is_empty = |value: &Json| match value {
                Json::Null => true,
                Json::Object(fields) => fields.is_empty(),
                Json::Array(items) => items.is_empty(),
                Json::String(text) => text.is_empty(),
                _ => false,
            };
            fields.retain(|_, value| !is_empty(value));
        }
        Json::Array(items) => items.iter_mut().for_each(drop_empty),
        _ => {}
    }
}

fn node(json: &Json) -> Node {
    let source = Source::new("object.json", json.to_string(), SourceKind::User);
    Node::from_json(json, &Place::new(&source, 0..0))
}
