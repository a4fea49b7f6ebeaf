//! `regcfg diff`: what applying would change on clusters, without changing them.
//!
//! Compiles specs and reads manifests, has each cluster compared, and prints. What a difference is, is known below `diff`.

mod consequences;
mod gather;
mod older;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Context, Result, anyhow, bail};
use clap::{Args, ValueEnum};

use self::gather::{Gathered, Subject, gather};
use super::args::{AsOf, DiffFormat, EnvPattern, PolicyArgs, TargetArg, allowed, paths_or_here};
use super::cluster_args::{ClusterArgs, Clusters};
use super::console::Console;
use super::exit::Exit;
use super::failure::{self, Refusal};
use super::identities::IdentityArgs;
use super::parallel::side_by_side;
use super::workspace::Workspace;
use crate::diag::visible::{quoted, visible};
use crate::diag::{Fault, Findings, Outcome};
use crate::diff::ClusterDiff;
use crate::diff::live::{Asked, Predict, compare};
use crate::impact::{Impact, above};
use crate::live::Live;
use crate::live::must_gather::MustGather;
use crate::load::Project;
use crate::secret::{AllowedEnv, Identities, SecretSlot, fill};
use crate::tree::emit::no_secrets;
use crate::update;
use crate::world::fs::FsWorld;

/// Show what applying would change on clusters, without changing them
///
/// Asks each cluster for every object, and for what an apply would make of it; or compares with a must-gather, a directory or a
/// revision (`--must-gather`, `--against`), and then asks nobody. Exit codes: 0 nothing differs, 1 something does
/// or is wrong, 2 no answer, or not a whole one
#[derive(Args, Debug)]
pub struct DiffArgs {
    /// Specs, manifests, or directories with either; the current directory if none is given
    ///
    /// Manifests are of the cluster that their label `regcfg.dev/cluster` names, those of a spec that is given, too, are not
    /// compared twice. With several clusters of manifests, the label names the context
    #[arg(value_name = "FILE|DIR")]
    pub paths: Vec<PathBuf>,

    /// Compare with an older state, and ask no cluster: a directory of manifests or specs, or a revision of Git
    ///
    /// A directory of that name comes before a revision
    #[arg(long, value_name = "DIR|REV", conflicts_with_all = ["must_gather", "predict", "field_manager", "compare_secrets"])]
    pub against: Option<PathBuf>,

    /// Compare with what `oc adm must-gather` or `oc adm inspect` collected of the cluster, and ask no cluster
    ///
    /// It never has all: an object of which nothing was collected is an answer that is not whole (exit code 2). Kinds that
    /// were not collected as a whole are named, and what of them is rendered no more is not told; that alone changes no exit
    /// code
    #[arg(long, value_name = "DIR", conflicts_with_all = ["predict", "compare_secrets"])]
    pub must_gather: Option<PathBuf>,

    /// How to print differences; by itself `unified`, or by the program that `KUBECTL_EXTERNAL_DIFF` names
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<DiffFormat>,

    /// How to find out what an apply makes of an object
    #[arg(long, value_name = "WAY", default_value = "auto")]
    pub predict: PredictArg,

    /// Predict for this manager, not for the one that applied each object last
    #[arg(long, value_name = "NAME")]
    pub field_manager: Option<String>,

    /// Take differences that hit no harder than this for none; exit 1 where one does
    #[arg(long, value_name = "IMPACT")]
    pub max_impact: Option<MaxImpact>,

    /// Show everything, also what operators and the API server write by themselves
    #[arg(long)]
    pub full: bool,

    /// Compare the values of secrets that are at hand, not only their keys; shows none
    ///
    /// For specs that you trust alone: it tells whether a value is the live one, so that whoever may write a spec and see what
    /// comes of it can guess at the values of live Secrets, again and again
    #[arg(long)]
    pub compare_secrets: bool,

    /// Let specs read environment variables of this name; a `*` at its end stands for anything
    ///
    /// May be given several times, and then replaces the default. They are read only with `--compare-secrets`
    #[arg(long, value_name = "PATTERN", default_value = "REGCFG_SECRET_*")]
    pub secret_env: Vec<EnvPattern>,

    /// What opens files that SOPS encrypted.
    #[command(flatten)]
    pub identities: IdentityArgs,

    /// Which clusters are asked.
    #[command(flatten)]
    pub cluster: ClusterArgs,

    /// The release of plain manifests.
    #[command(flatten)]
    pub target: TargetArg,

    /// What projects are held to.
    #[command(flatten)]
    pub policy: PolicyArgs,

    /// The day that certificates are judged by.
    #[command(flatten)]
    pub as_of: AsOf,
}

/// How it is found out what an apply makes of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PredictArg {
    /// The API server says it in a dry-run; where that is not allowed, it is computed
    Auto,
    /// The API server says it in a dry-run, or there is no answer
    DryRun,
    /// It is computed from the live object, as the API server does
    Merge,
}

