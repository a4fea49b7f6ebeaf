//! What `regcfg diff` and `regcfg status` say to people before a real API server when things are not plain: each obstacle once, by
//! what it is.

#![expect(clippy::disallowed_methods, reason = "tests read the disk and run programs, where the library may not")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

#[allow(dead_code, unused_imports, reason = "other tests use the rest")]
#[path = "common/cluster/mod.rs"]
mod cluster;

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use cluster::{ADMIN, Action, Cluster, Rule, Shown, live};
use serde_json::{Value as Json, json};
use tempfile::TempDir;

fn main() -> ExitCode {
    live::run(live::tests![
        rights_that_lack_are_said_once,
        a_host_that_does_not_answer_is_named_once,
        the_same_obstacle_is_said_once,
        what_a_rule_explains_the_server_does_not_say_again,
        a_watch_outlives_the_token_that_it_began_with,
    ])
}

const SPEC: &str = "\
apiVersion: regcfg.dev/v1alpha1
kind: ClusterRegistry
metadata: {name: dc-1}
spec:
  openshift: \"4.19\"
  platform: baremetal
  storage:
    pvc:
      claim: registry
      create:
        storageClassName: fast
        accessModes: [ReadWriteMany]
        size: 100Gi
  mirrors: {imageDigestMirrors: {quay.io/org: {mirrors: [mirror.example.com/org]}}}
  pruner: {schedule: \"0 3 * * *\"}
";

/// A cluster to which the spec was applied, and the directory of the spec.
struct Scene(TempDir);

/// What a run said.
#[derive(Debug)]
struct Ran {
    exit: Option<i32>,
    out: String,
    err: String,
}

impl Ran {
    #[track_caller]
    fn says(&self, exit: i32, words: &[&str]) {
        assert_eq!(self.exit, Some(exit), "{}{}", self.out, self.err);
        let said = format!("{}{}", self.out, self.err);
        for word in words {
            assert!(said.contains(word), "nothing of `{word}` in {said}");
        }
    }

    #[track_caller]
    fn says_once(&self, exit: i32, words: &[&str]) {
        self.says(exit, words);
        let said = format!("{}{}", self.out, self.err);
        for word in words {
            assert_eq!(said.matches(word).count(), 1, "more than once `{word}` in {said}");
        }
    }

    fn json(&self) -> Json {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}{}", self.out, self.err))
    }
}

impl Scene {
    fn new(cluster: &Cluster) -> Self {
        cluster.apply_printed_crds("4.19");
        for namespace in ["openshift-config", "openshift-image-registry"] {
            cluster.namespace(namespace);
        }
        let scene = Self(tempfile::tempdir().unwrap());
        scene.write(SPEC);
        let rendered = Command::new(env!("CARGO_BIN_EXE_regcfg"))
            .args(["render", "cluster.yaml"])
            .current_dir(scene.0.path())
            .output()
            .unwrap();
        cluster.apply(&String::from_utf8(rendered.stdout).unwrap(), &["--field-manager=argocd-controller"]);
        scene
    }

    fn write(&self, spec: &str) {
        fs::write(self.0.path().join("cluster.yaml"), spec).unwrap();
    }

