//! What a rule on updates can see: one cluster's objects as they were and as they shall be; and the rules.
//!
//! A rule here says what the way from the one to the other does, where neither state is wrong by itself. What the
//! cluster has is taken to be the old objects. Findings point into the new ones, or at what names the cluster where
//! something is gone; where it stood before is a note. A rule of an API that compares old and new (`oldSelf`) takes its
//! objects from here, too.

pub(super) mod backend_switched;
pub(super) mod circumstances;
pub(super) mod claim_changed;
pub(super) mod claim_gone;
pub(super) mod claim_shrunk;
pub(super) mod config_gone;
pub(super) mod images_left_behind;
pub(super) mod immutable_changed;
mod mirrors;
pub(super) mod mirrors_changed;
pub(super) mod mirrors_switched;
pub(super) mod private_access_opened;
pub(super) mod pruner_resumed;
pub(super) mod reference_gone;
pub(super) mod region_changed;
pub(super) mod registry_lists_changed;
pub(super) mod registry_removed;
pub(super) mod replicas_raised;
pub(super) mod rolling_on_accepted_claim;
pub(super) mod route_host_gone;
pub(super) mod settings_gone;
pub(super) mod storage_deleted;
pub(super) mod storage_taken_over;
#[cfg(test)]
mod testing;
pub(super) mod trust_withdrawn;

use super::BundleContext;
use super::bundle::StorageBackend;
use crate::diag::{Code, Diagnostic, Severity};
use crate::kept::is_kept;
use crate::lower::REGISTRY_NAMESPACE;
use crate::name::ObjectName;
use crate::tree::{Node, Place};

/// What a rule on updates can see.
pub struct UpdateContext<'o> {
    /// The objects that the cluster has.
    pub old: BundleContext<'o>,
    /// The objects that it shall have.
    pub new: BundleContext<'o>,
    /// What names the cluster in the new files.
    pub cluster: &'o Place,
    /// Whether the old files are where the user can open them; those of a revision are not.
    pub old_is_here: bool,
    /// What is applied, where the old objects are live ones, and the new ones what the cluster would make of both.
    pub applied: Option<BundleContext<'o>>,
}

impl<'o> UpdateContext<'o> {
    /// Makes a finding about something that is gone: it points at what names the cluster.
    fn gone(&self, code: &'static Code, severity: Severity, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(code, severity, self.cluster, message)
    }

    /// Adds where something old stands.
    fn was(&self, finding: Diagnostic, old: &Node, says: &str) -> Diagnostic {
        let is_short = old.as_bool().is_some() || old.as_int().is_some() || old.as_str().is_some();
        match &self.applied {
            Some(_) if is_short => finding.note(format!("{says}: {}", old.quoted())),
            _ => self.was_at(finding, old.place(), says),
        }
    }

    /// Adds an old place; one of a revision only in words, since nobody can go there.
    fn was_at(&self, finding: Diagnostic, old: &Place, says: &str) -> Diagnostic {
        match (&self.applied, self.old_is_here) {
            // Nobody can open what a cluster has, and the finding says which object it is.
            (Some(_), _) => finding.note(format!("{says}: in the cluster")),
            (None, true) => finding.note_at(old, says),
            (None, false) => finding.note(format!("{says}: {old}")),
        }
    }

    /// Returns the old and the new backend where each state names one and they are the same.
    fn same_backend(&self) -> Option<(StorageBackend<'o>, StorageBackend<'o>)> {
        let (old, new) = (self.old.backend()?, self.new.backend()?);
        (old.name == new.name).then_some((old, new))
    }

    /// Returns an object before and after, where it is there.
    pub(crate) fn states(&self, called: ObjectName<'_>) -> (Option<&'o Node>, Option<&'o Node>) {
        let ObjectName { group, kind, namespace, name } = called;
        (self.old.object(group, kind, namespace, name), self.new.object(group, kind, namespace, name))
    }

    /// Returns the objects that both states have, old and new: what a rule of an API needs that compares the two.
    pub(crate) fn both(&self) -> impl Iterator<Item = (&'o Node, &'o Node)> {
        self.old.objects().filter_map(|(called, old)| {
            let ObjectName { group, kind, namespace, name } = called;
            Some((old, self.new.object(group, kind, namespace, name)?))
        })
    }

    /// Returns those of a kind of the core group.
    fn both_of(&self, kind: &'static str) -> impl Iterator<Item = (&'o Node, &'o Node)> {
        let is_kind = move |old: &Node| {
            let called = ObjectName::of(old);
            called.group.is_empty() && called.kind == kind
        };
        self.both().filter(move |(old, _)| is_kind(old))
    }

    /// Returns a field of the new config CR where something holds of it that did not hold before, by what was written or
    /// bootstrapped.
    fn begins(&self, field: &'static str, holds: impl Fn(&Node) -> bool) -> Option<&'o Node> {
        let new = self.new.config()?.get(field).filter(|node| holds(node))?;
        self.old.setting(field, holds).is_none().then_some(new)
    }

    /// Tells whether the update removes a registry that runs.
    fn removes(&self) -> bool {
        let state = self.new.config().and_then(|config| config.get("managementState")).and_then(Node::as_str);
        state == Some("Removed") && self.old.config().is_some() && self.old.is_managed()
    }

    /// Returns the old claim that the registry uses before and after, where one node can mount it, and the new objects say
    /// nothing of its access modes, so that nobody else sees what does not go with them.
    fn kept_one_node_claim(&self) -> Option<&'o Node> {
        let (old, new) = self.same_backend().filter(|(old, _)| old.name == "pvc")?;
        let name =
            new.given("claim")?.as_str().filter(|name| old.given("claim").and_then(Node::as_str) == Some(name))?;
        let claim = |of: &BundleContext<'o>| of.object("", "PersistentVolumeClaim", REGISTRY_NAMESPACE, name);
        // What is applied says its access modes itself; what only the cluster has is on both sides.
        let claim = claim(&self.old).filter(|_| claim(self.applied.as_ref().unwrap_or(&self.new)).is_none())?;
        let modes = claim.at(&["spec", "accessModes"])?;
        let has = |mode: &str| modes.as_seq().unwrap_or_default().iter().any(|node| node.as_str() == Some(mode));
        (has("ReadWriteOnce") && !has("ReadWriteMany")).then_some(modes)
    }
}

/// What tells one store of a backend from another, the name first.
const STORES: &[(&str, &[&str])] = &[
    ("s3", &["bucket", "regionEndpoint"]),
    ("gcs", &["bucket"]),
    ("azure", &["container", "accountName"]),
    ("swift", &["container", "authURL"]),
    ("ibmcos", &["bucket", "serviceInstanceCRN"]),
    ("oss", &["bucket"]),
    ("pvc", &["claim"]),
];

/// Returns the settings that tell one store of a backend from another.
fn store_settings(backend: &str) -> &'static [&'static str] {
    STORES.iter().find(|(name, _)| *name == backend).map_or(&[], |(_, settings)| settings)
}

/// Returns the name of the store that a backend uses; none where the operator names it, or it has none.
fn store_name(backend: StorageBackend<'_>) -> Option<&Node> {
    backend.given(store_settings(backend.name).first()?)
}

/// Returns the name of an object, empty where it has none.
fn name_of(object: &Node) -> &str {
    object.at(&["metadata", "name"]).and_then(Node::as_str).unwrap_or_default()
}

/// Returns the node that names an object, or the object.
fn naming(object: &Node) -> &Node {
    object.at(&["metadata", "name"]).unwrap_or(object)
}
