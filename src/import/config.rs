//! The config CR and the pruner -> `registry`, `storage` and `pruner`, without what the operator filled in.

use super::draft::Draft;
use super::item::Item;
use super::left::{Lefts, Why};
use super::split::Split;
use super::{Wish, storage};
use crate::diff::is_written_by_itself;
use crate::name::is_dns_label;
use crate::spec::MIRROR_SETS;
use crate::target::{Minor, Target};
use crate::tree::{Map, Node, Value};

/// The first minor that knows `logLevel`.
const LOG_LEVEL: Minor = Minor::of(4, 6);

/// What `logging` was called before `logLevel`, by number.
const LEVELS: &[(i64, &str)] = &[(2, "Normal"), (4, "Debug"), (6, "Trace"), (8, "TraceAll")];

/// Fields of the config CR's spec that are taken elsewhere.
const ELSEWHERE: &[&str] = &["storage", "routes", "logLevel", "logging"];

/// Takes the config CR.
pub(super) fn config(items: &mut [Item], wish: &Wish<'_>, draft: &mut Draft, lefts: &mut Lefts) {
    let Some(at) = items.iter().position(|item| item.is("Config", "", "cluster")) else { return };
    let mut item = items[at].clone();
    item.begin();
    draft.filled = Some(Map::new());
    registry(&mut item, draft, lefts);
    log_level(&mut item, draft);
    routes(&mut item, draft, lefts);
    storage::storage(&mut item, items, wish, draft, lefts);
    items[at] = item;
}

/// Takes the fields of the config CR that `registry` has under the same name.
fn registry(item: &mut Item, draft: &mut Draft, lefts: &mut Lefts) {
    let fields: Vec<String> = names(item.at(&["spec"]));
    for field in fields.iter().filter(|field| !ELSEWHERE.contains(&field.as_str())) {
        let Some(schema) = Draft::schema(&["registry", field]) else { continue };
        let path = ["spec", field.as_str()];
        let Some(node) = item.take(&path) else { continue };
        if !is_known(&["registry"], field, item, draft, lefts) {
            continue;
        }
        let Some(mut kept) = Split::new(item, draft.target, lefts).kept(schema, &node, &path) else { continue };
        without_written(item, &path, &mut kept, draft.target);
        let bootstrapped = draft.profile.bootstrap("config", draft.target.first()).and_then(|spec| spec.get(field));
        if is_filled(item, &path, &kept, bootstrapped) {
            if let Some(filled) = &mut draft.filled {
                filled.insert(field.as_str().into(), crate::tree::Entry { key: kept.origin.clone(), node: kept });
            }
        } else {
            draft.put("registry", field, kept);
        }
    }
}

/// Takes away what within a field operator and server write by themselves, beside what somebody else wrote there.
fn without_written(item: &Item, path: &[&str], node: &mut Node, target: Target) {
    let Some(map) = node.as_map_mut().filter(|_| item.is_live) else { return };
    let names: Vec<String> = map.keys().map(ToString::to_string).collect();
    for name in &names {
        let path: Vec<&str> = path.iter().copied().chain([name.as_str()]).collect();
        let Some(entry) = map.get_mut(name.as_str()) else { continue };
        without_written(item, &path, &mut entry.node, target);
        let is_written = is_written_by_itself(&item.object, &path, &entry.node, target);
        if is_written && item.is_filled(&path) != Some(false) {
            map.shift_remove(name.as_str());
        }
    }
}

/// Tells whether the release has a field of a section; says so if not.
fn is_known(section: &[&str], field: &str, item: &Item, draft: &Draft, lefts: &mut Lefts) -> bool {
    let property = Draft::schema(section).and_then(|schema| schema.property(field));
    let is_on = property.is_some_and(|found| found.is_on(draft.target.first()) && found.is_on(draft.target.last()));
    if !is_on {
        let message = format!("OpenShift {} has no such field", draft.target);
        let path = ["spec".to_owned(), field.to_owned()];
        lefts.push(item.left(
            &path,
            Why::OtherRelease,
            message,
            "its API server drops it: nothing is lost on this release",
        ));
    }
    is_on
}

/// Tells whether the operator wrote a field by itself: by `managedFields`, or where they say nothing, because the value is
/// the one that it bootstraps.
fn is_filled(item: &Item, path: &[&str], value: &Node, bootstrapped: Option<&Node>) -> bool {
    item.is_live && item.is_filled(path).unwrap_or_else(|| bootstrapped == Some(value))
}

