//! What a cluster has, wherever that is read from: the cluster itself, a must-gather, manifests.
//!
//! In come names of objects; out comes for each what is there, that nothing is there, or why that cannot be told. All
//! questions of one call are asked at once. What an answer means for a spec is not known here, and nothing here changes a
//! cluster.

pub mod cluster;
pub mod manifests;
pub mod must_gather;

use std::fmt;

use crate::diag::visible::visible;
use crate::schema::{self, Kind};
use crate::tree::Node;

/// A kind of object as its API serves it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Resource {
    /// The API group, empty for the core group.
    pub group: String,
    /// The version of the API, such as `v1`.
    pub version: String,
    /// The name in URLs, such as `configmaps`.
    pub plural: String,
    /// The kind's name, such as `ConfigMap`.
    pub kind: String,
    /// Whether its objects live in a namespace.
    pub namespaced: bool,
}

/// An object that may be on a cluster.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId {
    /// Its kind.
    pub resource: Resource,
    /// Its namespace; empty where it has none.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

/// Objects of one kind that are asked for together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// Their kind.
    pub resource: Resource,
    /// The only namespace that is looked into; empty for all, and for kinds without namespaces.
    pub namespace: String,
    /// What their labels must be, as `key=value` or `key`, joined by commas; empty for any.
    pub labels: String,
}

/// What is known of something that was asked for.
#[derive(Clone, Debug)]
pub enum Answer<T> {
    /// It is there.
    There(T),
    /// It is not there, and that is sure.
    Absent(Absent),
    /// Whether it is there cannot be told.
    Unknown(Unknown),
}

/// What is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Absent {
    /// The object; its namespace and kind are there, or that was not asked.
    Object,
    /// The namespace.
    Namespace,
    /// The kind: its CRD is not installed, as where a capability is switched off.
    Kind,
}

/// Why something cannot be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// What kind of obstacle it is.
    pub why: Why,
    /// One line for people, which names the host and the object.
    pub message: String,
    /// What can be done about it.
    pub help: String,
    /// What a server that takes the object for wrong says of its fields; empty where it names none.
    pub causes: Vec<Cause>,
}

/// What a server says of one field of an object that it refuses (`details.causes` of its `Status`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// The path of the field as the server writes it, such as `spec.routes[0].name`; empty where it names none.
    pub field: String,
    /// The reason as one word, such as `FieldValueInvalid`; empty where it gives none.
    pub reason: String,
    /// The words, on one line that acts on nothing, without values that may be secrets.
    pub message: String,
}

/// What stands between a question and its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// The host cannot be reached, or is not found.
    Unreachable,
    /// TLS failed: another authority, an expired certificate, another name.
    Tls,
    /// Nothing came in time.
    TimedOut,
    /// The answer ended before it was whole.
    Closed,
    /// 401: the server does not know who asks.
    Unauthorized,
    /// 403: who asks may not.
    Forbidden,
    /// 409: somebody else changes it at this moment.
    Conflict,
    /// 429, still after the time that the server asked to wait.
    TooManyRequests,
    /// 400 or 422: the server takes the object for wrong.
    Invalid,
    /// An admission webhook or policy said no.
    Denied,
    /// No dry-run can be had of the object: a webhook that has side effects looks at it.
    NoDryRun,
    /// 5xx, and any other code.
    Server,
    /// The answer is larger than allowed.
    TooLarge,
    /// The answer is no object.
    Malformed,
    /// The run was told to stop.
    Interrupted,
    /// A must-gather or directory holds nothing of that kind, so that nobody knows whether the cluster has it.
    NotCollected,
}

impl Unknown {
    /// Makes one that says nothing of fields.
    pub fn new(why: Why, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { why, message: message.into(), help: help.into(), causes: Vec::new() }
    }
}

impl Why {
    /// Tells whether it stands before every question to the same host, so that it need be said once.
    pub fn is_of_the_host(self) -> bool {
        matches!(self, Self::Unreachable | Self::Tls | Self::Unauthorized | Self::Interrupted)
    }

    /// Tells whether what a dry-run would say may be computed instead: nobody refused the object itself.
    pub fn leaves_the_merge(self) -> bool {
        matches!(self, Self::Forbidden | Self::NoDryRun)
    }
}

