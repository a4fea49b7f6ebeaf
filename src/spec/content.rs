//! The view of a content: text that stands in the spec, in a file beside it, or in a secret that is elsewhere.

use crate::tree::Node;

/// A content: `{file: PATH}`, `{pem: TEXT}` or `{valueFrom: SOURCE}`.
#[derive(Clone, Copy, Debug)]
pub enum Content<'r> {
    /// The text of a file of the project; the node names it.
    File(&'r Node),
    /// The text itself.
    Text(&'r Node),
    /// A secret.
    Secret(ValueSource<'r>),
}

/// Where a secret value is.
#[derive(Clone, Copy, Debug)]
pub enum ValueSource<'r> {
    /// In a store that the External Secrets Operator reads.
    External(&'r Node),
    /// Sealed for one cluster, in a file of the project or in place.
    Sealed(&'r Node),
    /// In a file of the project that SOPS encrypted.
    Sops(&'r Node),
    /// In a Secret that the cluster has already, under the name and key given.
    SecretKeyRef(&'r Node),
    /// In a variable of the environment; the node names it.
    Env(&'r Node),
    /// In a file of the project; the node names it.
    File(&'r Node),
}

impl<'r> Content<'r> {
    /// Returns the view of a content; none for what is not one.
    pub fn of(node: &'r Node) -> Option<Self> {
        if let Some(file) = node.get("file") {
            return Some(Self::File(file));
        }
        if let Some(text) = node.get("pem") {
            return Some(Self::Text(text));
        }
        ValueSource::of(node.get("valueFrom")?).map(Self::Secret)
    }
}

impl<'r> ValueSource<'r> {
    /// Returns the view of what stands under `valueFrom`; none for what is not one.
    pub fn of(value_from: &'r Node) -> Option<Self> {
        let get = |name: &str| value_from.get(name);
        let alternatives = [
            get("external").map(Self::External),
            get("sealed").map(Self::Sealed),
            get("sops").map(Self::Sops),
            get("secretKeyRef").map(Self::SecretKeyRef),
            get("env").map(Self::Env),
            get("file").map(Self::File),
        ];
        alternatives.into_iter().flatten().next()
    }

    /// Returns the node that says where the value is.
    pub fn node(self) -> &'r Node {
        match self {
            Self::External(node)
            | Self::Sealed(node)
            | Self::Sops(node)
            | Self::SecretKeyRef(node)
            | Self::Env(node)
            | Self::File(node) => node,
        }
    }
}

/// The kind of a store that says none.
///
/// Source: external-secrets/external-secrets `apis/externalsecrets/v1/externalsecret_types.go`, `SecretStoreRef`.
pub const SECRET_STORE: &str = "SecretStore";

/// Returns the kind and the name of a store; none where it has no name.
pub fn named_store(store: &Node) -> Option<(&str, &str)> {
    let text = |field| store.get(field).and_then(Node::as_str);
    Some((text("kind").unwrap_or(SECRET_STORE), text("name")?))
}
