//! `regcfg check`: says what is wrong with specs and plain manifests, and writes nothing.
//!
//! Called by pre-commit with any YAML file of a repository, in several processes at once: a file that is neither a spec
//! nor a manifest is passed over in silence, and no file at all is nothing wrong.

mod manifests;
mod sorted;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use clap::Args;

use sorted::Sorted;

use super::args::{AsOf, Format, PolicyArgs, TargetArg};
use super::console::Console;
use super::exit::Exit;
use super::survey::judge_project;
use super::workspace::Workspace;
use crate::check::shape;
use crate::diag::{Findings, Outcome, codes};
use crate::load::{LIMIT, Project, Settings};
use crate::lower::Day;
use crate::pipeline::{self, Session, Surveyed};
use crate::policy::{InForce, Policy};
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

    /// The target of plain manifests.
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

pub(super) fn run(args: &CheckArgs, console: &mut Console<'_>) -> Result<Exit> {
    let subjects = subjects(&args.paths);
    if subjects.is_empty() {
        console.note("no file or directory was named, and nothing was checked");
    }
    let (exit, findings) = check(&subjects, args, console)?;
    let outcome = Outcome::new(each_unknown_kind_once(findings));
    console.print_findings(&outcome, args.format)?;
    Ok(exit.merge(if outcome.has_errors() { Exit::No } else { Exit::Done }))
}

/// Leaves of the kinds that are not checked the first of each: a repository may hold hundreds of deployments.
fn each_unknown_kind_once(mut findings: Findings) -> Findings {
    findings.sort_for_showing();
    let mut said = BTreeSet::new();
    let mut kept = Findings::new();
    kept.extend(
        findings
            .into_iter()
            .filter(|finding| finding.code != &codes::KIND_NOT_CHECKED || said.insert(finding.message.clone())),
    );
    kept
}

/// Returns each subject once, in an order that does not depend on how the arguments were shuffled.
fn subjects(paths: &[PathBuf]) -> Vec<Subject<'_>> {
    let mut paths: Vec<&Path> = paths.iter().map(PathBuf::as_path).collect();
    paths.sort_unstable();
    paths.dedup();
    paths.into_iter().map(|path| if path == Path::new("-") { Subject::Input } else { Subject::Path(path) }).collect()
}

fn check(subjects: &[Subject<'_>], args: &CheckArgs, console: &mut Console<'_>) -> Result<(Exit, Findings)> {
    let paths: Vec<PathBuf> = subjects.iter().filter_map(Subject::path).map(Path::to_path_buf).collect();
    let workspace = Workspace::open_under(args.policy.path(), &paths, args.as_of.as_of)?;
    let mut exit = Exit::Done;
    for fault in &workspace.faults {
        console.show_error(fault);
        exit = Exit::NoAnswer;
    }
    let target = args.target.openshift.unwrap_or_else(|| Target::only(Minor::newest_released()));
    let mut findings = Findings::new();
    if subjects.contains(&Subject::Input) {
        let mut found = Findings::new();
        manifests::check_input(&console.read_input(LIMIT)?, target, &mut found);
        let in_force = Arc::new(InForce::of(&Settings::default(), workspace.policy.clone(), &mut found));
        found.judge_by(in_force.ruling([]));
        findings.extend(found);
    }
    for opened in &workspace.opened {
        let project = Project::new(&opened.world);
        let mut found = Findings::new();
        let in_force = opened.in_force(&project, &mut found);
        found.judge_by(in_force.ruling([]));
        let sorted = Sorted::new(opened, &project, &mut found);
        for layer in &sorted.layers {
            check_layer(&project, layer, &mut found);
        }
        for policy in &sorted.policies {
            check_policy(&project, policy, &mut found);
        }
        for manifest in &sorted.others {
            manifests::check_file(&project, manifest, target, &mut found);
        }
        let mut surveyed = Vec::new();
        for (path, answer) in sorted.specs.iter().zip(opened.each(&project, &sorted.specs, Day::Running, judge)) {
            match answer {
                Ok(answer) => {
                    found.extend(answer.findings);
                    surveyed.push((path.clone(), answer.made));
                }
                Err(error) => {
                    console.show_error(&error);
                    exit = Exit::NoAnswer;
                }
            }
        }
        judge_project(opened, &project, &sorted.given, surveyed, sorted.is_whole, &mut found)?;
        findings.extend(found);
    }
    Ok((exit, findings))
}

/// Compiles a spec for its findings, and for what is known of it beside others.
fn judge(session: &Session<'_>, path: &ProjectPath, findings: &mut Findings) -> Option<Surveyed> {
    pipeline::judged(session, path, findings).surveyed
}

/// Checks a policy as it would be read; who is held to it is not asked.
fn check_policy(project: &Project<'_>, path: &ProjectPath, findings: &mut Findings) {
    if let Some(source) = project.text(path, None, findings) {
        let _policy = Policy::read(&source, findings);
    }
}

/// Checks a layer by itself: the shape of what it says, on every minor.
fn check_layer(project: &Project<'_>, path: &ProjectPath, findings: &mut Findings) {
    if let Some(layer) = project.document(path, None, findings) {
        shape::check_layer(&layer.node, findings);
    }
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
