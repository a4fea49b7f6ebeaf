//! `regcfg init`: starts a project, or adds a cluster to one.
//!
//! A profile's scaffold is a complete spec for its platform. It becomes `clusters/<name>.yaml` with the cluster's name and
//! release put in, beside the project's file and the schemas that editors complete from. What exists stays as it is.

mod files;
mod scaffold;

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use super::args::target;
use super::console::Console;
use super::exit::Exit;
use crate::diag::visible::visible;
use crate::target::Target;
use files::Written;
use scaffold::{ClusterName, Material};

/// Start a project, or add a cluster to one
///
/// Writes `regcfg.yaml` where there is none, `clusters/<name>.yaml` with a spec to edit, and the JSON Schemas that
/// editors use. Never overwrites a file
#[derive(Args, Debug)]
pub struct InitArgs {
    /// The project's directory
    #[arg(value_name = "DIR", default_value = ".")]
    dir: PathBuf,

    /// The platform, one of `regcfg profile list`
    #[arg(long)]
    platform: String,

    /// The cluster's name: lowercase letters, digits and `-`
    #[arg(long)]
    name: ClusterName,

    /// The OpenShift release, such as 4.19, or a range, such as 4.16..4.19
    #[arg(long, value_name = "RELEASE", value_parser = target)]
    openshift: Target,
}

pub(super) fn run(args: &InitArgs, console: &mut Console<'_>) -> Result<Exit> {
    let material = material(&args.platform)?;
    let files = scaffold::project(&material, &args.name, args.openshift);
    let written = files::write_all(&args.dir, &files)?;
    let lines = files.iter().zip(&written).map(|(file, written)| {
        let did = match written {
            Written::Created => "created",
            Written::Kept => "kept   ",
        };
        format!("{did} {}\n", visible(&args.dir.join(&file.path).display().to_string()))
    });
    console.print(lines.collect::<String>())?;
    let spec = args.dir.join(args.name.spec_path());
    console.note(&format!("edit the values in `{0}`, then run `regcfg render {0}`", spec.display()));
    Ok(Exit::Done)
}

fn material(_platform: &str) -> Result<Material> {
    Err(super::unwired("init"))
}
