//! What is known of fields that go into no spec: those that say nothing, and why others are left. The data is `known.yaml`.

use std::sync::OnceLock;

use super::item::Item;
use super::left::{Left, Lefts, Why};
use crate::diag::Findings;
use crate::diff::is_written_by_itself;
use crate::lower::REGISTRY_NAMESPACE;
use crate::profile::Profile;
use crate::target::Target;
use crate::tree::parse::{Reading, document};
use crate::tree::{Map, Node, Source, SourceKind, Value};

/// The data.
struct Known {
    silent: Vec<Field>,
    own: Vec<(String, String)>,
    left: Vec<Field>,
}

/// A field that goes into no spec.
struct Field {
    kind: Option<String>,
    path: Vec<String>,
    is: Option<Node>,
    is_live: bool,
    why: Why,
    says: String,
    help: String,
}

fn known() -> &'static Known {
    static KNOWN: OnceLock<Known> = OnceLock::new();
    KNOWN.get_or_init(|| read(include_str!("known.yaml")).0)
}

/// Reads the data, and says how many of its entries could not be.
fn read(text: &str) -> (Known, usize) {
    let source = Source::new("known.yaml", text, SourceKind::Profile);
    let node = document(&source, Reading::Strict, &mut Findings::new());
    let list = |name: &str| node.as_ref().and_then(|node| node.get(name)?.as_seq()).unwrap_or_default();
    let text = |node: &Node, name: &str| node.get(name).and_then(Node::as_str).map(str::to_owned);
    let mut n_wrong = 0;
    let mut fields = |name: &str, are_told: bool| -> Vec<Field> {
        let all = list(name).iter().map(|entry| {
            let path = entry.get("path")?.as_seq()?.iter().map(|step| step.as_str().map(str::to_owned));
            let why = text(entry, "why").and_then(|why| Why::of(&why));
            let (says, help) = (text(entry, "says"), text(entry, "do"));
            if are_told && (why.is_none() || says.is_none() || help.is_none()) {
                return None;
            }
            Some(Field {
                kind: text(entry, "kind"),
                path: path.collect::<Option<_>>()?,
                is: entry.get("is").cloned(),
                is_live: entry.get("live").and_then(Node::as_bool) == Some(true),
                why: why.unwrap_or(Why::NoField),
                says: says.unwrap_or_default(),
                help: help.unwrap_or_default(),
            })
        });
        let all: Vec<Option<Field>> = all.collect();
        n_wrong += all.iter().filter(|field| field.is_none()).count() + usize::from(all.is_empty());
        all.into_iter().flatten().collect()
    };
    let (silent, left) = (fields("silent", false), fields("left", true));
    let own: Vec<_> =
        list("own").iter().filter_map(|entry| Some((text(entry, "kind")?, text(entry, "name")?))).collect();
    n_wrong += list("own").len() - own.len() + usize::from(own.is_empty());
    (Known { silent, own, left }, n_wrong)
}

/// Accounts for what of an object says nothing, and for the annotations that are rendered again.
pub(super) fn drop_silent(item: &mut Item, profile: &Profile) {
    if known().own.iter().any(|(kind, name)| *kind == item.kind && *name == item.name) {
        item.settle();
        return;
    }
    let is_of = |field: &&Field| field.kind.as_ref().is_none_or(|kind| *kind == item.kind);
    let fields: Vec<&Field> = known().silent.iter().filter(is_of).collect();
    for field in fields {
        let path: Vec<&str> = field.path.iter().map(String::as_str).collect();
        let is_it = |found: &Node| match &field.is {
            Some(value) if value.is_null() => found.is_null(),
            Some(value) => found == value,
            None => true,
        };
        if (!field.is_live || item.is_live) && item.at(&path).is_some_and(is_it) {
            item.take(&path);
        }
    }
    for (name, rendered) in annotations(item, profile).into_iter().flatten() {
        let path = ["metadata", "annotations", name];
        if item.at(&path) == Some(&rendered.node) {
            item.take(&path);
        }
    }
    for empty in [&["metadata", "annotations"][..], &["metadata", "labels"], &["metadata"]] {
        if item.at(empty).and_then(Node::as_map).is_some_and(indexmap::IndexMap::is_empty) {
            item.take(empty);
        }
    }
}

