//! `regcfg profile`: lists the profiles of platforms, and shows one.

use anyhow::Result;
use clap::{Args, Subcommand};

use super::console::Console;
use super::exit::Exit;

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum ProfileCommand {
    /// List the profiles
    List,
    /// Show what a profile allows, what it sets by default and what it renders
    Show(ShowArgs),
}

/// Show a profile
#[derive(Args, Debug)]
pub struct ShowArgs {
    /// The profile, such as aws-upi
    name: String,
}

pub(super) fn run(command: &ProfileCommand, console: &mut Console<'_>) -> Result<Exit> {
    match command {
        ProfileCommand::List => list(console),
        ProfileCommand::Show(args) => show(&args.name, console),
    }
}

fn list(_: &mut Console<'_>) -> Result<Exit> {
    Err(super::unwired("profile list"))
}

fn show(_: &str, _: &mut Console<'_>) -> Result<Exit> {
    Err(super::unwired("profile show"))
}