    fn command(&self, kubeconfig: &Path, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_regcfg"));
        command.args(args).current_dir(self.0.path()).env("KUBECONFIG", kubeconfig).env("HOME", "/nonexistent");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn run(&self, kubeconfig: &Path, args: &[&str]) -> Ran {
        ended(self.command(kubeconfig, args).spawn().unwrap())
    }
}

fn ended(child: Child) -> Ran {
    let output = child.wait_with_output().unwrap();
    let [out, err] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    Ran { exit: output.status.code(), out, err }
}

fn rights_that_lack_are_said_once(cluster: &Cluster) {
    let scene = Scene::new(cluster);
    let nobody = scene.run(&cluster.kubeconfig_of("nobody"), &["diff", "cluster.yaml"]);
    nobody.says_once(
        2,
        &[
            "? dc-1 is not known as a whole\n",
            "= unknown: user \"nobody\" lacks rights\n",
            "= not told: PersistentVolumeClaim openshift-image-registry/registry, ",
            "= not told: what is rendered no more of Config, ImagePruner, ",
            "= missing: get and list configs, imagedigestmirrorsets, imagepruners in the whole cluster\n",
            "= missing: get and list persistentvolumeclaims in openshift-image-registry\n",
            "= help: bind what `deploy/rbac/diff.yaml` of regcfg has",
            ": 4 unknown; impact: unknown",
        ],
    );
    assert!(!nobody.out.contains("cannot be told"), "{}", nobody.out);

    // Of one object and one list the same is said, and the rest is answered.
    let rules = json!([
        {"apiGroups": ["imageregistry.operator.openshift.io"], "resources": ["configs", "imagepruners"], "verbs": ["get", "list"]},
        {"apiGroups": ["config.openshift.io"], "resources": ["images", "imagetagmirrorsets"], "verbs": ["get", "list"]},
        {"apiGroups": ["config.openshift.io"], "resources": ["imagedigestmirrorsets"], "verbs": ["list"]},
        {"apiGroups": ["operator.openshift.io"], "resources": ["imagecontentsourcepolicies"], "verbs": ["list"]},
        {"apiGroups": ["rbac.authorization.k8s.io"], "resources": ["clusterroles", "clusterrolebindings", "rolebindings"], "verbs": ["list"]},
        {"apiGroups": ["external-secrets.io", "bitnami.com"], "resources": ["*"], "verbs": ["list"]},
        {"apiGroups": [""], "resources": ["persistentvolumeclaims", "configmaps"], "verbs": ["get", "list"]},
    ]);
    cluster.grant("reader", &rules);
    let reader = cluster.kubeconfig_of("reader");
    let said = scene.run(&reader, &["diff", "cluster.yaml"]);
    said.says_once(
        2,
        &[
            "= not told: ImageDigestMirrorSet registry-mirrors\n",
            "= not told: what is rendered no more of Secret in openshift-config; Secret in openshift-image-registry\n",
            "= missing: get imagedigestmirrorsets in the whole cluster\n",
            "= missing: list secrets in openshift-config\n",
            "= missing: list secrets in openshift-image-registry\n",
        ],
    );
    scene.run(&reader, &["diff", "--format", "summary", "cluster.yaml"]).says_once(
        2,
        &["  ? dc-1: user \"reader\" lacks rights; missing: get imagedigestmirrorsets in the whole cluster; list secrets in"],
    );
    let page = scene.run(&reader, &["diff", "--format", "markdown", "cluster.yaml"]);
    page.says_once(2, &["lacks rights; missing: get imagedigestmirrorsets in the whole cluster"]);

    // Programs are told of each object.
    let document = scene.run(&reader, &["diff", "--format", "json", "cluster.yaml"]).json();
    let objects = document["clusters"][0]["objects"].as_array().unwrap();
    let unknown: Vec<&Json> = objects.iter().filter(|object| object["what"] == "unknown").collect();
    let right = json!({"namespace": null, "apiGroup": "config.openshift.io", "resource": "imagedigestmirrorsets", "verb": "get"});
    assert_eq!(unknown.len(), 1, "{unknown:#?}");
    assert_eq!(unknown[0]["unknown"]["rights"], json!([right]));
    assert_eq!(document["clusters"][0]["unknown"][0]["rights"].as_array().unwrap().len(), 2);
}

/// Returns a kubeconfig like the admin's, for another address.
fn elsewhere(cluster: &Cluster, dir: &Path, url: &str) -> PathBuf {
    let text = fs::read_to_string(cluster.kubeconfig()).unwrap();
    let file = dir.join("config");
    fs::write(&file, text.replace(&cluster.url(), url)).unwrap();
    file
}

fn a_host_that_does_not_answer_is_named_once(cluster: &Cluster) {
    let scene = Scene::new(cluster);
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let dir = tempfile::tempdir().unwrap();
    let closed = elsewhere(cluster, dir.path(), &format!("https://127.0.0.1:{port}"));
    let refuses = cluster.proxy();
    refuses.rule(Rule::new("", Action::refuse(401, "Unauthorized", "Unauthorized")));
    let expired = cluster.proxy_showing(Shown::Expired);
    for (kubeconfig, port, cannot, why) in [
        (closed, port, "reach", "the connection is refused"),
        (cluster.kubeconfig_through(&refuses, ADMIN), refuses.port, "log in to", "the login is not accepted"),
        (cluster.kubeconfig_through(&expired, ADMIN), expired.port, "reach", "its certificate expired on"),
    ] {
        let host = format!("cannot {cannot} 127.0.0.1:{port} (context test): {why}");
        for format in ["unified", "summary", "json"] {
            scene.run(&kubeconfig, &["diff", "--format", format, "cluster.yaml"]).says_once(2, &[&host, why]);
        }
        let status = scene.run(&kubeconfig, &["status", "cluster.yaml"]);
        let first = format!("cannot tell: dc-1 on 127.0.0.1:{port} (context test): cannot {cannot} it: {why}");
        status.says_once(2, &[&first, why, "= help: "]);
        assert_eq!(status.out.lines().count(), 2, "{}", status.out);
        scene.run(&kubeconfig, &["import"]).says_once(2, &[&host, why]);
    }
}

fn the_same_obstacle_is_said_once(cluster: &Cluster) {
    let scene = Scene::new(cluster);
    let proxy = cluster.proxy();
    proxy.rule(Rule::new("imageregistry.operator", Action::refuse(500, "InternalError", "etcdserver: no leader")));
    let kubeconfig = cluster.kubeconfig_through(&proxy, ADMIN);
    let said = scene.run(&kubeconfig, &["diff", "cluster.yaml"]);
    said.says_once(2, &["etcdserver: no leader", "= not told: Config cluster, ImagePruner cluster\n"]);
    scene.run(&kubeconfig, &["status", "cluster.yaml"]).says(2, &["etcdserver: no leader"]);
}

fn what_a_rule_explains_the_server_does_not_say_again(cluster: &Cluster) {
    let scene = Scene::new(cluster);
    let kubeconfig = cluster.kubeconfig();
    let diff = |spec: String| {
        scene.write(&spec);
        scene.run(&kubeconfig, &["diff", "cluster.yaml"])
    };
    let shrunk = diff(SPEC.replace("100Gi", "50Gi"));
    shrunk.says_once(1, &["error[RC0609]"]);
    assert!(!shrunk.err.contains("RC0810"), "{}", shrunk.err);
    let classed = diff(SPEC.replace("fast", "slow"));
    classed.says_once(1, &["error[RC0608]"]);
    assert!(!classed.err.contains("RC0810"), "{}", classed.err);
    let both = diff(SPEC.replace("100Gi", "50Gi").replace("fast", "slow"));
    both.says_once(1, &["error[RC0608]", "error[RC0609]"]);
    assert!(!both.err.contains("RC0810"), "{}", both.err);
    // One that nobody uses cannot grow either, which no rule says.
    diff(SPEC.replace("100Gi", "200Gi")).says_once(1, &["error[RC0810]"]);
    // Of two fields the rule names one, and the server means both.
    diff(SPEC.replace("fast", "slow").replace("100Gi", "200Gi")).says_once(1, &["error[RC0608]", "error[RC0810]"]);
}

/// Makes a service account anew that may do everything, and returns a token of it. Those of the account before are worth nothing.
fn token_of_new_account(cluster: &Cluster) -> String {
    const ACCOUNTS: &str = "/api/v1/namespaces/default/serviceaccounts";
    const BINDINGS: &str = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";
    cluster.raw("DELETE", &format!("{ACCOUNTS}/watcher"), None);
    let account = json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "watcher"}});
    let made = cluster.raw("POST", ACCOUNTS, Some(&account));
    assert_eq!(made.status, 201, "{}", made.text());
    let binding = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": "watcher"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
        "subjects": [{"kind": "ServiceAccount", "namespace": "default", "name": "watcher"}],
    });
    // It is there from the second time on.
    cluster.raw("POST", BINDINGS, Some(&binding));
    let asked =
        json!({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"expirationSeconds": 600}});
    let given = cluster.raw("POST", &format!("{ACCOUNTS}/watcher/token"), Some(&asked));
    assert_eq!(given.status, 201, "{}", given.text());
    given.json()["status"]["token"].as_str().unwrap().to_owned()
}