/// A way to look at what a cluster has.
pub trait Live: Sync {
    /// Returns what is looked at, for people: a host and context, or a directory.
    fn called(&self) -> &str;

    /// Gets objects, each answer at the place of its question.
    fn get(&self, objects: &[ObjectId]) -> Vec<Answer<Node>>;

    /// Lists objects, each answer at the place of its question.
    fn list(&self, listings: &[Listing]) -> Vec<Answer<Vec<Node>>>;

    /// Tells whether the values of Secrets are those of the cluster, and not what stands for them.
    fn has_secret_values(&self) -> bool {
        true
    }

    /// Asks what applying objects would make of them, without applying any; none where there is nobody to ask.
    fn dry_run(&self, _applies: &[Apply<'_>]) -> Option<Vec<Answer<DryRun>>> {
        None
    }
}

/// An object to be applied, only to see what would become of it.
#[derive(Clone, Debug)]
pub struct Apply<'a> {
    /// Which object.
    pub object: ObjectId,
    /// What is applied: the object as it is rendered. Never a Secret.
    pub applied: &'a Node,
    /// The field manager that applies it.
    pub field_manager: String,
    /// Whether fields of other managers are taken over.
    pub force: bool,
}

/// What a server would make of an object.
#[derive(Clone, Debug)]
pub struct DryRun {
    /// The object as it would be stored.
    pub object: Node,
    /// What the server warned of, one line each.
    pub warnings: Vec<String>,
}

impl Why {
    /// Returns the word for it in documents.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Tls => "tls",
            Self::TimedOut => "timed-out",
            Self::Closed => "closed",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::Conflict => "conflict",
            Self::TooManyRequests => "too-many-requests",
            Self::Invalid => "invalid",
            Self::Denied => "denied",
            Self::Server => "server",
            Self::TooLarge => "too-large",
            Self::Malformed => "malformed",
            Self::Interrupted => "interrupted",
            Self::NotCollected => "not-collected",
            Self::NoDryRun => "no-dry-run",
        }
    }
}

impl Resource {
    /// Returns the resource of a kind that is described here.
    pub fn of(kind: &Kind) -> Self {
        Self {
            group: kind.group.into(),
            version: kind.version.into(),
            plural: kind.plural.into(),
            kind: kind.kind.into(),
            namespaced: kind.namespaced,
        }
    }

    /// Returns the `apiVersion` of its objects.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.clone() } else { format!("{}/{}", self.group, self.version) }
    }

    /// Returns one of its objects with version and kind, which items of lists need not say.
    pub(crate) fn complete(&self, mut object: Node) -> Node {
        let place = object.place().clone();
        for (field, text) in [("apiVersion", self.api_version()), ("kind", self.kind.clone())] {
            if object.get(field).is_none() {
                object.insert(field, Node::string(text, place.clone()));
            }
        }
        object
    }
}

impl ObjectId {
    /// Returns what a rendered object is called on a cluster; none where its kind is not described here, so that nobody
    /// knows its name in URLs.
    pub fn of(object: &Node) -> Option<Self> {
        let text = |path: &[&str]| object.at(path).and_then(Node::as_str);
        let kind = schema::find(text(&["apiVersion"])?, text(&["kind"])?)?;
        let namespace = text(&["metadata", "namespace"]).filter(|_| kind.namespaced).unwrap_or_default();
        Some(Self {
            resource: Resource::of(kind),
            namespace: namespace.into(),
            name: text(&["metadata", "name"])?.into(),
        })
    }
}

/// Tells whether an object has all labels of a list of `key=value` and `key`, joined by commas.
fn has_labels(object: &Node, labels: &str) -> bool {
    let label = |key: &str| object.at(&["metadata", "labels", key]);
    labels.split(',').filter(|wanted| !wanted.is_empty()).all(|wanted| match wanted.split_once('=') {
        Some((key, value)) => label(key).and_then(Node::as_str) == Some(value),
        None => label(wanted).is_some(),
    })
}

/// Shows `Kind namespace/name`, or `Kind name` without a namespace; nothing in it acts on a terminal.
impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, name) = (visible(&self.resource.kind), visible(&self.name));
        if self.namespace.is_empty() {
            write!(f, "{kind} {name}")
        } else {
            write!(f, "{kind} {}/{name}", visible(&self.namespace))
        }
    }
}
