//! Manifests for the tests of rules on updates.

/// Returns an object; `rest` is what stands beside `metadata`.
pub(in crate::rules) fn object(api_version: &str, kind: &str, metadata: &str, rest: &str) -> String {
    format!("---\napiVersion: {api_version}\nkind: {kind}\nmetadata: {{{metadata}}}\n{rest}\n")
}

/// Returns the config CR with a `spec`.
pub(in crate::rules) fn config(spec: &str) -> String {
    object("imageregistry.operator.openshift.io/v1", "Config", "name: cluster", &format!("spec: {{{spec}}}"))
}

/// Returns image.config with a `spec`.
pub(in crate::rules) fn image(spec: &str) -> String {
    object("config.openshift.io/v1", "Image", "name: cluster", &format!("spec: {{{spec}}}"))
}

/// Returns the ImagePruner with a `spec`.
pub(in crate::rules) fn pruner(spec: &str) -> String {
    object("imageregistry.operator.openshift.io/v1", "ImagePruner", "name: cluster", &format!("spec: {{{spec}}}"))
}

/// Returns the claim `c` of the registry with a `spec`, which engines keep.
pub(in crate::rules) fn claim(spec: &str) -> String {
    let metadata = format!("name: c, namespace: openshift-image-registry, {KEPT}");
    object("v1", "PersistentVolumeClaim", &metadata, &format!("spec: {{{spec}}}"))
}

/// What keeps an engine from deleting an object that is rendered no more.
pub(in crate::rules) const KEPT: &str =
    "annotations: {argocd.argoproj.io/sync-options: \"ServerSideApply=true,Prune=false\"}";
