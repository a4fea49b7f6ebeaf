//! The one helper of the rules' tests: a spec over a world in memory, compiled; or plain manifests.

pub(super) mod keys;

use std::fmt::Write;
use std::sync::Arc;

use super::{BundleContext, ClusterFacts, LayerFacts, ProjectContext, SecretFacts, UpdateContext};
use crate::diag::{Findings, codes};
use crate::load::{DocumentKind, Project};
use crate::lower::Day;
use crate::pipeline::{Session, compile, survey};
use crate::profile::Profiles;
use crate::target::Target;
use crate::tree::parse::{Reading, documents};
use crate::tree::{Node, Place, Source, SourceKind};
use crate::validate::Bootstrap;
use crate::world::{MemWorld, ProjectPath};

/// The time that tests judge certificates by: 2026-11-21.
const AS_OF: i64 = 1_795_219_200;

/// An authority.
pub(super) const CA: &str = include_str!("testing/ca.crt");

/// An authority whose time is over.
pub(super) const EXPIRED: &str = include_str!("testing/expired.crt");

/// A certificate that may sign nothing.
pub(super) const LEAF: &str = include_str!("testing/leaf.crt");

/// Files that specs may name, and a platform of the project's own that knows every backend.
const FILES: &[(&str, &str)] = &[
    ("ca.crt", CA),
    ("expired.crt", EXPIRED),
    ("future.crt", include_str!("testing/future.crt")),
    ("leaf.crt", LEAF),
    ("server.crt", include_str!("testing/server.crt")),
    ("unknown-curve.crt", concat!(include_str!("testing/secp256k1.crt"), include_str!("testing/ca.crt"))),
    ("extra.crt", concat!(include_str!("testing/chain.crt"), include_str!("testing/ca.crt"))),
    ("chain.crt", include_str!("testing/chain.crt")),
    ("whole-chain.crt", include_str!("testing/whole-chain.crt")),
    ("twice.crt", include_str!("testing/twice.crt")),
    ("backwards.crt", include_str!("testing/backwards.crt")),
    ("unrelated.crt", include_str!("testing/unrelated.crt")),
    ("namesake.crt", include_str!("testing/namesake.crt")),
    ("mixed.crt", include_str!("testing/mixed.crt")),
    ("limited.crt", include_str!("testing/limited.crt")),
    ("by-leaf.crt", include_str!("testing/by-leaf.crt")),
    ("common-name.crt", include_str!("testing/common-name.crt")),
    ("client.crt", include_str!("testing/client.crt")),
    ("signing.crt", include_str!("testing/signing.crt")),
    ("intermediate.crt", include_str!("testing/intermediate.crt")),
    ("root.crt", include_str!("testing/root.crt")),
    ("rsa-512.crt", include_str!("testing/rsa-512.crt")),
    ("rsa-1024.crt", include_str!("testing/rsa-1024.crt")),
    ("ed25519.crt", include_str!("testing/ed25519.crt")),
    ("p224.crt", include_str!("testing/p224.crt")),
    ("secp256k1.crt", include_str!("testing/secp256k1.crt")),
    ("sha1.crt", include_str!("testing/sha1.crt")),
    ("sha1-root.crt", include_str!("testing/sha1-root.crt")),
    ("bundle.crt", concat!(include_str!("testing/ca.crt"), include_str!("testing/expired.crt"))),
    (
        "half.crt",
        concat!(include_str!("testing/ca.crt"), "-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n"),
    ),
    ("same.crt", concat!("# the same\n", include_str!("testing/ca.crt"))),
    ("broken.crt", "# note\n-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n"),
    ("request.crt", "-----BEGIN CERTIFICATE REQUEST-----\nAQID\n-----END CERTIFICATE REQUEST-----\n"),
    ("text.crt", "no certificate\n"),
    (
        "both.crt",
        concat!(
            include_str!("testing/ca.crt"),
            "-----BEGIN EC PRIVATE KEY-----\nHUSHHUSH\n-----END EC PRIVATE KEY-----\n"
        ),
    ),
    ("regcfg.yaml", "apiVersion: regcfg.dev/v1alpha1\nkind: Project\nspec: {profiles: [profiles]}\n"),
    (
        "profiles/cloud/profile.yaml",
        "apiVersion: regcfg.dev/v1alpha1\nkind: Profile\nspec: {extends: base, storage: [s3, gcs, azure, swift, ibmcos, oss, pvc, emptyDir]}\n",
    ),
    (
        "profiles/brief/profile.yaml",
        "apiVersion: regcfg.dev/v1alpha1\nkind: Profile\nspec: {extends: vsphere, since: \"4.12\", until: \"4.17\"}\n",
    ),
    (
        "profiles/changing/profile.yaml",
        concat!(
            "apiVersion: regcfg.dev/v1alpha1\nkind: Profile\nspec: {extends: base, bootstrap: {config: [",
            "{spec: {managementState: Managed, logging: 2, replicas: 1, rolloutStrategy: RollingUpdate, storage: {s3: {}}}}, ",
            "{since: \"4.10\", spec: {managementState: Managed, logging: 2, replicas: 2, rolloutStrategy: RollingUpdate, storage: {s3: {}}}}]}}\n"
        ),
    ),
];

