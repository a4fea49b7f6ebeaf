//! Finds the project that a file belongs to, and the repository around it.
//!
//! Outside the root nothing is opened or listed: whether `.git` and `regcfg.yaml` are there is all that is asked.

use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::{NotInProject, ProjectPath};

/// The file that marks a project's root.
pub const PROJECT_FILE: &str = "regcfg.yaml";

/// Where a project begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    /// The absolute directory beneath which every file is opened.
    pub dir: PathBuf,
    /// The nearest directory at or above the spec with a `.git`.
    pub repository: Option<PathBuf>,
    /// Whether the root has a `regcfg.yaml`.
    pub has_project_file: bool,
}

impl Root {
    /// Returns the project's name for a path of the outside, which need not exist; links in its directory are resolved.
    pub fn locate(&self, path: &Path) -> io::Result<ProjectPath> {
        let (dir, name) = split(path)?;
        let below = dir.strip_prefix(&self.dir).map_err(|_| not_in_project(path, NotInProject::Above))?;
        let named = name.map_or_else(|| below.to_path_buf(), |name| below.join(name));
        let text = named.to_str().ok_or_else(|| not_in_project(path, NotInProject::Malformed))?;
        ProjectPath::new(text).map_err(|why| not_in_project(path, why))
    }
}

/// Finds the root of the project that a spec, or a directory of specs, belongs to.
///
/// It is the topmost directory at or above the spec, within the spec's repository, that has a `regcfg.yaml`. Without a
/// repository it is the nearest such directory; without any `regcfg.yaml` the repository, or else the spec's directory.
///
/// A directory above the spec's that everybody may write to, such as `/tmp`, is nobody's project: whoever put a
/// `regcfg.yaml` or a `.git` there would otherwise choose profiles and reach for other people's runs.
pub fn discover_root(spec: &Path) -> io::Result<Root> {
    let (dir, _) = split(spec)?;
    let above = dir.ancestors().skip(1).take_while(|dir| !is_everybodys(dir));
    let around: Vec<&Path> = std::iter::once(dir.as_path()).chain(above).collect();
    let repository = around.iter().copied().find(|dir| dir.join(".git").symlink_metadata().is_ok());
    let is_project = |dir: &&Path| dir.join(PROJECT_FILE).metadata().is_ok_and(|found| !found.is_dir());
    let within = |above: &&Path| repository.is_some_and(|repository| above.starts_with(repository));
    let project = match repository {
        Some(_) => around.iter().copied().take_while(within).filter(is_project).last(),
        None => around.iter().copied().find(is_project),
    };
    Ok(Root {
        dir: project.or(repository).unwrap_or(&dir).to_path_buf(),
        repository: repository.map(Path::to_path_buf),
        has_project_file: project.is_some(),
    })
}

/// Tells whether everybody may make files in a directory that is shared for that: world-writable, with the sticky bit.
fn is_everybodys(dir: &Path) -> bool {
    const SHARED: u32 = 0o1002;
    dir.metadata().is_ok_and(|found| found.permissions().mode() & SHARED == SHARED)
}

/// Returns the absolute directory of a path without links, and the name in it where the path is no directory.
fn split(path: &Path) -> io::Result<(PathBuf, Option<&std::ffi::OsStr>)> {
    let is_link = path.symlink_metadata().is_ok_and(|found| found.is_symlink());
    match path.file_name() {
        // A link to a file stays a name, and is resolved beneath the root like any other.
        Some(name) if !path.is_dir() || (is_link && !ends_in_slash(path)) => {
            let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
            Ok((dir.canonicalize()?, Some(name)))
        }
        _ => Ok((path.canonicalize()?, None)),
    }
}

fn ends_in_slash(path: &Path) -> bool {
    path.as_os_str().as_encoded_bytes().ends_with(b"/")
}

fn not_in_project(path: &Path, why: NotInProject) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, format!("{}: {why}", path.display()))
}
