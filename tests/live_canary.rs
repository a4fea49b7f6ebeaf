//! Secrets marked with words that nothing else says lie on a real API server, in specs and in manifests; `diff`, `status` and
//! `import` are run in every way, and all that came out is searched for them: what was printed and written, what an external
//! program was given, and what the server was sent.

#![expect(clippy::disallowed_methods, reason = "tests read the disk and run programs, where the library may not")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

#[allow(dead_code, unused_imports, reason = "other tests use the rest")]
#[path = "common/cluster/mod.rs"]
mod cluster;
#[allow(dead_code, reason = "other tests use the rest")]
#[path = "canary/search.rs"]
mod search;

use std::collections::BTreeSet;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cluster::{ADMIN, Action, Cluster, Rule, Says, live};
use search::{Marker, Seen};
use serde_json::{Value as Json, json};

fn main() -> ExitCode {
    live::run(live::tests![
        no_command_lets_a_secret_out_or_sends_one,
        a_server_that_quotes_a_secret_is_not_repeated,
        what_is_imported_holds_no_secret,
    ])
}

/// What holds a marker.
const SOURCES: [&str; 21] = [
    "access",
    "key",
    "pull",
    "live-data",
    "live-pull",
    "live-last-applied",
    "live-secret-last-applied",
    "live-http-secret",
    "live-observed",
    "live-proxy",
    "live-status",
    "live-status-bearer",
    "live-config-map",
    "live-ca-key",
    "live-managed-secret",
    "http-secret",
    "observed",
    "proxy",
    "manifest-data",
    "manifest-config-map",
    "last-applied",
];

const SPEC: &str = "\
apiVersion: regcfg.dev/v1alpha1
kind: ClusterRegistry
metadata: {name: canary}
spec:
  openshift: \"4.19\"
  platform: aws-upi
  registry: {replicas: 2}
  storage:
    s3: {bucket: images, region: eu-central-1}
    credentials:
      accessKey: {valueFrom: {env: REGCFG_SECRET_ACCESS}}
      secretKey: {valueFrom: {env: REGCFG_SECRET_KEY}}
  pullSecrets:
    mirror:
      namespaces: [team-a]
      registries:
        mirror.example.com: {username: robot, password: {valueFrom: {env: REGCFG_SECRET_PULL}}}
";

/// A project beside a cluster, both full of markers.
struct Scene {
    dir: tempfile::TempDir,
    markers: Vec<Marker>,
}

impl Scene {
    fn new(cluster: &Cluster) -> Self {
        let dir = tempfile::tempdir().unwrap();
        // Tokens have no letters of a marker: their signs are looked at as those of any word.
        let markers = SOURCES.into_iter().map(Marker::new);
        let markers = markers.chain([Marker::of_word("token", "tokenofadmin".into())]).collect();
        let scene = Self { dir, markers };
        for marker in &scene.markers {
            cluster.secret(&marker.word);
        }
        for dir in ["project", "tmp", "given", "home"] {
            fs::create_dir(scene.dir.path().join(dir)).unwrap();
        }
        scene.write("project/cluster.yaml", SPEC);
        scene.write("project/manifests/all.yaml", &scene.manifests());
        let differ = scene.write("differ", "#!/bin/sh\ncp -r \"$1\" \"$2\" \"$GIVEN\"\nls -ld \"$1\" \"$2\" > \"$GIVEN/modes\"\ndiff -ru \"$1\" \"$2\"\n");
        fs::set_permissions(differ, Permissions::from_mode(0o755)).unwrap();
        scene
    }

    fn word(&self, source: &str) -> &str {
        &self.markers.iter().find(|marker| marker.source == source).unwrap().word
    }

    fn base64(&self, source: &str) -> String {
        STANDARD.encode(self.word(source))
    }

