//! The oracle: judges manifests by the CRDs that OpenShift ships, with code that is none of regcfg's.
//!
//! A CRD's schema is turned into JSON Schema as strict as the API server with field validation on, and the crate
//! jsonschema interprets it. Around it stands what JSON Schema cannot say: nulls that are dropped, defaults, lists that are
//! sets or keyed, formats, and rules in CEL. The CRDs stand beside the repository; without them there is nothing to do.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use jsonschema::{PatternOptions, Validator};
use regex::Regex;
use serde_json::{Map, Value as Json, json};

/// The minors whose CRDs are there and whose manifests are judged.
pub(crate) const MINORS: [&str; 7] = ["4.4", "4.8", "4.12", "4.15", "4.17", "4.19", "4.22"];

/// The kinds that are described, by the names of their CRD files.
pub(crate) const KINDS: [(&str, &str); 7] = [
    ("Config", "imageregistry.operator.openshift.io_configs"),
    ("ImagePruner", "imageregistry.operator.openshift.io_imagepruners"),
    ("Image", "config.openshift.io_images"),
    ("ImageContentSourcePolicy", "operator.openshift.io_imagecontentsourcepolicies"),
    ("ImageDigestMirrorSet", "config.openshift.io_imagedigestmirrorsets"),
    ("ImageTagMirrorSet", "config.openshift.io_imagetagmirrorsets"),
    ("Route", "route.openshift.io_routes"),
];

/// Returns the folder with OpenShift's data, or prints why the test is skipped.
pub(crate) fn openshift() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/openshift");
    if folder.join("crds").is_dir() {
        return Some(folder);
    }
    println!("skipped: {} is not there", folder.join("crds").display());
    None
}

/// Tells whether a minor ships a CRD; the list of sources must say so of one that is not there.
pub(crate) fn is_shipped(folder: &Path, minor: &str, file: &str) -> bool {
    let sources = fs::read_to_string(folder.join("crds/SOURCES.tsv")).unwrap();
    let line = sources.lines().find(|line| line.starts_with(&format!("{minor}\t{file}\t"))).unwrap();
    !line.contains("absent in branch")
}

/// Judges a stream of manifests by the CRDs of a minor; returns what is wrong, kinds without a CRD passed over.
///
/// Returns none where the CRDs are not there.
pub(crate) fn violations(minor: &str, stream: &str) -> Option<Vec<String>> {
    let folder = openshift()?;
    let mut wrong = Vec::new();
    for object in serde_yaml::from_multiple::<Json>(stream).unwrap() {
        let group = object["apiVersion"].as_str().unwrap_or_default().split('/').next().unwrap_or_default().to_owned();
        for (kind, file) in KINDS {
            if object["kind"] == kind && file.split('_').next() == Some(group.as_str()) {
                if !is_shipped(&folder, minor, file) {
                    wrong.push(format!("{kind}: {minor} has no such kind"));
                    continue;
                }
                let found = Oracle::new(&folder, minor, file).violations(&object);
                wrong.extend(found.into_iter().map(|violation| format!("{kind}: {violation}")));
            }
        }
    }
    Some(wrong)
}

/// Reads the schema of a CRD file, of either API version.
pub(crate) fn schema(folder: &Path, minor: &str, file: &str) -> Json {
    let path = folder.join(format!("crds/{minor}/{file}.yaml"));
    let mut crd: Json = serde_yaml::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    drop_empty_keywords(&mut crd);
    let old = crd.pointer("/spec/validation/openAPIV3Schema");
    old.or_else(|| crd.pointer("/spec/versions/0/schema/openAPIV3Schema")).unwrap().clone()
}

/// Takes away keywords that are null, which say nothing.
fn drop_empty_keywords(crd: &mut Json) {
    match crd {
        Json::Object(fields) => {
            fields.retain(|_, value| !value.is_null());
            fields.values_mut().for_each(drop_empty_keywords);
        }
        Json::Array(items) => items.iter_mut().for_each(drop_empty_keywords),
        _ => {}
    }
}

/// The judge by one CRD of one minor.
pub(crate) struct Oracle {
    structural: Json,
    strict: Validator,
    drops_nulls: bool,
}

impl Oracle {
    /// Makes the judge of a CRD file.
    pub(crate) fn new(folder: &Path, minor: &str, file: &str) -> Self {
        let mut structural = schema(folder, minor, file);
        structural["properties"]["status"] = json!({});
        let mut strict = strict(&structural);
        // Whatever the CRD says of these, the API server reads them by itself, and a new object's status not at all.
        strict["properties"]["metadata"] = json!({"type": "object"});
        let strict = jsonschema::draft202012::options()
            .with_pattern_options(PatternOptions::regex())
            .should_validate_formats(true)
            .with_format("go-duration", is_duration)
            .build(&strict)
            .unwrap();
        // Kubernetes 1.20 began to drop a null where none is allowed; before, it was refused.
        let drops_nulls = !matches!(minor, "4.4" | "4.5" | "4.6");
        Self { structural, strict, drops_nulls }
    }

    /// Returns what is wrong with an object that is to be created.
    pub(crate) fn violations(&self, object: &Json) -> Vec<String> {
        let mut object = object.clone();
        if let Some(fields) = object.as_object_mut() {
            fields.remove("status");
        }
        if self.drops_nulls {
            drop_nulls(&self.structural, &mut object);
        }
        put_defaults(&self.structural, &mut object);
        let errors = self.strict.iter_errors(&object);
        let mut wrong: Vec<String> = errors.map(|error| format!("{}: {error}", error.instance_path())).collect();
        duplicates(&self.structural, &object, "", &mut wrong);
        if wrong.is_empty() {
            let rules = kube::core::cel::Validator::new().validate(&self.structural, &object, None);
            wrong.extend(rules.err().iter().map(ToString::to_string));
        }
        wrong
    }
}

