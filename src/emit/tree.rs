//! A directory of manifests, all or nothing per cluster: `DIR/<cluster>/<file>.yaml`.
//!
//! A cluster's tree is staged beside its place under a hidden name, synced, and exchanged with what stands there in one
//! system call; then the old tree is removed. So a run that is killed, or finds the disk full, leaves each cluster wholly
//! old or wholly new, and the next run removes what it left. A directory that holds anything regcfg did not write is
//! refused. Nothing is written where nothing changes. It knows nothing of what the manifests say.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs::File;
use std::io::Write;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use rustix::fs::{
    AtFlags, FlockOperation, Mode, OFlags, RenameFlags, fchmod, flock, fsync, mkdirat, openat, renameat, renameat_with,
    unlinkat,
};
use rustix::io::Errno;
use zeroize::Zeroizing;

use super::RenderedCluster;
use super::name::fnv1a;
use super::owned::{self, Found, HEADER, LIST, TreeFile};

/// What writing a cluster did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// The cluster had no directory.
    Created,
    /// The cluster's old tree was exchanged for the new one.
    Replaced,
    /// The cluster's tree was the same already, and was not touched.
    Unchanged,
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Created => "created",
            Self::Replaced => "replaced",
            Self::Unchanged => "unchanged",
        })
    }
}

/// A directory that clusters are written into, held by one run at a time.
#[derive(Debug)]
pub struct OutputDir {
    dir: OwnedFd,
    path: PathBuf,
}

impl OutputDir {
    /// Opens a directory for writing, makes it where there is none, and removes what a killed run left in it.
    ///
    /// Another run that holds it is an error.
    pub fn open(path: &Path) -> Result<Self> {
        std::fs::create_dir_all(path).with_context(|| format!("cannot make the directory {}", path.display()))?;
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let dir = rustix::fs::open(path, flags, Mode::empty());
        let dir = dir.with_context(|| format!("cannot open the directory {}", path.display()))?;
        match flock(&dir, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(Errno::WOULDBLOCK) => bail!("another run of regcfg is writing to {}", path.display()),
            Err(error) => return Err(error).with_context(|| format!("cannot lock {}", path.display())),
        }
        let opened = Self { dir, path: path.to_path_buf() };
        opened.heal()?;
        Ok(opened)
    }

    /// Writes a cluster's tree; on an error the old one stands as it was.
    pub fn write(&self, cluster: &RenderedCluster) -> Result<Written> {
        let name = OsStr::new(&cluster.name);
        if !is_directory_name(&cluster.name) {
            bail!("the cluster name `{}` is no name for a directory", cluster.name);
        }
        let old = self.old_tree(name)?;
        if old.as_ref().is_some_and(|old| is_same(old, cluster)) {
            return Ok(Written::Unchanged);
        }
        let staged = staged_name(name);
        if let Err(error) = self.stage(&staged, cluster).and_then(|()| self.place(&staged, name, old.is_some())) {
            // The error matters more than what is left; the next run removes that.
            let _left = self.discard(&staged);
            return Err(error);
        }
        fsync(&self.dir).with_context(|| format!("cannot sync {}", self.path.display()))?;
        if old.is_none() {
            return Ok(Written::Created);
        }
        self.discard(&staged).context("the new tree is in place, and the old one remains beside it")?;
        Ok(Written::Replaced)
    }

    /// Returns the files of a cluster's tree, and refuses one that holds anything not ours.
    fn old_tree(&self, name: &OsStr) -> Result<Option<BTreeMap<OsString, Found>>> {
        let shown = self.path.join(name);
        let old = match owned::directory(&self.dir, name) {
            Ok(Some(old)) => owned::contents(&old),
            Ok(None) => return Ok(None),
            Err(Errno::NOTDIR) => bail!("{} is not a directory; move it away", shown.display()),
            Err(error) => Err(error),
        };
        let old = old.with_context(|| format!("cannot read {}", shown.display()))?;
        for (file, found) in &old {
            let what = match found {
                Found::Ours(_) => continue,
                Found::Unfinished => "a file that regcfg did not write",
                Found::Foreign(what) => what,
            };
            let file = shown.join(file);
            bail!("{} is {what}; move it away, or render into another directory", file.display());
        }
        Ok(Some(old))
    }

