//! Objects that no spec made: odd and valid values of every described field, as manifests and as a cluster has them.
//!
//! Each value of such an object is rendered again by the spec that is imported of it, or stands on the list of what the spec does
//! not say, or is one of the few in [`is_silent`]; and nothing is rendered that was not there, but for [`is_added`].

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::{TestCaseError, TestError, TestRunner};
use regcfg::diag::Findings;
use regcfg::diag::codes::Side;
use regcfg::import::{Imported, Left, Wish, import};
use regcfg::load::Project;
use regcfg::pipeline::compile;
use regcfg::profile::Profiles;
use regcfg::rules::RULES;
use regcfg::schema::find;
use regcfg::schema::openapi::structural;
use regcfg::target::{Minor, Target};
use regcfg::validate::manifests;
use regcfg::world::{MemWorld, ProjectPath};
use serde_json::{Map, Value as Json, json};

use super::generate::Generator;
use super::laws::{Case, check};
use super::{json as json_of, n_cases, nodes, said, session, spec, world};

#[test]
fn no_value_of_an_object_changes_or_goes_without_a_word() {
    let settings: &'static str = settings().leak();
    let project = MemWorld::new(spec::PROJECT);
    let profiles = Profiles::of(&Project::new(&project), &mut Findings::new());
    let mut runner = TestRunner::new(ProptestConfig {
        cases: n_cases(),
        failure_persistence: None,
        max_shrink_iters: 600,
        ..ProptestConfig::default()
    });
    let counts = std::cell::RefCell::new([0_usize; 3]);
    let choices = proptest::collection::vec(any::<u32>(), 0..600);
    let result = runner.run(&choices, |given| {
        let odd = Odd::of(&mut Generator::of(given));
        counts.borrow_mut()[0] += 1;
        if !odd.is_valid() {
            return Ok(());
        }
        counts.borrow_mut()[1] += 1;
        counts.borrow_mut()[2] += usize::from(odd.holds(&profiles, settings)?);
        Ok(())
    });
    let [n_made, n_valid, n_rendered] = counts.into_inner();
    match result {
        Ok(()) => {}
        Err(TestError::Fail(why, _)) => panic!("{why}"),
        Err(error) => panic!("{error}"),
    }
    assert!(n_valid * 10 > n_made * 6, "of {n_made} only {n_valid} are valid");
    assert!(n_rendered * 10 > n_valid * 8, "of {n_valid} only {n_rendered} are rendered");
}

/// Returns a project file by which rules stop nothing: what they say is told, and is nothing of an import's.
fn settings() -> String {
    let levels: Vec<String> = RULES
        .iter()
        .filter(|rule| regcfg::policy::is_opinion(rule.code))
        .map(|rule| format!("    {}: info\n", rule.code.id))
        .collect();
    format!(
        "apiVersion: regcfg.dev/v1alpha1\nkind: Project\nspec:\n  profiles: [profiles]\n  levels:\n{}",
        levels.concat()
    )
}

/// Objects of one cluster.
#[derive(Debug)]
struct Odd {
    platform: &'static str,
    minor: Minor,
    is_live: bool,
    objects: Vec<Json>,
}

/// Platforms, each with a storage that it allows.
const STORAGES: [(&str, &str); 14] = [
    ("aws-upi", "s3"),
    ("aws-upi", "emptyDir"),
    ("azure", "azure"),
    ("azure-upi", "azure"),
    ("baremetal", "pvc"),
    ("baremetal", "s3"),
    ("gcp-upi", "gcs"),
    ("gcp-upi", "pvc"),
    ("vsphere", "pvc"),
    ("vsphere", "emptyDir"),
    ("any", "swift"),
    ("any", "ibmcos"),
    ("any", "oss"),
    ("any", "s3"),
];

const CONFIG: &str = "imageregistry.operator.openshift.io/v1";
const CLUSTER: &str = "config.openshift.io/v1";
const RBAC: &str = "rbac.authorization.k8s.io/v1";
const REGISTRY: &str = "openshift-image-registry";

