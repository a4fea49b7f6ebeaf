//! A cluster with a healthy registry, and what operators, routers and kubelets would write of it: here it is written through the
//! status subresource, since the server has no controllers.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use crate::cluster::{Answer, Cluster};

pub(crate) const NAMESPACE: &str = "openshift-image-registry";

pub(crate) const CONFIG: &str = "/apis/imageregistry.operator.openshift.io/v1/configs/cluster";
pub(crate) const PRUNER: &str = "/apis/imageregistry.operator.openshift.io/v1/imagepruners/cluster";
pub(crate) const OPERATOR: &str = "/apis/config.openshift.io/v1/clusteroperators/image-registry";
pub(crate) const INFRASTRUCTURE: &str = "/apis/config.openshift.io/v1/infrastructures/cluster";
pub(crate) const POOL: &str = "/apis/machineconfiguration.openshift.io/v1/machineconfigpools/worker";
pub(crate) const DEPLOYMENT: &str = "/apis/apps/v1/namespaces/openshift-image-registry/deployments/image-registry";
pub(crate) const POD: &str = "/api/v1/namespaces/openshift-image-registry/pods/image-registry-1";
pub(crate) const CLAIM: &str = "/api/v1/namespaces/openshift-image-registry/persistentvolumeclaims/registry";
pub(crate) const ROUTE: &str = "/apis/route.openshift.io/v1/namespaces/openshift-image-registry/routes/default-route";
pub(crate) const USER_SECRET: &str =
    "/api/v1/namespaces/openshift-image-registry/secrets/image-registry-private-configuration-user";

/// Defines a kind of which regcfg has no description, as one that takes anything.
pub(crate) fn permissive(group: &str, plural: &str, kind: &str) -> (String, Json) {
    let anything = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true});
    let crd = json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {
            "name": format!("{plural}.{group}"),
            // The API server guards the names of OpenShift's groups no less than those of Kubernetes.
            "annotations": {"api-approved.kubernetes.io": "https://github.com/openshift/api"},
        },
        "spec": {
            "group": group, "scope": "Cluster",
            "names": {"plural": plural, "singular": kind.to_lowercase(), "kind": kind, "listKind": format!("{kind}List")},
            "versions": [{
                "name": "v1", "served": true, "storage": true,
                "subresources": {"status": {}}, "schema": {"openAPIV3Schema": anything},
            }],
        },
    });
    (format!("{plural}.{group}"), crd)
}

pub(crate) fn kinds_without_description() -> BTreeMap<String, Json> {
    BTreeMap::from([
        permissive("config.openshift.io", "clusteroperators", "ClusterOperator"),
        permissive("config.openshift.io", "clusterversions", "ClusterVersion"),
        permissive("config.openshift.io", "infrastructures", "Infrastructure"),
        permissive("machineconfiguration.openshift.io", "machineconfigpools", "MachineConfigPool"),
    ])
}

/// Makes an object, or what is in its place another, with its status.
pub(crate) fn put(cluster: &Cluster, path: &str, object: &Json) {
    let (collection, name) = path.rsplit_once('/').unwrap();
    let mut object = object.clone();
    object["metadata"]["name"] = name.into();
    let status = object.as_object_mut().unwrap().remove("status");
    cluster.raw("DELETE", &format!("{path}?gracePeriodSeconds=0"), None);
    let begin = Instant::now();
    while cluster.raw("GET", path, None).status != 404 {
        // What a finalizer keeps nobody here would let go.
        let free = json!({"metadata": {"finalizers": null}});
        cluster.raw("PATCH", path, Some(&free));
        assert!(begin.elapsed() < Duration::from_secs(30), "{path} does not go");
    }
    taken(path, &cluster.raw("POST", collection, Some(&object)));
    if let Some(status) = status {
        set_status(cluster, path, &status);
    }
}

/// Sets what a controller would say of an object.
pub(crate) fn set_status(cluster: &Cluster, path: &str, status: &Json) {
    taken(path, &cluster.raw("PATCH", &format!("{path}/status"), Some(&json!({"status": status}))));
}

pub(crate) fn merge(cluster: &Cluster, path: &str, change: &Json) {
    taken(path, &cluster.raw("PATCH", path, Some(change)));
}

