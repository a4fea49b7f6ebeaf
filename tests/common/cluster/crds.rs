//! The definitions of OpenShift's kinds: those that it ships, which stand beside the repository, and those of regcfg.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use regcfg::schema::{crd, kinds};
use regcfg::target::Minor;
use serde_json::{Value as Json, json};
use serde_yaml::options::DuplicateKeyPolicy;

/// Returns the minors whose CRDs stand beside the repository, the oldest first.
pub(crate) fn minors() -> Vec<Minor> {
    let entries = fs::read_dir(folder()).into_iter().flatten().map(|entry| entry.unwrap().file_name());
    let mut minors: Vec<Minor> = entries.filter_map(|name| name.to_str().unwrap().parse().ok()).collect();
    minors.sort();
    minors
}

/// Returns the CRDs of a minor by their names: what OpenShift ships, where that is at hand, and what regcfg prints for the
/// rest.
pub(crate) fn of(minor: Minor) -> BTreeMap<String, Json> {
    let mut crds = printed(minor);
    crds.extend(shipped(minor));
    crds
}

/// Returns the CRDs that `regcfg schema --format crd` prints.
pub(crate) fn printed(minor: Minor) -> BTreeMap<String, Json> {
    let known = kinds().iter().filter(|kind| kind.is_on(minor));
    known.filter_map(|kind| crd::definition(kind, minor).ok()).map(named).collect()
}

/// Returns the CRDs that OpenShift ships; none where they are not beside the repository.
pub(crate) fn shipped(minor: Minor) -> BTreeMap<String, Json> {
    let Ok(entries) = fs::read_dir(folder().join(minor.to_string())) else { return BTreeMap::new() };
    entries.map(|entry| named(current(read(&entry.unwrap().path())))).collect()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/openshift/crds")
}

fn read(file: &Path) -> Json {
    // The ClusterOperator of 4.4 has `versions` twice.
    let options = serde_yaml::options! { duplicate_keys: DuplicateKeyPolicy::LastWins };
    serde_yaml::from_str_with_options(&fs::read_to_string(file).unwrap(), options).unwrap()
}

fn named(crd: Json) -> (String, Json) {
    (crd["metadata"]["name"].as_str().unwrap().to_owned(), crd)
}

/// Returns a CRD of v1beta1, which no server takes any more, as the same of v1.
fn current(mut crd: Json) -> Json {
    if crd["apiVersion"] != "apiextensions.k8s.io/v1beta1" {
        return crd;
    }
    crd["apiVersion"] = "apiextensions.k8s.io/v1".into();
    let spec = crd["spec"].as_object_mut().unwrap();
    assert_eq!(spec.remove("preserveUnknownFields"), Some(json!(false)), "v1 prunes");
    let version = spec.remove("version");
    let versions =
        spec.entry("versions").or_insert_with(|| json!([{"name": version, "served": true, "storage": true}]));
    let mut versions = versions.take();
    let moved = [
        ("validation", "schema"),
        ("subresources", "subresources"),
        ("additionalPrinterColumns", "additionalPrinterColumns"),
    ];
    for (old, new) in moved {
        let Some(mut value) = spec.remove(old) else { continue };
        for column in value.as_array_mut().into_iter().flatten() {
            let path = column.as_object_mut().unwrap().remove("JSONPath");
            column["jsonPath"] = path.unwrap();
        }
        for version in versions.as_array_mut().unwrap() {
            version[new] = value.clone();
        }
    }
    spec.insert("versions".into(), versions);
    crd
}