impl Odd {
    fn of(generator: &mut Generator) -> Self {
        let minors: Vec<Minor> = Minor::all().filter(|minor| !minor.is_in_development()).rev().collect();
        let minor = generator.pick(&minors);
        let (platform, backend) = generator.pick(&STORAGES);
        let mut odd = Self { platform, minor, is_live: generator.chance(50), objects: Vec::new() };
        odd.add(generator, CONFIG, "Config", "cluster", "");
        let claim = odd.objects.first_mut().and_then(|config| of_backend(generator, config, backend));
        if let Some(claim) = claim.filter(|_| generator.chance(70)) {
            odd.add(generator, "v1", "PersistentVolumeClaim", &claim, REGISTRY);
        }
        for (kind, api_version) in [("ImagePruner", CONFIG), ("Image", CLUSTER)] {
            if generator.chance(50) {
                odd.add(generator, api_version, kind, "cluster", "");
            }
        }
        let sets = [
            ("ImageDigestMirrorSet", CLUSTER),
            ("ImageTagMirrorSet", CLUSTER),
            ("ImageContentSourcePolicy", "operator.openshift.io/v1alpha1"),
        ];
        for (kind, api_version) in sets {
            for _ in 0..generator.below(3) {
                let name = generator.pick(&["registry-mirrors", "one", "a.b"]);
                odd.add(generator, api_version, kind, name, "");
            }
        }
        for _ in 0..generator.below(3) {
            let (kind, namespace) =
                generator.pick(&[("RoleBinding", "team-a"), ("ClusterRoleBinding", ""), ("RoleBinding", "team-b")]);
            let name = generator.pick(&["registry-viewers-a", "bound", "Odd:Name", "registry-pruners-x"]);
            odd.add(generator, RBAC, kind, name, namespace);
            let role = generator.pick(&[
                "registry-viewer",
                "system:image-puller",
                "system:image-pruner",
                "prometheus-scraper",
                "view",
            ]);
            if let Some(binding) = odd.objects.last_mut() {
                binding["roleRef"]["name"] = role.into();
            }
        }
        if generator.chance(30) {
            odd.add(generator, "route.openshift.io/v1", "Route", "own", REGISTRY);
        }
        odd.named();
        odd
    }

    /// Adds an object of a kind, if the minor has it and nothing of its name is there.
    fn add(&mut self, generator: &mut Generator, api_version: &str, kind: &str, name: &str, namespace: &str) {
        let Some(known) = find(api_version, kind).filter(|known| known.is_on(self.minor)) else { return };
        let is_it = |object: &&Json| object["kind"] == kind && object["metadata"]["name"] == name;
        if self
            .objects
            .iter()
            .filter(is_it)
            .any(|object| object["metadata"].get("namespace").is_none_or(|there| there == namespace))
        {
            return;
        }
        let schema = structural(known.schema, self.minor);
        let mut object = if schema["properties"].get("spec").is_some() {
            generator.object(&schema)
        } else {
            generator.value(&schema, 0)
        };
        object["apiVersion"] = api_version.into();
        object["kind"] = kind.into();
        object["metadata"] = metadata(generator, name, namespace, self.is_live);
        self.objects.push(object);
    }

    /// Adds the certificates that the objects name.
    fn named(&mut self) {
        let certificates = [
            ("Image", "/spec/additionalTrustedCA/name", "a.example.com..5000"),
            ("Config", "/spec/storage/s3/trustedCA/name", "ca-bundle.crt"),
        ];
        for (kind, path, key) in certificates {
            let of_kind = self.objects.iter().find(|object| object["kind"] == kind);
            let name = of_kind.and_then(|object| object.pointer(path)?.as_str()).unwrap_or_default().to_owned();
            let is_new =
                !self.objects.iter().any(|object| object["kind"] == "ConfigMap" && object["metadata"]["name"] == *name);
            if !name.is_empty() && is_new {
                self.objects.push(json!({"apiVersion": "v1", "kind": "ConfigMap",
                    "metadata": {"name": name, "namespace": "openshift-config"}, "data": {key: super::objects::pem(), "other": "x"}}));
            }
        }
    }

