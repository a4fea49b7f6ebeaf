//! `regcfg render`: prints the manifests of clusters, writes them to a directory, or compares them with one.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;

use super::args::{AsOf, SecretArgs, paths_or_here};
use super::console::Console;
use super::exit::Exit;

/// Render the manifests of clusters
///
/// Prints them as one stream of YAML documents, or writes a directory per cluster. A cluster with errors is left out and
/// does not stop the others; the exit code is that of the worst
#[derive(Args, Debug)]
pub struct RenderArgs {
    /// Specs, or directories with specs; the current directory if none is given
    #[arg(value_name = "FILE|DIR")]
    paths: Vec<PathBuf>,

    /// Write a directory per cluster into this one, each wholly or not at all
    #[arg(short, long, value_name = "DIR", conflicts_with = "verify")]
    output_dir: Option<PathBuf>,

    /// Compare with what this directory holds, and show what differs; exit 1 if anything does
    #[arg(long, value_name = "DIR")]
    verify: Option<PathBuf>,

    /// Render complete objects, for a cluster whose operator has made none yet
    ///
    /// Without it, objects that the registry operator bootstraps are partial: only what the spec says, for server-side apply
    #[arg(long)]
    day0: bool,

    /// Say in a comment behind each line which file and line it comes from
    #[arg(long, conflicts_with_all = ["output_dir", "verify"])]
    explain: bool,

    #[command(flatten)]
    secrets: SecretArgs,

    #[command(flatten)]
    as_of: AsOf,
}

/// Where the manifests go.
enum Destination<'a> {
    /// To standard output.
    Stream { explain: bool },
    /// Into a directory.
    Tree(&'a Path),
    /// Nowhere: they are compared with a directory.
    Verify(&'a Path),
}

impl RenderArgs {
    fn destination(&self) -> Destination<'_> {
        match (&self.output_dir, &self.verify) {
            (Some(dir), _) => Destination::Tree(dir),
            (None, Some(dir)) => Destination::Verify(dir),
            (None, None) => Destination::Stream { explain: self.explain },
        }
    }
}

pub(super) fn run(args: &RenderArgs, console: &mut Console<'_>) -> Result<Exit> {
    let paths = paths_or_here(&args.paths);
    render(&paths, &args.destination(), args, console)
}

fn render(
    _paths: &[PathBuf],
    destination: &Destination<'_>,
    args: &RenderArgs,
    _console: &mut Console<'_>,
) -> Result<Exit> {
    let _asked = (args.day0, &args.secrets, args.as_of);
    match destination {
        Destination::Stream { explain: _ } | Destination::Tree(_) | Destination::Verify(_) => {
            Err(super::unwired("render"))
        }
    }
}
