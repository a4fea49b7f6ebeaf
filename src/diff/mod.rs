//! Live objects and what they would become -> the differences, field by field.
//!
//! In come, for each object of a cluster, what is there and what would be there; out comes what changes, without what
//! operator and server write by themselves. [`live`] alone asks for either state, and by no other way than [`crate::live::Live`];
//! nothing is printed.

mod compare;
pub mod format;
mod leftover;
mod lists;
pub mod live;
mod meaning;
mod older;
mod origins;
mod owner;
mod path;
mod references;
mod refusals;
mod side;
mod written;

pub use leftover::{left_over, listings};
pub use older::between;
pub use owner::owner;

use std::collections::BTreeSet;
use std::sync::Arc;

use compare::with_data;

use crate::apply::{Element, Engine, Manager, Writer};
use crate::impact::{Impact, Reason};
use crate::live::{Absent, ObjectId, Unknown, Why};
use crate::name::ObjectName;
use crate::target::Target;
use crate::tree::Node;
use crate::tree::emit::Fill;

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
    /// The kinds that nobody collected as a whole, so that what of them is rendered no more is not told.
    pub not_collected: BTreeSet<String>,
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
    /// The paths of secret values that are on both sides and were not compared, since one of them is not at hand.
    pub not_compared: Vec<String>,
    /// Who applies the object, where that is known.
    pub owner: Option<Owner>,
    /// How hard each change hits, the worst first; those that hit nothing say so, too.
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
    /// What is rendered was laid over the live object, of which nobody noted who wrote what: nothing goes.
    Overlay,
    /// Both states were compared as they are written: those of Secrets.
    Comparison,
    /// Nothing was: both states are somebody's files, in a directory or a revision.
    Files,
}

/// A change of one field, or of an item of a list.
#[derive(Clone, Debug)]
pub struct Change {
    /// The path of the field: items of lists by what tells them apart, `spec.routes[name=public].hostname`, those of sets
    /// and plain lists by their value, `metadata.finalizers[=a/b]`, or else by their number, `spec.tolerations[2]`. Odd
    /// names stand in quotes, `metadata.annotations["a/b"]`.
    pub path: String,
    /// The value before, concealed if it may be a secret; none where the field is added.
    pub before: Option<Node>,
    /// The value after, with the origin of what the user wrote; none where the field goes.
    pub after: Option<Node>,
    /// Who wrote the value before, as managedFields say.
    pub manager: Option<String>,
    /// Who writes the field by himself, so that it is no difference; only where everything is asked for.
    pub silent: Option<Arc<str>>,
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
    /// Who writes the field by himself, so that it is no drift; only where everything is asked for.
    pub silent: Option<Arc<str>>,
}

/// An object as it is, and as it would be.
pub struct Compared<'a> {
    /// Which object.
    pub object: ObjectId,
    /// What is there.
    pub live: Result<&'a Node, Absent>,
    /// What would be there.
    pub predicted: &'a Node,
    /// What Git says: the object as it was rendered or written.
    pub rendered: &'a Node,
    /// How it is known what would be there.
    pub by: PredictedBy,
    /// What applies the object, where that is known.
    pub engine: Option<Engine>,
    /// The minors that the cluster may be on.
    pub target: Target,
    /// Whether everything is told, also what is no difference.
    pub full: bool,
}

impl Compared<'_> {
    /// Compares the object. `fill` gives the base64 of a secret's value where it may be compared, which only Secrets have.
    pub fn compare(&self, fill: &mut Fill<'_>) -> ObjectDiff {
        compare::compare(self, fill)
    }
}

/// Returns a predicted object with the origins of what was rendered, so that what is found on it points into the user's
/// files; what the cluster alone has points to the nearest field around it.
pub fn with_origins(predicted: &Node, rendered: &Node) -> Node {
    origins::originated(predicted, rendered)
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
    /// Makes one of a cluster that was not compared, since findings say what is wrong with what was given. `called` is what it would
    /// have been compared with.
    pub fn not_compared(cluster: &str, called: &str, why: &str) -> Self {
        Self {
            cluster: cluster.to_owned(),
            against: called.to_owned(),
            objects: Vec::new(),
            unknown: vec![Unknown::new(Why::Invalid, why, "")],
            not_collected: BTreeSet::new(),
        }
    }

    /// Tells whether it was not compared, since findings say what is wrong with what was given.
    pub fn is_left_out(&self) -> bool {
        let is_wrong = |unknown: &Unknown| unknown.why == Why::Invalid;
        self.objects.is_empty() && !self.unknown.is_empty() && self.unknown.iter().all(is_wrong)
    }

    /// Tells whether everything of it is known: of each object what becomes of it, and which are rendered no more.
    pub fn is_complete(&self) -> bool {
        self.unknown.is_empty() && !self.objects.iter().any(ObjectDiff::is_unknown)
    }

    /// Returns how hard the whole hits, as far as it is known.
    pub fn impact(&self) -> Impact {
        self.objects.iter().map(ObjectDiff::impact).max().unwrap_or_default()
    }
}

impl ObjectDiff {
    /// Says what becomes of an object, and nothing more of it yet.
    pub fn new(object: ObjectId, what: What, by: PredictedBy) -> Self {
        Self {
            object,
            what,
            by,
            changes: Vec::new(),
            live_only: Vec::new(),
            not_compared: Vec::new(),
            owner: None,
            reasons: Vec::new(),
            before: None,
            after: None,
        }
    }

    /// Returns how hard its worst change hits.
    pub fn impact(&self) -> Impact {
        self.reasons.iter().map(|reason| reason.impact).max().unwrap_or_default()
    }

    /// Tells whether nothing can be told of it.
    pub fn is_unknown(&self) -> bool {
        matches!(self.what, What::Unknown(_))
    }

    /// Tells whether applying would change something.
    pub fn differs(&self) -> bool {
        matches!(self.what, What::Create(_) | What::Change | What::NoLongerRendered { kept: false })
    }
}

/// Tells whether a manager of fields is a part of the cluster, and no person or engine.
pub(crate) fn is_of_cluster(manager: &str) -> bool {
    written::Written::known().of_cluster(Writer { name: manager, is_subresource: false }).is_some()
}

/// Tells whether what stands at a path of names in a live object is what operator, server or engine write there by
/// themselves, for a spec that says nothing there.
pub(crate) fn is_written_by_itself(object: &Node, path: &[&str], value: &Node, target: Target) -> bool {
    let called = ObjectName::of(object);
    let of = match called.group {
        "" => called.kind.to_owned(),
        group => format!("{}.{group}", called.kind),
    };
    let path = path.iter().fold(path::Path::default(), |path, name| path.below(Element::field(*name)));
    let git = Node::map::<&str>([], object.origin.clone());
    let at =
        written::At { of: &of, path: &path, value, git: &git, managers: &[], engine: None, target, is_dropped: false };
    written::Written::known().by_row(&at).is_some()
}

#[cfg(test)]
mod tests;
