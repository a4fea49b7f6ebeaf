//! What a rule on bundles can see: the objects of one cluster, whoever wrote them, and what the cluster has beneath them.
//!
//! The objects are rendered ones or plain manifests, each already right by its schema. A field of the config CR that
//! they leave out is what the operator bootstraps on the platform, where the platform is known; where it is not, nothing
//! is assumed, so that a rule is silent rather than wrong.

use super::context::{Setting, degraded};
use super::storage::retired_backend::DROPPED;
use crate::lower::{REGISTRY_NAMESPACE, USER_SECRET};
use crate::name::ObjectName;
use crate::profile::Profile;
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

const CONFIG_API_VERSION: &str = "imageregistry.operator.openshift.io/v1";

/// What names a bucket, container or claim, by backend.
///
/// Source: openshift/cluster-image-registry-operator `pkg/storage`, each driver's `CreateStorage`.
const NAMED: &[(&str, &str)] = &[
    ("s3", "bucket"),
    ("gcs", "bucket"),
    ("azure", "container"),
    ("swift", "container"),
    ("ibmcos", "bucket"),
    ("oss", "bucket"),
    ("pvc", "claim"),
];

/// What a rule on bundles can see.
pub struct BundleContext<'o> {
    /// The OpenShift minors that the objects are for.
    pub target: Target,
    objects: Vec<(ObjectName<'o>, &'o Node)>,
    bootstrap: Bootstrap<'o>,
    platform: Option<&'o Node>,
    profile: Option<&'o Profile>,
    as_of: Option<i64>,
    /// The `spec` of the config CR, and the one backend in it: what most rules ask for first.
    config: Option<&'o Node>,
    backend: Option<StorageBackend<'o>>,
}

/// A backend that the config CR names.
#[derive(Clone, Copy)]
pub(super) struct StorageBackend<'o> {
    /// Its name, such as `s3`.
    pub(super) name: &'static str,
    /// Where it is named, and its settings.
    pub(super) entry: &'o Entry,
}

/// Storage that the user names: who manages it decides what becomes of the images.
#[derive(Clone, Copy)]
pub(super) struct OwnStorage<'o> {
    /// The backend.
    pub(super) backend: StorageBackend<'o>,
    /// The bucket, container or claim.
    pub(super) name: &'o Node,
    /// `storage.managementState`, where it is written.
    pub(super) state: Option<&'o Node>,
}

