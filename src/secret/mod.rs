//! Secrets: slots that stand for them in trees, the bytes that cannot leak, and where the bytes come from.
//!
//! A tree never holds a secret's bytes, only a [`SecretSlot`] that says where they come from. The bytes are read when,
//! and only when, the invoker asked for them to be revealed, and they enter nowhere but in `data` of a v1 Secret.

mod bytes;
pub mod clear;
mod compose;
pub mod content;
mod fill;
mod filled;
mod identities;
mod reveal;
mod tls_pair;

pub use bytes::SecretBytes;
pub use compose::{DockerConfig, DockerLogin, SignIn, TextPart};
pub use fill::{AllowedEnv, fill};
pub use filled::Filled;
pub use identities::{Apart, Identities, Identity, Unidentified, identities};
pub use reveal::{Reveal, has_plain, is_secret, passed_on, settle};

use std::fmt;
use std::sync::Arc;

use crate::sops::SopsValue;
use crate::tree::Place;
use crate::world::ProjectPath;

/// Stands in a tree for a secret whose bytes are elsewhere; shows nothing of it.
#[derive(Clone)]
pub struct SecretSlot(Arc<Slot>);

struct Slot {
    source: PlainSource,
    place: Place,
}

/// Where the plain bytes of a secret can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlainSource {
    /// A variable of the environment.
    Env(String),
    /// A file of the project.
    File(ProjectPath),
    /// A file of the project that SOPS encrypted, opened with an identity of the invoker.
    Sops(SopsValue),
    /// A docker config, which is composed of logins, or is looked at before it is written.
    DockerConfig(Arc<DockerConfig>),
    /// Nowhere: a manifest holds it encrypted, and nothing here decrypts.
    Encrypted(Plaintext),
}

/// What an encrypted value is once it is decrypted, as the one who encrypted it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plaintext {
    /// Text.
    Text,
    /// A whole number.
    Int,
    /// Another number.
    Float,
    /// `true` or `false`.
    Bool,
}

impl SecretSlot {
    /// Makes the slot of a secret that was asked for at `place`.
    pub fn new(source: PlainSource, place: Place) -> Self {
        Self(Arc::new(Slot { source, place }))
    }

    /// Tells whether it is the very same slot, or a copy of it.
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Returns where the bytes can be read.
    pub fn source(&self) -> &PlainSource {
        &self.0.source
    }

    /// Returns what the value is once it is decrypted, if it stands encrypted where it is needed.
    pub fn encrypted(&self) -> Option<Plaintext> {
        match self.0.source {
            PlainSource::Encrypted(plaintext) => Some(plaintext),
            PlainSource::Env(_) | PlainSource::File(_) | PlainSource::Sops(_) | PlainSource::DockerConfig(_) => None,
        }
    }

    /// Returns where the spec asked for the secret.
    pub fn place(&self) -> &Place {
        &self.0.place
    }
}

impl fmt::Debug for SecretSlot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}
