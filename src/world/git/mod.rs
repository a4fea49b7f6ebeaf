//! The world of a revision: a project's files as Git has them in a commit, not as they lie in the directory.
//!
//! Files are read from Git's objects by their ids (`ls-tree`, `cat-file --batch`); nothing is checked out, so neither
//! filters nor attributes nor hooks have a say. A link is followed as [`FsWorld`] follows it, beneath the project's
//! root. Variables of the environment do not exist here; the clock is the one of now.

mod repository;

pub use repository::{GitFault, Repository, Revision, check_name};

use std::collections::BTreeMap;

use super::fs::FsWorld;
use super::{DirEntry, NotInProject, ProjectPath, ReadError, World};
use crate::secret::SecretBytes;

/// Links followed on the way to one file before it is taken for a loop, as Linux does.
const MAX_LINKS: usize = 40;

/// The longest path that a link may hold, as Linux allows it.
const LONGEST_LINK: u64 = 4096;

/// What the files of Git LFS begin with in a repository.
const LFS: &[u8] = b"version https://git-lfs.github.com/spec/v1\n";

/// A project as it was in a commit.
pub struct GitWorld<'r> {
    revision: &'r Revision<'r>,
    now: &'r FsWorld,
    /// What leads from the repository's root to the project's: empty, or ending in `/`.
    prefix: String,
    leaves: BTreeMap<String, Leaf>,
    /// Every directory, and in it the names with whether each is a directory.
    dirs: BTreeMap<String, BTreeMap<String, bool>>,
    /// Directories with an entry that no path here can name.
    odd: Vec<String>,
}

/// What stands at a path of a tree.
struct Leaf {
    kind: Kind,
    id: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Link,
    Submodule,
}

/// Where a path ends when every link on the way is followed.
enum End<'w> {
    File(&'w Leaf),
    Dir(&'w BTreeMap<String, bool>, String),
    Submodule,
}

impl<'r> GitWorld<'r> {
    /// Lists a project's files in a revision. `prefix` is the project's root beneath the repository's, empty or ending in
    /// `/`; a project that was not there has no files. `now` is the same project as it is.
    pub fn open(revision: &'r Revision<'r>, prefix: &str, now: &'r FsWorld) -> Result<Self, GitFault> {
        let mut world = Self {
            revision,
            now,
            prefix: prefix.to_owned(),
            leaves: BTreeMap::new(),
            dirs: BTreeMap::from([(String::new(), BTreeMap::new())]),
            odd: Vec::new(),
        };
        for entry in revision.entries(prefix)? {
            world.add(&entry);
        }
        Ok(world)
    }

    /// Says that the clone has not the content of all files that were read, so that what they say cannot be told; none where
    /// it has.
    pub fn lacking(&self) -> Option<GitFault> {
        self.revision.lacking(self.leaves.iter().map(|(path, leaf)| (path.as_str(), leaf.id.as_str())))
    }

    /// Adds a line of `ls-tree -z`: `MODE TYPE ID<tab>PATH`.
    fn add(&mut self, entry: &[u8]) {
        let Some(tab) = entry.iter().position(|byte| *byte == b'\t') else { return };
        let (about, path) = (String::from_utf8_lossy(&entry[..tab]), &entry[tab + 1..]);
        let mut about = about.split(' ');
        let (Some(mode), Some(_), Some(id)) = (about.next(), about.next(), about.next()) else { return };
        let Some(path) = path.strip_prefix(self.prefix.as_bytes()) else { return };
        let kind = match mode {
            "120000" => Kind::Link,
            "160000" => Kind::Submodule,
            _ => Kind::File,
        };
        let text = std::str::from_utf8(path).ok().filter(|text| is_path(text));
        let Some(text) = text else { return self.add_odd(path) };
        self.leaves.insert(text.to_owned(), Leaf { kind, id: id.to_owned() });
        let mut child = text;
        let mut is_dir = false;
        loop {
            let (dir, name) = child.rsplit_once('/').unwrap_or(("", child));
            let names = self.dirs.entry(dir.to_owned()).or_default();
            let is_known = names.insert(name.to_owned(), is_dir).is_some();
            if dir.is_empty() || is_known {
                return;
            }
            (child, is_dir) = (dir, true);
        }
    }

    /// Keeps where a path stands that no text can name, if it may be a specification's.
    fn add_odd(&mut self, path: &[u8]) {
        let lower = path.to_ascii_lowercase();
        let is_yaml = [&b".yaml"[..], b".yml", b".json"].iter().any(|extension| lower.ends_with(extension));
        let mut dir = path;
        while is_yaml && let Some(slash) = dir.iter().rposition(|byte| *byte == b'/') {
            dir = &dir[..slash];
            if let Some(text) = std::str::from_utf8(dir).ok().filter(|text| is_path(text)) {
                return self.odd.push(text.to_owned());
            }
        }
        if is_yaml {
            self.odd.push(String::new());
        }
    }

    fn follow(&self, path: &ProjectPath) -> Result<End<'_>, ReadError> {
        let mut path = path.clone();
        for _ in 0..=MAX_LINKS {
            match self.follow_to_link(&path)? {
                Ok(end) => return Ok(end),
                Err(target) => path = target,
            }
        }
        Err(ReadError::Denied("there are too many links on the way".into()))
    }

    /// Goes until the end or the first link, and says where the link leads.
    fn follow_to_link(&self, path: &ProjectPath) -> Result<Result<End<'_>, ProjectPath>, ReadError> {
        let parts: Vec<&str> = path.parts().collect();
        for n_parts in 1..=parts.len() {
            let here = parts[..n_parts].join("/");
            let is_last = n_parts == parts.len();
            match self.leaves.get(&here) {
                Some(leaf) if leaf.kind == Kind::Link => {
                    let (before, rest) = (&parts[..n_parts - 1], &parts[n_parts..]);
                    return Ok(Err(self.target(leaf, before, rest)?));
                }
                Some(leaf) if leaf.kind == Kind::Submodule => {
                    let inside = "it is in a submodule, whose files are in a repository of their own";
                    return if is_last { Ok(Ok(End::Submodule)) } else { Err(ReadError::Denied(inside.into())) };
                }
                Some(leaf) if is_last => return Ok(Ok(End::File(leaf))),
                None if self.dirs.contains_key(&here) => {}
                // A file where a directory should be is none.
                Some(_) | None => return Err(ReadError::NotFound),
            }
        }
        let name = parts.join("/");
        match self.dirs.get(&name) {
            Some(names) => Ok(Ok(End::Dir(names, name))),
            None => Err(ReadError::NotFound),
        }
    }

    /// Returns the path that a link stands for, with what comes behind it.
    fn target(&self, link: &Leaf, before: &[&str], rest: &[&str]) -> Result<ProjectPath, ReadError> {
        let target = self.revision.blob(&link.id, LONGEST_LINK)?;
        let target = String::from_utf8(target)
            .map_err(|_| ReadError::Denied("it leads over a link that is not UTF-8".into()))?;
        let joined = ProjectPath::new(&before.join("/")).and_then(|from| from.join(&target));
        joined.and_then(|path| path.join(&rest.join("/"))).map_err(|why| match why {
            NotInProject::Git => ReadError::EntersGit,
            NotInProject::Absolute | NotInProject::Above => ReadError::LeavesProject,
            NotInProject::Malformed => ReadError::Denied(why.to_string()),
        })
    }
}

