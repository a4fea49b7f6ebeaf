//! What a new project holds: a profile's scaffold in, the files of a project out.
//!
//! A scaffold is a spec that is right as it stands, for a cluster named `example-cluster`, so that it can be tested like
//! any other; the cluster's name and release are put in as text, and comments survive. Nothing here touches a disk.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::cli::new_files::NewFile;
use crate::name::is_dns_label;
use crate::target::Target;

/// The name that stands in scaffolds for the cluster's.
const PLACEHOLDER: &str = "example-cluster";

const SPEC_SCHEMA: &str = ".regcfg/cluster-registry.schema.json";
const PROJECT_SCHEMA: &str = ".regcfg/project.schema.json";

/// The project's file.
const PROJECT: &str = "\
# Marks the project's root: a spec or layer can name the files below it, and none above.
apiVersion: regcfg.dev/v1alpha1
kind: Project
# spec:
#   secrets:
#     external: # the store of every secret that names none itself
#       store: {name: example-store, kind: ClusterSecretStore}
";

/// What a project is made from.
#[derive(Clone, Debug)]
pub(super) struct Material {
    /// The platform's scaffold: a spec named `example-cluster`.
    pub(super) scaffold: String,
    /// The JSON Schema of specs.
    pub(super) spec_schema: String,
    /// The JSON Schema of the project's file.
    pub(super) project_schema: String,
}

/// A cluster's name that can be a file's name, too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ClusterName(String);

impl ClusterName {
    /// Returns where the cluster's spec stands in its project.
    pub(super) fn spec_path(&self) -> PathBuf {
        Path::new("clusters").join(format!("{}.yaml", self.0))
    }

    /// Returns the name as YAML that no parser, old or new, takes for anything but a string.
    fn as_yaml(&self) -> String {
        const WORDS: [&str; 8] = ["y", "n", "yes", "no", "on", "off", "true", "false"];
        let is_plain = self.0.starts_with(|char: char| char.is_ascii_lowercase());
        let is_word = WORDS.contains(&&*self.0) || self.0 == "null";
        if is_plain && !is_word { self.0.clone() } else { format!("\"{}\"", self.0) }
    }
}

impl FromStr for ClusterName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if !is_dns_label(text) {
            return Err("expected at most 63 lowercase letters, digits and `-`, with no `-` at either end".into());
        }
        Ok(Self(text.into()))
    }
}

/// Returns the files of a project with one cluster.
pub(super) fn project(material: &Material, name: &ClusterName, target: Target) -> Vec<NewFile> {
    let modeline = |schema: &str| format!("# yaml-language-server: $schema={schema}\n");
    let project = modeline(PROJECT_SCHEMA) + PROJECT;
    let spec = modeline(&format!("../{SPEC_SCHEMA}")) + &filled(&material.scaffold, name, target);
    vec![
        NewFile::unless_there("regcfg.yaml", project),
        NewFile::unless_there(PROJECT_SCHEMA, material.project_schema.clone()),
        NewFile::unless_there(SPEC_SCHEMA, material.spec_schema.clone()),
        NewFile::new(name.spec_path(), spec),
    ]
}

/// Returns a scaffold with a cluster's name and release.
fn filled(scaffold: &str, name: &ClusterName, target: Target) -> String {
    let mut text = String::with_capacity(scaffold.len() + 64);
    for line in scaffold.lines() {
        let (written, comment) = line.split_once(" #").map_or((line, None), |(written, after)| (written, Some(after)));
        let key = written.trim_start().split(':').next().unwrap_or_default();
        let indent = &written[..written.len() - written.trim_start().len()];
        let _infallible = match (key, indent.len()) {
            ("openshift", 2) => write!(text, "{indent}{key}: \"{target}\""),
            ("name", 2) if written.trim_end().ends_with(PLACEHOLDER) => {
                write!(text, "{indent}{key}: {}", name.as_yaml())
            }
            _ => write!(text, "{}", written.replace(PLACEHOLDER, &name.0)),
        };
        if let Some(comment) = comment {
            let _infallible = write!(text, " #{}", comment.replace(PLACEHOLDER, &name.0));
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCAFFOLD: &str = "\
apiVersion: regcfg.dev/v1alpha1
kind: ClusterRegistry
metadata:
  name: example-cluster
spec:
  openshift: \"4.19\" # the cluster's release
  storage:
    s3: {bucket: example-cluster-registry}
    # pvc: {claim: example-cluster}
";

    fn spec(name: &str) -> String {
        let material = Material { scaffold: SCAFFOLD.into(), spec_schema: "{}".into(), project_schema: "{}".into() };
        let files = project(&material, &name.parse().unwrap(), "4.16..4.18".parse().unwrap());
        files.last().unwrap().text.clone()
    }

    #[test]
    fn a_scaffold_gets_the_clusters_name_and_release_and_keeps_its_comments() {
        assert_eq!(
            spec("prod"),
            "# yaml-language-server: $schema=../.regcfg/cluster-registry.schema.json\n\
             apiVersion: regcfg.dev/v1alpha1\nkind: ClusterRegistry\nmetadata:\n  name: prod\nspec:\n  \
             openshift: \"4.16..4.18\" # the cluster's release\n  storage:\n    s3: {bucket: prod-registry}\n    # pvc: {claim: prod}\n"
        );
    }

    #[test]
    fn a_name_that_yaml_would_read_as_something_else_is_quoted() {
        for odd in ["no", "123", "1e3", "null", "0x1f", "on"] {
            assert!(spec(odd).contains(&format!("  name: \"{odd}\"\n")), "{odd}");
        }
    }

    #[test]
    fn a_name_cannot_lead_out_of_the_project() {
        for wrong in ["", "..", "a/b", "-a", "a-", "A", "a.b", &"a".repeat(64)] {
            assert!(wrong.parse::<ClusterName>().is_err(), "{wrong}");
        }
    }
}
