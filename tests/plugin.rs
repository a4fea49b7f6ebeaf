//! regcfg as a plugin of the real kubectl: found by its name, run with its arguments, its exit code kept.
//!
//! `oc` finds plugins by the same code of Kubernetes, under the prefix `oc-`; where it is installed it is asked, too.

#![expect(
    clippy::disallowed_methods,
    reason = "tests read the environment and run programs, where the library may not"
)]
#![expect(clippy::print_stdout, reason = "a test says what it skips")]

use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output};

/// Runs a program with regcfg beside it as its plugin; none, with the reason printed, where the program is not there.
fn run(program: &str, args: &[&str], dir: &Path) -> Option<Output> {
    let plugin = dir.join(format!("{program}-regcfg"));
    if !plugin.exists() {
        symlink(env!("CARGO_BIN_EXE_regcfg"), plugin).expect("a link can be made");
    }
    let path = format!("{}:{}", dir.display(), std::env::var("PATH").unwrap_or_default());
    match Command::new(program).args(args).env("PATH", path).env("HOME", dir).env_remove("KUBECONFIG").output() {
        Ok(output) => Some(output),
        Err(error) => {
            println!("skipped: {program} cannot be run: {error}");
            None
        }
    }
}

#[test]
fn kubectl_and_oc_run_it_by_its_name_and_pass_its_answer_on() {
    for program in ["kubectl", "oc"] {
        let dir = tempfile::tempdir().expect("a directory");
        let Some(listed) = run(program, &["plugin", "list"], dir.path()) else { continue };
        let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
        assert!(listed.contains(&format!("{program}-regcfg")), "{listed}");
        let version = run(program, &["regcfg", "--version"], dir.path()).expect("it ran before");
        assert_eq!(String::from_utf8_lossy(&version.stdout), format!("regcfg {}\n", env!("CARGO_PKG_VERSION")));
        let wrong = run(program, &["regcfg", "explain", "RC9999"], dir.path()).expect("it ran before");
        assert_eq!(wrong.status.code(), Some(2), "{wrong:?}");
        let help = run(program, &["regcfg", "check", "--help"], dir.path()).expect("it ran before");
        let help = String::from_utf8_lossy(&help.stdout).into_owned();
        assert!(help.contains(&format!("Usage: {program} regcfg check")), "{help}");
    }
}