/// Makes JSON Schema of a structural schema, in which no field is known but those that it names.
fn strict(structural: &Json) -> Json {
    let Some(fields) = structural.as_object() else { return structural.clone() };
    let mut strict = Map::new();
    for (key, value) in fields {
        let value = match key.as_str() {
            "properties" => {
                let properties = value.as_object().unwrap();
                properties
                    .iter()
                    .map(|(name, schema)| (name.clone(), self::strict(schema)))
                    .collect::<Map<_, _>>()
                    .into()
            }
            "items" | "additionalProperties" => self::strict(value),
            // Parts of constraints speak of fields, and know of no others.
            "anyOf" | "not" | "allOf" | "oneOf" | "required" | "enum" | "pattern" | "type" => value.clone(),
            key if key.starts_with("min") || key.starts_with("max") => value.clone(),
            "format" => match value.as_str().unwrap() {
                "duration" => json!("go-duration"),
                "int32" => {
                    strict.entry("minimum").or_insert(i32::MIN.into());
                    strict.entry("maximum").or_insert(i32::MAX.into());
                    continue;
                }
                // Every number that JSON has here, and an array, which has no format.
                "int64" | "hostname" => continue,
                other => panic!("the oracle does not know the format {other}"),
            },
            "default" | "description" | "nullable" | "title" => continue,
            // The API server reads the flag as the two types, whether `anyOf` says them again or not.
            "x-kubernetes-int-or-string" => {
                strict.insert("type".into(), json!(["integer", "string"]));
                continue;
            }
            key if key.starts_with("x-kubernetes-") => continue,
            other => panic!("the oracle does not know the keyword {other}"),
        };
        strict.insert(key.clone(), value);
    }
    let is = |key: &str| fields.get(key) == Some(&Json::Bool(true));
    let is_closed = fields.get("type") == Some(&"object".into()) && !fields.contains_key("additionalProperties");
    if is_closed && !is("x-kubernetes-preserve-unknown-fields") {
        strict.insert("additionalProperties".into(), false.into());
    }
    if is("nullable") {
        return json!({"anyOf": [{"type": "null"}, strict]});
    }
    strict.into()
}

/// What `format: duration` takes: Go's durations, and any text in which a number stands before a unit.
fn is_duration(text: &str) -> bool {
    static GO: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"^[+-]?(0|(([0-9]+\.?[0-9]*|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+)$").unwrap());
    static LAX: LazyLock<Regex> = LazyLock::new(|| Regex::new("([0-9]+)[ \t\n\r\u{c}]*([A-Za-zµ]+)").unwrap());
    static UNIT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new("^(?i:(ns|us|µs|ms|s|m|h|hr|d|w|wk)$|nano|micro|milli|sec|min|hour|day|week)").unwrap()
    });
    GO.is_match(text) || LAX.captures_iter(text).any(|unit| UNIT.is_match(&unit[2]))
}

fn child<'s>(schema: &'s Json, name: &str) -> Option<&'s Json> {
    let property = schema.get("properties").and_then(|properties| properties.get(name));
    property.or_else(|| schema.get("additionalProperties").filter(|each| each.is_object()))
}

fn drop_nulls(schema: &Json, value: &mut Json) {
    match value {
        Json::Object(fields) => {
            let is_dropped = |name: &str, value: &Json| {
                value.is_null() && child(schema, name).is_some_and(|child| child.get("nullable") != Some(&true.into()))
            };
            fields.retain(|name, value| !is_dropped(name, value));
            for (name, value) in fields {
                if let Some(child) = child(schema, name) {
                    drop_nulls(child, value);
                }
            }
        }
        Json::Array(items) => {
            for item in items {
                if let Some(each) = schema.get("items") {
                    drop_nulls(each, item);
                }
            }
        }
        _ => {}
    }
}

fn put_defaults(schema: &Json, value: &mut Json) {
    match value {
        Json::Object(fields) => {
            let properties = schema.get("properties").and_then(Json::as_object);
            for (name, property) in properties.into_iter().flatten() {
                if let (None, Some(default)) = (fields.get(name), property.get("default")) {
                    fields.insert(name.clone(), default.clone());
                }
            }
            for (name, value) in fields {
                if let Some(child) = child(schema, name) {
                    put_defaults(child, value);
                }
            }
        }
        Json::Array(items) => {
            for item in items {
                if let Some(each) = schema.get("items") {
                    put_defaults(each, item);
                }
            }
        }
        _ => {}
    }
}

fn duplicates(schema: &Json, value: &Json, path: &str, wrong: &mut Vec<String>) {
    match value {
        Json::Object(fields) => {
            for (name, value) in fields {
                if let Some(child) = child(schema, name) {
                    duplicates(child, value, &format!("{path}/{name}"), wrong);
                }
            }
        }
        Json::Array(items) => {
            let identity = |item: &Json| match schema.get("x-kubernetes-list-type").and_then(Json::as_str) {
                Some("set") => Some(vec![item.clone()]),
                Some("map") => {
                    let keys = schema["x-kubernetes-list-map-keys"].as_array().unwrap();
                    Some(keys.iter().map(|key| item[key.as_str().unwrap()].clone()).collect())
                }
                _ => None,
            };
            for (at, item) in items.iter().enumerate() {
                let is_same = |other: &Json| identity(item).is_some() && identity(item) == identity(other);
                if items[..at].iter().any(is_same) {
                    wrong.push(format!("{path}/{at}: duplicate"));
                }
                if let Some(each) = schema.get("items") {
                    duplicates(each, item, &format!("{path}/{at}"), wrong);
                }
            }
        }
        _ => {}
    }
}
