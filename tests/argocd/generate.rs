//! `generate`: every object of one cluster, or an empty standard output and an exit code that is not 0.

use std::io::{Read, Write};
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::sidecar::{Run, Sidecar, example, parameters, plugin_command, repository, signal, wait};

const SPEC: &str = "\
apiVersion: regcfg.dev/v1alpha1
kind: ClusterRegistry
metadata: {name: prod}
spec:
  openshift: \"4.19\"
  platform: vsphere
  storage: {pvc: {claim: registry}}
";

/// A value that no stream may show.
const SENTINEL: &str = "S3ntinel-0f-A-Secret";

fn generate(sidecar: &Sidecar, dir: &str) -> Run {
    sidecar.run(&plugin_command("/spec/generate/command"), dir)
}

/// Renders with parameters, given as Argo CD's JSON.
fn with_parameters(files: &[(&str, &str)], json: &str) -> Run {
    let mut sidecar = Sidecar::with(files);
    sidecar.env("ARGOCD_APP_PARAMETERS", json);
    generate(&sidecar, "")
}

fn named(name: &str) -> String {
    SPEC.replace("name: prod", &format!("name: {name}"))
}

#[track_caller]
fn assert_is_of(run: &Run, cluster: &str) {
    let objects = run.objects();
    assert!(objects.iter().all(|object| object["metadata"]["labels"]["regcfg.dev/cluster"] == cluster), "{objects:?}");
}

#[test]
fn the_example_application_renders_the_example_cluster() {
    let application = example("application.yaml");
    let mut sidecar = Sidecar::with_copy_of("examples/aws-upi");
    sidecar.env("ARGOCD_APP_PARAMETERS", &parameters(application));
    let path = application["spec"]["source"]["path"].as_str().expect("a path");
    assert!(sidecar.run(&plugin_command("/spec/discover/find/command"), path).is_match());
    let run = generate(&sidecar, path);
    assert_is_of(&run, "prod-eu-1");
    let rendered = std::fs::read_to_string(repository().join("tests/examples/aws-upi.yaml")).expect("the expectation");
    assert_eq!(run.stdout, rendered, "`argocd generate` and `render` differ");
    assert_eq!(run.stderr, "");
}

#[test]
fn nothing_of_the_environment_changes_a_byte() {
    let plain = generate(&Sidecar::with_copy_of("examples/aws-upi"), "clusters");
    let mut other = Sidecar::with_copy_of("examples/aws-upi");
    for (name, value) in [
        ("ARGOCD_APP_NAME", "argocd_registry"),
        ("ARGOCD_APP_REVISION", "0123456789abcdef"),
        ("ARGOCD_ENV_REGION", "$(touch /tmp/x)"),
        ("ARGOCD_APP_PARAMETERS", "null"),
        ("PARAM_CLUSTER", "other"),
        ("KUBE_VERSION", "1.32.4"),
        ("KUBE_API_VERSIONS", &"apps/v1,".repeat(8_000)),
        ("HOME", "/nonexistent"),
        ("TMPDIR", "/nonexistent"),
        ("LANG", "tr_TR.UTF-8"),
        ("TZ", "Asia/Tokyo"),
        ("NO_COLOR", ""),
        ("CLICOLOR_FORCE", "1"),
        ("RUST_BACKTRACE", "1"),
    ] {
        other.env(name, value);
    }
    // Argo CD's own settings for an Application, and a repository that was sent with its history.
    other.write("clusters/.argocd-source.yaml", "plugin: {env: []}\n");
    other.write(".git/HEAD", "ref: refs/heads/main\n");
    assert_eq!(generate(&other, "clusters").stdout, plain.stdout);
    assert_is_of(&plain, "prod-eu-1");
}

#[test]
fn with_every_stream_but_standard_output_closed_the_answer_is_the_same() {
    let sidecar = Sidecar::with_copy_of("examples/aws-upi");
    let mut command = sidecar.command(&["/bin/sh", "-c", "exec regcfg argocd generate <&- 2>&-"], "clusters");
    command.stdin(Stdio::null());
    assert_eq!(sidecar.finish(command).objects().len(), generate(&sidecar, "clusters").objects().len());
}

