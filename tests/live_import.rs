//! `regcfg import` before a real API server: an example is applied, an operator writes what operators write, and the spec that
//! is imported renders what was applied, and is no difference to the cluster.

#![expect(clippy::disallowed_methods, reason = "tests read the disk and run programs, where the library may not")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

#[allow(dead_code, unused_imports, reason = "other tests use the rest")]
#[path = "common/cluster/mod.rs"]
mod cluster;
#[path = "common/collected.rs"]
mod collected;
#[allow(dead_code, reason = "other tests use the rest")]
#[path = "common/operator.rs"]
mod operator;
#[allow(dead_code, reason = "other tests use the rest")]
#[path = "common/retargeted.rs"]
mod retargeted;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode, Output};

use cluster::objects::path;
use cluster::{ADMIN, Cluster, live};
use collected::collect;
use regcfg::target::Minor;
use retargeted::{EXAMPLES, Retargeted};
use serde_json::{Value as Json, json};

const CONFIG: &str = "/apis/imageregistry.operator.openshift.io/v1/configs/cluster";

fn main() -> ExitCode {
    let mut tests = live::tests![who_may_not_read_all_is_told_what_was_not_looked_at];
    tests.extend(live::tests_on_each_minor![what_is_imported_is_no_difference_to_the_cluster]);
    tests.extend(SPECS.map(|(what, example, name)| {
        live::Test::new(format!("{what}_imported"), move |cluster| imports(cluster, example, name))
    }));
    live::run(tests)
}

/// What is imported, by the example and the cluster that have it.
const SPECS: [(&str, &str, &str); 8] = [
    ("a_bucket_of_aws_is", "aws-upi", "prod-eu-1"),
    ("an_account_behind_a_private_endpoint_is", "azure", "private-ne-1"),
    ("a_container_of_azure_is", "azure-upi", "prod-we-1"),
    ("a_shared_volume_is", "baremetal", "dc-1"),
    ("object_storage_of_a_data_centre_is", "baremetal", "dc-2"),
    ("mirrors_and_grants_are", "disconnected", "island-1"),
    ("a_bucket_of_google_is", "gcp-upi", "prod-us-1"),
    ("a_block_volume_is", "vsphere", "vc-1"),
];

/// Applies an example, has an operator write, imports what is there then, and compares what both specs render.
fn imports(cluster: &Cluster, example: &str, name: &str) {
    let spec = format!("examples/{example}/clusters/{name}.yaml");
    let resolved = text(&regcfg(&["resolve", &spec], None).stdout);
    let platform = word_after(&resolved, "platform: ");
    let minor = word_after(&resolved, "openshift: ").trim_matches('"').to_owned();
    cluster.apply_crds(&minor);
    for namespace in ["openshift-config", "openshift-image-registry", "team-a", "team-b"] {
        cluster.namespace(namespace);
    }
    let applied = text(&regcfg(&["render", "--day0", &spec], None).stdout);
    cluster.apply(&applied, &["--field-manager=argocd-controller", "--force-conflicts"]);
    stores_write(cluster, &applied);
    operator_writes(cluster);
    let kubeconfig = cluster.kubeconfig_of(ADMIN);
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("imported").display().to_string();
    let args = ["import", "--platform", &platform, "--openshift", &minor, "-o", &out];
    let imported = regcfg(&args, Some(&kubeconfig));
    let told = text(&imported.stderr);
    assert!(imported.status.success(), "{spec}: {told}");
    let again = format!("{out}/{name}.yaml");
    let [before, after] = [&spec, &again].map(|spec| objects(&regcfg(&["render", "--day0", spec], None)));
    let written = fs::read_to_string(&again).unwrap();
    assert_eq!(before, after, "{spec}\n{told}\n{written}");
    for secret in ["a-value-of-a-store", "YS12YWx1ZS1vZi1hLXN0b3Jl"] {
        assert!(!written.contains(secret) && !told.contains(secret), "{spec}: {written}{told}");
    }
}

