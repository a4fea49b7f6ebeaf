//! The rights that `deploy/rbac/` documents, on a real API server: with them a command has its whole answer, and each of them is
//! needed, for without it the command says what it may not see, or how it finds out otherwise.
//!
//! Those of `regcfg status` are tested in `live_status.rs`.

#![expect(clippy::disallowed_methods, reason = "tests read the disk and run programs, where the library may not")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

#[allow(dead_code, unused_imports, reason = "other tests use the rest")]
#[path = "common/cluster/mod.rs"]
mod cluster;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output};

use cluster::{ADMIN, Cluster, live};
use serde_json::{Value as Json, json};

fn main() -> ExitCode {
    live::run(live::tests![
        what_diff_may_read_is_enough_and_all_of_it_is_needed,
        what_diff_may_ask_dry_is_enough_and_all_of_it_is_needed,
        what_import_may_read_is_enough_and_all_of_it_is_needed,
    ])
}

/// One verb on one resource, as a rule of RBAC.
#[derive(Clone, Debug, PartialEq)]
struct Right {
    /// Where it holds; empty for the whole cluster.
    namespace: String,
    rule: Json,
}

impl Right {
    fn verb(&self) -> &str {
        self.rule["verbs"][0].as_str().unwrap()
    }

    fn resource(&self) -> &str {
        self.rule["resources"][0].as_str().unwrap()
    }
}

/// Reads the rules of a file of roles, taken apart.
fn rights(file: &str) -> Vec<Right> {
    let text = fs::read_to_string(Path::new("deploy/rbac").join(file)).unwrap();
    let roles: Vec<Json> = serde_yaml::from_multiple(&text).unwrap();
    let mut rights = Vec::new();
    for role in &roles {
        let namespace = role["metadata"]["namespace"].as_str().unwrap_or_default();
        for rule in role["rules"].as_array().unwrap() {
            let (resources, verbs) = (rule["resources"].as_array().unwrap(), rule["verbs"].as_array().unwrap());
            for (resource, verb) in resources.iter().flat_map(|resource| verbs.iter().map(move |verb| (resource, verb)))
            {
                let mut rule = rule.clone();
                rule["resources"] = json!([resource]);
                rule["verbs"] = json!([verb]);
                rights.push(Right { namespace: namespace.to_owned(), rule });
            }
        }
    }
    rights
}

/// Returns the kubeconfig of a new user with these rights alone.
fn user_with<'a>(cluster: &Cluster, name: &str, rights: impl Iterator<Item = &'a Right>) -> PathBuf {
    let rights: Vec<&Right> = rights.collect();
    for namespace in ["", "openshift-image-registry", "openshift-config"] {
        let here = rights.iter().filter(|right| right.namespace == namespace);
        let rules: Json = here.map(|right| right.rule.clone()).collect();
        if rules == json!([]) {
            continue;
        }
        if namespace.is_empty() { cluster.grant(name, &rules) } else { cluster.grant_in(namespace, name, &rules) }
    }
    cluster.kubeconfig_with_certificate(name)
}

/// Runs a command with all rights but one, for each that is `left_out`, and shows what came of it.
fn without_each(
    cluster: &Cluster,
    all: &[Right],
    left_out: impl Fn(&Right) -> bool,
    run: impl Fn(&Path) -> Ran,
    is_told: impl Fn(&Right, &Ran) -> bool,
) {
    let mut untold = Vec::new();
    for (at, left) in all.iter().enumerate().filter(|(_, right)| left_out(right)) {
        let others = all.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, right)| right);
        let ran = run(&user_with(cluster, &format!("without-{}-{at}", left.verb()), others));
        if !is_told(left, &ran) {
            untold.push(format!("{left:?}: exit code {:?}, {}\n", ran.exit, ran.document["findings"]));
        }
    }
    assert!(
        untold.is_empty(),
        "{} rights are for nothing, or their lack is not told: {}",
        untold.len(),
        untold.concat()
    );
}

struct Ran {
    exit: Option<i32>,
    document: Json,
    stderr: String,
}

fn run(dir: &Path, args: &[&str], kubeconfig: &Path) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_regcfg"));
    command.args(args).current_dir(dir).env("KUBECONFIG", kubeconfig).env("HOME", "/nonexistent");
    let Output { status, stdout, stderr } = command.output().unwrap();
    let stderr = String::from_utf8(stderr).unwrap();
    let document = serde_json::from_slice(&stdout).unwrap_or_else(|error| panic!("{error}: {stderr}"));
    Ran { exit: status.code(), document, stderr }
}