    /// Tells whether an API server of the minor takes the objects.
    fn is_valid(&self) -> bool {
        let mut findings = Findings::new();
        manifests(&nodes(&self.objects), Target::only(self.minor), &mut findings);
        !findings.iter().any(|finding| finding.is_error() && finding.code.side() != Side::Rules)
    }

    /// Checks what the test is about, and tells whether what is imported renders.
    fn holds(&self, profiles: &Profiles, settings: &'static str) -> Result<bool, TestCaseError> {
        let wish = Wish {
            profiles,
            name: Some("x"),
            platform: Some(self.platform),
            target: Some(Target::only(self.minor)),
            files: true,
            has_no_user_secret: false,
        };
        let imported = import(nodes(&self.objects), &wish)
            .map_err(|refused| TestCaseError::fail(format!("refused: {refused}\n{}", self.shown())))?;
        let told = |what: &str| {
            TestCaseError::fail(format!("{what}\n{}\n{}\n{:#?}", self.shown(), imported.spec, imported.left))
        };
        let made = world(&imported, settings);
        let project = Project::new(&made);
        let mut findings = Findings::new();
        let session = session(&project, profiles);
        let Some(bundle) = compile(&session, &ProjectPath::new("spec.yaml").expect("a path"), &mut findings) else {
            return Err(told(&format!("what is imported does not render: {}", said(&findings))));
        };
        let rendered: Vec<Json> = bundle.objects.iter().map(json_of).collect();
        let bootstrapped = |kind: &str| bundle.profile.bootstrap(kind, self.minor).map(json_of).unwrap_or_default();
        let changed = self.changed(&imported, &rendered, &bootstrapped);
        if !changed.is_empty() {
            return Err(told(&changed.join("\n")));
        }
        let path = ProjectPath::new("spec.yaml").expect("a path");
        let again = check(&Case { world: Box::new(world(&imported, settings)), path, settings });
        if again.is_empty() { Ok(true) } else { Err(told(&again.join("\n"))) }
    }

    fn shown(&self) -> String {
        let objects: Vec<String> = self.objects.iter().map(Json::to_string).collect();
        format!("{} {} live: {}\n{}", self.platform, self.minor, self.is_live, objects.join("\n"))
    }

    /// Returns what is rendered otherwise than it was, and not on the list.
    fn changed(&self, imported: &Imported, rendered: &[Json], bootstrapped: &dyn Fn(&str) -> Json) -> Vec<String> {
        let mut wrong = Vec::new();
        for object in &self.objects {
            let id = called(object);
            let left: BTreeSet<&str> =
                imported.left.iter().filter(|left| left.object == id).map(|left| left.path.as_str()).collect();
            // Another one stands in its place; what becomes of what it says, a test of its own tells.
            if left.contains("") || left.contains("metadata.name") {
                continue;
            }
            // One that says nothing is not rendered.
            let new = rendered.iter().find(|new| called(new) == id).unwrap_or(&Json::Null);
            let Some(old) = without(object, &left, "") else { continue };
            let kind = object["kind"].as_str().unwrap_or_default();
            // What nobody wrote as far as anybody knows, and is what the operator began with, it wrote.
            let bootstrapped = match kind {
                "Config" if self.is_live => bootstrapped("config"),
                "ImagePruner" if self.is_live => bootstrapped("pruner"),
                _ => Json::Null,
            };
            let mut compare = Compare { kind, is_live: self.is_live, bootstrapped, wrong: Vec::new() };
            let is_of_mirrors = MIRRORS.iter().any(|(kind, ..)| *kind == compare.kind);
            let parts = ["metadata", "spec", "data", "roleRef", "subjects"];
            for part in parts.into_iter().filter(|part| *part != "spec" || !is_of_mirrors) {
                let of = |object: &Json| match (part, object.get(part)) {
                    ("subjects" | "roleRef", Some(bound)) => ungrouped(bound),
                    (_, found) => found.cloned().unwrap_or_else(|| json!({})),
                };
                compare.values(part, &of(&old), &of(new));
            }
            wrong.extend(compare.wrong.into_iter().map(|line| format!("{id} {line}")));
        }
        for section in ["digest", "tag"] {
            let old = self.objects.iter().flat_map(|object| mirrors(object, section, &imported.left)).collect();
            let new = rendered.iter().flat_map(|object| mirrors(object, section, &[])).collect();
            wrong.extend(changed_mirrors(&old, &new));
        }
        wrong
    }
}