/// How hard a change may hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum MaxImpact {
    /// Nothing is restarted
    None,
    /// New registry pods replace the old ones
    Rollout,
    /// Nodes are drained, or restarted
    Drain,
    /// Images are deleted, or can no longer be reached
    DataLoss,
}

impl From<MaxImpact> for Impact {
    fn from(arg: MaxImpact) -> Self {
        match arg {
            MaxImpact::None => Self::None,
            MaxImpact::Rollout => Self::Rollout,
            MaxImpact::Drain => Self::Drain,
            MaxImpact::DataLoss => Self::DataLoss,
        }
    }
}

impl From<PredictArg> for Predict {
    fn from(arg: PredictArg) -> Self {
        match arg {
            PredictArg::Auto => Self::Auto,
            PredictArg::DryRun => Self::DryRun,
            PredictArg::Merge => Self::Merge,
        }
    }
}

/// What came of one cluster.
struct Answer {
    diff: Option<ClusterDiff>,
    findings: Findings,
    fault: Option<anyhow::Error>,
    note: Option<String>,
}

pub(super) fn run(args: &DiffArgs, console: &mut Console<'_>) -> Result<Exit> {
    let paths = paths_or_here(&args.paths);
    let workspace = Workspace::open_under(args.policy.path(), &paths, args.as_of.as_of)?;
    let mut faults: Vec<Fault> = Vec::new();
    let mut failed = |error: &anyhow::Error, console: &mut Console<'_>| {
        let fault = failure::fault(error);
        // What is wrong with all clusters alike is said once.
        if !faults.iter().any(|said| said.message == fault.message) {
            console.show_error(error);
            faults.push(fault);
        }
    };
    for unopened in &workspace.faults {
        failed(&unopened.why, console);
    }
    let around: Vec<PathBuf> = workspace.opened.iter().map(|opened| opened.around.clone()).collect();
    let projects: Vec<Project<'_>> = workspace.opened.iter().map(|opened| Project::new(&opened.world)).collect();
    // A directory of manifests often is a part of the project that they are rendered from.
    let old = args.against.as_ref().filter(|path| path.is_dir()).map(|path| path.canonicalize()).transpose()?;
    let Gathered { subjects, wrong, not_compared, mut findings, errors, files } =
        gather(&workspace, &projects, args.target.openshift, old.as_deref());
    for error in &errors {
        failed(error, console);
    }
    if subjects.is_empty() && errors.is_empty() && workspace.faults.is_empty() && findings.is_empty() {
        bail!("nothing to compare: no `kind: ClusterRegistry` and no manifest among the files given");
    }
    let mut diffs = Vec::new();
    if let Some(against) = &args.against {
        let asked =
            older::Asked { against, workspace: &workspace, files, wrong, as_of: args.as_of.as_of, full: args.full };
        match older::compare(asked, &subjects, &mut findings) {
            Ok(found) => diffs = found,
            Err(error) => failed(&error, console),
        }
    } else if !subjects.is_empty() {
        let asking =
            Asking { args, identities: args.identities.of_invoker(&workspace), allowed: allowed(&args.secret_env) };
        let world = args.must_gather.as_deref().map(collected).transpose()?;
        let source = if let Some(world) = &world {
            Source::Collected(must_gather(args, world, &subjects)?)
        } else {
            let mut clusters = args.cluster.open(&around)?;
            clusters.expect(subjects.iter().map(|subject| (subject.context.as_ref(), &subject.named)))?;
            Source::Clusters(Box::new(clusters))
        };
        for answer in side_by_side(&subjects, |subject| asking.ask(subject, &source)) {
            findings.extend(answer.findings);
            diffs.extend(answer.diff);
            if let Some(note) = &answer.note {
                console.note(note);
            }
            if let Some(error) = answer.fault {
                failed(&error, console);
            }
        }
        if let Source::Clusters(clusters) = &source {
            for warning in clusters.warnings() {
                console.note(&warning);
            }
        }
    }
    // What is wrong stays a cluster, so that nobody takes the others for all.
    let called = [&args.against, &args.must_gather].into_iter().flatten().next();
    let called = called.map_or_else(|| "its cluster".into(), |path| path.display().to_string());
    let left_out = |name: &String| ClusterDiff::not_compared(name, &called, "what was given of it has errors");
    diffs.extend(not_compared.iter().map(left_out));
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

/// What is asked.
enum Source<'w> {
    /// Clusters.
    Clusters(Box<Clusters>),
    /// What was collected of one.
    Collected(MustGather<'w>),
}

