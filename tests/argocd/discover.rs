//! `discover`: "mine" is output and exit 0, "not mine" is silence and exit 0, and there is no third answer.

use crate::sidecar::{Sidecar, plugin_command};

const SPEC: &str = "apiVersion: regcfg.dev/v1alpha1\nkind: ClusterRegistry\nmetadata: {name: prod}\nspec: {}\n";
const LAYER: &str = "apiVersion: regcfg.dev/v1alpha1\nkind: RegistryLayer\nspec: {}\n";

#[track_caller]
fn check(files: &[(&str, &str)], dir: &str, is_match: bool) {
    let run = Sidecar::with(files).run(&plugin_command("/spec/discover/find/command"), dir);
    assert_eq!(run.is_match(), is_match, "{files:?}: {run:?}");
}

#[test]
fn a_directory_with_a_spec_in_it_or_below_is_ours() {
    check(&[("a/prod.yaml", SPEC)], "a", true);
    check(&[("a/clusters/eu/prod.yml", SPEC), ("a/notes.yaml", "just: notes\n")], "a", true);
    check(&[("regcfg.yaml", "apiVersion: regcfg.dev/v1alpha1\nkind: Project\n"), ("a/prod.yaml", SPEC)], "a", true);
}

#[test]
fn a_broken_spec_is_ours_so_that_its_faults_are_told() {
    check(&[("prod.yaml", &format!("{SPEC}  \t- : [\n"))], "", true);
    check(&[("prod.yaml", &SPEC.replace("metadata", "meatdata"))], "", true);
}

#[test]
fn other_directories_are_not_ours() {
    check(&[("a/deployment.yaml", "apiVersion: apps/v1\nkind: Deployment\n")], "a", false);
    check(&[("a/layer.yaml", LAYER), ("clusters/prod.yaml", SPEC)], "a", false);
    check(&[("a/.hidden/prod.yaml", SPEC), ("a/.argocd-source.yaml", SPEC)], "a", false);
    check(&[("a/broken.yaml", "{{ helm }}: [\n"), ("a/binary.yaml", "\u{0}\u{1}")], "a", false);
    check(&[("a/README.md", SPEC)], "a", false);
}

#[test]
fn what_belongs_to_helm_or_kustomize_is_left_to_them() {
    for file in ["Chart.yaml", "kustomization.yaml", "kustomization.yml", "Kustomization"] {
        check(&[(file, "x: y\n"), ("registries/prod.yaml", SPEC)], "", false);
        check(&[(file, "x: y\n"), ("prod.yaml", SPEC)], "", true);
    }
}

#[test]
fn what_cannot_be_read_is_not_ours_and_no_error() {
    let sidecar = Sidecar::with(&[("a/deployment.yaml", "kind: Deployment\n")]);
    sidecar.close("a/secret");
    assert!(!sidecar.run(&plugin_command("/spec/discover/find/command"), "a").is_match());
}

#[test]
fn the_root_of_the_repository_is_a_directory_like_any_other() {
    check(&[("prod.yaml", SPEC)], ".", true);
    check(&[], ".", false);
}
