//! Secrets that the real `sops` encrypted, passed on by the built binary: the same program decrypts what comes out, with
//! its MAC, from the stream and from a directory.

#![expect(clippy::disallowed_methods, reason = "tests read and write the disk, where the library may not")]
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on panics, and says what it skips"
)]

#[path = "common/programs.rs"]
mod programs;

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use programs::Programs;
use tempfile::TempDir;

const SPEC: &str = "\
apiVersion: regcfg.dev/v1alpha1
kind: ClusterRegistry
metadata: {name: prod}
spec:
  openshift: \"4.19\"
  platform: aws-upi
  storage:
    s3: {bucket: prod-registry, region: eu-west-1}
    credentials:
      accessKey: {valueFrom: {sops: {file: FILE}}}
      secretKey: {valueFrom: {sops: {file: FILE}}}
";

const SECRET: &str = "\
# What the registry logs in with.
apiVersion: v1
kind: Secret
metadata:
  name: image-registry-private-configuration-user
  namespace: openshift-image-registry
  annotations:
    argocd.argoproj.io/sync-options: Prune=false,Delete=false
    kustomize.toolkit.fluxcd.io/prune: disabled
type: Opaque
stringData:
  # Rotated in spring.
  REGISTRY_STORAGE_S3_ACCESSKEY: AKIAEXAMPLE
  REGISTRY_STORAGE_S3_SECRETKEY: \"not a real key: 0123 ${x} {{ y }}\"
";

/// The file of the Secret in a cluster's directory.
const IN_TREE: &str = "out/prod/secret_openshift-image-registry_image-registry-private-configuration-user.yaml";

/// A directory with an age key of its own.
struct Home<'p> {
    programs: &'p Programs,
    dir: TempDir,
    recipient: String,
}

impl<'p> Home<'p> {
    fn new(programs: &'p Programs) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let key = dir.path().join("key.txt");
        let made = programs.command("age-keygen", dir.path()).arg("-o").arg(&key).output().unwrap();
        assert!(made.status.success(), "{made:?}");
        let shown = programs.command("age-keygen", dir.path()).arg("-y").arg(&key).output().unwrap();
        let recipient = String::from_utf8(shown.stdout).unwrap().trim().to_owned();
        Self { programs, dir, recipient }
    }