fn a_watch_outlives_the_token_that_it_began_with(cluster: &Cluster) {
    let scene = Scene::new(cluster);
    let dir = tempfile::tempdir().unwrap();
    let text = fs::read_to_string(cluster.kubeconfig()).unwrap();
    let kubeconfig = |name: &str, user: &Json| {
        let mut config: Json = serde_json::from_str(&text).unwrap();
        config["users"][0]["user"] = user.clone();
        let file = dir.path().join(name);
        fs::write(&file, config.to_string()).unwrap();
        file
    };
    let (first, file) = (token_of_new_account(cluster), dir.path().join("token"));
    fs::write(&file, &first).unwrap();
    let of_file = kubeconfig("of-file", &json!({"tokenFile": file}));
    let of_first = kubeconfig("of-first", &json!({"token": first}));
    // Nobody reports anything, so that it is watched on and on.
    let watching = ["status", "--watch", "--interval", "500ms", "--timeout", "60s"];
    let child = scene.command(&of_file, &watching).spawn().unwrap();
    thread::sleep(Duration::from_secs(2));
    fs::write(&file, token_of_new_account(cluster)).unwrap();
    // A server believes for some seconds a token that it has seen.
    let begun = Instant::now();
    while scene.run(&of_first, &["status"]).exit != Some(2) {
        assert!(begun.elapsed() < Duration::from_secs(30), "the first token holds on");
        thread::sleep(Duration::from_secs(1));
    }
    scene.run(&of_first, &["status"]).says(2, &["(401)", "log in anew"]);
    let settings = "/apis/imageregistry.operator.openshift.io/v1/configs/cluster";
    let storage = json!({"pvc": null, "emptyDir": {}});
    let unmanaged = json!({"spec": {"managementState": "Unmanaged", "storage": storage}});
    assert_eq!(cluster.raw("PATCH", settings, Some(&unmanaged)).status, 200);
    let ran = ended(child);
    ran.says(0, &["unmanaged: "]);
    assert!(!ran.out.contains("(401)") && !ran.err.contains("(401)"), "{}{}", ran.out, ran.err);
}
