//! The files that a command was given, by project: each project's world is opened once, and its clusters run on all
//! cores.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, anyhow};

use super::failure::Found;
use super::parallel::in_order;
use super::policy;
use crate::diag::visible::visible;
use crate::diag::{Findings, codes};
use crate::load::{DocumentKind, Project, Settings};
use crate::lower::Day;
use crate::pipeline::Session;
use crate::policy::{InForce, Policy};
use crate::profile::Profiles;
use crate::world::ProjectPath;
use crate::world::fs::FsWorld;
use crate::world::root::{PROJECT_FILE, Root, discover_root};

/// The projects that the given files belong to.
pub(super) struct Workspace {
    /// Each project with what was given of it.
    pub(super) opened: Vec<Opened>,
    /// What was given and cannot be had.
    pub(super) faults: Vec<Unopened>,
    /// What the invoker holds all of them to.
    pub(super) policy: Option<Arc<Policy>>,
}

/// Something that was given and cannot be had.
#[derive(Debug)]
pub(super) struct Unopened {
    /// The path, where that is it; else it is a project.
    pub(super) path: Option<PathBuf>,
    /// Why not.
    pub(super) why: anyhow::Error,
}

/// A project, and what was given of it.
pub(super) struct Opened {
    /// The project's root.
    pub(super) root: PathBuf,
    /// The project's files, environment and clock.
    pub(super) world: FsWorld,
    /// The files, in sorted order.
    pub(super) files: Vec<ProjectPath>,
    /// The directories, in sorted order.
    pub(super) dirs: Vec<ProjectPath>,
    /// Directories below that are projects of their own.
    others: Vec<ProjectPath>,
    /// What nobody may write to who is held to the policy: the repository around the project, or the project.
    pub(super) around: PathBuf,
    /// What the invoker holds the project to.
    policy: Option<Arc<Policy>>,
}

/// What came of one cluster.
pub(super) struct Answer<T> {
    /// What was made; none where findings say why not.
    pub(super) made: Option<T>,
    /// What was found.
    pub(super) findings: Findings,
}

impl Workspace {
    /// Opens the project of one file or directory.
    pub(super) fn one(path: &Path, as_of: Option<i64>) -> Result<Opened> {
        let workspace = Self::open(&[path.to_owned()], as_of)?;
        let fault = workspace.faults.into_iter().next().map(|fault| fault.why);
        let opened = workspace.opened.into_iter().next();
        opened.ok_or_else(|| fault.unwrap_or_else(|| anyhow!("cannot read `{}`", visible(&path.display().to_string()))))
    }

    /// Opens the project of the directory that the user stands in.
    pub(super) fn here(as_of: Option<i64>) -> Result<Opened> {
        Self::one(Path::new("."), as_of)
    }

    /// Opens the projects of some paths, under a policy. A path that cannot be had, and a project for other versions of
    /// regcfg, is a fault and stops no other.
    pub(super) fn open_under(policy: Option<&Path>, paths: &[PathBuf], as_of: Option<i64>) -> Result<Self> {
        let mut workspace = Self::open(paths, as_of)?;
        let around: Vec<&Path> = workspace.opened.iter().map(|opened| &*opened.around).collect();
        let policy = policy.map(|path| policy::read(path, &around)).transpose()?.map(Arc::new);
        for opened in &mut workspace.opened {
            opened.policy.clone_from(&policy);
        }
        workspace.policy = policy;
        Ok(workspace)
    }

    /// Returns what the invoker decides about findings that are of no project.
    pub(super) fn in_force(&self, findings: &mut Findings) -> Arc<InForce> {
        Arc::new(InForce::of(&Settings::default(), self.policy.clone(), findings))
    }

    /// Opens the projects of some paths; a path that cannot be had, and a project for other versions of regcfg, is a fault
    /// and stops no other.
    pub(super) fn open(paths: &[PathBuf], as_of: Option<i64>) -> Result<Self> {
        let mut workspace = Self::open_any(paths, as_of)?;
        let (faults, opened) = (&mut workspace.faults, &mut workspace.opened);
        opened.retain(|opened| match opened.version_fault() {
            Some(why) => {
                faults.push(Unopened { path: None, why });
                false
            }
            None => true,
        });
        Ok(workspace)
    }

