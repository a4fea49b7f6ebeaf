//! The command line: arguments in, results and findings out, an exit code back.
//!
//! Each command is a file here: its arguments, whose doc comments are its help, and a `run` that calls the library and
//! prints through [`Console`]. Only this module and `main` print, read standard input or know exit codes; the library
//! stays off terminal and process.

mod argocd;
pub mod args;
mod check;
mod cluster;
mod cluster_args;
mod completions;
pub mod console;
mod diff;
mod exit;
mod explain;
mod external_diff;
mod failure;
mod identities;
mod import;
mod init;
mod new_files;
mod origins;
mod outside;
mod panic;
mod parallel;
mod policy;
mod profile;
mod render;
mod resolve;
mod schema;
mod secrets;
mod states;
mod status;
mod survey;
mod workspace;

pub use args::Cli;
pub use console::Console;
pub use exit::Exit;

use std::ffi::{OsStr, OsString};
use std::io::{self, IsTerminal};
use std::path::Path;

use anyhow::Result;
use clap::{CommandFactory, FromArgMatches};

use crate::diag::visible::inert;
use crate::world::fs::variable;
use crate::world::harden::keep_memory_private;
use args::Command;

/// Runs the process's arguments on the process's streams.
pub fn main() -> Exit {
    keep_memory_private();
    panic::guard(|| {
        // Not locked: the panic hook of another thread must be able to write while this one waits for it.
        let (mut input, mut out, mut err) = (io::stdin(), io::stdout(), io::stderr());
        let wanted = colours_wanted();
        let (out_shows, err_shows) = (wanted && out.is_terminal(), wanted && err.is_terminal());
        let mut console = Console::new(&mut input, &mut out, &mut err).with_colours(out_shows, err_shows);
        run(std::env::args_os(), &mut console)
    })
}

/// Runs a command line, whose first word is the program's own name.
pub fn run(args: impl IntoIterator<Item = OsString>, console: &mut Console<'_>) -> Exit {
    let answer = match parse(args) {
        Ok(cli) => {
            console.set_colour(cli.color);
            dispatch(&cli.command, console)
        }
        Err(error) => show_usage(&error, console),
    };
    answer.unwrap_or_else(|error| {
        console.show_error(&error);
        Exit::NoAnswer
    })
}

/// Returns the description of the command line, for completions and the reference.
pub fn command() -> clap::Command {
    Cli::command()
}

fn dispatch(command: &Command, console: &mut Console<'_>) -> Result<Exit> {
    match command {
        Command::Init(args) => init::run(args, console),
        Command::Import(args) => import::run(args, console),
        Command::Render(args) => render::run(args, console),
        Command::Check(args) => check::run(args, console),
        Command::Diff(args) => diff::run(args, console),
        Command::Resolve(args) => resolve::run(args, console),
        Command::Explain(args) => explain::run(args, console),
        Command::Schema(args) => schema::run(args, console),
        Command::Profile(command) => profile::run(command, console),
        Command::Secrets(command) => secrets::run(command, console),
        Command::Status(args) => status::run(args, console),
        Command::Completions(args) => completions::run(args, console),
        Command::Argocd(command) => argocd::run(command, console),
    }
}

fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Cli, clap::Error> {
    let args: Vec<OsString> = args.into_iter().collect();
    let called = args.first().map(OsString::as_os_str).unwrap_or_default();
    let matches = command().bin_name(name_called_by(called)).try_get_matches_from(&args)?;
    Cli::from_arg_matches(&matches)
}

/// Returns the name that usage lines show: `kubectl-regcfg` is run by `kubectl regcfg`, and so on.
fn name_called_by(program: &OsStr) -> &'static str {
    match Path::new(program).file_stem().and_then(OsStr::to_str) {
        Some("kubectl-regcfg") => "kubectl regcfg",
        Some("oc-regcfg") => "oc regcfg",
        Some("flux-regcfg") => "flux regcfg",
        _ => "regcfg",
    }
}

/// Shows help, the version or a usage error. What the user typed is quoted in errors, so each line is made inert.
fn show_usage(error: &clap::Error, console: &mut Console<'_>) -> Result<Exit> {
    let text = error.render().to_string();
    let lines: Vec<_> = text.lines().map(inert).collect();
    let text = lines.join("\n") + "\n";
    if error.use_stderr() {
        console.tell(&text);
        return Ok(Exit::NoAnswer);
    }
    console.print(text)?;
    Ok(Exit::Done)
}

/// Tells whether the user's environment lets terminals be coloured (<https://no-color.org>).
fn colours_wanted() -> bool {
    let is_set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
    !is_set("NO_COLOR") && variable("TERM").is_some_and(|term| !term.is_empty() && term != "dumb")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(words: &[&str]) -> (Exit, String, String) {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let words = words.iter().map(OsString::from);
        let exit = run(words, &mut Console::new(&mut io::empty(), &mut out, &mut err));
        (exit, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
    }

    #[test]
    fn the_command_line_is_well_formed() {
        command().debug_assert();
    }

    #[test]
    fn usage_lines_name_the_program_as_it_was_called() {
        for (program, shown) in [("/usr/bin/kubectl-regcfg", "kubectl regcfg"), ("oc-regcfg", "oc regcfg")] {
            let (exit, _, err) = output(&[program, "render", "--nonsense"]);
            assert_eq!(exit, Exit::NoAnswer);
            assert!(err.contains(&format!("Usage: {shown} render")), "{err}");
        }
        assert!(output(&["./renamed-0.1", "resolve"]).2.contains("Usage: regcfg resolve"));
    }

    #[test]
    fn help_is_a_result_and_a_usage_error_is_none() {
        let (exit, out, err) = output(&["regcfg", "render", "--help"]);
        assert!(exit == Exit::Done && out.contains("--output-dir") && err.is_empty());
        let (exit, out, err) = output(&["regcfg"]);
        assert!(exit == Exit::NoAnswer && out.is_empty() && err.contains("Usage: regcfg"));
    }

    #[test]
    fn nothing_typed_acts_on_the_terminal_when_it_is_quoted_back() {
        let (_, _, err) = output(&["regcfg", "\u{1b}[2J\n::error::x"]);
        assert!(!err.contains('\u{1b}') && !err.contains("\n::error"), "{err}");
    }
}
