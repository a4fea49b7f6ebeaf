//! The command line as types: what every command has in common.
//!
//! Doc comments here are the help. Each command's own arguments stand in the command's file. Parsing an argument reads
//! no file and no clock.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::{
    argocd, check, completions, diff, explain, import, init, profile, render, resolve, schema, secrets, status,
};
use crate::day;
use crate::secret::{AllowedEnv, Reveal};
use crate::target::{Minor, NotAMinor, Target};

/// Compile the configuration of OpenShift's image registry from one declarative spec
///
/// Reads specs (`kind: ClusterRegistry`), checks them as the API server and the registry operator of the target release
/// would, and writes Kubernetes manifests. `diff`, `status` and `import` look at clusters; no command changes one.
///
/// Exit codes: 0 done, 1 the answer is "no" (errors found, output out of date), 2 no answer (usage, unreadable files)
#[derive(Debug, Parser)]
#[command(name = "regcfg", version, max_term_width = 100)]
pub struct Cli {
    /// When to colour what is printed
    ///
    /// `auto` colours on a terminal, unless `NO_COLOR` is set or `TERM` is `dumb`
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", display_order = 900)]
    pub color: Colour,

    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start a project, or add a cluster to one
    Init(init::InitArgs),
    /// Make a spec of the objects of a cluster
    Import(import::ImportArgs),
    /// Render the manifests of clusters
    Render(render::RenderArgs),
    /// Check specs and plain manifests
    Check(check::CheckArgs),
    /// Show what applying would change on clusters, without changing them
    Diff(diff::DiffArgs),
    /// Show a spec with its layers and defaults merged, each value with its origin
    Resolve(resolve::ResolveArgs),
    /// Explain a finding's code, or a field
    Explain(explain::ExplainArgs),
    /// Print the schema of a kind
    Schema(schema::SchemaArgs),
    /// List or show the profiles of platforms
    #[command(subcommand)]
    Profile(profile::ProfileCommand),
    /// Say which Secrets clusters need, and how to make them
    #[command(subcommand)]
    Secrets(secrets::SecretsCommand),
    /// Say how the registry of a cluster is, and what to do about what is wrong
    Status(status::StatusArgs),
    /// Print completions for a shell
    Completions(completions::CompletionsArgs),
    /// Serve Argo CD as a config management plugin
    #[command(subcommand)]
    Argocd(argocd::ArgocdCommand),
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    /// On terminals.
    #[value(help = None)]
    Auto,
    /// Into files too.
    #[value(help = None)]
    Always,
    /// Not at all.
    #[value(help = None)]
    Never,
}

/// How findings are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    #[default]
    Text,
    /// One document for programs, of a stable shape
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// JUnit XML, for test reports
    Junit,
    /// Workflow commands of GitHub Actions
    Github,
    /// A Code Quality report of GitLab
    Gitlab,
}

/// How differences are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DiffFormat {
    /// A unified diff for each object, then a plan
    Unified,
    /// A plan: a line for each object, equal changes of many clusters once
    Summary,
    /// One document for programs, of a stable shape
    Json,
    /// A comment for a pull request, no longer than one may be
    Markdown,
}

/// What may be done with secrets whose values are at hand.
#[derive(Args, Clone, Debug, Default)]
pub struct SecretArgs {
    /// Write the values of secrets into the manifests
    ///
    /// Without this and without `--omit-secrets`, a spec whose secrets come from the environment or from files is not
    /// rendered at all
    #[arg(long, conflicts_with = "omit_secrets")]
    pub reveal_secrets: bool,

    /// Leave out every Secret whose values would have to be revealed
    ///
    /// An engine that prunes will remove such a Secret from the cluster, if it applied it before
    #[arg(long)]
    pub omit_secrets: bool,

    /// Let specs read environment variables of this name; a `*` at its end stands for anything
    ///
    /// May be given several times, and then replaces the default
    #[arg(long, value_name = "PATTERN", default_value = "REGCFG_SECRET_*")]
    pub secret_env: Vec<EnvPattern>,
}

impl SecretArgs {
    /// Returns the names of variables that specs may read.
    pub fn allowed(&self) -> AllowedEnv {
        allowed(&self.secret_env)
    }

    /// Returns what becomes of plain secrets.
    pub fn reveal(&self) -> Reveal {
        match (self.reveal_secrets, self.omit_secrets) {
            (true, _) => Reveal::Reveal,
            (false, true) => Reveal::Omit,
            (false, false) => Reveal::Refuse,
        }
    }
}

