//! The real world: files beneath the project's root, the process's environment and the clock.
//!
//! A path is opened part by part from the root's descriptor and never through a link: a link is read, its target is
//! taken as a path of the project, and the walk starts again. So there is nothing between a check and a use that
//! somebody could swap. Only regular files are read, never more bytes than the caller allows, and `.git` does not exist
//! here. It refuses to know what the files mean.

use std::ffi::{CStr, OsString};
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStringExt;
use std::path::{Component, Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, fstat, openat, readlinkat, statat};
use rustix::io::Errno;

use super::{DirEntry, NotInProject, ProjectPath, ReadError, World};
use crate::secret::SecretBytes;

/// Links followed on the way to one file before it is taken for a loop, as Linux does.
const MAX_LINKS: usize = 40;

/// Entries that a directory may have; more is no project but a mistake.
const MAX_ENTRIES: usize = 100_000;

/// A descriptor that is only walked through needs no right to list the directory.
#[cfg(target_os = "linux")]
const WALK: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);
#[cfg(not(target_os = "linux"))]
const WALK: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// A FIFO or a terminal must neither block the open nor become ours.
const READ: OFlags =
    OFlags::RDONLY.union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC).union(OFlags::NONBLOCK).union(OFlags::NOCTTY);

const LIST: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// Returns a variable of the process's environment; one that holds a secret is asked of a [`World`] instead.
#[expect(clippy::disallowed_methods, reason = "this is the doorway to the environment")]
pub fn variable(name: &str) -> Option<OsString> {
    // `var_os` would panic on neither, but an empty name or one with `=` is no variable anywhere.
    if name.is_empty() || name.contains(['=', '\0']) {
        return None;
    }
    std::env::var_os(name)
}

/// Reads a regular file that the invoker's own configuration names, at most `limit` bytes; where it stands, and over which
/// links, is the invoker's to say.
#[expect(clippy::disallowed_methods, reason = "this is the doorway to the invoker's files")]
pub(crate) fn read_of_invoker(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    // A FIFO would be waited for.
    if !path.metadata()?.is_file() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(bytes) }
}

/// The world of a running process.
#[derive(Debug)]
pub struct FsWorld {
    root: OwnedFd,
    /// What leads from where the user stands to the root: empty, or ending in `/`.
    shown: String,
    /// Where the user stands in the project; none outside of it.
    here: Option<ProjectPath>,
    now: Option<i64>,
}

impl FsWorld {
    /// Opens the project at `root`; findings name its files relative to `shown_from`; `now` stands in for the clock.
    pub fn open(root: &Path, shown_from: &Path, now: Option<i64>) -> io::Result<Self> {
        let root = root.canonicalize()?;
        let from = shown_from.canonicalize().ok();
        let shown = from.as_ref().map_or_else(|| PathBuf::from(&root), |from| way(from, &root));
        let mut shown = shown.to_string_lossy().into_owned();
        if !shown.is_empty() && !shown.ends_with('/') {
            shown.push('/');
        }
        let below = from.as_ref().and_then(|from| from.strip_prefix(&root).ok()?.to_str());
        let here = below.and_then(|below| ProjectPath::new(below).ok());
        Ok(Self { root: rustix::fs::open(&root, WALK, Mode::empty())?, shown, here, now })
    }