/// What a cluster on bare metal may have.
const SPEC: &str = r#"apiVersion: regcfg.dev/v1alpha1
kind: ClusterRegistry
metadata: {name: dc-1}
spec:
  openshift: "4.19"
  platform: baremetal
  registry: {replicas: 2}
  storage:
    pvc: {claim: registry, create: {storageClassName: fast, accessModes: [ReadWriteMany], size: 100Gi}}
  trust: {registryCAs: {"mirror.example.com:5000": {file: ca.crt}}}
  mirrors:
    imageDigestMirrors: {registry.redhat.io/ubi9: {mirrors: ["mirror.example.com:5000/ubi9"]}}
    imageTagMirrors: {registry.example.com/tools: {mirrors: ["mirror.example.com:5000/tools"]}}
  pruner: {schedule: "0 0 * * *"}
  access:
    viewers: {developers: {groups: [developers], namespaces: [openshift-config]}}
    pruners: {cleanup: {serviceAccounts: [ops/image-pruner]}}
    metrics: {monitoring: {serviceAccounts: [monitoring/scraper]}}
"#;

/// Kinds that the spec does not render, but others do, of every namespace that is documented.
fn other_kinds() -> Vec<Json> {
    let metadata =
        |namespace: &str| json!({"name": "other", "namespace": namespace, "labels": {"regcfg.dev/cluster": "dc-1"}});
    let mut objects = vec![json!({
        "apiVersion": "operator.openshift.io/v1alpha1", "kind": "ImageContentSourcePolicy",
        "metadata": {"name": "other", "labels": {"regcfg.dev/cluster": "dc-1"}},
        "spec": {"repositoryDigestMirrors": [{"source": "quay.io/a", "mirrors": ["mirror.example.com/a"]}]},
    })];
    for namespace in ["openshift-image-registry", "openshift-config"] {
        objects.extend([
            json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata(namespace), "data": {"a": "b"}}),
            json!({"apiVersion": "v1", "kind": "Secret", "metadata": metadata(namespace), "data": {"a": "d29yZC1vZi1wYXNz"}}),
            json!({
                "apiVersion": "external-secrets.io/v1", "kind": "ExternalSecret", "metadata": metadata(namespace),
                "spec": {"secretStoreRef": {"name": "store"}, "target": {"name": "made"},
                    "data": [{"secretKey": "a", "remoteRef": {"key": "a"}}]},
            }),
            json!({
                "apiVersion": "bitnami.com/v1alpha1", "kind": "SealedSecret", "metadata": metadata(namespace),
                "spec": {"encryptedData": {"a": "AgB4c2VhbGVk"}},
            }),
        ]);
    }
    objects
}

/// A directory with the spec of a cluster, and one with manifests of all kinds that are rendered of any spec.
struct Project(tempfile::TempDir);

impl Project {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("cluster.yaml"), SPEC).unwrap();
        fs::copy("tests/corpus/certificates/ca.crt", dir.path().join("ca.crt")).unwrap();
        let rendered = Command::new(env!("CARGO_BIN_EXE_regcfg"))
            .args(["render", "--day0", "cluster.yaml"])
            .current_dir(dir.path())
            .output()
            .unwrap();
        assert!(rendered.status.success(), "{}", String::from_utf8_lossy(&rendered.stderr));
        let mut objects: Vec<Json> = serde_yaml::from_multiple(&String::from_utf8(rendered.stdout).unwrap()).unwrap();
        objects.extend(other_kinds());
        let manifests = dir.path().join("manifests");
        fs::create_dir(&manifests).unwrap();
        for (at, object) in objects.iter().enumerate() {
            fs::write(manifests.join(format!("{at}.yaml")), object.to_string()).unwrap();
        }
        Self(dir)
    }

    /// Returns the manifests as one.
    fn manifests(&self) -> String {
        let files = fs::read_dir(self.0.path().join("manifests")).unwrap();
        let read = |file: PathBuf| serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
        let items: Vec<Json> = files.map(|file| read(file.unwrap().path())).collect();
        json!({"apiVersion": "v1", "kind": "List", "items": items}).to_string()
    }

    fn diff(&self, kubeconfig: &Path) -> Ran {
        run(self.0.path(), &["diff", "--format", "json", "--openshift", "4.19", "manifests"], kubeconfig)
    }
}

/// A cluster of 4.19 with the kinds of the secrets' operators.
fn prepared(cluster: &Cluster) -> Project {
    cluster.apply_crds("4.19");
    cluster.define(&["external-secrets.io/v1/ExternalSecret", "bitnami.com/v1alpha1/SealedSecret"].map(any).into());
    for namespace in ["openshift-config", "openshift-image-registry"] {
        cluster.namespace(namespace);
    }
    Project::new()
}

/// Returns the definition of a kind whose objects may hold anything.
fn any(kind: &str) -> (String, Json) {
    let [group, version, kind] = *kind.split('/').collect::<Vec<_>>() else { panic!("{kind}") };
    let plural = format!("{}s", kind.to_lowercase());
    let name = format!("{plural}.{group}");
    let schema = json!({"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}});
    let crd = json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": name},
        "spec": {"group": group, "scope": "Namespaced",
            "names": {"kind": kind, "plural": plural, "singular": kind.to_lowercase()},
            "versions": [{"name": version, "served": true, "storage": true, "schema": schema}]},
    });
    (name, crd)
}

