//! Levels, acknowledgements and policies over whole compilations in memory.

use std::sync::Arc;

use super::{InForce, Level, Policy, is_opinion};
use crate::diag::{Findings, codes};
use crate::load::Project;
use crate::lower::Day;
use crate::pipeline::{Session, compile};
use crate::profile::Profiles;
use crate::tree::{Source, SourceKind};
use crate::world::{MemWorld, ProjectPath};

/// 2026-11-21.
const AS_OF: i64 = 1_795_219_200;

/// Compiles a spec under a project file and a policy, each what stands under its `spec`; returns what was found as
/// `severity CODE`, with `acknowledged` in place of the severity, and whether there is output.
fn found(project: &str, policy: &str, spec: &str) -> (Vec<String>, bool) {
    let document = |kind: &str, rest: &str| format!("apiVersion: regcfg.dev/v1alpha1\nkind: {kind}\n{rest}\n");
    let under_spec = |text: &str| text.lines().flat_map(|line| ["  ", line, "\n"]).collect::<String>();
    let head = "metadata: {name: c}\nextends: [layer.yaml]\nspec:\n  openshift: \"4.19\"\n";
    let files = [
        ("regcfg.yaml", document("Project", &format!("spec: {{{project}}}"))),
        ("layer.yaml", document("RegistryLayer", "spec: {platform: aws-upi}")),
        ("c.yaml", document("ClusterRegistry", &format!("{head}{}", under_spec(spec)))),
    ];
    let world = MemWorld::new(files.iter().map(|(path, text)| (*path, &**text)));
    let project = Project::new(&world);
    let mut findings = Findings::new();
    let source = Source::new("policy.yaml", document("Policy", &format!("spec: {{{policy}}}")), SourceKind::User);
    let policy = Policy::read(&source, &mut findings).map(Arc::new);
    let profiles = Profiles::of(&project, &mut findings);
    let settings = project.settings(&mut Findings::new());
    let in_force = Arc::new(InForce::of(&settings, policy, &mut findings));
    let session = Session { project: &project, profiles: &profiles, day: Day::Running, as_of: AS_OF, in_force };
    let path = ProjectPath::new("c.yaml").unwrap();
    let bundle = if findings.has_errors() { None } else { compile(&session, &path, &mut findings) };
    findings.sort_for_showing();
    let said = findings.iter().map(|finding| {
        let how = if finding.suppressed.is_some() { "acknowledged" } else { finding.severity.name() };
        format!("{how} {}", finding.code.id)
    });
    (said.collect(), bundle.is_some())
}

#[track_caller]
fn check(project: &str, policy: &str, spec: &str, expected: &[&str], is_rendered: bool) {
    let found = found(project, policy, spec);
    assert_eq!((found.0.iter().map(String::as_str).collect::<Vec<_>>(), found.1), (expected.to_vec(), is_rendered));
}

/// Two replicas on a directory that is lost with its pod: an error of a rule.
const ERROR: &str = "registry: {replicas: 2}\nstorage: {emptyDir: {}}";
/// A bucket without its region: a warning of a rule.
const WARNING: &str = "storage: {s3: {bucket: b}, credentials: minted}";
/// A backend beside the bootstrapped one: a warning of validation.
const BESIDE: &str = "storage: {pvc: {claim: c}}";

#[test]
fn a_level_decides_whether_there_is_output() {
    check("", "", ERROR, &["error RC0334", "info RC0363", "warning RC0520"], false);
    check("levels: {RC0334: warning}", "", ERROR, &["warning RC0334", "info RC0363", "warning RC0520"], true);
    check("levels: {replicas-on-empty-dir: \"off\", RC0363: \"off\"}", "", ERROR, &["warning RC0520"], true);
    check("", "", WARNING, &["warning RC0366"], true);
    check("levels: {RC0366: error}", "", WARNING, &["error RC0366"], false);
    check("levels: {RC0366: info}", "", WARNING, &["info RC0366"], true);
    check("levels: {RC0520: error}", "", BESIDE, &["error RC0520"], false);
}

#[test]
fn a_policy_is_above_the_project_which_can_only_tighten_it() {
    let policy = "codes: {RC0366: {level: warning}}";
    check("levels: {RC0366: error}", policy, WARNING, &["error RC0366"], false);
    check("levels: {RC0366: info}", policy, WARNING, &["error RC0121"], false);
    check("levels: {RC0366: \"off\"}", policy, WARNING, &["error RC0121"], false);
    check("", "codes: {RC0366: {level: \"off\"}}", WARNING, &[], true);
    check("levels: {RC0366: warning}", "codes: {RC0366: {level: \"off\"}}", WARNING, &["warning RC0366"], true);
}

#[test]
fn what_is_acknowledged_does_not_count_and_is_still_there() {
    let with = |acknowledge: &str| format!("{BESIDE}\nacknowledge: {{{acknowledge}}}");
    let because = "{reason: switched by hand}";
    check("", "", BESIDE, &["warning RC0520"], true);
    for path in ["storage.pvc", "storage", "storage.pvc.claim"] {
        let is_there = if path.ends_with("claim") { "warning RC0520" } else { "acknowledged RC0520" };
        let unused: &[&str] = if path.ends_with("claim") { &["warning RC0207"] } else { &[] };
        let expected = [&[is_there], unused].concat();
        check("", "", &with(&format!("RC0520: {{{path}: {because}}}")), &expected, true);
    }
    check("", "", &with(&format!("bootstrapped-backend: {{storage.pvc: {because}}}")), &["acknowledged RC0520"], true);
    // An error that is acknowledged stops nothing, whatever made it one.
    let error =
        format!("{ERROR}\nacknowledge: {{RC0334: {{registry.replicas: {because}}}, RC0363: {{storage: {because}}}}}");
    check("", "", &error, &["acknowledged RC0334", "acknowledged RC0363", "warning RC0520"], true);
    check(
        "levels: {RC0520: error}",
        "",
        &with(&format!("RC0520: {{storage.pvc: {because}}}")),
        &["acknowledged RC0520"],
        true,
    );
}