    /// Opens the projects of some paths, whatever version of regcfg they are for.
    pub(super) fn open_any(paths: &[PathBuf], as_of: Option<i64>) -> Result<Self> {
        let here = Path::new(".").canonicalize().context("cannot tell the current directory")?;
        let open_world = |root: &Path| {
            FsWorld::open(root, &here, as_of)
                .with_context(|| format!("cannot open the project `{}`", visible(&root.display().to_string())))
        };
        let mut given: BTreeMap<PathBuf, Given> = BTreeMap::new();
        let mut faults = Vec::new();
        let mut arounds: BTreeMap<PathBuf, PathBuf> = BTreeMap::new();
        for path in paths {
            match locate(path) {
                Ok((root, path, true)) => {
                    arounds.insert(root.dir.clone(), root.repository.clone().unwrap_or_else(|| root.dir.clone()));
                    let others = if root.has_project_file { vec![] } else { projects(&open_world(&root.dir)?, &path) };
                    for other in &others {
                        let other = root.dir.join(other.as_str());
                        arounds.insert(other.clone(), root.repository.clone().unwrap_or_else(|| other.clone()));
                        given.entry(other).or_default().dirs.push(ProjectPath::root());
                    }
                    let given = given.entry(root.dir).or_default();
                    given.dirs.push(path);
                    given.others.extend(others);
                }
                Ok((root, path, false)) => {
                    arounds.insert(root.dir.clone(), root.repository.clone().unwrap_or_else(|| root.dir.clone()));
                    given.entry(root.dir).or_default().files.push(path);
                }
                Err(why) => faults.push(Unopened { path: Some(path.clone()), why }),
            }
        }
        let mut opened = Vec::new();
        for (root, Given { mut files, mut dirs, others }) in given {
            let world = open_world(&root)?;
            files.sort();
            files.dedup();
            dirs.sort();
            dirs.dedup();
            let around = arounds.remove(&root).unwrap_or_else(|| root.clone());
            opened.push(Opened { root, world, files, dirs, others, around, policy: None });
        }
        Ok(Self { opened, faults, policy: None })
    }
}

/// What was given of a project.
#[derive(Default)]
struct Given {
    files: Vec<ProjectPath>,
    dirs: Vec<ProjectPath>,
    others: Vec<ProjectPath>,
}

/// Returns the topmost directories below one that have a project file: specs there belong to those projects.
fn projects(world: &FsWorld, dir: &ProjectPath) -> Vec<ProjectPath> {
    // What cannot be listed is told when the specs are looked for.
    let files = Project::new(world).yaml_files(dir, &mut Findings::new());
    let mut roots: Vec<ProjectPath> = Vec::new();
    for root in files.iter().filter(|file| file.file_name() == PROJECT_FILE).map(ProjectPath::parent) {
        if !roots.iter().any(|above| root.below(above).is_some()) {
            roots.retain(|below| below.below(&root).is_none());
            roots.push(root);
        }
    }
    roots
}

impl Opened {
    /// Returns the specs among what was given: every file by itself, and every spec below a directory.
    pub(super) fn specs(&self, project: &Project<'_>, findings: &mut Findings) -> Vec<ProjectPath> {
        let mut specs = self.files.clone();
        let below = self.files_below(project, findings).into_iter();
        specs.extend(below.filter(|path| project.kind_of(path) == Some(DocumentKind::Spec)));
        specs.sort();
        specs.dedup();
        specs
    }

    /// Returns the YAML files below the directories that were given, without those of other projects.
    pub(super) fn files_below(&self, project: &Project<'_>, findings: &mut Findings) -> Vec<ProjectPath> {
        self.named_below(project, &["yaml", "yml"], findings)
    }

    /// Returns the files below the directories that were given that may hold manifests: YAML and JSON.
    pub(super) fn manifests_below(&self, project: &Project<'_>, findings: &mut Findings) -> Vec<ProjectPath> {
        self.named_below(project, &["yaml", "yml", "json"], findings)
    }

