//! A must-gather, as `oc adm must-gather` and `oc adm inspect` write it, as what the cluster had.
//!
//! Objects stand in files of their own or in lists of their kind; what is in neither was not collected, and whether the
//! cluster has it cannot be told, unless the list of its kind is there. Values of Secrets are not collected, and newer
//! releases leave out who wrote which field. Nothing else of the directory is read.
//!
//! Source of the layout: openshift/oc `pkg/cli/admin/inspect` (`resource.go`, `util.go`, `namespace.go`, `secret.go`).

mod layout;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Absent, Answer, Listing, Live, ObjectId, Resource, Unknown, Why, has_labels};
use crate::diag::Findings;
use crate::diag::visible::{quoted, visible};
use crate::tree::parse::{Reading, documents};
use crate::tree::{Node, Source, SourceKind};
use crate::world::{ProjectPath, ReadError, World};
use layout::Place;

/// The most bytes of one file. Lists of pods of a large cluster have some tens of MB; what is asked for here has less.
const LARGEST: u64 = 64 << 20;

/// A directory with what was collected of a cluster.
pub struct MustGather<'w> {
    world: &'w dyn World,
    called: String,
    /// The directories that hold `cluster-scoped-resources` or `namespaces`: one for each image that collected.
    roots: Vec<ProjectPath>,
    /// What was read of each file, once.
    read: Mutex<BTreeMap<ProjectPath, Read>>,
}

/// The objects of a file, or why they cannot be had.
type Read = Result<Arc<Vec<Node>>, Unreadable>;

/// Why a file gives no objects.
#[derive(Clone, Debug)]
enum Unreadable {
    /// It is not there.
    NotThere,
    /// It is, and cannot be read.
    Fault(String),
}

impl<'w> MustGather<'w> {
    /// Opens a directory; none where it holds nothing that was collected, at its top or in the directories of images below.
    pub fn open(world: &'w dyn World, called: impl Into<String>) -> Option<Self> {
        let roots = layout::roots(world);
        let called = called.into();
        (!roots.is_empty()).then(|| Self { world, called, roots, read: Mutex::default() })
    }

    fn get_one(&self, object: &ObjectId) -> Answer<Node> {
        let mut answer = None;
        for place in layout::places(&self.roots, object) {
            let (path, is_list) = match place {
                Place::Own(path) => (path, false),
                Place::List(path) => (path, true),
            };
            match self.objects(&path) {
                Ok(found) => match found.iter().find(|node| is_called(node, object)) {
                    Some(node) => return Answer::There(object.resource.complete(node.clone())),
                    None if is_list => answer = Some(Answer::Absent(Absent::Object)),
                    None => {}
                },
                Err(Unreadable::NotThere) => {}
                Err(Unreadable::Fault(why)) => {
                    return Answer::Unknown(Self::unreadable(&object.to_string(), &path, &why));
                }
            }
        }
        answer.unwrap_or_else(|| {
            if self.lacks_kind(&object.resource) {
                return Answer::Absent(Absent::Kind);
            }
            Answer::Unknown(self.not_collected(&object.to_string()))
        })
    }

    fn list_one(&self, listing: &Listing) -> Answer<Vec<Node>> {
        let Listing { resource, namespace, labels } = listing;
        let mut found: Option<Vec<Node>> = None;
        for path in layout::files_of(self.world, &self.roots, resource, namespace) {
            match self.objects(&path) {
                Ok(objects) => {
                    let found = found.get_or_insert_default();
                    for node in objects.iter().filter(|node| is_of(node, resource) && has_labels(node, labels)) {
                        // What stands in a list and in a file of its own is one object.
                        if !found.iter().any(|other| name_of(other) == name_of(node)) {
                            found.push(resource.complete(node.clone()));
                        }
                    }
                }
                Err(Unreadable::NotThere) => {}
                Err(Unreadable::Fault(why)) => {
                    return Answer::Unknown(Self::unreadable(&visible(&resource.plural), &path, &why));
                }
            }
        }
        match found {
            Some(found) => Answer::There(found),
            None if self.lacks_kind(resource) => Answer::Absent(Absent::Kind),
            None => Answer::Unknown(self.not_collected(&visible(&resource.plural))),
        }
    }

    /// Tells whether the cluster had no definition of a kind: all were collected, and this one is not among them.
    fn lacks_kind(&self, resource: &Resource) -> bool {
        if !resource.group.contains('.') || resource.group.ends_with(".k8s.io") || is_aggregated(&resource.group) {
            return false;
        }
        let name = format!("{}.{}", resource.plural, resource.group);
        let lists = self.roots.iter().filter_map(layout::definitions);
        let mut read = lists.filter_map(|path| self.objects(&path).ok()).peekable();
        read.peek().is_some() && !read.any(|crds| crds.iter().any(|crd| name_of(crd).1 == name))
    }

