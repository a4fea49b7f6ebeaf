//! `regcfg init`: what it writes is right as it stands, for every platform and release.

use std::fs;

use regcfg::target::Minor;

use crate::sandbox::{Run, Sandbox};

fn platforms(sandbox: &Sandbox) -> Vec<String> {
    let listed = sandbox.run(["profile", "list"]).stdout;
    listed.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

fn init(sandbox: &Sandbox, platform: &str, name: &str, openshift: &str) -> Run {
    sandbox.run(["init", "--platform", platform, "--name", name, "--openshift", openshift])
}

#[test]
fn every_platform_starts_from_a_spec_that_is_right_on_every_release() {
    let sandbox = Sandbox::new();
    let platforms = platforms(&sandbox);
    assert_eq!(platforms.len(), 6, "{platforms:?}");
    let all = format!("{}..{}", Minor::of(4, 6), Minor::LAST);
    for platform in &platforms {
        for release in Minor::all().map(|minor| minor.to_string()).chain([all.clone()]) {
            let made = init(&sandbox, platform, &format!("{platform}-{}", release.replace('.', "-")), &release);
            assert_eq!(made.exit, "0", "{}", made.stderr);
        }
    }
    let n_specs = fs::read_dir(sandbox.cwd().join("clusters")).unwrap().count();
    assert_eq!(n_specs, platforms.len() * (Minor::all().count() + 1));
    // All of them keep their images in the bucket of the scaffold, and some are for releases in development.
    let project = fs::read_to_string(sandbox.cwd().join("regcfg.yaml")).unwrap();
    sandbox.write("regcfg.yaml", project + "spec: {levels: {shared-bucket: \"off\", minor-in-development: \"off\"}}\n");
    let valid = format!("{n_specs} files: {n_specs} valid\n");
    for (command, said) in [("check", &*valid), ("render", "")] {
        let run = sandbox.run([command, "clusters"]);
        // Of a minor in development only that is said.
        let shown = if command == "check" { &run.stdout } else { &run.stderr };
        let alarms: Vec<&str> =
            shown.lines().filter(|line| line.contains("[RC") && !line.contains("[RC0319]")).collect();
        assert_eq!((&*run.exit, &*alarms), ("0", &[][..]), "regcfg {command}");
        assert!(run.stderr.ends_with(said), "regcfg {command}: {}", run.stderr);
    }
}

#[test]
fn a_scaffold_shows_the_clusters_own_name_and_no_placeholder() {
    let sandbox = Sandbox::new();
    for platform in platforms(&sandbox) {
        init(&sandbox, &platform, &format!("in-{platform}"), "4.19");
        let spec = fs::read_to_string(sandbox.cwd().join(format!("clusters/in-{platform}.yaml"))).unwrap();
        assert!(spec.contains(&format!("  name: in-{platform}\n")) && !spec.contains("example-cluster"), "{spec}");
        assert!(spec.starts_with("# yaml-language-server: $schema=../.regcfg/cluster-registry.schema.json\n"));
    }
}

#[test]
fn the_schemas_are_those_that_regcfg_prints() {
    let sandbox = Sandbox::new();
    init(&sandbox, "vsphere", "store", "4.18");
    for (file, kind) in [("cluster-registry", "ClusterRegistry"), ("project", "Project")] {
        let path = format!(".regcfg/{file}.schema.json");
        let written = fs::read_to_string(sandbox.cwd().join(path)).unwrap();
        assert_eq!(written, sandbox.run(["schema", kind]).stdout);
    }
}

#[test]
fn a_second_cluster_keeps_the_projects_files_and_a_second_of_its_name_nothing() {
    let sandbox = Sandbox::new();
    init(&sandbox, "vsphere", "one", "4.18");
    sandbox.write("regcfg.yaml", "# mine\napiVersion: regcfg.dev/v1alpha1\nkind: Project\n");
    let run = init(&sandbox, "vsphere", "two", "4.18");
    assert!(run.stdout.contains("kept    regcfg.yaml\n") && run.stdout.ends_with("created clusters/two.yaml\n"));
    assert!(fs::read_to_string(sandbox.cwd().join("regcfg.yaml")).unwrap().starts_with("# mine"));
    let run = init(&sandbox, "azure", "two", "4.18");
    assert_eq!((&*run.exit, &*run.stdout), ("2", ""));
    assert!(run.stderr.starts_with("error: `clusters/two.yaml` exists already\n"), "{}", run.stderr);
}

#[test]
fn a_directory_that_is_not_there_becomes_a_project() {
    let sandbox = Sandbox::new();
    let run = sandbox.run(["init", "new/fleet", "--platform", "vsphere", "--name", "one", "--openshift", "4.18"]);
    assert!(run.stdout.ends_with("created new/fleet/clusters/one.yaml\n"), "{}", run.stderr);
    assert_eq!(sandbox.run(["render", "new/fleet"]).exit, "0");
    // It has no project file above it, and gets none within it.
    let run = sandbox.run(["init", "new/fleet/more", "--platform", "vsphere", "--name", "x", "--openshift", "4.18"]);
    assert!(run.stderr.contains("is within the project"), "{}", run.stderr);
    assert!(!sandbox.cwd().join("new/fleet/more").exists());
}

const PROJECT: &str = "apiVersion: regcfg.dev/v1alpha1\nkind: Project\nspec: {profiles: [profiles]}\n";

#[test]
fn a_platform_of_the_projects_own_starts_from_its_own_scaffold() {
    let sandbox = Sandbox::new();
    let scaffold = "apiVersion: regcfg.dev/v1alpha1\nkind: ClusterRegistry\nmetadata: {name: example-cluster}\n";
    sandbox.write("regcfg.yaml", PROJECT);
    sandbox
        .write("profiles/edge/profile.yaml", "apiVersion: regcfg.dev/v1alpha1\nkind: Profile\nspec: {extends: base}\n");
    sandbox.write("profiles/edge/scaffold.yaml", scaffold);
    let made = init(&sandbox, "edge", "store-1", "4.19");
    assert_eq!(made.exit, "0", "{}", made.stderr);
    let spec = fs::read_to_string(sandbox.cwd().join("clusters/store-1.yaml")).unwrap();
    assert!(spec.contains("metadata: {name: store-1}"), "{spec}");
}

#[test]
fn what_is_wrong_with_a_platform_is_said_and_nothing_is_made() {
    let sandbox = Sandbox::new();
    sandbox.write("regcfg.yaml", PROJECT);
    sandbox.write("profiles/edge/profile.yaml", "kind: Profile\nspec: [\n");
    let refused = init(&sandbox, "edge", "store-1", "4.19");
    assert_eq!(refused.exit, "1");
    assert!(refused.stderr.contains("error[RC0101]"), "{}", refused.stderr);
    assert!(!sandbox.cwd().join("clusters").exists());
}
