//! What operators do on a cluster where none runs: they make their config CRs when it is new, and later write into the objects
//! that others apply, each on its platform and minor.
//!
//! An operator reads a whole object into its Go type and puts it back: what is empty there is written, or left out, as the type
//! says it (openshift/api imageregistry/v1/types.go, config/v1/types_image.go).

use regcfg::target::Minor;
use serde_json::{Map, Value as Json, json};

use crate::cluster::Cluster;
use crate::cluster::objects::path;

/// The name under which the registry's operator writes.
const OPERATOR: &str = "cluster-image-registry-operator";

/// A secret that the operator makes.
pub(crate) const HTTP_SECRET: &str = "dbbf6d79d43f961604d7c55aff92dfe728db914f654480a56ef0815aa7a8a87a\
    56088a30ee07f94c2eed7b1e1ba61f52ace161780914f4818e40ca730aa4a56d";

/// Does what operators do on a new cluster: makes the config CRs, and those of storage, as the platform has it.
pub(crate) fn bootstrap(cluster: &Cluster, minor: Minor, platform: &str) {
    let storage = match platform.split('-').next().unwrap() {
        "aws" => json!({"s3": {"bucket": "made-by-the-operator", "region": "eu-west-1", "encrypt": true}}),
        "azure" => json!({"azure": {"accountName": "imageregistrymade", "container": "made-by-the-operator"}}),
        "gcp" => json!({"gcs": {"bucket": "made-by-the-operator", "region": "us-central1", "projectID": "installed"}}),
        _ => json!({}),
    };
    let is_empty = storage == json!({});
    let mut config = json!({
        "apiVersion": "imageregistry.operator.openshift.io/v1", "kind": "Config", "metadata": {"name": "cluster"},
        "spec": {"managementState": if is_empty { "Removed" } else { "Managed" },
            "replicas": if is_empty { 1 } else { 2 }, "rolloutStrategy": "RollingUpdate", "logging": 2, "storage": storage},
    });
    config_of_operator(&mut config, minor);
    make(cluster, &config, OPERATOR);
    bootstrap_others(cluster);
}

/// Makes what operators make on a new cluster beside the config CR.
pub(crate) fn bootstrap_others(cluster: &Cluster) {
    for (object, manager) in others() {
        make(cluster, &object, manager);
    }
}

