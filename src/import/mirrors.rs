//! ImageDigestMirrorSets, ImageTagMirrorSets and ImageContentSourcePolicies -> `mirrors`, each source once.
//!
//! Nodes take the mirrors of all objects together, so that one object with all of them says the same as several; only what
//! several say differently of one source cannot be put into one.

use super::config::{has_mirror_sets, names};
use super::draft::Draft;
use super::item::{Item, is_empty};
use super::left::{Lefts, Why};
use super::split::Split;
use crate::diag::visible::quoted;
use crate::schema::{Schema, find};
use crate::tree::{Entry, Map, Node, Value};

/// The name of the objects where the spec gives none.
const NAME: &str = "registry-mirrors";

/// A kind of objects with mirrors.
struct Kind {
    name: &'static str,
    list: &'static str,
    section: &'static str,
}

const DIGEST: Kind = Kind { name: "ImageDigestMirrorSet", list: "imageDigestMirrors", section: "imageDigestMirrors" };
const POLICY: Kind =
    Kind { name: "ImageContentSourcePolicy", list: "repositoryDigestMirrors", section: "imageDigestMirrors" };
const TAG: Kind = Kind { name: "ImageTagMirrorSet", list: "imageTagMirrors", section: "imageTagMirrors" };

/// Takes the mirrors.
pub(super) fn mirrors(items: &mut [Item], draft: &mut Draft, lefts: &mut Lefts) {
    let [digest, policy, tag] = [&DIGEST, &POLICY, &TAG].map(|kind| taken(items, kind, draft, lefts));
    let (by_digest, torn) = merged(digest.as_ref(), policy.as_ref());
    for item in items.iter().filter(|item| item.kind == POLICY.name && !torn.is_empty()) {
        let path = ["spec".to_owned(), POLICY.list.to_owned()];
        let message = format!("an ImageDigestMirrorSet says something else of {}", torn.join(", "));
        let help = "decide which order of mirrors and which policy holds, and write it into the spec";
        lefts.push(item.left(&path, Why::Unusable, message, help));
    }
    for (kind, by_source) in [(&DIGEST, by_digest), (&TAG, tag.clone())] {
        if let Some(by_source) = by_source {
            let node = draft.value(Value::Map(by_source));
            draft.put("mirrors", kind.section, node);
        }
    }
    let kind = match (&digest, &policy) {
        (None, Some(_)) if has_mirror_sets(draft) => Some("ImageContentSourcePolicy"),
        (Some(digest), Some(policy)) if same_mirrors(digest, policy) => Some("Both"),
        (Some(_), _) if !has_mirror_sets(draft) => Some("ImageDigestMirrorSet"),
        _ => None,
    };
    if let Some(kind) = kind {
        let node = draft.text(kind);
        draft.put("mirrors", "kind", node);
    }
    let is_policy_kept = digest.is_none() || kind == Some("Both");
    let name = name(items);
    if let Some(name) = name.as_deref().filter(|name| *name != NAME) {
        let node = draft.text(name);
        draft.put("mirrors", "name", node);
    }
    let name = name.unwrap_or_else(|| NAME.to_owned());
    for item in items.iter().filter(|item| item.is_begun() && is_of_mirrors(item)) {
        if item.name != name || (item.kind == POLICY.name && !is_policy_kept) {
            let by = match &digest {
                _ if item.kind == TAG.name => TAG.name,
                Some(_) => DIGEST.name,
                None => POLICY.name,
            };
            let message = format!("its mirrors are in the {by} `{name}` that the spec renders");
            let help = "delete it once that is applied and every machine config pool is updated; if a tool such as oc-mirror makes it, take its sources out of the spec instead";
            lefts.push(item.left(&["metadata".to_owned(), "name".to_owned()], Why::Replaced, message, help));
        }
    }
}

fn is_of_mirrors(item: &Item) -> bool {
    [&DIGEST, &POLICY, &TAG].iter().any(|kind| item.kind == kind.name)
}

/// Returns the name of all objects with mirrors, where it is the same.
fn name(items: &[Item]) -> Option<String> {
    let mut names = items.iter().filter(|item| item.is_begun() && is_of_mirrors(item)).map(|item| &item.name);
    let first = names.next()?;
    names.all(|name| name == first).then(|| first.clone())
}

/// Takes the mirrors of all objects of a kind, by source; none where there is no object with a list.
fn taken(items: &mut [Item], kind: &Kind, draft: &Draft, lefts: &mut Lefts) -> Option<Map> {
    let mut by_source: Option<Map> = None;
    // Beside sets a policy becomes one, which takes no source and no mirror of any form.
    let is_refined = kind.name == POLICY.name && items.iter().any(|item| item.kind == DIGEST.name);
    let refined = is_refined.then(entries_of_sets).flatten();
    for item in items.iter_mut().filter(|item| item.kind == kind.name) {
        let Some(list) = item.take(&["spec", kind.list]) else {
            let help = "nothing is to be done: it changes nothing, whether it is there or not";
            item.leave(Why::Unusable, "it has no mirrors at all", help, lefts);
            continue;
        };
        item.begin();
        let by_source = by_source.get_or_insert_default();
        for (index, entry) in list.as_seq().unwrap_or_default().iter().enumerate() {
            let path = ["spec".to_owned(), kind.list.to_owned(), format!("[{index}]")];
            let source = entry.get("source").and_then(Node::as_str).unwrap_or_default();
            if entry.get("mirrors").is_none_or(is_empty) {
                let help = "nothing is to be done: without mirrors the source itself is asked";
                lefts.push(item.left(&path, Why::Unusable, "a source without mirrors, which nodes pass over", help));
                continue;
            }
            if source.is_empty() || source.starts_with('$') {
                let message = "its source is no registry or repository";
                lefts.push(item.left(&path, Why::Unusable, message, "name the source, or take the entry away"));
                continue;
            }
            let steps: Vec<&str> = path.iter().map(String::as_str).collect();
            let entry = match refined {
                Some(schema) => Split::new(item, draft.target, lefts).kept(schema, entry, &steps),
                None => Some(entry.clone()),
            };
            let Some(node) = entry.and_then(|entry| mirrors_of(item, kind, &entry, &path, draft, lefts)) else {
                continue;
            };
            let merged = by_source.get(source).map(|there| joined(&there.node, &node));
            let node = match merged {
                None => node,
                Some(Some(joined)) => joined,
                Some(None) => {
                    let message = "another object, or an entry before it, says something else of this source";
                    let help = "decide which order of mirrors and which policy holds, and write it into the spec";
                    lefts.push(item.left(&path, Why::Unusable, message, help));
                    continue;
                }
            };
            by_source.insert(source.into(), Entry { key: node.origin.clone(), node });
        }
    }
    by_source
}

