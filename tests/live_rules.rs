//! What applying does to a live cluster, acted out on a real API server: each situation is made with kubectl, and `regcfg diff`
//! must see it and give the way out. What it gives as a command is run, and must be the way out.

#![expect(clippy::disallowed_methods, reason = "tests read the disk and run programs, where the library may not")]
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on panics, and says what it skips"
)]

#[allow(dead_code, unused_imports, reason = "other tests use the rest")]
#[path = "common/cluster/mod.rs"]
mod cluster;
#[allow(dead_code, reason = "other tests use the rest")]
#[path = "common/crds.rs"]
mod crds;

use std::fs;
use std::process::{Command, ExitCode};

use cluster::{Cluster, live};

/// The manager by which the registry's operator writes.
const OPERATOR: &str = "cluster-image-registry-operator";

fn main() -> ExitCode {
    live::run(live::tests![
        a_switch_of_the_backend_leaves_both_until_the_command_is_run,
        replicas_on_an_accepted_claim_of_one_node_are_refused,
        a_claim_that_shrinks_or_changes_its_class_is_refused,
        a_removal_deletes_storage_that_the_operator_manages,
        authorities_that_would_be_pruned_are_still_named,
        a_source_policy_goes_only_after_its_digest_mirrors_are_there,
        the_wrong_cluster_is_said_before_anything_else,
        an_object_of_a_helm_release_is_named,
        what_is_rendered_no_more_is_offered_but_never_claims_and_settings,
        what_hits_harder_than_allowed_fails,
        what_may_not_be_listed_is_said,
        what_flux_makes_its_own_goes,
    ])
}

/// What came of a run of regcfg.
struct Run {
    /// What it printed, the answer before what is said of it.
    text: String,
    answer: String,
    exit: Option<i32>,
}

impl Run {
    #[track_caller]
    fn says(&self, expected: &str) -> &Self {
        assert!(self.text.contains(expected), "not said: {expected}\n{}", self.text);
        self
    }

    #[track_caller]
    fn does_not_say(&self, unexpected: &str) -> &Self {
        assert!(!self.text.contains(unexpected), "said: {unexpected}\n{}", self.text);
        self
    }

    #[track_caller]
    fn exits(&self, expected: i32) -> &Self {
        assert_eq!(self.exit, Some(expected), "{}", self.text);
        self
    }
}

/// A cluster with OpenShift's kinds and namespaces.
fn openshift(cluster: &Cluster) {
    cluster.apply_crds("4.17");
    for namespace in ["openshift-image-registry", "openshift-config", "team"] {
        cluster.namespace(namespace);
    }
}

/// Writes a spec of the cluster `prod` with this below `spec`, and returns where its project is.
fn project(spec: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let spec = format!(
        "apiVersion: regcfg.dev/v1alpha1\nkind: ClusterRegistry\nmetadata: {{name: prod}}\nspec:\n  openshift: \"4.17\"\n  platform: baremetal\n{}\n",
        spec.lines().flat_map(|line| ["  ", line, "\n"]).collect::<String>()
    );
    fs::write(dir.path().join("cluster.yaml"), spec).unwrap();
    dir
}

fn regcfg(cluster: &Cluster, user: &str, spec: &str, args: &[&str]) -> Run {
    let dir = project(spec);
    let mut command = Command::new(env!("CARGO_BIN_EXE_regcfg"));
    command.current_dir(dir.path()).args(args).arg("cluster.yaml");
    command.env("KUBECONFIG", cluster.kubeconfig_of(user)).env_remove("REGCFG_POLICY");
    let output = command.output().unwrap();
    let [stdout, stderr] = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
    Run { text: format!("{stdout}{stderr}"), answer: stdout, exit: output.status.code() }
}

fn diff(cluster: &Cluster, spec: &str) -> Run {
    regcfg(cluster, cluster::ADMIN, spec, &["diff"])
}

fn render(cluster: &Cluster, spec: &str) -> String {
    let run = regcfg(cluster, cluster::ADMIN, spec, &["render"]);
    run.exits(0);
    run.answer
}

/// Applies as the operator writes.
fn operator_writes(cluster: &Cluster, manifests: &str) {
    cluster.apply(manifests, &["--field-manager", OPERATOR, "--force-conflicts"]);
}

