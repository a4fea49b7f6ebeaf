//! Makes `schemas/core/` of Kubernetes' own account of its types, as k8s-openapi has it for the newest release that it
//! knows, and keeps it as it was made. `UPDATE_GOLDEN=1 cargo test --test core_kinds` writes it anew.
//!
//! Made are names, types, formats and required fields, one file for each type. No words are: descriptions are our own, and
//! stand with everything else that OpenAPI does not say in the descriptions that name a type as their `base`.

#![expect(clippy::disallowed_methods, reason = "tests read and write the disk, where the library may not")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use k8s_openapi::api::{core::v1 as core, rbac::v1 as rbac};
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value as Json};

const FOLDER: &str = "schemas/core";

/// Types that are more than OpenAPI says, so that each description says itself what they are.
const SPECIAL: [&str; 2] = ["Quantity", "FieldsV1"];

/// Types that OpenAPI has as text of some form.
const TEXTS: [(&str, &str); 1] = [("Time", "{type: string, format: date-time}")];

#[test]
fn the_types_of_kubernetes_are_as_they_were_made() {
    let made: BTreeMap<String, String> = types()
        .iter()
        .map(|(name, schema)| (format!("{name}.yaml"), HEADER.to_owned() + &written(schema) + "\n"))
        .collect();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        _ = fs::remove_dir_all(FOLDER);
        fs::create_dir_all(FOLDER).expect("the folder can be made");
        for (name, text) in &made {
            fs::write(Path::new(FOLDER).join(name), text).expect("it can be written");
        }
    }
    let mut committed = BTreeMap::new();
    for entry in fs::read_dir(FOLDER).expect("the folder is there") {
        let path = entry.expect("the folder can be read").path();
        let name = path.file_name().expect("a file has a name").to_string_lossy().into_owned();
        committed.insert(name, fs::read_to_string(&path).expect("it can be read"));
    }
    assert_eq!(committed, made, "rewrite with: UPDATE_GOLDEN=1 cargo test --test core_kinds");
}

const HEADER: &str = "# Made by tests/core_kinds.rs of the types of Kubernetes; do not edit.\n";

/// Returns every type that is described, by its name, and those that they are made of.
fn types() -> BTreeMap<String, Json> {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    macro_rules! describe {
        ($($kind:ty),*) => { $(_ = generator.subschema_for::<$kind>();)* };
    }
    describe!(core::ConfigMap, core::Secret, core::PersistentVolumeClaim, core::Namespace, core::ServiceAccount);
    describe!(rbac::ClusterRole, rbac::ClusterRoleBinding, rbac::Role, rbac::RoleBinding);
    describe!(core::Affinity, core::Toleration, core::TopologySpreadConstraint, core::ResourceRequirements);
    let definitions = generator.take_definitions(true);
    let mut types: BTreeMap<String, Json> = BTreeMap::new();
    for (name, schema) in &definitions {
        let name = short(name);
        // What a cluster reports is nobody's to write.
        if name.ends_with("Status") || name.ends_with("Condition") || SPECIAL.contains(&name) {
            continue;
        }
        if TEXTS.iter().any(|(text, _)| *text == name) {
            continue;
        }
        assert!(types.insert(name.to_owned(), structure(schema)).is_none(), "two types are called {name}");
    }
    let object = types["Secret"]["properties"].as_object().expect("a secret has fields");
    let always = ["apiVersion", "kind", "metadata"].map(|field| (field.to_owned(), object[field].clone()));
    let object = serde_json::json!({"type": "object", "properties": Map::from_iter(always)});
    types.insert("Object".into(), object);
    types
}

/// Returns what a schema says of structure, other types by their names.
fn structure(schema: &Json) -> Json {
    let mut made = Map::new();
    for (key, value) in schema.as_object().expect("a schema is a mapping") {
        match (key.as_str(), value) {
            ("description", _) => {}
            ("$ref", Json::String(path)) => {
                let name = short(path);
                if let Some((_, text)) = TEXTS.iter().find(|(text, _)| *text == name) {
                    return serde_yaml::from_str(text).expect("it is YAML");
                }
                if !SPECIAL.contains(&name) && !name.ends_with("Status") {
                    made.insert("base".into(), name.into());
                }
            }
            ("properties", Json::Object(fields)) => {
                let fields: BTreeMap<&String, Json> =
                    fields.iter().map(|(name, field)| (name, structure(field))).collect();
                made.insert(key.clone(), serde_json::to_value(fields).expect("it is JSON"));
            }
            ("items" | "additionalProperties", below) => _ = made.insert(key.clone(), structure(below)),
            ("type" | "format" | "required", value) => _ = made.insert(key.clone(), value.clone()),
            (other, _) => panic!("nothing is known of the keyword {other}"),
        }
    }
    made.into()
}

fn short(path: &str) -> &str {
    path.rsplit(['.', '/']).next().unwrap_or(path)
}

/// Writes a schema as YAML: a mapping of properties by lines, all else in one.
fn written(schema: &Json) -> String {
    let mut lines = Vec::new();
    for (key, value) in schema.as_object().expect("a schema is a mapping") {
        match (key.as_str(), value) {
            ("properties", Json::Object(fields)) => {
                lines.push("properties:".to_owned());
                lines.extend(fields.iter().map(|(name, field)| format!("  {name}: {}", flow(field))));
            }
            (_, value) => lines.push(format!("{key}: {}", flow(value))),
        }
    }
    lines.join("\n")
}

/// Writes a value in one line; every text is a plain word.
fn flow(value: &Json) -> String {
    match value {
        Json::Object(fields) => {
            let fields: Vec<String> = fields.iter().map(|(key, value)| format!("{key}: {}", flow(value))).collect();
            format!("{{{}}}", fields.join(", "))
        }
        Json::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Json::String(word) => word.clone(),
        other => other.to_string(),
    }
}
