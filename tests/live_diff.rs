//! `regcfg diff` before a real API server: what is applied is no difference, what is changed is told, exactly, and what
//! operators write is silent.
//!
//! Ignored, with the reason, where `tests/cluster/build` has built no server; `REGCFG_CLUSTER=required` makes that an error.

#![expect(clippy::disallowed_methods, reason = "tests read the disk and run programs, where the library may not")]
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on panics, and says what it looked at"
)]

#[allow(dead_code, unused_imports, reason = "other tests use the rest")]
#[path = "common/cluster/mod.rs"]
mod cluster;
#[allow(dead_code, reason = "other tests use the rest")]
#[path = "common/retargeted.rs"]
mod retargeted;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode, Output};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cluster::{ADMIN, Action, Cluster, Rule, crds, live};
use retargeted::{EXAMPLES, Retargeted};
use serde_json::{Value as Json, json};

const CONFIGS: &str = "/apis/imageregistry.operator.openshift.io/v1/configs";

const CONFIG: &str = "/apis/imageregistry.operator.openshift.io/v1/configs/cluster";

fn main() -> ExitCode {
    live::run(live::tests![
        an_applied_example_is_no_difference_on_any_minor,
        a_field_that_is_changed_by_hand_is_told_alone,
        what_the_operator_writes_is_silent,
        a_field_that_argo_cd_applies_no_more_goes,
        a_reader_gets_the_merge_and_is_told,
        what_the_server_refuses_is_told_where_it_was_written,
        what_a_policy_says_is_told_where_it_was_written,
        a_cluster_without_the_registry_is_told_once,
        secrets_are_compared_and_never_sent,
        plain_manifests_are_compared_by_their_label,
        no_object_is_asked_for_more_than_twice,
        no_object_waits_for_lists,
    ])
}

/// A directory with a spec of a cluster on bare metal.
struct Project(tempfile::TempDir);

const SPEC: &str = "\
apiVersion: regcfg.dev/v1alpha1
kind: ClusterRegistry
metadata: {name: dc-1}
spec:
  openshift: \"4.19\"
  platform: baremetal
  registry:
    replicas: 2
    disableRedirect: true
  storage:
    pvc:
      claim: registry
      create:
        storageClassName: fast
        accessModes: [ReadWriteMany]
        size: 100Gi
";

impl Project {
    fn new(spec: &str) -> Self {
        let project = Self(tempfile::tempdir().unwrap());
        project.write("cluster.yaml", spec);
        project
    }

    fn write(&self, path: &str, text: &str) {
        fs::write(self.0.path().join(path), text).unwrap();
    }

    fn rendered(&self) -> String {
        let output = regcfg(self.0.path(), &["render", "--omit-secrets", "cluster.yaml"], None);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn diff(&self, cluster: &Cluster, args: &[&str]) -> Diff {
        diff(self.0.path(), cluster, ADMIN, "cluster.yaml", args)
    }
}

/// What `regcfg diff --format json` says.
struct Diff {
    exit: i32,
    document: Json,
    stderr: String,
}

impl Diff {
    /// Returns the objects that have something, each by kind and name.
    fn objects(&self) -> Vec<&Json> {
        self.document["clusters"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|one| one["objects"].as_array().unwrap())
            .collect()
    }

    /// Returns what changes: kind, path, before and after; of a whole object only what becomes of it.
    fn changes(&self) -> Vec<String> {
        let mut changes = Vec::new();
        for object in self.objects() {
            let kind = object["kind"].as_str().unwrap();
            for change in object["changes"].as_array().unwrap() {
                let value = |name: &str| change.get(name).map_or("-".into(), Json::to_string);
                let path = change["path"].as_str().unwrap();
                changes.push(format!("{kind} {path}: {} -> {}", value("before"), value("after")));
            }
            if object["what"] != "unchanged" && object["what"] != "change" {
                changes.push(format!(
                    "{kind} {}: {}",
                    object["name"].as_str().unwrap(),
                    object["what"].as_str().unwrap()
                ));
            }
        }
        changes
    }

