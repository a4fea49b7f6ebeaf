//! `regcfg init`: starts a project, or adds a cluster to one.
//!
//! A profile's scaffold is a complete spec for its platform. It becomes `clusters/<name>.yaml` with the cluster's name and
//! release put in, beside the project's file and the schemas that editors complete from. What exists stays as it is.

mod scaffold;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use clap::Args;

use super::args::target;
use super::console::Console;
use super::exit::Exit;
use super::failure::Refusal;
use super::new_files::{self, Written};
use super::profile::unknown;
use super::schema::json_schema;
use super::workspace::Workspace;
use crate::diag::visible::{inert, quoted, visible};
use crate::diag::{Findings, Outcome};
use crate::load::{API_VERSION, DocumentKind};
use crate::profile::{Profile, Profiles};
use crate::schema::find;
use crate::target::Target;
use crate::world::root::discover_root;
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
    let mut findings = Findings::new();
    let profiles = profiles(&args.dir, &mut findings)?;
    let Some(profile) = profile(&profiles, &args.platform)? else {
        findings.extend(profiles.take_faults());
        console.show_findings(&Outcome::new(findings));
        return Ok(Exit::No);
    };
    let material = material(&profile)?;
    let files = scaffold::project(&material, &args.name, args.openshift);
    // As a user who stands there would write the paths.
    let dir = if args.dir == Path::new(".") { Path::new("") } else { &args.dir };
    let written = new_files::write_all(dir, &files)?;
    let lines = files.iter().zip(&written).map(|(file, written)| {
        let did = match written {
            Written::Created => "created",
            Written::Kept => "kept   ",
        };
        format!("{did} {}\n", inert(&dir.join(&file.path).display().to_string()))
    });
    console.print(lines.collect::<String>())?;
    console.show_findings(&Outcome::new(findings));
    let spec = dir.join(args.name.spec_path());
    console.note(&format!("edit the values in `{0}`, then run `regcfg render {0}`", spec.display()));
    Ok(Exit::Done)
}

/// Returns the platforms of the project at a directory; only the built-in ones where there is no project yet.
fn profiles(dir: &Path, findings: &mut Findings) -> Result<Profiles> {
    refuse_nested(dir)?;
    if dir.is_dir() { Ok(Workspace::one(dir, None)?.profiles(findings)) } else { Ok(Profiles::builtin()) }
}

/// Refuses a directory within a project that begins above it: a project has one root.
fn refuse_nested(dir: &Path) -> Result<()> {
    let existing = dir.ancestors().map(|dir| if dir == Path::new("") { Path::new(".") } else { dir });
    let Some(existing) = existing.into_iter().find(|dir| dir.is_dir()) else { return Ok(()) };
    let Some(root) = discover_root(existing).ok().filter(|root| root.has_project_file) else { return Ok(()) };
    if existing == dir && existing.canonicalize().is_ok_and(|dir| dir == root.dir) {
        return Ok(());
    }
    let root = root.dir.display().to_string();
    let message = format!("`{}` is within the project `{}`", visible(&dir.display().to_string()), visible(&root));
    let help = format!("a project has one root: run `regcfg init {}`", visible(&root));
    Err(Refusal::new(message, help).into())
}

/// Returns the profile of a platform; none where it has faults.
fn profile(profiles: &Profiles, platform: &str) -> Result<Option<Arc<Profile>>> {
    if profiles.names().any(|name| name == platform) {
        Ok(profiles.get(platform))
    } else {
        Err(unknown(profiles, platform).into())
    }
}

fn material(profile: &Profile) -> Result<Material> {
    let Some(scaffold) = profile.scaffold() else {
        let message = format!("the platform {} has no spec to start from", quoted(profile.name()));
        return Err(
            Refusal::new(message, "add `scaffold.yaml` to its folder, or write `clusters/NAME.yaml` yourself").into()
        );
    };
    let schema = |kind: DocumentKind| {
        let kind = find(API_VERSION, kind.name()).context("a kind of regcfg's own is not described")?;
        json_schema(kind, None)
    };
    Ok(Material {
        scaffold: scaffold.text().to_owned(),
        spec_schema: schema(DocumentKind::Spec)?,
        project_schema: schema(DocumentKind::Project)?,
    })
}