/// Checks the findings of a spec: each as `severity CODE at TEXT`, where the text is what the finding points at.
///
/// `on` is a platform and a target, `text` what stands under `spec` beside them. Lines that begin with `metadata` go to
/// the document.
#[track_caller]
pub(super) fn check(on: &str, text: &str, expected: &[&str]) {
    judge(&findings_of(on, text), &format!("{on}\n{text}"), expected);
}

/// Checks what the rules on bundles find in plain manifests for a target, as [`check`] does for specs.
#[track_caller]
pub(super) fn check_objects(target: &str, manifests: &str, expected: &[&str]) {
    judge(&findings_of_objects(target, manifests), &format!("{target}\n{manifests}"), expected);
}

/// Checks what the rules on updates find where old manifests become new ones.
#[track_caller]
pub(super) fn check_update(target: &str, old: &str, new: &str, expected: &[&str]) {
    judge(&findings_of_update(target, old, new), &format!("{target}\n{old}\n{new}"), expected);
}

/// Checks that the findings of an update say something.
#[track_caller]
pub(super) fn check_update_says(target: &str, old: &str, new: &str, expected: &str) {
    says(&findings_of_update(target, old, new), expected);
}

fn findings_of_update(target: &str, old: &str, new: &str) -> Findings {
    let target: Target = target.parse().expect("a target");
    let (old, new) = (documents_of(old), documents_of(new));
    let context = |objects| BundleContext::new(objects, target, Bootstrap::Unknown, None);
    let cluster = Place::new(&Source::new("cluster.yaml", "name", SourceKind::User), 0..4);
    let mut findings = Findings::new();
    let ctx =
        UpdateContext { old: context(&old), new: context(&new), cluster: &cluster, old_is_here: true, applied: None };
    super::on_update(&ctx, &mut findings);
    findings.sort_for_showing();
    findings
}

fn findings_of_objects(target: &str, manifests: &str) -> Findings {
    let target: Target = target.parse().expect("a target");
    let objects = documents_of(manifests);
    let mut findings = Findings::new();
    super::on_bundle(&BundleContext::new(&objects, target, Bootstrap::Unknown, None).as_of(AS_OF), &mut findings);
    findings.sort_for_showing();
    findings
}

/// Returns the manifest of a config CR with this `spec`.
pub(super) fn config(spec: &str) -> String {
    singleton("imageregistry.operator.openshift.io/v1", "Config", spec)
}

/// Returns the manifest of image.config with this `spec`.
pub(super) fn image(spec: &str) -> String {
    singleton("config.openshift.io/v1", "Image", spec)
}

/// Returns the claim `c` of the registry with these access modes.
pub(super) fn claim(modes: &str) -> String {
    let spec = format!("spec: {{accessModes: {modes}}}");
    manifest("v1 PersistentVolumeClaim", "openshift-image-registry/c", &spec)
}

/// Returns image.config with the ConfigMap that it trusts, which holds these texts by their keys.
pub(super) fn trusted(bundles: &[(&str, &str)]) -> String {
    let entries =
        bundles.iter().map(|(key, text)| format!("  {key}: |\n    {}\n", text.trim_end().replace('\n', "\n    ")));
    let map = manifest("v1 ConfigMap", "openshift-config/cas", &format!("data:\n{}", entries.collect::<String>()));
    image("additionalTrustedCA: {name: cas}") + &map
}

