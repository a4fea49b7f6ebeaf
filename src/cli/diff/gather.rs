//! What is compared: the objects of each spec, and those of plain manifests by cluster.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use crate::cli::check::{Sorted, manifests_of};
use crate::cli::states::known_by;
use crate::cli::survey::judge_clusters;
use crate::cli::workspace::{Opened, Workspace};
use crate::diag::{Findings, Weigh};
use crate::load::Project;
use crate::lower::Day;
use crate::name::cluster_label;
use crate::pipeline::{self, Bundle, Judged};
use crate::profile::Profile;
use crate::target::{Minor, Target};
use crate::tree::{Node, Place};
use crate::validate;
use crate::world::{ProjectPath, World};

/// A cluster that is compared.
pub(super) struct Subject<'w> {
    /// Its name.
    pub(super) name: String,
    /// Which of the projects that were given it is of.
    pub(super) project: usize,
    /// The path of its spec in the project, or of the directory of its manifests.
    pub(super) path: String,
    /// Whether its objects have its name as a label.
    pub(super) is_labelled: bool,
    /// Whether they have, and all of them were given, as far as anyone can know.
    pub(super) is_whole: bool,
    /// Where it is named.
    pub(super) named: Place,
    /// The text that names its context of kubeconfigs: what its spec says, or the label of plain manifests.
    pub(super) context: Option<Node>,
    /// The minors that it may be on.
    pub(super) target: Target,
    /// The profile of its platform, and the text that names the platform; none for plain manifests.
    pub(super) platform: Option<(Arc<Profile>, Node)>,
    /// Its objects, in the order of applying.
    pub(super) objects: Vec<Node>,
    /// What decides about findings on it.
    pub(super) ruling: Option<Arc<dyn Weigh>>,
    /// Where its secrets may be read.
    pub(super) world: &'w dyn World,
}

/// What was given.
pub(super) struct Gathered<'w> {
    /// The clusters without errors.
    pub(super) subjects: Vec<Subject<'w>>,
    /// The names and files of clusters with errors.
    pub(super) wrong: BTreeSet<String>,
    /// What those are called that are not compared since they are wrong, as far as they say it.
    pub(super) not_compared: Vec<String>,
    /// What was found.
    pub(super) findings: Findings,
    /// What went wrong.
    pub(super) errors: Vec<anyhow::Error>,
    /// The files that were looked at, of each project.
    pub(super) files: Vec<Vec<ProjectPath>>,
}

/// Gathers the clusters of what was given; `target` is that of plain manifests. What stands below `old` is an older state, and
/// none of the given files.
pub(super) fn gather<'w>(
    workspace: &'w Workspace,
    projects: &'w [Project<'w>],
    target: Option<Target>,
    old: Option<&Path>,
) -> Gathered<'w> {
    let mut gathered = Gathered {
        subjects: Vec::new(),
        wrong: BTreeSet::new(),
        not_compared: Vec::new(),
        findings: Findings::new(),
        errors: Vec::new(),
        files: Vec::new(),
    };
    for (opened, project) in workspace.opened.iter().zip(projects) {
        let is_old = |path: &ProjectPath| old.is_some_and(|old| opened.root.join(path.as_str()).starts_with(old));
        gathered.add(opened, project, &is_old, target.unwrap_or_else(|| Target::only(Minor::newest_released())));
    }
    let n_plain = gathered.subjects.iter().filter(|subject| subject.platform.is_none()).count();
    // The label of manifests names their context only where there is a choice.
    if gathered.subjects.len() == n_plain && n_plain < 2 {
        for subject in &mut gathered.subjects {
            subject.context = None;
        }
    }
    gathered
}

