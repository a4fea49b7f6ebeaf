//! What applying does to a cluster, acted out on objects in memory; `tests/live_rules.rs` does so on a real API server.

use super::*;
use crate::tree::parse::{Reading, documents};
use crate::tree::{Source, SourceKind};

/// A cluster called `prod`.
#[derive(Default)]
struct Scene {
    /// What is rendered, what is there, and what would be; the last is the rendered one over what is there, where empty.
    objects: Vec<(String, String, String)>,
    /// What else is there.
    others: Vec<String>,
    engine: Option<Engine>,
}

impl Scene {
    fn with(mut self, rendered: &str, live: &str, predicted: &str) -> Self {
        self.objects.push((rendered.into(), live.into(), predicted.into()));
        self
    }

    fn beside(mut self, other: &str) -> Self {
        self.others.push(other.into());
        self
    }

    fn findings(&self) -> Findings {
        let read = |text: &str, name: &str| {
            let source = Source::new(name, text, SourceKind::User);
            documents(&source, Reading::AsKubectl, &mut Findings::new()).expect("YAML").into_iter().next()
        };
        let target: Target = "4.16".parse().expect("a target");
        let objects: Vec<(Node, Option<Node>, Node)> = self
            .objects
            .iter()
            .map(|(rendered, live, predicted)| {
                let (rendered, live) = (read(rendered, "cluster.yaml").expect("an object"), read(live, "live"));
                let over = || live.as_ref().map_or_else(|| rendered.clone(), |live| merged(live, &rendered, target));
                let predicted = read(predicted, "cluster.yaml").unwrap_or_else(over);
                (rendered, live, predicted)
            })
            .collect();
        let others: Vec<Node> = self.others.iter().filter_map(|other| read(other, "live")).collect();
        let named = Place::new(&Source::new("cluster.yaml", "prod", SourceKind::User), 0..4);
        let predicted = Predicted {
            cluster: "prod",
            named: &named,
            target,
            platform: None,
            objects: objects
                .iter()
                .map(|(rendered, live, predicted)| Prediction {
                    rendered,
                    live: live.as_ref(),
                    predicted,
                    engine: self.engine,
                })
                .collect(),
            others: others.iter().collect(),
        };
        let mut findings = Findings::new();
        predicted.judge(&predicted.states(), &mut findings);
        findings.sort_for_showing();
        findings
    }

    #[track_caller]
    fn finds(&self, expected: &[&str]) -> &Self {
        let findings = self.findings();
        let found: Vec<String> =
            findings.iter().map(|finding| format!("{} {}", finding.severity.name(), finding.code.id)).collect();
        assert_eq!(found, expected, "{findings:#?}");
        assert!(findings.iter().all(|finding| finding.help.is_some() && finding.place.source.name() != "live"));
        self
    }

    #[track_caller]
    fn says(&self, expected: &str) -> &Self {
        let findings = self.findings();
        let said = findings.iter().flat_map(|finding| {
            let notes = finding.notes.iter().map(|note| note.message.clone());
            [finding.message.clone()].into_iter().chain(notes).chain(finding.help.clone()).collect::<Vec<_>>()
        });
        let said: Vec<String> = said.collect();
        assert!(said.iter().any(|line| line.contains(expected)), "not said: {expected}\n{said:#?}");
        self
    }
}

/// Returns an object that is applied over what is there.
fn merged(live: &Node, rendered: &Node, target: Target) -> Node {
    let text = |field: &str| rendered.get(field).and_then(Node::as_str).unwrap_or_default();
    let kind = schema::find(text("apiVersion"), text("kind")).expect("a known kind");
    crate::validate::merge_onto(kind.schema, live, rendered, target.last())
}

const LABEL: &str = "labels: {regcfg.dev/cluster: prod}";

fn object(kind: &str, metadata: &str, rest: &str) -> String {
    let (version, kind) = kind.split_once(' ').expect("an API version and a kind");
    format!("apiVersion: {version}\nkind: {kind}\nmetadata: {{{metadata}}}\n{rest}\n")
}

fn config(spec: &str) -> String {
    object(
        "imageregistry.operator.openshift.io/v1 Config",
        &format!("name: cluster, {LABEL}"),
        &format!("spec: {{{spec}}}"),
    )
}

fn image(spec: &str) -> String {
    object("config.openshift.io/v1 Image", &format!("name: cluster, {LABEL}"), &format!("spec: {{{spec}}}"))
}

fn claim(metadata: &str, spec: &str) -> String {
    let metadata = format!("name: c, namespace: openshift-image-registry{metadata}");
    object("v1 PersistentVolumeClaim", &metadata, &format!("spec: {{{spec}}}"))
}

