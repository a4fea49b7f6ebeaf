//! `regcfg schema`: prints the JSON Schema of a kind, regcfg's own or one that it renders.

use anyhow::Result;
use clap::Args;

use super::args::TargetArg;
use super::console::Console;
use super::exit::Exit;
use crate::target::Target;

/// Print the JSON Schema of a kind
#[derive(Args, Debug)]
pub struct SchemaArgs {
    /// The kind, regcfg's own or one that it renders
    #[arg(default_value = "ClusterRegistry")]
    kind: String,

    #[command(flatten)]
    target: TargetArg,
}

pub(super) fn run(args: &SchemaArgs, console: &mut Console<'_>) -> Result<Exit> {
    schema(&args.kind, args.target.openshift, console)
}

fn schema(_: &str, _: Option<Target>, _: &mut Console<'_>) -> Result<Exit> {
    Err(super::unwired("schema"))
}
