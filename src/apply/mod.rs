//! A live object and what is applied to it -> the object as it would be stored, by server-side apply's own rules.
//!
//! What the API server computes in a dry-run is computed here from `metadata.managedFields`, for those who may not ask it:
//! [`predict()`]. Who will apply an object, and so what is theirs to remove, is for [`choose_manager`] to find, and who owns a
//! field for [`Owners`]. The rules are those of sigs.k8s.io/structured-merge-diff v6 (`merge/update.go`, `typed/`) and of
//! k8s.io/apimachinery `pkg/util/managedfields`; tests hold the two together.
//!
//! Pure; whether the server would take the object is for `validate` to say.

mod compare;
mod element;
mod fieldset;
mod last_applied;
mod managers;
mod merge;
mod migrate;
mod native;
mod owned;
mod owners;
mod predict;
mod reconcile;
mod shown;
#[cfg(test)]
mod tests;
mod typing;

pub use element::{Element, Scalar};
pub use fieldset::FieldSet;
pub use managers::{Managed, OURS, Operation, choose_manager, majority, managed, manager_of, readable};
pub use owners::{Owners, Writer};
pub use predict::{predict, predict_migrated};
pub use shown::shown;

use std::fmt;

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
    /// Flux's kustomize-controller or helm-controller.
    Flux,
    /// Red Hat Advanced Cluster Management: a ManifestWork or a policy.
    Acm,
    /// Helm.
    Helm,
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
    /// The object, its `status` as it is. Of its metadata what the server alone writes is as it was: `managedFields`,
    /// `resourceVersion`, `generation`.
    pub object: Node,
    /// What the answer rests on.
    pub basis: Basis,
    /// Managers of fields that the apply takes over, with those fields; what engines force.
    pub taken: Vec<(String, Vec<String>)>,
}

/// What a prediction rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// Nothing is there: the object is created.
    Nothing,
    /// The `managedFields` of the live object.
    ManagedFields,
    /// The live object alone: it has no `managedFields`, as in a must-gather that leaves them out. What is applied overlays
    /// what is there, and nothing goes, whoever applied it before.
    Overlay,
}

/// Why nothing can be predicted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// No schema is known of the object's kind on that minor.
    UnknownKind,
    /// The `managedFields` cannot be read; the API server refuses every apply.
    Unreadable(Unreadable),
    /// A list cannot be merged by its keys; the API server refuses the apply.
    Misshapen {
        /// Where.
        path: Vec<Element>,
        /// What is wrong.
        why: String,
    },
    /// Other managers own fields, and the apply is not forced.
    Conflicts(Vec<(String, Vec<String>)>),
}

/// What is wrong with `managedFields`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// The entry, from 0.
    pub entry: usize,
    /// What is wrong with it.
    pub why: &'static str,
}

impl Fault {
    fn misshapen(why: impl Into<String>) -> Self {
        Self::Misshapen { path: Vec::new(), why: why.into() }
    }

    /// Says that it is below a field.
    fn below(self, name: &str) -> Self {
        self.at(&Element::field(name))
    }

    /// Says that it is below a step.
    fn at(mut self, element: &Element) -> Self {
        if let Self::Misshapen { path, .. } = &mut self {
            path.insert(0, element.clone());
        }
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownKind => write!(f, "its kind is not described on that minor"),
            Self::Unreadable(Unreadable { entry, why }) => write!(f, "entry {entry} of its managedFields: {why}"),
            Self::Misshapen { path, why } => write!(f, "`{}`: {why}", shown(path)),
            Self::Conflicts(conflicts) => {
                let managers: Vec<&str> = conflicts.iter().map(|(manager, _)| &**manager).collect();
                write!(f, "fields are owned by {}", managers.join(", "))
            }
        }
    }
}

impl std::error::Error for Fault {}

impl Engine {
    /// All of them.
    pub(crate) const ALL: [Self; 7] =
        [Self::ArgoCd, Self::Flux, Self::Acm, Self::Helm, Self::Kubectl, Self::Regcfg, Self::Other];

    /// Tells whether people run it by hand, so that it owns no object.
    pub fn is_by_hand(self) -> bool {
        matches!(self, Self::Kubectl | Self::Regcfg | Self::Other)
    }

    /// Returns its name, for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::ArgoCd => "Argo CD",
            Self::Flux => "Flux",
            Self::Acm => "ACM",
            Self::Helm => "Helm",
            Self::Kubectl => "kubectl",
            Self::Regcfg => "regcfg",
            Self::Other => "another",
        }
    }

    /// Returns the word for it in documents and data.
    pub fn word(self) -> &'static str {
        match self {
            Self::ArgoCd => "argo-cd",
            Self::Flux => "flux",
            Self::Acm => "acm",
            Self::Helm => "helm",
            Self::Kubectl => "kubectl",
            Self::Regcfg => "regcfg",
            Self::Other => "other",
        }
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
