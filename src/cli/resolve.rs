//! `regcfg resolve`: shows one spec with its layers and its profile's defaults merged, each value with its origin.

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use clap::Args;

use super::console::Console;
use super::exit::Exit;
use super::origins::beside_origins;
use super::workspace::Workspace;
use crate::diag::Outcome;
use crate::diag::visible::visible;
use crate::load::Project;
use crate::lower::Day;
use crate::pipeline;

/// Show a spec with its layers and defaults merged, each value with its origin
#[derive(Args, Debug)]
pub struct ResolveArgs {
    /// The spec
    file: PathBuf,
}

pub(super) fn run(args: &ResolveArgs, console: &mut Console<'_>) -> Result<Exit> {
    resolve(&args.file, console)
}

fn resolve(file: &Path, console: &mut Console<'_>) -> Result<Exit> {
    let workspace = Workspace::open(&[file.to_owned()], None)?;
    if let Some(fault) = workspace.faults.into_iter().next() {
        return Err(fault.why);
    }
    let mut exit = Exit::Done;
    for opened in &workspace.opened {
        ensure!(opened.dirs.is_empty(), "`{}` is a directory; name one spec", visible(&file.display().to_string()));
        let project = Project::new(&opened.world);
        for answer in opened.each(&project, &opened.files, Day::Running, pipeline::resolved) {
            let answer = answer?;
            match &answer.made {
                Some(resolved) => console.print(beside_origins(&resolved.node)?)?,
                None => exit = exit.merge(Exit::No),
            }
            console.show_findings(&Outcome::new(answer.findings));
        }
    }
    Ok(exit)
}
