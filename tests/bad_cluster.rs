//! `regcfg diff` before the real API server, with a proxy in between that is slow, hangs up, refuses or lies: each time the
//! obstacle is told, what can be answered is, an answer that is not whole has exit code 2, and nothing hangs.
//!
//! See `tests/cluster_server.rs` for where it is ignored.

#![expect(clippy::disallowed_methods, reason = "tests read the disk and run programs, where the library may not")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

#[allow(dead_code, unused_imports, reason = "other tests use the rest")]
#[path = "common/cluster/mod.rs"]
mod cluster;

use std::fs;
use std::io::Read;
use std::net::TcpListener;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use cluster::{ADMIN, Action, Cluster, Proxy, Rule, Shown, live};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
use tempfile::TempDir;

/// A spec of four objects; the cluster has one of them less, and another config CR.
const SPEC: &str = r#"apiVersion: regcfg.dev/v1alpha1
kind: ClusterRegistry
metadata: {name: prod}
spec:
  openshift: "4.19"
  platform: baremetal
  storage: {pvc: {claim: registry, create: {accessModes: [ReadWriteMany], size: 100Gi}}}
  pruner: {schedule: "0 3 * * *"}
  mirrors: {imageDigestMirrors: {quay.io/org: {mirrors: [mirror.example.com/org]}}}
"#;

const CONFIG: &str = "/configs/cluster";

const PRUNER: &str = "/imagepruners/cluster";

/// How long a run may take, on a machine that has much else to do.
const LONGEST: Duration = Duration::from_secs(60);

fn main() -> ExitCode {
    live::run(live::tests![
        a_slow_server_is_waited_for_and_one_that_is_too_slow_is_told,
        what_is_refused_is_told_and_the_rest_is_answered,
        a_server_in_trouble_is_asked_again,
        certificates_and_hosts_that_are_wrong_are_told_apart,
        who_may_not_is_told_how_to_be_allowed,
        what_is_not_there_would_be_made,
        hostile_words_act_on_nothing,
        large_objects_are_compared,
        a_signal_ends_a_run_at_once,
    ])
}

/// What a run said.
#[derive(Debug)]
struct Run {
    exit: Option<i32>,
    out: String,
    err: String,
}

impl Run {
    fn says(&self, exit: i32, words: &[&str]) {
        assert_eq!(self.exit, Some(exit), "{self:#?}");
        let said = format!("{}{}", self.out, self.err);
        for word in words {
            assert!(said.contains(word), "nothing of `{word}` in {self:#?}");
        }
        assert!(!said.contains("token-of-"), "the login is shown: {self:#?}");
    }
}

/// A project with a spec, and the cluster that it is for.
struct Scene<'c> {
    cluster: &'c Cluster,
    dir: TempDir,
}

impl<'c> Scene<'c> {
    fn new(cluster: &'c Cluster) -> Self {
        cluster.apply_printed_crds("4.19");
        for namespace in ["openshift-config", "openshift-image-registry"] {
            cluster.namespace(namespace);
        }
        let dir = outside();
        fs::write(dir.path().join("cluster.yaml"), SPEC).unwrap();
        let mut render = Command::new(env!("CARGO_BIN_EXE_regcfg"));
        let rendered = render.args(["render", "cluster.yaml"]).current_dir(dir.path()).output().unwrap();
        let manifests = String::from_utf8(rendered.stdout).unwrap();
        let kept: Vec<&str> =
            manifests.split("---\n").filter(|one| !one.contains("kind: ImageDigestMirrorSet")).collect();
        let edited = kept.join("---\n").replace("0 3 * * *", "0 4 * * *");
        cluster.apply(&edited, &["--field-manager=argocd-controller"]);
        Self { cluster, dir }
    }

