//! Paths in a project: relative to its root, normalised, never leading out of it by their text.

use std::fmt;

/// A path beneath the project's root, with `/` between its parts and neither `.` nor `..` among them.
///
/// The empty path is the root itself.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ProjectPath(String);

/// Why a text is no path in the project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotInProject {
    /// It starts at the file system's root.
    Absolute,
    /// Its `..` lead above the project's root.
    Above,
    /// It goes into `.git`.
    Git,
    /// It holds a NUL, or a backslash that other systems take for a separator.
    Malformed,
}

impl ProjectPath {
    /// Returns the root itself.
    pub fn root() -> Self {
        Self::default()
    }

    /// Makes a path from a text relative to the root.
    pub fn new(text: &str) -> Result<Self, NotInProject> {
        Self::root().join(text)
    }

    /// Returns the path that `text` names when it stands in this directory.
    pub fn join(&self, text: &str) -> Result<Self, NotInProject> {
        if text.starts_with('/') {
            return Err(NotInProject::Absolute);
        }
        if text.contains(['\0', '\\']) {
            return Err(NotInProject::Malformed);
        }
        let mut parts: Vec<&str> = self.parts().collect();
        for part in text.split('/') {
            match part {
                "" | "." => {}
                ".." => {
                    parts.pop().ok_or(NotInProject::Above)?;
                }
                part if part.eq_ignore_ascii_case(".git") => return Err(NotInProject::Git),
                part => parts.push(part),
            }
        }
        Ok(Self(parts.join("/")))
    }

    /// Returns the directory that the path stands in; the root's is the root.
    #[must_use]
    pub fn parent(&self) -> Self {
        Self(self.0.rsplit_once('/').map_or(String::new(), |(parent, _)| parent.to_owned()))
    }

    /// Returns the last part, empty for the root.
    pub fn file_name(&self) -> &str {
        self.0.rsplit_once('/').map_or(&*self.0, |(_, name)| name)
    }

    /// Returns the parts from the root on.
    pub fn parts(&self) -> impl Iterator<Item = &str> {
        self.0.split('/').filter(|part| !part.is_empty())
    }

    /// Returns what is left of this path below a directory, if it is below it.
    pub fn below(&self, dir: &Self) -> Option<&str> {
        if dir.0.is_empty() {
            return Some(&self.0);
        }
        self.0.strip_prefix(&dir.0)?.strip_prefix('/')
    }

    /// Returns the text, empty for the root.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProjectPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "." } else { &self.0 })
    }
}

impl fmt::Debug for ProjectPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for NotInProject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Absolute => "it is an absolute path",
            Self::Above => "it leads out of the project",
            Self::Git => "it leads into `.git`",
            Self::Malformed => "it holds a character that no path here may have",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joining_normalises_and_refuses_to_leave() {
        let dir = ProjectPath::new("clusters/eu").unwrap();
        assert_eq!(dir.join("../../layers/./org.yaml").unwrap().as_str(), "layers/org.yaml");
        assert_eq!(dir.join("../../../x"), Err(NotInProject::Above));
        assert_eq!(dir.join("/etc/passwd"), Err(NotInProject::Absolute));
        assert_eq!(dir.join("../.GIT/config"), Err(NotInProject::Git));
    }
}
