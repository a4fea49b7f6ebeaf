//! The view of `access`: sections that each stand for a role, and the grants of each by name.

use std::sync::Arc;

use crate::tree::{Entry, Node};

/// A section of `access`.
#[derive(Debug)]
pub struct AccessRole {
    /// The section's name, such as `viewers`.
    pub section: &'static str,
    /// The ClusterRole that its grants bind.
    pub role: &'static str,
}

/// Every section of `access`, in the order of what they allow.
///
/// Sources: openshift/openshift-apiserver `pkg/bootstrappolicy/policy.go`; openshift/openshift-docs
/// `registry/accessing-the-registry.adoc`, `modules/pruning-images.adoc`, `modules/registry-accessing-metrics.adoc`.
pub static ACCESS_ROLES: &[AccessRole] = &[
    AccessRole { section: "viewers", role: "registry-viewer" },
    AccessRole { section: "editors", role: "registry-editor" },
    AccessRole { section: "pullers", role: "system:image-puller" },
    AccessRole { section: "pushers", role: "system:image-pusher" },
    AccessRole { section: "pruners", role: "system:image-pruner" },
    AccessRole { section: "metrics", role: "prometheus-scraper" },
];

/// A grant: whom a role is bound to, and where.
#[derive(Clone, Copy)]
pub struct Grant<'r> {
    /// The role.
    pub role: &'static AccessRole,
    /// Where the section is named.
    pub section: &'r Entry,
    /// The grant's name.
    pub name: &'r Arc<str>,
    /// What it says.
    pub entry: &'r Entry,
}

impl<'r> Grant<'r> {
    /// Returns every grant of `access`, section by section.
    pub(super) fn all(access: &'r Node) -> impl Iterator<Item = Self> {
        ACCESS_ROLES.iter().filter_map(|role| Some((role, access.entry(role.section)?))).flat_map(|(role, section)| {
            let grants = section.node.as_map().into_iter().flatten();
            grants.map(move |(name, entry)| Self { role, section, name, entry })
        })
    }

    /// Returns the subjects of one sort: `users`, `groups` or `serviceAccounts`.
    pub fn subjects(self, sort: &str) -> &'r [Node] {
        self.entry.node.get(sort).and_then(Node::as_seq).unwrap_or_default()
    }

    /// Tells whether it is for anyone.
    pub fn has_subjects(self) -> bool {
        ["users", "groups", "serviceAccounts"].iter().any(|sort| !self.subjects(sort).is_empty())
    }

    /// Returns the namespaces that it is for; none for the whole cluster.
    pub fn namespaces(self) -> Option<&'r [Node]> {
        self.entry.node.get("namespaces").and_then(Node::as_seq)
    }
}
