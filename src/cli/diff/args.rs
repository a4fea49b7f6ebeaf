//! The arguments of `regcfg diff`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::args::{AsOf, DiffFormat, EnvPattern, PolicyArgs, TargetArg};
use crate::cli::cluster_args::ClusterArgs;
use crate::cli::identities::IdentityArgs;
use crate::diff::live::Predict;
use crate::impact::Impact;

/// Show what applying would change on clusters, without changing them
///
/// Asks each cluster for every object, and for what an apply would make of it; or compares with a must-gather, a directory or a
/// revision (`--must-gather`, `--against`), and then asks nobody. Exit codes: 0 nothing differs, 1 something does
/// or is wrong, 2 no answer, or not a whole one
#[derive(Args, Debug)]
pub struct DiffArgs {
    /// Specs, manifests, or directories with either; the current directory if none is given
    ///
    /// Manifests are of the cluster that their label `regcfg.dev/cluster` names, those of a spec that is given, too, are not
    /// compared twice. With several clusters of manifests, the label names the context
    #[arg(value_name = "FILE|DIR")]
    pub paths: Vec<PathBuf>,

    /// Compare with an older state, and ask no cluster: a directory of manifests or specs, or a revision of Git
    ///
    /// A directory of that name comes before a revision
    #[arg(long, value_name = "DIR|REV", conflicts_with_all = ["must_gather", "predict", "field_manager", "compare_secrets"])]
    pub against: Option<PathBuf>,

    /// Compare with what `oc adm must-gather` or `oc adm inspect` collected of the cluster, and ask no cluster
    ///
    /// It never has all: an object of which nothing was collected is an answer that is not whole (exit code 2). Kinds that
    /// were not collected as a whole are named, and what of them is rendered no more is not told; that alone changes no exit
    /// code
    #[arg(long, value_name = "DIR", conflicts_with_all = ["predict", "compare_secrets"])]
    pub must_gather: Option<PathBuf>,

    /// How to print differences; by itself `unified`, or by the program that `KUBECTL_EXTERNAL_DIFF` names
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<DiffFormat>,

    /// How to find out what an apply makes of an object
    #[arg(long, value_name = "WAY", default_value = "auto")]
    pub predict: PredictArg,

    /// Predict for this manager, not for the one that applied each object last
    #[arg(long, value_name = "NAME")]
    pub field_manager: Option<String>,

    /// Take differences that hit no harder than this for none; exit 1 where one does
    #[arg(long, value_name = "IMPACT")]
    pub max_impact: Option<MaxImpact>,

    /// Show everything, also what operators and the API server write by themselves
    #[arg(long)]
    pub full: bool,

    /// Compare the values of secrets that are at hand, not only their keys; shows none
    ///
    /// For specs that you trust alone: it tells whether a value is the live one, so that whoever may write a spec and see what
    /// comes of it can guess at the values of live Secrets, again and again
    #[arg(long)]
    pub compare_secrets: bool,

    /// Let specs read environment variables of this name; a `*` at its end stands for anything
    ///
    /// May be given several times, and then replaces the default. They are read only with `--compare-secrets`
    #[arg(long, value_name = "PATTERN", default_value = "REGCFG_SECRET_*")]
    pub secret_env: Vec<EnvPattern>,

    /// What opens files that SOPS encrypted.
    #[command(flatten)]
    pub identities: IdentityArgs,

    /// Which clusters are asked.
    #[command(flatten)]
    pub cluster: ClusterArgs,

    /// The release of plain manifests.
    #[command(flatten)]
    pub target: TargetArg,

    /// What projects are held to.
    #[command(flatten)]
    pub policy: PolicyArgs,

    /// The day that certificates are judged by.
    #[command(flatten)]
    pub as_of: AsOf,
}

/// How it is found out what an apply makes of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PredictArg {
    /// The API server says it in a dry-run; where that is not allowed, it is computed
    Auto,
    /// The API server says it in a dry-run, or there is no answer
    DryRun,
    /// It is computed from the live object, as the API server does
    Merge,
}

/// How hard a change may hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum MaxImpact {
    /// Nothing is restarted
    None,
    /// New registry pods replace the old ones
    Rollout,
    /// Nodes are drained, or restarted
    Drain,
    /// Images are deleted, or can no longer be reached
    DataLoss,
}

impl From<MaxImpact> for Impact {
    fn from(arg: MaxImpact) -> Self {
        match arg {
            MaxImpact::None => Self::None,
            MaxImpact::Rollout => Self::Rollout,
            MaxImpact::Drain => Self::Drain,
            MaxImpact::DataLoss => Self::DataLoss,
        }
    }
}

impl From<PredictArg> for Predict {
    fn from(arg: PredictArg) -> Self {
        match arg {
            PredictArg::Auto => Self::Auto,
            PredictArg::DryRun => Self::DryRun,
            PredictArg::Merge => Self::Merge,
        }
    }
}
