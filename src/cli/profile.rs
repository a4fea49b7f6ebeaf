//! `regcfg profile`: lists the profiles of platforms, and shows one.
//!
//! What is shown is the profile merged over those that it extends, in words and YAML for people; the built-in ones and
//! those of the project that the user stands in.

use std::fmt::Write;

use anyhow::Result;
use clap::{Args, Subcommand};

use super::console::Console;
use super::exit::Exit;
use super::failure::Refusal;
use super::workspace::Workspace;
use crate::diag::visible::{inert, quoted};
use crate::diag::{Findings, Outcome, nearest};
use crate::profile::{Profile, Profiles};
use crate::tree::emit::to_yaml;
use crate::tree::{Node, Value};

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum ProfileCommand {
    /// List the profiles
    List,
    /// Show what a profile allows, what it sets by default and what it renders
    Show(ShowArgs),
}

/// Show a profile
#[derive(Args, Debug)]
pub struct ShowArgs {
    /// The profile, such as aws-upi
    name: String,
}

pub(super) fn run(command: &ProfileCommand, console: &mut Console<'_>) -> Result<Exit> {
    let mut findings = Findings::new();
    let profiles = Workspace::here(None)?.profiles(&mut findings);
    let shown = match command {
        ProfileCommand::List => Some(list(&profiles)),
        ProfileCommand::Show(args) => profile(&profiles, &args.name)?,
    };
    findings.extend(profiles.take_faults());
    console.print(shown.unwrap_or_default())?;
    let exit = if findings.has_errors() { Exit::No } else { Exit::Done };
    console.show_findings(&Outcome::new(findings));
    Ok(exit)
}

fn list(profiles: &Profiles) -> String {
    let width = profiles.names().map(str::len).max().unwrap_or_default();
    let line = |name: &str| {
        let profile = profiles.get(name)?;
        Some(format!("{:<width$}  {}\n", inert(name), inert(text(&profile, "title"))))
    };
    profiles.names().filter_map(line).collect()
}

/// Shows a profile; none where it has faults.
fn profile(profiles: &Profiles, name: &str) -> Result<Option<String>> {
    if !profiles.has(name) {
        return Err(unknown(profiles, name).into());
    }
    profiles.get(name).map(|profile| shown(&profile)).transpose()
}

/// Says that there is no profile of a name, and which one may be meant.
pub(super) fn unknown(profiles: &Profiles, name: &str) -> Refusal {
    let help = match nearest(name, profiles.names()) {
        Some(near) => format!("did you mean `{near}`? `regcfg profile list` shows all"),
        None => "run `regcfg profile list` to see all".into(),
    };
    Refusal::new(format!("there is no platform {}", quoted(name)), help)
}

fn shown(profile: &Profile) -> Result<String> {
    let mut page =
        format!("{}: {}\n{}\n", inert(profile.name()), inert(text(profile, "title")), inert(text(profile, "purpose")));
    let bound = |field: &str| profile.get(field).and_then(Node::as_str).map(|minor| format!("{field} {minor}"));
    let bounds: Vec<String> = ["since", "until"].into_iter().filter_map(bound).collect();
    if !bounds.is_empty() {
        writeln!(page, "\nOpenShift:   {}", inert(&bounds.join(", ")))?;
    }
    let backends = profile.backends();
    if !backends.is_empty() {
        let minted =
            if profile.mints() { "the spec's, or minted by the cluster" } else { "the spec's; the cluster mints none" };
        write!(page, "\nStorage:     {}\nCredentials: {minted}\n", inert(&backends.join(", ")))?;
    }
    if let Some(defaults) = profile.get("defaults") {
        section(&mut page, "Defaults, under `spec`", defaults)?;
    }
    for variant in profile.get("variants").and_then(Node::as_seq).unwrap_or_default() {
        let condition = variant.get("when").map(condition).unwrap_or_default();
        if let Some(defaults) = variant.get("defaults") {
            section(&mut page, &format!("Defaults where {condition}"), defaults)?;
        }
    }
    for (object, entries) in profile.get("bootstrap").and_then(Node::as_map).into_iter().flatten() {
        bootstraps(&mut page, object, entries.node.as_seq().unwrap_or_default())?;
    }
    page.push_str("\nTemplates, in the order of rendering:\n");
    let width = profile.templates().map(|(name, _)| name.len()).max().unwrap_or_default();
    for (name, source) in profile.templates() {
        writeln!(page, "  {:<width$}  {}", inert(name), inert(source.name()))?;
    }
    Ok(page)
}

/// Writes what the operator makes of an object by itself, by the minors on which it makes it.
fn bootstraps(page: &mut String, object: &str, entries: &[Node]) -> Result<()> {
    let since = |entry: &Node| entry.get("since").and_then(Node::as_str).map(str::to_owned);
    for (at, entry) in entries.iter().enumerate() {
        let next = entries.get(at + 1).and_then(since);
        let minors = match (since(entry), next) {
            (None, None) => String::new(),
            (Some(since), None) => format!(" since {since}"),
            (None, Some(next)) => format!(" before {next}"),
            (Some(since), Some(next)) => format!(" since {since}, before {next}"),
        };
        if let Some(spec) = entry.get("spec") {
            section(page, &format!("The operator bootstraps `{}`{}", inert(object), inert(&minors)), spec)?;
        }
    }
    Ok(())
}

/// Writes a heading and a tree below it, indented.
fn section(page: &mut String, heading: &str, node: &Node) -> Result<()> {
    writeln!(page, "\n{heading}:")?;
    for line in to_yaml(node)?.lines() {
        writeln!(page, "  {}", inert(line))?;
    }
    Ok(())
}

/// Says a variant's condition: `storage.pvc.create.accessModes is [ReadWriteMany]`.
fn condition(when: &Node) -> String {
    let mut parts = Vec::new();
    gather(when, "", &mut parts);
    inert(&parts.join(" and ")).into_owned()
}

fn gather(when: &Node, path: &str, parts: &mut Vec<String>) {
    match &when.value {
        Value::Map(map) if !map.is_empty() => {
            for (key, entry) in map {
                let path = if path.is_empty() { key.to_string() } else { format!("{path}.{key}") };
                gather(&entry.node, &path, parts);
            }
        }
        Value::Map(_) => parts.push(format!("{path} is set")),
        Value::Null => parts.push(format!("{path} is not set")),
        _ => parts.push(format!("{path} is {}", when.to_json())),
    }
}

fn text<'p>(profile: &'p Profile, field: &str) -> &'p str {
    profile.get(field).and_then(Node::as_str).unwrap_or_default()
}
