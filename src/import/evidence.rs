//! The objects -> the release of the cluster: by its ClusterVersion, as asked, or by the fields that only some releases have.

use super::item::Item;
use super::{Refused, Wish};
use crate::schema::{Schema, find};
use crate::target::{Minor, Target};
use crate::tree::{Node, Value};

/// Returns the release, and by what it is known.
///
/// # Errors
///
/// Where the cluster's release is not one that is known here, or fields are of releases that exclude each other.
pub(super) fn target(items: &[Item], wish: &Wish<'_>) -> Result<(Target, String), Refused> {
    let version = items.iter().find(|item| item.is("ClusterVersion", "", "version"));
    let version = version.and_then(|item| version_of(&item.object));
    match (wish.target, version) {
        (Some(target), Some(version)) if !is_within(target, &version) => {
            Ok((target, format!("OpenShift {target}: as asked; the ClusterVersion says {version}")))
        }
        (Some(target), _) => Ok((target, format!("OpenShift {target}: as asked"))),
        (None, Some(version)) => {
            let Some(minor) = minor(&version) else {
                let message = format!("the cluster is of OpenShift {version}, which is not known here");
                return Err(Refused::new(message, "say the nearest release that is, with `--openshift`"));
            };
            Ok((Target::only(minor), format!("OpenShift {minor}: by the ClusterVersion, {version}")))
        }
        (None, None) => by_schemas(items),
    }
}

fn version_of(object: &Node) -> Option<String> {
    let desired = object.at(&["status", "desired", "version"]).and_then(Node::as_str);
    // Until an update is through, the cluster is of the release before.
    let history = object.at(&["status", "history"]).and_then(Node::as_seq).unwrap_or_default();
    let is_done = |entry: &&Node| entry.get("state").and_then(Node::as_str) == Some("Completed");
    let done = history.iter().find(is_done).and_then(|entry| entry.get("version")?.as_str());
    done.or(desired).map(|version| version.chars().take(40).collect())
}

/// Returns the minor of a version such as `4.19.7` or `4.20.0-rc.1`.
fn minor(version: &str) -> Option<Minor> {
    let mut parts = version.split('.');
    format!("{}.{}", parts.next()?, parts.next()?).parse().ok()
}

fn is_within(target: Target, version: &str) -> bool {
    minor(version).is_none_or(|minor| target.first() <= minor && minor <= target.last())
}

/// Returns the newest release on which all that the objects hold is known.
fn by_schemas(items: &[Item]) -> Result<(Target, String), Refused> {
    let holds = |minor: Minor| items.iter().filter(|item| knows(item, minor)).count();
    let released = Minor::all().filter(|minor| !minor.is_in_development());
    let best = released
        .rev()
        .map(|minor| (holds(minor), minor))
        .reduce(|best, next| if next.0 > best.0 { next } else { best });
    let Some((_, minor)) = best else {
        return Err(Refused::new("no release of OpenShift is known here", "say it with `--openshift`"));
    };
    let by = format!("OpenShift {minor}: the newest release that has all these fields; `--openshift` says it better");
    Ok((Target::only(minor), by))
}

/// Tells whether a release has an object's kind and all of its fields.
fn knows(item: &Item, minor: Minor) -> bool {
    let text = |field: &str| item.object.get(field).and_then(Node::as_str).unwrap_or_default();
    let Some(kind) = find(text("apiVersion"), text("kind")) else { return true };
    if !kind.is_on(minor) {
        return false;
    }
    let spec = kind.schema.property("spec").map(|property| property.schema);
    spec.zip(item.object.get("spec")).is_none_or(|(schema, node)| has_fields(schema, node, minor))
}

fn has_fields(schema: &'static Schema, node: &Node, minor: Minor) -> bool {
    match &node.value {
        Value::Map(map) => map.iter().all(|(name, entry)| match schema.property(name) {
            Some(property) => property.is_on(minor) && has_fields(property.schema, &entry.node, minor),
            None => true,
        }),
        Value::Seq(items) => schema.items.is_none_or(|schema| items.iter().all(|item| has_fields(schema, item, minor))),
        _ => true,
    }
}