/// Applies what a spec renders, as an engine does.
fn apply(cluster: &Cluster, spec: &str) {
    cluster.apply(&render(cluster, spec), &["--field-manager", "argocd-controller", "--force-conflicts"]);
}

const CONFIG: &str = "apiVersion: imageregistry.operator.openshift.io/v1\nkind: Config\nmetadata: {name: cluster}\n";

const CLAIM: &str = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: registry, namespace: openshift-image-registry}\nspec: {accessModes: [ReadWriteOnce], storageClassName: thin, resources: {requests: {storage: 100Gi}}}\n";

const PVC: &str =
    "registry: {managementState: Managed, replicas: 1, rolloutStrategy: Recreate}\nstorage: {pvc: {claim: registry}}";

fn a_switch_of_the_backend_leaves_both_until_the_command_is_run(cluster: &Cluster) {
    openshift(cluster);
    operator_writes(
        cluster,
        &format!(
            "{CONFIG}spec: {{managementState: Managed, replicas: 1, storage: {{emptyDir: {{}}, managementState: Managed}}}}\n"
        ),
    );
    cluster.apply(CLAIM, &[]);
    let run = diff(cluster, PVC);
    run.exits(1).says("error[RC0603]").says("the cluster would have `pvc` beside `emptyDir`").says("data-loss");
    // Applied all the same, the cluster has both, and only the command is the way out.
    apply(cluster, PVC);
    let run = diff(cluster, PVC);
    run.exits(1).says("error[RC0603]").says("run that command once");
    let start = run.text.find("oc patch ").unwrap();
    let command = run.text[start..].lines().next().unwrap().replacen("oc ", "kubectl ", 1);
    let mut shell = Command::new("sh");
    shell.args(["-c", &command]).env("KUBECONFIG", cluster.kubeconfig());
    let output = shell.output().unwrap();
    assert!(output.status.success(), "{command}\n{}", String::from_utf8_lossy(&output.stderr));
    diff(cluster, PVC).does_not_say("RC0603").does_not_say("emptyDir");
    apply(cluster, PVC);
    diff(cluster, PVC).exits(0);
}

fn replicas_on_an_accepted_claim_of_one_node_are_refused(cluster: &Cluster) {
    openshift(cluster);
    cluster.apply(CLAIM, &[]);
    apply(cluster, PVC);
    diff(cluster, PVC).exits(0);
    let two = PVC.replace("replicas: 1", "replicas: 2");
    let run = diff(cluster, &two);
    run.exits(1).says("error[RC0601]").says("cluster.yaml:").says("keep `replicas: 1`").does_not_say("RC0335");
    diff(cluster, &PVC.replace("Recreate", "RollingUpdate")).exits(1).says("error[RC0602]");
    // A claim that the registry does not have yet is looked at by the operator itself.
    let run = diff(cluster, &two.replace("claim: registry", "claim: other"));
    run.does_not_say("RC0601");
}

fn a_claim_that_shrinks_or_changes_its_class_is_refused(cluster: &Cluster) {
    openshift(cluster);
    let sized = |size: &str, class: &str| {
        format!(
            "registry: {{managementState: Managed, replicas: 1, rolloutStrategy: Recreate}}\nstorage:\n  pvc:\n    claim: registry\n    create: {{accessModes: [ReadWriteOnce], size: {size}, storageClassName: {class}}}"
        )
    };
    apply(cluster, &sized("100Gi", "thin"));
    diff(cluster, &sized("100Gi", "thin")).exits(0);
    diff(cluster, &sized("50Gi", "thin")).exits(1).says("error[RC0609]").says("`100Gi`").says("data-loss");
    diff(cluster, &sized("100Gi", "fast")).exits(1).says("error[RC0608]").says("create a claim of another name");
}

fn a_removal_deletes_storage_that_the_operator_manages(cluster: &Cluster) {
    openshift(cluster);
    operator_writes(
        cluster,
        &format!(
            "{CONFIG}spec: {{managementState: Managed, replicas: 1, storage: {{pvc: {{claim: image-registry-storage}}, managementState: Managed}}}}\n"
        ),
    );
    let removed = "registry: {managementState: Removed, replicas: 1}";
    let run = diff(cluster, removed);
    run.exits(1).says("error[RC0605]").says("set `storage.managementState: Unmanaged` too").says("data-loss");
    let kept = "registry: {managementState: Removed, replicas: 1}\nstorage: {pvc: {claim: image-registry-storage}, managementState: Unmanaged}";
    diff(cluster, kept).does_not_say("RC0605").says("RC0606");
}

