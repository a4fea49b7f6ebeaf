//! The output of every example against the CRDs that OpenShift ships, each example re-targeted to older and newer minors
//! as far as its fields allow. The judge shares no code with our validator. Skipped, saying so, where the CRDs are not
//! beside the repository.

#![expect(clippy::disallowed_methods, reason = "tests read and write the disk, where the library may not")]
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on panics, and says what it skips"
)]

#[path = "common/crds.rs"]
mod crds;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crds::{MINORS, openshift, violations};
use regcfg::target::Target;
use serde_json::Value as Json;

const EXAMPLES: [&str; 8] =
    ["aws-upi", "azure", "azure-upi", "baremetal", "disconnected", "gcp-upi", "sealed-secrets", "vsphere"];

#[test]
fn every_example_is_right_by_the_real_crds() {
    if openshift().is_none() {
        return;
    }
    let mut n_right = 0;
    let mut impossible = Vec::new();
    for example in EXAMPLES {
        for minor in MINORS {
            let project = Retargeted::new(example, minor);
            for spec in project.specs() {
                match project.rendered(&spec) {
                    Some([partial, complete]) => {
                        // A part of an object that the operator bootstraps may lack what the whole must have.
                        let lacks = |violation: &String| violation.contains("is a required property");
                        let wrong = violations(minor, &partial).unwrap();
                        let wrong: Vec<String> = wrong.into_iter().filter(|violation| !lacks(violation)).collect();
                        assert!(wrong.is_empty(), "{example} on {minor}: {wrong:#?}\n{partial}");
                        let wrong = violations(minor, &complete).unwrap();
                        assert!(wrong.is_empty(), "{example} on {minor}, --day0: {wrong:#?}\n{complete}");
                        n_right += 1;
                    }
                    None => impossible.push(format!("{example} on {minor}")),
                }
            }
        }
    }
    println!("{n_right} renderings are right; fields do not allow {impossible:?}");
    assert_eq!(impossible, ["azure on 4.4", "azure on 4.8", "azure on 4.12"], "the private endpoint is of 4.15");
    assert_eq!(n_right, (EXAMPLES.len() + 1) * MINORS.len() - impossible.len(), "two clusters of `baremetal`");
}

/// What is rendered for a range is right on each of its minors, though each has another CRD.
#[test]
fn what_is_rendered_for_a_range_is_right_on_all_of_it() {
    if openshift().is_none() {
        return;
    }
    let clusters = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/clusters");
    let (mut n_specs, mut judged) = (0, BTreeSet::new());
    for entry in fs::read_dir(clusters).unwrap() {
        let spec = entry.unwrap().path();
        let text = fs::read_to_string(&spec).unwrap();
        let target = text.lines().find_map(|line| line.trim_start().strip_prefix("openshift: ")).unwrap();
        let target: Target = target.trim_matches('"').parse().unwrap();
        let covered = MINORS.into_iter().filter(|minor| target.minors().any(|on| on.to_string() == **minor));
        let covered: Vec<&str> = covered.collect();
        for (args, is_complete) in
            [(&["render", "--omit-secrets"][..], false), (&["render", "--omit-secrets", "--day0"], true)]
        {
            let output = Command::new(env!("CARGO_BIN_EXE_regcfg")).args(args).arg(&spec).output().unwrap();
            assert!(output.status.success(), "{}: {}", spec.display(), String::from_utf8_lossy(&output.stderr));
            let stream = String::from_utf8(output.stdout).unwrap();
            for minor in &covered {
                // A part of an object that the operator bootstraps may lack what the whole must have.
                let mut wrong = violations(minor, &stream).unwrap();
                wrong.retain(|violation| is_complete || !violation.contains("is a required property"));
                assert!(wrong.is_empty(), "{} on {minor}, {args:?}: {wrong:#?}\n{stream}", spec.display());
            }
        }
        n_specs += 1;
        judged.extend(covered);
    }
    println!("{n_specs} specs are right on all of their range");
    assert_eq!(judged, BTreeSet::from(MINORS), "each copied minor has specs that target it");
}

/// An example whose specs target another minor, without the fields that the minor does not have.
struct Retargeted {
    dir: tempfile::TempDir,
}

impl Retargeted {
    fn new(example: &str, minor: &str) -> Self {
        let project = Self { dir: tempfile::tempdir().unwrap() };
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(example), project.dir.path());
        for spec in project.specs() {
            let text = fs::read_to_string(&spec).unwrap();
            let lines = text.lines().map(|line| match line.strip_prefix("  openshift: ") {
                Some(_) => format!("  openshift: \"{minor}\"\n"),
                None => format!("{line}\n"),
            });
            fs::write(&spec, lines.collect::<String>()).unwrap();
            project.take_away_fields_of_other_minors(&spec);
        }
        project
    }

    fn specs(&self) -> Vec<PathBuf> {
        let mut specs: Vec<PathBuf> =
            fs::read_dir(self.dir.path().join("clusters")).unwrap().map(|entry| entry.unwrap().path()).collect();
        specs.sort();
        specs
    }

    /// Takes away each field that `check` says is of other minors, with all below it.
    fn take_away_fields_of_other_minors(&self, spec: &Path) {
        let output = self.regcfg(&["check", "--format", "json"], spec);
        let report: Json = serde_json::from_slice(&output.stdout).unwrap();
        for finding in report["findings"].as_array().unwrap().iter().rev() {
            if finding["code"] == "RC0311" {
                let file = self.dir.path().join(finding["file"].as_str().unwrap());
                take_away(&file, usize::try_from(finding["line"].as_u64().unwrap()).unwrap());
            }
        }
    }

    /// Renders a spec as for a running cluster and as for a new one; none where errors say why not.
    fn rendered(&self, spec: &Path) -> Option<[String; 2]> {
        let [partial, complete] = [&["render"][..], &["render", "--day0"]].map(|args| self.regcfg(args, spec));
        let text = |output: Output| String::from_utf8(output.stdout).unwrap();
        (partial.status.success() && complete.status.success()).then(|| [text(partial), text(complete)])
    }

    fn regcfg(&self, args: &[&str], spec: &Path) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_regcfg"));
        command.args(args).arg(spec.strip_prefix(self.dir.path()).unwrap());
        command.current_dir(self.dir.path()).output().unwrap()
    }
}

/// Takes a line out of a file, and the lines after it that are indented deeper.
fn take_away(file: &Path, line: usize) {
    let text = fs::read_to_string(file).unwrap();
    let indent = |line: &str| line.len() - line.trim_start().len();
    let lines: Vec<&str> = text.lines().collect();
    let own = indent(lines[line - 1]);
    let below = lines[line..].iter().take_while(|line| indent(line) > own).count();
    let kept = lines[..line - 1].iter().chain(&lines[line + below..]).map(|line| format!("{line}\n"));
    fs::write(file, kept.collect::<String>()).unwrap();
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
