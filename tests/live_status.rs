//! `regcfg status` before a real API server: what it says of registries in a dozen states, with rights and without, and how a
//! watch ends.
//!
//! The server has no controllers: what operators and kubelets would write is written here, through the status subresource.

#![expect(clippy::disallowed_methods, reason = "tests read the disk and run programs, where the library may not")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

#[allow(dead_code, unused_imports, reason = "other tests use the rest")]
#[path = "common/cluster/mod.rs"]
mod cluster;
#[path = "live_status/registry.rs"]
mod registry;

use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use cluster::{Cluster, live};
use registry::{
    CLAIM, CONFIG, DEPLOYMENT, NAMESPACE, OPERATOR, POD, POOL, PRUNER, ROUTE, USER_SECRET, but, condition, gone,
    healthy, ingress, kinds_without_description, merge, not_applied, pod_waits, pool_status, pruner_well, put, reset,
    set_status, well,
};
use serde_json::{Value as Json, json};
use serde_yaml::options::DuplicateKeyPolicy;

/// A value that must be seen nowhere.
const SECRET: &str = "hush-6f1b2c3d4e5f";

fn main() -> ExitCode {
    live::run(live::tests![
        each_state_of_a_registry_is_told_and_explained,
        a_cluster_without_the_capability_is_told_so,
        who_may_read_little_is_told_what_would_allow_more,
        the_rights_that_are_documented_are_enough_and_each_is_needed,
        a_watch_ends_when_the_registry_settles_or_never_will,
    ])
}

/// A run of regcfg.
struct Ran {
    exit: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Ran {
    #[track_caller]
    fn says(&self, exit: i32, lines: &[&str]) {
        let Self { exit: found, stdout, stderr } = self;
        assert_eq!(*found, Some(exit), "{stdout}\n{stderr}");
        for line in lines {
            assert!(stdout.contains(line), "`{line}` is not in:\n{stdout}\n{stderr}");
        }
        assert!(!stdout.contains(SECRET) && !stderr.contains(SECRET), "{stdout}\n{stderr}");
        assert!(!stdout.contains('\u{1b}') && !stdout.contains('\u{202e}'), "{stdout}");
    }

    fn json(&self) -> Json {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}\n{}", self.stdout, self.stderr))
    }
}

fn command(kubeconfig: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_regcfg"));
    command.args(["status", "--kubeconfig"]).arg(kubeconfig).args(args);
    // A spec is named as from its own directory, which is a project without the kubeconfig.
    let spec = args.iter().map(Path::new).find(|arg| arg.extension().is_some_and(|ending| ending == "yaml"));
    command.env_clear().current_dir(spec.unwrap_or(kubeconfig).parent().unwrap()).stdin(Stdio::null());
    command
}

fn run(kubeconfig: &Path, args: &[&str]) -> Ran {
    let output = command(kubeconfig, args).output().unwrap();
    let [stdout, stderr] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    Ran { exit: output.status.code(), stdout, stderr }
}

fn status(cluster: &Cluster, args: &[&str]) -> Ran {
    run(&cluster.kubeconfig(), args)
}

/// A spec of the cluster, in a directory of its own.
fn spec(cluster: &Cluster) -> (tempfile::TempDir, String) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("vc-1.yaml");
    let text = "apiVersion: regcfg.dev/v1alpha1\nkind: ClusterRegistry\nmetadata: {name: vc-1}\nspec:\n  openshift: \"4.19\"\n  \
                platform: vsphere\n  registry:\n    replicas: 1\n  storage:\n    pvc:\n      claim: registry\n";
    fs::write(&file, text).unwrap();
    assert!(cluster.kubeconfig().exists());
    (dir, file.display().to_string())
}