fn authorities_that_would_be_pruned_are_still_named(cluster: &Cluster) {
    openshift(cluster);
    let labelled = "labels: {regcfg.dev/cluster: prod}";
    cluster.apply(
        &format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: cas, namespace: openshift-config, {labelled}}}\ndata: {{a.example.com: x}}\n"),
        &[],
    );
    // Somebody by hand made the reference, so that no spec takes it away.
    cluster.apply(
        "apiVersion: config.openshift.io/v1\nkind: Image\nmetadata: {name: cluster}\nspec: {additionalTrustedCA: {name: cas}}\n",
        &["--field-manager", "by-hand"],
    );
    let spec = "registry: {managementState: Removed, replicas: 1}\nimages: {allowedRegistriesForImport: [{domainName: a.example.com}]}";
    let run = diff(cluster, spec);
    run.exits(1).says("error[RC0613]").says("configmap \"cas\" not found").says("- ConfigMap openshift-config/cas");
}

fn a_source_policy_goes_only_after_its_digest_mirrors_are_there(cluster: &Cluster) {
    openshift(cluster);
    let mirrors = |kind: &str| {
        format!(
            "registry: {{managementState: Removed, replicas: 1}}\nmirrors:\n  kind: {kind}\n  imageDigestMirrors: {{quay.io/a: {{mirrors: [m.example.com/a]}}}}"
        )
    };
    // As somebody renders who lets engines prune.
    let unkept = |manifests: &str| {
        manifests
            .replace("Prune=false", "Prune=true")
            .replace("toolkit.fluxcd.io/prune: disabled", "toolkit.fluxcd.io/prune: enabled")
    };
    let old = unkept(&render(cluster, &mirrors("ImageContentSourcePolicy")));
    cluster.apply(&old, &["--field-manager", "argocd-controller"]);
    let run = diff(cluster, &mirrors("ImageDigestMirrorSet"));
    run.exits(1).says("warning[RC0615]").says("render both, wait until `oc get machineconfigpool` says UPDATED");
    // The way out: both, and then the old one away.
    let both = unkept(&render(cluster, &mirrors("Both")));
    diff(cluster, &mirrors("Both")).does_not_say("RC0615").does_not_say("drain");
    cluster.apply(&both, &["--field-manager", "argocd-controller", "--force-conflicts"]);
    diff(cluster, &mirrors("ImageDigestMirrorSet")).does_not_say("RC0615").says("drain");
}

fn the_wrong_cluster_is_said_before_anything_else(cluster: &Cluster) {
    openshift(cluster);
    cluster.apply(CLAIM, &[]);
    let rendered = render(cluster, PVC).replace("regcfg.dev/cluster: prod", "regcfg.dev/cluster: test");
    cluster.apply(&rendered, &["--field-manager", "argocd-controller"]);
    let run = diff(cluster, &PVC.replace("replicas: 1", "replicas: 2"));
    run.exits(1).says("error[RC0630]: this is the cluster `test`, not `prod`").does_not_say("RC0601");
    run.says("oc label configs.imageregistry.operator.openshift.io cluster regcfg.dev/cluster=prod --overwrite");
}

fn an_object_of_a_helm_release_is_named(cluster: &Cluster) {
    openshift(cluster);
    cluster.apply(
        "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: registry\n  namespace: openshift-image-registry\n  labels: {app.kubernetes.io/managed-by: Helm}\n  annotations: {meta.helm.sh/release-name: storage, meta.helm.sh/release-namespace: infra}\nspec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 100Gi}}}\n",
        &["--field-manager", "helm"],
    );
    let spec = "registry: {managementState: Managed, replicas: 1, rolloutStrategy: Recreate}\nstorage:\n  pvc:\n    claim: registry\n    create: {accessModes: [ReadWriteOnce], size: 100Gi}";
    let run = diff(cluster, spec);
    run.exits(1).says("warning[RC0631]").says("is applied by Helm as `infra/storage` on the cluster");
}