/// Applies each example on each minor, has an operator write, and imports the cluster: from itself, and on one minor from a
/// must-gather and from manifests, too. What is imported is checked without an error, and nothing of the cluster would change.
fn what_is_imported_is_no_difference_to_the_cluster(cluster: &Cluster, minor: Minor) {
    let minor = minor.to_string();
    let mut n_imported = 0;
    cluster.apply_crds(&minor);
    for example in EXAMPLES {
        let project = Retargeted::new(example, &minor);
        for spec in project.specs() {
            let Some([_, complete]) = project.rendered(&spec) else { continue };
            let about = format!("{} on {minor}", called(example, &spec));
            let applied = installed(cluster, &complete);
            let resolved = regcfg(&["resolve", &spec.display().to_string()], None);
            let platform = word_after(&text(&resolved.stdout), "platform: ");
            let dir = tempfile::tempdir().unwrap();
            let mut sources = vec![vec![]];
            // A must-gather asks for much, so that of one spec of each example it is enough.
            if minor == "4.19" && Some(&spec) == project.specs().first() {
                // Without those who wrote each field, what equals the operator's own beginnings is taken for its own.
                let gathered = collect(cluster, dir.path(), true).display().to_string();
                sources.push(vec!["--must-gather".to_owned(), gathered]);
                let manifests = dir.path().join("manifests.yaml");
                fs::write(&manifests, listed(cluster, &applied)).unwrap();
                sources.push(vec!["--from".to_owned(), manifests.display().to_string()]);
            }
            for source in sources {
                is_no_difference(cluster, &platform, &minor, &source, &format!("{about}, {source:?}"));
                n_imported += 1;
            }
            removed(cluster, &applied);
        }
    }
    assert!(n_imported >= EXAMPLES.len(), "{n_imported}");
}

fn called(example: &str, spec: &Path) -> String {
    format!("{example} {}", spec.file_name().unwrap().display())
}

/// Imports a cluster, and compares what comes out with it.
fn is_no_difference(cluster: &Cluster, platform: &str, minor: &str, source: &[String], about: &str) {
    let kubeconfig = cluster.kubeconfig_of(ADMIN);
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("imported").display().to_string();
    let mut args = vec!["import", "--platform", platform, "--openshift", minor, "--name", "imported", "-o", &out];
    args.extend(source.iter().map(String::as_str));
    let asked = source.is_empty().then_some(&*kubeconfig);
    let imported = regcfg(&args, asked);
    let told = text(&imported.stderr);
    assert!(imported.status.success(), "{about}: {told}");
    let spec = fs::read_to_string(format!("{out}/imported.yaml")).unwrap();
    if minor == "4.19" {
        let checked = regcfg(&["check", &out], None);
        assert!(checked.status.success(), "{about}: {}{spec}", text(&checked.stdout));
    }
    for way in if source.is_empty() && minor == "4.19" { &["dry-run", "merge"][..] } else { &["dry-run"] } {
        let diff = regcfg(&["diff", "--predict", way, &out], Some(&kubeconfig));
        let [said, more] = [&diff.stdout, &diff.stderr].map(|bytes| text(bytes));
        // Its label is new to a cluster that nobody rendered anything for, and so are the annotations for engines.
        let changes: Vec<&str> = said.lines().filter(|line| is_change(line)).collect();
        assert!(changes.is_empty() && diff.status.code() != Some(2), "{about}, {way}:\n{said}{more}{spec}{told}");
    }
}

/// Tells whether a line of a diff is a change of something but the marks of who renders.
fn is_change(line: &str) -> bool {
    let is_of_diff = line.starts_with(['+', '-']) && !line.starts_with("+++") && !line.starts_with("---");
    let name = line[1.min(line.len())..].trim().split(':').next().unwrap_or_default().trim_matches('"');
    let is_mark = ["labels", "annotations", "regcfg.dev/cluster"].contains(&name)
        || name.starts_with("argocd.argoproj.io/")
        || name.starts_with("kustomize.toolkit.fluxcd.io/");
    is_of_diff && !is_mark
}

