//! `regcfg render`: prints the manifests of clusters, writes them to a directory, or compares them with one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::Args;

use super::args::{AsOf, PolicyArgs, SecretArgs, paths_or_here};
use super::cluster::{Made, Wish, make};
use super::console::Console;
use super::exit::Exit;
use super::identities::IdentityArgs;
use super::survey::judge_clusters;
use super::workspace::{Answer, Workspace};
use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, Outcome, codes};
use crate::emit::stream::join;
use crate::emit::tree::OutputDir;
use crate::emit::verify::verify;
use crate::emit::work_tree::would_take;
use crate::emit::{DecryptedBy, RenderedCluster};
use crate::load::Project;
use crate::lower::Day;
use crate::tree::Place;

/// Render the manifests of clusters
///
/// Prints them as one stream of YAML documents, or writes a directory per cluster. A cluster with errors is left out and
/// does not stop the others; the exit code is that of the worst
#[derive(Args, Debug)]
pub struct RenderArgs {
    /// Specs, or directories with specs; the current directory if none is given
    #[arg(value_name = "FILE|DIR")]
    pub paths: Vec<PathBuf>,

    /// Write a directory per cluster into this one, each wholly or not at all
    #[arg(short, long, value_name = "DIR", conflicts_with = "verify")]
    pub output_dir: Option<PathBuf>,

    /// Compare with what this directory holds, and show what differs; exit 1 if anything does
    #[arg(long, value_name = "DIR")]
    pub verify: Option<PathBuf>,

    /// Render complete objects, for a cluster whose operator has made none yet
    ///
    /// Without it, objects that the registry operator bootstraps are partial: only what the spec says, for server-side apply
    #[arg(long)]
    pub day0: bool,

    /// Show in front of each line the file, line and column that wrote it; not YAML any more
    #[arg(long, conflicts_with_all = ["output_dir", "verify"])]
    pub explain: bool,

    /// What may be done with secrets.
    #[command(flatten)]
    pub secrets: SecretArgs,

    /// What opens files that SOPS encrypted.
    #[command(flatten)]
    pub identities: IdentityArgs,

    /// What projects are held to.
    #[command(flatten)]
    pub policy: PolicyArgs,

    /// The day that certificates are judged by.
    #[command(flatten)]
    pub as_of: AsOf,
}

/// Where the manifests go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Destination<'a> {
    /// To standard output.
    Stream {
        /// Whether each line says where it comes from.
        explain: bool,
    },
    /// Into a directory.
    Tree(&'a Path),
    /// Nowhere: they are compared with a directory.
    Verify(&'a Path),
}

impl RenderArgs {
    /// Returns where the manifests go.
    pub fn destination(&self) -> Destination<'_> {
        match (&self.output_dir, &self.verify) {
            (Some(dir), _) => Destination::Tree(dir),
            (None, Some(dir)) => Destination::Verify(dir),
            (None, None) => Destination::Stream { explain: self.explain },
        }
    }
}

pub(super) fn run(args: &RenderArgs, console: &mut Console<'_>) -> Result<Exit> {
    render(&paths_or_here(&args.paths), args.destination(), args, console)
}

fn render(paths: &[PathBuf], to: Destination<'_>, args: &RenderArgs, console: &mut Console<'_>) -> Result<Exit> {
    let workspace = Workspace::open_under(args.policy.path(), paths, args.as_of.as_of)?;
    let identities = args.identities.of_invoker(&workspace);
    let wish = Wish {
        secrets: &args.secrets,
        identities: &identities,
        explain: args.explain,
        decrypted_by: DecryptedBy::Engine,
    };
    let mut run = Run { exit: Exit::Done, findings: Findings::new(), clusters: Vec::new() };
    for fault in &workspace.faults {
        console.show_error(&fault.why);
        run.exit = Exit::NoAnswer;
    }
    let mut n_specs = 0;
    for opened in &workspace.opened {
        let project = Project::new(&opened.world);
        let specs = opened.specs(&project, &mut run.findings);
        n_specs += specs.len();
        let day = if args.day0 { Day::Zero } else { Day::Running };
        let mut made = Vec::new();
        for answer in opened.each(&project, &specs, day, |session, path, findings| make(session, path, wish, findings))
        {
            made.extend(run.take(answer, console));
        }
        let surveyed = made.iter_mut().filter_map(|made| made.surveyed.take()).collect();
        run.judge_together(judge_clusters(opened, &project, surveyed), made);
    }
    run.refuse_twins();
    if run.findings.has_errors() {
        run.exit = run.exit.merge(Exit::No);
    }
    if n_specs == 0 && workspace.faults.is_empty() && run.findings.is_empty() {
        bail!("no spec to render: no `kind: ClusterRegistry` among the files given");
    }
    if let Destination::Tree(dir) = to {
        run.warn_of_git(dir);
    }
    let whole = !run.findings.has_errors() && workspace.opened.iter().all(|opened| opened.files.is_empty());
    let written = deliver(std::mem::take(&mut run.clusters), to, whole, console);
    console.show_findings(&Outcome::new(run.findings));
    Ok(run.exit.merge(written?))
}