/// A route of the config CR.
#[derive(Clone, Copy)]
pub(super) struct ConfigRoute<'o> {
    /// Its name.
    pub(super) name: &'o Node,
    /// The host that it serves; none for the router's own choice.
    pub(super) hostname: Option<&'o Node>,
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
        let (config, backend) = (None, None);
        let mut ctx = Self { target, objects, bootstrap, platform, profile: None, as_of: None, config, backend };
        ctx.config = ctx.singleton(REGISTRY_GROUP, "Config");
        ctx.backend = ctx.only_backend();
        ctx
    }

    /// Says which profile the objects were rendered with.
    #[must_use]
    pub fn rendered_with(self, profile: &'o Profile) -> Self {
        Self { profile: Some(profile), ..self }
    }

    /// Says the time, in seconds since 1970, that certificates in the objects are judged by.
    #[must_use]
    pub fn as_of(self, as_of: i64) -> Self {
        Self { as_of: Some(as_of), ..self }
    }

    /// Tells whether the objects were rendered from a spec, which is judged by itself.
    pub(super) fn is_rendered(&self) -> bool {
        self.platform.is_some()
    }

    /// Returns the time that certificates in the objects are judged by; none where that is not asked.
    pub(super) fn time(&self) -> Option<i64> {
        self.as_of
    }

    /// Returns the profile of the objects, where that is known.
    pub(super) fn profile(&self) -> Option<&'o Profile> {
        self.profile
    }

    /// Returns the text by which a spec names its profile; none for plain manifests.
    pub(super) fn platform(&self) -> Option<&'o Node> {
        self.platform
    }

    /// Returns every object with what it is called, in written order.
    pub(super) fn objects(&self) -> impl Iterator<Item = (ObjectName<'o>, &'o Node)> {
        self.objects.iter().copied()
    }

    /// Tells whether the cluster has nothing yet, so that an object has only what it says itself.
    pub(super) fn is_new(&self) -> bool {
        matches!(self.bootstrap, Bootstrap::Nothing)
    }

    /// Tells whether the objects are known to meet the pruner that the operator bootstraps, which says `suspend`.
    pub(super) fn has_bootstrapped_pruner(&self) -> bool {
        matches!(self.bootstrap, Bootstrap::Profile(_))
    }

    /// Tells whether the config CR is a copy of a live one, with all that the operator wrote into it.
    pub(super) fn is_copy(&self) -> bool {
        self.object(REGISTRY_GROUP, "Config", "", "cluster").is_some_and(is_live)
    }

    /// Returns a field of the config CR where it is written.
    pub(super) fn written(&self, field: &str) -> Option<&'o Entry> {
        self.config()?.entry(field).filter(|entry| !entry.node.is_null())
    }

    /// Returns the last minor of the target.
    pub(super) fn last(&self) -> Minor {
        self.target.last()
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
        self.config
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
        let written = self.written(field).map(|entry| &entry.node);
        Setting::all(field, written, self.target, |minor| self.bootstrapped(minor))
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
        self.backend
    }

    fn only_backend(&self) -> Option<StorageBackend<'o>> {
        // From 4.17 on the operator sees no OSS beside another backend.
        let sees_oss = self.first() < DROPPED || self.backends().nth(1).is_none();
        let mut backends = self.backends().filter(|backend| sees_oss || backend.name != "oss");
        backends.next().filter(|_| backends.next().is_none())
    }

    /// Returns the backend if it is the named one, and the only one.
    pub(super) fn only(&self, name: &str) -> Option<StorageBackend<'o>> {
        self.backend().filter(|backend| backend.name == name)
    }

    /// Returns the replicas where they are more than one.
    pub(super) fn several_replicas(&self) -> Option<Setting<'o>> {
        self.setting("replicas", |node| node.as_int().is_some_and(|replicas| replicas > 1))
    }

    /// Returns the rollout strategy where it is a rolling update.
    pub(super) fn rolling_update(&self) -> Option<Setting<'o>> {
        self.setting("rolloutStrategy", |node| node.as_str() != Some("Recreate"))
    }

    /// Returns a backend of the user's own, with the text that names it and who is written to manage it.
    pub(super) fn own_storage(&self) -> Option<OwnStorage<'o>> {
        let backend = self.backend()?;
        let name = backend.own_name()?;
        Some(OwnStorage { backend, name, state: self.storage_state() })
    }

    /// Returns who manages the storage, as written.
    pub(super) fn storage_state(&self) -> Option<&'o Node> {
        self.config()?.at(&["storage", "managementState"]).filter(|state| !is_empty(state))
    }

    /// Returns the claim that the config CR names, where the bundle holds it.
    pub(super) fn claim(&self) -> Option<&'o Node> {
        let name = self.only("pvc")?.given("claim")?.as_str()?;
        self.object("", "PersistentVolumeClaim", REGISTRY_NAMESPACE, name)
    }

    /// Returns the routes of the config CR in written order.
    pub(super) fn routes(&self) -> impl Iterator<Item = ConfigRoute<'o>> {
        let routes = self.config().and_then(|config| config.get("routes")).and_then(Node::as_seq);
        routes.unwrap_or_default().iter().filter_map(|route| {
            let name = route.get("name")?;
            let hostname = route.get("hostname").filter(|host| !is_empty(host));
            Some(ConfigRoute { name, hostname })
        })
    }

    /// Returns the ConfigMap of certificates that image.config trusts, where the bundle holds it.
    pub(super) fn trusted_cas(&self) -> Option<&'o Node> {
        let name = self.image()?.at(&["additionalTrustedCA", "name"])?.as_str()?;
        self.object("", "ConfigMap", CONFIG_NAMESPACE, name)
    }

    /// Returns the registries of that ConfigMap, each by its key, which has `..` where the port's colon would stand.
    pub(super) fn registry_cas(&self) -> impl Iterator<Item = (&'o str, &'o Entry)> {
        let held = |field| self.trusted_cas().and_then(|map| map.get(field)).and_then(Node::as_map);
        let entries = ["data", "binaryData"].into_iter().filter_map(held).flatten();
        entries.map(|(key, entry)| (&**key, entry))
    }

    /// Returns a key of the Secret whose credentials win over all others, where the bundle holds or fetches it.
    pub(super) fn credential(&self, key: &str) -> Option<&'o Entry> {
        let secret = self.object("", "Secret", REGISTRY_NAMESPACE, USER_SECRET);
        let held = |field| secret.and_then(|secret| secret.get(field)).and_then(|data| data.entry(key));
        if let Some(entry) = ["data", "stringData"].into_iter().find_map(held) {
            return Some(entry);
        }
        let fetched = self.objects_of("external-secrets.io", "ExternalSecret").filter(|external| {
            let text = |path: &[&str]| external.at(path).and_then(Node::as_str);
            let target = text(&["spec", "target", "name"]).or_else(|| text(&["metadata", "name"]));
            text(&["metadata", "namespace"]) == Some(REGISTRY_NAMESPACE) && target == Some(USER_SECRET)
        });
        let mut items =
            fetched.flat_map(|external| external.at(&["spec", "data"]).and_then(Node::as_seq).unwrap_or_default());
        let item = items.find(|item| item.get("secretKey").and_then(Node::as_str) == Some(key))?;
        item.entry("secretKey")
    }

    /// Returns the first minor of the target.
    pub(super) fn first(&self) -> Minor {
        self.target.first()
    }

    /// Words how the cluster shows a fault that the operator does not try again.
    pub(super) fn degraded(&self, reason: &str, text: &str) -> String {
        degraded(self.target, reason, text)
    }

    /// Returns the bootstrapped `spec` of the config CR on a minor; none where the platform is not known.
    pub(super) fn bootstrapped(&self, minor: Minor) -> Option<&'o Node> {
        let kind = schema::find(CONFIG_API_VERSION, "Config")?;
        self.bootstrap.spec_of(kind, Some("cluster"), minor)
    }
}

fn is_empty(node: &Node) -> bool {
    node.is_null() || node.as_str() == Some("")
}

/// Tells whether an object is a copy of a live one, which the operator and others wrote to.
pub(super) fn is_live(object: &Node) -> bool {
    object.at(&["metadata", "uid"]).is_some()
}

impl<'o> StorageBackend<'o> {
    /// Returns a setting.
    pub(super) fn get(self, field: &str) -> Option<&'o Node> {
        self.entry.node.get(field).filter(|node| !node.is_null())
    }

    /// Returns the text that makes it the user's own: the name of a bucket, container or claim.
    pub(super) fn own_name(self) -> Option<&'o Node> {
        let (_, setting) = NAMED.iter().find(|(name, _)| *name == self.name)?;
        self.given(setting)
    }

    /// Returns a setting that is more than the empty text, which to the operator is none.
    pub(super) fn given(self, field: &str) -> Option<&'o Node> {
        self.get(field).filter(|node| !is_empty(node))
    }
}
