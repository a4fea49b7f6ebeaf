//! Times `regcfg diff` of one cluster's objects beside `kubectl diff --server-side` of the same, on a real API server:
//! `cargo bench --bench diff`.
//!
//! Both come through a proxy on loopback that delays each request by nothing or by 50 ms, as a distant cluster does, and speaks
//! HTTP/1.1. kubectl finds its discovery in the cache of the run that warms up; regcfg has no cache, and also lists what the
//! cluster has of earlier renderings, which kubectl does not look for. Requests are counted in the audit log. Skipped, with the
//! reason, where `tests/cluster/build` has built no server. Machines differ: read the ratios.

#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a benchmark prints, and makes its own input")]
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on panics")]

#[allow(dead_code, unused_imports, unused_macros, reason = "tests use the rest")]
#[path = "../tests/common/cluster/mod.rs"]
mod cluster;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use cluster::{ADMIN, Action, Cluster, Event, Proxy, Rule, live};
use serde_json::{Value as Json, json};

const RUNS: usize = 7;

fn main() {
    match live::alone() {
        Ok(cluster) => {
            println!(
                "{:>34} {:>9} {:>9} {:>5} {:>5} {:>8} {:>12}",
                "median of 7", "delay", "wall", "GET", "list", "dry-run", "connections"
            );
            for (example, spec) in [("aws-upi", "prod-eu-1"), ("vsphere", "vc-1")] {
                compare(&cluster, &format!("examples/{example}/clusters/{spec}.yaml"));
            }
        }
        Err(why) => println!("skipped: {why}"),
    }
}

/// What a run took.
struct Took {
    wall: Duration,
    requests: BTreeMap<&'static str, usize>,
    n_connections: usize,
}

fn compare(cluster: &Cluster, spec: &str) {
    let rendered = rendered(spec);
    apply(cluster, &rendered);
    let spec = Path::new(env!("CARGO_MANIFEST_DIR")).join(spec);
    let proxy = cluster.proxy();
    let home = tempfile::tempdir().unwrap();
    // A kubeconfig within the repository that it is used for is refused.
    let kubeconfig = home.path().join("kubeconfig");
    std::fs::copy(cluster.kubeconfig_through(&proxy, ADMIN), &kubeconfig).unwrap();
    let regcfg = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_regcfg"));
        command.arg("diff").arg(&spec).current_dir(home.path()).env("KUBECONFIG", &kubeconfig);
        command
    };
    let kubectl = || {
        let mut command = Command::new("kubectl");
        command.args(["diff", "--server-side", "--force-conflicts", "-f", "-"]);
        command.env("KUBECONFIG", &kubeconfig).env("HOME", home.path());
        command
    };
    for delay in [0, 50] {
        proxy.reset();
        proxy.rule(Rule::new("", Action::Delay(Duration::from_millis(delay))));
        let ours = median(cluster, &proxy, "regcfg/", &rendered, regcfg);
        let theirs = median(cluster, &proxy, "kubectl/", &rendered, kubectl);
        let called = spec.file_stem().unwrap().to_string_lossy().into_owned();
        for (program, took) in [("regcfg", &ours), ("kubectl", &theirs)] {
            let count = |what: &str| took.requests.get(what).copied().unwrap_or_default();
            println!(
                "{:>34} {:>6} ms {:>6} ms {:>5} {:>5} {:>8} {:>12}",
                format!("{called}, {program}"),
                delay,
                took.wall.as_millis(),
                count("get"),
                count("list"),
                count("patch"),
                took.n_connections,
            );
        }
        println!("{:>34} {:>19.2}", "regcfg / kubectl", ours.wall.as_secs_f64() / theirs.wall.as_secs_f64());
    }
}

/// Runs a command some times after one warm-up, and returns the one in the middle.
fn median(cluster: &Cluster, proxy: &Proxy, agent: &str, input: &str, command: impl Fn() -> Command) -> Took {
    let mut runs: Vec<Took> = (0..=RUNS)
        .map(|_| {
            let (n_before, connections_before) = (cluster.audit().len(), proxy.n_connections());
            let start = Instant::now();
            run(command(), input);
            let wall = start.elapsed();
            let events = cluster.audit();
            let mut requests = BTreeMap::new();
            for event in events[n_before..].iter().filter(|event| event.agent.starts_with(agent)) {
                *requests.entry(verb(event)).or_default() += 1;
            }
            Took { wall, requests, n_connections: proxy.n_connections() - connections_before }
        })
        .skip(1)
        .collect();
    runs.sort_by_key(|took| took.wall);
    runs.swap_remove(RUNS / 2)
}

fn verb(event: &Event) -> &'static str {
    match &*event.verb {
        "list" => "list",
        "patch" => "patch",
        _ => "get",
    }
}

/// Runs a command to its end; nothing may differ.
fn run(mut command: Command, input: &str) {
    use std::io::Write;
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // Whoever wants no input ends before it is written.
    let _unread = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let said = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
    assert!(output.status.success(), "{command:?}: {said}");
}

fn rendered(spec: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_regcfg"))
        .args(["render", spec])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Makes a cluster with what was rendered.
fn apply(cluster: &Cluster, rendered: &str) {
    cluster.apply_crds("4.19");
    let schema = json!({"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}});
    let name = "externalsecrets.external-secrets.io";
    let crd = json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": name},
        "spec": {"group": "external-secrets.io", "scope": "Namespaced",
            "names": {"kind": "ExternalSecret", "plural": "externalsecrets", "singular": "externalsecret"},
            "versions": [{"name": "v1", "served": true, "storage": true, "schema": schema}]},
    });
    cluster.define(&BTreeMap::from([(name.to_owned(), crd)]));
    for namespace in ["openshift-image-registry", "openshift-config"] {
        cluster.namespace(namespace);
    }
    let config: Json = json!({
        "apiVersion": "imageregistry.operator.openshift.io/v1", "kind": "Config", "metadata": {"name": "cluster"},
        "spec": {"managementState": "Removed", "replicas": 1, "storage": {}},
    });
    let configs = "/apis/imageregistry.operator.openshift.io/v1/configs?fieldManager=cluster-image-registry-operator";
    cluster.raw("POST", configs, Some(&config));
    let pruner = json!({
        "apiVersion": "imageregistry.operator.openshift.io/v1", "kind": "ImagePruner", "metadata": {"name": "cluster"},
        "spec": {"suspend": false},
    });
    let pruners =
        "/apis/imageregistry.operator.openshift.io/v1/imagepruners?fieldManager=cluster-image-registry-operator";
    cluster.raw("POST", pruners, Some(&pruner));
    cluster.apply(rendered, &["--force-conflicts"]);
}
