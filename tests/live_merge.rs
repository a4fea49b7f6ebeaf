//! What is predicted of server-side apply is what a real API server says in a dry-run: for the objects of every example, and
//! for generated ones, on top of what several managers have written, and for edits of each.
//!
//! What stays different is listed where it is dropped: `seen` and `of_admission`.

#![expect(clippy::disallowed_methods, reason = "tests read and write the disk, where the library may not")]
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on panics, and says how much it saw"
)]

#[allow(dead_code, unused_imports, reason = "other tests use the rest")]
#[path = "common/cluster/mod.rs"]
mod cluster;
#[allow(dead_code, reason = "other tests use the rest")]
#[path = "common/crds.rs"]
mod crds;
#[allow(dead_code, reason = "other tests use the rest")]
#[path = "common/generate.rs"]
mod generate;
#[path = "common/parts.rs"]
mod parts;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

use cluster::objects::{node, path};
use cluster::{Cluster, live};
use crds::{KINDS, is_shipped, openshift};
use generate::Generator;
use parts::part;
use regcfg::apply::{Engine, Fault, Manager, predict};
use regcfg::target::Minor;
use serde_json::{Value as Json, json};

/// How many edits are made of each object.
const EDITS: usize = 6;

/// How many objects are generated for each minor.
const GENERATED: usize = 50;

/// Who writes: engines, an operator, people.
const WRITERS: [&str; 4] = ["argocd-controller", "kubectl", "kustomize-controller", "cluster-image-registry-operator"];

fn main() -> ExitCode {
    let mut tests = live::tests_on_each_minor![generated_objects_become_what_is_predicted];
    tests
        .extend(
            live::tests![objects_of_examples_become_what_is_predicted, what_kubectl_migrates_goes_as_is_predicted,],
        );
    live::run_without_regcfg(tests)
}

fn objects_of_examples_become_what_is_predicted(cluster: &Cluster) {
    let mut seen = Seen::default();
    let mut defined = String::new();
    for (minor, spec) in examples() {
        if defined != minor {
            cluster.apply_crds(&minor);
            defined.clone_from(&minor);
        }
        let output = Command::new(env!("CARGO_BIN_EXE_regcfg"))
            .args(["render", "--omit-secrets", "--day0", spec.file_name().unwrap().to_str().unwrap()])
            .current_dir(spec.parent().unwrap())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}: {}", spec.display(), String::from_utf8_lossy(&output.stderr));
        let objects: Vec<Json> = serde_yaml::from_multiple(&String::from_utf8(output.stdout).unwrap()).unwrap();
        for (at, object) in objects.iter().enumerate().filter(|(_, object)| object["kind"] != "Secret") {
            if let Some(namespace) = object["metadata"]["namespace"].as_str() {
                cluster.namespace(namespace);
            }
            seen.story(cluster, &minor, object, &mut Generator::new(at as u64));
            // What another example has is another object.
            cluster.raw("DELETE", &path(object), None);
        }
    }
    seen.judge("examples");
}

/// Returns the specs of the examples, with the minors that they are for, sorted by these.
fn examples() -> Vec<(String, std::path::PathBuf)> {
    let list =
        |dir: &Path| fs::read_dir(dir).into_iter().flatten().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    let mut specs = Vec::new();
    for example in list(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")) {
        for spec in list(&example.join("clusters")) {
            let text = fs::read_to_string(&spec).unwrap();
            let minor = text.lines().find_map(|line| line.trim_start().strip_prefix("openshift: "));
            specs.extend(minor.map(|minor| (minor.trim_matches('"').to_owned(), spec)));
        }
    }
    specs.sort();
    assert!(specs.len() > 8, "{specs:?}");
    specs
}

