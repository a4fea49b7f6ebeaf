//! The examples, each re-targeted to older and newer minors as far as its fields allow.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value as Json;

/// The examples that are a project of their own.
pub(crate) const EXAMPLES: [&str; 10] = [
    "aws-upi",
    "azure",
    "azure-upi",
    "baremetal",
    "disconnected",
    "flux",
    "flux-sops",
    "gcp-upi",
    "sealed-secrets",
    "vsphere",
];

/// An example whose specs target another minor, without the fields that the minor does not have.
pub(crate) struct Retargeted {
    dir: tempfile::TempDir,
}

impl Retargeted {
    pub(crate) fn new(example: &str, minor: &str) -> Self {
        let project = Self { dir: tempfile::tempdir().unwrap() };
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(example), project.dir.path());
        for file in project.specs().into_iter().chain(project.layers()) {
            let text = fs::read_to_string(&file).unwrap();
            let lines = text.lines().map(|line| match line.strip_prefix("  openshift: ") {
                Some(_) => format!("  openshift: \"{minor}\"\n"),
                None => format!("{line}\n"),
            });
            fs::write(&file, lines.collect::<String>()).unwrap();
        }
        for spec in project.specs() {
            project.take_away_fields_of_other_minors(&spec);
        }
        project
    }

    /// Returns the specs, without the Secrets beside them that SOPS encrypted.
    pub(crate) fn specs(&self) -> Vec<PathBuf> {
        let mut specs = self.files("clusters");
        specs.retain(|file| !file.to_str().unwrap().ends_with(".enc.yaml"));
        specs
    }

    pub(crate) fn layers(&self) -> Vec<PathBuf> {
        self.files("layers")
    }

    fn files(&self, folder: &str) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.dir.path().join(folder)).into_iter().flatten();
        let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files
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
    pub(crate) fn rendered(&self, spec: &Path) -> Option<[String; 2]> {
        let [partial, complete] = [&["render"][..], &["render", "--day0"]].map(|args| self.regcfg(args, spec));
        let text = |output: Output| String::from_utf8(output.stdout).unwrap();
        (partial.status.success() && complete.status.success()).then(|| [text(partial), text(complete)])
    }

    /// Returns where the project is.
    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
    }

    fn regcfg(&self, args: &[&str], spec: &Path) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_regcfg"));
        command.args(args).arg(spec.strip_prefix(self.dir.path()).unwrap());
        command.current_dir(self.dir.path()).output().unwrap()
    }
}

/// Returns the objects of a rendering as they come to a cluster: an engine decrypts what SOPS encrypted, and leaves out how.
pub(crate) fn decrypted(rendered: &str) -> Vec<Json> {
    let mut objects: Vec<Json> = serde_yaml::from_multiple(rendered).unwrap();
    for object in &mut objects {
        if object.as_object_mut().unwrap().remove("sops").is_some() {
            let values = object["stringData"].as_object_mut().unwrap().values_mut();
            values.for_each(|value| *value = "decrypted-on-the-cluster".into());
        }
    }
    objects
}

/// Takes a line out of a file, and the lines after it that are indented deeper.
pub(crate) fn take_away(file: &Path, line: usize) {
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
