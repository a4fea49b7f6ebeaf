//! `regcfg import` before a real API server: an example is applied, an operator writes what operators write, and the spec that
//! is imported renders what was applied.

#![expect(clippy::disallowed_methods, reason = "tests read the disk and run programs, where the library may not")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

#[allow(dead_code, unused_imports, reason = "other tests use the rest")]
#[path = "common/cluster/mod.rs"]
mod cluster;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode, Output};

use cluster::{ADMIN, Cluster, live};
use serde_json::{Value as Json, json};

const CONFIG: &str = "/apis/imageregistry.operator.openshift.io/v1/configs/cluster";

fn main() -> ExitCode {
    live::run(live::tests![
        a_bucket_of_aws_is_imported,
        an_account_behind_a_private_endpoint_is_imported,
        a_container_of_azure_is_imported,
        a_shared_volume_is_imported,
        object_storage_of_a_data_centre_is_imported,
        mirrors_and_grants_are_imported,
        a_bucket_of_google_is_imported,
        a_block_volume_is_imported,
        who_may_not_read_all_is_told_what_was_not_looked_at,
    ])
}

fn a_bucket_of_aws_is_imported(cluster: &Cluster) {
    imports(cluster, "aws-upi", "prod-eu-1");
}

fn an_account_behind_a_private_endpoint_is_imported(cluster: &Cluster) {
    imports(cluster, "azure", "private-ne-1");
}

fn a_container_of_azure_is_imported(cluster: &Cluster) {
    imports(cluster, "azure-upi", "prod-we-1");
}

fn a_shared_volume_is_imported(cluster: &Cluster) {
    imports(cluster, "baremetal", "dc-1");
}

fn object_storage_of_a_data_centre_is_imported(cluster: &Cluster) {
    imports(cluster, "baremetal", "dc-2");
}

fn mirrors_and_grants_are_imported(cluster: &Cluster) {
    imports(cluster, "disconnected", "island-1");
}

fn a_bucket_of_google_is_imported(cluster: &Cluster) {
    imports(cluster, "gcp-upi", "prod-us-1");
}

fn a_block_volume_is_imported(cluster: &Cluster) {
    imports(cluster, "vsphere", "vc-1");
}

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

/// Makes the Secrets that the External Secrets Operator makes, with values that no request may hold.
fn stores_write(cluster: &Cluster, applied: &str) {
    let objects: Vec<Json> = serde_yaml::from_multiple(applied).unwrap();
    for made in objects.iter().filter(|object| object["kind"] == "ExternalSecret") {
        let keys = made["spec"]["data"].as_array().unwrap().iter().filter_map(|item| item["secretKey"].as_str());
        let data: serde_json::Map<String, Json> =
            keys.map(|key| (key.to_owned(), "a-value-of-a-store".into())).collect();
        let metadata = json!({"name": made["spec"]["target"]["name"], "namespace": made["metadata"]["namespace"]});
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
