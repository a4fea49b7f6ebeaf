//! `regcfg diff` before a real API server, of one cluster: what is told beside each difference, who may ask what, and how often
//! is asked. What differs at all, `live_examples.rs` looks at, for every example and minor.
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
#[path = "common/diffs.rs"]
mod diffs;
#[path = "common/operator.rs"]
mod operator;

use std::collections::BTreeMap;
use std::fs;
use std::process::ExitCode;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cluster::{ADMIN, Action, Cluster, Rule, live};
use diffs::{ACCESS, Diff, KEY, check_same, regcfg};
use regcfg::target::Minor;
use serde_json::{Value as Json, json};

/// The minor of the cluster.
const MINOR: Minor = Minor::of(4, 19);

fn main() -> ExitCode {
    live::run(live::tests![
        a_change_is_told_with_its_place_in_the_spec_and_what_git_does_not_say_stays,
        what_is_silent_is_shown_where_all_is_asked_for_but_no_secret,
        another_manager_leaves_what_argo_cd_applied,
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
        Diff::of(self.0.path(), cluster, ADMIN, "cluster.yaml", args)
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

/// Applies manifests, into namespaces that are made for them.
fn apply(cluster: &Cluster, manifests: &str, args: &[&str]) {
    for object in objects(manifests) {
        if let Some(namespace) = object["metadata"]["namespace"].as_str() {
            cluster.namespace(namespace);
        }
    }
    cluster.apply(manifests, &[&["--force-conflicts"], args].concat());
}

/// Makes a cluster of 4.19 with what a spec says.
fn applied(cluster: &Cluster, spec: &str, args: &[&str]) -> Project {
    cluster.apply_crds(&MINOR.to_string());
    operator::bootstrap(cluster, MINOR, "baremetal");
    let project = Project::new(spec);
    apply(cluster, &project.rendered(), args);
    project
}

fn a_change_is_told_with_its_place_in_the_spec_and_what_git_does_not_say_stays(cluster: &Cluster) {
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

fn what_is_silent_is_shown_where_all_is_asked_for_but_no_secret(cluster: &Cluster) {
    let project = applied(cluster, SPEC, &[]);
    operator::write(cluster, MINOR, &objects(&project.rendered()));
    check_same(project.0.path(), cluster, "cluster.yaml", "what the operator writes");
    let full = project.diff(cluster, &["--full"]);
    assert_eq!(full.exit, 0, "{:#}", full.document);
    assert!(full.live_only().iter().any(|only| only.starts_with("spec.httpSecret")), "{:?}", full.live_only());
    assert!(!full.document.to_string().contains(operator::HTTP_SECRET), "a secret is shown");
}

fn another_manager_leaves_what_argo_cd_applied(cluster: &Cluster) {
    let project = applied(cluster, SPEC, &["--field-manager=argocd-controller"]);
    project.write("cluster.yaml", &SPEC.replace("    disableRedirect: true\n", ""));
    let diff = check(&project, cluster, &[], &["Config spec.disableRedirect: true -> -"]);
    let config = diff.objects().into_iter().find(|object| object["kind"] == "Config").unwrap();
    assert_eq!(config["prediction"]["manager"], "argocd-controller");
    check(&project, cluster, &["--field-manager", "someone"], &[]);
}

fn a_reader_gets_the_merge_and_is_told(cluster: &Cluster) {
    let project = applied(cluster, SPEC, &[]);
    cluster.grant("reader", &json!([{"apiGroups": ["*"], "resources": ["*"], "verbs": ["get", "list"]}]));
    project.write("cluster.yaml", &SPEC.replace("replicas: 2", "replicas: 3"));
    let of = |args: &[&str]| Diff::of(project.0.path(), cluster, "reader", "cluster.yaml", args);
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
    let nobody = Diff::of(project.0.path(), cluster, "nobody", "cluster.yaml", &[]);
    assert_eq!(nobody.exit, 2);
    assert!(nobody.objects().iter().all(|object| object["what"] == "unknown"), "{:#}", nobody.document);
}

fn what_the_server_refuses_is_told_where_it_was_written(cluster: &Cluster) {
    let project = applied(cluster, SPEC, &[]);
    // A claim that nobody uses yet does not grow, which no rule says.
    project.write("cluster.yaml", &SPEC.replace("100Gi", "200Gi"));
    let diff = project.diff(cluster, &[]);
    assert_eq!(diff.exit, 1, "{}", diff.stderr);
    assert!(diff.findings().iter().any(|finding| finding.starts_with("RC0810 cluster.yaml:")), "{:?}", diff.findings());
    assert_eq!(diff.changes(), ["PersistentVolumeClaim spec.resources.requests.storage: \"100Gi\" -> \"200Gi\""]);
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
    let diff = Diff::of(project.0.path(), cluster, ADMIN, "map.yaml", &[]);
    assert_eq!((diff.exit, diff.findings()), (1, vec!["RC0815 map.yaml:3".to_owned()]), "{}", diff.stderr);
}

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
    for value in [ACCESS, KEY, "something-else"] {
        cluster.secret(value);
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
    let other = json!({"data": {"REGISTRY_STORAGE_S3_SECRETKEY": STANDARD.encode("something-else"), "MORE": STANDARD.encode("more-than-that")}});
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
        let diff = Diff::of(project.0.path(), cluster, ADMIN, path, &[]);
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