/// Returns image.config with the ConfigMap that it trusts, which holds an authority by each of these keys.
pub(super) fn trusted_hosts(keys: &[&str]) -> String {
    trusted(&keys.iter().map(|key| (*key, CA)).collect::<Vec<_>>())
}

fn singleton(version: &str, kind: &str, spec: &str) -> String {
    let spec = spec.replace('\n', "\n  ");
    format!("---\napiVersion: {version}\nkind: {kind}\nmetadata: {{name: cluster}}\nspec:\n  {spec}\n")
}

fn documents_of(manifests: &str) -> Vec<Node> {
    let source = Source::new("manifests.yaml", manifests, SourceKind::User);
    documents(&source, Reading::AsKubectl, &mut Findings::new()).expect("YAML")
}

/// Checks what the rules on projects find in a whole project: each as `severity CODE at FILE TEXT`. A file with `metadata`
/// is a spec, one called `regcfg.yaml` a project file, one with an `apiVersion` of its own a manifest, any other a layer.
#[track_caller]
pub(super) fn check_project(files: &[(&str, String)], expected: &[&str]) {
    let kind = |path: &str, text: &str| match (text.contains("metadata"), path.ends_with("regcfg.yaml")) {
        (true, _) => "ClusterRegistry",
        (false, true) => "Project",
        (false, false) => "RegistryLayer",
    };
    let whole = |(path, text): &(&str, String)| {
        if text.starts_with("apiVersion: ") {
            return ((*path).to_owned(), text.clone());
        }
        ((*path).to_owned(), format!("apiVersion: regcfg.dev/v1alpha1\nkind: {}\n{text}\n", kind(path, text)))
    };
    let files: Vec<(String, String)> = files.iter().map(whole).collect();
    let world = MemWorld::new(FILES.iter().copied().chain(files.iter().map(|(path, text)| (&**path, &**text))));
    let project = Project::new(&world);
    let profiles = Profiles::of(&project, &mut Findings::new());
    let session =
        Session { project: &project, profiles: &profiles, day: Day::Running, as_of: AS_OF, in_force: Arc::default() };
    let (mut clusters, mut layers, mut nested) = (Vec::new(), Vec::new(), Vec::new());
    let mut secrets = Vec::new();
    for path in files.iter().filter_map(|(path, _)| ProjectPath::new(path).ok()) {
        match project.kind_of(&path) {
            Some(DocumentKind::Spec) => clusters.push(survey(&session, &path).expect("a spec that resolves").facts),
            Some(DocumentKind::Layer) => {
                let layer = project.document(&path, None, &mut Findings::new()).expect("a layer");
                layers.push(LayerFacts { path, place: Place::start_of(&layer.source) });
            }
            None => {
                let manifests = project.text(&path, None, &mut Findings::new()).expect("a file");
                secrets.extend(documents_of(manifests.text()).iter().filter_map(SecretFacts::of));
            }
            _ => nested.push(Place::start_of(&Source::new(path.as_str(), "", SourceKind::User))),
        }
    }
    let clusters: Vec<&ClusterFacts> = clusters.iter().collect();
    let context =
        ProjectContext { clusters: &clusters, layers: &layers, secrets: &secrets, nested: &nested, is_whole: true };
    let mut findings = Findings::new();
    super::on_project(&context, &mut findings);
    findings.sort_for_showing();
    let said = |finding: &crate::diag::Diagnostic| {
        let (file, at) = (finding.place.source.name(), finding.place.text());
        let said = format!("{} {} at {file} {at}", finding.severity.name(), finding.code.id);
        said.trim_end().to_owned()
    };
    let found: Vec<String> = findings.iter().map(said).collect();
    assert_eq!(found, expected, "{files:#?}\n{findings:#?}");
    assert!(findings.iter().all(|finding| finding.help.is_some()), "no help: {findings:#?}");
}

