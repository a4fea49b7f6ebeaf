//! The view of `storage`: a union of backends, with what only belongs to the chosen one.

use crate::resolve::BACKENDS;
use crate::tree::{Entry, Node};

/// `spec.storage`.
#[derive(Clone, Copy, Debug)]
pub struct Storage<'r>(&'r Node);

/// A backend that `storage` names.
#[derive(Clone, Copy)]
pub struct Backend<'r> {
    /// Its name, such as `s3`.
    pub name: &'static str,
    /// Where it is named, and its settings.
    pub entry: &'r Entry,
}

/// Where the registry's credentials come from.
#[derive(Clone, Copy, Debug)]
pub enum Credentials<'r> {
    /// The spec does not say: from a Secret that is there, or minted by the cluster.
    Unsaid,
    /// Minted by the cluster, says the spec.
    Minted(&'r Node),
    /// From these contents, by name.
    Given(&'r Node),
}

impl<'r> Storage<'r> {
    pub(super) fn new(node: &'r Node) -> Self {
        Self(node)
    }

    /// Returns the tree.
    pub fn node(self) -> &'r Node {
        self.0
    }

    /// Returns every backend that is named; a right spec names one.
    pub fn backends(self) -> impl Iterator<Item = Backend<'r>> {
        BACKENDS.iter().filter_map(move |name| Some(Backend { name, entry: self.0.entry(name)? }))
    }

    /// Returns the first backend that is named.
    pub fn backend(self) -> Option<Backend<'r>> {
        self.backends().next()
    }

    /// Returns where the credentials come from.
    pub fn credentials(self) -> Credentials<'r> {
        match self.0.get("credentials") {
            None => Credentials::Unsaid,
            Some(node) if node.as_str() == Some("minted") => Credentials::Minted(node),
            Some(node) => Credentials::Given(node),
        }
    }

    /// Returns `managementState`, where the spec sets it.
    pub fn management_state(self) -> Option<&'r Node> {
        self.0.get("managementState")
    }
}

impl<'r> Backend<'r> {
    /// Returns the settings.
    pub fn settings(self) -> &'r Node {
        &self.entry.node
    }

    /// Returns a setting.
    pub fn get(self, field: &str) -> Option<&'r Node> {
        self.entry.node.get(field)
    }

    /// Returns a setting that is more than the empty text, which to the operator is none.
    pub fn given(self, field: &str) -> Option<&'r Node> {
        self.get(field).filter(|node| node.as_str() != Some(""))
    }

    /// Returns the PVC that the spec wants created.
    pub fn created_claim(self) -> Option<&'r Node> {
        (self.name == "pvc").then(|| self.get("create"))?
    }
}
