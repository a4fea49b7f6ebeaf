//! Live objects and what they would become -> the differences, field by field.
//!
//! In come, for each object of a cluster, what is there and what would be there; out comes what changes, without what
//! operator and server write by themselves. Where either state comes from is not known here; nothing is asked and nothing
//! printed.

pub mod format;
mod leftover;
mod owner;

pub use leftover::{left_over, listings};
pub use owner::owner;

use crate::apply::Manager;
use crate::impact::{Impact, Reason};
use crate::live::{Absent, ObjectId, Unknown};
use crate::tree::Node;

/// What a run would change on one cluster.
#[derive(Clone, Debug)]
pub struct ClusterDiff {
    /// The cluster's name, as its spec says it.
    pub cluster: String,
    /// What it is compared with, for people: a host and context, a directory, a revision.
    pub against: String,
    /// Its objects, in the order of applying; those that are rendered no more come last.
    pub objects: Vec<ObjectDiff>,
    /// What cannot be told of the cluster as a whole: who may not list, what was not collected.
    pub unknown: Vec<Unknown>,
}

/// What would become of one object.
#[derive(Clone, Debug)]
pub struct ObjectDiff {
    /// Which object.
    pub object: ObjectId,
    /// What becomes of it.
    pub what: What,
    /// How that is known.
    pub by: PredictedBy,
    /// Its changes, in the order of its fields; what operator and server write is not among them.
    pub changes: Vec<Change>,
    /// What stands in the live object though neither Git nor operator nor server wrote it.
    pub live_only: Vec<LiveOnly>,
    /// Who applies the object, where that is known.
    pub owner: Option<Owner>,
    /// How hard the changes hit, the worst first; empty where nothing is hit.
    pub reasons: Vec<Reason>,
    /// The object before, as it may be shown: without what is silent, secrets concealed. None where nothing is there.
    pub before: Option<Node>,
    /// The object after, as it may be shown. None where nothing would be there.
    pub after: Option<Node>,
}

/// What becomes of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// It would be created; what is not there yet.
    Create(Absent),
    /// It would be changed.
    Change,
    /// It stays as it is.
    Unchanged,
    /// We rendered it earlier and do no longer: an engine that prunes deletes it, unless it is kept.
    NoLongerRendered {
        /// Whether it is never offered for removal: a claim with data, the config CR.
        kept: bool,
    },
    /// That cannot be told.
    Unknown(Unknown),
}

/// How it is known what an object would become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PredictedBy {
    /// The API server said it in a dry-run.
    DryRun(Manager),
    /// It was computed from the live object's managedFields, as the API server does.
    Merge(Manager),
    /// Both states were compared as they are written; that of Secrets, and of directories and revisions.
    Comparison,
}

/// A change of one field.
#[derive(Clone, Debug)]
pub struct Change {
    /// The path of the field, items of keyed lists by their keys: `spec.routes[name=public].hostname`.
    pub path: String,
    /// The value before, concealed if it may be a secret; none where the field is added.
    pub before: Option<Node>,
    /// The value after, with the origin of what the user wrote; none where the field goes.
    pub after: Option<Node>,
    /// Who wrote the value before, as managedFields say.
    pub manager: Option<String>,
}

/// A field that only the cluster has.
#[derive(Clone, Debug)]
pub struct LiveOnly {
    /// The path of the field.
    pub path: String,
    /// Its value, concealed if it may be a secret.
    pub value: Node,
    /// Who wrote it, as managedFields say.
    pub manager: Option<String>,
}

/// Who applies an object beside regcfg's user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// What it is: `Argo CD`, `Flux`, `Helm`, `ACM`, `OLM`, `oc-mirror`.
    pub engine: &'static str,
    /// What it calls itself: an Application, a Kustomization, a release.
    pub name: String,
}

impl ClusterDiff {
    /// Returns how hard the whole hits.
    pub fn impact(&self) -> Impact {
        self.objects.iter().map(ObjectDiff::impact).max().unwrap_or_default()
    }
}

impl ObjectDiff {
    /// Returns how hard its worst change hits.
    pub fn impact(&self) -> Impact {
        self.reasons.iter().map(|reason| reason.impact).max().unwrap_or_default()
    }

    /// Tells whether applying would change something.
    pub fn differs(&self) -> bool {
        matches!(self.what, What::Create(_) | What::Change | What::NoLongerRendered { kept: false })
    }
}
