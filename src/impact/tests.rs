//! Every field has a decided impact, and each row says what it should.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::*;
use crate::diag::Findings;
use crate::diff::PredictedBy;
use crate::live::Absent;
use crate::rules::BundleContext;
use crate::schema::{self, Kind, Schema};
use crate::tree::parse::{Reading, documents};
use crate::tree::{Place, Source, SourceKind};
use crate::validate::Bootstrap;

/// Checks how hard a change of manifests hits: each reason as `impact path: why`, those that hit nothing too.
#[track_caller]
fn check(target: &str, old: &str, new: &str, expected: &[&str]) {
    let found = reasons_of(target, old, new);
    let found: Vec<String> =
        found.iter().map(|reason| format!("{} {}", reason.impact.word(), reason.path).trim_end().to_owned()).collect();
    assert_eq!(found, expected, "{target}\n{old}\n{new}");
}

#[track_caller]
fn says(target: &str, old: &str, new: &str, expected: &str) {
    let found = reasons_of(target, old, new);
    assert!(found.iter().any(|reason| reason.why.contains(expected)), "not said: {expected}\n{found:#?}");
}

fn reasons_of(target: &str, old: &str, new: &str) -> Vec<Reason> {
    let target: Target = target.parse().expect("a target");
    let (old, new) = (nodes(old), nodes(new));
    let source = Source::new("cluster.yaml", "name", SourceKind::User);
    let cluster = Place::new(&source, 0..4);
    let context = |objects| BundleContext::new(objects, target, Bootstrap::Unknown, None);
    let ctx =
        UpdateContext { old: context(&old), new: context(&new), cluster: &cluster, old_is_here: true, applied: None };
    let find = |of: &[Node], id: &ObjectId| of.iter().find(|object| ObjectId::of(object).as_ref() == Some(id)).cloned();
    let ids: BTreeSet<ObjectId> = old.iter().chain(&new).filter_map(ObjectId::of).collect();
    let objects = ids.into_iter().map(|object| {
        let (before, after) = (find(&old, &object), find(&new, &object));
        let what = match (&before, &after) {
            (None, _) => What::Create(Absent::Object),
            (_, None) => What::NoLongerRendered { kept: false },
            (Some(before), Some(after)) if before == after => What::Unchanged,
            _ => What::Change,
        };
        let change = |path: &str| {
            let at = |object: &Option<Node>| object.as_ref().and_then(|object| object.get(path)).cloned();
            let (before, after) = (at(&before), at(&after));
            (before != after).then(|| Change { path: path.into(), before, after, manager: None, silent: None })
        };
        let fields = ["metadata", "spec", "data", "stringData", "rules", "subjects"];
        let changes = fields.into_iter().filter_map(change).collect();
        ObjectDiff { changes, before, after, ..ObjectDiff::new(object, what, PredictedBy::Comparison) }
    });
    let mut diff = ClusterDiff {
        cluster: "c".into(),
        against: "old".into(),
        objects: objects.collect(),
        unknown: Vec::new(),
        not_collected: BTreeSet::new(),
    };
    judge(&mut diff, &ctx);
    diff.objects.into_iter().flat_map(|object| object.reasons).collect()
}

fn nodes(manifests: &str) -> Vec<Node> {
    let source = Source::new("manifests.yaml", manifests, SourceKind::User);
    documents(&source, Reading::AsKubectl, &mut Findings::new()).expect("YAML")
}

fn object(kind: &str, name: &str, rest: &str) -> String {
    let (version, kind) = kind.split_once(' ').expect("an API version and a kind");
    let name = match name.split_once('/') {
        Some((namespace, name)) => format!("namespace: {namespace}, name: {name}"),
        None => format!("name: {name}"),
    };
    format!("---\napiVersion: {version}\nkind: {kind}\nmetadata: {{{name}}}\n{rest}\n")
}

fn config(spec: &str) -> String {
    object("imageregistry.operator.openshift.io/v1 Config", "cluster", &format!("spec: {{{spec}}}"))
}

fn image(spec: &str) -> String {
    object("config.openshift.io/v1 Image", "cluster", &format!("spec: {{{spec}}}"))
}

