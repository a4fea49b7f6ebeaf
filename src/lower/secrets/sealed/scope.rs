//! What a sealed value is bound to, and the annotations that say it.

use crate::spec::SILENT_SCOPE;
use crate::tree::Node;

/// What a sealed value is bound to.
///
/// Source: bitnami-labs/sealed-secrets `pkg/apis/sealedsecrets/v1alpha1/sealedsecret_expansion.go`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// To one name in one namespace.
    Strict,
    /// To a namespace.
    NamespaceWide,
    /// To nothing but the cluster: whoever may make a SealedSecret anywhere in it can have it opened.
    ClusterWide,
}

/// A scope, and what says so.
#[derive(Clone)]
pub(super) struct Said {
    pub(super) scope: Scope,
    /// The text or object that says it, or is silent, which means `strict`.
    pub(super) by: Node,
}

impl Scope {
    /// Returns the scope of a name; none for what is none.
    pub(super) fn named(name: &str) -> Option<Self> {
        [Self::Strict, Self::NamespaceWide, Self::ClusterWide].into_iter().find(|scope| scope.name() == name)
    }

    /// Returns its name, as `kubeseal --scope` takes it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Strict => SILENT_SCOPE,
            Self::NamespaceWide => "namespace-wide",
            Self::ClusterWide => "cluster-wide",
        }
    }

    /// Returns the annotation that says it to the controller; none says `strict`.
    pub(super) fn annotation(self) -> Option<&'static str> {
        match self {
            Self::Strict => None,
            Self::NamespaceWide => Some("sealedsecrets.bitnami.com/namespace-wide"),
            Self::ClusterWide => Some("sealedsecrets.bitnami.com/cluster-wide"),
        }
    }
}

impl Said {
    /// Returns what annotations below `metadata` say, as the controller reads them: the wider scope wins.
    pub(super) fn of(metadata: &Node) -> Self {
        let says = |scope: &Scope| {
            let annotation = metadata.at(&["annotations", scope.annotation()?])?;
            (annotation.as_str() == Some("true")).then(|| Self { scope: *scope, by: annotation.clone() })
        };
        let said = [Scope::ClusterWide, Scope::NamespaceWide].iter().find_map(says);
        said.unwrap_or_else(|| Self { scope: Scope::Strict, by: metadata.clone() })
    }
}