/// Returns what every new cluster has beside the config CR, each with who makes it: the pruner, and `image.config`.
pub(crate) fn others() -> [(Json, &'static str); 2] {
    let pruner = json!({
        "apiVersion": "imageregistry.operator.openshift.io/v1", "kind": "ImagePruner", "metadata": {"name": "cluster"},
        "spec": {"suspend": false, "keepTagRevisions": 3, "successfulJobsHistoryLimit": 3, "failedJobsHistoryLimit": 3,
            "schedule": ""},
    });
    let image = json!({
        "apiVersion": "config.openshift.io/v1", "kind": "Image",
        "metadata": {"name": "cluster", "annotations": {"release.openshift.io/create-only": "true"}}, "spec": {},
    });
    [(pruner, OPERATOR), (image, "cluster-version-operator")]
}

fn make(cluster: &Cluster, object: &Json, manager: &str) {
    let path = path(object);
    let (all, _) = path.rsplit_once('/').unwrap();
    let made = cluster.raw("POST", &format!("{all}?fieldManager={manager}"), Some(object));
    assert!([201, 409].contains(&made.status), "{path}: {}", made.text());
}

/// Writes into objects what operators, controllers and the API server write, under a name that nobody knows.
pub(crate) fn write(cluster: &Cluster, minor: Minor, objects: &[Json]) {
    for object in objects {
        let path = path(object);
        let mut live = cluster.raw("GET", &path, None).json();
        let status = match object["kind"].as_str().unwrap() {
            "Config" => config_of_operator(&mut live, minor),
            "ImagePruner" => pruner_of_operator(&mut live, minor),
            "Image" => image_of_operators(&mut live, minor),
            "PersistentVolumeClaim" => claim_of_controllers(&mut live),
            "ExternalSecret" | "SealedSecret" => sync_of_controllers(),
            "ConfigMap" => {
                live["metadata"]["annotations"]["openshift.io/owning-component"] = "Image Registry".into();
                Json::Null
            }
            "Secret" => {
                live["metadata"]["annotations"]["openshift.io/token-secret.name"] = "some".into();
                Json::Null
            }
            // Whose status is empty, or which have none.
            "ImageDigestMirrorSet"
            | "ImageTagMirrorSet"
            | "ImageContentSourcePolicy"
            | "ClusterRole"
            | "ClusterRoleBinding"
            | "RoleBinding" => Json::Null,
            kind => panic!("nobody knows what is written into a {kind}"),
        };
        let put = cluster.raw("PUT", &format!("{path}?fieldManager=script"), Some(&live));
        assert_eq!(put.status, 200, "{path} on {minor}: {}\n{live:#}", put.text());
        if !status.is_null() {
            let status = json!({"status": status});
            let put = cluster.raw("PATCH", &format!("{path}/status?fieldManager=script"), Some(&status));
            assert_eq!(put.status, 200, "{path} on {minor}: {}\n{status:#}", put.text());
        }
    }
}

/// Writes into the registry's config as its operator does; returns the status.
fn config_of_operator(config: &mut Json, minor: Minor) -> Json {
    add(&mut config["metadata"], json!({"finalizers": ["imageregistry.operator.openshift.io/finalizer"]}));
    let spec = &mut config["spec"];
    let wait = json!({"maxWaitInQueue": "0s"});
    add(spec, json!({"httpSecret": HTTP_SECRET, "proxy": {}, "requests": {"read": wait, "write": wait}}));
    leave_out_false(spec, &["readOnly", "disableRedirect", "defaultRoute"]);
    if minor >= Minor::of(4, 6) {
        let observed = if minor >= Minor::of(4, 22) {
            json!({"servingInfo": {"minTLSVersion": "VersionTLS12", "cipherSuites": ["TLS_AES_128_GCM_SHA256"]}})
        } else {
            Json::Null
        };
        add(
            spec,
            json!({"logLevel": "Normal", "operatorLogLevel": "Normal", "observedConfig": observed,
            "unsupportedConfigOverrides": null}),
        );
    }
    storage_of_operator(&mut spec["storage"], minor);
    let storage = spec["storage"].clone();
    json!({
        "observedGeneration": 1, "readyReplicas": 1, "storageManaged": false, "storage": storage,
        "conditions": [{"type": "Available", "status": "True", "reason": "Ready", "message": "The registry is ready",
            "lastTransitionTime": "2026-01-01T00:00:00Z"}],
        "generations": [{"group": "apps", "resource": "deployments", "namespace": "openshift-image-registry",
            "name": "image-registry", "hash": "", "lastGeneration": 1}],
    })
}

/// Completes the storage that is named.
fn storage_of_operator(storage: &mut Json, minor: Minor) {
    if let Some(s3) = storage.get_mut("s3") {
        leave_out_false(s3, &["encrypt"]);
        if minor >= Minor::of(4, 5) {
            add(s3, json!({"virtualHostedStyle": false}));
        }
        if minor >= Minor::of(4, 11) {
            add(s3, json!({"trustedCA": {"name": ""}}));
        }
    } else if let Some(gcs) = storage.get_mut("gcs") {
        add(gcs, json!({"bucket": "made", "region": "us-central1", "projectID": "installed"}));
    } else if let Some(azure) = storage.get_mut("azure") {
        add(azure, json!({"accountName": "imageregistrymade", "container": "made-by-the-operator"}));
        if minor >= Minor::of(4, 6) {
            add(azure, json!({"cloudName": "AzurePublicCloud"}));
        }
        if minor >= Minor::of(4, 15) {
            add(azure, json!({"networkAccess": {"type": "External"}}));
        }
        if azure["networkAccess"]["type"] == "Internal" {
            let found = json!({"internal": {}});
            add(&mut azure["networkAccess"], found);
            add(&mut azure["networkAccess"]["internal"], json!({"privateEndpointName": "made-by-the-operator"}));
        }
    }
    if minor >= Minor::of(4, 6) && *storage != json!({}) {
        add(storage, json!({"managementState": "Managed"}));
    }
}

fn pruner_of_operator(pruner: &mut Json, minor: Minor) -> Json {
    let spec = &mut pruner["spec"];
    add(spec, json!({"schedule": ""}));
    if minor >= Minor::of(4, 6) {
        add(spec, json!({"logLevel": "Normal", "ignoreInvalidImageReferences": true}));
    }
    // A duration is written anew.
    if spec["keepYoungerThanDuration"] == "60m" {
        spec["keepYoungerThanDuration"] = "1h0m0s".into();
    }
    json!({"observedGeneration": 1, "conditions": [{"type": "Available", "status": "True", "reason": "Ready",
        "message": "Pruner CronJob has been created", "lastTransitionTime": "2026-01-01T00:00:00Z"}]})
}

fn image_of_operators(image: &mut Json, minor: Minor) -> Json {
    let version = json!({"apiVersion": "config.openshift.io/v1", "kind": "ClusterVersion", "name": "version",
        "uid": "6c0e3d1e-5b7a-4a70-9b0a-5e1d6b0f1c2d"});
    add(&mut image["metadata"], json!({"ownerReferences": [version]}));
    let annotations = &mut image["metadata"]["annotations"];
    add(annotations, json!({"release.openshift.io/create-only": "true"}));
    add(annotations, json!({"include.release.openshift.io/self-managed-high-availability": "true"}));
    let spec = &mut image["spec"];
    add(spec, json!({"additionalTrustedCA": {"name": ""}, "registrySources": {}}));
    if minor >= Minor::of(4, 21) {
        add(spec, json!({"imageStreamImportMode": ""}));
    }
    json!({"internalRegistryHostname": "image-registry.openshift-image-registry.svc:5000"})
}

fn claim_of_controllers(claim: &mut Json) -> Json {
    let annotations = &mut claim["metadata"]["annotations"];
    for name in ["pv.kubernetes.io/bind-completed", "pv.kubernetes.io/bound-by-controller"] {
        add(annotations, json!({name: "yes"}));
    }
    for name in ["volume.beta.kubernetes.io/storage-provisioner", "volume.kubernetes.io/storage-provisioner"] {
        add(annotations, json!({name: "csi.example.com"}));
    }
    add(annotations, json!({"volume.kubernetes.io/selected-node": "worker-1"}));
    add(&mut claim["spec"], json!({"volumeName": "pvc-6c0e3d1e"}));
    json!({"phase": "Bound", "accessModes": claim["spec"]["accessModes"],
        "capacity": {"storage": claim["spec"]["resources"]["requests"]["storage"]}})
}

/// Returns the status of what makes a Secret.
fn sync_of_controllers() -> Json {
    json!({"conditions": [{"type": "Ready", "status": "True", "reason": "SecretSynced", "message": "secret synced",
        "lastTransitionTime": "2026-01-01T00:00:00Z"}]})
}

/// Adds the fields that are not there.
fn add(to: &mut Json, fields: Json) {
    let Json::Object(fields) = fields else { panic!("{fields}") };
    if to.is_null() {
        *to = Map::new().into();
    }
    let to = to.as_object_mut().unwrap();
    for (name, value) in fields {
        to.entry(name).or_insert(value);
    }
}

/// Takes away what a Go type with `omitempty` does not write.
fn leave_out_false(from: &mut Json, names: &[&str]) {
    from.as_object_mut().unwrap().retain(|name, value| !(names.contains(&&**name) && *value == json!(false)));
}