/// Returns the description of an entry of a set.
fn entries_of_sets() -> Option<&'static Schema> {
    find("config.openshift.io/v1", DIGEST.name)?.schema.at(&["spec", DIGEST.list])?.items
}

/// Returns what the spec can hold of an entry of a list.
fn mirrors_of(
    item: &Item,
    kind: &Kind,
    entry: &Node,
    path: &[String],
    draft: &Draft,
    lefts: &mut Lefts,
) -> Option<Node> {
    let crate::schema::Additional::Each(schema) = Draft::schema(&["mirrors", kind.section])?.additional else {
        return None;
    };
    let mut rest = entry.clone();
    rest.as_map_mut()?.shift_remove("source");
    // The policy is no field of the older kind.
    if kind.name == POLICY.name {
        for field in names(Some(&rest)).iter().filter(|field| *field != "mirrors") {
            rest.as_map_mut()?.shift_remove(field.as_str());
            let path: Vec<String> = path.iter().cloned().chain([field.clone()]).collect();
            lefts.push(item.left(&path, Why::NoField, "its kind has no such field", "the API server drops it"));
        }
    }
    let steps: Vec<&str> = path.iter().map(String::as_str).collect();
    let mut kept = Split::new(item, draft.target, lefts).kept(schema, &rest, &steps)?;
    if let Some(Value::Seq(mirrors)) = kept.as_map_mut().and_then(|map| Some(&mut map.get_mut("mirrors")?.node.value)) {
        let mut once: Vec<Node> = Vec::with_capacity(mirrors.len());
        for mirror in mirrors.drain(..) {
            if !once.contains(&mirror) {
                once.push(mirror);
            }
        }
        *mirrors = once;
    }
    // Those that a spec cannot hold are on the list.
    kept.get("mirrors").is_some_and(|mirrors| !is_empty(mirrors)).then_some(kept)
}

/// Returns what two objects say of one source together; none where they contradict each other.
fn joined(first: &Node, second: &Node) -> Option<Node> {
    let policy = |node: &Node| {
        node.get("mirrorSourcePolicy").and_then(Node::as_str).unwrap_or("AllowContactingSource") == "NeverContactSource"
    };
    if policy(first) != policy(second) {
        return None;
    }
    let list = |node: &Node| node.get("mirrors").and_then(Node::as_seq).unwrap_or_default().to_vec();
    let (ours, theirs) = (list(first), list(second));
    let shared: Vec<&Node> = ours.iter().filter(|mirror| theirs.contains(mirror)).collect();
    let same_order: Vec<&Node> = theirs.iter().filter(|mirror| ours.contains(mirror)).collect();
    // One that is asked first here and last there has no place in one list.
    if shared != same_order || (!shared.is_empty() && shared.len() != ours.len().min(theirs.len())) {
        return None;
    }
    let longer = if theirs.len() > ours.len() && shared.len() == ours.len() {
        theirs
    } else {
        let new = theirs.into_iter().filter(|mirror| !ours.contains(mirror)).collect::<Vec<_>>();
        ours.into_iter().chain(new).collect()
    };
    let mut joined = first.clone();
    joined.insert("mirrors", Node::new(Value::Seq(longer), first.origin.clone()));
    Some(joined)
}

/// Returns the mirrors by digest of both kinds, and the sources of which they say what contradicts each other.
fn merged(digest: Option<&Map>, policy: Option<&Map>) -> (Option<Map>, Vec<String>) {
    let (Some(digest), Some(policy)) = (digest, policy) else { return (digest.or(policy).cloned(), Vec::new()) };
    let mut merged = digest.clone();
    let mut torn = Vec::new();
    for (source, entry) in policy {
        let Some(there) = merged.get_mut(source) else {
            merged.insert(source.clone(), entry.clone());
            continue;
        };
        match joined(&there.node, &entry.node) {
            Some(joined) => there.node = joined,
            None => torn.push(quoted(source)),
        }
    }
    (Some(merged), torn)
}

/// Tells whether two objects have the same mirrors, whatever they say of their sources.
fn same_mirrors(a: &Map, b: &Map) -> bool {
    let mirrors = |entry: &Entry| entry.node.get("mirrors").cloned();
    a.len() == b.len()
        && a.iter().all(|(source, entry)| b.get(source).is_some_and(|other| mirrors(entry) == mirrors(other)))
}
