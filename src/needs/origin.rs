//! Where the value of a key comes from, in words that name no value.

use super::found::Looking;
use crate::spec::{Content, ValueSource, named_store};
use crate::tree::sensitive::is_env_name;
use crate::tree::{Node, Place};
use crate::world::ProjectPath;

/// Where the value of a key comes from.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TakenFrom {
    /// An entry of a store that the External Secrets Operator reads.
    External {
        /// The store's kind and name, where one is named.
        store: Option<(String, String)>,
        /// The entry.
        entry: String,
        /// Its field.
        property: Option<String>,
        /// Its version.
        version: Option<String>,
    },
    /// A value of a file that `kubeseal` wrote.
    SealedFile {
        /// The file, as the spec names it.
        file: FileRef,
        /// The key under `encryptedData`.
        key: String,
    },
    /// A value in the spec that `kubeseal` sealed.
    SealedValue {
        /// What it is bound to.
        scope: String,
    },
    /// A value of a file that SOPS encrypted.
    Sops {
        /// The file, as the spec names it.
        file: FileRef,
        /// The keys that lead to the value, where the spec says `path`; else the one key.
        path: Vec<String>,
        /// How the spec says it.
        said: SaidBy,
    },
    /// A Secret that the cluster has already.
    Secret {
        /// Its name.
        name: String,
        /// Its key, where one is named.
        key: Option<String>,
    },
    /// A variable of the environment; none where what stands in the place of its name is no name, and may be the secret.
    Env(Option<String>),
    /// A file that holds the secret itself.
    File(FileRef),
    /// A file of certificates, which are no secret.
    PublicFile(FileRef),
    /// Text that stands in the spec, which is no secret.
    Text,
    /// The spec says nothing of it.
    Nothing,
}

/// How the spec says which value of a file is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SaidBy {
    /// By `path`.
    Path,
    /// By `key`.
    Key,
    /// Not at all: that of the Secret's key.
    Default,
}

/// A file that the spec names.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FileRef {
    /// As findings name it.
    pub(crate) shown: String,
    /// Its path; none where it is in no project.
    pub(crate) path: Option<ProjectPath>,
    /// The text that names it.
    pub(super) named: Node,
}

impl TakenFrom {
    /// Returns where the value of a content comes from; `default` is the key that is read where none is said.
    pub(super) fn of(content: &Node, default: &str, looking: &Looking<'_>) -> Self {
        match Content::of(content) {
            Some(Content::File(file)) => Self::PublicFile(looking.file(file)),
            Some(Content::Text(_)) => Self::Text,
            Some(Content::Secret(source)) => Self::of_secret(source, default, looking),
            None => Self::Nothing,
        }
    }

    fn of_secret(source: ValueSource<'_>, default: &str, looking: &Looking<'_>) -> Self {
        let spec = looking.checked.spec();
        match source {
            ValueSource::External(external) => {
                let store = spec.store_of(external).and_then(named_store);
                let store = store.map(|(kind, name)| (kind.to_owned(), name.to_owned()));
                let entry = text(external, "key").unwrap_or_default();
                Self::External {
                    store,
                    entry,
                    property: text(external, "property"),
                    version: text(external, "version"),
                }
            }
            ValueSource::Sealed(sealed) => match sealed.get("file") {
                Some(file) => {
                    let key = text(sealed, "key").unwrap_or_else(|| default.to_owned());
                    Self::SealedFile { file: looking.file(file), key }
                }
                None => Self::SealedValue { scope: looking.scope_of(sealed) },
            },
            ValueSource::Sops(sops) => {
                let steps = sops.get("path").and_then(Node::as_seq);
                let (path, said) = match (steps, text(sops, "key")) {
                    (Some(steps), _) => {
                        (steps.iter().filter_map(Node::as_str).map(str::to_owned).collect(), SaidBy::Path)
                    }
                    (None, Some(key)) => (vec![key], SaidBy::Key),
                    (None, None) => (vec![default.to_owned()], SaidBy::Default),
                };
                let file = sops.get("file").unwrap_or(sops);
                Self::Sops { file: looking.file(file), path, said }
            }
            ValueSource::SecretKeyRef(reference) => {
                let name = text(reference, "name").unwrap_or_default();
                Self::Secret { name, key: text(reference, "key") }
            }
            ValueSource::Env(name) => {
                let may_be_shown = |name: &&str| !name.is_empty() && (is_env_name(name) || looking.allows(name));
                Self::Env(name.as_str().filter(may_be_shown).map(str::to_owned))
            }
            ValueSource::File(file) => Self::File(looking.file(file)),
        }
    }

    /// Returns where the spec says it; `content` is what asks for the value.
    pub(super) fn place<'a>(&'a self, content: &'a Node) -> &'a Place {
        match self {
            Self::SealedFile { file, .. } | Self::Sops { file, .. } | Self::File(file) | Self::PublicFile(file) => {
                file.named.place()
            }
            _ => match Content::of(content) {
                Some(Content::Secret(source)) => source.node().place(),
                _ => content.place(),
            },
        }
    }

    /// Returns the name of the source under `valueFrom`, or what else it is.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::External { .. } => "external",
            Self::SealedFile { .. } | Self::SealedValue { .. } => "sealed",
            Self::Sops { .. } => "sops",
            Self::Secret { .. } => "secretKeyRef",
            Self::Env(_) => "env",
            Self::File(_) => "file",
            Self::PublicFile(_) | Self::Text => "public",
            Self::Nothing => "none",
        }
    }
}

/// Returns a text of a mapping.
fn text(node: &Node, field: &str) -> Option<String> {
    node.get(field)?.as_str().map(str::to_owned)
}
