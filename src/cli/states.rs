//! Two states of the same clusters, an older one from a directory or a revision and the one that is given.
//!
//! Gathers both, each by the way that its files take anyhow: specs are compiled, plain manifests are read. What lies between
//! them is for `update` and `diff` to say. Files of the older state are never judged for themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Result, anyhow};

use super::check::read::{self, Held};
use super::check::sorted::Sorted;
use super::failure::Refusal;
use super::workspace::{Answer, Opened, Workspace, each};
use crate::diag::visible::visible;
use crate::diag::{Diagnostic, Findings, Weigh, codes};
use crate::load::{DocumentKind, Project};
use crate::lower::Day;
use crate::name::cluster_label;
use crate::pipeline;
use crate::policy::InForce;
use crate::target::Target;
use crate::tree::{Node, Place, Source, SourceKind};
use crate::update::{Before, Cluster, Unknown};
use crate::validate;
use crate::world::git::{GitFault, GitWorld, Repository, check_name};
use crate::world::{ProjectPath, World};

/// What is checked against an older state.
pub(super) struct Asked<'a> {
    /// The directory or revision, as the user wrote it.
    pub(super) against: &'a Path,
    /// The new files.
    pub(super) workspace: &'a Workspace,
    /// What came on standard input, if that was asked for.
    pub(super) input: Option<&'a [u8]>,
    /// The target of plain manifests.
    pub(super) target: Target,
    /// The day that certificates are judged by.
    pub(super) as_of: Option<i64>,
}

/// One state of clusters, and the files of it that could not be made into any.
#[derive(Default)]
struct State {
    clusters: Vec<Cluster>,
    unknown: Vec<Unknown>,
    /// The names and files of clusters that are wrong.
    wrong: BTreeSet<String>,
}

/// Both states of the clusters of a project, or of all that was given.
pub(super) struct States {
    /// What was.
    pub(super) before: Before,
    /// What is given.
    pub(super) new: Vec<Cluster>,
    /// Whether every cluster that there is was given, so that an older one without a new state is gone.
    pub(super) are_all: bool,
}

/// Gathers both states, for a directory of all that is given together, for a revision of each project by itself; an older
/// state that cannot be had is an error.
pub(super) fn gather(asked: &Asked<'_>, findings: &mut Findings) -> Result<Vec<States>> {
    if asked.against.is_dir() {
        return with_directory(asked, findings).map(|states| vec![states]);
    }
    with_revision(asked)
}

/// Gathers what was, out of the manifests and specs below a directory.
pub(super) fn before_in_directory(against: &Path, as_of: Option<i64>, findings: &mut Findings) -> Result<Before> {
    let called = visible(&against.display().to_string()).into_owned();
    let workspace = Workspace::open(&[against.to_owned()], as_of)?;
    if let Some(fault) = workspace.faults.into_iter().next() {
        return Err(fault.why);
    }
    let mut old = State::default();
    for opened in &workspace.opened {
        let project = Project::new(&opened.world);
        let files = opened.manifests_below(&project, findings);
        let dir = opened.dirs.first().cloned().unwrap_or_default();
        let relative = |path: &ProjectPath| path.below(&dir).unwrap_or(path.as_str()).to_owned();
        let here = |path: &ProjectPath| start_of(opened.world.display(path));
        old.add(&project, &files, &Naming { path: &relative, place: &here })?;
    }
    if old.clusters.is_empty() && old.unknown.is_empty() {
        let help = "name the directory that was applied, such as that of `render -o`";
        return Err(Refusal::new(format!("`{called}` holds no manifest to compare with"), help).into());
    }
    let State { clusters, unknown, .. } = old;
    Ok(Before { called, is_here: true, clusters, unknown, without_new: BTreeSet::new() })
}

