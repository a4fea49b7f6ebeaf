//! `regcfg check`: says what is wrong with specs and plain manifests, and writes nothing.
//!
//! Called by pre-commit with any YAML file of a repository, in several processes at once: a file that is neither a spec
//! nor a manifest is skipped, and no file at all is nothing wrong.

mod against;
mod definitions;
mod expiring;
mod manifests;
mod only;
pub(in crate::cli) mod read;
pub(in crate::cli) mod sorted;
mod upgrade;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use clap::Args;

use expiring::Fleet;
use manifests::{Answers, Judge};
use only::Only;
pub(super) use read::{manifests_of, secrets};
pub(super) use sorted::Sorted;

use super::args::{AsOf, Format, PolicyArgs, TargetArg};
use super::console::Console;
use super::exit::Exit;
use super::failure;
use super::states::Asked;
use super::survey::judge_project;
use super::workspace::{Opened, Unopened, Workspace};
use crate::check::shape;
use crate::diag::{self, Ending, Fault, Findings, Item, Outcome, Thing, Upgrade};
use crate::load::{LIMIT, Project};
use crate::lower::Day;
use crate::pipeline::{self, Surveyed};
use crate::policy::Policy;
use crate::target::{Minor, Target};
use crate::world::{ProjectPath, fs};

/// Check specs and plain manifests
///
/// Prints what the API server would refuse and what the registry operator would choke on, with the place in your file.
/// YAML files that are neither specs nor Kubernetes manifests are skipped
#[derive(Args, Debug)]
pub struct CheckArgs {
    /// Specs, manifests, directories with either, or `-` for standard input
    #[arg(value_name = "FILE|DIR|-")]
    pub paths: Vec<PathBuf>,

    /// Check the update from an older state of the same clusters, too: from a directory or a Git revision
    ///
    /// A directory holds the manifests that were applied, such as that of `render -o`. All else is a revision, at which
    /// the same files are rendered. Where both have the name, the directory is meant; write `refs/heads/NAME` for the
    /// branch. The program `git` reads the revision, and runs and fetches nothing that the repository configures
    #[arg(long, value_name = "DIR|REV")]
    pub against: Option<PathBuf>,

    /// How to print findings
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,

    /// Report the certificates that expire within this time, such as 30d or 12w, over all clusters
    ///
    /// Each stands once, as a warning with the clusters that have it, and in the format for people in a table by day. Of
    /// what has expired RC0357 speaks. A level of RC0592 makes it an error
    #[arg(long, value_name = "TIME", value_parser = expiring::seconds)]
    pub expiring: Option<i64>,

    /// Ask for one verdict alone
    #[arg(long, value_name = "VERDICT")]
    pub only: Option<Only>,

    /// Check kinds that regcfg does not know by these CustomResourceDefinitions
    ///
    /// Files or directories, of YAML or JSON; may be given several times
    #[arg(long, value_name = "FILE|DIR")]
    pub crd: Vec<PathBuf>,

    /// The target of plain manifests, and the range that specs are run through.
    #[command(flatten)]
    pub target: TargetArg,

    /// What projects are held to.
    #[command(flatten)]
    pub policy: PolicyArgs,

    /// The day that certificates are judged by.
    #[command(flatten)]
    pub as_of: AsOf,
}

/// One thing to check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Subject<'a> {
    /// A file, or a directory with files.
    Path(&'a Path),
    /// Standard input.
    Input,
}

/// What a run looked at so far.
#[derive(Default)]
struct Run {
    items: Vec<Item>,
    /// What was found on no single thing.
    findings: Findings,
    faults: Vec<Fault>,
    /// What holds of specs on each minor of the range that was asked for.
    upgrades: Vec<Upgrade>,
    /// The certificates that end within the time that was asked for.
    fleet: Fleet,
    ending: Vec<Ending>,
}

pub(super) fn run(args: &CheckArgs, console: &mut Console<'_>) -> Result<Exit> {
    let subjects = subjects(&args.paths);
    if subjects.is_empty() {
        console.note("no file or directory was named, and nothing was checked");
    }
    let run = check(&subjects, args, console)?;
    if !subjects.is_empty() && run.items.is_empty() && run.faults.is_empty() {
        console.note("no YAML or JSON file was found, and nothing was checked");
    }
    let outcome = run.outcome(args.only);
    console.print_findings(&outcome, args.format)?;
    Ok(Exit::of(&outcome))
}

/// Returns each subject once, in an order that does not depend on how the arguments were shuffled.
fn subjects(paths: &[PathBuf]) -> Vec<Subject<'_>> {
    let mut paths: Vec<&Path> = paths.iter().map(PathBuf::as_path).collect();
    paths.sort_unstable();
    paths.dedup();
    paths.into_iter().map(|path| if path == Path::new("-") { Subject::Input } else { Subject::Path(path) }).collect()
}