/// Takes the level of logging, under either of its names.
fn log_level(item: &mut Item, draft: &mut Draft) {
    if draft.target.is_since(LOG_LEVEL) {
        if let Some(level) = item.take(&["spec", "logLevel"]).filter(|level| !level.is_null()) {
            draft.put("registry", "logLevel", level);
        }
        return;
    }
    item.take(&["spec", "logLevel"]);
    let number = item.object.at(&["spec", "logging"]).and_then(Node::as_int);
    let Some((_, level)) = LEVELS.iter().find(|(known, _)| Some(*known) == number) else { return };
    item.take(&["spec", "logging"]);
    let level = draft.text(*level);
    draft.put("registry", "logLevel", level);
}

/// Takes the routes, each under its name. Their certificates stay in their Secrets.
fn routes(item: &mut Item, draft: &mut Draft, lefts: &mut Lefts) {
    let Some(list) = item.take(&["spec", "routes"]) else { return };
    let Some(schema) = Draft::schema(&["registry", "routes"]).and_then(|schema| match schema.additional {
        crate::schema::Additional::Each(each) => Some(each),
        _ => None,
    }) else {
        return;
    };
    let mut routes = Map::new();
    for (index, route) in list.as_seq().unwrap_or_default().iter().enumerate() {
        let step = format!("[{index}]");
        let name = route.get("name").and_then(Node::as_str).unwrap_or_default();
        if !is_dns_label(name) || routes.contains_key(name) {
            let path = ["spec".to_owned(), "routes".to_owned(), step];
            let message = "a route's name is of lowercase letters, digits and `-`, and no other route's";
            lefts.push(item.left(&path, Why::Unusable, message, "give the route a name of its own"));
            continue;
        }
        let mut rest = route.clone();
        if let Some(map) = rest.as_map_mut() {
            map.shift_remove("name");
            // Empty is what is not there.
            map.retain(|_, entry| entry.node.as_str() != Some(""));
        }
        let kept = Split::new(item, draft.target, lefts).kept(schema, &rest, &["spec", "routes", &step]);
        let node = kept.unwrap_or_else(|| draft.map([]));
        routes.insert(name.into(), crate::tree::Entry { key: route.origin.clone(), node });
    }
    // A list of which nothing can be said would take them away if it were said to be empty.
    let is_said = list.as_seq().is_some_and(<[Node]>::is_empty) && !item.is_live;
    if !routes.is_empty() || is_said {
        let routes = Node::new(Value::Map(routes), list.origin);
        draft.put("registry", "routes", routes);
    }
}

/// Takes the pruner.
pub(super) fn pruner(items: &mut [Item], draft: &mut Draft, lefts: &mut Lefts) {
    let Some(item) = items.iter_mut().find(|item| item.is("ImagePruner", "", "cluster")) else { return };
    item.begin();
    let mut kept = Map::new();
    for field in names(item.at(&["spec"])) {
        let Some(schema) = Draft::schema(&["pruner", &field]) else { continue };
        let path = ["spec", field.as_str()];
        let Some(node) = item.take(&path) else { continue };
        if !is_known(&["pruner"], &field, item, draft, lefts) {
            continue;
        }
        let Some(value) = Split::new(item, draft.target, lefts).kept(schema, &node, &path) else { continue };
        let bootstrapped = draft.profile.bootstrap("pruner", draft.target.first()).and_then(|spec| spec.get(&field));
        if !is_filled(item, &path, &value, bootstrapped) {
            kept.insert(field.into(), crate::tree::Entry { key: value.origin.clone(), node: value });
        }
    }
    if kept.is_empty() && item.is_live {
        return;
    }
    let is_suspended = item.object.at(&["spec", "suspend"]).and_then(Node::as_bool) == Some(true);
    if is_suspended && !kept.contains_key("suspend") {
        let node = draft.value(Value::Bool(true));
        kept.insert("suspend".into(), crate::tree::Entry { key: node.origin.clone(), node });
    }
    // Where nothing is said, `false` is written.
    let is_false = kept.get("suspend").is_some_and(|entry| entry.node.as_bool() == Some(false));
    if is_false && kept.len() > 1 {
        kept.shift_remove("suspend");
    }
    let section = draft.section("pruner");
    if let Some(map) = section.as_map_mut() {
        map.extend(kept);
    }
}

/// Returns the names of a mapping's fields.
pub(super) fn names(node: Option<&Node>) -> Vec<String> {
    node.and_then(Node::as_map).into_iter().flatten().map(|(name, _)| name.to_string()).collect()
}

/// Tells whether mirror sets are there on the whole of a target.
pub(super) fn has_mirror_sets(draft: &Draft) -> bool {
    draft.target.is_since(MIRROR_SETS)
}