/// Gathers what was, out of a project's files as of a revision: those that were given, and all below the directories that
/// were.
pub(super) fn before_in_revision(name: &str, opened: &Opened, given: Vec<ProjectPath>) -> Result<Before> {
    check_name(name).map_err(refusal)?;
    let repository = Repository::around(&opened.root).map_err(refusal)?;
    let revision = repository.revision(name).map_err(refusal)?;
    let prefix = prefix(repository.root(), &opened.root)?;
    let world = GitWorld::open(&revision, &prefix, &opened.world).map_err(refusal)?;
    let project = Project::new(&world);
    let mut files: Vec<ProjectPath> = given.into_iter().filter(|path| world.is_file(path) != Ok(false)).collect();
    // What cannot be listed was not there.
    files.extend(opened.manifests_below(&project, &mut Findings::new()));
    files.sort();
    files.dedup();
    let mut old = State::default();
    let same = |path: &ProjectPath| path.as_str().to_owned();
    // Where a file stood; in a change that removes it, that place is what reviewers see.
    let here = |path: &ProjectPath| start_of(opened.world.display(path));
    old.add(&project, &files, &Naming { path: &same, place: &here })?;
    // What nobody looked at is no older state: nothing was compared, and that must not pass for nothing found.
    if let Some(fault) = world.lacking() {
        return Err(refusal(fault));
    }
    let State { clusters, unknown, .. } = old;
    Ok(Before { called: name.to_owned(), is_here: false, clusters, unknown, without_new: BTreeSet::new() })
}

/// Returns the name of a revision as the user wrote it.
pub(super) fn revision_name(against: &Path) -> Result<&str> {
    let shown = || visible(&against.display().to_string()).into_owned();
    against.to_str().ok_or_else(|| anyhow!("`{}` is neither a directory nor a revision", shown()))
}

/// Gathers all that is new, and the manifests and specs below a directory.
fn with_directory(asked: &Asked<'_>, findings: &mut Findings) -> Result<States> {
    let mut before = before_in_directory(asked.against, asked.as_of, findings)?;
    let mut new = State::default();
    // A directory of manifests often is a part of the project that they are rendered from.
    let dir = asked.against.canonicalize()?;
    for opened in &asked.workspace.opened {
        new.add_new(opened, asked.target, &|path| opened.root.join(path.as_str()).starts_with(&dir))?;
    }
    if let Some(input) = asked.input {
        let source = Source::new("<stdin>", String::from_utf8_lossy(input), SourceKind::User);
        let objects = objects_of(&source, &mut Findings::new());
        new.add_manifests(objects.into_iter().map(|object| (String::new(), object)), asked.target);
    }
    let are_all = asked.workspace.opened.iter().any(|opened| !opened.dirs.is_empty());
    before.without_new = new.wrong;
    Ok(States { before, new: new.clusters, are_all })
}

/// Gathers what is new of each project, and the same files as of a revision.
fn with_revision(asked: &Asked<'_>) -> Result<Vec<States>> {
    let name = revision_name(asked.against)?;
    if asked.input.is_some() {
        let help = "compare with a directory, or name files";
        return Err(Refusal::new("standard input has no older state in a revision", help).into());
    }
    check_name(name).map_err(refusal)?;
    let mut states = Vec::new();
    for opened in &asked.workspace.opened {
        let mut new = State::default();
        let files = new.add_new(opened, asked.target, &|_| false)?;
        let mut before = before_in_revision(name, opened, files)?;
        before.without_new = new.wrong;
        states.push(States { before, new: new.clusters, are_all: !opened.dirs.is_empty() });
    }
    Ok(states)
}

/// How files of an older state are called.
struct Naming<'a> {
    /// The path by which a file is the same in both states.
    path: &'a dyn Fn(&ProjectPath) -> String,
    /// The place that stands for the file in findings.
    place: &'a dyn Fn(&ProjectPath) -> Place,
}

