//! The files that were given, by what they are.

use crate::cli::workspace::Opened;
use crate::diag::Findings;
use crate::load::{DocumentKind, Project, load};
use crate::world::ProjectPath;

/// The files of a project by what they are.
#[derive(Default)]
pub(super) struct Sorted {
    /// Specs.
    pub(super) specs: Vec<ProjectPath>,
    /// Layers.
    pub(super) layers: Vec<ProjectPath>,
    /// Files that may hold manifests.
    pub(super) others: Vec<ProjectPath>,
    /// Policies, which are kept here and hold for others.
    pub(super) policies: Vec<ProjectPath>,
    /// Every file that was given.
    pub(super) given: Vec<ProjectPath>,
    /// Whether all of the project was given.
    pub(super) is_whole: bool,
}

impl Sorted {
    /// Sorts what was given. Where a layer or the project file was given, the specs that depend on it are checked too:
    /// that is where its faults show.
    pub(super) fn new(opened: &Opened, project: &Project<'_>, findings: &mut Findings) -> Self {
        let mut sorted = Self::default();
        let mut files = opened.files.clone();
        files.extend(opened.files_below(project, findings));
        files.sort();
        files.dedup();
        let mut project_file = false;
        sorted.given.clone_from(&files);
        sorted.is_whole = opened.is_whole();
        for path in files {
            match project.kind_of(&path) {
                Some(DocumentKind::Spec) => sorted.specs.push(path),
                Some(DocumentKind::Layer) => sorted.layers.push(path),
                Some(DocumentKind::Project) => project_file = true,
                Some(DocumentKind::Policy) => sorted.policies.push(path),
                None => sorted.others.push(path),
            }
        }
        if project_file || !sorted.layers.is_empty() {
            let all = project.yaml_files(&ProjectPath::root(), findings);
            let specs = all.into_iter().filter(|path| project.kind_of(path) == Some(DocumentKind::Spec));
            let depends = |path: &ProjectPath| {
                let loaded = load(project, path, &mut Findings::new());
                project_file
                    || loaded.is_some_and(|loaded| sorted.layers.iter().any(|layer| loaded.layers.contains_key(layer)))
            };
            let dependent: Vec<ProjectPath> = specs.filter(depends).collect();
            sorted.specs.extend(dependent);
            sorted.specs.sort();
            sorted.specs.dedup();
        }
        sorted
    }
}
