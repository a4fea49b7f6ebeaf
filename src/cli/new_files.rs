//! New files on disk, all or none: what exists is never overwritten, and a failure takes back what was made.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::failure::Refusal;

/// A file to be made.
#[derive(Clone, Debug)]
pub(super) struct NewFile {
    /// Where, below the directory.
    pub(super) path: PathBuf,
    /// All of its text.
    pub(super) text: String,
    may_exist: bool,
}

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// It was made.
    Created,
    /// It existed, and was left as it is.
    Kept,
}

impl NewFile {
    /// Describes a file that must not exist yet.
    pub(super) fn new(path: impl Into<PathBuf>, text: String) -> Self {
        Self { path: path.into(), text, may_exist: false }
    }

    /// Describes a file that is left as it is if it exists.
    pub(super) fn unless_there(path: impl Into<PathBuf>, text: String) -> Self {
        Self { path: path.into(), text, may_exist: true }
    }
}

/// Makes the files below a directory, and the directories that they need; none of them if one cannot be made.
pub(super) fn write_all(dir: &Path, files: &[NewFile]) -> Result<Vec<Written>> {
    let mut made = Made::default();
    let written = files.iter().map(|file| write(dir, file, &mut made)).collect::<Result<Vec<_>>>();
    if written.is_err() {
        made.take_back();
    }
    written
}

fn write(dir: &Path, file: &NewFile, made: &mut Made) -> Result<Written> {
    let path = dir.join(&file.path);
    let shown = path.display();
    if let Some(link) = link_on_the_way(dir, &file.path) {
        let message = format!("`{}` is a link, which may lead out of the project", link.display());
        return Err(Refusal::new(message, "replace the link with a directory").into());
    }
    if let Some(parent) = path.parent() {
        made.dirs(parent).with_context(|| format!("cannot create the directory `{}`", parent.display()))?;
    }
    let mut handle = match OpenOptions::new().write(true).create_new(true).open(&path) {
        Ok(handle) => handle,
        Err(error) if error.kind() == ErrorKind::AlreadyExists && file.may_exist => return Ok(Written::Kept),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            return Err(Refusal::new(
                format!("`{shown}` exists already"),
                "choose another `--name`, or another directory",
            )
            .into());
        }
        Err(error) => return Err(error).with_context(|| format!("cannot create `{shown}`")),
    };
    made.files.push(path.clone());
    handle
        .write_all(file.text.as_bytes())
        .and_then(|()| handle.sync_all())
        .with_context(|| format!("cannot write `{shown}`"))?;
    Ok(Written::Created)
}

/// Returns the first directory between a project's own and a file of it that is a link: the files of a repository that
/// somebody else wrote must not decide where new ones go.
fn link_on_the_way(dir: &Path, file: &Path) -> Option<PathBuf> {
    let parents: Vec<&Path> = file.ancestors().skip(1).filter(|parent| *parent != Path::new("")).collect();
    let parents = parents.into_iter().rev().map(|parent| dir.join(parent));
    parents.into_iter().find(|parent| parent.symlink_metadata().is_ok_and(|found| found.is_symlink()))
}

/// What was made so far, in order.
#[derive(Default)]
struct Made {
    files: Vec<PathBuf>,
    dirs: Vec<PathBuf>,
}

impl Made {
    /// Makes a directory and those above it, where they are missing.
    fn dirs(&mut self, dir: &Path) -> io::Result<()> {
        let missing: Vec<&Path> = dir.ancestors().take_while(|dir| *dir != Path::new("") && !dir.exists()).collect();
        for dir in missing.into_iter().rev() {
            DirBuilder::new().create(dir)?;
            self.dirs.push(dir.into());
        }
        Ok(())
    }

    /// Removes what was made. What cannot be removed stays: the error that led here is the one to tell.
    fn take_back(self) {
        for file in self.files.iter().rev() {
            let _stays = fs::remove_file(file);
        }
        for dir in self.dirs.iter().rev() {
            let _stays = fs::remove_dir(dir);
        }
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "the tests look at what is on disk")]
mod tests {
    use super::*;

    #[test]
    fn what_exists_is_kept_and_a_failure_takes_back_what_was_made() {
        let temp = tempfile::tempdir().unwrap();
        let project = temp.path().join("new/project");
        let files = [NewFile::unless_there("regcfg.yaml", "a".into()), NewFile::new("clusters/prod.yaml", "b".into())];
        assert_eq!(write_all(&project, &files).unwrap(), [Written::Created; 2]);

        fs::write(project.join("regcfg.yaml"), "mine").unwrap();
        let more = [files[0].clone(), NewFile::new("more/x.yaml", "c".into()), files[1].clone()];
        let error = write_all(&project, &more).unwrap_err();
        assert!(error.to_string().ends_with("clusters/prod.yaml` exists already"), "{error}");
        assert!(!project.join("more").exists());
        assert_eq!(fs::read_to_string(project.join("regcfg.yaml")).unwrap(), "mine");
        assert_eq!(fs::read_to_string(project.join("clusters/prod.yaml")).unwrap(), "b");
    }

    #[test]
    fn a_link_in_the_way_is_not_written_through() {
        let temp = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(temp.path().join("elsewhere"), temp.path().join("a.yaml")).unwrap();
        assert!(write_all(temp.path(), &[NewFile::new("a.yaml", "x".into())]).is_err());
        assert!(!temp.path().join("elsewhere").exists());
    }

    #[test]
    fn a_directory_that_is_a_link_is_not_written_into() {
        let temp = tempfile::tempdir().unwrap();
        let [project, elsewhere] = ["project", "elsewhere"].map(|name| temp.path().join(name));
        fs::create_dir_all(project.join("a")).unwrap();
        fs::create_dir(&elsewhere).unwrap();
        std::os::unix::fs::symlink(&elsewhere, project.join("clusters")).unwrap();
        std::os::unix::fs::symlink(&elsewhere, project.join("a/b")).unwrap();
        for path in ["clusters/x.yaml", "clusters/c/x.yaml", "a/b/x.yaml"] {
            let error = write_all(&project, &[NewFile::new(path, "x".into())]).unwrap_err();
            assert!(error.to_string().contains("is a link"), "{error}");
        }
        assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 0);
        // The project's own directory may be reached by any way.
        std::os::unix::fs::symlink(&project, temp.path().join("alias")).unwrap();
        write_all(&temp.path().join("alias"), &[NewFile::new("x.yaml", "x".into())]).unwrap();
    }
}