pub(crate) fn gone(cluster: &Cluster, path: &str) {
    taken(path, &cluster.raw("DELETE", &format!("{path}?gracePeriodSeconds=0"), None));
}

pub(crate) fn taken(path: &str, answer: &Answer) {
    assert!((200..300).contains(&answer.status), "{path}: {}", answer.text());
}

pub(crate) fn condition(kind: &str, status: &str, reason: &str, message: &str) -> Json {
    json!({
        "type": kind, "status": status, "reason": reason, "message": message,
        "lastTransitionTime": "2026-01-02T03:04:05Z",
    })
}

pub(crate) fn well() -> Json {
    json!([
        condition("Available", "True", "Ready", "The registry is ready"),
        condition("Progressing", "False", "Ready", "The registry is ready"),
        condition("Degraded", "False", "", ""),
        condition("Removed", "False", "", ""),
        condition("StorageExists", "True", "PVC Exists", ""),
    ])
}

/// Puts other conditions in the place of those of the same types.
pub(crate) fn but(conditions: &[Json]) -> Json {
    let mut all = well();
    for condition in conditions {
        let list = all.as_array_mut().unwrap();
        list.retain(|of| of["type"] != condition["type"]);
        list.push(condition.clone());
    }
    all
}

pub(crate) fn not_applied(message: &str) -> Json {
    condition("Progressing", "True", "Error", &format!("Unable to apply resources: {message}"))
}