fn generated_objects_become_what_is_predicted(cluster: &Cluster, minor: Minor) {
    let minor = &*minor.to_string();
    let folder = openshift().unwrap();
    cluster.apply_crds(minor);
    cluster.namespace("generated");
    let kinds: Vec<_> = KINDS.into_iter().filter(|(_, file)| is_shipped(&folder, minor, file)).collect();
    let mut seen = Seen::default();
    for seed in 0..GENERATED {
        let (kind, file) = kinds[seed % kinds.len()];
        let schema = crds::schema(&folder, minor, file);
        let mut generator = Generator::new(seed as u64 + 7);
        let mut object =
            generator.object(&json!({"type": "object", "properties": {"spec": schema["properties"]["spec"]}}));
        let group = file.split('_').next().unwrap();
        let version = if group == "operator.openshift.io" { "v1alpha1" } else { "v1" };
        object["apiVersion"] = format!("{group}/{version}").into();
        object["kind"] = kind.into();
        object["metadata"] = json!({
            "name": format!("generated-{seed}"),
            "labels": {"a": "a", "b.example.com/c": "d"},
            "annotations": {"a": "b"},
            "finalizers": ["a.example.com/x", "b.example.com/y"],
        });
        if kind == "Route" {
            object["metadata"]["namespace"] = "generated".into();
        }
        seen.story(cluster, minor, &object, &mut generator);
    }
    seen.judge(minor);
}

/// What `kubectl apply` wrote, `kubectl apply --server-side` makes its own once it has applied, and then removes of it what is
/// no longer applied. Its dry-run does neither.
fn what_kubectl_migrates_goes_as_is_predicted(cluster: &Cluster) {
    let object = |data: Json| json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "default"}, "data": data});
    let (before, after) = (object(json!({"a": "1", "b": "2"})), object(json!({"a": "1"})));
    let wrote = cluster.kubectl_of(cluster::ADMIN, &["apply", "-f", "-"], &before.to_string());
    assert!(wrote.status.success(), "{wrote:?}");
    let get = || cluster.raw("GET", &path(&before), None).json();
    let kubectl = Manager { name: "kubectl".into(), engine: Engine::Kubectl };
    let live = node(&get());
    let dry = predict(Some(&live), &node(&after), &kubectl, true, Minor::LAST).unwrap();
    assert_eq!(dry.object.to_json()["data"], json!({"a": "1", "b": "2"}));
    let real = regcfg::apply::predict_migrated(&live, &node(&after), &kubectl, Minor::LAST).unwrap().unwrap();
    cluster.apply(&after.to_string(), &[]);
    assert_eq!(real.object.to_json()["data"], get()["data"]);
    assert_eq!(get()["data"], json!({"a": "1"}));
}

/// How questions were answered.
#[derive(Default)]
struct Seen {
    counts: BTreeMap<&'static str, usize>,
    wrong: Vec<String>,
}

impl Seen {
    /// Tells the story of an object: it is created, written to by several, and edited; each step is asked before.
    fn story(&mut self, cluster: &Cluster, minor: &str, object: &Json, generator: &mut Generator) {
        self.ask(cluster, minor, object, "argocd-controller", true);
        write(cluster, object, "argocd-controller");
        for _ in 0..EDITS {
            let mut edited = part(object, generator, true);
            for head in ["apiVersion", "kind"] {
                edited[head] = object[head].clone();
            }
            if !edited["metadata"].is_object() {
                edited["metadata"] = json!({});
            }
            for head in ["name", "namespace"] {
                if let Some(text) = object["metadata"].get(head) {
                    edited["metadata"][head] = text.clone();
                }
            }
            let writer = generator.pick(&WRITERS);
            self.ask(cluster, minor, &edited, writer, generator.pick(&[true, true, false]));
            match generator.pick(&[0, 1, 2]) {
                0 => write(cluster, &edited, writer),
                1 => {
                    let path = format!("{}?fieldManager={writer}", path(&edited));
                    cluster.raw("PATCH", &path, Some(&edited));
                }
                _ => {}
            }
        }
    }

