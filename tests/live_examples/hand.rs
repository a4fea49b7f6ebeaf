//! What a hand changes of an object: one field, chosen by its kind.

use serde_json::{Value as Json, json};

use crate::cluster::Cluster;
use crate::cluster::objects::path;
use crate::diffs::ordered;

/// Who a hand is: `kubectl edit`.
pub(crate) const MANAGER: &str = "kubectl-edit";

/// Changes one field of an object, or adds an item to a list; returns how diff tells it.
pub(crate) fn edit(cluster: &Cluster, object: &Json) -> String {
    let kind = object["kind"].as_str().unwrap();
    let first = |field: &str| object.pointer(field).unwrap().as_object().unwrap().keys().next().unwrap().clone();
    let somebody = json!({"kind": "ServiceAccount", "name": "somebody", "namespace": "ci"});
    let ((op, pointer), told, value) = match kind {
        "Config" => (field("/spec/replicas"), "spec.replicas".to_owned(), json!(7)),
        "ImagePruner" => (field("/spec/keepTagRevisions"), "spec.keepTagRevisions".into(), json!(7)),
        "Image" => {
            (field("/spec/additionalTrustedCA/name"), "spec.additionalTrustedCA.name".into(), json!("other-cas"))
        }
        "ConfigMap" => {
            let key = first("/data");
            (field(&format!("/data/{key}")), format!("data[\"{key}\"]"), json!("no certificate"))
        }
        "PersistentVolumeClaim" => {
            let told = "metadata.labels[\"regcfg.dev/cluster\"]".into();
            (field("/metadata/labels/regcfg.dev~1cluster"), told, json!("other"))
        }
        "ExternalSecret" => (field("/spec/refreshInterval"), "spec.refreshInterval".into(), json!("2h0m0s")),
        "SealedSecret" => {
            let key = first("/spec/encryptedData");
            let told = if key.contains('.') {
                format!("spec.encryptedData[\"{key}\"]")
            } else {
                format!("spec.encryptedData.{key}")
            };
            (field(&format!("/spec/encryptedData/{key}")), told, json!("AgB4b3RoZXI="))
        }
        "Secret" => {
            let told = "metadata.annotations[\"kustomize.toolkit.fluxcd.io/prune\"]".into();
            (field("/metadata/annotations/kustomize.toolkit.fluxcd.io~1prune"), told, json!("enabled"))
        }
        "ClusterRole" => (item("/rules/0/verbs"), "rules[0].verbs[=list]".into(), json!("list")),
        "RoleBinding" | "ClusterRoleBinding" => (item("/subjects"), "subjects[name=somebody]".into(), somebody),
        "ImageDigestMirrorSet" | "ImageTagMirrorSet" | "ImageContentSourcePolicy" => {
            let list = first("/spec");
            let source = object["spec"][&list][0]["source"].as_str().unwrap();
            let told = format!("spec.{list}[source={source}].mirrors[=elsewhere.example.com/mirror]");
            (item(&format!("/spec/{list}/0/mirrors")), told, json!("elsewhere.example.com/mirror"))
        }
        kind => panic!("no hand knows what to change of a {kind}"),
    };
    let patch = json!([{"op": op, "path": pointer, "value": value}]);
    let query = format!("{}?fieldManager={MANAGER}", path(object));
    let edited = cluster.patch("application/json-patch+json", &query, &patch);
    assert_eq!(edited.status, 200, "{pointer} of {kind}: {}", edited.text());
    if kind == "SealedSecret" {
        return format!("{kind} {told}: \"(a secret)\" -> \"(another secret)\"");
    }
    let git = object.pointer(&pointer).map_or("-".to_owned(), ordered);
    format!("{kind} {told}: {} -> {git}", ordered(&value))
}

fn field(pointer: &str) -> (&'static str, String) {
    ("replace", pointer.to_owned())
}

/// Stands behind the last item of a list.
fn item(pointer: &str) -> (&'static str, String) {
    ("add", format!("{pointer}/-"))
}