#[test]
fn an_acknowledgement_has_a_reason_a_use_and_an_end() {
    let with = |acknowledge: &str| format!("{BESIDE}\nacknowledge: {{{acknowledge}}}");
    check("", "", &with("RC0520: {storage.pvc: {reason: \" \"}}"), &["error RC0315"], false);
    check("", "", &with("RC0520: {storage.pvc: {}}"), &["error RC0313"], false);
    let until = |day: &str| with(&format!("RC0520: {{storage.pvc: {{reason: known, until: \"{day}\"}}}}"));
    check("", "", &until("2026-11-21"), &["acknowledged RC0520"], true);
    check("", "", &until("2026-11-20"), &["warning RC0520", "warning RC0208"], true);
    check("", "", &until("soon"), &["error RC0209"], false);
    let unused = format!("{WARNING}\nacknowledge: {{RC0520: {{storage.s3: {{reason: known}}}}}}");
    check("", "", &unused, &["warning RC0366", "warning RC0207"], true);
    check("levels: {RC0207: error}", "", &unused, &["warning RC0366", "error RC0207"], false);
}

#[test]
fn a_policy_says_what_cannot_be_acknowledged() {
    let spec = format!("{BESIDE}\nacknowledge: {{RC0520: {{storage.pvc: {{reason: known}}}}}}");
    check("", "codes: {RC0520: {acknowledgeable: true}}", &spec, &["acknowledged RC0520"], true);
    check("", "codes: {RC0520: {acknowledgeable: false}}", &spec, &["error RC0210"], false);
}

#[test]
fn facts_can_be_neither_levelled_nor_acknowledged() {
    for code in ["RC0101", "RC0301", "RC0310", "RC0355", "RC0501", "RC0510", "RC0701", "RC0705", "RC0117", "RC0123"] {
        assert!(!is_opinion(codes::find(code).unwrap_or_else(|| panic!("{code}"))), "{code}");
    }
    check("levels: {RC0310: warning}", "", WARNING, &["error RC0120"], false);
    check("", "codes: {RC0701: {level: info}}", WARNING, &["error RC0120"], false);
    let spec = format!("{WARNING}\nacknowledge: {{unknown-spec-field: {{storage: {{reason: known}}}}}}");
    check("", "", &spec, &["error RC0120"], false);
}

#[test]
fn a_code_is_named_once_and_exists() {
    check("levels: {RC0366: info, no-s3-region: error}", "", WARNING, &["error RC0122"], false);
    check("levels: {RC0999: info}", "", WARNING, &["error RC0119"], false);
    check("", "codes: {no-s3-regoin: {level: info}}", WARNING, &["error RC0119"], false);
}

#[test]
fn a_policy_allows_what_it_lists() {
    let store = "secrets: {external: {store: {name: vault, kind: ClusterSecretStore}}}";
    let keys = ["accessKey", "secretKey"].map(|key| format!("{key}: {{valueFrom: {{external: {{key: {key}}}}}}}"));
    let spec = format!("{store}\nstorage: {{s3: {{bucket: b, region: r}}, credentials: {{{}}}}}", keys.join(", "));
    let is = |policy: &str, expected: &[&str]| check("", policy, &spec, expected, expected.is_empty());
    is("profiles: [aws-upi]", &[]);
    is("profiles: [vsphere]", &["error RC0123"]);
    is("deliveries: [external]", &[]);
    is("deliveries: [secretKeyRef, file]", &["error RC0124", "error RC0124"]);
    is("secretStores: [{name: vault, kind: ClusterSecretStore}]", &[]);
    is("secretStores: [{name: vault}]", &["error RC0125"]);
    is("secretStores: []", &["error RC0125"]);
    is("kinds: [Config.imageregistry.operator.openshift.io, ExternalSecret]", &[]);
    is("kinds: [Config]", &["error RC0126"]);
    is("kinds: [Config.config.openshift.io, ExternalSecret]", &["error RC0126"]);
    is("namespaces: [openshift-image-registry]", &[]);
    is("namespaces: [openshift-config]", &["error RC0127"]);
}

#[test]
fn a_policy_is_of_its_form() {
    for wrong in ["colour: red", "deliveries: [pigeon]", "codes: {RC0366: {level: loud}}", "profiles: aws-upi"] {
        let source = format!("apiVersion: regcfg.dev/v1alpha1\nkind: Policy\nspec: {{{wrong}}}\n");
        let mut findings = Findings::new();
        let policy = Policy::read(&Source::new("policy.yaml", source, SourceKind::User), &mut findings);
        assert!(policy.is_none() && findings.n_errors() == 1, "{wrong}: {findings:#?}");
    }
}

#[test]
fn levels_are_ordered_by_how_much_they_say() {
    let named = ["off", "info", "warning", "error"].map(|name| Level::named(name).unwrap());
    assert!(named.is_sorted());
    assert_eq!(Level::named("loud"), None);
}