    /// Asks both what an apply makes of an object.
    fn ask(&mut self, cluster: &Cluster, minor: &str, object: &Json, writer: &str, force: bool) {
        let live = cluster.raw("GET", &path(object), None);
        let live = (live.status == 200).then(|| live.json());
        let query = format!("fieldManager={writer}&force={force}&dryRun=All&fieldValidation=Strict");
        let answer = cluster.patch("application/apply-patch+yaml", &format!("{}?{query}", path(object)), object);
        let manager = Manager { name: writer.into(), engine: Engine::Other };
        let ours = predict(live.as_ref().map(node).as_ref(), &node(object), &manager, force, minor.parse().unwrap());
        let what = match (answer.status, ours) {
            (200 | 201, Ok(ours)) => {
                let (theirs, ours) =
                    (seen(&answer.json(), live.is_none()), seen(&ours.object.to_json(), live.is_none()));
                let before = live.as_ref().map(|live| seen(live, false));
                match before {
                    _ if theirs != ours => return self.differ(object, live.as_ref(), &theirs, &ours),
                    None => "created",
                    Some(before) if before == theirs => "the same",
                    Some(_) => "changed",
                }
            }
            (409, Err(Fault::Conflicts(ours))) => {
                let answer = answer.json();
                let of =
                    |cause: &Json| cause["message"].as_str().and_then(|text| Some(text.split('"').nth(1)?.to_owned()));
                let theirs: BTreeSet<String> =
                    answer["details"]["causes"].as_array().unwrap().iter().filter_map(of).collect();
                let ours: BTreeSet<String> = ours.into_iter().map(|(manager, _)| manager).collect();
                if theirs != ours {
                    return self.differ(object, live.as_ref(), &json!(theirs), &json!(ours));
                }
                "in conflict"
            }
            // Whether the server takes what comes of it is for others to say.
            (400 | 422, _) | (500, Err(Fault::Misshapen { .. })) => "refused",
            (status, ours) => {
                return self.differ(
                    object,
                    live.as_ref(),
                    &json!([status, answer.text()]),
                    &json!(format!("{ours:?}")),
                );
            }
        };
        *self.counts.entry(what).or_default() += 1;
    }

    fn differ(&mut self, object: &Json, live: Option<&Json>, theirs: &Json, ours: &Json) {
        let live = live.unwrap_or(&Json::Null);
        self.wrong.push(format!("the server says\n  {theirs}, regcfg\n  {ours}\n  applied {object}\n  live {live}"));
    }

    fn judge(mut self, called: &str) {
        println!("{called}: {:?}, {} disagreements", self.counts, self.wrong.len());
        for what in ["changed", "the same", "created", "in conflict"] {
            if self.counts.get(what).is_none_or(|count| *count < 5) {
                self.wrong.push(format!("hardly any question is answered with {what}: {:?}", self.counts));
            }
        }
        assert!(self.wrong.is_empty(), "{called}:\n{}", self.wrong[..self.wrong.len().min(10)].join("\n"));
    }
}

/// Applies an object for good, where the server takes it.
fn write(cluster: &Cluster, object: &Json, writer: &str) {
    let query = format!("{}?fieldManager={writer}&force=true", path(object));
    cluster.patch("application/apply-patch+yaml", &query, object);
}

/// Returns an object without what the server alone writes; what is empty and what is not there are one.
fn seen(object: &Json, is_new: bool) -> Json {
    let mut object = object.clone();
    if let Some(metadata) = object["metadata"].as_object_mut() {
        for name in ["managedFields", "creationTimestamp", "resourceVersion", "uid", "generation"] {
            metadata.remove(name);
        }
    }
    if is_new {
        of_admission(&mut object);
    }
    object.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    object
}

/// Takes away what admission puts into a new claim, and the phases with which objects begin.
fn of_admission(object: &mut Json) {
    object.as_object_mut().unwrap().remove("status");
    if object["kind"] == "PersistentVolumeClaim"
        && let Some(metadata) = object["metadata"].as_object_mut()
        && metadata.get("finalizers") == Some(&json!(["kubernetes.io/pvc-protection"]))
    {
        metadata.remove("finalizers");
    }
}
