//! What is compared without a cluster opens no socket of a network and runs no program but `git`, seen by strace.

use std::fs;
use std::process::{Command, Stdio};

use super::{Repository, one, two};

/// The configuration of a registry as a must-gather has it.
const CONFIG: &str = "---\napiVersion: imageregistry.operator.openshift.io/v1\nkind: Config\nmetadata:\n  name: cluster\nspec:\n  managementState: Managed\n  replicas: 1\n  rolloutStrategy: Recreate\n  storage:\n    pvc:\n      claim: c\n";

#[test]
fn what_is_compared_without_a_cluster_opens_no_socket_and_runs_no_program_but_git() {
    let repository = Repository::of(&[("a.yaml", &one("a")), ("old/a.yaml", CONFIG)]);
    repository.write("a.yaml", &two("a"));
    let groups = "must/image/cluster-scoped-resources/imageregistry.operator.openshift.io";
    repository.write(&format!("{groups}/configs/cluster.yaml"), CONFIG);
    // A cluster that the invoker has a login for, and that nobody asked to be asked.
    let config = "apiVersion: v1\nkind: Config\ncurrent-context: a\ncontexts: [{name: a, context: {cluster: a, user: a}}]\nclusters: [{name: a, cluster: {server: 'https://127.0.0.1:1'}}]\nusers: [{name: a, user: {token: x}}]\n";
    fs::write(repository.home().join("config"), config).unwrap();
    let traced = |args: &[&str]| trace(&repository, args);
    let Some(asked) = traced(&["diff", "a.yaml"]) else {
        println!("skipped: there is no `strace` here that may trace");
        return;
    };
    assert!(asked.iter().any(|call| is_of_network(call)), "the trace sees no socket at all: {asked:#?}");
    for args in [
        &["diff", "--against", "main", "a.yaml"][..],
        &["diff", "--against", "old", "a.yaml"],
        &["diff", "--must-gather", "must", "a.yaml"],
        &["check", "--against", "main", "a.yaml"],
        &["status", "--must-gather", "must"],
        &["import", "--must-gather", "must", "--name", "a", "--platform", "vsphere"],
        &["import", "--from", "old", "--name", "a", "--platform", "vsphere"],
    ] {
        let calls = traced(args).expect("it was traced before");
        assert!(calls.iter().any(|call| call.starts_with("execve")), "{args:?}: nothing was traced");
        for call in &calls {
            assert!(!is_of_network(call), "{args:?}: {call}");
            let is_known = [env!("CARGO_BIN_EXE_regcfg"), "/git\""].iter().any(|program| call.contains(program));
            assert!(is_known || !call.starts_with("execve"), "{args:?}: {call}");
        }
    }
}

/// Tells whether a call opens a socket that leads out of the machine; one of a file asks for names of users, say.
fn is_of_network(call: &str) -> bool {
    call.starts_with("socket(") && !call.contains("AF_UNIX")
}

/// Runs regcfg under strace, and returns its calls and those of what it runs; none where that cannot be.
fn trace(repository: &Repository, args: &[&str]) -> Option<Vec<String>> {
    let log = repository.dir.path().join("calls");
    let _of_the_run_before = fs::remove_file(&log);
    let regcfg = repository.command(args);
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-e", "trace=%network,execve", "-s", "256", "-o"]).arg(&log).arg("--");
    strace.arg(regcfg.get_program()).args(regcfg.get_args()).current_dir(repository.root()).env_clear();
    strace.envs(regcfg.get_envs().filter_map(|(name, value)| Some((name, value?))));
    strace.env("KUBECONFIG", repository.home().join("config"));
    let output = strace.stdin(Stdio::null()).output().ok()?;
    let log = fs::read_to_string(log).ok()?;
    if !log.contains("execve(") {
        return None;
    }
    assert!(matches!(output.status.code(), Some(0..=2)), "{output:?}");
    Some(log.lines().filter_map(|line| Some(line.split_once(' ')?.1.trim_start().to_owned())).collect())
}
