//! `--policy FILE`: the policy of whoever invokes regcfg, from outside of the repositories that it holds for.
//!
//! Whoever may write to a repository must not change what it is held to: a file within is refused, and so is a way to one
//! that leads over a link within.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result};

use super::failure::{Found, Refusal};
use crate::diag::Findings;
use crate::diag::visible::{quoted, visible};
use crate::policy::Policy;
use crate::tree::{Source, SourceKind};
use crate::world::fs::FsWorld;
use crate::world::{ProjectPath, World};

/// The largest policy, in bytes.
const LIMIT: u64 = 1 << 20;

/// Links on the way to the file before it is taken for a loop.
const MOST_LINKS: usize = 40;

/// Reads the policy at a path that is in none of the repositories `around`.
pub(super) fn read(path: &Path, around: &[&Path]) -> Result<Policy> {
    let shown = visible(&path.display().to_string()).into_owned();
    let cannot = || format!("cannot read the policy `{shown}`");
    let here = Path::new(".").canonicalize().context("cannot tell the current directory")?;
    let found = walk(&here, path, around)?;
    let parent = found.parent().with_context(cannot)?;
    let name = found.file_name().and_then(|name| name.to_str()).with_context(cannot)?;
    let world = FsWorld::open(parent, parent, None).with_context(cannot)?;
    let bytes = ProjectPath::new(name)
        .map_err(|why| anyhow::anyhow!("{why}"))
        .and_then(|path| world.read(&path, LIMIT).map_err(|why| anyhow::anyhow!("{why}")))
        .with_context(cannot)?;
    let text = String::from_utf8(bytes).map_err(|_| anyhow::anyhow!("it is not UTF-8")).with_context(cannot)?;
    let mut findings = Findings::new();
    let policy = Policy::read(&Source::new(shown, text, SourceKind::User), &mut findings);
    policy.ok_or_else(|| Found::from(findings).into())
}

/// Walks to a file part by part, and returns where it is without links. What is passed on the way is in no repository,
/// unless by going up from where the user stands.
fn walk(here: &Path, path: &Path, around: &[&Path]) -> Result<PathBuf> {
    let shown = || visible(&path.display().to_string()).into_owned();
    let mut waiting: VecDeque<OsString> = parts(path);
    let mut reached = if path.is_absolute() { PathBuf::from("/") } else { here.to_path_buf() };
    let mut n_links = 0;
    while let Some(part) = waiting.pop_front() {
        if part == ".." {
            reached.pop();
            continue;
        }
        let next = reached.join(&part);
        let is_link =
            next.symlink_metadata().with_context(|| format!("cannot read the policy `{}`", shown()))?.is_symlink();
        if (is_link || waiting.is_empty()) && around.iter().any(|repository| next.starts_with(repository)) {
            let message = format!("the policy {} is within the repository that it would hold for", quoted(&shown()));
            return Err(
                Refusal::new(message, "keep it where those who write to the repository cannot change it").into()
            );
        }
        if is_link {
            n_links += 1;
            anyhow::ensure!(n_links <= MOST_LINKS, "cannot read the policy `{}`: there are too many links", shown());
            let target = next.read_link().with_context(|| format!("cannot read the policy `{}`", shown()))?;
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