    /// Does `last` with the directory and the name in which a path ends when every link on the way is resolved.
    fn walk<T>(
        &self,
        path: &ProjectPath,
        last: impl Fn(BorrowedFd<'_>, &str) -> rustix::io::Result<T>,
    ) -> Result<T, ReadError> {
        let mut path = path.clone();
        for _ in 0..=MAX_LINKS {
            match self.walk_to_link(&path, &last)? {
                Reached::End(end) => return Ok(end),
                Reached::Link(target) => path = target,
            }
        }
        Err(ReadError::Denied("there are too many links on the way".into()))
    }

    /// Walks until the end or the first link, and says where the link leads.
    fn walk_to_link<T>(
        &self,
        path: &ProjectPath,
        last: &impl Fn(BorrowedFd<'_>, &str) -> rustix::io::Result<T>,
    ) -> Result<Reached<T>, ReadError> {
        let parts: Vec<&str> = path.parts().collect();
        let (name, dirs) = parts.split_last().unwrap_or((&".", &[]));
        let mut opened: Option<OwnedFd> = None;
        for (n_walked, part) in dirs.iter().enumerate() {
            let dir = opened.as_ref().map_or(self.root.as_fd(), AsFd::as_fd);
            match openat(dir, *part, WALK, Mode::empty()) {
                Ok(next) => opened = Some(next),
                Err(error) => return followed(dir, &parts, n_walked, error),
            }
        }
        let dir = opened.as_ref().map_or(self.root.as_fd(), AsFd::as_fd);
        match last(dir, name) {
            Ok(end) => Ok(Reached::End(end)),
            Err(error) => followed(dir, &parts, dirs.len(), error),
        }
    }
}

enum Reached<T> {
    End(T),
    Link(ProjectPath),
}

/// Reads the link that stood in the way of `parts[at]`, if it was one, else tells what the error means.
fn followed<T>(dir: BorrowedFd<'_>, parts: &[&str], at: usize, error: Errno) -> Result<Reached<T>, ReadError> {
    // With O_NOFOLLOW a link is ELOOP; with O_DIRECTORY as well it is ENOTDIR on Linux; FreeBSD says EMLINK.
    if !matches!(error, Errno::LOOP | Errno::NOTDIR | Errno::MLINK) {
        return Err(denied(error));
    }
    let Some(part) = parts.get(at) else { return Err(denied(error)) };
    let target = match readlinkat(dir, *part, Vec::new()) {
        Ok(target) => target,
        // No link, so a file where a directory should be. What changed in between is gone, too.
        Err(Errno::INVAL | Errno::NOENT) => return Err(ReadError::NotFound),
        Err(error) => return Err(denied(error)),
    };
    let target = target.to_str().map_err(|_| ReadError::Denied("it leads over a link that is not UTF-8".into()))?;
    let joined = ProjectPath::new(&parts[..at].join("/")).and_then(|from| from.join(target));
    let rest = parts.get(at + 1..).unwrap_or_default().join("/");
    match joined.and_then(|path| path.join(&rest)) {
        Ok(path) => Ok(Reached::Link(path)),
        Err(NotInProject::Git) => Err(ReadError::EntersGit),
        Err(NotInProject::Absolute | NotInProject::Above) => Err(ReadError::LeavesProject),
        Err(NotInProject::Malformed) => Err(ReadError::Denied(NotInProject::Malformed.to_string())),
    }
}

/// Returns the time, in seconds since 1970.
#[expect(clippy::disallowed_methods, reason = "this is the doorway to the clock")]
pub(crate) fn clock() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    i64::try_from(since).unwrap_or(i64::MAX)
}

impl World for FsWorld {
    fn read(&self, path: &ProjectPath, limit: u64) -> Result<Vec<u8>, ReadError> {
        let file = self.walk(path, |dir, name| openat(dir, name, READ, Mode::empty()))?;
        let found = fstat(&file).map_err(denied)?;
        match FileType::from_raw_mode(found.st_mode) {
            FileType::RegularFile => {}
            FileType::Directory => return Err(ReadError::IsDirectory),
            _ => return Err(ReadError::NotRegular),
        }
        let size = u64::try_from(found.st_size).unwrap_or_default();
        if size > limit {
            return Err(ReadError::TooLarge(limit));
        }
        // One byte more than there is, so that a file that has not grown is read without growing the buffer.
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default().saturating_add(1));
        let read = File::from(file).take(limit.saturating_add(1)).read_to_end(&mut bytes);
        match read.map_err(|error| ReadError::Denied(words(&error)))? {
            n_read if n_read as u64 > limit => Err(ReadError::TooLarge(limit)),
            _ => Ok(bytes),
        }
    }

