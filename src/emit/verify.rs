//! Compares a committed directory with what would be rendered into it now.
//!
//! Every difference is told with its path in the directory and, for text, as a unified diff of what stands there to what
//! would be rendered. The text of a Secret is never shown, nor what may be one in other objects: it differs, or it does
//! not. Nothing is changed.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt;
use std::os::fd::OwnedFd;
use std::path::Path;

use anyhow::{Context, Result};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use similar::{Algorithm, TextDiff};

use crate::diag::visible::inert;
use crate::tree::sensitive::concealed_text;

use super::RenderedCluster;
use super::owned::{self, Found, HEADER, TreeFile};
use super::tree::is_staged_name;

/// A difference between a directory and what would be rendered into it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The path in the directory, with `/` between its parts.
    pub path: String,
    /// What differs.
    pub what: What,
}

/// What differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The file would be rendered and is not there.
    Missing,
    /// The file would be rendered otherwise, in what may be shown.
    Differs(Shown),
    /// The file is there and would not be rendered.
    Extra,
    /// The directory is there, and no cluster of that name would be rendered.
    ExtraCluster,
    /// Something is there that regcfg did not write, in words.
    Foreign(&'static str),
}

/// What may be shown of two texts that differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// A unified diff.
    Diff(String),
    /// Nothing: a Secret is one of them.
    Secret,
    /// Nothing: they differ only in values that may be secrets.
    SecretValues,
    /// Nothing: what stands there cannot be read, so that nobody knows what of it may be a secret.
    Unreadable,
}

/// Shows the path and what differs, in one line or as a unified diff. Nothing in it acts on a terminal or a CI system.
impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = inert(&self.path);
        match &self.what {
            What::Missing => write!(f, "{path}: missing"),
            What::Differs(Shown::Secret) => write!(f, "{path}: differs; a Secret is not shown"),
            What::Differs(Shown::SecretValues) => write!(f, "{path}: differs; what may be a secret is not shown"),
            What::Differs(Shown::Unreadable) => write!(f, "{path}: differs; what is no YAML is not shown"),
            What::Differs(Shown::Diff(diff)) => {
                write!(f, "{path}: differs")?;
                diff.lines().try_for_each(|line| write!(f, "\n{}", inert(line)))
            }
            What::Extra => write!(f, "{path}: would not be rendered"),
            What::ExtraCluster => write!(f, "{path}: no such cluster would be rendered"),
            What::Foreign(what) => write!(f, "{path}: {what}"),
        }
    }
}

/// Returns how a directory differs from what would be rendered into it, by path. A directory that is not there is empty.
///
/// With `whole`, directories of clusters that are not among `clusters` differ too.
pub fn verify(dir: &Path, clusters: &[RenderedCluster], whole: bool) -> Result<Vec<Difference>> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let opened = match rustix::fs::open(dir, flags, Mode::empty()) {
        Ok(opened) => Some(opened),
        Err(Errno::NOENT) => None,
        Err(error) => return Err(error).with_context(|| format!("cannot open the directory {}", dir.display())),
    };
    let mut differences = Vec::new();
    for cluster in clusters {
        let compared = compare(opened.as_ref(), cluster, &mut differences);
        compared.with_context(|| format!("cannot read {}", dir.join(&cluster.name).display()))?;
    }
    if let (Some(opened), true) = (&opened, whole) {
        let extra = extra_clusters(opened, clusters, &mut differences);
        extra.with_context(|| format!("cannot read {}", dir.display()))?;
    }
    differences.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(differences)
}

fn compare(
    dir: Option<&OwnedFd>,
    cluster: &RenderedCluster,
    differences: &mut Vec<Difference>,
) -> rustix::io::Result<()> {
    let committed = match dir.map(|dir| owned::directory(dir, OsStr::new(&cluster.name))).transpose() {
        Ok(found) => found.flatten(),
        Err(Errno::NOTDIR) => {
            let what = What::Foreign("not a directory");
            differences.push(Difference { path: cluster.name.clone(), what });
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    let mut found = match committed {
        Some(committed) => owned::contents(&committed)?,
        None => BTreeMap::new(),
    };
    for file in owned::files(cluster) {
        let path = format!("{}/{}", cluster.name, file.name);
        let what = match found.remove(OsStr::new(file.name)) {
            None => What::Missing,
            Some(Found::Foreign(what)) => What::Foreign(what),
            Some(Found::Unfinished) => What::Foreign("a file that regcfg did not write"),
            Some(Found::Ours(there)) if file.is(&there) => continue,
            Some(Found::Ours(there)) => What::Differs(shown_diff(&path, &there.text, &file)),
        };
        differences.push(Difference { path, what });
    }
    for (file, found) in found {
        let path = format!("{}/{}", cluster.name, file.to_string_lossy());
        let what = match found {
            Found::Ours(_) => What::Extra,
            Found::Unfinished => What::Foreign("a file that regcfg did not write"),
            Found::Foreign(what) => What::Foreign(what),
        };
        differences.push(Difference { path, what });
    }
    Ok(())
}

/// Says how two texts differ without what may be a secret: of those they are equal, or they are not.
fn shown_diff(path: &str, committed: &[u8], file: &TreeFile<'_>) -> Shown {
    let committed = String::from_utf8_lossy(committed);
    // Somebody may have put a Secret into a file of another name.
    let is_secret = |text: &str| text.lines().any(|line| line.trim_end() == "kind: Secret");
    if file.is_secret || is_secret(&committed) || is_secret(&file.text) {
        return Shown::Secret;
    }
    let (Some(old), Some(new)) = (concealed_text(&committed), concealed_text(&file.text)) else {
        return Shown::Unreadable;
    };
    if old == new {
        return Shown::SecretValues;
    }
    let (old, new) = (format!("{HEADER}{old}"), format!("{HEADER}{new}"));
    let diff = TextDiff::configure().algorithm(Algorithm::Myers).diff_lines(&old, &new);
    Shown::Diff(diff.unified_diff().context_radius(3).header(&format!("a/{path}"), &format!("b/{path}")).to_string())
}

/// Adds the directories in which regcfg wrote a cluster that is not rendered any more, and what killed runs left.
fn extra_clusters(
    dir: &OwnedFd,
    clusters: &[RenderedCluster],
    differences: &mut Vec<Difference>,
) -> rustix::io::Result<()> {
    for name in owned::names(dir)? {
        if clusters.iter().any(|cluster| OsStr::new(&cluster.name) == name) {
            continue;
        }
        let extra = match owned::directory(dir, &name) {
            Ok(Some(extra)) => extra,
            // Files beside the clusters' directories, such as a README, are the user's.
            Ok(None) | Err(Errno::NOTDIR) => continue,
            Err(error) => return Err(error),
        };
        let holds_ours =
            || Ok::<_, Errno>(owned::contents(&extra)?.values().any(|found| matches!(found, Found::Ours(_))));
        if is_staged_name(&name) || holds_ours()? {
            differences.push(Difference { path: name.to_string_lossy().into_owned(), what: What::ExtraCluster });
        }
    }
    Ok(())
}
