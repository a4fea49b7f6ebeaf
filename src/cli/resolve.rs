//! `regcfg resolve`: shows one spec with its layers and its profile's defaults merged, each value with its origin.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;

use super::console::Console;
use super::exit::Exit;

/// Show a spec with its layers and defaults merged, each value with its origin
#[derive(Args, Debug)]
pub struct ResolveArgs {
    /// The spec
    file: PathBuf,
}

pub(super) fn run(args: &ResolveArgs, console: &mut Console<'_>) -> Result<Exit> {
    resolve(&args.file, console)
}

fn resolve(_: &Path, _: &mut Console<'_>) -> Result<Exit> {
    Err(super::unwired("resolve"))
}