impl<'w> Gathered<'w> {
    fn add(
        &mut self,
        opened: &'w Opened,
        project: &'w Project<'w>,
        is_old: &dyn Fn(&ProjectPath) -> bool,
        target: Target,
    ) {
        let mut sorted = Sorted::new(opened, project, &mut self.findings);
        sorted.specs.retain(|path| !is_old(path));
        sorted.others.retain(|path| !is_old(path));
        let (n_before, at) = (self.subjects.len(), self.files.len());
        self.files.push(sorted.specs.iter().chain(&sorted.others).cloned().collect());
        // A layer that was given does not ask the clusters of all that extend it.
        let specs: Vec<ProjectPath> = sorted.specs.iter().filter(|path| sorted.given.contains(path)).cloned().collect();
        let answers = opened.each(project, &specs, Day::Running, |session, path, findings| {
            let Judged { surveyed, bundle, .. } = pipeline::judged(session, path, findings);
            let acknowledged = surveyed.as_ref().map(|surveyed| Arc::clone(&surveyed.acknowledged));
            let ruling = session.in_force.ruling(acknowledged) as Arc<dyn Weigh>;
            Some((surveyed, bundle?, ruling))
        });
        let (mut surveyed, mut made) = (Vec::new(), Vec::new());
        for (path, answer) in specs.iter().zip(answers) {
            match answer {
                Ok(answer) => {
                    self.findings.extend(answer.findings);
                    if answer.made.is_none() {
                        let names: Vec<String> = known_by(project, path).collect();
                        self.not_compared.extend(names.first().cloned());
                        self.wrong.extend(names);
                    }
                    if let Some((known, bundle, ruling)) = answer.made {
                        let documents = known.as_ref().map(|known| known.facts.documents.clone()).unwrap_or_default();
                        surveyed.extend(known);
                        made.push((bundle, ruling, documents, path.as_str().to_owned()));
                    }
                }
                Err(error) => self.errors.push(error),
            }
        }
        let found = judge_clusters(opened, project, surveyed);
        let wrong: BTreeSet<String> = found
            .iter()
            .filter(|finding| finding.is_error())
            .flat_map(|error| error.notes.iter().filter_map(|note| note.place.as_ref()).chain([&error.place]))
            .map(|place| place.source.name().to_owned())
            .collect();
        let is_wrong = |documents: &[String]| documents.iter().any(|document| wrong.contains(document));
        for (bundle, _, documents, path) in &made {
            if is_wrong(documents) {
                self.not_compared.push(bundle.cluster.clone());
                self.wrong.extend([bundle.cluster.clone(), path.clone()]);
            }
        }
        made.retain(|(_, _, documents, _)| !is_wrong(documents));
        self.findings.extend(found);
        let world = project.world();
        let rendered: BTreeSet<String> = made.iter().map(|(bundle, ..)| bundle.cluster.clone()).collect();
        self.subjects.extend(made.into_iter().map(|(bundle, ruling, _, path)| of_spec(bundle, path, ruling, world)));
        self.add_manifests(opened, project, &sorted, &rendered, target);
        self.subjects[n_before..].iter_mut().for_each(|subject| subject.project = at);
    }

    /// Adds the clusters of plain manifests, but for those that are rendered of a spec that was given, too.
    fn add_manifests(
        &mut self,
        opened: &'w Opened,
        project: &'w Project<'w>,
        sorted: &Sorted,
        rendered: &BTreeSet<String>,
        target: Target,
    ) {
        let mut found = Findings::new();
        let ruling: Arc<dyn Weigh> = opened.in_force(project, &mut found).ruling([]);
        found.weigh_by(Arc::clone(&ruling));
        let mut clusters: BTreeMap<(Option<String>, String), Vec<Node>> = BTreeMap::new();
        for (path, object) in manifests_of(project, &sorted.others, &mut found) {
            let label = cluster_label(&object).and_then(Node::as_str).map(str::to_owned);
            // Without the label, what stands in one directory is for one cluster.
            let dir = if label.is_some() { String::new() } else { path.parent().as_str().to_owned() };
            clusters.entry((label, dir)).or_default().push(object);
        }
        self.findings.extend(found);
        for ((label, dir), mut objects) in clusters {
            if label.as_ref().is_some_and(|label| rendered.contains(label)) {
                continue;
            }
            crate::emit::stream::order(&mut objects);
            let mut found = Findings::new();
            found.weigh_by(Arc::clone(&ruling));
            validate::manifests(&objects, target, &mut found);
            let is_right = !found.has_errors();
            self.findings.extend(found);
            if is_right {
                // Of single files nobody knows what stands beside them.
                let is_whole = label.is_some() && !opened.dirs.is_empty();
                let subject = of_manifests(label, dir, objects, target, &ruling, project.world());
                self.subjects.extend(subject.map(|subject| Subject { is_whole, ..subject }));
            } else {
                self.not_compared.push(label.unwrap_or(dir));
            }
        }
    }
}

fn of_spec(bundle: Bundle, path: String, ruling: Arc<dyn Weigh>, world: &dyn World) -> Subject<'_> {
    let mut objects = bundle.objects;
    crate::emit::stream::order(&mut objects);
    Subject {
        name: bundle.cluster,
        project: 0,
        path,
        is_labelled: true,
        is_whole: true,
        named: bundle.name.place().clone(),
        context: bundle.live_context,
        target: bundle.target,
        platform: Some((bundle.profile, bundle.platform)),
        objects,
        ruling: Some(ruling),
        world,
    }
}

fn of_manifests<'w>(
    label: Option<String>,
    dir: String,
    objects: Vec<Node>,
    target: Target,
    ruling: &Arc<dyn Weigh>,
    world: &'w dyn World,
) -> Option<Subject<'w>> {
    let first = objects.first()?;
    let named = cluster_label(first).or_else(|| first.at(&["metadata", "name"])).unwrap_or(first);
    let (place, context) = (named.place().clone(), label.is_some().then(|| named.clone()));
    let is_labelled = label.is_some();
    let path = dir.clone();
    let name = label.unwrap_or_else(|| if dir.is_empty() { "manifests".into() } else { dir });
    let ruling = Some(Arc::clone(ruling));
    Some(Subject {
        name,
        project: 0,
        path,
        is_labelled,
        is_whole: false,
        named: place,
        context,
        target,
        platform: None,
        objects,
        ruling,
        world,
    })
}
