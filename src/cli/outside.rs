//! Files of whoever invokes regcfg, from outside of the repositories that it judges: the policy, and age identities.
//!
//! Whoever may write to a repository must not choose what stands in such a file: one within is refused, and so is a way to
//! one that leads over a link within.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result};

use super::failure::Refusal;
use crate::diag::visible::{quoted, visible};
use crate::world::fs::FsWorld;
use crate::world::{ProjectPath, World};

/// Links on the way to the file before it is taken for a loop.
const MOST_LINKS: usize = 40;

/// What kind of file it is, for messages.
#[derive(Clone, Copy)]
pub(super) struct Kind {
    /// What it is called, such as `the policy`.
    pub(super) noun: &'static str,
    /// What is wrong with one in a repository, behind `NOUN PATH is within`.
    pub(super) within: &'static str,
    /// Where it belongs.
    pub(super) help: &'static str,
    /// The largest such file, in bytes.
    pub(super) limit: u64,
}

/// Reads the file at a path that is in none of the repositories `around`.
pub(super) fn read<P: AsRef<Path>>(kind: Kind, path: &Path, around: &[P]) -> Result<Vec<u8>> {
    let cannot = || cannot_read(kind, path);
    let here = Path::new(".").canonicalize().context("cannot tell the current directory")?;
    let found = walk(kind, &here, path, around)?;
    let parent = found.parent().with_context(cannot)?;
    let name = found.file_name().and_then(|name| name.to_str()).with_context(cannot)?;
    let world = FsWorld::open(parent, parent, None).with_context(cannot)?;
    ProjectPath::new(name)
        .map_err(|why| anyhow::anyhow!("{why}"))
        .and_then(|path| world.read(&path, kind.limit).map_err(|why| anyhow::anyhow!("{why}")))
        .with_context(cannot)
}

/// Returns a path as it is shown.
pub(super) fn shown(path: &Path) -> String {
    visible(&path.display().to_string()).into_owned()
}

/// Says that a file cannot be read.
pub(super) fn cannot_read(kind: Kind, path: &Path) -> String {
    format!("cannot read {} `{}`", kind.noun, shown(path))
}

/// Walks to a file part by part, and returns where it is without links. What is passed on the way is in no repository,
/// unless by going up from where the user stands.
fn walk<P: AsRef<Path>>(kind: Kind, here: &Path, path: &Path, around: &[P]) -> Result<PathBuf> {
    let cannot = || cannot_read(kind, path);
    let mut waiting: VecDeque<OsString> = parts(path);
    let mut reached = if path.is_absolute() { PathBuf::from("/") } else { here.to_path_buf() };
    let mut n_links = 0;
    while let Some(part) = waiting.pop_front() {
        if part == ".." {
            reached.pop();
            continue;
        }
        let next = reached.join(&part);
        let is_link = next.symlink_metadata().with_context(cannot)?.is_symlink();
        if (is_link || waiting.is_empty()) && around.iter().any(|repository| next.starts_with(repository)) {
            let message = format!("{} {} is within {}", kind.noun, quoted(&shown(path)), kind.within);
            return Err(Refusal::new(message, kind.help).into());
        }
        if is_link {
            n_links += 1;
            anyhow::ensure!(n_links <= MOST_LINKS, "{}: there are too many links", cannot());
            let target = next.read_link().with_context(cannot)?;
            if target.is_absolute() {
                reached = PathBuf::from("/");
            }
            parts(&target).into_iter().rev().for_each(|part| waiting.push_front(part));
        } else {
            reached = next;
        }
    }
    Ok(reached)
}

/// Returns the parts of a path that say where to go.
fn parts(path: &Path) -> VecDeque<OsString> {
    let says = |part: &Component<'_>| matches!(part, Component::Normal(_) | Component::ParentDir);
    path.components().filter(says).map(|part| part.as_os_str().to_owned()).collect()
}
