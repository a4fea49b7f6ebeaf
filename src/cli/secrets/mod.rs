//! `regcfg secrets`: says which Secrets clusters need, and how to make them. No secret is read or shown.

mod commands;
mod json;
mod list;

mod skeleton;
mod table;
mod template;

use anyhow::Result;
use clap::Subcommand;

use super::console::Console;
use super::exit::Exit;

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum SecretsCommand {
    /// List the Secrets that clusters need, where each value comes from, and what is missing
    List(list::ListArgs),
    /// Print a Secret without its values, and the commands that encrypt or create it
    Template(template::TemplateArgs),
}

pub(super) fn run(command: &SecretsCommand, console: &mut Console<'_>) -> Result<Exit> {
    match command {
        SecretsCommand::List(args) => list::run(args, console),
        SecretsCommand::Template(args) => template::run(args, console),
    }
}