/// Walks every field of every kind that can be rendered, on every minor, and asks the rows for each way in which it can
/// change; in circumstances in which no condition holds, so that only rows without any count.
#[test]
fn every_field_has_a_decided_impact() {
    let mut missing = String::new();
    let mut n_fields = 0;
    for kind in schema::kinds().iter().filter(|kind| kind.group != "regcfg.dev") {
        for minor in Minor::all().filter(|minor| kind.is_on(*minor)) {
            let circumstances = Circumstances::default();
            let judged = Judged {
                kind: kind.kind,
                before: None,
                after: None,
                circumstances: &circumstances,
                role: None,
                target: Target::only(minor),
            };
            for (field, path) in leaves(kind, minor) {
                n_fields += 1;
                let field = Field { path: &field, before: None, after: None };
                if judged.decide(On::Change, field).is_none() {
                    let _infallible = writeln!(missing, "{} {path} on {minor}", kind.kind);
                }
            }
            for on in [On::Create, On::Gone] {
                assert!(judged.decide(on, Field { path: &[], before: None, after: None }).is_some(), "{}", kind.kind);
            }
        }
    }
    assert!(missing.is_empty(), "no row of impact.yaml without conditions covers:\n{missing}");
    assert!(n_fields > 9_000, "{n_fields}");
}

/// Returns the fields of a kind that hold no others, and lists as a whole.
fn leaves(kind: &Kind, minor: Minor) -> Vec<(Vec<String>, String)> {
    fn walk(schema: &'static Schema, minor: Minor, path: &[String], depth: usize, found: &mut Vec<Vec<String>>) {
        let below = schema.properties.iter().filter(|property| property.is_on(minor)).collect::<Vec<_>>();
        if below.is_empty() || depth > 8 {
            found.push(path.to_vec());
        }
        for property in below {
            if path.is_empty() && ["apiVersion", "kind", "status"].contains(&property.name) {
                continue;
            }
            walk(property.schema, minor, &[path, &[property.name.to_owned()]].concat(), depth + 1, found);
        }
    }
    let mut found = Vec::new();
    walk(kind.schema, minor, &[], 0, &mut found);
    found.into_iter().map(|path| (path.clone(), path.join("."))).collect()
}

/// A row whose path no schema has is a slip of the pen.
#[test]
fn every_row_is_about_a_field_that_there_is() {
    for row in rows().iter().filter(|row| row.kinds != ["*"]) {
        for kind in &row.kinds {
            assert!(schema::kinds().iter().any(|known| known.kind == kind), "{kind}");
        }
        for path in row.paths.iter().chain(&row.itself) {
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            let is_there = schema::kinds().iter().any(|kind| row.is_of(kind.kind) && kind.schema.at(&path).is_some());
            assert!(is_there, "{:?} has no {path:?}", row.kinds);
        }
    }
}

const RUNS: &str = "managementState: Managed, storage: {s3: {bucket: b, region: r}}";

#[test]
fn what_is_in_the_pods_template_replaces_the_pods() {
    for field in [
        "affinity: {nodeAffinity: {}}",
        "nodeSelector: {a: b}",
        "tolerations: [{key: a}]",
        "topologySpreadConstraints: []",
        "resources: {limits: {cpu: 1}}",
        "requests: {read: {maxInQueue: 1}}",
        "proxy: {http: \"http://p\"}",
        "logLevel: Debug",
        "readOnly: true",
        "disableRedirect: true",
        "httpSecret: x",
        "unsupportedConfigOverrides: {a: b}",
    ] {
        let name = field.split(':').next().unwrap_or_default();
        let found = reasons_of("4.16", &config(RUNS), &config(&format!("{RUNS}, {field}")));
        assert_eq!(found.iter().map(|reason| reason.impact).max(), Some(Impact::Rollout), "{field}");
        assert!(found[0].path.starts_with(&format!("spec.{name}")), "{found:?}");
    }
}