    fn list(&self, path: &ProjectPath) -> Result<Vec<DirEntry>, ReadError> {
        let dir = self.walk(path, |dir, name| openat(dir, name, LIST, Mode::empty()))?;
        let mut entries = Vec::new();
        for entry in Dir::read_from(&dir).map_err(denied)? {
            let entry = entry.map_err(denied)?;
            let is_dir = match entry.file_type() {
                FileType::Unknown => is_directory(dir.as_fd(), entry.file_name())?,
                known => known == FileType::Directory,
            };
            if let Some(path) = named(path, entry.file_name(), is_dir)? {
                entries.push(DirEntry { path, is_dir });
            }
            if entries.len() > MAX_ENTRIES {
                return Err(ReadError::Denied(format!("it has more than {MAX_ENTRIES} entries")));
            }
        }
        entries.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(entries)
    }

    fn is_file(&self, path: &ProjectPath) -> Result<bool, ReadError> {
        let found = self.walk(path, |dir, name| {
            let found = FileType::from_raw_mode(statat(dir, name, AtFlags::SYMLINK_NOFOLLOW)?.st_mode);
            if found == FileType::Symlink { Err(Errno::LOOP) } else { Ok(found) }
        });
        match found {
            Ok(found) => Ok(found == FileType::RegularFile),
            Err(ReadError::NotFound) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn env(&self, name: &str) -> Option<SecretBytes> {
        variable(name).map(|value| SecretBytes::new(value.into_vec()))
    }

    fn now(&self) -> i64 {
        self.now.unwrap_or_else(clock)
    }

    fn display(&self, path: &ProjectPath) -> String {
        let shown = match &self.here {
            Some(here) => {
                let n_shared = here.parts().zip(path.parts()).take_while(|(a, b)| a == b).count();
                let up = here.parts().skip(n_shared).map(|_| "..");
                up.chain(path.parts().skip(n_shared)).collect::<Vec<_>>().join("/")
            }
            None => format!("{}{}", self.shown, path.as_str()),
        };
        match shown.trim_end_matches('/') {
            "" => ".".into(),
            trimmed => trimmed.into(),
        }
    }
}

/// Returns the path of a directory's entry; nothing for `.`, `..`, `.git` and what no path of a project can name.
///
/// A specification or directory that cannot be named is refused, since passing over it would lose a cluster.
fn named(dir: &ProjectPath, name: &CStr, is_dir: bool) -> Result<Option<ProjectPath>, ReadError> {
    let bytes = name.to_bytes();
    if matches!(bytes, b"." | b"..") || bytes.eq_ignore_ascii_case(b".git") {
        return Ok(None);
    }
    match name.to_str().ok().and_then(|name| dir.join(name).ok()) {
        Some(path) => Ok(Some(path)),
        None if is_dir || is_yaml(bytes) => {
            Err(ReadError::Denied("it holds an entry whose name is not UTF-8 or has a backslash".into()))
        }
        None => Ok(None),
    }
}

fn is_yaml(name: &[u8]) -> bool {
    let name = name.to_ascii_lowercase();
    [&b".yaml"[..], b".yml", b".json"].iter().any(|extension| name.ends_with(extension))
}

fn is_directory(dir: BorrowedFd<'_>, name: &CStr) -> Result<bool, ReadError> {
    let found = statat(dir, name, AtFlags::SYMLINK_NOFOLLOW).map_err(denied)?;
    Ok(FileType::from_raw_mode(found.st_mode) == FileType::Directory)
}

fn denied(error: Errno) -> ReadError {
    match error {
        Errno::NOENT | Errno::NOTDIR => ReadError::NotFound,
        Errno::ISDIR => ReadError::IsDirectory,
        // What open(2) says of a socket, and of a device without a driver.
        Errno::NXIO | Errno::OPNOTSUPP | Errno::NODEV => ReadError::NotRegular,
        other => ReadError::Denied(words(&other.into())),
    }
}

/// Returns the system's words in the form of a finding: lowercase, without the number.
fn words(error: &io::Error) -> String {
    let said = error.to_string();
    said.split(" (os error").next().unwrap_or_default().to_lowercase()
}

/// Returns the relative way from one absolute directory to another.
fn way(from: &Path, to: &Path) -> PathBuf {
    let (from, to): (Vec<Component<'_>>, Vec<Component<'_>>) = (from.components().collect(), to.components().collect());
    let n_shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n(Component::ParentDir, from.len() - n_shared);
    up.chain(to.into_iter().skip(n_shared)).collect()
}

#[cfg(test)]
mod tests;
