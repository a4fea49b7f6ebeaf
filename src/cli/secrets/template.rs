//! `regcfg secrets template`: one Secret without its values, and how it is filled, encrypted or created.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};

use super::skeleton::{Asked, skeleton};
use crate::cli::args::{AsOf, paths_or_here};
use crate::cli::console::Console;
use crate::cli::exit::Exit;
use crate::cli::failure::Refusal;
use crate::cli::workspace::Workspace;
use crate::diag::visible::quoted;
use crate::diag::{Findings, Outcome};
use crate::load::Project;
use crate::lower::{Day, Delivery};
use crate::needs::{NeededKey, NeededSecret, Needs, TakenFrom};
use crate::pipeline;
use crate::secret::AllowedEnv;

/// Print a Secret without its values, and the commands that encrypt or create it
///
/// The commands stand in comments, so that the output can be saved, filled and encrypted as it is. No command has a secret
/// among its words
#[derive(Args, Debug)]
pub struct TemplateArgs {
    /// The spec, or a directory with one; the current directory if none is given
    #[arg(value_name = "FILE|DIR")]
    path: Option<PathBuf>,

    /// The Secret, where the cluster needs several
    #[arg(long, value_name = "NAMESPACE/NAME")]
    secret: Option<String>,

    /// The source that the values shall come from; that of the spec if none is given
    #[arg(long = "for", value_name = "SOURCE")]
    way: Option<Way>,

    /// The day that certificates are judged by.
    #[command(flatten)]
    as_of: AsOf,
}

/// Where the values of a Secret shall come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Way {
    /// A store that the External Secrets Operator reads
    External,
    /// A SealedSecret, made by kubeseal
    Sealed,
    /// A file that SOPS encrypts
    Sops,
    /// A Secret that is created by hand
    Secret,
}

pub(super) fn run(args: &TemplateArgs, console: &mut Console<'_>) -> Result<Exit> {
    let paths: Vec<PathBuf> = args.path.iter().cloned().collect();
    let workspace = Workspace::open(&paths_or_here(&paths), args.as_of.as_of)?;
    if let Some(fault) = workspace.faults.into_iter().next() {
        return Err(fault.why);
    }
    let mut found = Findings::new();
    let mut specs = Vec::new();
    for opened in &workspace.opened {
        let project = Project::new(&opened.world);
        specs.extend(opened.specs(&project, &mut found).into_iter().map(|path| (opened, path)));
    }
    let [(opened, path)] = &*specs else {
        if specs.is_empty() {
            bail!("no spec: no `kind: ClusterRegistry` among the files given");
        }
        let message = format!("{} specs stand here, and a template is of one", specs.len());
        return Err(Refusal::new(message, "name one of them").into());
    };
    let project = Project::new(&opened.world);
    let one = std::slice::from_ref(path);
    let mut answers = opened.each(&project, one, Day::Running, |session, path, findings| {
        let checked = pipeline::as_far_as_known(session, path, findings)?;
        let needs = Needs::of(&checked, session.project.world(), &AllowedEnv::default());
        Some((checked, needs))
    });
    let Some(answer) = answers.pop() else { return Ok(Exit::NoAnswer) };
    let answer = answer?;
    found.extend(answer.findings);
    let Some((checked, needs)) = answer.made else {
        console.show_findings(&Outcome::new(found));
        return Ok(Exit::No);
    };
    let secret = chosen(&needs, args.secret.as_deref())?;
    let way = args.way.unwrap_or_else(|| said(secret));
    refuse_parts(secret, way)?;
    let asked = Asked { secret, way, cluster: &needs.cluster, checked: &checked, world: &opened.world, spec: path };
    console.print(skeleton(&asked)?)?;
    Ok(Exit::Done)
}

/// Returns the Secret of a name, or the only one. The cluster's own pull secret is none of them: a Secret made of a template
/// has not the logins that are there.
fn chosen<'n>(needs: &'n Needs, name: Option<&str>) -> Result<&'n NeededSecret, Refusal> {
    let (global, secrets): (Vec<_>, Vec<_>) = needs.secrets.iter().partition(|secret| secret.is_global_pull_secret());
    if let Some(global) = global.first().filter(|global| name.map_or(secrets.is_empty(), |it| global.full_name() == it))
    {
        let message = format!("{} is there, with logins that a template has not", quoted(&global.full_name()));
        return Err(Refusal::new(message, "run the commands that `regcfg secrets list` prints, which add to it"));
    }
    let all = || {
        let names: Vec<String> = secrets.iter().map(|secret| quoted(&secret.full_name())).collect();
        names.join(", ")
    };
    match (name, &*secrets) {
        (_, []) => Err(Refusal::new(
            format!("the cluster {} needs no Secret", quoted(&needs.cluster)),
            "say in the spec what needs one, such as `storage.s3`",
        )),
        (None, [one]) => Ok(one),
        (None, _) => {
            let message = format!("the cluster {} needs {} Secrets", quoted(&needs.cluster), secrets.len());
            Err(Refusal::new(message, format!("name one with `--secret`: {}", all())))
        }
        (Some(name), secrets) => secrets.iter().copied().find(|secret| secret.full_name() == name).ok_or_else(|| {
            let message = format!("the cluster {} needs no Secret {}", quoted(&needs.cluster), quoted(name));
            Refusal::new(message, format!("it needs {}", all()))
        }),
    }
}

/// Refuses to make a part of a docker config of what only a cluster or an engine opens, or of another Secret: nothing could
/// compose it.
fn refuse_parts(secret: &NeededSecret, way: Way) -> Result<(), Refusal> {
    let is_read_by_part = |key: &NeededKey| match way {
        Way::External => true,
        Way::Sops => matches!(key.from, TakenFrom::Sops { .. }),
        Way::Sealed | Way::Secret => false,
    };
    if !secret.is_composed() || secret.keys.iter().all(is_read_by_part) {
        return Ok(());
    }
    let message = format!("the docker config of {} is composed of several values", quoted(&secret.full_name()));
    let help =
        "give the whole of it as `dockerConfig: {valueFrom: …}`, or take its parts from a store: `--for external`";
    Err(Refusal::new(message, help))
}

/// Returns the source that the spec says.
fn said(secret: &NeededSecret) -> Way {
    let is_sops = secret.keys.iter().any(|key| matches!(key.from, TakenFrom::Sops { .. }));
    match secret.delivery {
        Some(Delivery::External) => Way::External,
        Some(Delivery::Sealed) => Way::Sealed,
        Some(Delivery::Encrypted) => Way::Sops,
        Some(Delivery::Plain) if is_sops => Way::Sops,
        Some(Delivery::Plain | Delivery::There | Delivery::Public) | None => Way::Secret,
    }
}