/// Returns whom or what a binding binds, without the group, of which there is but one, and in no order.
fn ungrouped(bound: &Json) -> Json {
    match bound {
        Json::Array(subjects) => {
            let all: BTreeSet<String> = subjects.iter().map(|subject| ungrouped(subject).to_string()).collect();
            json!(all)
        }
        bound => ["kind", "name", "namespace"].map(|field| bound[field].clone()).into_iter().collect(),
    }
}

/// Kinds with mirrors, with their lists and how images are named there.
const MIRRORS: [(&str, &str, &str); 3] = [
    ("ImageDigestMirrorSet", "imageDigestMirrors", "digest"),
    ("ImageTagMirrorSet", "imageTagMirrors", "tag"),
    ("ImageContentSourcePolicy", "repositoryDigestMirrors", "digest"),
];

/// A source, its mirrors in order, and whether it is never asked itself, where its kind says that.
type Mirrors = (String, Vec<String>, Option<bool>);

/// Returns the mirrors of an object, but for those on the list.
fn mirrors(object: &Json, section: &str, left: &[Left]) -> Vec<Mirrors> {
    let Some((kind, list, _)) = MIRRORS.iter().find(|(kind, _, of)| object["kind"] == *kind && *of == section) else {
        return Vec::new();
    };
    let (id, text) = (called(object), |json: &Json| json.as_str().unwrap_or_default().to_owned());
    let is_left = |path: &str| left.iter().any(|left| left.object == id && left.path == path);
    let items = object["spec"][list].as_array().into_iter().flatten().enumerate();
    let kept = items.filter(|(at, _)| {
        let path = format!("spec.{list}");
        !is_left("")
            && !is_left(&path)
            && !is_left(&format!("{path}[{at}]"))
            && !is_left(&format!("{path}[{at}].mirrors"))
    });
    let of = |(at, item): (usize, &Json)| {
        let mut mirrors: Vec<String> = Vec::new();
        for (nth, mirror) in item["mirrors"].as_array().into_iter().flatten().map(text).enumerate() {
            if !mirrors.contains(&mirror) && !is_left(&format!("spec.{list}[{at}].mirrors[{nth}]")) {
                mirrors.push(mirror);
            }
        }
        let never = (*kind != "ImageContentSourcePolicy").then(|| item["mirrorSourcePolicy"] == "NeverContactSource");
        (text(&item["source"]), mirrors, never)
    };
    kept.map(of).filter(|(_, mirrors, _)| !mirrors.is_empty()).collect()
}

/// Returns which mirrors are not those that they were: nodes take those of all objects together, each list in its order.
fn changed_mirrors(old: &Vec<Mirrors>, new: &Vec<Mirrors>) -> Vec<String> {
    let mut wrong = Vec::new();
    for (source, mirrors, never) in old {
        let holds = |(of, all, is): &&Mirrors| {
            let kept: Vec<&String> = all.iter().filter(|mirror| mirrors.contains(mirror)).collect();
            of == source && kept.iter().copied().eq(mirrors) && (never.is_none() || is.is_none() || never == is)
        };
        if !new.iter().any(|entry| holds(&entry)) {
            wrong.push(format!("mirrors of {source:?} were {mirrors:?}, {never:?}: {new:?}"));
        }
    }
    for (source, mirrors, _) in new {
        let known = |mirror: &String| old.iter().any(|(of, all, _)| of == source && all.contains(mirror));
        if !mirrors.iter().all(known) {
            wrong.push(format!("mirrors of {source:?} are new among {mirrors:?}"));
        }
    }
    wrong
}

