//! What a rule on updates can see: one cluster's objects as they were and as they shall be; and the rules.
//!
//! A rule here says what the way from the one to the other does, where neither state is wrong by itself. What the
//! cluster has is taken to be the old objects. Findings point into the new ones, or at what names the cluster where
//! something is gone; where it stood before is a note. A rule of an API that compares old and new (`oldSelf`) takes its
//! objects from here, too.

pub(super) mod mirrors_moved;
pub(super) mod replicas_raised;

use super::BundleContext;
use super::bundle::StorageBackend;
use crate::diag::{Code, Diagnostic, Severity};
use crate::lower::REGISTRY_NAMESPACE;
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
}

impl<'o> UpdateContext<'o> {
    /// Makes a finding about something that is gone: it points at what names the cluster.
    fn gone(&self, code: &'static Code, severity: Severity, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(code, severity, self.cluster, message)
    }

    /// Adds where something old stands.
    fn was(&self, finding: Diagnostic, old: &Node, says: &str) -> Diagnostic {
        self.was_at(finding, old.place(), says)
    }

    /// Adds an old place; one of a revision only in words, since nobody can go there.
    fn was_at(&self, finding: Diagnostic, old: &Place, says: &str) -> Diagnostic {
        if self.old_is_here { finding.note_at(old, says) } else { finding.note(format!("{says}: {old}")) }
    }

    /// Returns the old and the new backend where each state names one and they are the same.
    fn same_backend(&self) -> Option<(StorageBackend<'o>, StorageBackend<'o>)> {
        let (old, new) = (self.old.backend()?, self.new.backend()?);
        (old.name == new.name).then_some((old, new))
    }

    /// Returns the old claim that the registry uses before and after, where one node can mount it, and the new objects say
    /// nothing of its access modes, so that nobody else sees what does not go with them.
    fn kept_one_node_claim(&self) -> Option<&'o Node> {
        let (old, new) = self.same_backend().filter(|(old, _)| old.name == "pvc")?;
        let name =
            new.given("claim")?.as_str().filter(|name| old.given("claim").and_then(Node::as_str) == Some(name))?;
        let claim = |of: &BundleContext<'o>| of.object("", "PersistentVolumeClaim", REGISTRY_NAMESPACE, name);
        let claim = claim(&self.old).filter(|_| claim(&self.new).is_none())?;
        let modes = claim.at(&["spec", "accessModes"])?;
        let has = |mode: &str| modes.as_seq().unwrap_or_default().iter().any(|node| node.as_str() == Some(mode));
        (has("ReadWriteOnce") && !has("ReadWriteMany")).then_some(modes)
    }
}