    fn live_only(&self) -> Vec<String> {
        let objects = self.objects().into_iter();
        let of = |object: &Json| {
            let only = object["liveOnly"].as_array().unwrap().iter();
            only.map(|only| format!("{} ({})", only["path"].as_str().unwrap(), only["manager"].as_str().unwrap_or("?")))
                .collect::<Vec<_>>()
        };
        objects.flat_map(of).collect()
    }

    /// Returns the findings: code, file and line.
    fn findings(&self) -> Vec<String> {
        let findings = self.document["findings"].as_array().unwrap().iter();
        findings
            .map(|finding| {
                format!(
                    "{} {}:{}",
                    finding["code"].as_str().unwrap(),
                    finding["file"].as_str().unwrap(),
                    finding["line"]
                )
            })
            .collect()
    }

    fn ways(&self) -> BTreeSet<String> {
        self.objects().iter().map(|object| object["prediction"]["way"].as_str().unwrap().to_owned()).collect()
    }

    /// Returns the document without what says how it is known.
    fn without_ways(&self) -> Json {
        let mut document = self.document.clone();
        for cluster in document["clusters"].as_array_mut().unwrap() {
            for object in cluster["objects"].as_array_mut().unwrap() {
                object["prediction"] = Json::Null;
            }
        }
        document
    }
}

fn regcfg(dir: &Path, args: &[&str], kubeconfig: Option<&Path>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_regcfg"));
    command.args(args).current_dir(dir).env_remove("KUBECONFIG").env("HOME", "/nonexistent");
    command.env("REGCFG_SECRET_ACCESS", ACCESS).env("REGCFG_SECRET_KEY", KEY);
    if let Some(kubeconfig) = kubeconfig {
        command.env("KUBECONFIG", kubeconfig);
    }
    command.output().unwrap()
}

fn diff(dir: &Path, cluster: &Cluster, user: &str, path: &str, args: &[&str]) -> Diff {
    let all: Vec<&str> = ["diff", "--format", "json", path].iter().chain(args).copied().collect();
    let Output { status, stdout, stderr } = regcfg(dir, &all, Some(&cluster.kubeconfig_of(user)));
    let stderr = String::from_utf8(stderr).unwrap();
    let document = serde_json::from_slice(&stdout).unwrap_or_else(|error| panic!("{error}: {stderr}"));
    Diff { exit: status.code().unwrap(), document, stderr }
}

/// Checks that nothing differs, however it is found out.
#[track_caller]
fn check_same(dir: &Path, cluster: &Cluster, path: &str, about: &str) {
    for way in ["dry-run", "merge"] {
        let diff = diff(dir, cluster, ADMIN, path, &["--predict", way]);
        let found = (diff.changes(), diff.live_only());
        assert_eq!(found, (vec![], vec![]), "{about}, --predict {way}: {}\n{:#}", diff.stderr, diff.document);
        assert_eq!(diff.exit, 0, "{about}, --predict {way}: {}\n{:#}", diff.stderr, diff.document["findings"]);
    }
}

/// Checks what changes, and that it is the same however it is found out.
#[track_caller]
fn check(project: &Project, cluster: &Cluster, args: &[&str], expected: &[&str]) -> Diff {
    let with = |way: &'static str| project.diff(cluster, &[args, &["--predict", way]].concat());
    let (asked, computed) = (with("dry-run"), with("merge"));
    assert_eq!(asked.changes(), expected, "{}\n{:#}", asked.stderr, asked.document);
    assert_eq!(asked.exit, i32::from(!expected.is_empty()), "{}\n{:#}", asked.stderr, asked.document["findings"]);
    assert_eq!(asked.without_ways(), computed.without_ways());
    asked
}

fn objects(manifests: &str) -> Vec<Json> {
    serde_yaml::from_multiple(manifests).unwrap()
}

/// Does what the operator does on a new cluster: makes its config CRs, as on a platform without storage of its own.
fn bootstrap(cluster: &Cluster) {
    let config = json!({
        "apiVersion": "imageregistry.operator.openshift.io/v1", "kind": "Config", "metadata": {"name": "cluster"},
        "spec": {"managementState": "Removed", "replicas": 1, "rolloutStrategy": "RollingUpdate", "logging": 2,
            "storage": {}},
    });
    let pruner = json!({
        "apiVersion": "imageregistry.operator.openshift.io/v1", "kind": "ImagePruner", "metadata": {"name": "cluster"},
        "spec": {"suspend": false, "keepTagRevisions": 3, "successfulJobsHistoryLimit": 3, "failedJobsHistoryLimit": 3,
            "schedule": ""},
    });
    let image = json!({
        "apiVersion": "config.openshift.io/v1", "kind": "Image",
        "metadata": {"name": "cluster", "annotations": {"release.openshift.io/create-only": "true"}}, "spec": {},
    });
    for (path, object, manager) in [
        (CONFIGS, config, "cluster-image-registry-operator"),
        ("/apis/imageregistry.operator.openshift.io/v1/imagepruners", pruner, "cluster-image-registry-operator"),
        ("/apis/config.openshift.io/v1/images", image, "cluster-version-operator"),
    ] {
        let made = cluster.raw("POST", &format!("{path}?fieldManager={manager}"), Some(&object));
        assert!([201, 409].contains(&made.status), "{path}: {}", made.text());
    }
}

/// Applies manifests, into namespaces that are made for them.
fn apply(cluster: &Cluster, manifests: &str, args: &[&str]) {
    for object in objects(manifests) {
        if let Some(namespace) = object["metadata"]["namespace"].as_str() {
            cluster.namespace(namespace);
        }
    }
    cluster.apply(manifests, &[&["--force-conflicts"], args].concat());
}

/// Removes the claims of manifests, whose fields nobody can change; no controller lets go of them here.
fn remove_claims(cluster: &Cluster, manifests: &str) {
    for object in objects(manifests).iter().filter(|object| object["kind"] == "PersistentVolumeClaim") {
        let [namespace, name] = ["namespace", "name"].map(|field| object["metadata"][field].as_str().unwrap());
        let path = format!("/api/v1/namespaces/{namespace}/persistentvolumeclaims/{name}");
        cluster.raw("DELETE", &path, None);
        cluster.raw("PATCH", &path, Some(&json!({"metadata": {"finalizers": null}})));
    }
}

/// Makes a cluster of 4.19 with what a spec says.
fn applied(cluster: &Cluster, spec: &str, args: &[&str]) -> Project {
    cluster.apply_crds("4.19");
    bootstrap(cluster);
    let project = Project::new(spec);
    apply(cluster, &project.rendered(), args);
    project
}

fn an_applied_example_is_no_difference_on_any_minor(cluster: &Cluster) {
    let mut n_applied = 0;
    for minor in crds::minors() {
        cluster.apply_crds(&minor.to_string());
        bootstrap(cluster);
        for example in EXAMPLES {
            let project = Retargeted::new(example, &minor.to_string());
            for spec in project.specs() {
                let Some([partial, _]) = project.rendered(&spec) else { continue };
                let path = spec.strip_prefix(project.dir()).unwrap().to_str().unwrap();
                // What another example left is no drift of this one.
                cluster.raw("DELETE", CONFIG, None);
                remove_claims(cluster, &partial);
                bootstrap(cluster);
                apply(cluster, &partial, &[]);
                check_same(project.dir(), cluster, path, &format!("{example} {path} on {minor}"));
                n_applied += 1;
            }
        }
    }
    println!("{n_applied} renderings are applied and no difference");
    assert!(n_applied > 8 * crds::minors().len() || crds::minors().is_empty());
}

fn a_field_that_is_changed_by_hand_is_told_alone(cluster: &Cluster) {
    let project = applied(cluster, SPEC, &[]);
    check(&project, cluster, &[], &[]);
    let patch = |patch: &str| {
        let output = cluster.kubectl(&[
            "patch",
            "configs.imageregistry.operator.openshift.io",
            "cluster",
            "--type=merge",
            "-p",
            patch,
        ]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    patch(r#"{"spec": {"replicas": 5}}"#);
    let diff = check(&project, cluster, &[], &["Config spec.replicas: 5 -> 2"]);
    let change = &diff.objects().into_iter().find(|object| object["kind"] == "Config").unwrap()["changes"][0];
    assert_eq!(change["manager"], "kubectl-patch");
    assert_eq!((&change["origin"]["file"], &change["origin"]["line"]), (&json!("cluster.yaml"), &json!(8)));
    // What Git says nothing of stays, and is told with who wrote it.
    patch(r#"{"spec": {"replicas": 2, "readOnly": true}}"#);
    let diff = check(&project, cluster, &[], &[]);
    assert_eq!(diff.live_only(), ["spec.readOnly (kubectl-patch)"]);
}

fn what_the_operator_writes_is_silent(cluster: &Cluster) {
    let project = applied(cluster, SPEC, &[]);
    let write = |path: &str, patch: &Json| {
        let answer = cluster.raw("PATCH", &format!("{path}?fieldManager=script"), Some(patch));
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    };
    write(
        CONFIG,
        &json!({
            "metadata": {"finalizers": ["imageregistry.operator.openshift.io/finalizer"]},
            "spec": {
                "httpSecret": "0123456789abcdef", "storage": {"managementState": "Unmanaged"}, "logLevel": "Normal",
                "operatorLogLevel": "Normal", "observedConfig": {}, "proxy": {},
                "requests": {"read": {"maxWaitInQueue": "0s"}, "write": {"maxWaitInQueue": "0s"}},
                "rolloutStrategy": "RollingUpdate",
            },
        }),
    );
    write(
        &format!("{CONFIG}/status"),
        &json!({"status": {"observedGeneration": 1, "conditions": [], "readyReplicas": 0, "storageManaged": false, "storage": {}}}),
    );
    write(
        "/apis/imageregistry.operator.openshift.io/v1/imagepruners/cluster",
        &json!({"spec": {"schedule": "", "logLevel": "Normal"}}),
    );
    write(
        "/api/v1/namespaces/openshift-image-registry/persistentvolumeclaims/registry",
        &json!({
            "metadata": {"annotations": {"pv.kubernetes.io/bind-completed": "yes", "pv.kubernetes.io/bound-by-controller": "yes",
                "volume.kubernetes.io/storage-provisioner": "csi.example.com"}},
            "spec": {"volumeName": "pv-1"},
        }),
    );
    let null = json!([{"op": "add", "path": "/spec/unsupportedConfigOverrides", "value": null}]);
    let answer = cluster.patch("application/json-patch+json", &format!("{CONFIG}?fieldManager=script"), &null);
    assert_eq!(answer.status, 200, "{}", answer.text());
    check_same(project.0.path(), cluster, "cluster.yaml", "what the operator writes");
    let full = project.diff(cluster, &["--full"]);
    assert_eq!(full.exit, 0, "{:#}", full.document);
    assert!(full.live_only().iter().any(|only| only.starts_with("spec.httpSecret")), "{:?}", full.live_only());
    assert!(!full.document.to_string().contains("0123456789abcdef"), "a secret is shown");
}

fn a_field_that_argo_cd_applies_no_more_goes(cluster: &Cluster) {
    let project = applied(cluster, SPEC, &["--field-manager=argocd-controller"]);
    let tracked = json!({"metadata": {"annotations": {"argocd.argoproj.io/tracking-id": "registry:a/b:c/d"}}});
    cluster.raw("PATCH", &format!("{CONFIG}?fieldManager=argocd-controller"), Some(&tracked));
    project.write("cluster.yaml", &SPEC.replace("    disableRedirect: true\n", ""));
    let diff = check(&project, cluster, &[], &["Config spec.disableRedirect: true -> -"]);
    let config = diff.objects().into_iter().find(|object| object["kind"] == "Config").unwrap();
    assert_eq!(config["prediction"]["manager"], "argocd-controller");
    assert_eq!(config["changes"][0]["manager"], "argocd-controller");
    // Another manager leaves alone what it does not own.
    check(&project, cluster, &["--field-manager", "someone"], &[]);
}

fn a_reader_gets_the_merge_and_is_told(cluster: &Cluster) {
    let project = applied(cluster, SPEC, &[]);
    cluster.grant("reader", &json!([{"apiGroups": ["*"], "resources": ["*"], "verbs": ["get", "list"]}]));
    project.write("cluster.yaml", &SPEC.replace("replicas: 2", "replicas: 3"));
    let of = |args: &[&str]| diff(project.0.path(), cluster, "reader", "cluster.yaml", args);
    let auto = of(&[]);
    assert_eq!((auto.exit, auto.changes()), (1, vec!["Config spec.replicas: 2 -> 3".to_owned()]), "{}", auto.stderr);
    assert!(!auto.ways().contains("dry-run") && auto.ways().contains("merge"), "{:?}", auto.ways());
    assert_eq!(auto.findings(), ["RC0813 cluster.yaml:3"]);
    // Who wants the server's own word gets none.
    let asked = of(&["--predict", "dry-run"]);
    assert_eq!(asked.exit, 2, "{}", asked.stderr);
    let computed = of(&["--predict", "merge"]);
    assert_eq!((computed.exit, computed.findings()), (1, vec![]), "{}", computed.stderr);
    // Who may not even look gets no answer, and is told of each object.
    let nobody = diff(project.0.path(), cluster, "nobody", "cluster.yaml", &[]);
    assert_eq!(nobody.exit, 2);
    assert!(nobody.objects().iter().all(|object| object["what"] == "unknown"), "{:#}", nobody.document);
}

fn what_the_server_refuses_is_told_where_it_was_written(cluster: &Cluster) {
    let project = applied(cluster, SPEC, &[]);
    project.write("cluster.yaml", &SPEC.replace("storageClassName: fast", "storageClassName: slow"));
    let diff = project.diff(cluster, &[]);
    assert_eq!(diff.exit, 1, "{}", diff.stderr);
    assert!(diff.findings().iter().any(|finding| finding.starts_with("RC0810 cluster.yaml:")), "{:?}", diff.findings());
    assert_eq!(diff.changes(), ["PersistentVolumeClaim spec.storageClassName: \"fast\" -> \"slow\""]);
}

fn what_a_policy_says_is_told_where_it_was_written(cluster: &Cluster) {
    let project = applied(cluster, SPEC, &[]);
    for (name, action, rule) in [
        ("few-replicas", "Deny", "!has(object.spec.replicas) || object.spec.replicas < 4"),
        ("redirects", "Warn", "!has(object.spec.disableRedirect)"),
    ] {
        let api = "/apis/admissionregistration.k8s.io/v1";
        let policy = json!({
            "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicy", "metadata": {"name": name},
            "spec": {"failurePolicy": "Fail", "matchConstraints": {"resourceRules": [{"apiGroups": ["imageregistry.operator.openshift.io"],
                "apiVersions": ["v1"], "operations": ["CREATE", "UPDATE"], "resources": ["configs"]}]},
                "validations": [{"expression": rule, "message": format!("policy {name} says no")}]},
        });
        let binding = json!({
            "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicyBinding", "metadata": {"name": name},
            "spec": {"policyName": name, "validationActions": [action]},
        });
        for (plural, object) in
            [("validatingadmissionpolicies", policy), ("validatingadmissionpolicybindings", binding)]
        {
            let made = cluster.raw("POST", &format!("{api}/{plural}"), Some(&object));
            assert_eq!(made.status, 201, "{}", made.text());
        }
    }
    project.write("cluster.yaml", &SPEC.replace("replicas: 2", "replicas: 9"));
    // A policy takes a moment until it holds.
    let mut diff = project.diff(cluster, &[]);
    for _ in 0..200 {
        if diff.findings().iter().any(|finding| finding.starts_with("RC0812")) {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
        diff = project.diff(cluster, &[]);
    }
    assert_eq!(diff.exit, 1, "{}", diff.stderr);
    assert!(diff.findings().contains(&"RC0812 cluster.yaml:6".to_owned()), "{:?}", diff.findings());
    project.write("cluster.yaml", SPEC);
    let mut diff = project.diff(cluster, &[]);
    for _ in 0..200 {
        if diff.findings().iter().any(|finding| finding.starts_with("RC0811")) {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
        diff = project.diff(cluster, &[]);
    }
    assert_eq!((diff.exit, diff.findings()), (0, vec!["RC0811 cluster.yaml:6".to_owned()]), "{}", diff.stderr);
    assert!(diff.document["findings"].to_string().contains("policy redirects says no"));
}

fn a_cluster_without_the_registry_is_told_once(cluster: &Cluster) {
    let project = Project::new(SPEC);
    let diff = project.diff(cluster, &[]);
    assert_eq!((diff.exit, diff.findings()), (1, vec!["RC0814 cluster.yaml:3".to_owned()]), "{}", diff.stderr);
    assert!(diff.objects().iter().all(|object| object["what"] == "create"), "{:#}", diff.document);
    // A namespace alone.
    let claim = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: nowhere}\ndata: {a: b}\n";
    project.write("map.yaml", claim);
    let diff = super_diff(&project, cluster, "map.yaml");
    assert_eq!((diff.exit, diff.findings()), (1, vec!["RC0815 map.yaml:3".to_owned()]), "{}", diff.stderr);
}

fn super_diff(project: &Project, cluster: &Cluster, path: &str) -> Diff {
    diff(project.0.path(), cluster, ADMIN, path, &[])
}

const ACCESS: &str = "AKIAIOSFODNN7EXAMPLE";

const KEY: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

fn secrets_are_compared_and_never_sent(cluster: &Cluster) {
    let spec = "\
apiVersion: regcfg.dev/v1alpha1
kind: ClusterRegistry
metadata: {name: aws-1}
spec:
  openshift: \"4.19\"
  platform: aws-upi
  storage:
    s3: {bucket: images, region: eu-central-1}
    credentials:
      accessKey: {valueFrom: {env: REGCFG_SECRET_ACCESS}}
      secretKey: {valueFrom: {env: REGCFG_SECRET_KEY}}
";
    for value in [ACCESS, KEY] {
        cluster.secret(value);
        cluster.secret(&STANDARD.encode(value));
    }
    let project = applied(cluster, spec, &[]);
    let created = project.diff(cluster, &[]);
    assert_eq!(created.changes(), ["Secret image-registry-private-configuration-user: create"], "{}", created.stderr);
    let revealed = regcfg(project.0.path(), &["render", "--reveal-secrets", "cluster.yaml"], None);
    apply(cluster, &String::from_utf8(revealed.stdout).unwrap(), &[]);
    for args in [&[][..], &["--compare-secrets"]] {
        let diff = project.diff(cluster, args);
        assert_eq!((diff.exit, diff.changes()), (0, vec![]), "{args:?} {}", diff.stderr);
    }
    let secret = "/api/v1/namespaces/openshift-image-registry/secrets/image-registry-private-configuration-user";
    let other = json!({"data": {"REGISTRY_STORAGE_S3_SECRETKEY": STANDARD.encode("something-else"), "MORE": "YQ=="}});
    assert_eq!(cluster.raw("PATCH", &format!("{secret}?fieldManager=script"), Some(&other)).status, 200);
    let keys_alone = project.diff(cluster, &[]);
    assert_eq!((keys_alone.exit, keys_alone.changes()), (0, vec![]), "{}", keys_alone.stderr);
    assert_eq!(keys_alone.live_only(), ["data.MORE (script)"]);
    let compared = project.diff(cluster, &["--compare-secrets"]);
    assert_eq!(compared.exit, 1, "{}", compared.stderr);
    let [changed] = &*compared.changes() else { panic!("{:?}", compared.changes()) };
    assert!(changed.starts_with("Secret data.REGISTRY_STORAGE_S3_SECRETKEY: "), "{changed}");
    for text in [compared.document.to_string(), compared.stderr, created.document.to_string()] {
        for value in [ACCESS, KEY, "something-else"] {
            let encoded = STANDARD.encode(value);
            assert!(!text.contains(value) && !text.contains(&encoded), "a secret is shown: {text}");
        }
    }
}

fn plain_manifests_are_compared_by_their_label(cluster: &Cluster) {
    let project = applied(cluster, SPEC, &[]);
    let output = regcfg(project.0.path(), &["render", "-o", "out", "cluster.yaml"], None);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for path in ["out", "out/dc-1", "."] {
        let diff = diff(project.0.path(), cluster, ADMIN, path, &[]);
        let names: Vec<&Json> =
            diff.document["clusters"].as_array().unwrap().iter().map(|one| &one["cluster"]).collect();
        assert_eq!((diff.exit, &*names), (0, &[&json!("dc-1")][..]), "{path}: {}\n{:#}", diff.stderr, diff.document);
    }
}

fn no_object_is_asked_for_more_than_twice(cluster: &Cluster) {
    let project = applied(cluster, SPEC, &[]);
    let n_before = cluster.audit().len();
    check_same(project.0.path(), cluster, "cluster.yaml", "what was applied");
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let events = cluster.audit();
    for event in events[n_before..].iter().filter(|event| event.is_ours() && event.verb != "list") {
        let path = event.uri.split('?').next().unwrap().to_owned();
        *counts.entry(path).or_default() += 1;
    }
    println!("{counts:#?}");
    // Once with a dry-run, and once without.
    assert!(counts.len() == 2 && counts.values().all(|count| *count <= 3), "{counts:#?}");
    assert!(counts.keys().all(|path| !path.ends_with("/api") && !path.ends_with("/apis")), "{counts:#?}");
}

fn no_object_waits_for_lists(cluster: &Cluster) {
    let project = applied(cluster, SPEC, &[]);
    let proxy = cluster.proxy();
    // Lists that take as long as anyone waits for them.
    proxy.rule(Rule::new("labelSelector=", Action::Delay(Duration::from_secs(3))));
    let kubeconfig = cluster.kubeconfig_through(&proxy, ADMIN);
    let output = regcfg(project.0.path(), &["diff", "cluster.yaml"], Some(&kubeconfig));
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let seen = proxy.seen();
    let asked: Vec<bool> = seen.iter().map(|seen| seen.uri.contains("labelSelector=")).collect();
    let (n_lists, n_others) = (asked.iter().filter(|is_list| **is_list).count(), 4);
    assert_eq!(asked.len() - n_lists, n_others, "two objects, each twice: {seen:#?}");
    let last = asked.iter().rposition(|is_list| !is_list).unwrap();
    let before = asked[..last].iter().filter(|is_list| **is_list).count();
    // Those that are answered make room for more.
    assert!(before <= 10 && 10 < n_lists, "{before} of {n_lists} lists were asked before the last object");
}
