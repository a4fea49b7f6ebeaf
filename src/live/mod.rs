//! What a cluster has, wherever that is read from: the cluster itself, a must-gather, manifests.
//!
//! In come names of objects; out comes for each what is there, that nothing is there, or why that cannot be told. All
//! questions of one call are asked at once. What an answer means for a spec is not known here, and nothing here changes a
//! cluster.

pub mod cluster;
pub mod manifests;
pub mod must_gather;
mod unknown;

use std::fmt;
use std::sync::Arc;

pub use unknown::{Cause, Right, Unknown, Why, each_once};

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
    pub(crate) fn complete(&self, object: Node) -> Node {
        let Some(map) = object.as_map().filter(|map| !(map.contains_key("kind") && map.contains_key("apiVersion")))
        else {
            return object;
        };
        let place = object.place();
        let text = |text: String| Node::string(text, place.clone());
        let typed = [("apiVersion", text(self.api_version())), ("kind", text(self.kind.clone()))];
        let mut complete = Node::map(typed, object.origin.clone());
        if let Some(fields) = complete.as_map_mut() {
            fields.extend(map.iter().map(|(name, entry)| (Arc::clone(name), entry.clone())));
        }
        complete
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