    fn command(&self, kubeconfig: &Path, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_regcfg"));
        let format: &[&str] = if args.contains(&"--format") { &[] } else { &["--format", "summary"] };
        command.args(["diff", "--kubeconfig"]).arg(kubeconfig).args(format).args(args).arg("cluster.yaml");
        command.current_dir(self.dir.path()).env_remove("KUBECONFIG").stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn diff(&self, kubeconfig: &Path, args: &[&str]) -> Run {
        let begun = Instant::now();
        let output = self.command(kubeconfig, args).output().unwrap();
        assert!(begun.elapsed() < LONGEST, "{args:?}: {:?}", begun.elapsed());
        let [out, err] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
        Run { exit: output.status.code(), out, err }
    }

    fn through(&self, proxy: &Proxy, args: &[&str]) -> Run {
        self.diff(&self.cluster.kubeconfig_through(proxy, ADMIN), args)
    }

    /// Compares through a proxy with one rule.
    fn under(&self, rule: Rule, args: &[&str]) -> Run {
        let proxy = self.cluster.proxy();
        proxy.rule(rule);
        self.through(&proxy, args)
    }
}

/// Returns a directory that is in no repository: kubeconfigs of the tests are in this one.
fn outside() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// What is said of the cluster where nothing is in the way.
const WHOLE: [&str; 2] = ["ImageDigestMirrorSet", "ImagePruner cluster"];

fn a_slow_server_is_waited_for_and_one_that_is_too_slow_is_told(cluster: &Cluster) {
    let scene = Scene::new(cluster);
    let late = |time| Action::Delay(Duration::from_millis(time));
    scene.under(Rule::new("", late(300)), &[]).says(1, &WHOLE);
    let run = scene.under(Rule::new(PRUNER, late(5000)), &["--request-timeout", "1s"]);
    run.says(2, &["cannot read ImagePruner cluster", "no answer within 1 second", "ImageDigestMirrorSet"]);
    let run = scene.under(Rule::new("", late(9000)), &["--timeout", "1s"]);
    run.says(2, &["the 1 second of the whole run were over"]);
    assert_eq!(run.out.matches("of the whole run").count(), 1, "{run:#?}");
}

fn what_is_refused_is_told_and_the_rest_is_answered(cluster: &Cluster) {
    let scene = Scene::new(cluster);
    let refuse = |status, reason, words| Rule::new(PRUNER, Action::refuse(status, reason, words));
    for (rule, words) in [
        (refuse(409, "Conflict", "the object has been modified"), "the object has been modified"),
        (refuse(500, "InternalError", "etcdserver: no leader"), "etcdserver: no leader (asked 3 times)"),
        (Rule::new(PRUNER, Action::HangUp), "the connection was closed in the middle of the answer (asked 2 times)"),
        (Rule::new(PRUNER, Action::HangUpAfter(40)), "the connection was closed in the middle of the answer"),
    ] {
        let run = scene.under(rule.method("GET"), &["--format", "unified"]);
        run.says(2, &["cannot read ImagePruner cluster on 127.0.0.1", words, "ImageDigestMirrorSet"]);
    }
    let words = "imagepruners \"cluster\" is forbidden: User \"x\" cannot get resource";
    let run = scene.under(refuse(403, "Forbidden", words).method("GET"), &["--format", "unified"]);
    run.says(2, &["user \"x\" lacks rights", "missing: get imagepruners in the whole cluster", "ImageDigestMirrorSet"]);
    let denied = "admission webhook \"guard.example.com\" denied the request: no pruning on Fridays";
    let run = scene.under(Rule::new(PRUNER, Action::refuse(403, "Forbidden", denied)).method("PATCH"), &[]);
    assert!(run.exit != Some(0), "{run:#?}");
    run.says(run.exit.unwrap(), &["no pruning on Fridays", "ImageDigestMirrorSet"]);
    let run = scene.under(Rule::new("", Action::refuse(401, "Unauthorized", "Unauthorized")), &["--format", "unified"]);
    run.says(2, &["the login is not accepted, or has run out (401)", "oc login"]);
}

fn a_server_in_trouble_is_asked_again(cluster: &Cluster) {
    let scene = Scene::new(cluster);
    let busy = |wait| Action::refuse(429, "TooManyRequests", "busy").with_header("Retry-After", wait);
    scene.under(Rule::new("", busy("1")).times(3), &[]).says(1, &WHOLE);
    scene.under(Rule::new("", Action::refuse(503, "ServiceUnavailable", "not ready")).times(1), &[]).says(1, &WHOLE);
    scene.under(Rule::new("", Action::HangUp).times(1), &[]).says(1, &WHOLE);
    let run = scene.under(Rule::new(CONFIG, busy("3600")), &[]);
    run.says(2, &["too many requests; the server asks to wait 3600 seconds", "ImagePruner cluster"]);
}

fn certificates_and_hosts_that_are_wrong_are_told_apart(cluster: &Cluster) {
    let scene = Scene::new(cluster);
    for (shown, words) in [
        (Shown::OfAnotherAuthority, "its certificate is of an authority that is not trusted here"),
        (Shown::Expired, "its certificate expired on 2020-01-01 00:00 UTC, and the clock here says"),
        (Shown::NotYetValid, "its certificate is not valid before 2099-01-01 00:00 UTC, and the clock here says"),
        (Shown::OfAnotherHost, "its certificate is for api.elsewhere.example"),
    ] {
        let proxy = cluster.proxy_showing(shown);
        scene.through(&proxy, &[]).says(2, &[words]);
        assert_eq!(proxy.seen(), [], "somebody with a wrong certificate was asked");
        let run = scene.through(&proxy, &["--insecure-skip-tls-verify"]);
        run.says(1, &["is not verified by its certificate, as `--insecure-skip-tls-verify` says", WHOLE[0], WHOLE[1]]);
    }
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let text = fs::read_to_string(cluster.kubeconfig()).unwrap();
    let own = cluster.url();
    for (server, words) in [
        (format!("https://127.0.0.1:{closed}"), "the connection is refused"),
        (own.replace("https:", "http:"), "an API server"),
    ] {
        let elsewhere = outside();
        let file = elsewhere.path().join("config");
        fs::write(&file, text.replace(&own, &server)).unwrap();
        scene.diff(&file, &["--connect-timeout", "5s"]).says(2, &[words]);
    }
}

fn who_may_not_is_told_how_to_be_allowed(cluster: &Cluster) {
    let scene = Scene::new(cluster);
    let run = scene.diff(&cluster.kubeconfig_of("nobody"), &["--format", "unified"]);
    run.says(
        2,
        &[
            "user \"nobody\" lacks rights",
            "PersistentVolumeClaim openshift-image-registry/registry",
            "deploy/rbac/diff.yaml",
        ],
    );
    let read = |verbs: &[&str]| {
        json!([
            {"apiGroups": ["imageregistry.operator.openshift.io"], "resources": ["configs", "imagepruners"], "verbs": verbs},
            {"apiGroups": ["config.openshift.io"], "resources": ["imagedigestmirrorsets"], "verbs": verbs},
            {"apiGroups": [""], "resources": ["persistentvolumeclaims", "namespaces", "configmaps", "secrets"], "verbs": verbs},
        ])
    };
    // A reader may run no dry-run: the same is computed here.
    cluster.grant("reader", &read(&["get", "list"]));
    let run = scene.diff(&cluster.kubeconfig_of("reader"), &[]);
    run.says(run.exit.unwrap_or_default(), &WHOLE);
    assert!(!run.out.contains("cannot read"), "{run:#?}");
    let run = scene.diff(&cluster.kubeconfig(), &["--as", "reader"]);
    run.says(run.exit.unwrap_or_default(), &WHOLE);
    let run = scene.diff(&cluster.kubeconfig(), &["--as", "nobody", "--as-group", "system:masters"]);
    run.says(1, &WHOLE);
}

fn what_is_not_there_would_be_made(cluster: &Cluster) {
    let dir = outside();
    fs::write(dir.path().join("cluster.yaml"), SPEC).unwrap();
    let scene = Scene { cluster, dir };
    // No kind and no namespace of it is there.
    let run = scene.diff(&cluster.kubeconfig(), &[]);
    assert_ne!(run.exit, Some(0), "{run:#?}");
    run.says(
        run.exit.unwrap_or_default(),
        &["Config cluster", "PersistentVolumeClaim openshift-image-registry/registry"],
    );
    assert!(!run.out.contains("cannot read"), "{run:#?}");
}

fn hostile_words_act_on_nothing(cluster: &Cluster) {
    let scene = Scene::new(cluster);
    let words = "\u{1b}[2J\u{202e}\r\n::error::owned\n##vso[task.setvariable]x token-of-admin Authorization: Bearer token-of-admin";
    let refusal = Action::refuse(400, "BadRequest", words);
    for format in ["unified", "summary", "json", "markdown"] {
        let run = scene.under(Rule::new(PRUNER, refusal.clone()), &["--format", format]);
        run.says(2, &["ImagePruner"]);
        let said = format!("{}{}", run.out, run.err);
        assert!(!said.contains(['\u{1b}', '\u{202e}', '\r']), "{format}: {said}");
        let acts = |line: &str| line.trim_start().starts_with("::") || line.contains("##vso[");
        assert!(!said.lines().any(acts), "{format}: {said}");
    }
    let page = Action::Answer { status: 200, headers: vec![], body: b"<html>Log in</html>".to_vec() };
    scene
        .under(Rule::new("", page), &["--format", "unified"])
        .says(2, &["the answer is no JSON", "`server` of the kubeconfig"]);
}

fn large_objects_are_compared(cluster: &Cluster) {
    let scene = Scene::new(cluster);
    let mut pruner =
        cluster.raw("GET", "/apis/imageregistry.operator.openshift.io/v1/imagepruners/cluster", None).json();
    let with = |size: usize, pruner: &mut serde_json::Value| {
        pruner["metadata"]["annotations"] = json!({"big": "x".repeat(size)});
        let headers = vec![("Content-Type".into(), "application/json".into())];
        Action::Answer { status: 200, headers, body: pruner.to_string().into_bytes() }
    };
    let run = scene.under(Rule::new(PRUNER, with(10 << 20, &mut pruner)).method("GET"), &[]);
    run.says(1, &WHOLE);
    let run = scene.under(Rule::new(PRUNER, with(65 << 20, &mut pruner)).method("GET"), &[]);
    run.says(2, &["the answer is larger than 64 MiB", "ImageDigestMirrorSet"]);
}

fn a_signal_ends_a_run_at_once(cluster: &Cluster) {
    let scene = Scene::new(cluster);
    for signal in [Signal::INT, Signal::TERM] {
        let proxy = cluster.proxy();
        proxy.rule(Rule::new(PRUNER, Action::Delay(Duration::from_secs(20))));
        let kubeconfig = cluster.kubeconfig_through(&proxy, ADMIN);
        let mut child = scene.command(&kubeconfig, &[]).spawn().unwrap();
        let begun = Instant::now();
        while !proxy.seen().iter().any(|seen| seen.uri.contains(PRUNER)) {
            assert!(begun.elapsed() < LONGEST, "it asks for nothing");
            std::thread::sleep(Duration::from_millis(10));
        }
        kill_process(Pid::from_child(&child), signal).unwrap();
        let killed = Instant::now();
        let status = ended(&mut child);
        assert!(killed.elapsed() < Duration::from_secs(5), "{signal:?}: {:?}", killed.elapsed());
        assert!(status.signal() == Some(signal.as_raw()) || status.code() == Some(2), "{status:?}");
        let mut out = String::new();
        child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
        assert_eq!(out, "", "half an answer is printed");
    }
}

fn ended(child: &mut Child) -> std::process::ExitStatus {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        assert!(begun.elapsed() < LONGEST, "it does not end");
        std::thread::sleep(Duration::from_millis(10));
    }
}
