//! `regcfg status`: says how the registries of clusters are, and what to do about what is wrong.

mod watch;

use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};

use super::cluster_args::{ClusterArgs, Clusters, span};
use super::console::Console;
use super::exit::Exit;
use super::workspace::{Answer, Workspace};
use crate::diag::{Findings, Outcome};
use crate::live::cluster::Client;
use crate::load::Project;
use crate::lower::Day;
use crate::pipeline;
use crate::resolve::Resolved;
use crate::spec::Spec;
use crate::status::format::{json, text};
use crate::status::{Status, Unseen, Verdict, Written, status};

/// How many clusters are looked at side by side.
const AT_ONCE: usize = 16;

/// Say how the registry of a cluster is, and what to do about what is wrong
///
/// Looks at the operator and its conditions, the config CR, pods, claim, routes, pruner and node pools, and explains what is
/// not well: the cause, where to change the spec, and a command. Only reads; of Secrets the names of keys alone are kept.
/// `deploy/rbac/status.yaml` has the rights that it needs, and what it may not see is said.
///
/// Exit codes: 0 healthy, or removed or unmanaged as the spec says; 1 not; 2 cannot tell
#[derive(Args, Debug)]
pub struct StatusArgs {
    /// Specs of the clusters, or directories with specs; without any the cluster of the current context
    #[arg(value_name = "FILE|DIR")]
    pub specs: Vec<PathBuf>,

    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: StatusFormat,

    /// Look again and again, and print what changes, until the registry has settled
    ///
    /// Ends with 0 when it is healthy and every node pool is updated, with 1 when something is wrong that does not pass by
    /// itself, or when the time of `--timeout` is over
    #[arg(long)]
    pub watch: bool,

    /// Wait this long between two looks
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = span, requires = "watch")]
    pub interval: Duration,

    /// How clusters are reached.
    #[command(flatten)]
    pub cluster: ClusterArgs,
}

/// How a status is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum StatusFormat {
    /// For people
    Text,
    /// One document for programs; with `--watch` one in each line
    Json,
}

/// A cluster that is looked at.
struct Subject {
    /// Its spec; none for the current context.
    resolved: Option<Resolved>,
    client: Arc<Client>,
}

pub(super) fn run(args: &StatusArgs, console: &mut Console<'_>) -> Result<Exit> {
    let workspace = Workspace::open(&args.specs, None)?;
    let mut run = Run { exit: Exit::Done, findings: Findings::new() };
    for fault in &workspace.faults {
        console.show_error(&fault.why);
        run.exit = Exit::NoAnswer;
    }
    let around: Vec<&std::path::Path> = workspace.opened.iter().map(|opened| &*opened.around).collect();
    let clusters = args.cluster.open(&around)?;
    let specs = run.specs(&workspace, console);
    if specs.is_empty() && !args.specs.is_empty() && run.exit == Exit::Done && run.findings.is_empty() {
        bail!("no spec among the files given: no `kind: ClusterRegistry`");
    }
    let subjects = if args.specs.is_empty() {
        vec![Subject { resolved: None, client: clusters.client()? }]
    } else {
        run.subjects(specs, &clusters, console)?
    };
    console.show_findings(&Outcome::new(std::mem::take(&mut run.findings)));
    for warning in subjects.iter().flat_map(|subject| subject.client.warnings()) {
        console.note(warning);
    }
    if args.watch {
        return Ok(run.exit.merge(watch::watch(&subjects, args, console)?));
    }
    let statuses = at_once(&subjects, Subject::look);
    match args.format {
        StatusFormat::Json => console.print(json::document(&statuses))?,
        StatusFormat::Text => {
            let is_coloured = console.colours_results();
            let pages: Vec<String> = statuses.iter().map(|status| text::text(status, is_coloured)).collect();
            console.print(pages.join("\n"))?;
        }
    }
    let exits = subjects.iter().zip(&statuses).map(|(subject, status)| exit(status, subject.written().as_ref()));
    Ok(run.exit.merge(exits.collect()))
}

/// What a run found before it asked any cluster.
struct Run {
    exit: Exit,
    findings: Findings,
}

impl Run {
    /// Resolves the specs that were given; one that cannot be resolved stops no other.
    fn specs(&mut self, workspace: &Workspace, console: &mut Console<'_>) -> Vec<Resolved> {
        let mut specs = Vec::new();
        for opened in &workspace.opened {
            let project = Project::new(&opened.world);
            let paths = opened.specs(&project, &mut self.findings);
            for answer in opened.each(&project, &paths, Day::Running, pipeline::resolved) {
                match answer {
                    Ok(Answer { made, findings }) => {
                        let is_right = !findings.has_errors();
                        self.findings.extend(findings);
                        match made.filter(|_| is_right) {
                            Some(resolved) => specs.push(resolved),
                            None => self.exit = Exit::NoAnswer,
                        }
                    }
                    Err(error) => {
                        console.show_error(&error);
                        self.exit = Exit::NoAnswer;
                    }
                }
            }
        }
        specs
    }

    /// Finds the cluster of each spec.
    fn subjects(
        &mut self,
        specs: Vec<Resolved>,
        clusters: &Clusters,
        console: &mut Console<'_>,
    ) -> Result<Vec<Subject>> {
        let n_specs = specs.len();
        let mut subjects = Vec::new();
        for resolved in specs {
            let named = resolved.name().unwrap_or(&resolved.node).place().clone();
            match clusters.client_for(Spec::new(resolved.spec()), &named, n_specs, &mut self.findings) {
                Ok(Some(client)) => subjects.push(Subject { resolved: Some(resolved), client }),
                Ok(None) => self.exit = Exit::NoAnswer,
                Err(error) if n_specs == 1 => return Err(error),
                Err(error) => {
                    console.show_error(&error);
                    self.exit = Exit::NoAnswer;
                }
            }
        }
        Ok(subjects)
    }
}

impl Subject {
    /// Returns the view of its spec, if it has one.
    fn written(&self) -> Option<Written<'_>> {
        let resolved = self.resolved.as_ref()?;
        let cluster = resolved.name().and_then(crate::tree::Node::as_str).unwrap_or_default();
        Some(Written { cluster, spec: resolved.spec() })
    }

    fn look(&self) -> Status {
        status(&*self.client, self.written().as_ref())
    }
}

/// Says what a status answers: that all is well, that it is not, or nothing.
fn exit(status: &Status, written: Option<&Written<'_>>) -> Exit {
    let wants = |state| written.is_some_and(|written| written.wants(state));
    match status.verdict {
        // Something that could not be seen this time may be wrong.
        Verdict::Healthy if status.unseen.iter().any(Unseen::is_passing) => Exit::NoAnswer,
        Verdict::Healthy => Exit::Done,
        Verdict::Removed if wants("Removed") => Exit::Done,
        Verdict::Unmanaged if written.is_none() || wants("Unmanaged") => Exit::Done,
        Verdict::Progressing | Verdict::Degraded | Verdict::Removed | Verdict::Unmanaged | Verdict::Absent => Exit::No,
        Verdict::Unknown => Exit::NoAnswer,
    }
}

/// Does something for several clusters side by side, and returns the results in their order.
fn at_once<T: Sync, R: Send>(things: &[T], one: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let one = &one;
    let mut results = Vec::with_capacity(things.len());
    for some in things.chunks(AT_ONCE) {
        thread::scope(|scope| {
            let threads: Vec<_> = some.iter().map(|thing| scope.spawn(move || one(thing))).collect();
            for thread in threads {
                // A panic is a bug, and is told as such where the command runs.
                results.push(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            }
        });
    }
    results
}