#[test]
fn routes_and_what_is_the_operators_replace_nothing() {
    for field in [
        "defaultRoute: true",
        "routes: [{name: a}]",
        "operatorLogLevel: Debug",
        "rolloutStrategy: Recreate",
        "replicas: 3",
    ] {
        let name = field.split(':').next().unwrap_or_default();
        check("4.16", &config(RUNS), &config(&format!("{RUNS}, {field}")), &[&format!("none spec.{name}")]);
    }
}

#[test]
fn replicas_only_matter_where_pods_go_or_are_kept_apart() {
    let with = |replicas: &str| config(&format!("{RUNS}, replicas: {replicas}"));
    check("4.16", &with("1"), &with("2"), &["rollout spec.replicas"]);
    check("4.6", &with("1"), &with("2"), &["none spec.replicas"]);
    check("4.16", &with("2"), &with("3"), &["rollout spec.replicas"]);
    check("4.16", &with("3"), &with("4"), &["none spec.replicas"]);
    check("4.16", &with("3"), &with("0"), &["data-loss spec.replicas"]);
    says("4.6..4.8", &with("1"), &with("2"), "(on 4.7 to 4.8)");
    let in_pods = |replicas: &str| config(&format!("storage: {{emptyDir: {{}}}}, replicas: {replicas}"));
    check("4.16", &in_pods("3"), &in_pods("1"), &["data-loss spec.replicas"]);
}

#[test]
fn a_registry_that_does_not_run_is_not_rolled_out() {
    let removed = |rest: &str| config(&format!("managementState: Removed, {rest}"));
    check("4.16", &removed("readOnly: false"), &removed("readOnly: true"), &["none spec.readOnly"]);
    let started = config("managementState: Managed, readOnly: false");
    check("4.16", &removed("readOnly: false"), &started, &["rollout spec.managementState"]);
    let unmanaged = |value: bool| config(&format!("managementState: Unmanaged, readOnly: {value}"));
    check("4.16", &unmanaged(false), &unmanaged(true), &["none spec.readOnly"]);
    check("4.16", "", &config(RUNS), &["rollout"]);
    check("4.16", "", &removed("readOnly: true"), &["none"]);
}

#[test]
fn a_registry_that_goes_takes_its_images_along() {
    let spec = |state: &str, storage: &str| config(&format!("managementState: {state}, storage: {{{storage}}}"));
    let own = "s3: {bucket: b, region: r}, managementState: Unmanaged";
    check("4.16", &spec("Managed", own), &spec("Removed", own), &["data-loss spec.managementState"]);
    says("4.16", &spec("Managed", own), &spec("Removed", own), "its storage stays");
    says("4.16", &spec("Managed", "s3: {}"), &spec("Removed", "s3: {}"), "deletes the storage with every image");
    check("4.16", &spec("Managed", own), &spec("Unmanaged", own), &["none spec.managementState"]);
    check("4.16", &config(RUNS), "", &["data-loss"]);
}

#[test]
fn images_stay_where_they_are() {
    let storage = |storage: &str| config(&format!("managementState: Managed, storage: {{{storage}}}"));
    let s3 = storage("s3: {bucket: b, region: r}");
    check("4.16", &s3, &storage("s3: {bucket: c, region: r}"), &["data-loss spec.storage.s3.bucket"]);
    check("4.16", &s3, &storage("s3: {bucket: b, region: q}"), &["data-loss spec.storage.s3.region"]);
    check("4.16", &s3, &storage("s3: {bucket: b, region: r, encrypt: true}"), &["rollout spec.storage.s3.encrypt"]);
    check("4.16", &storage("s3: {region: r}"), &s3, &["rollout spec.storage.s3.bucket"]);
    let endpoint =
        |region: &str| storage(&format!("s3: {{bucket: b, regionEndpoint: \"https://x\", region: {region}}}"));
    check("4.16", &endpoint("a"), &endpoint("b"), &["rollout spec.storage.s3.region"]);
    let lost =
        ["data-loss spec.storage.pvc.claim", "data-loss spec.storage.s3.bucket", "data-loss spec.storage.s3.region"];
    let mut found: Vec<String> = reasons_of("4.16", &s3, &storage("pvc: {claim: c}"))
        .iter()
        .map(|reason| format!("{} {}", reason.impact.word(), reason.path))
        .collect();
    found.sort();
    assert_eq!(found, lost);
    let both = storage("s3: {bucket: b, region: r}, pvc: {claim: c}");
    check("4.16", &s3, &both, &["data-loss spec.storage.pvc.claim"]);
    let removed = |storage: &str| config(&format!("managementState: Removed, storage: {{{storage}}}"));
    check("4.16", &removed("pvc: {claim: a}"), &removed("pvc: {claim: b}"), &["none spec.storage.pvc.claim"]);
}

