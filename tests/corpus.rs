//! No false alarm: ordinary configurations, each from a procedure of OpenShift's documentation, are silent.
//!
//! `tests/corpus` is a project: specs under `clusters/`, whose target is every release that the procedure is for, and plain
//! manifests under `manifests/`, which say their releases in a comment. No error and no warning may come of them.

#![expect(clippy::disallowed_methods, reason = "tests read the disk, where the library may not")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value as Json;

#[test]
fn ordinary_configurations_give_no_error_and_no_warning() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let (specs, manifests) = (files(&corpus.join("clusters")), files(&corpus.join("manifests")));
    assert!(specs.len() + manifests.len() >= 110, "only {} and {} were found", specs.len(), manifests.len());
    let mut alarms = Vec::new();
    for path in &specs {
        alarms.extend(check(path, &[]));
        let rendered = regcfg().arg("render").arg("--omit-secrets").arg(path).output().expect("regcfg runs");
        assert!(rendered.status.success(), "{}: {}", path.display(), String::from_utf8_lossy(&rendered.stderr));
    }
    for path in &manifests {
        let text = fs::read_to_string(path).expect("text");
        let releases = text.lines().find_map(|line| line.strip_prefix("# OpenShift ")).expect("a line of releases");
        alarms.extend(check(path, &["--openshift", releases]));
    }
    assert!(alarms.is_empty(), "{} false alarms\n{}", alarms.len(), alarms.join("\n"));
}

/// Returns the errors and warnings of a file, and what was not checked, which would be silent for no good reason.
fn check(path: &Path, args: &[&str]) -> Vec<String> {
    let output = regcfg().args(["check", "--format", "json"]).args(args).arg(path).output().expect("regcfg runs");
    let report: Json = serde_json::from_slice(&output.stdout).expect("JSON");
    let findings = report["findings"].as_array().expect("findings").iter();
    let alarms = findings.filter(|finding| finding["severity"] != "info" || finding["code"] == "RC0512");
    alarms.map(|finding| format!("{}: {} {}", path.display(), finding["code"], finding["message"])).collect()
}

fn regcfg() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_regcfg"));
    command.env_clear();
    command
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files
}
