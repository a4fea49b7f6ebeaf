//! Sealed values by the real `kubeseal`: what it sealed, regcfg renders, and `kubeseal` opens what was rendered again.
//!
//! Skipped, saying so, where there is no Go to build it with; `REGCFG_PROGRAMS=required` makes that an error.

#![expect(
    clippy::disallowed_methods,
    reason = "tests read and write the disk and run programs, where the library may not"
)]
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on panics, and says what it skips"
)]

#[allow(dead_code, reason = "other tests use the rest")]
#[path = "common/programs.rs"]
mod programs;

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use programs::Programs;
use serde_json::{Value as Json, json};

const SCOPES: [&str; 3] = ["strict", "namespace-wide", "cluster-wide"];
const NAMESPACE: &str = "openshift-image-registry";
const ROUTE_SECRET: &str = "registry-route-images";
const USER_SECRET: &str = "image-registry-private-configuration-user";

/// Bytes that every layer between could change: quotes, templates, line ends, escapes, what is no UTF-8.
const VALUES: [(&str, &[u8]); 3] = [
    ("tls.key", b"-----BEGIN PRIVATE KEY-----\r\n{{ .tls }} ${x} \"'\\n\n"),
    ("REGISTRY_STORAGE_S3_ACCESSKEY", b"\x00\xff\xfe\x1b[31m"),
    ("REGISTRY_STORAGE_S3_SECRETKEY", b" 0123 "),
];

/// A project with a key pair, of which only the certificate is used to seal.
struct Sealing {
    programs: Programs,
    dir: tempfile::TempDir,
}

impl Sealing {
    fn new() -> Option<Self> {
        let (programs, dir) = (Programs::find()?, tempfile::tempdir().unwrap());
        let made = Command::new("openssl")
            .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "cert.pem"])
            .args(["-days", "3650", "-subj", "/CN=sealed"])
            .current_dir(dir.path())
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let sealing = Self { programs, dir };
        sealing.write("repo/regcfg.yaml", "apiVersion: regcfg.dev/v1alpha1\nkind: Project\n");
        sealing.write("repo/tls.crt", &fs::read_to_string("tests/landing/leaf.crt").unwrap());
        sealing.write(
            "policy.yaml",
            "apiVersion: regcfg.dev/v1alpha1\nkind: Policy\nspec: {sealedSecrets: {clusterWide: true}}\n",
        );
        Some(sealing)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn kubeseal(&self, args: &[&str], input: &[u8]) -> Output {
        let mut command = self.programs.command("kubeseal", self.dir.path());
        command.args(args).current_dir(self.dir.path());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        child.wait_with_output().unwrap()
    }

    /// Seals a whole Secret.
    fn seal(&self, namespace: &str, name: &str, keys: &[&str], scope: &str, format: &str) -> String {
        let data = VALUES.iter().filter(|(key, _)| keys.contains(key));
        let data: serde_json::Map<_, _> =
            data.map(|(key, value)| ((*key).into(), STANDARD.encode(value).into())).collect();
        let metadata = json!({"name": name, "namespace": namespace});
        let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": data});
        let args = ["--cert", "cert.pem", "--scope", scope, "--format", format];
        text(self.kubeseal(&args, secret.to_string().as_bytes()))
    }

    /// Seals a single value.
    fn seal_raw(&self, name: &str, key: &str, scope: &str) -> String {
        let (_, value) = VALUES.iter().find(|(known, _)| *known == key).unwrap();
        let args = ["--cert", "cert.pem", "--raw", "--from-file=/dev/stdin", "--scope", scope];
        text(self.kubeseal(&[&args[..], &["--namespace", NAMESPACE, "--name", name]].concat(), value))
    }

    fn unseal(&self, object: &Json) -> Output {
        self.kubeseal(&["--recovery-unseal", "--recovery-private-key", "key.pem"], object.to_string().as_bytes())
    }

    /// Writes a spec whose values are sealed as it is said of each key, and renders it.
    fn render(&self, source: impl Fn(&str) -> String) -> Output {
        let from = |key: &str| format!("{{valueFrom: {{sealed: {}}}}}", source(key));
        let spec = format!(
            "apiVersion: regcfg.dev/v1alpha1\nkind: ClusterRegistry\nmetadata: {{name: prod}}\nspec:\n  openshift: \"4.19\"\n  \
             platform: aws-upi\n  registry:\n    routes:\n      images: {{hostname: registry.example.com, tls: {{certificate: {{file: tls.crt}}, \
             key: {}}}}}\n  storage:\n    s3: {{bucket: b, region: eu-west-1}}\n    credentials:\n      accessKey: {}\n      secretKey: {}\n",
            from("tls.key"),
            from("REGISTRY_STORAGE_S3_ACCESSKEY"),
            from("REGISTRY_STORAGE_S3_SECRETKEY"),
        );
        self.write("repo/prod.yaml", &spec);
        let policy = self.dir.path().join("policy.yaml");
        let mut command = Command::new(env!("CARGO_BIN_EXE_regcfg"));
        command.args(["render", "--as-of", "2027-01-01", "prod.yaml", "--policy"]).arg(policy);
        command.current_dir(self.dir.path().join("repo")).env_clear().output().unwrap()
    }

    /// Looks whether `kubeseal` makes of what was rendered the very Secrets that were sealed.
    #[track_caller]
    fn check(&self, rendered: &Output) {
        let stream = text(rendered.clone());
        let objects = serde_yaml::from_multiple::<Json>(&stream).unwrap();
        let sealed: Vec<&Json> = objects.iter().filter(|object| object["kind"] == "SealedSecret").collect();
        assert_eq!(sealed.len(), 2, "{stream}");
        for object in sealed {
            let opened = self.unseal(object);
            let secret: Json = serde_json::from_str(&text(opened)).unwrap();
            let is_route = object["metadata"]["name"] == ROUTE_SECRET;
            let mut expected: serde_json::Map<_, _> = VALUES
                .iter()
                .filter(|(key, _)| is_route == (*key == "tls.key"))
                .map(|(key, value)| ((*key).to_owned(), STANDARD.encode(value).into()))
                .collect();
            if is_route {
                // What stands around a certificate in its file stays there.
                let text = fs::read_to_string(self.dir.path().join("repo/tls.crt")).unwrap();
                let certificate = &text[text.find("-----BEGIN").unwrap()..];
                expected.insert("tls.crt".into(), STANDARD.encode(certificate).into());
            }
            assert_eq!(secret["data"], Json::from(expected));
            assert_eq!(secret["type"], if is_route { "kubernetes.io/tls" } else { "Opaque" });
            assert_eq!(secret["metadata"]["labels"], json!({"regcfg.dev/cluster": "prod"}));
            // It stays when the SealedSecret goes, and is written on.
            assert_eq!(secret["metadata"]["ownerReferences"], Json::Null);
            assert_eq!(secret["metadata"]["annotations"]["sealedsecrets.bitnami.com/managed"], "true");
        }
    }
}