#[test]
fn pods_that_hold_the_images_lose_them_with_any_rollout() {
    let with = |rest: &str| config(&format!("managementState: Managed, storage: {{emptyDir: {{}}}}, {rest}"));
    check(
        "4.16",
        &with("readOnly: false"),
        &with("readOnly: true"),
        &["data-loss spec.readOnly", "rollout spec.readOnly"],
    );
    check("4.16", &with("defaultRoute: false"), &with("defaultRoute: true"), &["none spec.defaultRoute"]);
    let running = with("replicas: 1");
    let lists = |list: &str| running.clone() + &image(&format!("registrySources: {{blockedRegistries: [{list}]}}"));
    check(
        "4.16",
        &lists("a.io"),
        &lists("b.io"),
        &["data-loss spec.registrySources.blockedRegistries", "drain spec.registrySources.blockedRegistries"],
    );
}

#[test]
fn nodes_are_drained_for_lists_and_restarted_before_4_8() {
    let lists = |list: &str| image(&format!("registrySources: {{insecureRegistries: [{list}]}}"));
    check("4.16", &lists("a.io"), &lists("b.io"), &["drain spec.registrySources.insecureRegistries"]);
    says("4.16", &lists("a.io"), &lists("b.io"), "is drained");
    says("4.7", &lists("a.io"), &lists("b.io"), "is restarted");
    let imports = |host: &str| image(&format!("allowedRegistriesForImport: [{{domainName: {host}}}]"));
    check("4.16", &imports("a.io"), &imports("b.io"), &["none spec.allowedRegistriesForImport"]);
    check("4.16", &lists("a.io"), "", &["drain"]);
}

fn mirrors(kind: &str, list: &str, entries: &str) -> String {
    object(kind, "m", &format!("spec: {{{list}: [{entries}]}}"))
}

#[test]
fn mirrors_of_digests_are_added_without_a_drain() {
    let set = |entries: &str| mirrors("config.openshift.io/v1 ImageDigestMirrorSet", "imageDigestMirrors", entries);
    let (one, two) = ("{source: q.io/a, mirrors: [m.io/a]}", "{source: q.io/a, mirrors: [n.io/a, m.io/a]}");
    check("4.16", &set(one), &set(two), &["none spec.imageDigestMirrors"]);
    check("4.16", &set(two), &set(one), &["drain spec.imageDigestMirrors"]);
    check(
        "4.16",
        &set(one),
        &set(&format!("{one}, {{source: q.io/b, mirrors: [m.io/b]}}")),
        &["none spec.imageDigestMirrors"],
    );
    let never = "{source: q.io/a, mirrors: [m.io/a], mirrorSourcePolicy: NeverContactSource}";
    check("4.16", &set(one), &set(never), &["drain spec.imageDigestMirrors"]);
    let allow = "{source: q.io/a, mirrors: [m.io/a], mirrorSourcePolicy: AllowContactingSource}";
    check("4.16", &set(one), &set(allow), &["none spec.imageDigestMirrors"]);
    check("4.16", "", &set(one), &["none"]);
    check("4.16", &set(one), "", &["drain"]);
}

