//! What belongs together within a repository, which no folder of golden cases can be.

use crate::sandbox::Sandbox;

const PROJECT: &str = "apiVersion: regcfg.dev/v1alpha1\nkind: Project\nspec: {}\n";
const SPEC: &str = concat!(
    "apiVersion: regcfg.dev/v1alpha1\nkind: ClusterRegistry\nmetadata: {name: one}\n",
    "spec: {openshift: \"4.16\", platform: azure, registry: {replicas: -1}}\n",
);

/// The root's project file holds for every spec, and one below it for none.
#[test]
fn a_project_file_below_the_root_checks_no_spec() {
    let sandbox = Sandbox::new();
    sandbox.write(".git/HEAD", "ref: refs/heads/main\n");
    for (path, text) in [("regcfg.yaml", PROJECT), ("zone/regcfg.yaml", PROJECT), ("cluster.yaml", SPEC)] {
        sandbox.write(path, text);
    }
    let nested = sandbox.run(["check", "zone/regcfg.yaml"]);
    assert!(nested.stdout.contains("[RC0393]") && !nested.stdout.contains("[RC0333]"), "{nested:#?}");
    let root = sandbox.run(["check", "regcfg.yaml"]);
    assert!(root.stdout.contains("[RC0333]") && !root.stdout.contains("[RC0393]"), "{root:#?}");
    let both = sandbox.run(["check", "zone/regcfg.yaml", "regcfg.yaml"]);
    assert!(both.stdout.contains("[RC0333]") && both.stdout.contains("[RC0393]"), "{both:#?}");
}
