//! The files that were given, by what they are.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::cli::parallel::in_order;
use crate::cli::survey::root_file;
use crate::cli::workspace::Opened;
use crate::diag::Findings;
use crate::load::{Document, DocumentKind, Loaded, Project, files_read, load};
use crate::world::ProjectPath;

/// The files of a project by what they are.
#[derive(Default)]
pub(in crate::cli) struct Sorted {
    /// Specs.
    pub(in crate::cli) specs: Vec<ProjectPath>,
    /// Layers.
    pub(in crate::cli) layers: Vec<ProjectPath>,
    /// The project file, if it was given.
    pub(in crate::cli) project_file: Option<ProjectPath>,
    /// Project files below the root's, in which nothing holds.
    pub(in crate::cli) nested: Vec<ProjectPath>,
    /// Files that may hold manifests.
    pub(in crate::cli) others: Vec<ProjectPath>,
    /// Ciphertext that specs or layers of the project take values from: judged there, and applied by nobody as it is.
    pub(in crate::cli) sources: Vec<ProjectPath>,
    /// Policies, which are kept here and hold for others.
    pub(in crate::cli) policies: Vec<ProjectPath>,
    /// Every file that was given.
    pub(in crate::cli) given: Vec<ProjectPath>,
    /// Whether all of the project was given.
    pub(in crate::cli) is_whole: bool,
}

impl Sorted {
    /// Sorts what was given. Where a layer, the project file or ciphertext that a spec names was given, the specs that depend
    /// on it are checked too: that is where its faults show.
    pub(in crate::cli) fn new(opened: &Opened, project: &Project<'_>, findings: &mut Findings) -> Self {
        let mut sorted = Self::default();
        let mut files = opened.files.clone();
        files.extend(opened.manifests_below(project, findings));
        files.sort();
        files.dedup();
        sorted.given.clone_from(&files);
        sorted.is_whole = opened.is_whole();
        let kinds = in_order(&files, |path| project.kind_of(path));
        for (path, kind) in files.into_iter().zip(kinds) {
            match kind {
                Some(DocumentKind::Spec) => sorted.specs.push(path),
                Some(DocumentKind::Layer) => sorted.layers.push(path),
                Some(DocumentKind::Project) if path == root_file() => sorted.project_file = Some(path),
                Some(DocumentKind::Project) => sorted.nested.push(path),
                Some(DocumentKind::Policy) => sorted.policies.push(path),
                None => sorted.others.push(path),
            }
        }
        // Without a project file, what belongs together is what was given together.
        let has_project_file = project.settings(&mut Findings::new()).node.is_some();
        sorted.set_sources_apart(project, has_project_file);
        let has_sources = has_project_file && !sorted.sources.is_empty();
        if sorted.project_file.is_some() || !sorted.layers.is_empty() || has_sources {
            let dependent = sorted.dependent(project, findings);
            sorted.specs.extend(dependent);
            sorted.specs.sort();
            sorted.specs.dedup();
        }
        sorted
    }

    /// Sets ciphertext that specs or layers name apart from manifests, and what stands in its place. Where no file can be
    /// any, nothing else of the project is read.
    fn set_sources_apart(&mut self, project: &Project<'_>, has_project_file: bool) {
        let may_be = |path: &ProjectPath| {
            let source = project.text(path, None, &mut Findings::new());
            source.is_some_and(|source| ["Secret", "sops"].iter().any(|word| source.text().contains(word)))
        };
        let may_be: Vec<bool> = in_order(&self.others, may_be);
        if !may_be.contains(&true) {
            return;
        }
        let all = if has_project_file {
            project.yaml_files(&ProjectPath::root(), &mut Findings::new())
        } else {
            self.specs.iter().chain(&self.layers).cloned().collect()
        };
        let named = in_order(&all, |path| match project.kind_of(path) {
            Some(DocumentKind::Spec | DocumentKind::Layer) => {
                project.document(path, None, &mut Findings::new()).map(|document| files_read(&document))
            }
            _ => None,
        });
        let named: BTreeSet<ProjectPath> = named.into_iter().flatten().flatten().collect();
        let mut may_be = may_be.into_iter();
        let is_source = |path: &mut ProjectPath| may_be.next() == Some(true) && named.contains(path);
        self.sources = self.others.extract_if(.., is_source).collect();
    }

    /// Returns the specs of the project that depend on what was given.
    fn dependent(&self, project: &Project<'_>, findings: &mut Findings) -> Vec<ProjectPath> {
        let all = project.yaml_files(&ProjectPath::root(), findings);
        let depends = |path: &ProjectPath| {
            project.kind_of(path) == Some(DocumentKind::Spec)
                && (self.project_file.is_some() || {
                    let loaded = load(project, path, &mut Findings::new());
                    loaded.is_some_and(|loaded| self.is_part_of(&loaded))
                })
        };
        let depend = in_order(&all, depends);
        all.into_iter().zip(depend).filter_map(|(path, depends)| depends.then_some(path)).collect()
    }

    /// Tells whether a layer or ciphertext that was given is part of a spec.
    fn is_part_of(&self, loaded: &Loaded) -> bool {
        let names = |document: &Arc<Document>| files_read(document).iter().any(|path| self.sources.contains(path));
        self.layers.iter().any(|layer| loaded.layers.contains_key(layer))
            || (!self.sources.is_empty() && std::iter::once(&loaded.spec).chain(loaded.layers.values()).any(names))
    }
}
