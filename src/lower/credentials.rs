//! The storage credentials: Secret `image-registry-private-configuration-user` with the backend's exact keys.

use super::secrets::{Asked, SecretSpec};
use super::{REGISTRY_NAMESPACE, text};
use crate::check::Checked;
use crate::spec::Credentials;
use crate::tree::Node;

/// The Secret that overrides every other credential of the registry.
///
/// Source: openshift/cluster-image-registry-operator `pkg/defaults/defaults.go`.
pub(crate) const USER_SECRET: &str = "image-registry-private-configuration-user";

/// Returns the user's Secret, where the spec gives credentials.
pub(super) fn secret(checked: &Checked) -> Option<SecretSpec<'_>> {
    let storage = checked.spec().storage()?;
    let (backend, Credentials::Given(given)) = (storage.backend()?, storage.credentials()) else { return None };
    let sets = checked.profile().credential_sets(backend.name);
    let keys = |name: &str| sets.iter().find_map(|set| set.get(name)?.as_str());
    let entries = given.as_map().into_iter().flatten();
    let asked = entries.filter_map(|(name, entry)| Some(Asked { key: keys(name)?.into(), content: &entry.node }));
    let name = Node::string(USER_SECRET, given.origin.clone());
    let namespace = text(REGISTRY_NAMESPACE, &name);
    Some(SecretSpec { name, namespace, kind: "Opaque", asked: asked.collect(), composed: None, fixed_name: true })
}
