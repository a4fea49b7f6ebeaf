//! A live object and what is applied to it -> the object as it would be stored, by server-side apply's own rules.
//!
//! What the API server computes in a dry-run is computed here from `metadata.managedFields`, for those who may not ask it.
//! Pure; whether the server would take the object is for `validate` to say.

use crate::tree::Node;

/// Who applies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manager {
    /// Its name in `managedFields`, such as `argocd-controller`.
    pub name: String,
    /// What it is.
    pub engine: Engine,
}

/// What applies manifests to a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Engine {
    /// Argo CD.
    ArgoCd,
    /// Flux's kustomize-controller.
    Flux,
    /// `kubectl apply --server-side`, or `oc`.
    Kubectl,
    /// Nobody that is known applied the object; what regcfg would be called.
    Regcfg,
    /// Named by the invoker.
    Other,
}

/// An object as it would be stored.
#[derive(Clone, Debug)]
pub struct Applied {
    /// The object.
    pub object: Node,
    /// Managers of fields that the apply takes over, with those fields; what engines force.
    pub taken: Vec<(String, Vec<String>)>,
}