#[expect(clippy::too_many_lines, reason = "one state after the other, on one cluster")]
fn each_state_of_a_registry_is_told_and_explained(cluster: &Cluster) {
    cluster.secret(SECRET);
    healthy(cluster);
    let (_dir, spec) = spec(cluster);

    // Healthy, part by part; the same as a document.
    status(cluster, &[&spec]).says(
        0,
        &[
            "healthy: vc-1 on 127.0.0.1:",
            "(OpenShift 4.19.3): the registry is ready\n",
            "  operator    Available=True (Ready), Progressing=False (Ready), Degraded=False (AsExpected)\n",
            "  config      Managed, storage pvc `registry`, 1 replica, Recreate\n",
            "  deployment  1 of 1 replicas ready\n",
            "  pods        image-registry-1 Running\n",
            "  claim       registry: Bound, 100Gi, ReadWriteOnce, class thin-csi\n",
            "  routes      default-route at registry.apps.example.com: admitted\n",
            "  images      inside image-registry.openshift-image-registry.svc:5000\n",
            "  pruner      at `0 2 * * *`\n",
            "  nodes       worker: 3 of 3 updated\n",
        ],
    );
    let document = status(cluster, &["--format", "json"]);
    document.says(0, &["\"verdict\": \"healthy\"", "\"cluster\": null"]);
    valid(&document.json());

    // Two backends: the operator is stuck, and calls itself progressing.
    let message = "unable to sync storage configuration: exactly one storage type should be configured at the same time, got 2: [EmptyDir PVC]";
    set_status(cluster, CONFIG, &json!({"conditions": but(&[not_applied(message)])}));
    let told = status(cluster, &[&spec]);
    told.says(
        1,
        &[
            "degraded: vc-1 on ",
            "error: 2 storage backends are configured: EmptyDir PVC\n",
            "  = seen: Config cluster: Progressing=True, reason `Error`: `Unable to apply resources: ",
            "  = cause: `spec.storage` of the config CR names more than one backend",
            "  = change: `storage` (vc-1.yaml:9:3): ",
            "  = help: run `regcfg explain RC0330`, `regcfg explain RC0520` and `regcfg explain RC0603`\n",
        ],
    );

    // A claim that is not there: said by the operator twice, and seen; it is one problem.
    let message = "persistentvolumeclaims \"registry\" not found";
    gone(cluster, CLAIM);
    cluster.raw("PATCH", CLAIM, Some(&json!({"metadata": {"finalizers": null}})));
    let conditions = but(&[
        not_applied(&format!("unable to sync storage configuration: {message}")),
        condition("StorageExists", "False", "PVC Issues Found", message),
    ]);
    set_status(cluster, CONFIG, &json!({"conditions": conditions}));
    let told = status(cluster, &[&spec]);
    told.says(
        1,
        &[
            "  claim       registry: not there\n",
            "error: claim `registry` is not there\n",
            "  = seen: PersistentVolumeClaim registry: Exists=False",
            "  = change: `storage.pvc` (vc-1.yaml:10:5): add `create`",
            "  = run: oc -n openshift-image-registry get pvc registry\n",
        ],
    );
    assert_eq!(told.stdout.matches("\nerror: ").count(), 1, "{}", told.stdout);

    // A claim that waits for a class that nobody has, and a pod that waits for it.
    reset(cluster);
    put(
        cluster,
        CLAIM,
        &json!({
            "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {},
            "spec": {"accessModes": ["ReadWriteOnce"], "storageClassName": "fast", "resources": {"requests": {"storage": "1Gi"}}},
            "status": {"phase": "Pending"},
        }),
    );
    set_status(
        cluster,
        POD,
        &json!({
            "phase": "Pending", "containerStatuses": null,
            "conditions": [condition("PodScheduled", "False", "Unschedulable", "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims.")],
        }),
    );
    let waits = [
        condition("Available", "False", "NoReplicasAvailable", "The deployment does not have available replicas"),
        condition("Progressing", "True", "DeploymentNotCompleted", "The deployment has not completed"),
        condition("Degraded", "True", "Unavailable", "The deployment does not have available replicas"),
    ];
    set_status(cluster, CONFIG, &json!({"conditions": but(&waits)}));
    let told = status(cluster, &[]);
    told.says(1, &["error: claim `registry` asks for storage class `fast`, which is not there\n", "registry: Pending"]);
    assert_eq!(told.stdout.matches("\nerror: ").count(), 1, "what follows from it is left out: {}", told.stdout);

    // Somebody deleted the claim, which a pod still uses, and the config CR, which its operator first clears up after.
    reset(cluster);
    merge(cluster, CLAIM, &json!({"metadata": {"finalizers": ["kubernetes.io/pvc-protection"]}}));
    gone(cluster, CLAIM);
    status(cluster, &[&spec]).says(
        1,
        &[
            "error: claim `registry` is being deleted\n",
            "  = cause: somebody deleted it, which nothing takes back. It is there while a pod uses it",
            "  = change: `storage.pvc` (vc-1.yaml:10:5)",
        ],
    );
    merge(cluster, CLAIM, &json!({"metadata": {"finalizers": null}}));
    let deleted = |storage: &str, finalizer: &str| {
        reset(cluster);
        merge(cluster, CONFIG, &json!({"spec": {"storage": {"managementState": storage}}}));
        // What the operator once made is its own to the status, whatever the spec says since.
        set_status(cluster, CONFIG, &json!({"storageManaged": true}));
        merge(cluster, CONFIG, &json!({"metadata": {"finalizers": [finalizer]}}));
        gone(cluster, CONFIG);
        status(cluster, &[&spec])
    };
    let operators = "imageregistry.operator.openshift.io/finalizer";
    deleted("Managed", operators).says(
        1,
        &[
            "error: the config CR is being deleted, and the operator deletes its storage with every image\n",
            "  = seen: Config cluster: Deleting=True, reason `StorageDeleted`",
            "  = run: oc patch configs.imageregistry.operator.openshift.io cluster --type merge -p '{\"spec\":{\"storage\":{\"managementState\":\"Unmanaged\"}}}'",
        ],
    );
    deleted("Unmanaged", operators)
        .says(1, &["error: the config CR is being deleted, and the registry with it\n", "leaves its storage"]);
    deleted("Unmanaged", "example.com/hold")
        .says(1, &["error: the config CR is being deleted, and waits for others: example.com/hold\n"]);
    merge(cluster, CONFIG, &json!({"metadata": {"finalizers": null}}));

    // Several replicas on a volume of one node, which the operator does not look at again.
    reset(cluster);
    merge(cluster, CONFIG, &json!({"spec": {"replicas": 2}}));
    status(cluster, &[&spec]).says(
        1,
        &[
            "error: several replicas share a volume that one node can mount\n",
            "  = change: `registry.replicas` (vc-1.yaml:8:15): set `1`",
            "RC0601",
        ],
    );

    // The only replica crashes, and says why; what it says may hold a secret.
    reset(cluster);
    let last = json!({"terminated": {"exitCode": 2, "reason": "Error", "message": format!("panic: token={SECRET}: permission denied\u{1b}[2J")}});
    set_status(cluster, POD, &pod_waits("CrashLoopBackOff", "back-off 5m0s restarting failed container", &last));
    set_status(
        cluster,
        DEPLOYMENT,
        &json!({"readyReplicas": null, "availableReplicas": null, "unavailableReplicas": 1}),
    );
    set_status(cluster, CONFIG, &json!({"conditions": but(&waits)}));
    status(cluster, &[]).says(
        1,
        &[
            "  deployment  0 of 1 replicas ready\n",
            "image-registry-1 CrashLoopBackOff",
            "error: the registry does not start on its storage: permission denied\n",
            "token=(a secret)",
        ],
    );

    // A pod that cannot mount what it needs: only an event says so.
    reset(cluster);
    set_status(cluster, POD, &pod_waits("ContainerCreating", "", &json!({})));
    let event = json!({
        "apiVersion": "v1", "kind": "Event", "metadata": {}, "type": "Warning", "reason": "FailedAttachVolume",
        "involvedObject": {"kind": "Pod", "namespace": NAMESPACE, "name": "image-registry-1"},
        "message": "Multi-Attach error for volume \"pvc-1\" Volume is already used by pod(s) image-registry-0",
        "lastTimestamp": "2026-01-02T03:04:05Z",
    });
    put(cluster, &format!("/api/v1/namespaces/{NAMESPACE}/events/one"), &event);
    status(cluster, &[]).says(1, &["error: the volume is attached to another node\n", "RC0336"]);

    // A Secret without the key of its backend: the keys are named, and no value.
    reset(cluster);
    let storage =
        json!({"spec": {"replicas": 2, "storage": {"pvc": null, "s3": {"bucket": "b", "region": "eu-west-1"}}}});
    merge(cluster, CONFIG, &storage);
    let secret = json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": {"annotations": {"kubectl.kubernetes.io/last-applied-configuration": SECRET}},
        "stringData": {"REGISTRY_STORAGE_S3_ACCESSKEY": SECRET},
    });
    put(cluster, USER_SECRET, &secret);
    let message = "unable to sync storage configuration: secret \"openshift-image-registry/image-registry-private-configuration-user\" does not contain required key \"REGISTRY_STORAGE_S3_SECRETKEY\"";
    set_status(cluster, CONFIG, &json!({"conditions": but(&[not_applied(message)])}));
    let told = status(cluster, &["--format", "json"]);
    told.says(1, &["image-registry-private-configuration-user: REGISTRY_STORAGE_S3_ACCESSKEY\"", "\"RC0538\""]);
    valid(&told.json());

    // None at all.
    gone(cluster, USER_SECRET);
    let message = "unable to sync storage configuration: unable to get cluster minted credentials \"openshift-image-registry/installer-cloud-credentials\": secret \"installer-cloud-credentials\" not found";
    set_status(cluster, CONFIG, &json!({"conditions": but(&[not_applied(message)])}));
    status(cluster, &[]).says(1, &[
        "  secrets     image-registry-private-configuration-user: not there; installer-cloud-credentials: not there\n",
        "error: there are no credentials for the storage\n",
    ]);

    // A route that its router refuses.
    reset(cluster);
    let message = "a route in another namespace holds registry.apps.example.com and is older than default-route";
    set_status(cluster, ROUTE, &json!({"ingress": [ingress("False", "HostAlreadyClaimed", message)]}));
    let said = format!("route default-route (host registry.apps.example.com, router default) not admitted: {message}");
    set_status(cluster, CONFIG, &json!({"conditions": but(&[condition("Degraded", "True", "RouteDegraded", &said)])}));
    let told = status(cluster, &[]);
    told.says(1, &[
        "error: route `default-route` is not admitted, since another route has the host registry.apps.example.com\n",
        "default-route at registry.apps.example.com: not admitted",
    ]);
    assert_eq!(told.stdout.matches("\nerror: ").count(), 1, "{}", told.stdout);

    // The pruner's last run failed, which degrades the operator; the registry itself works.
    reset(cluster);
    let mut conditions = pruner_well();
    conditions[1] = condition("Failed", "True", "BackoffLimitExceeded", "Job has reached the specified backoff limit");
    conditions[3] = condition("Degraded", "True", "JobFailed", "Job has reached the specified backoff limit");
    set_status(cluster, PRUNER, &json!({"conditions": conditions}));
    status(cluster, &[]).says(1, &["error: the last run of the pruner failed\n", "stops upgrades"]);
    set_status(cluster, PRUNER, &json!({"conditions": pruner_well()}));

    // Nodes take a new configuration over.
    set_status(cluster, POOL, &pool_status(1));
    status(cluster, &[])
        .says(1, &["progressing: ", "worker: 1 of 3 updated, under way", "info: pool worker takes over"]);
    set_status(cluster, POOL, &pool_status(3));

    // A reason that nobody knows is told as it stands, without acting on anything.
    let odd = condition("Degraded", "True", "Odd\u{202e}Reason", "it\u{1b}[2J is\nso");
    set_status(cluster, CONFIG, &json!({"conditions": but(&[odd])}));
    status(cluster, &[])
        .says(1, &["error: the operator calls itself degraded: Odd\\u{202e}Reason", "it\\u{1b}[2J is\\nso"]);

    // Removed, on a platform without storage of its own, and as the spec says.
    reset(cluster);
    let removed = [
        condition("Removed", "True", "Removed", "The registry is removed"),
        condition("Available", "True", "Removed", "The registry is removed"),
        condition("Progressing", "False", "Removed", "All registry resources are removed"),
    ];
    merge(cluster, CONFIG, &json!({"spec": {"managementState": "Removed", "storage": null}}));
    set_status(cluster, CONFIG, &json!({"conditions": but(&removed)}));
    gone(cluster, DEPLOYMENT);
    gone(cluster, POD);
    status(cluster, &[&spec]).says(
        1,
        &[
            "removed: ",
            "warning: there is no registry, since the platform has no storage for it\n",
            "set `Managed`, and name a `storage`",
        ],
    );
}