/// The policy that holds for a run.
#[derive(Args, Clone, Debug, Default)]
pub struct PolicyArgs {
    /// Hold projects to a policy (`kind: Policy`), a file outside of their repositories
    ///
    /// Its levels stand above those of projects, which can only tighten it
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
}

impl PolicyArgs {
    /// Returns the path of the policy.
    pub fn path(&self) -> Option<&Path> {
        self.policy.as_deref()
    }
}

/// The day that certificates and acknowledgements are judged by.
#[derive(Args, Clone, Copy, Debug, Default)]
pub struct AsOf {
    /// Judge expiry as of this day (YYYY-MM-DD), not by the clock
    #[arg(long = "as-of", value_name = "DATE", value_parser = seconds_of_date)]
    pub as_of: Option<i64>,
}

/// The target of what names none itself.
#[derive(Args, Clone, Copy, Debug, Default)]
pub struct TargetArg {
    /// The OpenShift release of plain manifests, such as 4.19, or a range, such as 4.16..4.19; specs are run on each minor of it
    ///
    /// Specs are judged on their own target, too. For each, a table says what holds on which minor. Plain manifests are
    /// judged on the newest release where none is named
    #[arg(long, value_name = "RELEASE", value_parser = target)]
    pub openshift: Option<Target>,
}

/// The name of an environment variable, or what names begin with where it ends in `*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvPattern(String);

impl FromStr for EnvPattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let name = text.strip_suffix('*').unwrap_or(text);
        let fits = |char: char| char.is_ascii_alphanumeric() || char == '_';
        if text.is_empty() || !name.chars().all(fits) {
            return Err("a pattern is made of letters, digits and `_`, and may end in `*`".into());
        }
        Ok(Self(text.into()))
    }
}

/// Returns the names of variables that patterns allow specs to read.
pub(super) fn allowed(patterns: &[EnvPattern]) -> AllowedEnv {
    AllowedEnv::new(patterns.iter().map(|pattern| pattern.0.as_str()))
}

/// Reads an OpenShift release, or a range of them.
pub(super) fn target(text: &str) -> Result<Target, String> {
    text.parse().map_err(not_a_release)
}

/// Reads one OpenShift release.
pub(super) fn minor(text: &str) -> Result<Minor, String> {
    text.parse().map_err(not_a_release)
}

fn not_a_release(why: NotAMinor) -> String {
    match why {
        NotAMinor::Malformed => "expected `major.minor`, such as 4.19".into(),
        NotAMinor::Unknown => format!("regcfg knows the releases {} to {}", Minor::FIRST, Minor::LAST),
        NotAMinor::Backwards => "the range ends before it begins".into(),
    }
}

/// Reads a day, and returns its first second since 1970 in UTC.
fn seconds_of_date(text: &str) -> Result<i64, String> {
    day::first_second(text).ok_or_else(|| "expected YYYY-MM-DD".into())
}

/// Returns the paths that a command was given, or the directory that the user stands in.
pub(super) fn paths_or_here(paths: &[PathBuf]) -> Vec<PathBuf> {
    if paths.is_empty() { vec![PathBuf::from(".")] } else { paths.to_vec() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_a_name_or_the_beginning_of_names() {
        let secrets =
            |pattern: &str| SecretArgs { secret_env: vec![pattern.parse().unwrap()], ..SecretArgs::default() };
        assert!(secrets("REGCFG_SECRET_*").allowed().allows("REGCFG_SECRET_KEY"));
        assert!(!secrets("A").allowed().allows("AB"));
        for wrong in ["", "A B", "A*B", "**"] {
            assert!(wrong.parse::<EnvPattern>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_date_is_a_day_of_the_calendar() {
        assert_eq!(seconds_of_date("1970-01-02"), Ok(86_400));
        assert_eq!(seconds_of_date("2023-02-29").unwrap_err(), "expected YYYY-MM-DD");
    }

    #[test]
    fn a_release_that_is_none_says_what_was_expected() {
        assert!(target("4.16..4.19").is_ok());
        assert_eq!(target("4.99").unwrap_err(), "regcfg knows the releases 4.4 to 5.1");
        assert_eq!(target("four").unwrap_err(), "expected `major.minor`, such as 4.19");
        assert_eq!(target("4.19..4.16").unwrap_err(), "the range ends before it begins");
    }
}
