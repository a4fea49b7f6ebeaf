//! `regcfg argocd`: what Argo CD's config management plugin calls, in the Application's directory.
//!
//! Argo CD caches and shows what a failing plugin says on standard error, and prunes what an empty standard output leaves
//! out: `generate` prints every object of one cluster or none, and none is never exit 0. `discover` follows another
//! contract: it answers by whether it prints, and any other exit than 0 is an error, not a "no". What may be done with
//! secrets is an argument, which stands in the plugin's configuration; no parameter of an Application can say it.

mod choice;
mod identities;
mod parameters;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Subcommand};

use super::args::{AsOf, PolicyArgs, SecretArgs};
use super::cluster::{Wish, make};
use super::console::Console;
use super::exit::Exit;
use super::failure::Refusal;
use super::workspace::{Opened, Workspace};
use crate::diag::visible::inert;
use crate::diag::{Findings, Outcome};
use crate::emit::DecryptedBy;
use crate::emit::stream::join;
use crate::load::Project;
use crate::lower::Day;
use crate::world::fs::variable;
use choice::Candidate;
use parameters::Parameters;

/// The variable of the sidecar that names the policy.
const POLICY_VARIABLE: &str = "REGCFG_POLICY";

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum ArgocdCommand {
    /// Render the one cluster of the current directory
    Generate(GenerateArgs),
    /// Tell whether the current directory holds a spec
    ///
    /// Prints the path of one that stands in this directory or below, and nothing where there is none, with exit code 0
    /// both times, as Argo CD's discovery wants. A directory that is a Helm chart's or a kustomization's is left to
    /// those unless a spec stands right in it
    Discover,
}

/// Render the one cluster of the current directory
///
/// The spec is the only one in this directory or below. Where there are several, the Application chooses by the plugin's
/// parameter `cluster` (the cluster's name) or `spec` (the path of its file)
#[derive(Args, Debug)]
pub struct GenerateArgs {
    /// What may be done with secrets.
    #[command(flatten)]
    pub secrets: SecretArgs,

    /// What projects are held to.
    #[command(flatten)]
    pub policy: PolicyArgs,

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

fn generate(args: &GenerateArgs, console: &mut Console<'_>) -> Result<Exit> {
    let sent = variable(parameters::VARIABLE).unwrap_or_default();
    let parameters = Parameters::read(sent.as_encoded_bytes())?;
    let policy = policy(args)?;
    let workspace = Workspace::open_under(policy.as_deref(), &[PathBuf::from(".")], args.as_of.as_of)?;
    let identities = identities::of_application(&workspace, args.secrets.reveal())?;
    if let Some(fault) = workspace.faults.into_iter().next() {
        return Err(fault.why);
    }
    let projects: Vec<(&Opened, Project<'_>)> =
        workspace.opened.iter().map(|opened| (opened, Project::new(&opened.world))).collect();
    let mut findings = Findings::new();
    let candidates = choice::candidates(&projects, &mut findings);
    if findings.has_errors() {
        // A directory that cannot be listed may hold the spec that was meant.
        console.show_findings(&Outcome::new(findings));
        return Ok(Exit::No);
    }
    let Candidate { opened, project, path, .. } = choice::choose(&candidates, &parameters)?;
    let wish =
        Wish { secrets: &args.secrets, identities: &identities, explain: false, decrypted_by: DecryptedBy::Nobody };
    let answers = opened
        .each(project, std::slice::from_ref(path), Day::Running, |session, path, findings| {
            make(session, path, wish, findings)
        })
        .into_iter()
        .collect::<Result<Vec<_>>>()?;
    let mut rendered = Vec::new();
    for answer in answers {
        findings.extend(answer.findings);
        rendered.extend(answer.made.map(|made| made.rendered));
    }
    // All or nothing, and nothing is a "no": an engine takes an empty answer for the wish to delete everything.
    let exit = if findings.has_errors() || rendered.is_empty() { Exit::No } else { Exit::Done };
    console.show_findings(&Outcome::new(findings));
    if exit == Exit::Done {
        console.print(join(&rendered).as_bytes())?;
    }
    Ok(exit)
}

/// Returns the path of the policy: of the arguments, which stand in the plugin's configuration, else of the variable
/// that the sidecar's container sets. What an Application sets is called `ARGOCD_ENV_…`, and cannot be it.
fn policy(args: &GenerateArgs) -> Result<Option<PathBuf>> {
    match (args.policy.path(), variable(POLICY_VARIABLE)) {
        (Some(path), _) => Ok(Some(path.to_path_buf())),
        (None, Some(path)) if path.is_empty() => {
            let message = format!("{POLICY_VARIABLE} is empty, and names no policy");
            Err(Refusal::new(message, "give it the path of the policy, or do not set it").into())
        }
        (None, path) => Ok(path.map(PathBuf::from)),
    }
}

fn discover(console: &mut Console<'_>) -> Result<Exit> {
    // Whatever is wrong with a directory that may be somebody else's is theirs to hear of from another tool.
    let found = Workspace::open_any(&[PathBuf::from(".")], None).ok().and_then(|workspace| {
        let mut opened = workspace.opened.iter();
        let here = opened.next()?;
        if choice::is_another_tools(here) {
            return choice::first_spec(here, true);
        }
        std::iter::once(here).chain(opened).find_map(|opened| choice::first_spec(opened, false))
    });
    if let Some(name) = found {
        console.print(inert(&name).into_owned() + "\n")?;
    }
    Ok(Exit::Done)
}