fn a_cluster_without_the_capability_is_told_so(cluster: &Cluster) {
    let mut kinds = kinds_without_description();
    kinds.retain(|name, _| name.starts_with("clusterversions"));
    cluster.define(&kinds);
    let version = json!({
        "apiVersion": "config.openshift.io/v1", "kind": "ClusterVersion", "metadata": {},
        "status": {"desired": {"version": "4.19.3"}, "capabilities": {"knownCapabilities": ["ImageRegistry"], "enabledCapabilities": []}},
    });
    put(cluster, "/apis/config.openshift.io/v1/clusterversions/version", &version);
    status(cluster, &[]).says(1, &["absent: ", "error: the capability ImageRegistry is switched off\n"]);
}

fn who_may_read_little_is_told_what_would_allow_more(cluster: &Cluster) {
    healthy(cluster);
    let nobody = run(&cluster.kubeconfig_of("nobody"), &[]);
    nobody.says(2, &["cannot tell: ", "not seen: no right to read "]);
    // One who may see the ClusterOperator alone has an answer, out of the union that stands there.
    let union = json!([
        condition("Available", "True", "Ready", "Available: The registry is ready"),
        condition("Progressing", "False", "Ready", ""),
        condition(
            "Degraded",
            "True",
            "ImagePrunerJobFailed::Removed",
            "Degraded: The registry is removed\nImagePrunerDegraded: Job has reached the specified backoff limit"
        ),
    ]);
    set_status(cluster, OPERATOR, &json!({"conditions": union}));
    cluster.grant(
        "reader",
        &json!([{"apiGroups": ["config.openshift.io"], "resources": ["clusteroperators"], "verbs": ["get"]}]),
    );
    let reader = run(&cluster.kubeconfig_of("reader"), &[]);
    reader.says(1, &[
        "error: the last run of the pruner failed\n",
        "  = seen: ClusterOperator image-registry: Degraded=True, reason `JobFailed`",
        "  = rule: {apiGroups: [machineconfiguration.openshift.io], resources: [machineconfigpools], verbs: [list]}\n",
        "  = help: `deploy/rbac/status.yaml`",
    ]);
    assert_eq!(reader.stdout.matches("not seen:").count(), 1, "{}", reader.stdout);
}

