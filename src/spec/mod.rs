//! Typed views of a resolved spec: the same tree, asked in the words of the domain.
//!
//! A view holds no data and checks nothing; what a view does not find is not there. Rules and lowering share them.

mod access;
mod content;
mod mirrors;
mod pull_secrets;
mod storage;

pub use access::{ACCESS_ROLES, AccessRole, Grant};
pub use content::{Content, SECRET_STORE, ValueSource, named_store};
pub use mirrors::{MIRROR_SETS, MirrorKinds, Mirrors};
pub use pull_secrets::{Login, LoginPart, PullSecret};
pub use storage::{Backend, Credentials, Storage};

use std::sync::Arc;

use crate::tree::{Entry, Node};

/// What a sealed value is bound to where nothing says it, as `kubeseal --scope` calls it: its Secret's name and namespace.
pub const SILENT_SCOPE: &str = "strict";

/// A resolved `spec`.
#[derive(Clone, Copy, Debug)]
pub struct Spec<'r>(&'r Node);

impl<'r> Spec<'r> {
    /// Makes the view of a resolved `spec`.
    pub fn new(spec: &'r Node) -> Self {
        Self(spec)
    }

    /// Returns the tree.
    pub fn node(self) -> &'r Node {
        self.0
    }

    /// Returns a section, such as `pruner`.
    pub fn section(self, name: &str) -> Option<&'r Node> {
        self.0.get(name)
    }

    /// Returns a field of `registry`, the config CR's spec without storage.
    pub fn registry(self, field: &str) -> Option<&'r Node> {
        self.0.at(&["registry", field])
    }

    /// Returns `storage`.
    pub fn storage(self) -> Option<Storage<'r>> {
        self.0.get("storage").map(Storage::new)
    }

    /// Returns the routes of `registry.routes` in written order, each with its name.
    pub fn routes(self) -> impl Iterator<Item = Route<'r>> {
        let routes = self.registry("routes").and_then(Node::as_map);
        routes.into_iter().flatten().map(|(name, entry)| Route { name, entry })
    }

    /// Returns the registries of `trust.registryCAs`, each with the content that holds its certificates.
    pub fn registry_cas(self) -> impl Iterator<Item = (&'r Arc<str>, &'r Entry)> {
        self.0.at(&["trust", "registryCAs"]).and_then(Node::as_map).into_iter().flatten()
    }

    /// Returns `mirrors`.
    pub fn mirrors(self) -> Option<Mirrors<'r>> {
        self.0.get("mirrors").map(Mirrors::new)
    }

    /// Returns the grants of `access`, section by section, each in written order.
    pub fn grants(self) -> impl Iterator<Item = Grant<'r>> {
        self.0.get("access").into_iter().flat_map(Grant::all)
    }

    /// Returns the pull secrets of `pullSecrets`, in written order.
    pub fn pull_secrets(self) -> impl Iterator<Item = PullSecret<'r>> {
        let secrets = self.0.get("pullSecrets").and_then(Node::as_map);
        secrets.into_iter().flatten().map(|(name, entry)| PullSecret { name, entry })
    }

    /// Returns the logins that the cluster's own pull secret shall have, in written order.
    pub fn global_logins(self) -> impl Iterator<Item = Login<'r>> {
        self.0.get("globalPullSecret").into_iter().flat_map(pull_secrets::logins)
    }

    /// Returns the context of kubeconfigs in which the cluster is reached, if it is named.
    pub fn live_context(self) -> Option<&'r Node> {
        self.0.at(&["live", "context"])
    }

    /// Returns what `secrets.external` says by default for every external secret.
    pub fn external_default(self, field: &str) -> Option<&'r Node> {
        self.0.at(&["secrets", "external", field])
    }

    /// Returns the store that an external value is read from: its own, or that of all.
    pub fn store_of(self, external: &'r Node) -> Option<&'r Node> {
        external.get("store").or_else(|| self.external_default("store"))
    }

    /// Returns what a sealed value is bound to: what it says itself, or what is said of all; none means
    /// [`SILENT_SCOPE`].
    pub fn scope_of(self, sealed: &'r Node) -> Option<&'r Node> {
        sealed.get("scope").or_else(|| self.sealed_default("scope"))
    }

    /// Returns what `secrets.sealed` says by default for every sealed value.
    pub fn sealed_default(self, field: &str) -> Option<&'r Node> {
        self.0.at(&["secrets", "sealed", field])
    }
}

/// A route of `registry.routes`.
#[derive(Clone, Copy)]
pub struct Route<'r> {
    /// Its name.
    pub name: &'r Arc<str>,
    /// What it is.
    pub entry: &'r Entry,
}

impl<'r> Route<'r> {
    /// Returns the host that it serves; none for the router's own choice.
    pub fn hostname(self) -> Option<&'r Node> {
        self.entry.node.get("hostname")
    }

    /// Returns the Secret that holds its certificate, where the spec names one itself.
    pub fn secret_name(self) -> Option<&'r Node> {
        self.entry.node.get("secretName")
    }

    /// Returns a content of `tls`: `certificate`, `key` or `caCertificate`.
    pub fn tls(self, content: &str) -> Option<&'r Node> {
        self.entry.node.at(&["tls", content])
    }
}
