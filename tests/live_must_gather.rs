//! A must-gather of a live cluster says what the cluster itself says, as far as it was collected.

#![expect(clippy::disallowed_methods, reason = "tests read the disk and run programs, where the library may not")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

#[allow(dead_code, unused_imports, reason = "other tests use the rest")]
#[path = "common/cluster/mod.rs"]
mod cluster;
#[path = "common/collected.rs"]
mod collected;
#[allow(dead_code, reason = "other tests use the rest")]
#[path = "common/retargeted.rs"]
mod retargeted;

use std::path::Path;
use std::process::{Command, ExitCode};

use cluster::{ADMIN, Cluster, live};
use collected::collect;
use retargeted::{Retargeted, decrypted};
use serde_json::{Value as Json, json};

/// Examples that have every kind of object among them.
const EXAMPLES: [&str; 4] = ["aws-upi", "baremetal", "disconnected", "sealed-secrets"];

const CONFIG: &str = "/apis/imageregistry.operator.openshift.io/v1/configs/cluster";

fn main() -> ExitCode {
    live::run(live::tests![a_must_gather_differs_as_its_cluster_does])
}

/// Applies examples, changes some of it by hand, and compares what is told of the cluster with what is told of what was
/// collected of it, with and without those who wrote each field.
fn a_must_gather_differs_as_its_cluster_does(cluster: &Cluster) {
    let minor = "4.19";
    let mut n_changes = 0;
    for example in EXAMPLES {
        cluster.apply_crds(minor);
        let project = Retargeted::new(example, minor);
        for spec in project.specs() {
            let [partial, complete] = project.rendered(&spec).unwrap();
            for object in serde_yaml::from_multiple::<Json>(&partial).unwrap() {
                if let Some(namespace) = object["metadata"]["namespace"].as_str() {
                    cluster.namespace(namespace);
                }
            }
            // A claim of the example before is another one, and what else is left of it is of another cluster.
            removed_claims(cluster);
            let complete = json!({"apiVersion": "v1", "kind": "List", "items": decrypted(&complete)});
            cluster.apply(&complete.to_string(), &["--field-manager=argocd-controller", "--force-conflicts"]);
            let by_hand = json!({"spec": {"replicas": 7, "readOnly": true, "disableRedirect": true}});
            let answer = cluster.raw("PATCH", &format!("{CONFIG}?fieldManager=kubectl-edit"), Some(&by_hand));
            assert_eq!(answer.status, 200, "{}", answer.text());
            let path = spec.strip_prefix(project.dir()).unwrap().to_str().unwrap();
            let asked = diff(project.dir(), Some(cluster), path, &["--predict", "merge"]);
            n_changes += compared(&asked).len();
            // Once is enough for what newer releases leave out.
            let forms = if example == EXAMPLES[0] { &[true, false][..] } else { &[true] };
            for &has_managers in forms {
                let dir = tempfile::tempdir().unwrap();
                let collected = collect(cluster, dir.path(), has_managers);
                let told = diff(project.dir(), None, path, &["--must-gather", &collected.display().to_string()]);
                // Without those who wrote a field nobody knows which fields an apply gives up, and who wrote the others.
                let seen = |document: &Json| if has_managers { compared(document) } else { changes(document) };
                assert_eq!(seen(&asked), seen(&told), "{example} {path}, with managers: {has_managers}");
            }
        }
    }
    assert!(n_changes > EXAMPLES.len(), "hardly anything differs");
}

/// Removes the registry's claims, which no controller lets go of here.
fn removed_claims(cluster: &Cluster) {
    const CLAIMS: &str = "/api/v1/namespaces/openshift-image-registry/persistentvolumeclaims";
    let claims = cluster.raw("GET", CLAIMS, None).json();
    for claim in claims["items"].as_array().into_iter().flatten() {
        let path = format!("{CLAIMS}/{}", claim["metadata"]["name"].as_str().unwrap());
        cluster.raw("DELETE", &path, None);
        cluster.raw("PATCH", &path, Some(&json!({"metadata": {"finalizers": null}})));
    }
}

/// Runs `regcfg diff --format json` on a cluster, or on nothing that answers.
fn diff(dir: &Path, cluster: Option<&Cluster>, path: &str, args: &[&str]) -> Json {
    let mut command = Command::new(env!("CARGO_BIN_EXE_regcfg"));
    command.args(["diff", "--format", "json", path]).args(args).current_dir(dir);
    command.env_remove("KUBECONFIG").env("HOME", "/nonexistent");
    if let Some(cluster) = cluster {
        command.env("KUBECONFIG", cluster.kubeconfig_of(ADMIN));
    }
    let output = command.output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {told}"))
}

/// Returns what is told of each object that both could look at, but for how it is known.
fn compared(document: &Json) -> Vec<Json> {
    let clusters = document["clusters"].as_array().unwrap().iter();
    let objects = clusters.flat_map(|cluster| cluster["objects"].as_array().unwrap()).cloned();
    let mut objects: Vec<Json> = objects.filter(|object| object["kind"] != "Secret").collect();
    for object in &mut objects {
        object["prediction"]["way"] = Json::Null;
        let fields = object.as_object_mut().unwrap();
        fields.remove("before");
        fields.remove("after");
    }
    objects
}

/// Returns what changes, and nothing of who wrote it.
fn changes(document: &Json) -> Vec<Json> {
    let mut all = Vec::new();
    for object in compared(document) {
        for change in object["changes"].as_array().unwrap() {
            // A field that its manager gives up stays where nobody knows its manager.
            if change.get("after").is_some_and(|after| !after.is_null()) {
                all.push(json!([object["kind"], object["name"], change["path"], change["after"]]));
            }
        }
    }
    all
}