/// Leaves one storage, which is the platform's, and returns the claim that it names.
fn of_backend(generator: &mut Generator, config: &mut Json, backend: &str) -> Option<String> {
    let storage = config["spec"].as_object_mut()?.entry("storage").or_insert_with(|| json!({})).as_object_mut()?;
    let settings = storage.remove(backend);
    storage.retain(|name, _| name == "managementState");
    let is_said = settings.is_some() || generator.chance(60);
    let settings = settings.unwrap_or_else(|| json!({}));
    let claim = settings.get("claim").and_then(Json::as_str).filter(|claim| !claim.is_empty()).map(str::to_owned);
    if is_said {
        storage.insert(backend.to_owned(), settings);
    }
    claim.filter(|claim| claim.bytes().all(|byte| byte.is_ascii_lowercase()))
}

/// Makes metadata, with marks that engines and people leave.
fn metadata(generator: &mut Generator, name: &str, namespace: &str, is_live: bool) -> Json {
    let mut metadata = json!({"name": name});
    if !namespace.is_empty() {
        metadata["namespace"] = namespace.into();
    }
    let labels = [("mine", "yes"), ("regcfg.dev/cluster", "x"), ("app.kubernetes.io/instance", "app")];
    let annotations = [
        ("note", "x y"),
        ("argocd.argoproj.io/sync-wave", "5"),
        ("argocd.argoproj.io/sync-options", "Prune=false,Delete=false"),
        ("kubectl.kubernetes.io/last-applied-configuration", "{}"),
        ("argocd.argoproj.io/tracking-id", "app:a/b:c/d"),
    ];
    for (field, known) in [("labels", &labels[..]), ("annotations", &annotations[..])] {
        let mut map = Map::new();
        for (name, value) in known {
            if generator.chance(15) {
                map.insert((*name).to_owned(), (*value).into());
            }
        }
        if !map.is_empty() {
            metadata[field] = map.into();
        }
    }
    if generator.chance(15) {
        metadata["finalizers"] =
            json!([generator.pick(&["imageregistry.operator.openshift.io/finalizer", "example.com/mine"])]);
    }
    if is_live {
        metadata["uid"] = "0b4c6a1e-0000-4000-8000-000000000000".into();
        metadata["resourceVersion"] = "7".into();
    }
    metadata
}

fn called(object: &Json) -> String {
    let text = |path: &str| object.pointer(path).and_then(Json::as_str).unwrap_or_default().to_owned();
    let (kind, namespace, name) = (text("/kind"), text("/metadata/namespace"), text("/metadata/name"));
    if namespace.is_empty() { format!("{kind} {name}") } else { format!("{kind} {namespace}/{name}") }
}

/// Returns a value without what is on the list, and without the mappings that are empty then.
fn without(value: &Json, left: &BTreeSet<&str>, path: &str) -> Option<Json> {
    if left.contains(path) && !path.is_empty() {
        return None;
    }
    match value {
        Json::Object(fields) if !fields.is_empty() => {
            let kept: Map<String, Json> = fields
                .iter()
                .filter_map(|(name, value)| Some((name.clone(), without(value, left, &below(path, name))?)))
                .collect();
            (!kept.is_empty()).then(|| kept.into())
        }
        Json::Array(items) if !items.is_empty() => {
            let kept: Vec<Json> = items
                .iter()
                .enumerate()
                .filter_map(|(at, item)| without(item, left, &format!("{path}[{at}]")))
                .collect();
            (!kept.is_empty()).then(|| kept.into())
        }
        Json::Null => None,
        value => Some(value.clone()),
    }
}

/// Returns the path of a field as it is told.
fn below(path: &str, name: &str) -> String {
    let is_plain =
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    match (is_plain, path) {
        (true, "") => name.to_owned(),
        (true, path) => format!("{path}.{name}"),
        (false, path) => format!("{path}[{name:?}]"),
    }
}

struct Compare<'a> {
    kind: &'a str,
    is_live: bool,
    bootstrapped: Json,
    wrong: Vec<String>,
}