    fn write(&self, path: &str, text: &str) -> PathBuf {
        let path = self.dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    /// Manifests of the same cluster in which people wrote what belongs in none.
    fn manifests(&self) -> String {
        let labels = json!({"regcfg.dev/cluster": "manifests"});
        let last = |text: String| json!({"kubectl.kubernetes.io/last-applied-configuration": text});
        let config = json!({
            "apiVersion": "imageregistry.operator.openshift.io/v1", "kind": "Config",
            "metadata": {"name": "cluster", "labels": labels, "annotations":
                last(json!({"spec": {"httpSecret": self.word("last-applied")}}).to_string())},
            "spec": {
                "managementState": "Managed", "replicas": 1, "storage": {"emptyDir": {}},
                "httpSecret": self.word("http-secret"),
                "observedConfig": {"httpSecret": self.word("observed")},
            },
        });
        let proxied = json!({
            "apiVersion": "imageregistry.operator.openshift.io/v1", "kind": "ImagePruner",
            "metadata": {"name": "cluster", "labels": labels, "annotations":
                {"note": format!("http://robot:{}@proxy.example.com:3128", self.word("proxy"))}},
            "spec": {"suspend": false, "schedule": "", "keepTagRevisions": 3},
        });
        let secret = json!({
            "apiVersion": "v1", "kind": "Secret", "type": "Opaque",
            "metadata": {"name": "written", "namespace": "openshift-config", "labels": labels},
            "data": {"password": self.base64("manifest-data")},
        });
        let map = json!({
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": {"name": "written", "namespace": "openshift-config", "labels": labels},
            "data": {"password": self.word("manifest-config-map"), "other": "1"},
        });
        [config, proxied, secret, map].map(|object| format!("---\n{object}\n")).concat()
    }

    /// Puts on a cluster what people and operators leave there.
    fn fill(&self, cluster: &Cluster) {
        cluster.apply_crds("4.19");
        for namespace in ["openshift-config", "openshift-image-registry", "team-a"] {
            cluster.namespace(namespace);
        }
        let last = |source: &str, field: &str| {
            let noted = json!({"spec": {field: self.word(source)}, "stringData": {"a": self.word(source)}});
            json!({"kubectl.kubernetes.io/last-applied-configuration": noted.to_string()})
        };
        let ours = json!({"regcfg.dev/cluster": "canary"});
        let proxy = format!("http://robot:{}@proxy.example.com:3128", self.word("live-proxy"));
        let config = json!({
            "apiVersion": "imageregistry.operator.openshift.io/v1", "kind": "Config",
            "metadata": {"name": "cluster", "annotations": last("live-last-applied", "httpSecret")},
            "spec": {
                "managementState": "Managed", "replicas": 1, "rolloutStrategy": "RollingUpdate", "logging": 2,
                "httpSecret": self.word("live-http-secret"),
                "observedConfig": {"httpSecret": self.word("live-observed")},
                "proxy": {"http": proxy, "https": proxy},
                "storage": {"s3": {"bucket": "images", "region": "eu-central-1"}},
            },
        });
        make(cluster, "/apis/imageregistry.operator.openshift.io/v1/configs", &config);
        let bearer = format!(
            "cannot reach {proxy}: Authorization: Bearer {} password={}",
            self.word("live-status-bearer"),
            self.word("live-status")
        );
        let condition = json!({"type": "Degraded", "status": "True", "reason": "Unknown", "message": bearer,
            "lastTransitionTime": "2024-01-01T00:00:00Z"});
        let status = json!({"status": {"conditions": [condition], "observedGeneration": 1, "readyReplicas": 0,
            "storage": {}, "storageManaged": false}});
        let path = "/apis/imageregistry.operator.openshift.io/v1/configs/cluster/status";
        let said = cluster.raw("PATCH", path, Some(&status));
        assert_eq!(said.status, 200, "{}", said.text());
        let docker = json!({"auths": {"mirror.example.com": {
            "username": "robot", "password": self.word("live-pull"),
            "auth": STANDARD.encode(format!("robot:{}", self.word("live-pull")))}}});
        let docker = STANDARD.encode(docker.to_string());
        for (namespace, name, kind, data) in [
            (
                "openshift-image-registry",
                "image-registry-private-configuration-user",
                "Opaque",
                json!({"REGISTRY_STORAGE_S3_ACCESSKEY": self.base64("live-data"), "more": self.base64("live-data")}),
            ),
            ("openshift-config", "pull-secret", "kubernetes.io/dockerconfigjson", json!({".dockerconfigjson": docker})),
            ("team-a", "mirror", "kubernetes.io/dockerconfigjson", json!({".dockerconfigjson": docker})),
            ("openshift-config", "no-longer-rendered", "Opaque", json!({"a": self.base64("live-managed-secret")})),
            ("openshift-config", "written", "Opaque", json!({"password": self.base64("live-data")})),
        ] {
            let secret = json!({
                "apiVersion": "v1", "kind": "Secret", "type": kind, "data": data,
                "metadata": {"name": name, "labels": ours, "annotations": last("live-secret-last-applied", "a")},
            });
            make(cluster, &format!("/api/v1/namespaces/{namespace}/secrets"), &secret);
        }
        let body = STANDARD.encode(format!("{:-<48}", self.word("live-ca-key")));
        let key = format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n");
        let authority = fs::read_to_string(cluster.ca()).unwrap();
        for (name, data) in [
            ("registry-cas", json!({"registry.example.com": format!("{authority}{key}"), "other.example.com": key})),
            ("written", json!({"password": self.word("live-config-map"), "other": "2"})),
        ] {
            let map = json!({"apiVersion": "v1", "kind": "ConfigMap", "data": data,
                "metadata": {"name": name, "labels": ours}});
            make(cluster, "/api/v1/namespaces/openshift-config/configmaps", &map);
        }
        let image = json!({
            "apiVersion": "config.openshift.io/v1", "kind": "Image", "metadata": {"name": "cluster"},
            "spec": {"additionalTrustedCA": {"name": "registry-cas"}},
        });
        make(cluster, "/apis/config.openshift.io/v1/images", &image);
    }

    /// Runs the binary with all secrets in its environment; returns its code and all that it printed.
    #[track_caller]
    fn run(&self, kubeconfig: &Path, external: bool, args: &[&str]) -> (i32, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_regcfg"));
        let at = |name: &str| self.dir.path().join(name);
        command.args(args).current_dir(at("project")).env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin");
        command.env("HOME", at("home")).env("TMPDIR", at("tmp")).env("KUBECONFIG", kubeconfig);
        command.env("GIVEN", at("given"));
        for (name, source) in [("ACCESS", "access"), ("KEY", "key"), ("PULL", "pull")] {
            command.env(format!("REGCFG_SECRET_{name}"), self.word(source));
        }
        if external {
            command.env("KUBECTL_EXTERNAL_DIFF", at("differ"));
        }
        let output = command.output().unwrap();
        let about = format!("regcfg {}", args.join(" "));
        self.wants_silence(&format!("{about}: standard output"), &output.stdout);
        self.wants_silence(&format!("{about}: standard error"), &output.stderr);
        for dir in ["tmp", "given", "home", "project/out"] {
            for path in files_below(&at(dir)) {
                let path = path.display().to_string();
                self.wants_silence(&format!("{about}: the name {path}"), path.as_bytes());
                self.wants_silence(&format!("{about}: {path}"), &fs::read(&path).unwrap());
            }
        }
        assert!(files_below(&at("tmp")).is_empty(), "{about} leaves {:?}", files_below(&at("tmp")));
        let printed = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
        assert!(!printed.contains("internal error"), "{about}: {printed}");
        (output.status.code().unwrap(), printed)
    }

    #[track_caller]
    fn wants_silence(&self, place: &str, bytes: &[u8]) {
        let seen = Seen::new(bytes);
        let found = self.markers.iter().filter_map(|marker| Some((marker.source, marker.found_in(&seen)?)));
        let found: Vec<_> = found.collect();
        assert!(found.is_empty(), "{place}: {found:?}\n{}", String::from_utf8_lossy(bytes));
    }

    /// Looks into every request of regcfg.
    #[track_caller]
    fn wants_nothing_sent(&self, cluster: &Cluster) -> BTreeSet<String> {
        let events = cluster.audit();
        let ours: Vec<_> = events.iter().filter(|event| event.is_ours()).collect();
        assert!(!ours.is_empty());
        for event in &ours {
            assert!(event.is_harmless(), "{event:?}");
            self.wants_silence(&event.uri, format!("{} {}", event.uri, event.object).as_bytes());
        }
        ours.iter().map(|event| event.verb.clone()).collect()
    }
}

fn make(cluster: &Cluster, path: &str, object: &Json) {
    let made = cluster.raw("POST", path, Some(object));
    assert_eq!(made.status, 201, "{path}: {}", made.text());
}

fn files_below(dir: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(dir) else { return Vec::new() };
    let of = |path: PathBuf| if path.is_dir() { files_below(&path) } else { vec![path] };
    entries.flat_map(|entry| of(entry.unwrap().path())).collect()
}

const WAYS: [&[&str]; 5] = [
    &[],
    &["--full"],
    &["--compare-secrets"],
    &["--full", "--compare-secrets", "--predict", "merge"],
    &["--full", "--predict", "dry-run", "--field-manager", "other", "--max-impact", "none"],
];

fn no_command_lets_a_secret_out_or_sends_one(cluster: &Cluster) {
    let scene = Scene::new(cluster);
    scene.fill(cluster);
    let kubeconfig = cluster.kubeconfig_of(ADMIN);
    for what in ["cluster.yaml", "manifests"] {
        for (at, way) in WAYS.iter().enumerate() {
            let formats: &[&str] = if at == 3 { &["unified", "summary", "json", "markdown"] } else { &["json"] };
            for format in formats {
                let args = [&["diff", "--format", format, what], *way].concat();
                let (exit, printed) = scene.run(&kubeconfig, false, &args);
                assert!([1, 2].contains(&exit), "{args:?}: {printed}");
            }
            let args = [&["diff", what], *way].concat();
            let (exit, printed) = scene.run(&kubeconfig, true, &args);
            assert!([1, 2].contains(&exit), "{args:?}: {printed}");
        }
    }
    let given = files_below(&scene.dir.path().join("given"));
    assert!(
        given.iter().any(|path| path.display().to_string().contains("Secret.openshift-image-registry")),
        "{given:?}"
    );
    let modes = fs::read_to_string(scene.dir.path().join("given/modes")).unwrap();
    assert!(modes.lines().all(|line| line.starts_with("drwx------")), "{modes}");
    for args in [&["status"][..], &["status", "cluster.yaml"], &["status", "--format", "json"]] {
        let (exit, printed) = scene.run(&kubeconfig, false, args);
        assert_eq!(exit, 1, "{printed}");
        assert!(printed.contains("proxy.example.com"), "the message of the operator is not told: {printed}");
    }
    let watch = ["status", "--watch", "--interval", "1s", "--timeout", "2s"];
    scene.run(&kubeconfig, false, &watch);
    let verbs = scene.wants_nothing_sent(cluster);
    assert!(verbs.contains("patch") && verbs.contains("list"), "{verbs:?}");
}

fn a_server_that_quotes_a_secret_is_not_repeated(cluster: &Cluster) {
    let scene = Scene::new(cluster);
    scene.fill(cluster);
    let words = format!(
        "Authorization: Bearer token-of-admin, token-of-admin, {1} http://robot:{2}@proxy password={0} \
         spec.httpSecret: Invalid value: \"{0}\"",
        scene.word("live-http-secret"),
        STANDARD.encode("token-of-admin"),
        scene.word("live-proxy"),
    );
    for (method, path, status) in [
        ("GET", "/", 403),
        ("GET", "/", 500),
        ("GET", "/", 302),
        ("PATCH", "/", 422),
        ("PATCH", "/", 400),
        ("GET", "?limit", 403),
    ] {
        let proxy = cluster.proxy();
        let action = Action::refuse(status, "Invalid", &words).with_header("Location", "https://127.0.0.1:1/");
        proxy.rule(Rule::new(path, action).method(method));
        let kubeconfig = cluster.kubeconfig_through(&proxy, ADMIN);
        for format in ["unified", "json"] {
            for what in ["cluster.yaml", "manifests"] {
                scene.run(&kubeconfig, false, &["diff", "--full", "--format", format, what]);
            }
        }
        for args in [
            &["status"][..],
            &["status", "--format", "json"],
            &["import", "--platform", "aws-upi", "--openshift", "4.19"],
        ] {
            scene.run(&kubeconfig, false, args);
        }
    }
    for says in [Says::No as fn(&'static str) -> Says, Says::Warns] {
        let _webhook = cluster.webhook(
            "imageregistry.operator.openshift.io",
            &["*"],
            says(Box::leak(words.clone().into_boxed_str())),
        );
        for format in ["unified", "summary", "json", "markdown"] {
            scene.run(&cluster.kubeconfig_of(ADMIN), false, &["diff", "--format", format, "cluster.yaml"]);
        }
    }
    scene.wants_nothing_sent(cluster);
}

fn what_is_imported_holds_no_secret(cluster: &Cluster) {
    let scene = Scene::new(cluster);
    scene.fill(cluster);
    let kubeconfig = cluster.kubeconfig_of(ADMIN);
    for args in [&[][..], &["--format", "json"], &["-o", "out"]] {
        let all = [&["import", "--platform", "aws-upi", "--openshift", "4.19", "--name", "canary"], args].concat();
        let (exit, printed) = scene.run(&kubeconfig, false, &all);
        assert_ne!(exit, 2, "{printed}");
    }
    let written = files_below(&scene.dir.path().join("project/out"));
    assert!(written.iter().any(|path| path.ends_with("registry.example.com.pem")), "{written:?}");
    // A must-gather of an old release, with values as they are.
    for (path, api) in [
        (
            "cluster-scoped-resources/imageregistry.operator.openshift.io/configs/cluster.yaml",
            "/apis/imageregistry.operator.openshift.io/v1/configs/cluster",
        ),
        (
            "cluster-scoped-resources/config.openshift.io/images/cluster.yaml",
            "/apis/config.openshift.io/v1/images/cluster",
        ),
        (
            "namespaces/openshift-image-registry/core/secrets.yaml",
            "/api/v1/namespaces/openshift-image-registry/secrets",
        ),
        ("namespaces/openshift-config/core/secrets.yaml", "/api/v1/namespaces/openshift-config/secrets"),
        ("namespaces/team-a/core/secrets.yaml", "/api/v1/namespaces/team-a/secrets"),
        ("namespaces/openshift-config/core/configmaps.yaml", "/api/v1/namespaces/openshift-config/configmaps"),
    ] {
        scene.write(&format!("gathered/{path}"), &cluster.raw("GET", api, None).text());
    }
    let none = scene.dir.path().join("none");
    let gathered = scene.dir.path().join("gathered").display().to_string();
    for args in [
        &["import", "--must-gather", &gathered, "--name", "canary", "--platform", "aws-upi", "--openshift", "4.19"][..],
        &["import", "--from", &gathered, "--name", "canary", "--platform", "aws-upi", "--openshift", "4.19"],
        &["status", "--must-gather", &gathered],
        &["status", "--must-gather", &gathered, "--format", "json"],
    ] {
        scene.run(&none, false, args);
    }
    for what in ["cluster.yaml", "manifests"] {
        for format in ["unified", "summary", "json", "markdown"] {
            scene.run(&none, false, &["diff", "--full", "--must-gather", &gathered, "--format", format, what]);
            scene.run(&none, false, &["diff", "--full", "--against", &gathered, "--format", format, what]);
        }
    }
    scene.wants_nothing_sent(cluster);
}