#[track_caller]
fn judge(findings: &Findings, of: &str, expected: &[&str]) {
    let found: Vec<String> = findings
        .iter()
        // What the platform's own storage makes of a spec is said where it is asked about.
        .filter(|finding| {
            finding.code != &codes::BOOTSTRAPPED_BACKEND || expected.iter().any(|one| one.contains("RC0520"))
        })
        .map(|finding| {
            let at = finding.place.text().lines().next().unwrap_or_default();
            format!("{} {} at {at}", finding.severity.name(), finding.code.id)
        })
        .collect();
    assert_eq!(found, expected, "{of}\n{findings:#?}");
    for finding in findings {
        let printed = format!("{finding:?}");
        assert!(finding.place.is_users(), "a place that no user wrote: {printed}");
        assert!(!printed.contains("HUSHHUSH"), "a secret is shown: {printed}");
        let is_rules = finding.code.id > "RC0329";
        assert!(finding.help.is_some() || !is_rules, "no help: {printed}");
    }
}

/// Checks that the one finding of a spec says something: in its message, a note or its help.
#[track_caller]
pub(super) fn check_says(on: &str, text: &str, expected: &str) {
    says(&findings_of(on, text), expected);
}

/// Checks that the one finding of plain manifests says something.
#[track_caller]
pub(super) fn check_objects_say(target: &str, manifests: &str, expected: &str) {
    says(&findings_of_objects(target, manifests), expected);
}

#[track_caller]
fn says(findings: &Findings, expected: &str) {
    let mut said = String::new();
    for finding in findings {
        let notes = finding.notes.iter().map(|note| match &note.place {
            Some(place) => format!("{} ({place})", note.message),
            None => note.message.clone(),
        });
        let lines = std::iter::once(finding.message.clone()).chain(notes).chain(finding.help.clone());
        for line in lines {
            let _infallible = writeln!(said, "{line}");
        }
    }
    assert!(said.contains(expected), "not said: {expected}\n{said}");
}

fn findings_of(on: &str, text: &str) -> Findings {
    let (platform, target) = on.split_once(' ').expect("a platform and a target");
    let (metadata, rest): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| line.starts_with("metadata"));
    let metadata = metadata.first().copied().unwrap_or("metadata: {name: c}");
    let indented: Vec<String> = rest.iter().map(|line| format!("  {line}")).collect();
    let document = format!(
        "apiVersion: regcfg.dev/v1alpha1\nkind: ClusterRegistry\n{metadata}\nspec:\n  openshift: \"{target}\"\n  platform: {platform}\n{}\n",
        indented.join("\n")
    );
    let files = FILES.iter().copied().chain([("cluster.yaml", document.as_str())]);
    let world = MemWorld::new(files).with_now(AS_OF);
    let project = Project::new(&world);
    let mut findings = Findings::new();
    let profiles = Profiles::of(&project, &mut findings);
    let session =
        Session { project: &project, profiles: &profiles, day: Day::Running, as_of: AS_OF, in_force: Arc::default() };
    let path = ProjectPath::new("cluster.yaml").expect("a path of the project");
    let _bundle = compile(&session, &path, &mut findings);
    findings.sort_for_showing();
    findings
}

/// Returns a spec's `storage` with these credentials, each from a variable.
pub(super) fn with_credentials(storage: &str, names: &[&str]) -> String {
    let credentials: Vec<String> = names.iter().map(|name| format!("{name}: {{valueFrom: {{env: A}}}}")).collect();
    format!("storage: {{{storage}, credentials: {{{}}}}}", credentials.join(", "))
}

/// Returns the Secret of the user's credentials with one key, in this field.
pub(super) fn user_secret(field: &str, key: &str, value: &str) -> String {
    let name = "openshift-image-registry/image-registry-private-configuration-user";
    manifest("v1 Secret", name, &format!("{field}: {{{key}: {value}}}"))
}

/// Returns the ImagePruner with this `spec`, as a manifest.
pub(super) fn pruner(spec: &str) -> String {
    singleton("imageregistry.operator.openshift.io/v1", "ImagePruner", spec)
}

/// Returns a manifest: `what` is its `apiVersion` and kind, `name` its namespace and name, `rest` its other lines.
pub(super) fn manifest(what: &str, name: &str, rest: &str) -> String {
    let (api_version, kind) = what.split_once(' ').expect("a version and a kind");
    let (namespace, name) = name.split_once('/').expect("a namespace and a name");
    let metadata = format!("{{namespace: {namespace}, name: {name}}}");
    format!("---\napiVersion: {api_version}\nkind: {kind}\nmetadata: {metadata}\n{rest}\n")
}