    fn encrypt(&self, plain: &str, args: &[&str]) -> String {
        let file = self.dir.path().join("plain.yaml");
        fs::write(&file, plain).unwrap();
        let mut command = self.programs.command("sops", self.dir.path());
        // Where it looks for rules.
        command.current_dir(self.dir.path());
        command.args(["encrypt", "--age", &self.recipient, "--encrypted-regex", "^(data|stringData)$"]);
        let output = command.args(args).arg(&file).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Decrypts a file, with its MAC, to JSON.
    fn decrypt(&self, file: &Path) -> Result<serde_json::Value, String> {
        let mut command = self.programs.command("sops", self.dir.path());
        command.env("SOPS_AGE_KEY_FILE", self.dir.path().join("key.txt")).args(["decrypt", "--output-type", "json"]);
        let output = command.arg(file).output().unwrap();
        if output.status.success() {
            Ok(serde_json::from_slice(&output.stdout).unwrap())
        } else {
            Err(String::from_utf8(output.stderr).unwrap())
        }
    }
}

fn regcfg(dir: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_regcfg"));
    command.args(args).current_dir(dir).env_clear().stdin(Stdio::null()).output().unwrap()
}

#[track_caller]
fn right(output: &Output) -> String {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// Cuts a stream at the lines that are `---`.
fn documents(stream: &str) -> Vec<String> {
    let mut documents = vec![String::new()];
    for line in stream.split_inclusive('\n') {
        match documents.last_mut() {
            Some(last) if line.trim_end() != "---" => last.push_str(line),
            _ => documents.push(String::new()),
        }
    }
    documents
}

/// Renders a file in both ways, and checks that it keeps its bytes and that sops decrypts it to what it was.
#[track_caller]
fn check(home: &Home<'_>, name: &str, encrypted: &str) {
    let project = tempfile::tempdir().unwrap();
    let dir = project.path();
    fs::write(dir.join("cluster.yaml"), SPEC.replace("FILE", name)).unwrap();
    fs::write(dir.join(name), encrypted).unwrap();
    let expected = home.decrypt(&dir.join(name)).unwrap();
    assert_eq!(expected["stringData"]["REGISTRY_STORAGE_S3_ACCESSKEY"], "AKIAEXAMPLE");

    let output = regcfg(dir, &["render", "cluster.yaml"]);
    let stream = right(&output);
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "rendered in silence");
    assert!(stream.contains(encrypted), "{name}: the stream holds other bytes\n{stream}");
    let documents: Vec<String> =
        documents(&stream).into_iter().filter(|document| document.contains("ENC[AES256")).collect();
    let [document] = &*documents else { panic!("{name}: {} documents in\n{stream}", documents.len()) };
    let cut = dir.join(format!("cut-{name}"));
    fs::write(&cut, document).unwrap();
    assert_eq!(home.decrypt(&cut).as_ref(), Ok(&expected), "{name}: from the stream");
    assert_eq!(right(&regcfg(dir, &["render", "cluster.yaml"])), stream, "{name}: a second time");

    right(&regcfg(dir, &["render", "-o", "out", "cluster.yaml"]));
    assert_eq!(fs::read(dir.join(IN_TREE)).unwrap(), encrypted.as_bytes(), "{name}: in the directory");
    assert_eq!(home.decrypt(&dir.join(IN_TREE)).as_ref(), Ok(&expected), "{name}: from the directory");
    assert_eq!(right(&regcfg(dir, &["render", "--verify", "out", "cluster.yaml"])), "");
    let again = regcfg(dir, &["render", "-o", "out", "cluster.yaml"]);
    assert!(String::from_utf8_lossy(&again.stderr).contains("unchanged"), "{again:?}");
}

#[test]
fn what_sops_encrypted_is_decrypted_by_sops_after_it_was_passed_on() {
    let Some(programs) = Programs::find() else { return };
    let home = Home::new(&programs);
    let plain = home.encrypt(SECRET, &[]);
    check(&home, "a.enc.yaml", &plain);
    check(&home, "a.enc.yaml", plain.trim_end_matches('\n'));
    check(&home, "a.enc.yaml", &format!("---\n{plain}"));
    check(&home, "a.enc.yaml", &plain.replace('\n', "\r\n"));
    let json = home.encrypt(
        &SECRET.lines().filter(|line| !line.contains('#')).fold(String::new(), |text, line| text + line + "\n"),
        &["--output-type", "json"],
    );
    check(&home, "a.enc.json", &json);
    check(&home, "a.enc.json", json.trim_end_matches('\n'));
    let rules = format!("creation_rules: [{{mac_only_encrypted: true, age: {}}}]\n", home.recipient);
    fs::write(home.dir.path().join(".sops.yaml"), rules).unwrap();
    let values_only = home.encrypt(SECRET, &[]);
    assert!(values_only.contains("mac_only_encrypted: true"), "{values_only}");
    check(&home, "a.enc.yaml", &values_only);
}

#[test]
fn a_label_of_ours_would_break_the_mac() {
    let Some(programs) = Programs::find() else { return };
    let home = Home::new(&programs);
    let encrypted = home.encrypt(SECRET, &[]);
    let labelled = encrypted.replace("metadata:\n", "metadata:\n    labels:\n        regcfg.dev/cluster: prod\n");
    assert_ne!(encrypted, labelled);
    let file = home.dir.path().join("labelled.yaml");
    fs::write(&file, labelled).unwrap();
    let why = home.decrypt(&file).unwrap_err();
    assert!(why.contains("MAC mismatch"), "{why}");
}
