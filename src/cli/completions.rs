//! `regcfg completions`: prints what a shell needs to complete regcfg's arguments.

use anyhow::Result;
use clap::Args;
use clap_complete::Shell;

use super::console::Console;
use super::exit::Exit;

/// Print completions for a shell
///
/// For instance: `regcfg completions bash > /etc/bash_completion.d/regcfg`
#[derive(Args, Debug)]
pub struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

pub(super) fn run(args: &CompletionsArgs, console: &mut Console<'_>) -> Result<Exit> {
    // Into memory first: the generator panics where it cannot write.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::command(), "regcfg", &mut script);
    console.print(script)?;
    Ok(Exit::Done)
}