#[test]
fn policies_and_mirrors_of_tags_drain_by_minor() {
    let policy = |entries: &str| {
        mirrors("operator.openshift.io/v1alpha1 ImageContentSourcePolicy", "repositoryDigestMirrors", entries)
    };
    let (one, two) = ("{source: q.io/a, mirrors: [m.io/a]}", "{source: q.io/a, mirrors: [m.io/a, n.io/a]}");
    check("4.12", "", &policy(one), &["none"]);
    check("4.7", "", &policy(one), &["drain"]);
    check("4.7..4.8", &policy(one), &policy(two), &["drain spec.repositoryDigestMirrors"]);
    says("4.7..4.8", &policy(one), &policy(two), "restarted, one after the other in its pool (on 4.7)");
    says("4.7", &policy(one), "", "each node is restarted");
    let tags = |entries: &str| mirrors("config.openshift.io/v1 ImageTagMirrorSet", "imageTagMirrors", entries);
    check("4.16", "", &tags(one), &["drain"]);
    check("4.16", &tags(one), &tags(two), &["drain spec.imageTagMirrors"]);
}

#[test]
fn a_claim_only_grows() {
    let claim =
        |spec: &str| object("v1 PersistentVolumeClaim", "openshift-image-registry/c", &format!("spec: {{{spec}}}"));
    let sized = |size: &str| claim(&format!("resources: {{requests: {{storage: {size}}}}}"));
    check("4.16", &sized("100Gi"), &sized("200Gi"), &["none spec.resources.requests"]);
    check("4.16", &sized("100Gi"), &sized("50Gi"), &["data-loss spec.resources.requests"]);
    check("4.16", &claim("storageClassName: a"), &claim("storageClassName: b"), &["data-loss spec.storageClassName"]);
    check("4.16", &sized("100Gi"), "", &["data-loss"]);
    let kept = sized("100Gi").replace("name: c", "name: c, annotations: {kustomize.toolkit.fluxcd.io/prune: disabled}");
    check("4.16", &kept, "", &["none"]);
}

#[test]
fn what_the_registry_reads_replaces_the_pods_and_nothing_else_does() {
    let map = |name: &str, data: &str| {
        object("v1 ConfigMap", &format!("openshift-config/{name}"), &format!("data: {{a.io: {data}}}"))
    };
    let with = config(RUNS) + &image("additionalTrustedCA: {name: cas}");
    check("4.16", &(with.clone() + &map("cas", "x")), &(with.clone() + &map("cas", "y")), &["rollout data"]);
    check("4.16", &(with.clone() + &map("other", "x")), &(with.clone() + &map("other", "y")), &["none data"]);
    let secret = |name: &str, key: &str| {
        object("v1 Secret", &format!("openshift-image-registry/{name}"), &format!("data: {{a: {key}}}"))
    };
    let user = "image-registry-private-configuration-user";
    check("4.16", &(with.clone() + &secret(user, "YQ==")), &(with.clone() + &secret(user, "Yg==")), &["rollout data"]);
    check("4.16", &(with.clone() + &secret("s", "YQ==")), &(with.clone() + &secret("s", "Yg==")), &["none data"]);
    check("4.16", &(with.clone() + &secret(user, "YQ==")), &with, &["data-loss"]);
    let routed = config(&format!("{RUNS}, routes: [{{name: r, secretName: s}}]"));
    check("4.16", &(routed.clone() + &secret("s", "YQ==")), &(routed + &secret("s", "Yg==")), &["none data"]);
}

#[test]
fn the_global_pull_secret_drains_nodes_before_4_7_4() {
    let secret = |login: &str| object("v1 Secret", "openshift-config/pull-secret", &format!("data: {{a: {login}}}"));
    check("4.16", &secret("YQ=="), &secret("Yg=="), &["rollout data"]);
    check("4.7", &secret("YQ=="), &secret("Yg=="), &["drain data"]);
    says("4.7", &secret("YQ=="), &secret("Yg=="), "before 4.7.4");
}

#[test]
fn rights_and_labels_restart_nothing() {
    let role =
        |verb: &str| object("rbac.authorization.k8s.io/v1 ClusterRole", "r", &format!("rules: [{{verbs: [{verb}]}}]"));
    check("4.16", &role("get"), &role("list"), &["none rules"]);
    check("4.16", &role("get"), "", &["none"]);
    let labelled = config(RUNS).replace("name: cluster", "name: cluster, labels: {a: b}");
    check("4.16", &config(RUNS), &labelled, &["none metadata"]);
}