/// Makes a cluster as it is without regcfg: what an example renders without the marks of who renders, with the Secrets that
/// stores make, and with what an operator writes. Returns the objects that were applied.
fn installed(cluster: &Cluster, rendered: &str) -> Vec<Json> {
    for namespace in ["openshift-config", "openshift-image-registry"] {
        cluster.namespace(namespace);
    }
    operator::bootstrap_others(cluster);
    let objects: Vec<Json> = serde_yaml::from_multiple(rendered).unwrap();
    for namespace in objects.iter().filter_map(|object| object["metadata"]["namespace"].as_str()) {
        cluster.namespace(namespace);
    }
    stores_write(cluster, rendered);
    let mut applied: Vec<Json> = objects.into_iter().filter(|object| !makes_secrets(object)).collect();
    for object in &mut applied {
        let metadata = object["metadata"].as_object_mut().unwrap();
        metadata.remove("labels");
        metadata.remove("annotations");
    }
    let list = json!({"apiVersion": "v1", "kind": "List", "items": applied});
    cluster.apply(&list.to_string(), &["--field-manager=argocd-controller", "--force-conflicts"]);
    operator_writes(cluster);
    applied
}

/// Returns what a cluster has of objects, as `kubectl get -o yaml` prints it.
fn listed(cluster: &Cluster, objects: &[Json]) -> String {
    let documents = objects.iter().map(|object| {
        let called = format!("{}.{}", object["kind"].as_str().unwrap(), object["apiVersion"].as_str().unwrap());
        // `Kind.version.group`, and for the core group the kind alone.
        let called = match called.split_once('.').and_then(|(kind, api)| Some((kind, api.split_once('/')?))) {
            Some((kind, (group, version))) => format!("{kind}.{version}.{group}"),
            None => object["kind"].as_str().unwrap().to_owned(),
        };
        let name = object["metadata"]["name"].as_str().unwrap();
        let namespace = object["metadata"]["namespace"].as_str().unwrap_or("default");
        let output = cluster.kubectl(&["get", &called, name, "-n", namespace, "-o", "yaml", "--show-managed-fields"]);
        assert!(output.status.success(), "{called} {name}: {}", text(&output.stderr));
        format!("---\n{}", text(&output.stdout))
    });
    documents.collect()
}

/// Removes objects, and the Secrets of stores beside them; no controller lets go of claims here.
fn removed(cluster: &Cluster, objects: &[Json]) {
    for object in objects {
        let path = path(object);
        cluster.raw("DELETE", &path, None);
        cluster.raw("PATCH", &path, Some(&json!({"metadata": {"finalizers": null}})));
    }
    for (object, _) in operator::others() {
        cluster.raw("DELETE", &path(&object), None);
    }
    let namespaces = cluster.raw("GET", "/api/v1/namespaces", None).json();
    for namespace in namespaces["items"].as_array().unwrap() {
        let name = namespace["metadata"]["name"].as_str().unwrap();
        cluster.raw("DELETE", &format!("/api/v1/namespaces/{name}/secrets"), None);
    }
}

fn who_may_not_read_all_is_told_what_was_not_looked_at(cluster: &Cluster) {
    cluster.apply_crds("4.19");
    for namespace in ["openshift-config", "openshift-image-registry"] {
        cluster.namespace(namespace);
    }
    let spec = "examples/vsphere/clusters/vc-1.yaml";
    cluster.apply(&text(&regcfg(&["render", "--day0", spec], None).stdout), &[]);
    cluster.grant(
        "reader",
        &json!([{"apiGroups": ["imageregistry.operator.openshift.io"], "resources": ["*"], "verbs": ["get", "list"]}]),
    );
    let imported =
        regcfg(&["import", "--platform", "vsphere", "--openshift", "4.19"], Some(&cluster.kubeconfig_of("reader")));
    let told = text(&imported.stderr);
    assert_eq!(imported.status.code(), Some(2), "{told}");
    assert!(text(&imported.stdout).contains("claim: registry"), "{told}");
    assert!(told.contains("not looked at:") && told.contains("Image"), "{told}");
}

