//! `regcfg status`: says how the registries of clusters are, and what to do about what is wrong.

mod watch;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};

use super::cluster_args::{ClusterArgs, Clusters, span};
use super::console::Console;
use super::exit::Exit;
use super::failure::Refusal;
use super::workspace::{Answer, Workspace};
use crate::diag::visible::quoted;
use crate::diag::{Findings, Outcome};
use crate::live::Live;
use crate::live::cluster::Client;
use crate::live::must_gather::MustGather;
use crate::load::Project;
use crate::lower::Day;
use crate::pipeline;
use crate::resolve::Resolved;
use crate::spec::Spec;
use crate::status::format::{json, text};
use crate::status::{Status, Unseen, Verdict, Written, status};
use crate::tree::{Node, Place};
use crate::world::fs::FsWorld;

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

    /// Look at what `oc adm must-gather` collected in this directory, and ask no cluster
    #[arg(long, value_name = "DIR", conflicts_with = "watch")]
    pub must_gather: Option<PathBuf>,

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
struct Subject<'l> {
    /// Its spec; none for the current context.
    resolved: Option<Resolved>,
    live: Source<'l>,
}

/// Where a cluster is looked at.
enum Source<'l> {
    /// At its API server.
    Server(Arc<Client>),
    /// In what was collected of it.
    Collected(&'l MustGather<'l>),
}

pub(super) fn run(args: &StatusArgs, console: &mut Console<'_>) -> Result<Exit> {
    let workspace = Workspace::open(&args.specs, None)?;
    let mut run = Run { exit: Exit::Done, findings: Findings::new() };
    for fault in &workspace.faults {
        console.show_error(&fault.why);
        run.exit = Exit::NoAnswer;
    }
    let specs = run.specs(&workspace, console);
    if specs.is_empty() && !args.specs.is_empty() && run.exit == Exit::Done && run.findings.is_empty() {
        bail!("no spec among the files given: no `kind: ClusterRegistry`");
    }
    if let Some(dir) = &args.must_gather {
        return run.of_must_gather(dir, specs, args, console);
    }
    let around: Vec<&Path> = workspace.opened.iter().map(|opened| &*opened.around).collect();
    let mut clusters = args.cluster.open(&around)?;
    let subjects = if args.specs.is_empty() {
        vec![Subject { resolved: None, live: Source::Server(clusters.client()?) }]
    } else {
        clusters.expect(specs.iter().map(|resolved| (Spec::new(resolved.spec()).live_context(), named(resolved))))?;
        run.subjects(specs, &clusters, console)?
    };
    run.tell(&subjects, args, console)
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
    ) -> Result<Vec<Subject<'static>>> {
        let n_specs = specs.len();
        let mut subjects = Vec::new();
        for resolved in specs {
            let context = Spec::new(resolved.spec()).live_context();
            match clusters.client_for(context, named(&resolved), &mut self.findings) {
                Ok(Some(client)) => {
                    subjects.push(Subject { resolved: Some(resolved), live: Source::Server(client) });
                }
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

    /// Tells what a must-gather holds of one cluster.
    fn of_must_gather(
        self,
        dir: &Path,
        mut specs: Vec<Resolved>,
        args: &StatusArgs,
        console: &mut Console<'_>,
    ) -> Result<Exit> {
        let called = dir.display().to_string();
        if specs.len() > 1 {
            let message = format!("{} specs cannot all be the cluster of {}", specs.len(), quoted(&called));
            return Err(Refusal::new(message, "name the spec of the cluster that it was collected of").into());
        }
        let here = Path::new(".").canonicalize().context("cannot tell the current directory")?;
        let world = FsWorld::open(dir, &here, None).with_context(|| format!("cannot read {}", quoted(&called)))?;
        let Some(collected) = MustGather::open(&world, called.clone()) else {
            let help = "name the directory that `oc adm must-gather` wrote";
            return Err(Refusal::new(format!("{} is no must-gather", quoted(&called)), help).into());
        };
        let resolved = specs.pop();
        if resolved.is_none() && !args.specs.is_empty() {
            console.show_findings(&Outcome::new(self.findings));
            return Ok(Exit::NoAnswer);
        }
        self.tell(&[Subject { resolved, live: Source::Collected(&collected) }], args, console)
    }

    /// Looks at clusters, and prints what is told of them.
    fn tell(mut self, subjects: &[Subject<'_>], args: &StatusArgs, console: &mut Console<'_>) -> Result<Exit> {
        console.show_findings(&Outcome::new(std::mem::take(&mut self.findings)));
        for subject in subjects {
            if let Source::Server(client) = &subject.live {
                client.warnings().iter().for_each(|warning| console.note(warning));
            }
        }
        if args.watch {
            return Ok(self.exit.merge(watch::watch(subjects, args, console)?));
        }
        let statuses = at_once(subjects, Subject::look);
        match args.format {
            StatusFormat::Json => console.print(json::document(&statuses))?,
            StatusFormat::Text => {
                let is_coloured = console.colours_results();
                let pages: Vec<String> = statuses.iter().map(|status| text::text(status, is_coloured)).collect();
                console.print(pages.join("\n"))?;
            }
        }
        let exits = subjects.iter().zip(&statuses).map(|(subject, status)| exit(status, subject.written().as_ref()));
        Ok(self.exit.merge(exits.collect()))
    }
}

impl Subject<'_> {
    /// Returns the view of its spec, if it has one.
    fn written(&self) -> Option<Written<'_>> {
        let resolved = self.resolved.as_ref()?;
        let cluster = resolved.name().and_then(Node::as_str).unwrap_or_default();
        Some(Written { cluster, spec: resolved.spec() })
    }

    fn look(&self) -> Status {
        let live: &dyn Live = match &self.live {
            Source::Server(client) => &**client,
            Source::Collected(collected) => *collected,
        };
        status(live, self.written().as_ref())
    }
}

/// Returns where a spec is named.
fn named(resolved: &Resolved) -> &Place {
    resolved.name().unwrap_or(&resolved.node).place()
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