/// Opens the directory of a must-gather.
fn collected(dir: &Path) -> Result<FsWorld> {
    let shown = || visible(&dir.display().to_string()).into_owned();
    if dir.is_file() {
        let message = format!("`{}` is a file, and a must-gather is a directory", shown());
        return Err(
            Refusal::new(message, "unpack the archive with `tar -xf`, and name the directory that comes out").into()
        );
    }
    FsWorld::open(dir, Path::new("."), None).with_context(|| format!("cannot open the must-gather `{}`", shown()))
}

/// Opens a must-gather, which is of one cluster.
fn must_gather<'w>(args: &DiffArgs, world: &'w FsWorld, subjects: &[Subject<'_>]) -> Result<MustGather<'w>> {
    let called = args.must_gather.as_ref().map(|dir| visible(&dir.display().to_string()).into_owned());
    let called = called.unwrap_or_default();
    if subjects.len() > 1 {
        let message = format!("{} clusters were given, and a must-gather is of one", subjects.len());
        return Err(Refusal::new(message, "name the spec of that cluster").into());
    }
    MustGather::open(world, called.clone()).ok_or_else(|| {
        let message =
            format!("`{called}` is no must-gather: neither `cluster-scoped-resources` nor `namespaces` is in it");
        Refusal::new(message, "name the directory that `oc adm must-gather` or `oc adm inspect` made, unpacked").into()
    })
}

/// What is the same for all clusters of a run.
struct Asking<'a> {
    args: &'a DiffArgs,
    identities: Identities,
    allowed: AllowedEnv,
}

impl Asking<'_> {
    /// Compares one cluster with what is asked.
    fn ask(&self, subject: &Subject<'_>, source: &Source<'_>) -> Answer {
        let mut findings = Findings::new();
        if let Some(ruling) = &subject.ruling {
            findings.weigh_by(std::sync::Arc::clone(ruling));
        }
        let clusters = match source {
            Source::Collected(live) => return self.compare(subject, live, Predict::Merge, findings),
            Source::Clusters(clusters) => clusters,
        };
        match clusters.client_for(subject.context.as_ref(), &subject.named, &mut findings) {
            Ok(Some(client)) => self.compare(subject, &*client, self.args.predict.into(), findings),
            Ok(None) => {
                let why = "the context by which it is reached is not said, or not allowed";
                let diff = ClusterDiff::not_compared(&subject.name, "its cluster", why);
                Answer { diff: Some(diff), findings, fault: None, note: None }
            }
            Err(error) => {
                let diff = ClusterDiff::not_compared(&subject.name, "its cluster", "there is no way to it");
                Answer { diff: Some(diff), findings, fault: Some(error), note: None }
            }
        }
    }

    fn compare(&self, subject: &Subject<'_>, live: &dyn Live, predict: Predict, mut findings: Findings) -> Answer {
        let beside = update::beside(&subject.objects);
        let asked = Asked {
            cluster: &subject.name,
            named: &subject.named,
            objects: &subject.objects,
            beside: &beside,
            target: subject.target,
            predict,
            field_manager: self.args.field_manager.as_deref(),
            full: self.args.full,
            has_secret_values: live.has_secret_values(),
        };
        let mut unread = Findings::new();
        let mut values = |slot: &SecretSlot| {
            if !self.args.compare_secrets || slot.encrypted().is_some() {
                return no_secrets(slot);
            }
            fill(slot, subject.world, &self.allowed, &self.identities, &mut unread)
        };
        let mut said = Findings::new();
        let (found, lists) = thread::scope(|scope| {
            let lists = scope.spawn(|| consequences::lists(live, subject));
            (compare(live, &asked, &mut values, &mut said), lists.join())
        });
        let Ok(mut lists) = lists else {
            let error = anyhow!("`{}` met an internal error", visible(&subject.name));
            return Answer { diff: None, findings, fault: Some(error), note: None };
        };
        let not_collected = lists.take_not_collected();
        let note = not_looked_for(live, &not_collected);
        let diff = consequences::judge(subject, found, lists, &mut said);
        let diff = ClusterDiff { not_collected, ..diff };
        // What the profile alone wrote is told at the platform, as everywhere.
        match &subject.platform {
            Some((_, platform)) => {
                findings.extend(said.into_iter().map(|finding| finding.in_users_words(platform)));
            }
            None => findings.extend(said),
        }
        findings.extend(unread);
        Answer { diff: Some(diff), findings, fault: None, note }
    }
}

/// Says of which kinds nobody knows what is left over of earlier.
fn not_looked_for(live: &dyn Live, kinds: &BTreeSet<String>) -> Option<String> {
    let kinds: Vec<&str> = kinds.iter().map(String::as_str).collect();
    (!kinds.is_empty()).then(|| {
        let (called, kinds) = (quoted(live.called()), kinds.join(", "));
        format!(
            "{called} does not hold all of these kinds, so that what of them is rendered no more is not told: {kinds}"
        )
    })
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
