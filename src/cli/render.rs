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

    /// Say in a comment behind each line which file and line it comes from
    #[arg(long, conflicts_with_all = ["output_dir", "verify"])]
    pub explain: bool,

    /// What may be done with secrets.
    #[command(flatten)]
    pub secrets: SecretArgs,

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

fn render(_: &[PathBuf], _: Destination<'_>, _: &RenderArgs, _: &mut Console<'_>) -> Result<Exit> {
    Err(super::unwired("render"))
}
