//! Why the router cannot use a private key, in its words and in ours: manifests and secrets that are revealed are told the
//! same.
//!
//! Source: openshift/router `pkg/router/routeapihelpers/validation.go`, golang/go `src/crypto/tls/tls.go`.

use crate::diag::visible::quoted;

/// Why the router cannot use what stands where a key belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyFault {
    /// There is no private key.
    None,
    /// It is encrypted, in a block of this name.
    Encrypted(&'static str),
    /// There is a block that the router does not know, by its name where that is one that programs write.
    UnknownBlock(Option<&'static str>),
    /// A block says that it is a key, and its bytes are none; the block's name.
    Unreadable(&'static str),
    /// It is a key of a kind that the router does not take.
    Kind(&'static str),
}

impl KeyFault {
    /// Words it: for people, as the router says it, and what to do. Nothing of the key is in that.
    pub fn words(&self) -> (String, String, &'static str) {
        match self {
            Self::None => (
                "there is no private key where one belongs".into(),
                "tls: failed to find any PEM data in key input".into(),
                "give the key in PEM, from `-----BEGIN PRIVATE KEY-----` on, each mark at the beginning of a line",
            ),
            Self::Encrypted(label) => (
                "the private key is encrypted, and nobody on the cluster has its password".into(),
                match *label {
                    "ENCRYPTED PRIVATE KEY" => format!("unrecognized PEM block {label}"),
                    label => format!("block {label} is not valid"),
                },
                "give the key without a password: `openssl pkey -in encrypted.key -out tls.key`",
            ),
            Self::UnknownBlock(label) => (
                match label {
                    Some(label) => format!("a block {} among private keys", quoted(label)),
                    None => "a block of another name among private keys".into(),
                },
                format!("unrecognized PEM block {}", label.unwrap_or("…")),
                "leave nothing but the key; `openssl pkey -in old.key -out tls.key` writes it in a form that is known",
            ),
            Self::Unreadable(label) => (
                format!("a block {} that is no private key", quoted(label)),
                format!("block {label} is not valid"),
                "copy the key again, from one mark to the other",
            ),
            Self::Kind(kind) => (
                format!("a private key of a kind that the router does not take: {kind}"),
                "block private key is not valid".into(),
                "make a key of RSA with 2048 bits or more, or of ECDSA on P-256, and a certificate for it",
            ),
        }
    }
}