fn what_is_rendered_no_more_is_offered_but_never_claims_and_settings(cluster: &Cluster) {
    openshift(cluster);
    let before = "registry: {managementState: Managed, replicas: 1, rolloutStrategy: Recreate}\nstorage:\n  pvc:\n    claim: registry\n    create: {accessModes: [ReadWriteOnce], size: 100Gi}\nimages: {allowedRegistriesForImport: [{domainName: a.example.com}]}\naccess: {viewers: {team: {groups: [team], namespaces: [team]}}}";
    let rendered = render(cluster, before);
    assert!(rendered.contains("kind: RoleBinding") && rendered.contains("kind: PersistentVolumeClaim"), "{rendered}");
    cluster.apply(&rendered, &["--field-manager", "argocd-controller"]);
    let removed = "registry: {managementState: Managed, replicas: 1, rolloutStrategy: Recreate}\nstorage: {pvc: {claim: registry}}";
    let run = diff(cluster, removed);
    run.exits(1).says("- RoleBinding team/").says("an engine that prunes deletes it");
    let json = regcfg(cluster, cluster::ADMIN, removed, &["diff", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_str(&json.answer).unwrap();
    let text = document.to_string();
    assert!(text.contains("\"kept\":true"), "{document:#}");
}

fn what_hits_harder_than_allowed_fails(cluster: &Cluster) {
    openshift(cluster);
    cluster.apply(CLAIM, &[]);
    apply(cluster, PVC);
    let read_only = PVC.replace("replicas: 1", "replicas: 1, readOnly: true");
    let with = |spec: &str, limit: &str| regcfg(cluster, cluster::ADMIN, spec, &["diff", "--max-impact", limit]);
    with(&read_only, "rollout").exits(0);
    let run = with(&read_only, "none");
    run.exits(1).says(
        "prod: Config cluster `spec.readOnly`: rollout, above `--max-impact none`: it is a part of the pods' template",
    );
    let lists = format!("{PVC}\nimages: {{registrySources: {{blockedRegistries: [b.example.com]}}}}");
    with(&lists, "rollout").exits(1).says("drain, above `--max-impact rollout`");
    with(&lists, "drain").exits(0);
    with(&PVC.replace("claim: registry", "claim: other"), "drain")
        .exits(1)
        .says("data-loss, above `--max-impact drain`");
}

fn what_may_not_be_listed_is_said(cluster: &Cluster) {
    openshift(cluster);
    cluster.apply(CLAIM, &[]);
    apply(cluster, PVC);
    let get = serde_json::json!([
        {"apiGroups": ["imageregistry.operator.openshift.io"], "resources": ["*"], "verbs": ["get", "patch"]},
        {"apiGroups": [""], "resources": ["persistentvolumeclaims", "configmaps"], "verbs": ["get"]},
    ]);
    cluster.grant("reader", &get);
    let run = regcfg(cluster, "reader", PVC, &["diff"]);
    run.exits(2).says("not told: what is rendered no more of Config, ").says("missing: list configmaps, ");
}

/// Flux makes its own what was written with kubectl, and then removes of it what is not in Git; Argo CD leaves it there.
fn what_flux_makes_its_own_goes(cluster: &Cluster) {
    openshift(cluster);
    let spec =
        "storage: {pvc: {claim: registry, create: {accessModes: [ReadWriteMany], size: 100Gi, storageClassName: nfs}}}";
    cluster.apply(&render(cluster, spec), &["--field-manager", "kustomize-controller"]);
    diff(cluster, spec).exits(0);
    let args = ["-n", "openshift-image-registry", "label", "persistentvolumeclaim", "registry", "team=a"];
    assert!(cluster.kubectl(&args).status.success());
    diff(cluster, spec).exits(1).says("-    team: a").says("kubectl-label");
    regcfg(cluster, cluster::ADMIN, spec, &["diff", "--field-manager", "argocd-controller"]).exits(0);
    // Of what bears `ssa: Merge`, as the operator's own objects do, Flux leaves alone what others wrote.
    let args = ["label", "configs.imageregistry.operator.openshift.io", "cluster", "team=a"];
    assert!(cluster.kubectl(&args).status.success());
    diff(cluster, spec).says("~ PersistentVolumeClaim").does_not_say("~ Config");
}
