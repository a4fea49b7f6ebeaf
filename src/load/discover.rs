//! Finds regcfg's own files among others in a directory, without a finding for what is none of them.

use super::DocumentKind;
use super::project::Project;
use crate::diag::{Diagnostic, Findings, codes};
use crate::tree::{Place, Source, SourceKind};
use crate::world::{ProjectPath, ReadError};

/// What a text must have in it to be one of regcfg's own files.
const MARK: &str = "regcfg.dev/";

/// The deepest directory that is looked into.
const DEEPEST: usize = 32;

impl Project<'_> {
    /// Returns what a file is, if it is a spec, a layer or a project file; a broken file that looks like one counts as
    /// what it looks like. A file that cannot be read is none.
    pub fn kind_of(&self, path: &ProjectPath) -> Option<DocumentKind> {
        let text = self.text(path, None, &mut Findings::new())?;
        if !text.text().contains(MARK) {
            return None;
        }
        if let Some(document) = self.document(path, None, &mut Findings::new()) {
            return Some(document.kind);
        }
        let looks_like = |kind: &&DocumentKind| {
            text.text().lines().any(|line| line.strip_prefix("kind:").is_some_and(|rest| rest.trim() == kind.name()))
        };
        [DocumentKind::Spec, DocumentKind::Layer, DocumentKind::Project].iter().find(looks_like).copied()
    }

    /// Returns every YAML file below a directory, sorted; hidden directories are passed over.
    ///
    /// Adds a finding for a directory that cannot be listed.
    pub fn yaml_files(&self, dir: &ProjectPath, findings: &mut Findings) -> Vec<ProjectPath> {
        let mut files = Vec::new();
        self.collect(dir, 0, &mut files, findings);
        files.sort();
        files
    }

    fn collect(&self, dir: &ProjectPath, depth: usize, files: &mut Vec<ProjectPath>, findings: &mut Findings) {
        let entries = match self.world().list(dir) {
            Ok(entries) => entries,
            Err(error) => return findings.push(self.unlistable(dir, &error)),
        };
        for entry in entries {
            let name = entry.path.file_name();
            if name.starts_with('.') {
                continue;
            }
            if entry.is_dir && depth < DEEPEST {
                self.collect(&entry.path, depth + 1, files, findings);
            } else if !entry.is_dir && matches!(name.rsplit_once('.'), Some((_, "yaml" | "yml"))) {
                files.push(entry.path);
            }
        }
    }

    fn unlistable(&self, dir: &ProjectPath, error: &ReadError) -> Diagnostic {
        let name = self.world().display(dir);
        let place = Place::start_of(&Source::new(name.clone(), "", SourceKind::User));
        let finding =
            Diagnostic::error(&codes::UNREADABLE, &place, format!("cannot list the directory `{name}`: {error}"));
        finding.help("make the directory readable")
    }
}