/// Tells whether an object makes a Secret, or is one that its engine decrypts.
fn makes_secrets(object: &Json) -> bool {
    ["ExternalSecret", "SealedSecret"].map(Json::from).contains(&object["kind"]) || object.get("sops").is_some()
}

/// Makes the Secrets that the External Secrets Operator and Sealed Secrets make, with values that no request may hold.
fn stores_write(cluster: &Cluster, applied: &str) {
    let objects: Vec<Json> = serde_yaml::from_multiple(applied).unwrap();
    for made in objects.iter().filter(|object| makes_secrets(object)) {
        let stored =
            made["spec"]["data"].as_array().into_iter().flatten().filter_map(|item| item["secretKey"].as_str());
        let encrypted = [&made["spec"]["encryptedData"], &made["stringData"]];
        let sealed = encrypted.into_iter().filter_map(Json::as_object).flatten().map(|(key, _)| key.as_str());
        let data: serde_json::Map<String, Json> =
            stored.chain(sealed).map(|key| (key.to_owned(), "a-value-of-a-store".into())).collect();
        let name = made.pointer("/spec/target/name").unwrap_or(&made["metadata"]["name"]);
        let metadata = json!({"name": name, "namespace": made["metadata"]["namespace"]});
        let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": data});
        let namespace = made["metadata"]["namespace"].as_str().unwrap();
        let answer = cluster.raw("POST", &format!("/api/v1/namespaces/{namespace}/secrets"), Some(&secret));
        assert_eq!(answer.status, 201, "{}", answer.text());
    }
    cluster.secret("a-value-of-a-store");
}

/// Writes what the operator writes into the config CR, under its own name.
fn operator_writes(cluster: &Cluster) {
    let live = cluster.raw("GET", CONFIG, None).json();
    let mut spec = json!({
        "httpSecret": "0123456789abcdef0123456789abcdef", "observedConfig": {}, "proxy": {},
        "requests": {"read": {"maxWaitInQueue": "0s"}, "write": {"maxWaitInQueue": "0s"}},
    });
    if live["spec"]["storage"]["s3"].is_object() && live["spec"]["storage"]["s3"]["virtualHostedStyle"].is_null() {
        spec["storage"] = json!({"s3": {"virtualHostedStyle": false}});
    }
    let patch = json!({"metadata": {"finalizers": ["imageregistry.operator.openshift.io/finalizer"]}, "spec": spec});
    let config = format!("{CONFIG}?fieldManager=cluster-image-registry-operator");
    let answer = cluster.patch("application/merge-patch+json", &config, &patch);
    assert_eq!(answer.status, 200, "{}", answer.text());
}

/// Returns what was rendered without what makes Secrets, by name.
fn objects(rendered: &Output) -> BTreeMap<String, Json> {
    assert!(rendered.status.success(), "{}", text(&rendered.stderr));
    let objects: Vec<Json> = serde_yaml::from_multiple(&text(&rendered.stdout)).unwrap();
    let named = |object: Json| {
        (format!("{} {}/{}", object["kind"], object["metadata"]["namespace"], object["metadata"]["name"]), object)
    };
    objects.into_iter().filter(|object| object["kind"] != "ExternalSecret").map(named).collect()
}

fn regcfg(args: &[&str], kubeconfig: Option<&Path>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_regcfg"));
    let elsewhere = tempfile::tempdir().unwrap();
    command.args(args).current_dir(Path::new(env!("CARGO_MANIFEST_DIR"))).env_remove("KUBECONFIG");
    if let Some(kubeconfig) = kubeconfig {
        // One within the repository that the user stands in is refused.
        command.env("KUBECONFIG", kubeconfig).current_dir(elsewhere.path());
    }
    command.output().unwrap()
}

fn word_after(text: &str, before: &str) -> String {
    let rest = text.split_once(before).unwrap().1;
    rest.split_whitespace().next().unwrap().to_owned()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
