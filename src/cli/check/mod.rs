//! `regcfg check`: says what is wrong with specs and plain manifests, and writes nothing.
//!
//! Called by pre-commit with any YAML file of a repository, in several processes at once: a file that is neither a spec
//! nor a manifest is skipped, and no file at all is nothing wrong.

mod definitions;
mod manifests;
mod only;
mod read;
mod sorted;

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;

use manifests::Judge;
use only::Only;
use sorted::Sorted;

use super::args::{AsOf, Format, TargetArg};
use super::console::Console;
use super::exit::Exit;
use super::failure;
use super::workspace::{Opened, Workspace};
use crate::check::shape;
use crate::diag::{Fault, Findings, Item, Outcome, Thing};
use crate::load::{LIMIT, Project};
use crate::lower::Day;
use crate::pipeline::{self, Session};
use crate::target::{Minor, Target};
use crate::world::ProjectPath;

/// Check specs and plain manifests
///
/// Prints what the API server would refuse and what the registry operator would choke on, with the place in your file.
/// YAML files that are neither specs nor Kubernetes manifests are skipped
#[derive(Args, Debug)]
pub struct CheckArgs {
    /// Specs, manifests, directories with either, or `-` for standard input
    #[arg(value_name = "FILE|DIR|-")]
    pub paths: Vec<PathBuf>,

    /// How to print findings
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,

    /// Ask for one verdict alone
    #[arg(long, value_name = "VERDICT")]
    pub only: Option<Only>,

    /// Check kinds that regcfg does not know by these CustomResourceDefinitions
    ///
    /// Files or directories, of YAML or JSON; may be given several times
    #[arg(long, value_name = "FILE|DIR")]
    pub crd: Vec<PathBuf>,

    /// The target of plain manifests.
    #[command(flatten)]
    pub target: TargetArg,

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
}

pub(super) fn run(args: &CheckArgs, console: &mut Console<'_>) -> Result<Exit> {
    let subjects = subjects(&args.paths);
    if subjects.is_empty() {
        console.note("no file or directory was named, and nothing was checked");
    }
    let run = check(&subjects, args, console)?;
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
    let workspace = Workspace::open(&paths, args.as_of.as_of)?;
    let mut run = Run::default();
    for (fault, path) in workspace.faults.iter().zip(&workspace.missing) {
        run.failed(Some((path.display().to_string(), Thing::File)), fault, console);
    }
    let target = args.target.openshift.unwrap_or_else(|| Target::only(Minor::newest_released()));
    let (definitions, defining) = definitions::read(&args.crd, &mut run, console)?;
    let judge = Judge { target, rules: args.only != Some(Only::Schema), definitions, defining };
    if subjects.contains(&Subject::Input) {
        run.take_manifests(judge.input(&console.read_input(LIMIT)?), console);
    }
    for opened in &workspace.opened {
        run.check_project(opened, &judge, console);
    }
    Ok(run)
}

impl Run {
    /// Checks what was given of a project.
    fn check_project(&mut self, opened: &Opened, judge: &Judge, console: &mut Console<'_>) {
        let project = Project::new(&opened.world);
        let sorted = Sorted::new(opened, &project, &mut self.findings);
        let shown = |path: &ProjectPath| project.world().display(path);
        if let Some(path) = &sorted.project_file {
            let mut found = Findings::new();
            opened.profiles(&mut found);
            self.items.push(Item::judged(shown(path), Thing::Project, found));
        }
        for path in &sorted.layers {
            self.items.push(Item::judged(shown(path), Thing::Layer, check_layer(&project, path)));
        }
        self.take_manifests(judge.files(&project, &sorted.others), console);
        let answers = opened.each(&project, &sorted.specs, Day::Running, compile);
        for (path, answer) in sorted.specs.iter().zip(answers) {
            match answer {
                Ok(answer) => self.items.push(Item::judged(shown(path), Thing::Spec, answer.findings)),
                Err(error) => self.failed(Some((shown(path), Thing::Spec)), &error, console),
            }
        }
    }

    fn take_manifests(&mut self, answers: Vec<Result<Vec<Item>, (String, anyhow::Error)>>, console: &mut Console<'_>) {
        for answer in answers {
            match answer {
                Ok(items) => self.items.extend(items),
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
        Outcome::of_run(self.items, self.findings, self.faults)
    }
}

/// Compiles a spec for its findings alone.
fn compile(session: &Session<'_>, path: &ProjectPath, findings: &mut Findings) -> Option<()> {
    pipeline::compile(session, path, findings).map(drop)
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
    fn subjects_do_not_depend_on_the_order_of_arguments() {
        let paths = |words: &[&str]| words.iter().map(PathBuf::from).collect::<Vec<_>>();
        let (shuffled, sorted) = (paths(&["b.yaml", "-", "a.yaml", "b.yaml"]), paths(&["-", "a.yaml", "b.yaml"]));
        assert_eq!(subjects(&shuffled), subjects(&sorted));
        assert_eq!(subjects(&shuffled).first(), Some(&Subject::Input));
    }
}