impl Compare<'_> {
    fn values(&mut self, path: &str, old: &Json, new: &Json) {
        match (old, new) {
            (Json::Object(old), Json::Object(new)) => {
                for (name, value) in old {
                    let path = below(path, name);
                    match new.get(name) {
                        Some(new) => self.values(&path, value, new),
                        None if is_silent(self.kind, &path, value, self.is_live) => {}
                        None if self.bootstrapped.get(name) == Some(value) && path == below("spec", name) => {}
                        None if value.as_object().is_some_and(|map| !map.is_empty()) => {
                            self.values(&path, value, &json!({}));
                        }
                        None => self.wrong.push(format!("{path}: {value} is gone")),
                    }
                }
                for (name, value) in new.iter().filter(|(name, _)| !old.contains_key(*name)) {
                    let path = below(path, name);
                    if !is_added(self.kind, &path, value) {
                        self.wrong.push(format!("{path}: {value} is new"));
                    }
                }
            }
            (Json::Array(old), Json::Array(new)) if old.len() == new.len() => {
                for (at, (old, new)) in old.iter().zip(new).enumerate() {
                    self.values(&format!("{path}[{at}]"), old, new);
                }
            }
            (Json::Number(old), Json::Number(new)) if old.as_f64() == new.as_f64() => {}
            (old, new) if old == new => {}
            // The level that no text stands for.
            (old, new) if path == "spec.logLevel" && old == "" && new == "Normal" => {}
            (old, new) => self.wrong.push(format!("{path}: {old} became {new}")),
        }
    }
}

const LAST_APPLIED: &str = r#"metadata.annotations["kubectl.kubernetes.io/last-applied-configuration"]"#;

/// Tells whether a value says nothing, or what operator and server write again by themselves.
fn is_silent(kind: &str, path: &str, value: &Json, is_live: bool) -> bool {
    let is_empty =
        value == "" || value.as_object().is_some_and(Map::is_empty) || value.as_array().is_some_and(Vec::is_empty);
    match (kind, path) {
        ("Config", "spec.observedConfig")
        | (_, LAST_APPLIED | "metadata.name" | "metadata.namespace" | r#"metadata.labels["regcfg.dev/cluster"]"#) => {
            true
        }
        (_, "metadata.uid" | "metadata.resourceVersion") => is_live,
        ("Config", "metadata.finalizers") => *value == json!(["imageregistry.operator.openshift.io/finalizer"]),
        ("Config", "spec.operatorLogLevel") | ("ImagePruner", "spec.logLevel") => {
            is_empty || (is_live && value == "Normal")
        }
        ("Config", "spec.storage" | "spec.logLevel") => is_empty,
        ("Config", "spec.logging") => *value == 2,
        ("Config", "spec.storage.s3.trustedCA") => is_empty || *value == json!({"name": ""}),
        ("Config", path) if path.starts_with("spec.routes[") => value == "",
        ("Config", "spec.storage.managementState") => is_live,
        ("Config", "spec.requests.read.maxWaitInQueue" | "spec.requests.write.maxWaitInQueue") => {
            is_live && value == "0s"
        }
        ("Config", "spec.storage.s3.virtualHostedStyle") => is_live && *value == false,
        ("Config", "spec.storage.azure.networkAccess") => is_live && *value == json!({"type": "External"}),
        _ => is_empty && is_live,
    }
}

/// Tells whether what is rendered beside what was there says nothing else of the cluster.
fn is_added(kind: &str, path: &str, value: &Json) -> bool {
    match (kind, path) {
        (_, "metadata.labels" | "metadata.annotations") => true,
        (_, path) if path.starts_with("metadata.annotations[") || path.starts_with("metadata.labels[") => true,
        ("Config", "spec.logLevel") => value == "Normal",
        ("Config", "spec.logging") => *value == 2,
        ("ImagePruner", "spec.suspend") => *value == false,
        // What the operator writes beside storage that it found.
        ("Config", "spec.storage.managementState") => value == "Unmanaged",
        _ => false,
    }
}
