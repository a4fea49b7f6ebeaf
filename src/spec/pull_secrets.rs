//! The view of `pullSecrets`, a mapping by the Secret's name, and of `globalPullSecret`.

use std::sync::Arc;

use super::ValueSource;
use crate::tree::{Entry, Node};

/// A pull secret of `pullSecrets`.
#[derive(Clone, Copy)]
pub struct PullSecret<'r> {
    /// The name of the Secret.
    pub name: &'r Arc<str>,
    /// What it is.
    pub entry: &'r Entry,
}

/// How to sign in to a registry.
#[derive(Clone, Copy)]
pub struct Login<'r> {
    /// The registry, as written: a host, a port, a path.
    pub registry: &'r Arc<str>,
    /// What it is.
    pub entry: &'r Entry,
}

/// A part of a login.
#[derive(Clone, Copy)]
pub enum LoginPart<'r> {
    /// Text that stands in the spec.
    Text(&'r Node),
    /// A secret: the mapping that holds `valueFrom`.
    Secret(&'r Node),
}

impl<'r> PullSecret<'r> {
    /// Returns the namespaces that it stands in.
    pub fn namespaces(self) -> &'r [Node] {
        self.entry.node.get("namespaces").and_then(Node::as_seq).unwrap_or_default()
    }

    /// Returns the service accounts that shall pull with it: `default` where the spec says nothing.
    pub fn service_accounts(self) -> Vec<&'r str> {
        match self.entry.node.get("serviceAccounts").and_then(Node::as_seq) {
            Some(named) => named.iter().filter_map(Node::as_str).collect(),
            None => vec!["default"],
        }
    }

    /// Returns the logins that its docker config is composed of, in written order.
    pub fn logins(self) -> impl Iterator<Item = Login<'r>> {
        logins(&self.entry.node)
    }

    /// Returns where `registries` are named.
    pub fn registries(self) -> Option<&'r Entry> {
        self.entry.node.entry("registries")
    }

    /// Returns the whole docker config, where the spec gives it as one value.
    pub fn docker_config(self) -> Option<&'r Entry> {
        self.entry.node.entry("dockerConfig")
    }
}

impl<'r> Login<'r> {
    /// Returns a part: `username`, `password` or `auth`.
    pub fn part(self, name: &str) -> Option<LoginPart<'r>> {
        let node = self.entry.node.get(name)?;
        match node.get("valueFrom") {
            Some(from) => ValueSource::of(from).map(|_| LoginPart::Secret(node)),
            None => Some(LoginPart::Text(node)),
        }
    }
}

/// Returns the logins of a mapping with `registries`, in written order.
pub(super) fn logins(node: &Node) -> impl Iterator<Item = Login<'_>> {
    let entries = node.get("registries").and_then(Node::as_map).into_iter().flatten();
    entries.map(|(registry, entry)| Login { registry, entry })
}