/// Returns the annotations that an object is rendered with.
fn annotations<'p>(item: &Item, profile: &'p Profile) -> Option<&'p Map> {
    let part = match item.kind.as_str() {
        "Config" | "ImagePruner" | "Image" => "bootstrapped",
        "PersistentVolumeClaim" => "claim",
        "ConfigMap" => "referenced",
        "RoleBinding" | "ClusterRoleBinding" | "ClusterRole" => "access",
        _ => "mirrors",
    };
    profile.get("annotations")?.get(part)?.as_map()
}

/// Puts all that is not accounted for on the list.
pub(super) fn leave_rest(item: &Item, profile: &Profile, target: Target, lefts: &mut Lefts) {
    let Some(rest) = item.rest() else { return };
    if !item.is_begun() {
        lefts.push(whole(item));
        return;
    }
    each_untaken(rest, &item.object, &mut Vec::new(), &mut |path, node| {
        let is_rendered = |name: &str| annotations(item, profile).is_some_and(|rendered| rendered.contains_key(name));
        match path {
            [] => {}
            [metadata, annotations, name]
                if metadata == "metadata" && annotations == "annotations" && is_rendered(name) =>
            {
                let message = "it is rendered with another value, which engines read";
                let help =
                    "see that it fits the engine; to keep yours, put it into a template of a profile of your own";
                lefts.push(item.left(path, Why::Replaced, message, help));
            }
            _ if node.is_null() => {}
            _ => lefts.extend(described(item, path, node, target)),
        }
    });
}

/// Says why an object was left as a whole.
fn whole(item: &Item) -> Left {
    let keep = "keep it where it is; no spec is needed for it";
    let (why, message, help) = match (item.kind.as_str(), item.namespace.as_str()) {
        ("PersistentVolumeClaim", REGISTRY_NAMESPACE) => {
            (Why::Unrelated, "a claim that the registry does not mount", keep)
        }
        ("Config" | "ImagePruner" | "Image", _) => {
            (Why::Unrelated, "the operator reads the one called `cluster` alone", keep)
        }
        ("RoleBinding" | "ClusterRoleBinding", _) => {
            (Why::Unrelated, "it binds none of the registry's roles that a spec has", keep)
        }
        _ => (Why::Unrelated, "it is no part of a registry's configuration", keep),
    };
    item.left(&[], why, message, help)
}

/// Visits what nothing was taken of, the outermost of each.
fn each_untaken(rest: &Node, whole: &Node, path: &mut Vec<String>, visit: &mut dyn FnMut(&[String], &Node)) {
    let is_top = path.is_empty()
        || matches!(&**path, [one] if one == "metadata" || one == "spec" || one == "data")
        || matches!(&**path, [_, two] if two == "annotations" || two == "labels");
    match (&rest.value, rest == whole && !is_top) {
        (Value::Map(map), false) if !map.is_empty() => {
            for (name, entry) in map {
                path.push(name.to_string());
                let whole = whole.get(name).unwrap_or(&entry.node);
                each_untaken(&entry.node, whole, path, visit);
                path.pop();
            }
        }
        _ => visit(path, rest),
    }
}

/// Says why a field was left: as the data has it, else that a spec has no field for it. Says nothing of what operator and
/// server write by themselves.
fn described(item: &Item, path: &[String], node: &Node, target: Target) -> Option<Left> {
    let matches = |field: &&Field| {
        let same = |(step, name): (&String, &String)| step == "*" || step == name;
        field.kind.as_ref().is_none_or(|kind| *kind == item.kind)
            && field.path.len() <= path.len()
            && field.path.iter().zip(path).all(same)
    };
    let found = known().left.iter().find(matches);
    let is_any = found.is_none_or(|field| field.path.iter().any(|step| step == "*"));
    let names: Vec<&str> = path.iter().map(String::as_str).collect();
    if is_any && item.is_live && is_written_by_itself(&item.object, &names, node, target) {
        return None;
    }
    Some(match found {
        Some(field) => item.left(path, field.why, &*field.says, &*field.help),
        None => item.left(
            path,
            Why::NoField,
            "a spec has no field for it",
            "what regcfg renders leaves it alone where it is applied server-side; keep it in a patch if it must be in Git",
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_the_data_is_read() {
        let (known, n_wrong) = read(include_str!("known.yaml"));
        assert_eq!(n_wrong, 0);
        assert!(known.silent.len() > 40 && known.left.len() > 10, "{} {}", known.silent.len(), known.left.len());
        assert!(known.own.len() > 5);
    }
}