#[test]
fn of_several_specs_the_parameters_choose_one() {
    let files = [("a.yaml", &*named("one")), ("more/b.yaml", &*named("two"))];
    assert_is_of(&with_parameters(&files, r#"[{"name": "cluster", "string": "two"}]"#), "two");
    assert_is_of(&with_parameters(&files, r#"[{"name": "spec", "string": "more/b.yaml"}]"#), "two");
    assert_is_of(&with_parameters(&files, r#"[{"name": "spec", "string": "./a.yaml"}]"#), "one");
    for none in ["", "null", "[]", r#"[{"name": "cluster", "string": ""}]"#] {
        let run = with_parameters(&files, none);
        run.assert_refused("2 specs stand here, and an Application renders one");
        run.assert_refused("`a.yaml` for the cluster `one`, `more/b.yaml` for the cluster `two`");
        assert_is_of(&with_parameters(&files[..1], none), "one");
    }
}

#[test]
fn parameters_that_choose_nothing_are_refused() {
    let files = [("a.yaml", &*named("one")), ("more/b.yaml", &*named("two")), ("layer.yaml", "kind: Other\n")];
    let refused = |json: &str, why: &str| with_parameters(&files, json).assert_refused(why);
    refused(r#"[{"name": "cluster", "string": "three"}]"#, "no spec here is for a cluster `three`");
    refused(r#"[{"name": "spec", "string": "layer.yaml"}]"#, "no spec here is the file `layer.yaml`");
    refused(r#"[{"name": "spec", "string": "../../../../etc/passwd"}]"#, "no spec here is the file");
    refused(r#"[{"name": "spec", "string": "/etc/passwd"}]"#, "no spec here is the file");
    refused(r#"[{"name": "clutser", "string": "one"}]"#, "did you mean `cluster`?");
    refused(r#"[{"name": "cluster", "array": ["one"]}]"#, "is not a string");
    refused(r#"{"cluster": "one"}"#, "ARGOCD_APP_PARAMETERS is not a list of parameters");
    refused("[", "line 1, column 1");
}

#[test]
fn a_directory_without_a_spec_is_refused() {
    for files in [&[][..], &[("a.yaml", "apiVersion: v1\nkind: ConfigMap\n")]] {
        generate(&Sidecar::with(files), "").assert_refused("no spec to render");
    }
}

#[test]
fn a_spec_with_faults_renders_nothing_and_tells_them() {
    let sidecar = Sidecar::with(&[("clusters/a.yaml", &SPEC.replace("claim", "clam"))]);
    let run = generate(&sidecar, "clusters");
    run.assert_refused("--> a.yaml:7:19");
    assert_eq!(run.status.code(), Some(1));
}

#[test]
fn a_directory_that_cannot_be_listed_is_no_directory_without_specs() {
    let sidecar = Sidecar::with(&[("a.yaml", SPEC)]);
    sidecar.close("more");
    generate(&sidecar, "").assert_refused("cannot list the directory `more`");
}

#[test]
fn a_plain_secret_is_refused_whatever_the_application_says_and_shown_nowhere() {
    let spec = SPEC.replace("vsphere", "aws-upi").replace(
        "{pvc: {claim: registry}}",
        "{s3: {bucket: b-1, region: eu-west-1}, credentials: {accessKey: {valueFrom: {env: REGCFG_SECRET_ACCESS}}, \
         secretKey: {valueFrom: {file: key.txt}}}}",
    );
    let files = [("a.yaml", &*spec), ("key.txt", SENTINEL)];
    for parameters in
        ["null", r#"[{"name": "reveal-secrets", "string": "true"}]"#, r#"[{"name": "cluster", "string": "prod"}]"#]
    {
        let mut sidecar = Sidecar::with(&files);
        sidecar.env("REGCFG_SECRET_ACCESS", SENTINEL).env("ARGOCD_APP_PARAMETERS", parameters);
        sidecar.env("ARGOCD_ENV_REVEAL_SECRETS", "true").env("PARAM_REVEAL_SECRETS", "true");
        let run = generate(&sidecar, "");
        run.assert_refused("error");
        assert!(!run.stderr.contains(SENTINEL), "{}", run.stderr);
        // The administrator of the plugin may say it, in the plugin's own command.
        if parameters == "null" {
            let revealed = sidecar.run(&["regcfg", "argocd", "generate", "--reveal-secrets"], "");
            assert!(revealed.objects().iter().any(|object| object["kind"] == "Secret"));
            assert!(!revealed.stderr.contains(SENTINEL), "{}", revealed.stderr);
        }
    }
}

#[test]
fn at_the_deadline_the_process_ends_at_once_and_has_printed_nothing() {
    let sidecar = Sidecar::with_copy_of("examples/aws-upi");
    // A pipe that is full, so that the process waits in its one write.
    let (mut reader, mut writer) = std::io::pipe().expect("a pipe");
    writer.write_all(&vec![b'x'; 65_536]).expect("a pipe holds 64 KiB");
    let mut command = sidecar.command(&plugin_command("/spec/generate/command"), "clusters");
    let mut child = command.stdout(writer).spawn().expect("the command starts");
    drop(command);
    let start = Instant::now();
    let status = wait(&mut child, Duration::from_millis(500));
    assert_eq!(signal(status), Some(15), "{status}");
    assert!(start.elapsed() < Duration::from_secs(3));
    let mut printed = Vec::new();
    reader.read_to_end(&mut printed).expect("the pipe can be read");
    assert!(printed.iter().all(|byte| *byte == b'x'), "a part of the answer was printed");
}

#[test]
fn the_containers_variable_names_a_policy_and_no_application_can() {
    let kept = tempfile::tempdir().expect("a temporary directory");
    let policy = kept.path().join("policy.yaml");
    let text = "apiVersion: regcfg.dev/v1alpha1\nkind: Policy\nspec: {profiles: [aws-upi]}\n";
    std::fs::write(&policy, text).expect("a file");
    let policy = policy.to_str().expect("UTF-8");
    let with = |variable: &str| {
        let mut sidecar = Sidecar::with(&[("a.yaml", SPEC)]);
        sidecar.env(variable, policy);
        generate(&sidecar, "")
    };
    let refused = with("REGCFG_POLICY");
    assert!(refused.stdout.is_empty() && refused.stderr.contains("[RC0123]"), "{}", refused.stderr);
    for variable in ["ARGOCD_ENV_REGCFG_POLICY", "PARAM_POLICY"] {
        assert_is_of(&with(variable), "prod");
    }
}
