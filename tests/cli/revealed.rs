//! What comes of revealed secrets: their very bytes, in files that nobody else may read, or nothing at all.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::sandbox::Sandbox;

const SPEC: &str = "apiVersion: regcfg.dev/v1alpha1
kind: ClusterRegistry
metadata: {name: a}
spec:
  openshift: \"4.19\"
  platform: aws-upi
  storage:
    s3: {bucket: b, region: eu-west-1}
    credentials: {accessKey: {valueFrom: {file: access}}, secretKey: {valueFrom: {file: secret}}}
";

/// Secrets that one reader of text or another takes for something else.
#[rustfmt::skip]
const HOSTILE: &[&str] = &[
    "hunter2", "123", "0x1F", "true", "null", "~", "1e3", "${x}", "$(x)", "$x", "{{ x }}", "{% x %}", "{#x#}", "%s",
    "<path:a#b>", "<no value>", "a: b", "- a", "? a", "&a", "*a", "!a", "|", ">", "@a", "`a`", "'a'", "a\"b", "\\n",
    "\\u0041", "a\\", "é", "日本", "😀", "a b", "a  b", "a#b", "a\n", "a\r\n", "a\n\n", "\u{2028}", "\u{200b}a", "=", "==",
    "ENC[AES256_GCM,data:x]", "vault:secret/data/x#y", "ref+vault://x", "AgBy8hCi", "---", "...", "<<", "a\tb",
];

fn sandbox(access: &[u8], secret: &[u8]) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("cluster.yaml", SPEC);
    sandbox.write("access", access);
    sandbox.write("secret", secret);
    sandbox
}

#[test]
fn a_secret_comes_out_byte_for_byte() {
    for text in HOSTILE {
        let run = sandbox(b"hunter2", text.as_bytes()).run(["render", "--reveal-secrets", "cluster.yaml"]);
        assert_eq!(run.exit, "0", "{text:?}: {run:?}");
        let secret = run.stdout.split("---\n").find(|manifest| manifest.contains("kind: Secret")).expect("a Secret");
        let read: serde_json::Value = serde_yaml::from_str(secret).expect("YAML");
        let value = read["data"]["REGISTRY_STORAGE_S3_SECRETKEY"].as_str().expect("a text");
        assert_eq!(STANDARD.decode(value).expect("base64"), text.as_bytes(), "{text:?}");
    }
}

/// What kubectl and PyYAML read of a stream with one Secret for each text, all others of the stream among them.
#[test]
fn kubectl_and_pyyaml_read_the_very_bytes() {
    let streams = HOSTILE.iter().map(|text| {
        let run = sandbox(b"hunter2", text.as_bytes()).run(["render", "--reveal-secrets", "cluster.yaml"]);
        assert_eq!(run.exit, "0", "{text:?}: {run:?}");
        run.stdout
    });
    let stream = streams.collect::<Vec<_>>().join("---\n");
    let python = "import json, sys, yaml\nif not hasattr(yaml, '@'): sys.exit(3)\n\
                  for read in yaml.load_all(sys.stdin.buffer.read(), yaml.@): print(json.dumps(read))";
    let [plain, in_c] = ["SafeLoader", "CSafeLoader"].map(|loader| python.replace('@', loader));
    for (program, args) in [
        ("kubectl", &["label", "--local", "-o", "json", "-f", "-", "x=y"][..]),
        ("python3", &["-c", &plain]),
        ("python3", &["-c", &in_c]),
    ] {
        let Some(json) = read_by(program, args, &stream) else { continue };
        let read = serde_json::Deserializer::from_str(&json).into_iter::<serde_json::Value>();
        let read: Vec<_> =
            read.map(|object| object.expect("JSON")).filter(|object| object["kind"] == "Secret").collect();
        assert_eq!(read.len(), HOSTILE.len(), "{program} {args:?}");
        for (object, text) in read.iter().zip(HOSTILE) {
            let value = object["data"]["REGISTRY_STORAGE_S3_SECRETKEY"].as_str().expect("a text");
            assert_eq!(STANDARD.decode(value).expect("base64"), text.as_bytes(), "{program} {args:?}: {text:?}");
        }
    }
}

