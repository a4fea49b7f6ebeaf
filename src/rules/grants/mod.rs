//! What several rules ask of role bindings: who is bound to a role of the registry, and where.

pub(super) mod anonymous_grant;
pub(super) mod everyone_pushes;
pub(super) mod grant_to_nobody;
pub(super) mod group_as_user;
pub(super) mod registrys_own_role;

use crate::rules::BundleContext;
use crate::tree::Node;

const RBAC_GROUP: &str = "rbac.authorization.k8s.io";

/// Roles by which images can be pulled and seen, and no more.
const PULLING: [&str; 2] = ["registry-viewer", "system:image-puller"];

/// Roles by which images can be pushed.
///
/// Source: openshift/openshift-apiserver `pkg/bootstrappolicy/policy.go`.
const PUSHING: [&str; 5] =
    ["registry-editor", "registry-admin", "system:image-pusher", "system:image-builder", "system:registry"];

/// Roles by which the registry can be kept.
const KEEPING: [&str; 2] = ["system:image-pruner", "prometheus-scraper"];

/// What a role allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Right {
    /// Pulling images.
    Pull,
    /// Pushing them.
    Push,
    /// Pruning them, or reading metrics.
    Keep,
}

/// A subject that is bound to a role of the registry.
#[derive(Clone, Copy)]
pub(super) struct Bound<'o> {
    /// The role's name.
    pub(super) role: &'o str,
    /// What the role allows.
    pub(super) right: Right,
    /// Whether it is bound in the whole cluster.
    pub(super) is_cluster_wide: bool,
    /// `User`, `Group` or `ServiceAccount`.
    pub(super) kind: &'o str,
    /// The subject's name.
    pub(super) name: &'o Node,
}

/// Returns whoever is bound to a role of the registry.
pub(super) fn bound<'o>(ctx: &BundleContext<'o>) -> Vec<Bound<'o>> {
    let bindings = |kind: &'static str| ctx.objects_of(RBAC_GROUP, kind).map(move |binding| (binding, kind));
    let mut all = Vec::new();
    for (binding, kind) in bindings("ClusterRoleBinding").chain(bindings("RoleBinding")) {
        let text = |path: &[&str]| binding.at(path).and_then(Node::as_str);
        let role = text(&["roleRef", "name"]).filter(|_| text(&["roleRef", "kind"]) == Some("ClusterRole"));
        let Some((role, right)) = role.and_then(|role| Some((role, right(role)?))) else { continue };
        for subject in binding.get("subjects").and_then(Node::as_seq).unwrap_or_default() {
            let (Some(sort), Some(name)) = (subject.get("kind").and_then(Node::as_str), subject.get("name")) else {
                continue;
            };
            all.push(Bound { role, right, is_cluster_wide: kind == "ClusterRoleBinding", kind: sort, name });
        }
    }
    all
}

impl<'o> Bound<'o> {
    /// Tells whether the subject is of a kind and has one of these names.
    pub(super) fn is(&self, kind: &str, names: &[&str]) -> bool {
        self.kind == kind && self.name.as_str().is_some_and(|name| names.contains(&name))
    }

    /// Returns the subject's name.
    pub(super) fn name_text(&self) -> &'o str {
        self.name.as_str().unwrap_or_default()
    }

    /// Says where the role is bound.
    pub(super) fn reach(&self) -> &'static str {
        if self.is_cluster_wide { "in the whole cluster" } else { "in this namespace" }
    }
}

fn right(role: &str) -> Option<Right> {
    let rights = [(&PULLING[..], Right::Pull), (&PUSHING[..], Right::Push), (&KEEPING[..], Right::Keep)];
    rights.into_iter().find(|(roles, _)| roles.contains(&role)).map(|(_, right)| right)
}