#[test]
fn files_of_every_scope_and_format_open_to_the_very_bytes() {
    let Some(sealing) = Sealing::new() else { return };
    for scope in SCOPES {
        for format in ["yaml", "json"] {
            let file = |key: &str| format!("{}.{format}", if key == "tls.key" { "route" } else { "user" });
            sealing.write(
                &format!("repo/route.{format}"),
                &sealing.seal(NAMESPACE, ROUTE_SECRET, &["tls.key"], scope, format),
            );
            let keys = ["REGISTRY_STORAGE_S3_ACCESSKEY", "REGISTRY_STORAGE_S3_SECRETKEY"];
            sealing.write(&format!("repo/user.{format}"), &sealing.seal(NAMESPACE, USER_SECRET, &keys, scope, format));
            sealing.check(&sealing.render(|key| format!("{{file: {}}}", file(key))));
        }
    }
}

#[test]
fn single_values_of_every_scope_open_to_the_very_bytes() {
    let Some(sealing) = Sealing::new() else { return };
    for scope in SCOPES {
        let value = |key: &str| sealing.seal_raw(if key == "tls.key" { ROUTE_SECRET } else { USER_SECRET }, key, scope);
        sealing.check(&sealing.render(|key| format!("{{value: \"{}\", scope: {scope}}}", value(key))));
    }
}

#[test]
fn a_value_sealed_for_another_secret_is_an_error_before_the_controller_cannot_open_it() {
    let Some(sealing) = Sealing::new() else { return };
    for (namespace, name, scope) in [
        ("default", ROUTE_SECRET, "strict"),
        (NAMESPACE, "other", "strict"),
        ("default", ROUTE_SECRET, "namespace-wide"),
    ] {
        let sealed = sealing.seal(namespace, name, &["tls.key"], scope, "json");
        sealing.write("repo/route.json", &sealed);
        let value = |key: &str| match key {
            "tls.key" => "{file: route.json}".to_owned(),
            _ => format!("{{value: \"{}\"}}", sealing.seal_raw(USER_SECRET, key, "strict")),
        };
        let output = sealing.render(value);
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && said.contains("RC0406"), "{namespace}/{name} {scope}: {said}");
        let mut moved: Json = serde_json::from_str(&sealed).unwrap();
        moved["metadata"] =
            json!({"name": ROUTE_SECRET, "namespace": NAMESPACE, "annotations": moved["metadata"]["annotations"]});
        let opened = sealing.unseal(&moved);
        let why = String::from_utf8_lossy(&opened.stderr).into_owned();
        assert!(!opened.status.success() && why.contains("no key could decrypt secret"), "{why}");
    }
}

#[test]
fn a_sealed_file_of_5_mb_is_not_read() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(dir.path().join(name), text).unwrap();
    write("regcfg.yaml", "apiVersion: regcfg.dev/v1alpha1\nkind: Project\n");
    write("big.yaml", &format!("spec: {{encryptedData: {{a: {}}}}}\n", "A".repeat(5 << 20)));
    let spec = "apiVersion: regcfg.dev/v1alpha1\nkind: ClusterRegistry\nmetadata: {name: a}\nspec:\n  openshift: \"4.19\"\n  \
                platform: gcp-upi\n  storage:\n    gcs: {bucket: b, projectID: example, region: europe-west1}\n    \
                credentials: {keyfile: {valueFrom: {sealed: {file: big.yaml}}}}\n";
    write("a.yaml", spec);
    let output = Command::new(env!("CARGO_BIN_EXE_regcfg"))
        .args(["render", "a.yaml"])
        .current_dir(Path::new(dir.path()))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("RC0105"), "{said}");
}

#[track_caller]
fn text(output: Output) -> String {
    let said = || String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}", said());
    String::from_utf8(output.stdout).unwrap()
}