fn the_rights_that_are_documented_are_enough_and_each_is_needed(cluster: &Cluster) {
    healthy(cluster);
    let storage = json!({"spec": {"storage": {"pvc": {"claim": "registry"}}}});
    merge(cluster, CONFIG, &storage);
    let text = fs::read_to_string("deploy/rbac/status.yaml").unwrap();
    let options = serde_yaml::options! { duplicate_keys: DuplicateKeyPolicy::Error };
    let roles: Vec<Json> =
        text.split("\n---\n").map(|role| serde_yaml::from_str_with_options(role, options.clone()).unwrap()).collect();
    let granted: Vec<(String, Json)> = roles
        .iter()
        .flat_map(|role| {
            let namespace = role["metadata"]["namespace"].as_str().unwrap_or_default().to_owned();
            role["rules"].as_array().unwrap().iter().map(move |rule| (namespace.clone(), rule.clone()))
        })
        .collect();
    let reader = cluster.kubeconfig_of("reader");
    let unseen = |ran: &Ran| -> Vec<String> {
        let document = ran.json();
        valid(&document);
        let of = document["clusters"][0]["unseen"].as_array().unwrap().clone();
        of.iter()
            .flat_map(|of| of["what"].as_array().unwrap().clone())
            .map(|what| what.as_str().unwrap().to_owned())
            .collect()
    };
    // With each rule more there is less that cannot be seen, so that none is for nothing.
    let mut before = unseen(&run(&reader, &["--format", "json"]));
    for (namespace, rule) in &granted {
        let optional = rule["resources"] == json!(["configmaps"]) || rule["resources"] == json!(["persistentvolumes"]);
        for one in rule["resources"].as_array().unwrap() {
            let mut rule = rule.clone();
            rule["resources"] = json!([one]);
            let grant = |rule: &Json| {
                if namespace.is_empty() {
                    cluster.grant("reader", rule);
                } else {
                    cluster.grant_in(namespace, "reader", rule);
                }
            };
            grant(&json!([rule]));
        }
        let now = unseen(&run(&reader, &["--format", "json"]));
        assert!(optional || now.len() < before.len(), "{rule} shows nothing more: {now:?}");
        before = now;
    }
    assert_eq!(before, Vec::<String>::new());
    let [of_reader, of_admin] =
        [&reader, &cluster.kubeconfig()].map(|kubeconfig| run(kubeconfig, &["--format", "json"]));
    of_reader.says(0, &[]);
    assert_eq!(of_reader.json()["clusters"][0]["components"], of_admin.json()["clusters"][0]["components"]);
}

