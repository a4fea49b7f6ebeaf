//! What was found of the source of a value: that it is there, what is missing, or that it is nowhere to be seen from here.

use super::encrypted;
use super::origin::{FileRef, SaidBy, TakenFrom};
use crate::check::Checked;
use crate::load::Content;
use crate::secret::AllowedEnv;
use crate::sops::Wanted;
use crate::spec::SILENT_SCOPE;
use crate::tree::Node;
use crate::world::{ReadError, World};

/// What was found of a value's source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Everything that can be seen is there.
    Found,
    /// It is in a store or on the cluster, which regcfg does not read.
    Unseen,
    /// Something is missing.
    Missing(Vec<Missing>),
}

/// Something that is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Missing {
    /// A file cannot be had, for a reason.
    File(String),
    /// A file is there, and is not what the source needs, for a reason.
    Form(String),
    /// A file has no such key, in words.
    Key(String),
    /// No store is named.
    Store,
    /// A variable is not set.
    NotSet,
    /// A variable is empty.
    Empty,
    /// A variable may not be read.
    NotAllowed,
    /// The spec says no source.
    Source,
}

impl State {
    /// Returns the state of what lacks some things.
    pub(super) fn of(missing: Vec<Missing>) -> Self {
        if missing.is_empty() { Self::Found } else { Self::Missing(missing) }
    }

    /// Returns what is missing.
    pub(crate) fn missing(&self) -> &[Missing] {
        match self {
            Self::Missing(missing) => missing,
            Self::Found | Self::Unseen => &[],
        }
    }

    /// Returns its name for programs.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::Unseen => "unseen",
            Self::Missing(_) => "missing",
        }
    }
}

impl Missing {
    /// Returns its name for programs.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::File(_) | Self::Form(_) => "file",
            Self::Key(_) => "key",
            Self::Store => "store",
            Self::NotSet | Self::Empty | Self::NotAllowed => "variable",
            Self::Source => "source",
        }
    }

    /// Says what is missing.
    pub(crate) fn in_words(&self) -> String {
        match self {
            Self::File(why) => format!("the file cannot be read: {why}"),
            Self::Form(why) => format!("the file cannot serve: {why}"),
            Self::Key(words) => words.clone(),
            Self::Store => "no store is named: neither here nor in `secrets.external.store`".into(),
            Self::NotSet => "the variable is not set here".into(),
            Self::Empty => "the variable is empty here".into(),
            Self::NotAllowed => "the variable may not be read: its name is not one that `--secret-env` allows".into(),
            Self::Source => "it is needed, and the spec does not say where it comes from".into(),
        }
    }
}

/// Looks for the sources of one spec's values.
pub(super) struct Looking<'a> {
    pub(super) checked: &'a Checked,
    world: &'a dyn World,
    allowed: &'a AllowedEnv,
}

impl<'a> Looking<'a> {
    pub(super) fn new(checked: &'a Checked, world: &'a dyn World, allowed: &'a AllowedEnv) -> Self {
        Self { checked, world, allowed }
    }

    /// Tells whether a variable may be read for a secret.
    pub(super) fn allows(&self, name: &str) -> bool {
        self.allowed.allows(name)
    }

    /// Returns the file that a text names.
    pub(super) fn file(&self, named: &Node) -> FileRef {
        let written = named.as_str().unwrap_or_default();
        let path = self.checked.resolved().dir_of(named.place()).join(written).ok();
        let shown = path.as_ref().map_or_else(|| written.to_owned(), |path| self.world.display(path));
        FileRef { shown, path, named: named.clone() }
    }

    /// Returns what a sealed value that stands in the spec is bound to.
    pub(super) fn scope_of(&self, sealed: &Node) -> String {
        let scope = self.checked.spec().scope_of(sealed);
        scope.and_then(Node::as_str).unwrap_or(SILENT_SCOPE).to_owned()
    }

    /// Returns what was found of a source.
    pub(super) fn state(&self, from: &TakenFrom) -> State {
        match from {
            TakenFrom::External { store: None, .. } => State::of(vec![Missing::Store]),
            TakenFrom::External { .. } | TakenFrom::Secret { .. } => State::Unseen,
            TakenFrom::Text | TakenFrom::SealedValue { .. } => State::Found,
            TakenFrom::Nothing => State::of(vec![Missing::Source]),
            TakenFrom::Env(name) => State::of(self.variable(name.as_deref()).into_iter().collect()),
            TakenFrom::File(file) | TakenFrom::PublicFile(file) => {
                State::of(self.reach(file).err().map(Missing::File).into_iter().collect())
            }
            TakenFrom::SealedFile { file, key } => self.encrypted(file, |content| {
                content.source.as_ref().and_then(|source| encrypted::of_sealed(source, key))
            }),
            TakenFrom::Sops { file, path, said } => self.encrypted(file, |content| {
                let steps: Vec<&str> = path.iter().map(String::as_str).collect();
                let key = steps.first().copied().unwrap_or_default();
                let wanted = match said {
                    SaidBy::Path => Wanted::Path(&steps),
                    SaidBy::Key => Wanted::Key(key),
                    SaidBy::Default => Wanted::Unsaid(key),
                };
                match content.encrypted()? {
                    Ok(file) => encrypted::of_sops(file, wanted),
                    Err(fault) => Some(Missing::Form(fault.message().to_owned())),
                }
            }),
        }
    }

    /// Says what is missing of a variable. Whether it is empty is all that is asked of its value.
    fn variable(&self, name: Option<&str>) -> Option<Missing> {
        let Some(name) = name.filter(|name| self.allowed.allows(name)) else { return Some(Missing::NotAllowed) };
        match self.world.env(name) {
            None => Some(Missing::NotSet),
            Some(value) if value.is_empty() => Some(Missing::Empty),
            Some(_) => None,
        }
    }

    /// Says why a file cannot be had, if it cannot.
    fn reach(&self, file: &FileRef) -> Result<(), String> {
        let dir = self.checked.resolved().dir_of(file.named.place());
        let path = dir.join(file.named.as_str().unwrap_or_default()).map_err(|why| why.to_string())?;
        match self.world.is_secret_file(&path) {
            Ok(true) => Ok(()),
            Ok(false) => Err(ReadError::NotFound.to_string()),
            Err(why) => Err(why.to_string()),
        }
    }

    fn encrypted(&self, file: &FileRef, missing: impl FnOnce(&Content) -> Option<Missing>) -> State {
        let missing = match self.checked.contents().of(&file.named) {
            Some(content) => missing(content),
            None => self.reach(file).err().map(Missing::File),
        };
        State::of(missing.into_iter().collect())
    }
}