/// What a run made and found.
struct Run {
    exit: Exit,
    findings: Findings,
    clusters: Vec<Made>,
}

impl Run {
    fn take(&mut self, answer: Result<Answer<Made>>, console: &mut Console<'_>) -> Option<Made> {
        match answer {
            Ok(answer) => {
                self.findings.extend(answer.findings);
                answer.made
            }
            Err(error) => {
                console.show_error(&error);
                self.exit = Exit::NoAnswer;
                None
            }
        }
    }

    /// Takes the clusters of a project, without those that have a part in an error among them.
    fn judge_together(&mut self, found: Findings, mut made: Vec<Made>) {
        let errors = found.iter().filter(|finding| finding.is_error());
        let places =
            errors.flat_map(|error| error.notes.iter().filter_map(|note| note.place.as_ref()).chain([&error.place]));
        let wrong: BTreeSet<&str> = places.map(|place| place.source.name()).collect();
        made.retain(|made| !made.documents.iter().any(|document| wrong.contains(&**document)));
        self.findings.extend(found);
        self.clusters.extend(made);
    }

    /// Refuses two clusters of one name that are of different projects: one would silently take the other's directory.
    fn refuse_twins(&mut self) {
        let mut seen: BTreeMap<String, Place> = BTreeMap::new();
        let mut twins = Vec::new();
        for made in &self.clusters {
            let name = &made.rendered.name;
            match seen.get(name) {
                Some(first) => {
                    let message = format!("a second cluster named `{name}`");
                    let finding = Diagnostic::error(&codes::DUPLICATE_CLUSTER, &made.named, message);
                    self.findings
                        .push(finding.note_at(first, "the first one").help("give each cluster a name of its own"));
                    twins.push(name.clone());
                }
                None => _ = seen.insert(name.clone(), made.named.clone()),
            }
        }
        self.clusters.retain(|made| !twins.contains(&made.rendered.name));
    }
}

impl Run {
    /// Warns of plain secrets that are written where Git would take them.
    fn warn_of_git(&mut self, dir: &Path) {
        let taken = self.clusters.iter().filter(|made| made.rendered.private && would_take(dir, &made.rendered));
        let warn = |made: &Made| {
            let message = "plain secrets of this cluster are written into a work tree of Git";
            Diagnostic::warning(&codes::SECRETS_BESIDE_GIT, &made.named, message)
                .note(format!("no ignore file covers {}", quoted(&dir.join(&made.rendered.name).display().to_string())))
                .help("write them outside of the repository, or have its `.gitignore` cover the directory")
        };
        let warnings: Vec<Diagnostic> = taken.map(warn).collect();
        self.findings.extend(warnings);
    }
}

/// Brings the clusters to where they go. Each is written wholly or not at all, and one that fails stops no other.
///
/// With `whole`, the clusters are all that a directory to compare with may hold.
fn deliver(clusters: Vec<Made>, to: Destination<'_>, whole: bool, console: &mut Console<'_>) -> Result<Exit> {
    if let Destination::Stream { explain: true } = to {
        let explained: Vec<String> = clusters.into_iter().filter_map(|made| made.explained).collect();
        console.print(explained.join("---\n"))?;
        return Ok(Exit::Done);
    }
    let rendered: Vec<RenderedCluster> = clusters.into_iter().map(|made| made.rendered).collect();
    match to {
        Destination::Stream { .. } => {
            console.print(join(&rendered).as_bytes())?;
            Ok(Exit::Done)
        }
        Destination::Tree(dir) => write(&rendered, dir, console),
        Destination::Verify(dir) => {
            let differences = verify(dir, &rendered, whole)?;
            let shown: Vec<String> = differences.iter().map(ToString::to_string).collect();
            console.print(shown.join("\n") + if shown.is_empty() { "" } else { "\n" })?;
            Ok(if differences.is_empty() { Exit::Done } else { Exit::No })
        }
    }
}

fn write(clusters: &[RenderedCluster], dir: &Path, console: &mut Console<'_>) -> Result<Exit> {
    if clusters.is_empty() {
        return Ok(Exit::Done);
    }
    let output = OutputDir::open(dir)?;
    let mut exit = Exit::Done;
    for cluster in clusters {
        match output.write(cluster) {
            Ok(written) => console.note(&format!("{written} {}", dir.join(&cluster.name).display())),
            Err(error) => {
                console.show_error(&error);
                exit = Exit::NoAnswer;
            }
        }
    }
    Ok(exit)
}
