//! The doorway to the outside: files beneath the project's root, the environment, the clock and one program.
//!
//! Stages from `resolve` to `validate` never hold a [`World`]. [`FsWorld`](crate::world::fs::FsWorld) is the real one,
//! [`GitWorld`](crate::world::git::GitWorld) has a project's files as of a revision, [`MemWorld`] serves tests and
//! embedders.

pub(crate) mod attended;
pub mod fs;
pub mod git;
pub(crate) mod harden;
mod path;
mod program;
pub mod root;

pub use path::{NotInProject, ProjectPath};
pub(crate) use program::Plugin;

use std::collections::BTreeMap;
use std::fmt;

use crate::secret::SecretBytes;

/// What the pipeline may ask of the outside.
pub trait World: Sync {
    /// Reads a regular file of the project, at most `limit` bytes.
    fn read(&self, path: &ProjectPath, limit: u64) -> Result<Vec<u8>, ReadError>;

    /// Lists a directory of the project, sorted by name.
    fn list(&self, path: &ProjectPath) -> Result<Vec<DirEntry>, ReadError>;

    /// Tells whether a path is a regular file, without reading it.
    fn is_file(&self, path: &ProjectPath) -> Result<bool, ReadError>;

    /// Tells whether a secret's file is there. Its bytes are read only when it is revealed.
    fn is_secret_file(&self, path: &ProjectPath) -> Result<bool, ReadError> {
        self.is_file(path)
    }

    /// Returns a variable of the environment as a secret; which names may be asked for is the caller's to decide.
    fn env(&self, name: &str) -> Option<SecretBytes>;

    /// Returns the seconds since 1970 on the clock, or of `--as-of`.
    fn now(&self) -> i64;

    /// Returns how findings name a path: relative to where the user stands.
    fn display(&self, path: &ProjectPath) -> String;
}

/// An entry of a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirEntry {
    /// Its path in the project.
    pub path: ProjectPath,
    /// Whether it is a directory, and not a link to one.
    pub is_dir: bool,
}

/// Why a file of the project could not be read. The path is named by whoever asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadError {
    /// Nothing is there.
    NotFound,
    /// A directory is there.
    IsDirectory,
    /// Something that is neither file nor directory: a FIFO, a device, a socket.
    NotRegular,
    /// A link on the way leads out of the project.
    LeavesProject,
    /// A link on the way leads into `.git`.
    EntersGit,
    /// The file has more bytes than allowed; the limit is given.
    TooLarge(u64),
    /// The system said no, in these words.
    Denied(String),
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("there is no such file"),
            Self::IsDirectory => f.write_str("it is a directory"),
            Self::NotRegular => f.write_str("it is not a regular file"),
            Self::LeavesProject => f.write_str("it leads out of the project"),
            Self::EntersGit => f.write_str("it leads into `.git`"),
            Self::TooLarge(limit) => write!(f, "it is larger than {} MiB", limit >> 20),
            Self::Denied(words) => f.write_str(words),
        }
    }
}

/// A world in memory.
#[derive(Debug, Default)]
pub struct MemWorld {
    files: BTreeMap<ProjectPath, Vec<u8>>,
    env: BTreeMap<String, String>,
    now: i64,
}

impl MemWorld {
    /// Makes a world of files, given by path and content. A path that leaves the project is left out.
    pub fn new<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let files = files.into_iter();
        let files = files.filter_map(|(path, text)| Some((ProjectPath::new(path).ok()?, text.as_bytes().to_vec())));
        Self { files: files.collect(), ..Self::default() }
    }

    /// Sets a variable of the environment.
    #[must_use]
    pub fn with_env(mut self, name: &str, value: &str) -> Self {
        self.env.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Sets the clock, in seconds since 1970.
    #[must_use]
    pub fn with_now(mut self, now: i64) -> Self {
        self.now = now;
        self
    }
}

impl World for MemWorld {
    fn read(&self, path: &ProjectPath, limit: u64) -> Result<Vec<u8>, ReadError> {
        match self.files.get(path) {
            Some(bytes) if bytes.len() as u64 > limit => Err(ReadError::TooLarge(limit)),
            Some(bytes) => Ok(bytes.clone()),
            None if self.list(path).is_ok() => Err(ReadError::IsDirectory),
            None => Err(ReadError::NotFound),
        }
    }

    fn list(&self, path: &ProjectPath) -> Result<Vec<DirEntry>, ReadError> {
        let mut entries: Vec<DirEntry> = Vec::new();
        for file in self.files.keys() {
            let Some(below) = file.below(path) else { continue };
            let (name, is_dir) = below.split_once('/').map_or((below, false), |(dir, _)| (dir, true));
            let Ok(entry) = path.join(name) else { continue };
            if entries.last().is_none_or(|last| last.path != entry) {
                entries.push(DirEntry { path: entry, is_dir });
            }
        }
        if entries.is_empty() { Err(ReadError::NotFound) } else { Ok(entries) }
    }

    fn is_file(&self, path: &ProjectPath) -> Result<bool, ReadError> {
        Ok(self.files.contains_key(path))
    }

    fn env(&self, name: &str) -> Option<SecretBytes> {
        self.env.get(name).map(|value| SecretBytes::new(value.as_bytes().to_vec()))
    }

    fn now(&self) -> i64 {
        self.now
    }

    fn display(&self, path: &ProjectPath) -> String {
        path.to_string()
    }
}
