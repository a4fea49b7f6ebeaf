//! Where a must-gather keeps what it collected.
//!
//! `cluster-scoped-resources/GROUP/PLURAL/NAME.yaml` or `…/GROUP/PLURAL.yaml`, and the same below `namespaces/NAMESPACE`, where
//! the core group is called `core`. Names of objects are not checked by anyone before they come here, so none becomes more
//! than one part of a path.

use crate::live::{ObjectId, Resource};
use crate::world::{ProjectPath, World};

const CLUSTER: &str = "cluster-scoped-resources";
const NAMESPACES: &str = "namespaces";

/// How deep below what was given the directories of images stand.
const DEEPEST: usize = 2;

/// Where an object may stand.
pub(super) enum Place {
    /// In a file of its own.
    Own(ProjectPath),
    /// In the list of all of its kind, in its namespace.
    List(ProjectPath),
}

/// Returns the directories that hold what was collected, the first in order of name first.
pub(super) fn roots(world: &dyn World) -> Vec<ProjectPath> {
    let mut roots = Vec::new();
    let mut level = vec![ProjectPath::root()];
    for _ in 0..=DEEPEST {
        let mut next = Vec::new();
        for dir in level {
            let Ok(entries) = world.list(&dir) else { continue };
            let dirs: Vec<_> = entries.into_iter().filter(|entry| entry.is_dir).map(|entry| entry.path).collect();
            if dirs.iter().any(|dir| [CLUSTER, NAMESPACES].contains(&dir.file_name())) {
                roots.push(dir);
            } else {
                next.extend(dirs);
            }
        }
        level = next;
    }
    roots
}

/// Returns the files in which an object may stand, those of its own first.
pub(super) fn places(roots: &[ProjectPath], object: &ObjectId) -> Vec<Place> {
    let ObjectId { resource, namespace, name } = object;
    let mut own = Vec::new();
    let mut lists = Vec::new();
    for root in roots {
        let Some(dir) = dir_of(root, resource, namespace) else { continue };
        let file = format!("{name}.yaml");
        own.extend(child(&dir, &[&resource.plural, &file]));
        if resource.group.is_empty() && resource.plural == "namespaces" {
            own.extend(child(root, &[NAMESPACES, name, &file]));
        }
        if resource.group.is_empty() && resource.plural == "pods" {
            own.extend(child(root, &[NAMESPACES, namespace, "pods", name, &file]));
        }
        lists.extend(child(&dir, &[&format!("{}.yaml", resource.plural)]));
    }
    own.into_iter().map(Place::Own).chain(lists.into_iter().map(Place::List)).collect()
}

/// Returns the files that hold objects of a kind, in one namespace or, where that is empty, in all.
pub(super) fn files_of(
    world: &dyn World,
    roots: &[ProjectPath],
    resource: &Resource,
    namespace: &str,
) -> Vec<ProjectPath> {
    let mut files = Vec::new();
    for root in roots {
        let namespaces = match (resource.namespaced, namespace) {
            (true, "") => below(world, root, &[NAMESPACES]),
            (true, namespace) => vec![namespace.to_owned()],
            (false, _) => vec![String::new()],
        };
        for namespace in namespaces {
            let Some(dir) = dir_of(root, resource, &namespace) else { continue };
            files.extend(child(&dir, &[&format!("{}.yaml", resource.plural)]));
            if let Some(dir) = child(&dir, &[&resource.plural]) {
                files.extend(world.list(&dir).unwrap_or_default().into_iter().map(|entry| entry.path).filter(is_yaml));
            }
            if resource.group.is_empty() && resource.plural == "pods" {
                for pod in below(world, root, &[NAMESPACES, &namespace, "pods"]) {
                    files.extend(child(root, &[NAMESPACES, &namespace, "pods", &pod, &format!("{pod}.yaml")]));
                }
            }
        }
    }
    files
}

/// Returns the list of all definitions of kinds.
pub(super) fn definitions(root: &ProjectPath) -> Option<ProjectPath> {
    child(root, &[CLUSTER, "apiextensions.k8s.io", "customresourcedefinitions.yaml"])
}

/// Returns the directory of a kind's group, in a namespace if it has any.
fn dir_of(root: &ProjectPath, resource: &Resource, namespace: &str) -> Option<ProjectPath> {
    let group = if resource.group.is_empty() { "core" } else { &resource.group };
    if resource.namespaced { child(root, &[NAMESPACES, namespace, group]) } else { child(root, &[CLUSTER, group]) }
}

/// Returns a path whose parts are these names and no more; none where a name is none of a file.
fn child(dir: &ProjectPath, names: &[&str]) -> Option<ProjectPath> {
    let is_name = |name: &&str| !name.is_empty() && *name != "." && *name != ".." && !name.contains('/');
    names.iter().all(is_name).then(|| dir.join(&names.join("/")).ok()).flatten()
}

fn below(world: &dyn World, root: &ProjectPath, names: &[&str]) -> Vec<String> {
    let entries = child(root, names).and_then(|dir| world.list(&dir).ok()).unwrap_or_default();
    let dirs = entries.into_iter().filter(|entry| entry.is_dir);
    dirs.map(|entry| entry.path.file_name().to_owned()).collect()
}

fn is_yaml(path: &ProjectPath) -> bool {
    path.file_name().rsplit_once('.').is_some_and(|(_, ending)| ending == "yaml")
}