    /// Returns the objects of a file, those of a list each by itself.
    fn objects(&self, path: &ProjectPath) -> Read {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        read.entry(path.clone()).or_insert_with(|| self.read(path)).clone()
    }

    fn read(&self, path: &ProjectPath) -> Read {
        let bytes = self.world.read(path, LARGEST).map_err(|error| match error {
            ReadError::NotFound | ReadError::IsDirectory => Unreadable::NotThere,
            ReadError::LeavesProject => Unreadable::Fault("it leads out of the must-gather".into()),
            error => Unreadable::Fault(error.to_string()),
        })?;
        let text = String::from_utf8(bytes).map_err(|_| Unreadable::Fault("it is not UTF-8".into()))?;
        let source = Source::new(self.world.display(path), text, SourceKind::User);
        let mut findings = Findings::new();
        let read = documents(&source, Reading::AsKubectl, &mut findings);
        let fault = || findings.iter().find(|finding| finding.is_error()).map(|finding| finding.message.clone());
        let documents = read.ok_or_else(|| Unreadable::Fault(fault().unwrap_or_else(|| "it is no YAML".into())))?;
        let (mut objects, mut is_empty) = (Vec::new(), true);
        for document in documents.into_iter().filter(|document| document.as_map().is_some()) {
            is_empty = false;
            match document.get("items") {
                Some(items) if items.as_seq().is_some() => {
                    objects.extend(items.as_seq().into_iter().flatten().cloned());
                }
                // What Go writes for a list without anything.
                Some(items) if items.is_null() => {}
                _ if is_list(&document) => return Err(Unreadable::Fault("it is a list without items".into())),
                _ => objects.push(document),
            }
        }
        // What could not be collected leaves an empty file, which says nothing of the cluster.
        if is_empty { Err(Unreadable::Fault("it is empty".into())) } else { Ok(Arc::new(objects)) }
    }

    fn not_collected(&self, asked: &str) -> Unknown {
        let message = format!("{} holds no {asked}: it was not collected", quoted(&self.called));
        let help = "collect it with `oc adm inspect`, whose directory can be given, too; or ask the cluster itself";
        Unknown::new(Why::NotCollected, message, help).about(asked, "nothing of it was collected")
    }

    fn unreadable(asked: &str, path: &ProjectPath, why: &str) -> Unknown {
        let obstacle = format!("`{}` cannot be read: {}", visible(path.as_str()), visible(why));
        let message = format!("{asked} cannot be read from `{}`: {}", visible(path.as_str()), visible(why));
        Unknown::new(Why::Malformed, message, "collect it again with `oc adm inspect`").about(asked, obstacle)
    }
}

impl Live for MustGather<'_> {
    fn called(&self) -> &str {
        &self.called
    }

    fn get(&self, objects: &[ObjectId]) -> Vec<Answer<Node>> {
        objects.iter().map(|object| self.get_one(object)).collect()
    }

    fn list(&self, listings: &[Listing]) -> Vec<Answer<Vec<Node>>> {
        listings.iter().map(|listing| self.list_one(listing)).collect()
    }

    /// Values of Secrets were replaced by their length when they were collected.
    fn has_secret_values(&self) -> bool {
        false
    }
}

/// Tells whether OpenShift's own API servers serve a group, which has no definition then.
fn is_aggregated(group: &str) -> bool {
    const AGGREGATED: [&str; 9] = [
        "apps.openshift.io",
        "authorization.openshift.io",
        "build.openshift.io",
        "image.openshift.io",
        "oauth.openshift.io",
        "project.openshift.io",
        "route.openshift.io",
        "security.openshift.io",
        "user.openshift.io",
    ];
    AGGREGATED.contains(&group)
}

/// Returns the namespace and the name of an object, each empty where it has none.
fn name_of(node: &Node) -> (&str, &str) {
    let text = |key: &str| node.at(&["metadata", key]).and_then(Node::as_str).unwrap_or_default();
    (text("namespace"), text("name"))
}

/// Tells whether a document is a list of objects.
fn is_list(document: &Node) -> bool {
    document.get("kind").and_then(Node::as_str).is_some_and(|kind| kind == "List" || kind.ends_with("List"))
}

fn is_called(node: &Node, object: &ObjectId) -> bool {
    is_of(node, &object.resource) && name_of(node) == (&*object.namespace, &*object.name)
}

/// Tells whether an object is of a kind; those of typed lists do not say it.
fn is_of(node: &Node, resource: &Resource) -> bool {
    let text = |key: &str| node.get(key).and_then(Node::as_str);
    let group = text("apiVersion").map(crate::name::group);
    text("kind").is_none_or(|kind| kind == resource.kind) && group.is_none_or(|group| group == resource.group)
}

#[cfg(test)]
mod tests;