const PVC: &str = "managementState: Managed, replicas: 1, rolloutStrategy: Recreate, storage: {pvc: {claim: c}}";

#[test]
fn nothing_is_said_of_a_cluster_that_stays_as_it_is() {
    Scene::default().with(&config(PVC), &config(PVC), "").finds(&[]);
    Scene::default().with(&config(PVC), "", "").finds(&[]);
}

#[test]
fn a_switch_that_leaves_two_backends_takes_a_patch() {
    let live = config("managementState: Managed, replicas: 1, storage: {emptyDir: {}, managementState: Managed}");
    let both = config(&PVC.replace("{pvc: {claim: c}}", "{emptyDir: {}, pvc: {claim: c}}"));
    Scene::default()
        .with(&config(PVC), &live, &both)
        .finds(&["error RC0603"])
        .says("the cluster would have `pvc` beside `emptyDir`, which nothing takes away")
        .says("got 2: [EmptyDir PVC]`")
        .says(r#"oc patch configs.imageregistry.operator.openshift.io cluster --type json -p '[{"op":"replace","path":"/spec/storage","value":{"pvc":{"claim":"c"}}}]'"#);
    // Once it was applied, both stand there until somebody runs the command.
    Scene::default().with(&config(PVC), &both, &both).finds(&["error RC0603"]).says("run that command once");
    Scene::default().with(&config(PVC), &live, &config(PVC)).finds(&["warning RC0603"]).says("and no image moves");
}

#[test]
fn replicas_on_an_accepted_claim_that_only_the_cluster_has_hang() {
    let two = config(&PVC.replace("replicas: 1", "replicas: 2"));
    let claim = claim("", "accessModes: [ReadWriteOnce]");
    Scene::default().with(&two, &config(PVC), &two).beside(&claim).finds(&["error RC0601"]);
    let rolling = config(&PVC.replace("Recreate", "RollingUpdate"));
    Scene::default().with(&rolling, &config(PVC), &rolling).beside(&claim).finds(&["error RC0602"]);
    Scene::default().with(&config(PVC), &config(PVC), "").beside(&claim).finds(&[]);
}

#[test]
fn a_claim_that_is_new_to_the_registry_is_judged_with_it() {
    let two = config(&PVC.replace("replicas: 1", "replicas: 2"));
    let removed = config("managementState: Removed, replicas: 1, rolloutStrategy: Recreate");
    let claim = claim("", "accessModes: [ReadWriteOnce]");
    Scene::default().with(&two, &removed, &two).beside(&claim).finds(&["error RC0335"]);
}

#[test]
fn a_claim_neither_shrinks_nor_changes_its_class() {
    let sized = |size: &str, class: &str| {
        let spec = "accessModes: [ReadWriteOnce], volumeMode: Filesystem";
        claim(
            &format!(", {LABEL}"),
            &format!("{spec}, storageClassName: {class}, resources: {{requests: {{storage: {size}}}}}"),
        )
    };
    let live = sized("100Gi", "thin");
    Scene::default().with(&sized("50Gi", "thin"), &live, "").finds(&["error RC0609"]).says("its size before: `100Gi`");
    Scene::default().with(&sized("100Gi", "fast"), &live, "").finds(&["error RC0608"]);
    Scene::default().with(&sized("200Gi", "thin"), &live, "").finds(&[]);
}

#[test]
fn a_removal_deletes_what_the_operator_manages() {
    let storage = "storage: {s3: {bucket: b, region: r}, managementState: Managed}";
    let live = config(&format!("managementState: Managed, replicas: 1, {storage}"));
    let rendered = config("managementState: Removed, replicas: 1");
    let predicted = config(&format!("managementState: Removed, replicas: 1, {storage}"));
    Scene::default().with(&rendered, &live, &predicted).finds(&["error RC0605"]).says("Unmanaged");
}

#[test]
fn authorities_that_are_pruned_while_they_are_named_are_missed() {
    let map = object("v1 ConfigMap", &format!("name: cas, namespace: openshift-config, {LABEL}"), "data: {a.io: x}");
    let live = image("additionalTrustedCA: {name: cas}");
    // Somebody else's manager keeps the reference, whatever is rendered.
    Scene::default()
        .with(&image("allowedRegistriesForImport: []"), &live, &live)
        .beside(&map)
        .finds(&["error RC0613"])
        .says("configmap \"cas\" not found");
    let kept = map
        .replace("openshift-config,", "openshift-config, annotations: {kustomize.toolkit.fluxcd.io/prune: disabled},");
    Scene::default().with(&image(""), &live, &live).beside(&kept).finds(&["info RC0613"]);
    Scene::default().with(&image(""), &live, &image("")).beside(&map).finds(&["info RC0614"]);
    // What is somebody else's stays.
    let theirs = map.replace(LABEL, "labels: {}");
    Scene::default().with(&live, &live, &live).beside(&theirs).finds(&[]);
}

#[test]
fn mirrors_move_in_two_steps() {
    let entries = "[{source: quay.io/a, mirrors: [m.example.com/a]}]";
    let policy = object(
        "operator.openshift.io/v1alpha1 ImageContentSourcePolicy",
        &format!("name: m, {LABEL}"),
        &format!("spec: {{repositoryDigestMirrors: {entries}}}"),
    );
    let set = object(
        "config.openshift.io/v1 ImageDigestMirrorSet",
        &format!("name: m, {LABEL}"),
        &format!("spec: {{imageDigestMirrors: {entries}}}"),
    );
    Scene::default()
        .with(&set, "", "")
        .beside(&policy)
        .finds(&["warning RC0615"])
        .says("render both, wait until `oc get machineconfigpool` says UPDATED, then take the old one away");
    Scene::default().with(&set, &set, &set).beside(&policy).finds(&[]);
}

#[test]
fn another_cluster_is_said_before_anything_else() {
    let live = config(PVC).replace("regcfg.dev/cluster: prod", "regcfg.dev/cluster: test");
    let removed = config("managementState: Removed, replicas: 1");
    Scene::default()
        .with(&removed, &live, &removed)
        .finds(&["error RC0630"])
        .says("this is the cluster `test`, not `prod`")
        .says("oc label configs.imageregistry.operator.openshift.io cluster regcfg.dev/cluster=prod --overwrite");
}

#[test]
fn manifests_that_name_no_cluster_are_of_any() {
    let live = config(PVC).replace("regcfg.dev/cluster: prod", "regcfg.dev/cluster: test");
    let unnamed = config(PVC).replace(&format!(", {LABEL}"), "");
    Scene::default().with(&unnamed, &live, "").finds(&[]);
}

#[test]
fn an_object_of_somebody_else_is_named() {
    let rendered =
        object("v1 ConfigMap", &format!("name: cas, namespace: openshift-config, {LABEL}"), "data: {a.io: x}");
    let helm = "labels: {app.kubernetes.io/managed-by: Helm}, annotations: {meta.helm.sh/release-name: r}";
    let live = object("v1 ConfigMap", &format!("name: cas, namespace: openshift-config, {helm}"), "data: {a.io: x}");
    Scene::default()
        .with(&rendered, &live, "")
        .finds(&["warning RC0631"])
        .says("`ConfigMap openshift-config/cas` is applied by Helm as `r` on the cluster");
    let argo = "annotations: {argocd.argoproj.io/tracking-id: \"app:/ConfigMap:n/c\"}";
    let theirs = object("v1 ConfigMap", &format!("name: cas, namespace: openshift-config, {argo}"), "data: {a.io: x}");
    Scene::default().with(&rendered, &theirs, "").finds(&["info RC0631"]);
    let ours = theirs.replace("openshift-config,", &format!("openshift-config, {LABEL},"));
    Scene::default().with(&rendered, &ours, "").finds(&[]);
    Scene { engine: Some("Flux"), ..Scene::default() }.with(&rendered, &ours, "").finds(&["warning RC0631"]);
    Scene { engine: Some(Engine::ArgoCd), ..Scene::default() }.with(&rendered, &ours, "").finds(&[]);
}

#[test]
fn what_is_wrong_on_the_cluster_already_is_not_the_applys() {
    let live = config("managementState: Managed, replicas: 2, rolloutStrategy: RollingUpdate, storage: {emptyDir: {}}");
    let rendered = config("managementState: Managed, replicas: 2, readOnly: true");
    let predicted = config(
        "managementState: Managed, replicas: 2, rolloutStrategy: RollingUpdate, storage: {emptyDir: {}}, readOnly: true",
    );
    Scene::default().with(&rendered, &live, &predicted).finds(&[]);
}

#[test]
fn what_rendered_objects_refer_to_is_asked_for() {
    let nodes = |texts: &[String]| -> Vec<Node> {
        let source = Source::new("cluster.yaml", texts.join("---\n"), SourceKind::User);
        documents(&source, Reading::AsKubectl, &mut Findings::new()).expect("YAML")
    };
    let shown = |texts: &[String]| beside(&nodes(texts)).iter().map(ToString::to_string).collect::<Vec<_>>();
    let both = [config(PVC), image("additionalTrustedCA: {name: cas}")];
    assert_eq!(shown(&both), ["PersistentVolumeClaim openshift-image-registry/c", "ConfigMap openshift-config/cas"]);
    assert_eq!(shown(&[config(PVC), claim("", "")]), Vec::<String>::new());
}
