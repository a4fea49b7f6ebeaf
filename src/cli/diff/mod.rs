//! `regcfg diff`: what applying would change on clusters, without changing them.
//!
//! Compiles specs and reads manifests, has each cluster compared, and prints. What a difference is, is known below `diff`.

mod args;
mod asking;
mod consequences;
mod gather;
mod older;

use std::path::Path;

use anyhow::{Result, bail};

pub(super) use self::args::DiffArgs;
use self::asking::{Answer, Asking, Source, collected, must_gather};
use self::gather::{Gathered, Subject, gather};
use super::args::{allowed, paths_or_here};
use super::console::Console;
use super::exit::Exit;
use super::failure;
use super::parallel::side_by_side;
use super::workspace::Workspace;
use crate::diag::{Fault, Findings, Outcome};
use crate::diff::ClusterDiff;
use crate::impact::above;
use crate::load::Project;

/// A run, as far as it is.
struct Run<'r, 'c> {
    console: &'r mut Console<'c>,
    findings: Findings,
    faults: Vec<Fault>,
    diffs: Vec<ClusterDiff>,
}

pub(super) fn run(args: &DiffArgs, console: &mut Console<'_>) -> Result<Exit> {
    let paths = paths_or_here(&args.paths);
    let workspace = Workspace::open_under(args.policy.path(), &paths, args.as_of.as_of)?;
    let mut run = Run { console, findings: Findings::new(), faults: Vec::new(), diffs: Vec::new() };
    for unopened in &workspace.faults {
        run.failed(&unopened.why);
    }
    let projects: Vec<Project<'_>> = workspace.opened.iter().map(|opened| Project::new(&opened.world)).collect();
    // A directory of manifests often is a part of the project that they are rendered from.
    let old = args.against.as_ref().filter(|path| path.is_dir()).map(|path| path.canonicalize()).transpose()?;
    let Gathered { subjects, wrong, not_compared, findings, errors, files } =
        gather(&workspace, &projects, args.target.openshift, old.as_deref());
    run.findings = findings;
    for error in &errors {
        run.failed(error);
    }
    if subjects.is_empty() && run.faults.is_empty() && run.findings.is_empty() {
        bail!("nothing to compare: no `kind: ClusterRegistry` and no manifest among the files given");
    }
    if let Some(against) = &args.against {
        let asked =
            older::Asked { against, workspace: &workspace, files, wrong, as_of: args.as_of.as_of, full: args.full };
        match older::compare(asked, &subjects, &mut run.findings) {
            Ok(found) => run.diffs = found,
            Err(error) => run.failed(&error),
        }
    } else if !subjects.is_empty() {
        run.ask(args, &workspace, &subjects)?;
    }
    // What is wrong stays a cluster, so that nobody takes the others for all.
    let called = [&args.against, &args.must_gather].into_iter().flatten().next();
    let called = called.map_or_else(|| "its cluster".into(), |path| path.display().to_string());
    let left_out = |name: &String| ClusterDiff::not_compared(name, &called, "what was given of it has errors");
    run.diffs.extend(not_compared.iter().map(left_out));
    run.end(args)
}

impl Run<'_, '_> {
    /// Says what went wrong; what is wrong with all clusters alike is said once.
    fn failed(&mut self, error: &anyhow::Error) {
        let fault = failure::fault(error);
        if !self.faults.iter().any(|said| said.message == fault.message) {
            self.console.show_error(error);
            self.faults.push(fault);
        }
    }

    /// Compares with clusters, or with what was collected of one.
    fn ask(&mut self, args: &DiffArgs, workspace: &Workspace, subjects: &[Subject<'_>]) -> Result<()> {
        let asking =
            Asking { args, identities: args.identities.of_invoker(workspace), allowed: allowed(&args.secret_env) };
        let world = args.must_gather.as_deref().map(collected).transpose()?;
        let source = if let Some(world) = &world {
            Source::Collected(must_gather(args, world, subjects)?)
        } else {
            let around: Vec<&Path> = workspace.opened.iter().map(|opened| &*opened.around).collect();
            let mut clusters = args.cluster.open(&around)?;
            clusters.expect(subjects.iter().map(|subject| (subject.context.as_ref(), &subject.named)))?;
            Source::Clusters(Box::new(clusters))
        };
        for Answer { diff, findings, fault, note } in side_by_side(subjects, |subject| asking.ask(subject, &source)) {
            self.findings.extend(findings);
            self.diffs.extend(diff);
            if let Some(note) = &note {
                self.console.note(note);
            }
            if let Some(error) = &fault {
                self.failed(error);
            }
        }
        if let Source::Clusters(clusters) = &source {
            for warning in clusters.warnings() {
                self.console.note(&warning);
            }
        }
        Ok(())
    }

    /// Prints all that was found, and returns the answer.
    fn end(self, args: &DiffArgs) -> Result<Exit> {
        let Self { console, findings, faults, diffs } = self;
        let outcome = Outcome::of_run(Vec::new(), findings, faults);
        let shown = console.print_diff(&diffs, &outcome, args.format)?;
        let above = args.max_impact.map(|limit| above(&diffs, limit.into()));
        for one in above.iter().flatten() {
            console.note(&one.to_string());
        }
        // A program that shows differences says by its answer only that there are some, which is known, or that it failed.
        let failed = if shown == Exit::NoAnswer { shown } else { Exit::Done };
        Ok(exit(&diffs, &outcome, above.map(|above| !above.is_empty())).merge(failed))
    }
}

/// Returns the answer of the run. `is_above` says whether a change hits harder than allowed, where there is a limit.
fn exit(diffs: &[ClusterDiff], outcome: &Outcome, is_above: Option<bool>) -> Exit {
    let differs = |diff: &ClusterDiff| diff.objects.iter().any(crate::diff::ObjectDiff::differs);
    // What is wrong with one that is left out is told by the outcome.
    let is_answered = |diff: &ClusterDiff| diff.is_complete() || diff.is_left_out();
    let of_diffs = if !diffs.iter().all(is_answered) {
        Exit::NoAnswer
    } else if is_above.unwrap_or_else(|| diffs.iter().any(differs)) {
        Exit::No
    } else {
        Exit::Done
    };
    Exit::of(outcome).merge(of_diffs)
}
