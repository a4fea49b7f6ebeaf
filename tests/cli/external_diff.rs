//! The program that `KUBECTL_EXTERNAL_DIFF` names, run by the built binary.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::sandbox::Sandbox;

const SPEC: &str = "apiVersion: regcfg.dev/v1alpha1
kind: ClusterRegistry
metadata: {name: lab}
spec:
  openshift: \"4.19\"
  platform: baremetal
  registry: {managementState: Managed, replicas: 2}
  storage: {pvc: {claim: registry}}
";

/// Makes a spec that differs from what was rendered of it, and returns what shows the difference by a script.
fn differing(sandbox: &Sandbox, script: &str) -> Command {
    sandbox.write("clusters/lab.yaml", SPEC);
    let rendered = sandbox.run(["render", "clusters/lab.yaml", "-o", "old"]);
    assert_eq!(rendered.exit, "0", "{rendered:?}");
    sandbox.write("clusters/lab.yaml", SPEC.replace("replicas: 2", "replicas: 3"));
    let program = sandbox.cwd().join("differ");
    fs::write(&program, format!("#!/bin/sh\nout={}\n{script}\n", sandbox.cwd().display())).expect("a file");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("a mode");
    let mut command = sandbox.command();
    command.env("KUBECTL_EXTERNAL_DIFF", program).env("PATH", "/usr/bin:/bin");
    command.args(["diff", "--against", "old", "clusters/lab.yaml"]);
    command
}

/// Returns the directories that the program was given, as it noted them.
fn given(sandbox: &Sandbox) -> Vec<PathBuf> {
    fs::read_to_string(sandbox.cwd().join("args"))
        .expect("the program notes its arguments")
        .lines()
        .map(PathBuf::from)
        .collect()
}

#[test]
fn it_shows_what_differs() {
    let sandbox = Sandbox::new();
    let command = differing(&sandbox, "printf '%s\\n' \"$@\" > $out/args; diff -r -u -N \"$1\" \"$2\"");
    let run = sandbox.finish(command);
    assert_eq!(run.exit, "1", "{run:?}");
    assert!(run.stdout.contains("-  replicas: 2\n") && run.stdout.contains("+  replicas: 3\n"), "{run:?}");
    assert!(given(&sandbox).iter().all(|directory| !directory.exists()));
}

#[test]
fn a_signal_ends_the_program_and_leaves_nothing() {
    for signal in [Signal::TERM, Signal::INT] {
        let sandbox = Sandbox::new();
        let script = "printf '%s\\n' \"$@\" > $out/args; touch $out/started; exec sleep 60";
        let mut child = differing(&sandbox, script).spawn().expect("the built binary runs");
        while !sandbox.cwd().join("started").exists() {
            assert!(child.try_wait().expect("a child").is_none(), "it ended before the program was started");
            std::thread::sleep(Duration::from_millis(5));
        }
        kill_process(Pid::from_child(&child), signal).expect("it runs");
        let status = child.wait().expect("a child");
        assert!(!status.success(), "{status:?}");
        let given = given(&sandbox);
        assert!(given.len() == 2 && given.iter().all(|directory| !directory.exists()), "{given:?}");
    }
}
