//! The rules on whole projects, over what is known of each cluster.
//!
//! What was given was judged already, each spec by itself. Specs that were not given are looked at only for what rules
//! on projects ask, and a finding is said only where something that was given has a part in it.

use std::collections::BTreeSet;

use anyhow::Result;

use super::check::{Sorted, secrets};
use super::parallel::in_order;
use super::workspace::Opened;
use crate::diag::{Diagnostic, Findings};
use crate::load::{DocumentKind, Project};
use crate::lower::Day;
use crate::pipeline::{self, Surveyed};
use crate::policy::{Acknowledgement, say_unused_in_project};
use crate::rules::{self, ClusterFacts, LayerFacts, ProjectContext, SecretFacts};
use crate::tree::{Place, Source, SourceKind};
use crate::world::root::PROJECT_FILE;
use crate::world::{ProjectPath, World};

/// What is judged together.
#[derive(Default)]
struct Gathered {
    clusters: Vec<Surveyed>,
    layers: Vec<LayerFacts>,
    secrets: Vec<SecretFacts>,
    nested: Vec<Place>,
    is_whole: bool,
}

/// Judges a project by what was given of it, sorted, and by what is known of the specs among it. `findings` is what was found
/// of the clusters by themselves; returns what is found of them together.
pub(super) fn judge_project(
    opened: &Opened,
    project: &Project<'_>,
    sorted: &Sorted,
    surveyed: Vec<(ProjectPath, Option<Surveyed>)>,
    findings: &Findings,
) -> Result<Findings> {
    let gathered = gather(opened, project, sorted, surveyed)?;
    let given: BTreeSet<&ProjectPath> = sorted.given.iter().collect();
    let shown: BTreeSet<String> = given.iter().map(|file| opened.world.display(file)).collect();
    // What a layer says is said of each spec that extends it.
    let is_given = |cluster: &&Surveyed| given.contains(&cluster.facts.path);
    let given: Vec<&ClusterFacts> = gathered.clusters.iter().filter(is_given).map(|cluster| &cluster.facts).collect();
    let is_of_given = |finding: &Diagnostic| {
        let document = finding.place.source.name();
        given.iter().any(|cluster| cluster.is_made_of(document))
    };
    let found = judged(opened, project, &gathered, findings);
    let mut kept = Findings::new();
    kept.extend(found.into_iter().filter(|finding| has_part(finding, &shown) || is_of_given(finding)));
    Ok(kept)
}

/// Judges some clusters beside each other, and nothing else of their project.
pub(super) fn judge_clusters(opened: &Opened, project: &Project<'_>, clusters: Vec<Surveyed>) -> Findings {
    let gathered = Gathered { clusters, ..Gathered::default() };
    judged(opened, project, &gathered, &Findings::new())
}

/// Gathers what rules on projects ask of all files. What was given is sorted already, and not read again.
fn gather(
    opened: &Opened,
    project: &Project<'_>,
    sorted: &Sorted,
    surveyed: Vec<(ProjectPath, Option<Surveyed>)>,
) -> Result<Gathered> {
    let known: BTreeSet<&ProjectPath> = surveyed.iter().map(|(path, _)| path).collect();
    let mut rest: Vec<ProjectPath> = sorted.specs.iter().filter(|path| !known.contains(path)).cloned().collect();
    let (mut layers, mut nested) = (sorted.layers.clone(), sorted.nested.clone());
    // Ciphertext that one spec names makes the Secret that another may refer to.
    let mut manifests: Vec<ProjectPath> = sorted.others.iter().chain(&sorted.sources).cloned().collect();
    let has_project_file = project.settings(&mut Findings::new()).node.is_some();
    // Without a project file, what belongs together is what was given together.
    if has_project_file && !sorted.is_whole {
        let seen: BTreeSet<&ProjectPath> = sorted.given.iter().chain(&sorted.specs).collect();
        let mut others = project.yaml_files(&ProjectPath::root(), &mut Findings::new());
        others.retain(|path| !seen.contains(path));
        let kinds = in_order(&others, |path| project.kind_of(path));
        for (path, kind) in others.into_iter().zip(kinds) {
            match kind {
                Some(DocumentKind::Spec) => rest.push(path),
                Some(DocumentKind::Layer) => layers.push(path),
                Some(DocumentKind::Project) if path != root_file() => nested.push(path),
                None => manifests.push(path),
                _ => {}
            }
        }
    }
    let mut gathered = Gathered {
        is_whole: sorted.is_whole && surveyed.iter().all(|(_, one)| one.is_some()),
        layers: layers.iter().filter_map(|path| layer(project, path)).collect(),
        ..Gathered::default()
    };
    let is_nested = |path: &&ProjectPath| has_project_file && path.file_name() == PROJECT_FILE;
    let start = |path| Place::start_of(&Source::new(opened.world.display(path), "", SourceKind::User));
    gathered.nested = nested.iter().filter(is_nested).map(start).collect();
    gathered.clusters = surveyed.into_iter().filter_map(|(_, surveyed)| surveyed).collect();
    let survey =
        |session: &pipeline::Session<'_>, path: &ProjectPath, _: &mut Findings| pipeline::survey(session, path);
    for answer in opened.each(project, &rest, Day::Running, survey) {
        gathered.clusters.extend(answer?.made);
    }
    // No manifest is read again unless something is looked for in it.
    if gathered.clusters.iter().any(|cluster| cluster.facts.has_references()) {
        manifests.sort();
        gathered.secrets = secrets(project, &manifests);
    }
    gathered.clusters.sort_by(|a, b| a.facts.path.cmp(&b.facts.path));
    Ok(gathered)
}

/// Returns where the project file of a root stands.
pub(super) fn root_file() -> ProjectPath {
    ProjectPath::root().join(PROJECT_FILE).unwrap_or_else(|_| ProjectPath::root())
}

fn layer(project: &Project<'_>, path: &ProjectPath) -> Option<LayerFacts> {
    let document = project.document(path, None, &mut Findings::new())?;
    Some(LayerFacts { path: path.clone(), place: Place::start_of(&document.source) })
}

/// Runs the rules. What they find counts as the project, the policy and the clusters' acknowledgements say; `findings` is
/// what was found of the clusters by themselves.
fn judged(opened: &Opened, project: &Project<'_>, gathered: &Gathered, findings: &Findings) -> Findings {
    let in_force = opened.in_force(project, &mut Findings::new());
    let acknowledged = || gathered.clusters.iter().map(|cluster| std::sync::Arc::clone(&cluster.acknowledged));
    let clusters: Vec<&ClusterFacts> = gathered.clusters.iter().map(|cluster| &cluster.facts).collect();
    let Gathered { layers, secrets, nested, is_whole, .. } = gathered;
    let context = ProjectContext { clusters: &clusters, layers, secrets, nested, is_whole: *is_whole };
    let mut found = Findings::new();
    found.weigh_by(in_force.ruling(acknowledged()));
    rules::on_project(&context, &mut found);
    if *is_whole {
        let each: Vec<&Acknowledgement> = gathered.clusters.iter().flat_map(|cluster| &*cluster.acknowledged).collect();
        let all: Vec<&Diagnostic> = findings.iter().chain(&found).collect();
        let mut unused = Findings::new();
        say_unused_in_project(&each, &all, &mut unused);
        found.extend(unused);
    }
    found
}

/// Tells whether something that was given has a part in a finding.
fn has_part(finding: &Diagnostic, shown: &BTreeSet<String>) -> bool {
    let places = finding.notes.iter().filter_map(|note| note.place.as_ref()).chain([&finding.place]);
    places.into_iter().any(|place| shown.contains(place.source.name()))
}
