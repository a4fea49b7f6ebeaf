//! What a rule on bundles can see: the objects of one cluster, whoever wrote them, and what the cluster has beneath them.
//!
//! The objects are rendered ones or plain manifests, each already right by its schema. A field of the config CR that
//! they leave out is what the operator bootstraps on the platform, where the platform is known; where it is not, nothing
//! is assumed, so that a rule is silent rather than wrong.

use super::context::Setting;
use crate::name::ObjectName;
use crate::resolve::BACKENDS;
use crate::schema;
use crate::target::{Minor, Target};
use crate::tree::{Entry, Node};
use crate::validate::Bootstrap;

/// The group of the config CR and the pruner.
pub(super) const REGISTRY_GROUP: &str = "imageregistry.operator.openshift.io";
/// The group of image.config and of mirror sets.
pub(super) const CONFIG_GROUP: &str = "config.openshift.io";
/// The namespace of CA bundles and of the global pull secret.
pub(super) const CONFIG_NAMESPACE: &str = "openshift-config";

/// What a rule on bundles can see.
pub struct BundleContext<'o> {
    /// The OpenShift minors that the objects are for.
    pub target: Target,
    objects: Vec<(ObjectName<'o>, &'o Node)>,
    bootstrap: Bootstrap<'o>,
    platform: Option<&'o Node>,
}

/// A backend that the config CR names.
#[derive(Clone, Copy)]
pub(super) struct StorageBackend<'o> {
    /// Its name, such as `s3`.
    pub(super) name: &'static str,
    /// Where it is named, and its settings.
    pub(super) entry: &'o Entry,
}

impl<'o> BundleContext<'o> {
    /// Makes the context of one cluster's objects. `platform` is the text by which a spec names its profile, if one does.
    pub fn new(
        objects: impl IntoIterator<Item = &'o Node>,
        target: Target,
        bootstrap: Bootstrap<'o>,
        platform: Option<&'o Node>,
    ) -> Self {
        let objects = objects.into_iter().map(|object| (ObjectName::of(object), object)).collect();
        Self { target, objects, bootstrap, platform }
    }

    /// Returns the text by which a spec names its profile; none for plain manifests.
    pub(super) fn platform(&self) -> Option<&'o Node> {
        self.platform
    }

    /// Returns all objects, in written order.
    pub(super) fn objects(&self) -> impl Iterator<Item = &'o Node> {
        self.objects.iter().map(|(_, object)| *object)
    }

    /// Returns the objects of a kind, in written order.
    pub(super) fn objects_of(&self, group: &str, kind: &str) -> impl Iterator<Item = &'o Node> {
        let of_kind = move |name: &ObjectName<'_>| name.group == group && name.kind == kind;
        self.objects.iter().filter(move |(name, _)| of_kind(name)).map(|(_, object)| *object)
    }

    /// Returns an object by what it is called; `namespace` is empty for objects without.
    pub(super) fn object(&self, group: &str, kind: &str, namespace: &str, name: &str) -> Option<&'o Node> {
        let wanted = ObjectName { group, kind, namespace, name };
        self.objects.iter().find(|(called, _)| *called == wanted).map(|(_, object)| *object)
    }

    /// Returns the `spec` of the config CR `cluster`, as written.
    pub(super) fn config(&self) -> Option<&'o Node> {
        self.singleton(REGISTRY_GROUP, "Config")
    }

    /// Returns the `spec` of the ImagePruner `cluster`, as written.
    pub(super) fn pruner(&self) -> Option<&'o Node> {
        self.singleton(REGISTRY_GROUP, "ImagePruner")
    }

    /// Returns the `spec` of image.config `cluster`, as written.
    pub(super) fn image(&self) -> Option<&'o Node> {
        self.singleton(CONFIG_GROUP, "Image")
    }

    fn singleton(&self, group: &str, kind: &str) -> Option<&'o Node> {
        self.object(group, kind, "", "cluster")?.get("spec")
    }

    /// Returns a field of the config CR as the cluster will have it, once for each way in which the target's minors differ.
    pub(super) fn settings(&self, field: &'static str) -> Vec<Setting<'o>> {
        if let Some(node) = self.config().and_then(|config| config.get(field)).filter(|node| !node.is_null()) {
            return vec![Setting::written(node, field)];
        }
        let Some(kind) = schema::find("imageregistry.operator.openshift.io/v1", "Config") else { return vec![] };
        let mut settings: Vec<Setting<'o>> = Vec::new();
        for minor in self.target.minors() {
            let bootstrapped = self.bootstrap.spec_of(kind, Some("cluster"), minor);
            let Some(node) = bootstrapped.and_then(|config| config.get(field)) else { continue };
            if settings.last().is_none_or(|last| last.node != node) {
                settings.push(Setting::bootstrapped(node, field, minor));
            }
        }
        settings
    }

    /// Returns the first of the settings for which something holds.
    pub(super) fn setting(&self, field: &'static str, holds: impl Fn(&Node) -> bool) -> Option<Setting<'o>> {
        self.settings(field).into_iter().find(|setting| holds(setting.node))
    }

    /// Tells whether the operator runs the registry. Where it does not, what it would choke on is not looked at.
    ///
    /// A part of a config CR on an unknown platform does not say; it is taken to be managed, as configured registries are.
    pub(super) fn is_managed(&self) -> bool {
        let states = self.settings("managementState");
        let is_unknown = states.is_empty() && self.config().is_some();
        is_unknown || states.iter().any(|state| state.node.as_str() == Some("Managed"))
    }

    /// Returns the backends that the config CR names, as written.
    pub(super) fn backends(&self) -> impl Iterator<Item = StorageBackend<'o>> {
        let storage = self.config().and_then(|config| config.get("storage"));
        BACKENDS.iter().filter_map(move |name| {
            let entry = storage?.entry(name).filter(|entry| !entry.node.is_null())?;
            Some(StorageBackend { name, entry })
        })
    }

    /// Returns the backend where the config CR names exactly one.
    pub(super) fn backend(&self) -> Option<StorageBackend<'o>> {
        let mut backends = self.backends();
        backends.next().filter(|_| backends.next().is_none())
    }

    /// Returns the backend if it is the named one, and the only one.
    pub(super) fn only(&self, name: &str) -> Option<StorageBackend<'o>> {
        self.backend().filter(|backend| backend.name == name)
    }

    /// Returns the first minor of the target.
    pub(super) fn first(&self) -> Minor {
        self.target.first()
    }
}

impl<'o> StorageBackend<'o> {
    /// Returns a setting that is more than the empty text, which to the operator is none.
    pub(super) fn given(self, field: &str) -> Option<&'o Node> {
        self.entry.node.get(field).filter(|node| !node.is_null() && node.as_str() != Some(""))
    }
}