impl State {
    /// Adds the clusters of what was given of a project, those without errors, and returns all files that were looked at;
    /// not those that are old. What is wrong with them is told elsewhere.
    fn add_new(
        &mut self,
        opened: &Opened,
        target: Target,
        is_old: &dyn Fn(&ProjectPath) -> bool,
    ) -> Result<Vec<ProjectPath>> {
        let project = Project::new(&opened.world);
        let mut sorted = Sorted::new(opened, &project, &mut Findings::new());
        // The older state is read without asking what its specs name, and what is compared must be read alike.
        sorted.others.append(&mut sorted.sources);
        sorted.others.sort();
        sorted.specs.retain(|path| !is_old(path));
        sorted.others.retain(|path| !is_old(path));
        // By the invoker's policy, which may not let everything be acknowledged.
        let surveyed = opened.each(&project, &sorted.specs, Day::Running, |session, path, _| {
            let acknowledged = pipeline::survey(session, path)?.acknowledged;
            Some(session.in_force.ruling([acknowledged]) as Arc<dyn Weigh>)
        });
        let answers = compiled(&project, &sorted.specs).into_iter().zip(surveyed);
        for (path, (answer, ruling)) in sorted.specs.iter().zip(answers) {
            let (made, ruling) = (answer?.made, ruling?.made);
            if made.is_none() {
                self.wrong.extend(known_by(&project, path));
            }
            self.clusters.extend(made.map(|bundle| Cluster { ruling, ..cluster(bundle, path.as_str().to_owned()) }));
        }
        let mut objects = Vec::new();
        for path in &sorted.others {
            let Some(source) = project.text(path, None, &mut Findings::new()) else { continue };
            let found = objects_of(&source, &mut Findings::new());
            objects.extend(found.into_iter().map(|object| (path.parent().as_str().to_owned(), object)));
        }
        self.add_manifests(objects, target);
        Ok(sorted.specs.into_iter().chain(sorted.others).collect())
    }

    /// Adds the clusters of new plain manifests. Rules read fields whose types must be right.
    fn add_manifests(&mut self, objects: impl IntoIterator<Item = (String, Node)>, target: Target) {
        let is_right = |cluster: &Cluster| {
            let mut found = Findings::new();
            validate::manifests(&cluster.objects, target, &mut found);
            !found.has_errors()
        };
        self.add_plain(objects, is_right);
    }

    /// Adds the clusters of files of an older state: specs and plain manifests, wherever they are read from.
    fn add(&mut self, project: &Project<'_>, files: &[ProjectPath], naming: &Naming<'_>) -> Result<()> {
        let (mut specs, mut objects) = (Vec::new(), Vec::new());
        for path in files {
            match project.kind_of(path) {
                Some(DocumentKind::Spec) => specs.push(path.clone()),
                Some(_) => {}
                None => {
                    let mut found = Findings::new();
                    let here = project.text(path, None, &mut found).map(|source| objects_of(&source, &mut found));
                    let named = (naming.path)(path);
                    let dir = named.rsplit_once('/').map_or("", |(dir, _)| dir).to_owned();
                    match first_error(&found).filter(|fault| fault.code != &codes::NOT_UTF8) {
                        Some(fault) => self.unknown.push(unknown(path, None, fault, naming)),
                        None => objects.extend(here.into_iter().flatten().map(|object| (dir.clone(), object))),
                    }
                }
            }
        }
        for (path, answer) in specs.iter().zip(compiled(project, &specs)) {
            let answer = answer?;
            match (answer.made, first_error(&answer.findings)) {
                (Some(bundle), _) => {
                    let mut cluster = cluster(bundle, (naming.path)(path));
                    cluster.named = (naming.place)(path);
                    self.clusters.push(cluster);
                }
                (None, Some(fault)) => {
                    let name = name_in(project, path);
                    self.unknown.push(unknown(path, name, fault, naming));
                }
                (None, None) => {}
            }
        }
        self.add_plain(objects, |_| true);
        Ok(())
    }

    /// Adds the clusters of plain objects; not those of a cluster whose spec is here, too, from which they were rendered.
    fn add_plain(&mut self, objects: impl IntoIterator<Item = (String, Node)>, is_wanted: impl Fn(&Cluster) -> bool) {
        let names: BTreeSet<String> = self.clusters.iter().filter_map(|cluster| cluster.name.clone()).collect();
        let is_rendered = |cluster: &Cluster| cluster.name.as_ref().is_some_and(|name| names.contains(name));
        let plain = grouped(objects).into_iter();
        self.clusters.extend(plain.filter(|cluster| !is_rendered(cluster) && is_wanted(cluster)));
    }
}

