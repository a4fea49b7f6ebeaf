//! `regcfg argocd`: what Argo CD's config management plugin calls, in the Application's directory.
//!
//! Argo CD caches and shows what a failing plugin says on standard error, and prunes what an empty standard output leaves
//! out: `generate` prints every object or none, and none is never exit 0. `discover` follows another contract: it answers
//! by whether it prints, and any other exit than 0 is an error, not a "no".

use anyhow::Result;
use clap::{Args, Subcommand};

use super::args::{AsOf, SecretArgs};
use super::console::Console;
use super::exit::Exit;

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum ArgocdCommand {
    /// Render the one cluster of the current directory
    Generate(GenerateArgs),
    /// Tell whether the current directory holds a spec
    ///
    /// Prints its name if so and nothing otherwise, with exit code 0 both times, as Argo CD's discovery wants
    Discover,
}

/// Render the one cluster of the current directory
#[derive(Args, Debug)]
pub struct GenerateArgs {
    /// What may be done with secrets.
    #[command(flatten)]
    pub secrets: SecretArgs,

    /// The day that certificates are judged by.
    #[command(flatten)]
    pub as_of: AsOf,
}

pub(super) fn run(command: &ArgocdCommand, console: &mut Console<'_>) -> Result<Exit> {
    match command {
        ArgocdCommand::Generate(args) => generate(args, console),
        ArgocdCommand::Discover => discover(console),
    }
}

fn generate(_: &GenerateArgs, _: &mut Console<'_>) -> Result<Exit> {
    Err(super::unwired("argocd generate"))
}

fn discover(_: &mut Console<'_>) -> Result<Exit> {
    Err(super::unwired("argocd discover"))
}
