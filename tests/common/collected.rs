//! A must-gather of a live cluster, laid out as `oc adm must-gather` lays it out, of what `kubectl get -o yaml` prints.
//!
//! Source of the layout: openshift/oc `pkg/cli/admin/inspect` (`resource.go`, `namespace.go`, `secret.go`).

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value as Json;

use crate::cluster::{ADMIN, Cluster};

/// What is collected of the whole cluster: group, plural, and whether each object has a file of its own.
const OF_CLUSTER: [(&str, &str, bool); 9] = [
    ("imageregistry.operator.openshift.io", "configs", true),
    ("imageregistry.operator.openshift.io", "imagepruners", true),
    ("config.openshift.io", "images", false),
    ("config.openshift.io", "imagedigestmirrorsets", false),
    ("config.openshift.io", "imagetagmirrorsets", false),
    ("operator.openshift.io", "imagecontentsourcepolicies", false),
    ("rbac.authorization.k8s.io", "clusterrolebindings", false),
    ("rbac.authorization.k8s.io", "clusterroles", false),
    ("apiextensions.k8s.io", "customresourcedefinitions", false),
];

/// What is collected of each namespace, in lists.
const OF_NAMESPACE: [(&str, &str); 7] = [
    ("", "configmaps"),
    ("", "persistentvolumeclaims"),
    ("", "secrets"),
    ("rbac.authorization.k8s.io", "rolebindings"),
    ("route.openshift.io", "routes"),
    ("external-secrets.io", "externalsecrets"),
    ("bitnami.com", "sealedsecrets"),
];

/// Values of Secrets that are collected as they are.
const PUBLIC: [&str; 3] = ["tls.crt", "ca.crt", "service-ca.crt"];

/// Collects what a cluster has into a directory below another one, and returns it. Newer releases of `oc` leave out who wrote
/// which field.
pub(crate) fn collect(cluster: &Cluster, dir: &Path, has_managers: bool) -> PathBuf {
    let top = dir.join("must-gather.local.1");
    let image = top.join("quay-io-openshift-release-dev-ocp-v4-0-art-dev-sha256-0123456789abcdef");
    write(&top.join("must-gather.logs"), "[must-gather      ] OUT collected\n");
    write(&top.join("timestamp"), "2026-01-01 00:00:00.000000000 +0000 UTC m=+0.1\n");
    let get = |args: &[&str]| -> Option<String> {
        let managers = has_managers.then_some("--show-managed-fields");
        let args: Vec<&str> = ["get"].into_iter().chain(args.iter().copied()).chain(managers).collect();
        let output = cluster.kubectl_of(ADMIN, &args, "");
        let text = String::from_utf8(output.stdout).unwrap();
        // A kind that the release does not have is not collected.
        output.status.success().then_some(text)
    };
    let scoped = image.join("cluster-scoped-resources");
    for (group, plural, has_own) in OF_CLUSTER {
        let called = format!("{plural}.{group}");
        if has_own {
            for name in get(&[&called, "-o", "name"]).unwrap_or_default().lines() {
                let name = name.rsplit('/').next().unwrap();
                let text = get(&[&called, name, "-o", "yaml"]).unwrap();
                write(&scoped.join(group).join(plural).join(format!("{name}.yaml")), &format!("---\n{text}"));
            }
        } else if let Some(text) = get(&[&called, "-o", "yaml"]) {
            write(&scoped.join(group).join(format!("{plural}.yaml")), &format!("---\n{text}"));
        }
    }
    for namespace in get(&["namespaces", "-o", "name"]).unwrap().lines() {
        let namespace = namespace.rsplit('/').next().unwrap();
        if namespace.starts_with("kube-") || namespace == "default" {
            continue;
        }
        let dir = image.join("namespaces").join(namespace);
        let text = get(&["namespace", namespace, "-o", "yaml"]).unwrap();
        write(&dir.join(format!("{namespace}.yaml")), &format!("---\n{text}"));
        for (group, plural) in OF_NAMESPACE {
            let (called, below) = match group {
                "" => (plural.to_owned(), "core"),
                group => (format!("{plural}.{group}"), group),
            };
            let form = if plural == "secrets" { "json" } else { "yaml" };
            let Some(text) = get(&[&called, "-n", namespace, "-o", form]) else { continue };
            let text = if plural == "secrets" { elided(&text) } else { text };
            write(&dir.join(below).join(format!("{plural}.yaml")), &format!("---\n{text}"));
        }
    }
    top
}

/// Puts its length in the place of each value of a list of Secrets.
fn elided(text: &str) -> String {
    let mut list: Json = serde_json::from_str(text).unwrap();
    for secret in list["items"].as_array_mut().unwrap() {
        for (name, value) in secret["data"].as_object_mut().into_iter().flatten() {
            if !PUBLIC.contains(&name.as_str()) {
                let n_bytes = STANDARD.decode(value.as_str().unwrap()).unwrap().len();
                *value = STANDARD.encode(format!("{n_bytes} bytes long")).into();
            }
        }
    }
    list.to_string()
}

fn write(file: &Path, text: &str) {
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, text).unwrap();
}
