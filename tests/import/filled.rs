//! What an operator and a server write into the objects of a cluster goes into no spec that is imported of them.

use std::fs;
use std::path::Path;

use regcfg::diag::Findings;
use regcfg::import::{Imported, Why, Wish, import};
use regcfg::load::Project;
use regcfg::pipeline::{Bundle, compile};
use regcfg::profile::Profiles;
use regcfg::world::ProjectPath;
use regcfg::world::fs::FsWorld;
use serde_json::{Value as Json, json};

use super::{NOW, json as json_of, nodes, said, session, world};

#[test]
fn what_operator_and_server_write_goes_into_no_spec() {
    let mut n_seen = 0;
    for (file, bundle, profiles) in bundles() {
        let wish = Wish {
            profiles: &profiles,
            name: None,
            platform: Some(bundle.profile.name()),
            target: Some(bundle.target),
            files: true,
            has_no_user_secret: false,
        };
        let written: Vec<Json> = bundle.objects.iter().map(json_of).collect();
        let plain = import(nodes(&written), &wish).unwrap_or_else(|refused| panic!("{file}: {refused}"));
        let bootstrapped = bundle.profile.bootstrap("config", bundle.target.first()).map(json_of).unwrap_or_default();
        let live: Vec<Json> = written.iter().map(|object| as_a_cluster_has_it(object, &bootstrapped)).collect();
        let of_cluster = import(nodes(&live), &wish).unwrap_or_else(|refused| panic!("{file}: {refused}"));
        let said = |imported: &Imported| {
            let lines = imported.spec.lines().filter(|line| !line.trim_start().starts_with('#'));
            lines.map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(said(&of_cluster), said(&plain), "{file}");
        assert_eq!(of_cluster.files, plain.files, "{file}");
        let told = |imported: &Imported| {
            let fields =
                imported.left.iter().filter(|left| left.path != "spec.httpSecret" && left.why != Why::OtherRelease);
            fields.map(|left| format!("{} {}", left.object, left.path)).collect::<Vec<_>>()
        };
        assert_eq!(told(&of_cluster), told(&plain), "{file}");
        // Where nobody says who wrote which field, the spec may say less, and never anything else.
        let anonymous: Vec<Json> = live.iter().map(without_managers).collect();
        let imported = import(nodes(&anonymous), &wish).unwrap_or_else(|refused| panic!("{file}: {refused}"));
        for object in rendered(&imported, &profiles) {
            let same = |live: &&Json| {
                ["kind", "metadata"].iter().all(|part| match *part {
                    "kind" => live["kind"] == object["kind"],
                    _ => {
                        live["metadata"]["name"] == object["metadata"]["name"]
                            && live["metadata"]["namespace"] == object["metadata"]["namespace"]
                    }
                })
            };
            if let Some(live) = anonymous.iter().find(same) {
                let mut other = Vec::new();
                contradictions(&object["spec"], &live["spec"], "spec", &mut other);
                assert!(other.is_empty(), "{file}: {} {other:?}\n{}", object["kind"], imported.spec);
            }
        }
        n_seen += 1;
    }
    assert!(n_seen > 80, "{n_seen}");
}

/// Returns the objects of the examples and of some specs of the corpus, each with its file and the platforms of its project.
fn bundles() -> Vec<(String, Bundle, Profiles)> {
    let mut bundles = Vec::new();
    let mut roots: Vec<_> =
        fs::read_dir("examples").expect("examples").map(|entry| entry.expect("an entry").path()).collect();
    roots.push("tests/corpus".into());
    for root in roots.iter().filter(|root| root.join("clusters").is_dir()) {
        let world = FsWorld::open(root, Path::new("."), Some(NOW)).expect("a project");
        let project = Project::new(&world);
        for entry in fs::read_dir(root.join("clusters")).expect("a folder") {
            let file = entry.expect("an entry").file_name().to_string_lossy().into_owned();
            let mut findings = Findings::new();
            let profiles = Profiles::of(&project, &mut findings);
            let path = ProjectPath::new(&format!("clusters/{file}")).expect("a path");
            if let Some(bundle) = compile(&session(&project, &profiles), &path, &mut findings) {
                bundles.push((format!("{}/{file}", root.display()), bundle, profiles));
            }
        }
    }
    bundles
}

/// Returns an object as a cluster has it: with what the server adds, what the operator fills in, and who wrote which field.
fn as_a_cluster_has_it(written: &Json, bootstrapped: &Json) -> Json {
    let mut live = written.clone();
    let kind = written["kind"].as_str().expect("a kind").to_owned();
    let mut by_operator = json!({});
    if kind == "Config" {
        let mut filled = json!({"spec": {
            "httpSecret": "0123456789abcdef", "observedConfig": null, "operatorLogLevel": "Normal", "proxy": {},
            "requests": {"read": {"maxWaitInQueue": "0s"}, "write": {"maxWaitInQueue": "0s"}}, "unsupportedConfigOverrides": null,
        }});
        merge(&mut filled["spec"], bootstrapped);
        for (backend, settings) in written["spec"]["storage"].as_object().into_iter().flatten() {
            let more = match backend.as_str() {
                "s3" => json!({"virtualHostedStyle": false, "trustedCA": {"name": ""}}),
                "azure" => json!({"networkAccess": {"type": "External"}}),
                _ => json!({}),
            };
            if settings.is_object() {
                filled["spec"]["storage"] = json!({backend: more});
            }
        }
        if written["spec"].get("storage").is_none() {
            filled["spec"]["storage"] = match bootstrapped["storage"]
                .as_object()
                .and_then(|storage| storage.keys().next())
            {
                Some(backend) if backend == "s3" => {
                    json!({"managementState": "Managed", "s3": {"bucket": "lab-x1-image-registry-eu-1-abc", "region": "eu-1", "encrypt": true, "virtualHostedStyle": false, "trustedCA": {"name": ""}}})
                }
                Some(backend) if backend == "gcs" => {
                    json!({"managementState": "Managed", "gcs": {"bucket": "lab-x1-image-registry-eu-1-abc", "region": "eu-1", "projectID": "p"}})
                }
                Some(backend) if backend == "azure" => {
                    json!({"managementState": "Managed", "azure": {"accountName": "imageregistrylab", "container": "lab-x1-image-registry-abc", "cloudName": "AzurePublicCloud", "networkAccess": {"type": "External"}}})
                }
                _ => json!({}),
            };
        }
        // The field is one of OpenShift 4.6, as is the level that took the number's place.
        if bootstrapped.get("logging").is_some() {
            filled["spec"]["storage"].as_object_mut().expect("storage").remove("managementState");
        }
        by_operator = lacking(&filled, written);
        merge(&mut live, &by_operator);
        live["metadata"]["finalizers"] = json!(["imageregistry.operator.openshift.io/finalizer"]);
        live["status"] = json!({"readyReplicas": 2, "storageManaged": false});
    }
    let mut applied = written.clone();
    for gone in ["apiVersion", "kind"] {
        applied.as_object_mut().expect("an object").remove(gone);
    }
    live["metadata"]["uid"] = "0b4c6a1e".into();
    live["metadata"]["resourceVersion"] = "12345".into();
    live["metadata"]["creationTimestamp"] = "2026-01-01T00:00:00Z".into();
    live["metadata"]["managedFields"] = json!([
        {"manager": "argocd-controller", "operation": "Apply", "fieldsType": "FieldsV1", "fieldsV1": fields(&applied)},
        {"manager": "cluster-image-registry-operator", "operation": "Update", "fieldsType": "FieldsV1", "fieldsV1": fields(&by_operator)},
    ]);
    live
}

fn without_managers(live: &Json) -> Json {
    let mut live = live.clone();
    live["metadata"].as_object_mut().expect("metadata").remove("managedFields");
    live
}

/// Returns what an imported spec renders; nothing where it is not right.
fn rendered(imported: &Imported, profiles: &Profiles) -> Vec<Json> {
    let world = world(imported, "");
    let project = Project::new(&world);
    let mut findings = Findings::new();
    let bundle = compile(&session(&project, profiles), &ProjectPath::new("spec.yaml").expect("a path"), &mut findings);
    let bundle = bundle.unwrap_or_else(|| panic!("{}\n{}", said(&findings), imported.spec));
    bundle.objects.iter().map(json_of).collect()
}

/// Visits the values of one tree that another one has, too, and otherwise.
fn contradictions(tree: &Json, other: &Json, path: &str, found: &mut Vec<String>) {
    match (tree, other) {
        (Json::Object(tree), Json::Object(other)) => {
            for (name, value) in tree {
                if let Some(there) = other.get(name) {
                    contradictions(value, there, &format!("{path}.{name}"), found);
                }
            }
        }
        (_, Json::Null) => {}
        (tree, other) if tree == other => {}
        (tree, other) => found.push(format!("{path}: {tree} and not {other}")),
    }
}

/// Returns what of a tree another one does not have.
fn lacking(tree: &Json, other: &Json) -> Json {
    let mut lacking = json!({});
    for (name, value) in tree.as_object().into_iter().flatten() {
        match other.get(name) {
            None => lacking[name] = value.clone(),
            Some(there) if there.is_object() && value.is_object() => {
                let below = self::lacking(value, there);
                if below.as_object().is_some_and(|map| !map.is_empty()) {
                    lacking[name] = below;
                }
            }
            Some(_) => {}
        }
    }
    lacking
}

fn merge(into: &mut Json, from: &Json) {
    match (into, from) {
        (Json::Object(into), Json::Object(from)) => {
            for (name, value) in from {
                merge(into.entry(name.clone()).or_insert(Json::Null), value);
            }
        }
        (into, from) => *into = from.clone(),
    }
}

fn fields(tree: &Json) -> Json {
    let entries = tree.as_object().into_iter().flatten().map(|(name, value)| (format!("f:{name}"), fields(value)));
    Json::Object(entries.collect())
}