/// Gives a program a stream, and returns what it prints; says why where it is not there.
#[expect(clippy::print_stdout, reason = "a test that is skipped says so")]
fn read_by(program: &str, args: &[&str], stream: &str) -> Option<String> {
    let home = tempfile::tempdir().expect("a directory");
    let input = home.path().join("stream.yaml");
    fs::write(&input, stream).expect("a file");
    let mut command = Command::new(program);
    command.args(args).env("HOME", home.path()).env("PYTHONIOENCODING", "utf-8").env_remove("KUBECONFIG");
    let Ok(output) = command.stdin(fs::File::open(&input).expect("a file")).output() else {
        println!("skipped: there is no `{program}` here");
        return None;
    };
    let said = String::from_utf8_lossy(&output.stderr);
    if program == "python3" && (output.status.code() == Some(3) || said.contains("No module named")) {
        println!("skipped: `python3` has no such loader: {said}");
        return None;
    }
    assert!(output.status.success(), "{program} refuses what is written: {said}");
    Some(String::from_utf8(output.stdout).expect("UTF-8"))
}

#[test]
fn a_secret_of_5_mb_is_refused_and_not_shown() {
    let run = sandbox(b"hunter2", "hushhush".repeat(640 << 10).as_bytes()).run([
        "render",
        "--reveal-secrets",
        "cluster.yaml",
    ]);
    assert_eq!((&*run.exit, &*run.stdout), ("1", ""));
    assert!(
        run.stderr.contains(
            "error[RC0704]: cannot read a secret from `secret`: it is larger than 1 MiB\n  --> cluster.yaml:9:"
        ),
        "{}",
        run.stderr
    );
    assert!(!run.stderr.contains("hush"));
    let manifest = format!(
        "apiVersion: v1\nkind: Secret\nmetadata: {{name: x, namespace: y}}\nstringData: {{a: {}}}\n",
        "hushhush".repeat(640 << 10)
    );
    let sandbox = Sandbox::new();
    sandbox.write("manifest.yaml", manifest);
    let run = sandbox.run(["check", "--openshift", "4.19", "manifest.yaml"]);
    assert_eq!(run.exit, "1", "{run:?}");
    assert!(run.stdout.contains("  --> manifest.yaml:") && !run.stdout.contains("hush"), "{}", run.stdout);
}

#[test]
fn what_is_written_is_its_owners_alone_whatever_the_umask() {
    let sandbox = sandbox(b"hunter2", b"hunter2");
    for umask in ["000", "022", "077"] {
        let script = format!("umask {umask}; exec \"$0\" render --reveal-secrets -o out{umask} cluster.yaml");
        let mut command = Command::new("/bin/sh");
        command.args(["-c", &script, env!("CARGO_BIN_EXE_regcfg")]).env_clear().current_dir(sandbox.cwd());
        let run = sandbox.finish(command);
        assert_eq!((&*run.exit, &*run.stdout), ("0", ""), "{run:?}");
        let dir = sandbox.cwd().join(format!("out{umask}/a"));
        let files = fs::read_dir(&dir).expect("a directory").map(|file| file.expect("a file").path());
        let modes: Vec<u32> = files.map(|file| file.metadata().expect("a file").permissions().mode() & 0o777).collect();
        assert!(modes.len() >= 2 && modes.iter().all(|mode| *mode == 0o600), "{modes:?}");
    }
}

#[test]
fn secrets_that_git_would_take_are_warned_of_and_written() {
    let sandbox = sandbox(b"hunter2", b"hunter2");
    sandbox.write(".git/HEAD", "ref: refs/heads/main\n");
    let render = |out: &str| sandbox.run(["render", "--reveal-secrets", "-o", out, "cluster.yaml"]);
    let run = render("out");
    assert_eq!(run.exit, "0");
    assert!(run.stderr.contains("warning[RC0749]") && run.stderr.contains("  --> cluster.yaml:3:"), "{}", run.stderr);
    assert!(sandbox.cwd().join("out/a").is_dir());
    sandbox.write(".gitignore", "/out\n");
    assert!(!render("out").stderr.contains("RC0749"));
    let elsewhere = tempfile::tempdir().expect("a directory");
    assert!(!render(&elsewhere.path().display().to_string()).stderr.contains("RC0749"));
    assert!(!sandbox.run(["render", "--reveal-secrets", "cluster.yaml"]).stderr.contains("RC0749"));
}
