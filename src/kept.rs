//! What keeps an engine that prunes from deleting an object that is rendered no more: annotations on the object.

use crate::tree::Node;

/// Tells whether an object says that no engine shall delete it when it is rendered no more.
pub(crate) fn is_kept(object: &Node) -> bool {
    let annotation = |name: &str| object.at(&["metadata", "annotations", name]).and_then(Node::as_str);
    let options = annotation("argocd.argoproj.io/sync-options").unwrap_or_default();
    options.split(',').any(|option| option.trim() == "Prune=false")
        || annotation("kustomize.toolkit.fluxcd.io/prune") == Some("disabled")
        || annotation("helm.sh/resource-policy") == Some("keep")
}