fn objects(document: &Json) -> &Vec<Json> {
    document["clusters"][0]["objects"].as_array().unwrap()
}

/// Tells whether a diff says what it may not see of a resource.
fn is_unseen(right: &Right, ran: &Ran) -> bool {
    let unknown = ran.document["clusters"][0]["unknown"].to_string();
    let of_objects: String =
        objects(&ran.document).iter().filter(|object| object["what"] == "unknown").map(Json::to_string).collect();
    let told = format!("{unknown}{of_objects}");
    ran.exit == Some(2) && told.contains(right.verb()) && told.contains(right.resource())
}

fn what_diff_may_read_is_enough_and_all_of_it_is_needed(cluster: &Cluster) {
    let project = prepared(cluster);
    cluster.apply(&project.manifests(), &["--field-manager=regcfg"]);
    let all = rights("diff.yaml");
    let whole = project.diff(&user_with(cluster, "whole", all.iter()));
    assert_eq!(whole.exit, Some(0), "{}\n{:#}", whole.stderr, whole.document);
    assert_eq!(whole.document["clusters"][0]["unknown"], json!([]));
    assert!(objects(&whole.document).iter().all(|object| object["prediction"]["way"] != "dry-run"));
    without_each(cluster, &all, |_| true, |kubeconfig| project.diff(kubeconfig), is_unseen);
}

fn what_diff_may_ask_dry_is_enough_and_all_of_it_is_needed(cluster: &Cluster) {
    let project = prepared(cluster);
    let (reading, asking) = (rights("diff.yaml"), rights("diff-dry-run.yaml"));
    let all: Vec<Right> = reading.iter().chain(&asking).cloned().collect();
    let is_asked = |right: &Right| asking.contains(right);
    let ways = |ran: &Ran| -> Vec<String> {
        let is_secret = |object: &&Json| object["kind"] == "Secret";
        let others = objects(&ran.document).iter().filter(|object| !is_secret(object));
        others.map(|object| format!("{} {}", object["kind"], object["prediction"]["way"])).collect()
    };
    let is_asked_for_all = |ran: &Ran| ways(ran).iter().all(|way| way.ends_with("\"dry-run\""));
    let falls_back = |_: &Right, ran: &Ran| {
        let told = ran.document["findings"].as_array().unwrap().iter().any(|finding| finding["code"] == "RC0813");
        ran.exit != Some(2) && told && !is_asked_for_all(ran)
    };
    let whole = user_with(cluster, "whole", all.iter());
    // Before anything is there, all is created.
    let created = project.diff(&whole);
    assert!(created.exit == Some(1) && is_asked_for_all(&created), "{}\n{:#?}", created.stderr, ways(&created));
    let is_for_reading = |right: &Right| is_asked(right) && right.verb() != "patch";
    without_each(cluster, &all, is_for_reading, |kubeconfig| project.diff(kubeconfig), falls_back);
    cluster.apply(&project.manifests(), &["--field-manager=regcfg"]);
    let same = project.diff(&whole);
    assert!(same.exit == Some(0) && is_asked_for_all(&same), "{}\n{:#?}", same.stderr, ways(&same));
    let patches = |right: &Right| is_asked(right) && right.verb() == "patch";
    without_each(cluster, &all, patches, |kubeconfig| project.diff(kubeconfig), falls_back);
}

fn what_import_may_read_is_enough_and_all_of_it_is_needed(cluster: &Cluster) {
    let project = prepared(cluster);
    cluster.apply(&project.manifests(), &["--field-manager=regcfg"]);
    let all = rights("import.yaml");
    let args = ["import", "--platform", "baremetal", "--openshift", "4.19", "--format", "json"];
    let import = |kubeconfig: &Path| run(project.0.path(), &args, kubeconfig);
    let whole = import(&user_with(cluster, "whole", all.iter()));
    let admin = import(&cluster.kubeconfig_of(ADMIN));
    assert_eq!(whole.document, admin.document);
    assert_eq!(
        (whole.exit, &whole.document["unknown"]),
        (Some(0), &json!([])),
        "{}\n{:#}",
        whole.stderr,
        whole.document
    );
    let is_told = |right: &Right, ran: &Ran| {
        let told = format!("{}{}", ran.document["unknown"], ran.document["unseenSecret"]);
        let is_whole = ran.exit != Some(2);
        // Readers seldom see Secrets, and the spec is no less for it.
        told.contains(right.resource()) && is_whole == (right.resource() == "secrets")
    };
    without_each(cluster, &all, |_| true, import, is_told);
}