    /// Writes the whole tree under a hidden name, down to the disk.
    fn stage(&self, staged: &OsStr, cluster: &RenderedCluster) -> Result<()> {
        let shown = self.path.join(staged);
        let cannot = || format!("cannot write {}", shown.display());
        mkdirat(&self.dir, staged, Mode::RWXU).with_context(cannot)?;
        let tree = owned::directory(&self.dir, staged).with_context(cannot)?;
        let tree = tree.with_context(cannot)?;
        // Given here and not to `mkdirat` and `openat`, whose modes the umask takes from.
        fchmod(&tree, Mode::from_raw_mode(0o755)).with_context(cannot)?;
        let mode = Mode::from_raw_mode(if cluster.private { 0o600 } else { 0o644 });
        for file in owned::files(cluster) {
            let written = write_file(&tree, &file, mode);
            written.with_context(|| format!("cannot write {}", shown.join(file.name).display()))?;
        }
        fsync(&tree).with_context(cannot)
    }

    /// Puts the staged tree where the cluster's belongs, and the old one where the staged one was, in one step.
    fn place(&self, staged: &OsStr, name: &OsStr, replaces: bool) -> Result<()> {
        let placed = if replaces {
            renameat_with(&self.dir, staged, &self.dir, name, RenameFlags::EXCHANGE)
        } else {
            // Of all that could have appeared there meanwhile, this replaces an empty directory and nothing else.
            renameat(&self.dir, staged, &self.dir, name)
        };
        match placed {
            Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) if replaces => bail!(
                "the file system of {} cannot exchange directories; render into a new directory there, or elsewhere",
                self.path.display()
            ),
            placed => placed.with_context(|| format!("cannot put {} in place", self.path.join(name).display())),
        }
    }

    /// Removes what killed runs left.
    fn heal(&self) -> Result<()> {
        let names = owned::names(&self.dir).with_context(|| format!("cannot read {}", self.path.display()))?;
        names.iter().filter(|name| is_staged_name(name)).try_for_each(|left| self.discard(left))
    }

    /// Removes a staged or exchanged tree, but nothing in it that regcfg did not write.
    fn discard(&self, staged: &OsStr) -> Result<()> {
        let shown = self.path.join(staged);
        let cannot = || format!("cannot remove {}", shown.display());
        let Some(tree) = owned::directory(&self.dir, staged).with_context(cannot)? else { return Ok(()) };
        let contents = owned::contents(&tree).with_context(cannot)?;
        if let Some((file, what)) = contents.iter().find_map(|(file, found)| match found {
            Found::Ours(_) | Found::Unfinished => None,
            Found::Foreign(what) => Some((file, what)),
        }) {
            bail!("cannot remove {}: {} in it is {what}; move it away", shown.display(), file.display());
        }
        // The list last: without it, nobody knows whose the files are that it names.
        let (lists, others): (Vec<_>, Vec<_>) = contents.keys().partition(|name| *name == LIST);
        for file in others.into_iter().chain(lists) {
            unlinkat(&tree, file, AtFlags::empty()).with_context(cannot)?;
        }
        unlinkat(&self.dir, staged, AtFlags::REMOVEDIR).with_context(cannot)
    }
}

fn write_file(tree: &OwnedFd, written: &TreeFile<'_>, mode: Mode) -> std::io::Result<()> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let file = openat(tree, written.name, flags, Mode::RUSR | Mode::WUSR)?;
    let mut file = File::from(file);
    let header = if written.has_header { HEADER } else { "" };
    let bytes = Zeroizing::new([header.as_bytes(), written.text.as_bytes()].concat());
    file.write_all(&bytes)?;
    fchmod(&file, mode)?;
    file.sync_all()
}

fn is_same(old: &BTreeMap<OsString, Found>, cluster: &RenderedCluster) -> bool {
    let new = owned::files(cluster);
    old.len() == new.len()
        && new.iter().all(|file| match old.get(OsStr::new(file.name)) {
            Some(Found::Ours(there)) => file.is(there) && !(cluster.private && there.is_shared),
            _ => false,
        })
}

/// Tells whether a name is one part of a path, not hidden, and nothing that a terminal or shell would act on.
pub(super) fn is_directory_name(name: &str) -> bool {
    let is_usual = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    !name.starts_with(['.', '-']) && !name.is_empty() && name.bytes().all(is_usual)
}

const STAGED_START: &[u8] = b".regcfg-";
const STAGED_END: &[u8] = b".new";

/// Returns the hidden name beside a cluster's, short enough for every file system also where the cluster's is not.
fn staged_name(cluster: &OsStr) -> OsString {
    let cluster = cluster.as_bytes();
    let hash = if cluster.len() > 200 { format!("-{:016x}", fnv1a(cluster)) } else { String::new() };
    let start = &cluster[..cluster.len().min(200)];
    OsString::from_vec([STAGED_START, start, hash.as_bytes(), STAGED_END].concat())
}

pub(super) fn is_staged_name(name: &OsStr) -> bool {
    name.as_bytes().starts_with(STAGED_START) && name.as_bytes().ends_with(STAGED_END)
}

#[cfg(test)]
mod tests;
