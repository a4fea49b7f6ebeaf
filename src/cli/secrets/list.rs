//! `regcfg secrets list`: which Secrets each cluster needs, from where, and what is missing.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};

use super::{json, table};
use crate::cli::args::{AsOf, EnvPattern, PolicyArgs, allowed, paths_or_here};
use crate::cli::console::Console;
use crate::cli::exit::Exit;
use crate::cli::workspace::Workspace;
use crate::diag::{Diagnostic, Findings, Outcome};
use crate::load::Project;
use crate::lower::{Day, Delivery};
use crate::needs::Needs;
use crate::pipeline;
use crate::secret::AllowedEnv;

/// List the Secrets that clusters need, where each value comes from, and what is missing
///
/// Looks for files and keys of encrypted files, and asks whether variables are set; reads no value, no store and no
/// cluster. A spec with errors is listed as far as it is known. Exit codes: 0 nothing is missing, 1 something is missing or
/// wrong with a spec, 2 no answer
#[derive(Args, Debug)]
pub struct ListArgs {
    /// Specs, or directories with specs; the current directory if none is given
    #[arg(value_name = "FILE|DIR")]
    paths: Vec<PathBuf>,

    /// Show only what is missing
    #[arg(long)]
    missing: bool,

    /// How to print the list
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: ListFormat,

    /// Take environment variables of this name as those that specs may read; a `*` at its end stands for anything
    ///
    /// May be given several times, and then replaces the default
    #[arg(long, value_name = "PATTERN", default_value = "REGCFG_SECRET_*")]
    secret_env: Vec<EnvPattern>,

    /// What projects are held to.
    #[command(flatten)]
    policy: PolicyArgs,

    /// The day that certificates are judged by.
    #[command(flatten)]
    as_of: AsOf,
}

/// How a list is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ListFormat {
    /// For people
    Text,
    /// One document for programs, of a stable shape
    Json,
}

/// A cluster in the list.
pub(super) struct Listed {
    /// Its spec, as findings name it.
    pub(super) file: String,
    /// What it needs.
    pub(super) needs: Needs,
}

/// How many there are of what is listed, whatever of it is shown.
#[derive(Clone, Copy, Default)]
pub(super) struct Tally {
    pub(super) clusters: usize,
    pub(super) secrets: usize,
    pub(super) keys: usize,
    /// Keys of which something is missing.
    pub(super) missing: usize,
    /// Secrets that must be on their cluster already.
    pub(super) existing: usize,
}

pub(super) fn run(args: &ListArgs, console: &mut Console<'_>) -> Result<Exit> {
    let workspace = Workspace::open_under(args.policy.path(), &paths_or_here(&args.paths), args.as_of.as_of)?;
    let mut exit = Exit::Done;
    let (mut clusters, errors) = listed(&workspace, &allowed(&args.secret_env), &mut exit, console)?;
    let tally = Tally::of(&clusters);
    if args.missing {
        keep_missing(&mut clusters);
    }
    match args.format {
        ListFormat::Text => console.print(table::list(&clusters))?,
        ListFormat::Json => console.print(json::document(&clusters, tally))?,
    }
    if errors.has_errors() || tally.missing > 0 {
        exit = exit.merge(Exit::No);
    }
    console.show_findings(&Outcome::new(errors));
    if args.format == ListFormat::Text && tally.clusters > 0 {
        console.note(&tally.in_words());
    }
    Ok(exit)
}

/// Returns what the clusters of a workspace need, with the errors of their specs. What could not be had at all is shown.
fn listed(
    workspace: &Workspace,
    allowed: &AllowedEnv,
    exit: &mut Exit,
    console: &mut Console<'_>,
) -> Result<(Vec<Listed>, Findings)> {
    for fault in &workspace.faults {
        console.show_error(&fault.why);
        *exit = Exit::NoAnswer;
    }
    let (mut clusters, mut errors) = (Vec::new(), Findings::new());
    let mut n_specs = 0;
    for opened in &workspace.opened {
        let project = Project::new(&opened.world);
        let mut found = Findings::new();
        let specs = opened.specs(&project, &mut found);
        n_specs += specs.len();
        let answers = opened.each(&project, &specs, Day::Running, |session, path, findings| {
            let checked = pipeline::as_far_as_known(session, path, findings)?;
            let world = session.project.world();
            Some(Listed { file: world.display(path), needs: Needs::of(&checked, world, allowed) })
        });
        for answer in answers {
            match answer {
                Ok(answer) => {
                    found.extend(answer.findings);
                    clusters.extend(answer.made);
                }
                Err(error) => {
                    console.show_error(&error);
                    *exit = Exit::NoAnswer;
                }
            }
        }
        // Warnings are for `check`: they keep nothing from being listed.
        errors.extend(found.into_iter().filter(Diagnostic::is_error));
    }
    if n_specs == 0 && workspace.faults.is_empty() && errors.is_empty() {
        bail!("no spec to list: no `kind: ClusterRegistry` among the files given");
    }
    Ok((clusters, errors))
}

/// Keeps the keys of which something is missing, with what they stand in.
fn keep_missing(clusters: &mut Vec<Listed>) {
    for secret in clusters.iter_mut().flat_map(|cluster| &mut cluster.needs.secrets) {
        secret.keys.retain(|key| !key.state.missing().is_empty());
    }
    for cluster in clusters.iter_mut() {
        cluster.needs.secrets.retain(|secret| !secret.keys.is_empty());
    }
    clusters.retain(|cluster| !cluster.needs.secrets.is_empty());
}

impl Tally {
    fn of(clusters: &[Listed]) -> Self {
        let secrets = || clusters.iter().flat_map(|cluster| &cluster.needs.secrets);
        Self {
            clusters: clusters.len(),
            secrets: secrets().count(),
            keys: secrets().map(|secret| secret.keys.len()).sum(),
            missing: clusters.iter().map(|cluster| cluster.needs.n_missing()).sum(),
            existing: secrets().filter(|secret| secret.delivery == Some(Delivery::There)).count(),
        }
    }

    fn in_words(self) -> String {
        let counted = |count: usize, one: &str| if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") };
        let (clusters, secrets) = (counted(self.clusters, "cluster"), counted(self.secrets, "Secret"));
        let need = if self.clusters == 1 { "needs" } else { "need" };
        let mut words = format!("{clusters} {need} {secrets}");
        match self.missing {
            0 => words.push_str("; nothing is missing that can be seen from here"),
            1 => words.push_str("; 1 value is missing"),
            missing => words.extend(["; ", &missing.to_string(), " values are missing"]),
        }
        match self.existing {
            0 => {}
            1 => words.push_str("; 1 must be on its cluster already"),
            existing => words.extend(["; ", &existing.to_string(), " must be on their clusters already"]),
        }
        words
    }
}