/// Makes a cluster whose registry is healthy, on a claim.
pub(crate) fn healthy(cluster: &Cluster) {
    cluster.apply_printed_crds("4.19");
    cluster.define(&kinds_without_description());
    for namespace in [NAMESPACE, "openshift-config"] {
        cluster.namespace(namespace);
    }
    let version = json!({
        "apiVersion": "config.openshift.io/v1", "kind": "ClusterVersion", "metadata": {},
        "status": {"desired": {"version": "4.19.3"}, "capabilities": {"knownCapabilities": ["ImageRegistry"], "enabledCapabilities": ["ImageRegistry"]}},
    });
    put(cluster, "/apis/config.openshift.io/v1/clusterversions/version", &version);
    let platform = json!({
        "apiVersion": "config.openshift.io/v1", "kind": "Infrastructure", "metadata": {},
        "status": {"platformStatus": {"type": "VSphere"}},
    });
    put(cluster, INFRASTRUCTURE, &platform);
    let operator = json!({
        "apiVersion": "config.openshift.io/v1", "kind": "ClusterOperator", "metadata": {}, "spec": {},
        "status": {"versions": [{"name": "operator", "version": "4.19.3"}], "conditions": well_operator()},
    });
    put(cluster, OPERATOR, &operator);
    let images = json!({
        "apiVersion": "config.openshift.io/v1", "kind": "Image", "metadata": {}, "spec": {},
        "status": {"internalRegistryHostname": "image-registry.openshift-image-registry.svc:5000"},
    });
    put(cluster, "/apis/config.openshift.io/v1/images/cluster", &images);
    let pruner = json!({
        "apiVersion": "imageregistry.operator.openshift.io/v1", "kind": "ImagePruner", "metadata": {},
        "spec": {"suspend": false, "schedule": "0 2 * * *"},
        "status": {"conditions": pruner_well()},
    });
    put(cluster, PRUNER, &pruner);
    let pool = json!({
        "apiVersion": "machineconfiguration.openshift.io/v1", "kind": "MachineConfigPool", "metadata": {},
        "spec": {"paused": false, "configuration": {"name": "rendered-worker-1"}}, "status": pool_status(3),
    });
    put(cluster, POOL, &pool);
    let account = json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}});
    let accounts = format!("/api/v1/namespaces/{NAMESPACE}/serviceaccounts");
    assert!([201, 409].contains(&cluster.raw("POST", &accounts, Some(&account)).status));
    let class = json!({"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {}, "provisioner": "csi.example.com"});
    put(cluster, "/apis/storage.k8s.io/v1/storageclasses/thin-csi", &class);
    reset(cluster);
}

pub(crate) fn well_operator() -> Json {
    json!([
        condition("Available", "True", "Ready", "Available: The registry is ready"),
        condition("Progressing", "False", "Ready", "Progressing: The registry is ready"),
        condition("Degraded", "False", "AsExpected", ""),
    ])
}

pub(crate) fn pruner_well() -> Json {
    json!([
        condition("Available", "True", "AsExpected", "Pruner CronJob has been created"),
        condition("Failed", "False", "Complete", "Pruner completed successfully"),
        condition("Scheduled", "True", "Scheduled", "The pruner job has been scheduled"),
        condition("Degraded", "False", "AsExpected", ""),
    ])
}

pub(crate) fn pool_status(n_updated: u64) -> Json {
    let is_updated = n_updated == 3;
    let [updated, updating] = if is_updated { ["True", "False"] } else { ["False", "True"] };
    json!({
        "machineCount": 3, "updatedMachineCount": n_updated, "degradedMachineCount": 0,
        "configuration": {"name": if is_updated { "rendered-worker-1" } else { "rendered-worker-0" }},
        "conditions": [
            condition("Updated", updated, "", ""), condition("Updating", updating, "", ""),
            condition("Degraded", "False", "", ""),
        ],
    })
}

/// Puts the registry's own objects into the state of a healthy one.
pub(crate) fn reset(cluster: &Cluster) {
    let config = json!({
        "apiVersion": "imageregistry.operator.openshift.io/v1", "kind": "Config", "metadata": {},
        "spec": {
            "managementState": "Managed", "replicas": 1, "rolloutStrategy": "Recreate", "defaultRoute": true,
            "storage": {"pvc": {"claim": "registry"}, "managementState": "Unmanaged"},
        },
        "status": {"readyReplicas": 1, "generations": [], "storage": {}, "storageManaged": false, "conditions": well()},
    });
    put(cluster, CONFIG, &config);
    let labels = json!({"docker-registry": "default"});
    let containers = json!([{"name": "registry", "image": "registry.example.com/registry:1"}]);
    let deployment = json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"labels": labels},
        "spec": {
            "replicas": 1, "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": containers}},
        },
        "status": {
            "observedGeneration": 1, "replicas": 1, "updatedReplicas": 1, "readyReplicas": 1, "availableReplicas": 1,
            "conditions": [condition("Available", "True", "MinimumReplicasAvailable", "")],
        },
    });
    put(cluster, DEPLOYMENT, &deployment);
    put(
        cluster,
        POD,
        &json!({
            "apiVersion": "v1", "kind": "Pod", "metadata": {"labels": labels},
            "spec": {"containers": containers, "automountServiceAccountToken": false}, "status": pod_runs(),
        }),
    );
    put(
        cluster,
        CLAIM,
        &json!({
            "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {},
            "spec": {"accessModes": ["ReadWriteOnce"], "storageClassName": "thin-csi", "resources": {"requests": {"storage": "100Gi"}}},
            "status": {"phase": "Bound", "accessModes": ["ReadWriteOnce"], "capacity": {"storage": "100Gi"}},
        }),
    );
    put(
        cluster,
        ROUTE,
        &json!({
            "apiVersion": "route.openshift.io/v1", "kind": "Route",
            "metadata": {"annotations": {"imageregistry.openshift.io": "true"}},
            "spec": {"host": "registry.apps.example.com", "to": {"kind": "Service", "name": "image-registry", "weight": 100}},
            "status": {"ingress": [ingress("True", "", "")]},
        }),
    );
}

pub(crate) fn ingress(admitted: &str, reason: &str, message: &str) -> Json {
    json!({
        "host": "registry.apps.example.com", "routerName": "default", "wildcardPolicy": "None",
        "conditions": [{"type": "Admitted", "status": admitted, "reason": reason, "message": message}],
    })
}

pub(crate) fn pod_runs() -> Json {
    json!({
        "phase": "Running", "conditions": [{"type": "Ready", "status": "True"}],
        "containerStatuses": [container(true, &json!({"running": {}}), &json!({}))],
    })
}

pub(crate) fn pod_waits(reason: &str, message: &str, last: &Json) -> Json {
    json!({
        "phase": "Running", "conditions": [{"type": "Ready", "status": "False"}],
        "containerStatuses": [container(false, &json!({"waiting": {"reason": reason, "message": message}}), last)],
    })
}

pub(crate) fn container(ready: bool, state: &Json, last: &Json) -> Json {
    json!({
        "name": "registry", "image": "registry.example.com/registry:1", "imageID": "", "ready": ready, "restartCount": 0,
        "state": state, "lastState": last,
    })
}
