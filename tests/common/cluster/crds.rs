//! The definitions of OpenShift's kinds: those that it ships, which stand beside the repository, and those of regcfg.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use regcfg::schema::{crd, kinds};
use regcfg::target::Minor;
use serde_json::{Value as Json, json};

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
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../shared/openshift/crds/{minor}"));
    let Ok(entries) = fs::read_dir(folder) else { return BTreeMap::new() };
    let files = entries.map(|entry| entry.unwrap().path());
    files.map(|file| named(current(serde_yaml::from_str(&fs::read_to_string(file).unwrap()).unwrap()))).collect()
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