fn check(subjects: &[Subject<'_>], args: &CheckArgs, console: &mut Console<'_>) -> Result<Run> {
    let paths: Vec<PathBuf> = subjects.iter().filter_map(Subject::path).map(Path::to_path_buf).collect();
    let workspace = Workspace::open_under(args.policy.path(), &paths, args.as_of.as_of)?;
    let mut run = Run::default();
    for Unopened { path, why } in &workspace.faults {
        run.failed(path.as_ref().map(|path| (path.display().to_string(), Thing::File)), why, console);
    }
    let target = args.target.openshift.unwrap_or_else(|| Target::only(Minor::newest_released()));
    if let Some(text) = in_development(target) {
        console.note(&text);
    }
    let as_of = args.as_of.as_of.unwrap_or_else(fs::clock);
    let (definitions, defining) = definitions::read(&args.crd, &mut run, console)?;
    let rules = args.only != Some(Only::Schema);
    let before = args.expiring.filter(|_| rules).map(|within| as_of.saturating_add(within));
    let judge = Judge { target, rules, as_of, before, definitions, defining };
    let input = if subjects.contains(&Subject::Input) { Some(console.read_input(LIMIT)?) } else { None };
    if let Some(input) = &input {
        let ruling: Arc<dyn diag::Weigh> = workspace.in_force(&mut run.findings).ruling([]);
        run.take_manifests(judge.input(input), &ruling, console);
    }
    let upgrades = args.target.openshift.map(|range| upgrade::Asked { range, only: args.only });
    for opened in &workspace.opened {
        run.check_project(opened, &judge, upgrades, console);
    }
    if before.is_some() {
        let ruling = run.ruling_of_all(&workspace);
        let (found, rows) = run.fleet.report(as_of, &ruling);
        run.add(found);
        run.ending = rows;
    }
    if let Some(against) = &args.against {
        let (workspace, input) = (&workspace, input.as_deref());
        let asked = Asked { against, workspace, input, target, as_of: args.as_of.as_of };
        let mut found = Findings::new();
        if let Err(error) = against::check(&asked, &mut found, console) {
            run.failed(None, &error, console);
        }
        found.weigh_by(run.ruling_of_all(workspace));
        run.findings.extend(found);
    }
    Ok(run)
}

impl Run {
    /// Returns what decides about findings on everything that was given: the project, where it is one, and the policy.
    fn ruling_of_all(&mut self, workspace: &Workspace) -> Arc<dyn diag::Weigh> {
        if let [opened] = &*workspace.opened {
            let in_force = opened.in_force(&Project::new(&opened.world), &mut Findings::new());
            return in_force.ruling(self.fleet.acknowledged.iter().cloned());
        }
        workspace.in_force(&mut self.findings).ruling(self.fleet.acknowledged.iter().cloned())
    }

    /// Checks what was given of a project.
    fn check_project(
        &mut self,
        opened: &Opened,
        judge: &Judge,
        upgrades: Option<upgrade::Asked>,
        console: &mut Console<'_>,
    ) {
        let project = Project::new(&opened.world);
        let in_force = opened.in_force(&project, &mut self.findings);
        let ruling: Arc<dyn diag::Weigh> = in_force.ruling([]);
        let sorted = Sorted::new(opened, &project, &mut self.findings);
        self.take_files(opened, &project, &sorted, &ruling);
        self.take_manifests(judge.files(&project, &sorted.others), &ruling, console);
        let answers = opened.each(&project, &sorted.specs, Day::Running, |session, path, findings| {
            let judged = pipeline::judged_until(session, path, judge.before, findings);
            Some((judged.surveyed, judged.ending, upgrades.map(|asked| upgrade::upgrade(session, path, asked))))
        });
        let mut surveyed = Vec::new();
        let mut found = Findings::new();
        for (path, answer) in sorted.specs.iter().zip(answers) {
            match answer {
                Ok(answer) => {
                    found.extend(answer.findings.iter().cloned());
                    self.items.push(Item::judged(project.world().display(path), Thing::Spec, answer.findings));
                    let (facts, ending, upgrade) = answer.made.unwrap_or_default();
                    if let Some(Surveyed { facts, acknowledged }) = facts.as_ref().filter(|_| !ending.is_empty()) {
                        self.fleet.add(&facts.name.0, ending);
                        self.fleet.acknowledged.push(Arc::clone(acknowledged));
                    }
                    surveyed.push((path.clone(), facts));
                    self.upgrades.extend(upgrade);
                }
                Err(error) => {
                    self.failed(Some((project.world().display(path), Thing::Spec)), &error, console);
                }
            }
        }
        match judge_project(opened, &project, &sorted, surveyed, &found) {
            Ok(found) => self.add(found),
            Err(error) => self.failed(None, &error, console),
        }
    }

    /// Judges the files of a project that are neither specs nor manifests.
    fn take_files(&mut self, opened: &Opened, project: &Project<'_>, sorted: &Sorted, ruling: &Arc<dyn diag::Weigh>) {
        let judged = |path: &ProjectPath, thing, mut found: Findings| {
            found.weigh_by(Arc::clone(ruling));
            Item::judged(project.world().display(path), thing, found)
        };
        if let Some(path) = &sorted.project_file {
            let mut found = Findings::new();
            opened.profiles(&mut found);
            self.items.push(judged(path, Thing::Project, found));
        }
        for path in &sorted.nested {
            self.items.push(judged(path, Thing::Project, Findings::new()));
        }
        for path in &sorted.layers {
            self.items.push(judged(path, Thing::Layer, check_layer(project, path)));
        }
        for path in &sorted.policies {
            self.items.push(judged(path, Thing::Policy, check_policy(project, path)));
        }
        for path in &sorted.sources {
            let reason = "a spec takes values from it, and it is checked there";
            self.items.push(Item::skipped(project.world().display(path), reason));
        }
    }

    /// Adds findings, each to the file in which it stands.
    fn add(&mut self, findings: Findings) {
        let mut first: BTreeMap<String, usize> = BTreeMap::new();
        for (at, item) in self.items.iter().enumerate() {
            first.entry(item.file.clone()).or_insert(at);
        }
        for finding in findings {
            match first.get(finding.place.source.name()).and_then(|at| self.items.get_mut(*at)) {
                Some(item) => item.add([finding]),
                None => self.findings.push(finding),
            }
        }
    }

    /// Takes what came of manifests; what was found counts as `ruling` says.
    fn take_manifests(&mut self, (answers, dated): Answers, ruling: &Arc<dyn diag::Weigh>, console: &mut Console<'_>) {
        for (cluster, dated) in dated {
            self.fleet.add(&cluster, dated);
        }
        for answer in answers {
            match answer {
                Ok(items) => self.items.extend(items.into_iter().map(|item| item.weighed_by(ruling))),
                Err((file, error)) => self.failed(Some((file, Thing::File)), &error, console),
            }
        }
    }

    /// Keeps an error of the machine, and tells it.
    fn failed(&mut self, of: Option<(String, Thing)>, error: &anyhow::Error, console: &mut Console<'_>) {
        console.show_error(error);
        let fault = failure::fault(error);
        if let Some((file, thing)) = of {
            self.items.push(Item::failed(file, thing, fault.message.clone()));
        }
        self.faults.push(fault);
    }

    /// Returns what is to be shown: everything, or one verdict alone.
    fn outcome(mut self, only: Option<Only>) -> Outcome {
        if let Some(only) = only {
            only.filter(&mut self.items, &mut self.findings);
        }
        self.items.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
        Outcome::of_run(self.items, self.findings, self.faults).with_upgrades(self.upgrades).with_ending(self.ending)
    }
}

/// Says once for everything that is checked which minors of a target were in development when regcfg was made.
fn in_development(target: Target) -> Option<String> {
    let minors: Vec<String> = target.in_development().map(|minor| minor.to_string()).collect();
    match &*minors {
        [] => None,
        [one] => Some(format!("OpenShift {one} is in development: what is known of it may change")),
        [first @ .., last] => Some(format!(
            "OpenShift {} and {last} are in development: what is known of them may change",
            first.join(", ")
        )),
    }
}

/// Checks a policy as it would be read; who is held to it is not asked.
fn check_policy(project: &Project<'_>, path: &ProjectPath) -> Findings {
    let mut findings = Findings::new();
    if let Some(source) = project.text(path, None, &mut findings) {
        let _policy = Policy::read(&source, &mut findings);
    }
    findings
}

/// Checks a layer by itself: the shape of what it says, on every minor.
fn check_layer(project: &Project<'_>, path: &ProjectPath) -> Findings {
    let mut findings = Findings::new();
    if let Some(layer) = project.document(path, None, &mut findings) {
        shape::check_layer(&layer.node, &mut findings);
    }
    findings
}

impl<'a> Subject<'a> {
    fn path(&self) -> Option<&'a Path> {
        match self {
            Self::Path(path) => Some(path),
            Self::Input => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minors_in_development_are_named_together() {
        let says = |target: &str| in_development(target.parse().expect("a target"));
        assert_eq!(says("4.4..4.22"), None);
        assert!(says("5.1").expect("a note").starts_with("OpenShift 5.1 is in development"));
        assert!(says("4.4..5.1").expect("a note").starts_with("OpenShift 4.23, 5.0 and 5.1 are in development"));
    }

    #[test]
    fn subjects_do_not_depend_on_the_order_of_arguments() {
        let paths = |words: &[&str]| words.iter().map(PathBuf::from).collect::<Vec<_>>();
        let (shuffled, sorted) = (paths(&["b.yaml", "-", "a.yaml", "b.yaml"]), paths(&["-", "a.yaml", "b.yaml"]));
        assert_eq!(subjects(&shuffled), subjects(&sorted));
        assert_eq!(subjects(&shuffled).first(), Some(&Subject::Input));
    }
}