    fn named_below(&self, project: &Project<'_>, endings: &[&str], findings: &mut Findings) -> Vec<ProjectPath> {
        let below = self.dirs.iter().flat_map(|dir| project.files(dir, endings, findings));
        let mut files: Vec<ProjectPath> = below.collect();
        files.retain(|file| !self.others.iter().any(|other| file.below(other).is_some()));
        files
    }

    /// Tells whether all of the project was given.
    pub(super) fn is_whole(&self) -> bool {
        self.dirs.contains(&ProjectPath::root())
    }

    /// Says that the project is for other versions of regcfg, if it is.
    fn version_fault(&self) -> Option<anyhow::Error> {
        let mut found = Findings::new();
        let _read = Project::new(&self.world).settings(&mut found);
        let fault = found.into_iter().find(|finding| finding.code == &codes::OTHER_VERSION)?;
        let mut only = Findings::new();
        only.push(fault);
        Some(Found::from(only).into())
    }

    /// Returns what the project and the invoker decide about findings.
    pub(super) fn in_force(&self, project: &Project<'_>, findings: &mut Findings) -> Arc<InForce> {
        // What is wrong with the project file itself is said where its specs are.
        let settings = project.settings(&mut Findings::new());
        Arc::new(InForce::of(&settings, self.policy.clone(), findings))
    }

    /// Returns the platforms that specs of the project may name.
    pub(super) fn profiles(&self, findings: &mut Findings) -> Profiles {
        Profiles::of(&Project::new(&self.world), findings)
    }

    /// Does work for each path of the project, as [`each`] does.
    pub(super) fn each<T: Send>(
        &self,
        project: &Project<'_>,
        paths: &[ProjectPath],
        day: Day,
        work: impl Fn(&Session<'_>, &ProjectPath, &mut Findings) -> Option<T> + Sync,
    ) -> Vec<Result<Answer<T>>> {
        let mut faults = Findings::new();
        let in_force = self.in_force(project, &mut faults);
        each(project, in_force, &faults, paths, day, work)
    }
}

/// Does work for each path on all cores, and returns the answers in the order of the paths. `in_force` decides about what
/// is found, and `faults` were found before.
///
/// A panic in the work for one path is an internal error of that path and stops no other.
pub(super) fn each<T: Send>(
    project: &Project<'_>,
    in_force: Arc<InForce>,
    faults: &Findings,
    paths: &[ProjectPath],
    day: Day,
    work: impl Fn(&Session<'_>, &ProjectPath, &mut Findings) -> Option<T> + Sync,
) -> Vec<Result<Answer<T>>> {
    let mut faults = faults.clone();
    let profiles = Profiles::of(project, &mut faults);
    let world = project.world();
    let session = Session { project, profiles: &profiles, day, as_of: world.now(), in_force };
    let one = |path: &ProjectPath| {
        let mut findings = faults.clone();
        findings.weigh_by(session.in_force.ruling([]));
        // Without the project's own profiles the built-in ones would take their place.
        if findings.has_errors() {
            return Ok(Answer { made: None, findings });
        }
        let made = catch_unwind(AssertUnwindSafe(|| work(&session, path, &mut findings)));
        let made = made.map_err(|_| anyhow!("`{}` met an internal error", visible(&world.display(path))))?;
        Ok(Answer { made, findings })
    };
    in_order(paths, one)
}

fn locate(path: &Path) -> Result<(Root, ProjectPath, bool)> {
    let shown = || visible(&path.display().to_string()).into_owned();
    let found = path.metadata().with_context(|| format!("cannot read `{}`", shown()))?;
    if !found.is_dir() && !found.is_file() {
        return Err(anyhow!("cannot read `{}`: it is not a regular file", shown()));
    }
    let root = discover_root(path).with_context(|| format!("cannot find the project of `{}`", shown()))?;
    let located = root.locate(path).with_context(|| format!("cannot read `{}`", shown()))?;
    Ok((root, located, found.is_dir()))
}