type Answers = Vec<Result<Answer<pipeline::Bundle>>>;

fn compiled(project: &Project<'_>, specs: &[ProjectPath]) -> Answers {
    // What the project calls no error stops no compiling; a policy judges what is new.
    let mut unsaid = Findings::new();
    let in_force = Arc::new(InForce::of(&project.settings(&mut unsaid), None, &mut unsaid));
    each(project, in_force, &Findings::new(), specs, Day::Running, pipeline::compile)
}

fn cluster(bundle: pipeline::Bundle, path: String) -> Cluster {
    Cluster {
        name: Some(bundle.cluster),
        path,
        named: bundle.name.place().clone(),
        target: Some(bundle.target),
        platform: Some((bundle.profile, bundle.platform)),
        objects: bundle.objects,
        ruling: None,
    }
}

/// Puts plain objects, each with the directory of its file, together by cluster: by their label, or else by directory.
fn grouped(objects: impl IntoIterator<Item = (String, Node)>) -> Vec<Cluster> {
    let mut groups: BTreeMap<(Option<String>, String), Cluster> = BTreeMap::new();
    for (path, object) in objects {
        let label = cluster_label(&object);
        let name = label.and_then(Node::as_str).map(str::to_owned);
        let named = label.or_else(|| object.at(&["metadata", "name"])).unwrap_or(&object).place().clone();
        let key = (name.clone(), if name.is_some() { String::new() } else { path.clone() });
        let group = groups.entry(key);
        let new = || Cluster { name, path, named, target: None, platform: None, objects: Vec::new(), ruling: None };
        group.or_insert_with(new).objects.push(object);
    }
    groups.into_values().collect()
}

/// Returns the objects of a text, as a check of that text alone reads them.
fn objects_of(source: &Arc<Source>, findings: &mut Findings) -> Vec<Node> {
    match read::text(source) {
        Held::Skipped(_) => Vec::new(),
        Held::Broken(found) => {
            findings.extend(found);
            Vec::new()
        }
        Held::Objects(objects, found) => {
            findings.extend(found);
            objects
        }
    }
}

/// Returns the name that a spec gives, right or wrong as the spec is.
fn name_in(project: &Project<'_>, path: &ProjectPath) -> Option<String> {
    let document = project.document(path, None, &mut Findings::new())?;
    document.node.at(&["metadata", "name"]).and_then(Node::as_str).map(str::to_owned)
}

/// Returns what a cluster may be known by of whose spec nothing came: its file, and its name if it says one.
pub(super) fn known_by(project: &Project<'_>, path: &ProjectPath) -> impl Iterator<Item = String> {
    name_in(project, path).into_iter().chain([path.as_str().to_owned()])
}

fn first_error(findings: &Findings) -> Option<&Diagnostic> {
    findings.iter().find(|finding| finding.is_error())
}

fn unknown(path: &ProjectPath, name: Option<String>, fault: &Diagnostic, naming: &Naming<'_>) -> Unknown {
    let why = format!("{}: {}", fault.message, fault.place);
    Unknown { path: (naming.path)(path), name, place: (naming.place)(path), why }
}

fn start_of(name: String) -> Place {
    Place::start_of(&Source::new(name, "", SourceKind::User))
}

/// Returns what leads from the repository's root to the project's, as Git writes it.
fn prefix(repository: &Path, root: &Path) -> Result<String> {
    let below = root.strip_prefix(repository).unwrap_or(Path::new(""));
    let Some(below) = below.to_str() else {
        return Err(anyhow!("the project's path `{}` is not UTF-8", visible(&root.display().to_string())));
    };
    Ok(if below.is_empty() { String::new() } else { format!("{below}/") })
}

fn refusal(fault: GitFault) -> anyhow::Error {
    Refusal::new(fault.message, fault.help).into()
}
