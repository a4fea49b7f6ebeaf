//! `regcfg check`: says what is wrong with specs and plain manifests, and writes nothing.
//!
//! Called by pre-commit with any YAML file of a repository, in several processes at once: a file that is neither a spec
//! nor a manifest is passed over in silence, and no file at all is nothing wrong.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;

use super::args::{AsOf, Format, TargetArg};
use super::console::Console;
use super::exit::Exit;
use crate::diag::{Findings, Outcome};

/// Check specs and plain manifests
///
/// Prints what the API server would refuse and what the registry operator would choke on, with the place in your file.
/// YAML files that are neither specs nor Kubernetes manifests are skipped
#[derive(Args, Debug)]
pub struct CheckArgs {
    /// Specs, manifests, directories with either, or `-` for standard input
    #[arg(value_name = "FILE|DIR|-")]
    pub paths: Vec<PathBuf>,

    /// How to print findings
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,

    /// The target of plain manifests.
    #[command(flatten)]
    pub target: TargetArg,

    /// The day that certificates are judged by.
    #[command(flatten)]
    pub as_of: AsOf,
}

/// One thing to check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Subject<'a> {
    /// A file, or a directory with files.
    Path(&'a Path),
    /// Standard input.
    Input,
}

pub(super) fn run(args: &CheckArgs, console: &mut Console<'_>) -> Result<Exit> {
    let subjects = subjects(&args.paths);
    let findings = if subjects.is_empty() { Findings::new() } else { check(&subjects, args, console)? };
    let outcome = Outcome::new(findings);
    console.print_findings(&outcome, args.format)?;
    Ok(if outcome.has_errors() { Exit::No } else { Exit::Done })
}

/// Returns each subject once, in an order that does not depend on how the arguments were shuffled.
fn subjects(paths: &[PathBuf]) -> Vec<Subject<'_>> {
    let mut paths: Vec<&Path> = paths.iter().map(PathBuf::as_path).collect();
    paths.sort_unstable();
    paths.dedup();
    paths.into_iter().map(|path| if path == Path::new("-") { Subject::Input } else { Subject::Path(path) }).collect()
}

fn check(_: &[Subject<'_>], _: &CheckArgs, _: &mut Console<'_>) -> Result<Findings> {
    Err(super::unwired("check"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_do_not_depend_on_the_order_of_arguments() {
        let paths = |words: &[&str]| words.iter().map(PathBuf::from).collect::<Vec<_>>();
        let (shuffled, sorted) = (paths(&["b.yaml", "-", "a.yaml", "b.yaml"]), paths(&["-", "a.yaml", "b.yaml"]));
        assert_eq!(subjects(&shuffled), subjects(&sorted));
        assert_eq!(subjects(&shuffled).first(), Some(&Subject::Input));
    }
}