fn a_watch_ends_when_the_registry_settles_or_never_will(cluster: &Cluster) {
    healthy(cluster);
    let conditions =
        but(&[condition("Progressing", "True", "DeploymentNotCompleted", "The deployment has not completed")]);
    set_status(cluster, CONFIG, &json!({"conditions": conditions}));
    set_status(cluster, DEPLOYMENT, &json!({"readyReplicas": null, "availableReplicas": null}));
    let kubeconfig = cluster.kubeconfig();
    let watching = ["--watch", "--interval", "200ms", "--timeout", "60s"];
    let child = command(&kubeconfig, &watching).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    thread::sleep(Duration::from_secs(2));
    set_status(cluster, DEPLOYMENT, &json!({"readyReplicas": 1, "availableReplicas": 1}));
    set_status(cluster, CONFIG, &json!({"conditions": well()}));
    let output = child.wait_with_output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert!(lines[0].starts_with("progressing: "), "{told}");
    assert!(lines.contains(&"  deployment: 1 of 1 replicas ready"), "{told}");
    assert!(lines.last().unwrap().starts_with("healthy: "), "{told}");

    // What does not pass by itself ends it early.
    let message = "unable to sync storage configuration: exactly one storage type should be configured at the same time, got 2: [EmptyDir PVC]";
    set_status(cluster, CONFIG, &json!({"conditions": but(&[not_applied(message)])}));
    let begin = Instant::now();
    let stuck = run(&kubeconfig, &watching);
    assert!(begin.elapsed() < Duration::from_secs(30));
    stuck.says(1, &["degraded: ", "error: 2 storage backends"]);
    assert!(stuck.stderr.contains("this does not pass by itself"), "{}", stuck.stderr);

    // What may pass is waited for as long as was said; in between it ends at a signal.
    set_status(cluster, CONFIG, &json!({"conditions": conditions}));
    let late = run(&kubeconfig, &["--watch", "--interval", "200ms", "--timeout", "2s", "--format", "json"]);
    assert_eq!(late.exit, Some(1), "{}", late.stderr);
    let first: Json = serde_json::from_str(late.stdout.lines().next().unwrap()).unwrap();
    valid(&first);
    let mut child = command(&kubeconfig, &["--watch", "--timeout", "60s"]).stdout(Stdio::null()).spawn().unwrap();
    thread::sleep(Duration::from_secs(1));
    let begin = Instant::now();
    rustix::process::kill_process(rustix::process::Pid::from_child(&child), rustix::process::Signal::INT).unwrap();
    assert_ne!(child.wait().unwrap().code(), Some(0));
    assert!(begin.elapsed() < Duration::from_secs(2));
}

/// Holds a document to its published schema.
#[track_caller]
fn valid(document: &Json) {
    let schema: Json = serde_json::from_str(&fs::read_to_string("schemas/status.schema.json").unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let wrong: Vec<String> = validator.iter_errors(document).map(|error| error.to_string()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}
