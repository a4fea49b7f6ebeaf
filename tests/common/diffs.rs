//! What `regcfg diff` says of a cluster, run as a program, and what a test wants it to say.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value as Json;

use crate::cluster::{ADMIN, Cluster};

/// What `regcfg diff --format json` says.
pub(crate) struct Diff {
    pub(crate) exit: i32,
    pub(crate) document: Json,
    pub(crate) stderr: String,
}

impl Diff {
    /// Asks as a user, from the directory of a project.
    pub(crate) fn of(dir: &Path, cluster: &Cluster, user: &str, path: &str, args: &[&str]) -> Self {
        let all: Vec<&str> = ["diff", "--format", "json", path].iter().chain(args).copied().collect();
        let Output { status, stdout, stderr } = regcfg(dir, &all, Some(&cluster.kubeconfig_of(user)));
        let stderr = String::from_utf8(stderr).unwrap();
        let document = serde_json::from_slice(&stdout).unwrap_or_else(|error| panic!("{error}: {stderr}"));
        Self { exit: status.code().unwrap(), document, stderr }
    }

    /// Returns the objects that have something, each by kind and name.
    pub(crate) fn objects(&self) -> Vec<&Json> {
        self.document["clusters"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|one| one["objects"].as_array().unwrap())
            .collect()
    }

    /// Returns what changes: kind, path, before and after; of a whole object only what becomes of it.
    pub(crate) fn changes(&self) -> Vec<String> {
        let mut changes = Vec::new();
        for object in self.objects() {
            let kind = object["kind"].as_str().unwrap();
            for change in object["changes"].as_array().unwrap() {
                let value = |name: &str| change.get(name).map_or("-".into(), ordered);
                let path = change["path"].as_str().unwrap();
                changes.push(format!("{kind} {path}: {} -> {}", value("before"), value("after")));
            }
            if object["what"] != "unchanged" && object["what"] != "change" {
                changes.push(format!(
                    "{kind} {}: {}",
                    object["name"].as_str().unwrap(),
                    object["what"].as_str().unwrap()
                ));
            }
        }
        changes
    }

    /// Returns who wrote what changes.
    pub(crate) fn managers(&self) -> BTreeSet<&str> {
        let changes = self.objects().into_iter().flat_map(|object| object["changes"].as_array().unwrap());
        changes.map(|change| change["manager"].as_str().unwrap_or("?")).collect()
    }

    pub(crate) fn live_only(&self) -> Vec<String> {
        let objects = self.objects().into_iter();
        let of = |object: &Json| {
            let only = object["liveOnly"].as_array().unwrap().iter();
            only.map(|only| format!("{} ({})", only["path"].as_str().unwrap(), only["manager"].as_str().unwrap_or("?")))
                .collect::<Vec<_>>()
        };
        objects.flat_map(of).collect()
    }

    /// Returns the findings: code, file and line.
    pub(crate) fn findings(&self) -> Vec<String> {
        let findings = self.document["findings"].as_array().unwrap().iter();
        findings
            .map(|finding| {
                format!(
                    "{} {}:{}",
                    finding["code"].as_str().unwrap(),
                    finding["file"].as_str().unwrap(),
                    finding["line"]
                )
            })
            .collect()
    }

    pub(crate) fn ways(&self) -> BTreeSet<String> {
        self.objects().iter().map(|object| object["prediction"]["way"].as_str().unwrap().to_owned()).collect()
    }

    /// Returns the document without what says how it is known.
    pub(crate) fn without_ways(&self) -> Json {
        let mut document = self.document.clone();
        for cluster in document["clusters"].as_array_mut().unwrap() {
            for object in cluster["objects"].as_array_mut().unwrap() {
                object["prediction"] = Json::Null;
            }
        }
        document
    }
}

/// Writes a value with all names in the order of the alphabet.
pub(crate) fn ordered(value: &Json) -> String {
    match value {
        Json::Object(fields) => {
            let mut fields: Vec<_> =
                fields.iter().map(|(name, value)| format!("{name:?}:{}", ordered(value))).collect();
            fields.sort();
            format!("{{{}}}", fields.join(","))
        }
        Json::Array(items) => format!("[{}]", items.iter().map(ordered).collect::<Vec<_>>().join(",")),
        _ => value.to_string(),
    }
}

/// Runs regcfg in a directory.
pub(crate) fn regcfg(dir: &Path, args: &[&str], kubeconfig: Option<&Path>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_regcfg"));
    command.args(args).current_dir(dir).env_remove("KUBECONFIG").env("HOME", "/nonexistent");
    command.env("REGCFG_SECRET_ACCESS", ACCESS).env("REGCFG_SECRET_KEY", KEY);
    if let Some(kubeconfig) = kubeconfig {
        command.env("KUBECONFIG", kubeconfig);
    }
    command.output().unwrap()
}

/// The secrets in the environment of every run.
pub(crate) const ACCESS: &str = "AKIAIOSFODNN7EXAMPLE";

/// See [`ACCESS`].
pub(crate) const KEY: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

/// Checks that nothing differs, however it is found out.
#[track_caller]
pub(crate) fn check_same(dir: &Path, cluster: &Cluster, path: &str, about: &str) {
    for way in ["dry-run", "merge"] {
        let diff = Diff::of(dir, cluster, ADMIN, path, &["--predict", way]);
        let found = (diff.changes(), diff.live_only());
        assert_eq!(found, (vec![], vec![]), "{about}, --predict {way}: {}\n{:#}", diff.stderr, diff.document);
        assert_eq!(diff.exit, 0, "{about}, --predict {way}: {}\n{:#}", diff.stderr, diff.document["findings"]);
    }
}
