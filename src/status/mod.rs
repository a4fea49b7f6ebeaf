//! What a cluster says about its registry -> what is well, what is not, why, and what to do.
//!
//! In comes a [`Live`], and the spec of the cluster where there is one; out comes a [`Status`]: a verdict, the components,
//! and each problem with its cause, the place in the spec to change, and a command. What reasons and messages mean stands as
//! data in `conditions/`. Where the cluster is read from is not known here, nothing is changed, and of Secrets only the names
//! of keys are kept.

mod components;
pub mod format;
mod health;
mod kinds;
mod knowledge;
mod read;
mod symptoms;
#[cfg(test)]
mod tests;
mod unseen;
mod verdict;
pub mod watch;
mod written;

pub use unseen::Unseen;
pub use written::Written;

use crate::live::Live;
use knowledge::Knowledge;
use read::Seen;

/// How a cluster's registry is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// The cluster's name, as its spec says it; none without a spec.
    pub cluster: Option<String>,
    /// What was looked at, for people: a host and context, or a directory.
    pub seen_on: String,
    /// The OpenShift release that the cluster runs, such as `4.19.3`, where that can be read.
    pub openshift: Option<String>,
    /// What is to be said in one word.
    pub verdict: Verdict,
    /// Why, in one line.
    pub because: String,
    /// Its parts, in a fixed order; those that the cluster does not have are left out.
    pub components: Vec<Component>,
    /// What is not well, the worst first.
    pub problems: Vec<Problem>,
    /// What could not be looked at.
    pub unseen: Vec<Unseen>,
    /// Whether the operator has not looked at the newest settings, as far as that can be told.
    pub is_stale: bool,
}

/// What is to be said of a registry in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It runs as it should.
    Healthy,
    /// It is on the way to what was asked for, and nothing stands in the way.
    Progressing,
    /// Something is wrong that does not pass by itself.
    Degraded,
    /// It is removed, as its configuration says.
    Removed,
    /// The operator leaves it alone, as its configuration says.
    Unmanaged,
    /// The cluster has no registry operator: the capability is switched off.
    Absent,
    /// What would tell could not be read.
    Unknown,
}

/// A part of the registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Component {
    /// Which part: `operator`, `config`, `pods`.
    pub name: &'static str,
    /// How it is, in one line.
    pub says: String,
    /// Its conditions, as its objects have them.
    pub conditions: Vec<Condition>,
}

/// A condition of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// The object, such as `Config cluster`.
    pub object: String,
    /// The condition's type, such as `Degraded`.
    pub kind: String,
    /// `True`, `False` or `Unknown`.
    pub status: String,
    /// Its reason, as the cluster writes it.
    pub reason: String,
    /// Its message, without what may be a secret.
    pub message: String,
}

/// Something that is not well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The name of what is known about it, such as `several-backends`.
    pub name: String,
    /// How much it counts.
    pub level: Level,
    /// What is wrong, in one line.
    pub title: String,
    /// Where the cluster says it.
    pub seen: Vec<Condition>,
    /// Why it is so.
    pub cause: String,
    /// What to change in the spec.
    pub change: Option<Change>,
    /// A command that repairs it, or shows more.
    pub command: Option<String>,
    /// The codes of regcfg that predict it, for `regcfg explain`.
    pub codes: Vec<String>,
    /// Whether it passes by itself.
    pub passes: Passes,
}

/// A change of a spec.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The path in the spec, such as `storage.pvc.claim`.
    pub path: String,
    /// What to do there.
    pub says: String,
    /// Where that stands in the user's files; none without a spec, or where the spec says nothing of it.
    pub place: Option<String>,
}

/// How much a problem counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The registry, or a part of it, does not work or will not.
    Error,
    /// It works, and something of it does not.
    Warning,
    /// It only says why something takes its time.
    Info,
}

/// Whether a problem passes by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passes {
    /// It does, as a rule.
    ByItself,
    /// It may, where something else on the cluster changes: it is tried again and again.
    Perhaps,
    /// It does not: somebody must change something.
    Never,
}

/// Looks at a cluster's registry, and says how it is. `written` is the cluster's spec, where there is one.
pub fn status(live: &dyn Live, written: Option<&Written<'_>>) -> Status {
    let seen = read::read(live);
    told(live.called(), &seen, written)
}

/// Says how a registry is, of what was read.
fn told(seen_on: &str, seen: &Seen, written: Option<&Written<'_>>) -> Status {
    let found = symptoms::found(seen);
    let problems = Knowledge::built_in().explain(&found, seen.minor(), written);
    let unseen = unseen::unseen(seen);
    let (verdict, because) = verdict::verdict(seen, &problems, &unseen);
    Status {
        cluster: written.map(|written| written.cluster.to_owned()),
        seen_on: seen_on.to_owned(),
        openshift: seen.version().map(str::to_owned),
        verdict,
        because,
        components: components::components(seen),
        problems,
        unseen,
        is_stale: seen.is_stale(),
    }
}

impl Verdict {
    /// Returns the word for it in documents and on the screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Progressing => "progressing",
            Self::Degraded => "degraded",
            Self::Removed => "removed",
            Self::Unmanaged => "unmanaged",
            Self::Absent => "absent",
            Self::Unknown => "cannot tell",
        }
    }
}

impl Level {
    /// Returns the word for it in documents and on the screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

impl Passes {
    /// Returns the word for it in documents.
    pub fn word(self) -> &'static str {
        match self {
            Self::ByItself => "by-itself",
            Self::Perhaps => "perhaps",
            Self::Never => "never",
        }
    }
}
