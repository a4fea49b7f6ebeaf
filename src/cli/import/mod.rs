//! `regcfg import`: makes a spec of the objects of a cluster, and says what of them no spec can say.
//!
//! Objects come from the cluster itself, a must-gather, manifests or standard input. The spec goes to standard output, or into a directory with the files that
//! it names; what is told beside it goes to standard error.

mod json;
mod proof;
mod read;
mod report;

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::{Args, ValueEnum};

use super::args::target;
use super::cluster_args::ClusterArgs;
use super::console::Console;
use super::exit::Exit;
use super::failure::Refusal;
use super::new_files::{self, NewFile};
use super::workspace::Workspace;
use crate::diag::visible::inert;
use crate::diag::{Findings, Outcome};
use crate::import::{Imported, Wish, import};
use crate::live::Unknown;
use crate::profile::Profiles;
use crate::target::Target;
use crate::world::fs;
use read::Read;

/// Make a spec of the objects of a cluster
///
/// Reads the configuration of a cluster's registry, and prints a spec that renders it again: without what operator and
/// server filled in, with secrets as references to those that the cluster has. On standard error it lists all that a spec
/// cannot say, and why. With `--output-dir` it writes the spec and the certificates that it names, and never overwrites a
/// file; without it certificates stand in the spec
#[derive(Args, Debug)]
pub struct ImportArgs {
    /// Read manifests and ask no cluster: files, directories, or `-` for standard input
    ///
    /// May be given several times. All that is read must be of one cluster
    #[arg(long, value_name = "FILE|DIR|-", conflicts_with = "must_gather")]
    from: Vec<PathBuf>,

    /// Read what `oc adm must-gather` collected, and ask no cluster
    #[arg(long, value_name = "DIR")]
    must_gather: Option<PathBuf>,

    /// The cluster's name: lowercase letters, digits and `-`; else it is read off the objects
    #[arg(long)]
    name: Option<String>,

    /// The platform, one of `regcfg profile list`; else it is told by the objects
    #[arg(long)]
    platform: Option<String>,

    /// The OpenShift release, such as 4.19; else it is told by the objects
    #[arg(long, value_name = "RELEASE", value_parser = target)]
    openshift: Option<Target>,

    /// Write the spec as NAME.yaml into this directory, and the certificates that it names beside it
    #[arg(short, long, value_name = "DIR")]
    output_dir: Option<PathBuf>,

    /// How to print the spec and what it does not say
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: ImportFormat,

    /// The cluster that is asked.
    #[command(flatten)]
    cluster: ClusterArgs,
}

/// How an import is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ImportFormat {
    /// The spec, and for people what it does not say
    Text,
    /// One document for programs, of a stable shape
    Json,
}

/// All that an import tells.
struct Told<'a> {
    imported: &'a Imported,
    /// What could not be looked at.
    unknown: &'a [Unknown],
    /// Why nobody knows whether there is a Secret with credentials of the user's own.
    unseen_secret: Option<&'a Unknown>,
    /// What is found on the spec.
    outcome: Outcome,
    /// What the spec renders differently.
    differs: Vec<String>,
}

pub(super) fn run(args: &ImportArgs, console: &mut Console<'_>) -> Result<Exit> {
    let profiles = profiles(args, console)?;
    let Read { objects, unknown, unseen_secret, has_no_user_secret } = read(args, console)?;
    let originals = objects.clone();
    let wish = Wish {
        profiles: &profiles,
        name: args.name.as_deref(),
        platform: args.platform.as_deref(),
        target: args.openshift,
        files: args.output_dir.is_some(),
        has_no_user_secret,
    };
    let mut imported = import(objects, &wish).map_err(|refused| Refusal::new(refused.message, refused.help))?;
    if args.from.is_empty() && args.must_gather.is_none() {
        // Nobody can open a place in what a server answered.
        imported.left.iter_mut().for_each(|left| left.place = None);
    }
    let proof = proof::proof(&imported, &originals, &profiles, fs::clock());
    let told = Told {
        imported: &imported,
        unknown: &unknown,
        unseen_secret: unseen_secret.as_ref(),
        outcome: Outcome::new(proof.findings),
        differs: proof.differs,
    };
    let created = match &args.output_dir {
        Some(dir) => write(dir, &imported)?,
        None => Vec::new(),
    };
    match args.format {
        ImportFormat::Json => console.print(json::document(&told, &created))?,
        ImportFormat::Text => {
            let lines = created.iter().map(|path| format!("created {}\n", inert(&path.display().to_string())));
            let result = if args.output_dir.is_some() { lines.collect() } else { imported.spec.clone() };
            console.print(result)?;
            console.tell(&report::text(&told));
            console.show_findings(&told.outcome);
        }
    }
    let exit = if told.outcome.findings().any(crate::diag::Diagnostic::is_error) { Exit::No } else { Exit::Done };
    Ok(if unknown.is_empty() { exit } else { exit.merge(Exit::NoAnswer) })
}

/// Reads the objects from where the user says.
fn read(args: &ImportArgs, console: &mut Console<'_>) -> Result<Read> {
    if let Some(dir) = &args.must_gather {
        return read::must_gather(dir);
    }
    if !args.from.is_empty() {
        return read::objects(&args.from, console);
    }
    let around = Workspace::one(Path::new("."), None)?.around;
    let clusters = args.cluster.open(&[around])?;
    let client = clusters.client()?;
    read::looked_at(&*client)
}

/// Returns the platforms of the project that the spec goes into, or that the user stands in.
fn profiles(args: &ImportArgs, console: &mut Console<'_>) -> Result<Profiles> {
    let dir = args.output_dir.as_deref().filter(|dir| dir.is_dir()).unwrap_or(Path::new("."));
    let mut findings = Findings::new();
    let profiles = Workspace::one(dir, None)?.profiles(&mut findings);
    console.show_findings(&Outcome::new(findings));
    Ok(profiles)
}

/// Writes the spec and the files that it names, all of them or none.
fn write(dir: &Path, imported: &Imported) -> Result<Vec<PathBuf>> {
    let spec = NewFile::new(format!("{}.yaml", imported.name), imported.spec.clone());
    let others = imported.files.iter().map(|(path, text)| NewFile::new(path, text.clone()));
    let files: Vec<NewFile> = std::iter::once(spec).chain(others).collect();
    new_files::write_all(dir, &files)?;
    Ok(files.into_iter().map(|file| dir.join(file.path)).collect())
}