impl World for GitWorld<'_> {
    fn read(&self, path: &ProjectPath, limit: u64) -> Result<Vec<u8>, ReadError> {
        let leaf = match self.follow(path)? {
            End::File(leaf) => leaf,
            End::Dir(..) | End::Submodule => return Err(ReadError::IsDirectory),
        };
        let bytes = self.revision.blob(&leaf.id, limit)?;
        if bytes.starts_with(LFS) {
            return Err(ReadError::Denied(
                "it is a pointer of Git LFS, and its content is not in the repository".into(),
            ));
        }
        Ok(bytes)
    }

    fn list(&self, path: &ProjectPath) -> Result<Vec<DirEntry>, ReadError> {
        let (names, dir) = match self.follow(path)? {
            End::Dir(names, dir) => (names, dir),
            // As an empty directory, which is what a clone without its submodules has there.
            End::Submodule => return Ok(Vec::new()),
            End::File(_) => return Err(ReadError::NotFound),
        };
        if self.odd.contains(&dir) {
            return Err(ReadError::Denied("it holds an entry whose name is not UTF-8 or has a backslash".into()));
        }
        let entries =
            names.iter().filter_map(|(name, is_dir)| Some(DirEntry { path: path.join(name).ok()?, is_dir: *is_dir }));
        let mut entries: Vec<DirEntry> = entries.collect();
        entries.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(entries)
    }

    fn is_file(&self, path: &ProjectPath) -> Result<bool, ReadError> {
        match self.follow(path) {
            Ok(end) => Ok(matches!(end, End::File(_))),
            Err(ReadError::NotFound) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Says yes: nobody commits the file of a secret, and none is revealed from here.
    fn is_secret_file(&self, _: &ProjectPath) -> Result<bool, ReadError> {
        Ok(true)
    }

    fn env(&self, _: &str) -> Option<SecretBytes> {
        None
    }

    fn now(&self) -> i64 {
        self.now.now()
    }

    /// Names a file as `git show` takes it: `REV:path/from/the/root/of/the/repository`.
    fn display(&self, path: &ProjectPath) -> String {
        format!("{}:{}{}", self.revision.name(), self.prefix, path.as_str())
    }
}

/// Tells whether a text names a file below a project's root as it stands.
fn is_path(text: &str) -> bool {
    ProjectPath::new(text).is_ok_and(|path| path.as_str() == text && !text.is_empty())
}
