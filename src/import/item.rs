//! An object that is taken apart: what of it is not accounted for yet, and who wrote its fields.

use super::Refused;
use super::left::{Left, Lefts, Why, opened, shown};
use crate::diag::visible::quoted;
use crate::diff::is_of_cluster;
use crate::name::{ObjectName, cluster_label};
use crate::tree::{Node, Value};

/// An object that is taken apart.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// What it is called, as `Kind namespace/name`.
    pub(super) id: String,
    /// Its API group.
    pub(super) group: String,
    /// Its kind.
    pub(super) kind: String,
    /// Its namespace; empty where it has none.
    pub(super) namespace: String,
    /// Its name.
    pub(super) name: String,
    /// The cluster that its label names.
    pub(super) cluster: Option<String>,
    /// Whether a server gave it: what operator and server write by themselves is in it.
    pub(super) is_live: bool,
    /// The whole object.
    pub(super) object: Node,
    /// What of it is not accounted for yet.
    rest: Node,
    /// Whether it was accounted for as a whole.
    is_settled: bool,
    /// Whether it is one of those that specs make, so that its fields are told one by one.
    is_begun: bool,
}

impl Item {
    fn new(object: Node) -> Self {
        let called = ObjectName::of(&object);
        let metadata = |field: &str| object.at(&["metadata", field]).is_some();
        Self {
            id: called.to_string(),
            group: called.group.into(),
            kind: called.kind.into(),
            namespace: called.namespace.into(),
            name: called.name.into(),
            cluster: cluster_label(&object).and_then(Node::as_str).map(str::to_owned),
            is_live: metadata("resourceVersion") || metadata("uid") || metadata("managedFields"),
            rest: object.clone(),
            object,
            is_settled: false,
            is_begun: false,
        }
    }

    /// Tells whether it is a certain object.
    pub(super) fn is(&self, kind: &str, namespace: &str, name: &str) -> bool {
        self.kind == kind && self.namespace == namespace && self.name == name
    }

    /// Returns what of it is not accounted for yet.
    pub(super) fn rest(&self) -> Option<&Node> {
        (!self.is_settled).then_some(&self.rest)
    }

    /// Returns what is not accounted for yet at a path.
    pub(super) fn at(&self, path: &[&str]) -> Option<&Node> {
        self.rest.at(path)
    }

    /// Takes a field, which is accounted for from then on.
    pub(super) fn take(&mut self, path: &[&str]) -> Option<Node> {
        remove(&mut self.rest, path)
    }

    /// Begins to take it apart: what is not taken of it is told field by field.
    pub(super) fn begin(&mut self) {
        self.is_begun = true;
    }

    /// Tells whether it is one of those that specs make.
    pub(super) fn is_begun(&self) -> bool {
        self.is_begun
    }

    /// Accounts for the object as a whole.
    pub(super) fn settle(&mut self) {
        self.is_settled = true;
    }

    /// Accounts for the object as a whole: it is on the list of what was left.
    pub(super) fn leave(&mut self, why: Why, message: impl Into<String>, help: impl Into<String>, lefts: &mut Lefts) {
        self.settle();
        lefts.push(self.left(&[], why, message, help));
    }

    /// Describes a field of it that was left.
    pub(super) fn left(&self, path: &[String], why: Why, message: impl Into<String>, help: impl Into<String>) -> Left {
        let steps: Vec<&str> = path.iter().map(String::as_str).collect();
        let node = near(&self.object, &steps);
        Left {
            object: self.id.clone(),
            path: shown(path),
            why,
            message: message.into(),
            help: help.into(),
            place: opened(node.place()),
        }
    }

    /// Tells by `managedFields` whether only operator and server wrote a field; none where they do not say it.
    pub(super) fn is_filled(&self, path: &[&str]) -> Option<bool> {
        let entries = self.object.at(&["metadata", "managedFields"])?.as_seq()?;
        let mut writers = entries.iter().filter(|entry| {
            let fields = entry.get("fieldsV1");
            fields
                .and_then(|fields| path.iter().try_fold(fields, |node, step| node.get(&format!("f:{step}"))))
                .is_some()
        });
        let name = |entry: &Node| entry.get("manager").and_then(Node::as_str).unwrap_or_default().to_owned();
        let first = writers.next()?;
        let known = |entry: &Node| is_of_cluster(&name(entry));
        Some(known(first) && writers.all(known))
    }
}

/// Returns the node at a path, or the last one on the way to it; `[n]` is the item of a list.
fn near<'n>(node: &'n Node, path: &[&str]) -> &'n Node {
    let mut at = node;
    for step in path {
        let next = match step.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')?.parse::<usize>().ok()) {
            Some(index) => at.as_seq().and_then(|items| items.get(index)),
            None => at.get(step),
        };
        let Some(next) = next else { break };
        at = next;
    }
    at
}

/// Removes a field, and the mappings around it that are empty then.
fn remove(node: &mut Node, path: &[&str]) -> Option<Node> {
    let (first, below) = path.split_first()?;
    let map = node.as_map_mut()?;
    if below.is_empty() {
        return Some(map.shift_remove(*first)?.node);
    }
    let inner = &mut map.get_mut(*first)?.node;
    let taken = remove(inner, below)?;
    if inner.as_map().is_some_and(indexmap::IndexMap::is_empty) {
        map.shift_remove(*first);
    }
    Some(taken)
}

/// Returns the objects of one cluster, each once, sorted by what they are called. Those of other clusters are left.
///
/// # Errors
///
/// Where one object comes in two states, or several clusters do and nobody says which is meant.
pub(super) fn sorted(objects: Vec<Node>, name: Option<&str>, lefts: &mut Lefts) -> Result<Vec<Item>, Refused> {
    let mut items: Vec<Item> = objects.into_iter().map(Item::new).collect();
    let mut clusters: Vec<&str> = items.iter().filter_map(|item| item.cluster.as_deref()).collect();
    clusters.sort_unstable();
    clusters.dedup();
    let meant = match (name, &*clusters) {
        (_, [] | [_]) => None,
        (Some(name), several) if several.contains(&name) => Some(name),
        (_, several) => {
            let named: Vec<String> = several.iter().take(5).map(|cluster| quoted(cluster)).collect();
            let message = format!("the objects are of {} clusters: {}", several.len(), named.join(", "));
            return Err(Refused::new(message, "say with `--name` which of them is meant, or name its files alone"));
        }
    };
    items.retain_mut(|item| {
        let is_other = meant.is_some() && item.cluster.is_some() && item.cluster.as_deref() != meant;
        if is_other {
            let cluster = quoted(item.cluster.as_deref().unwrap_or_default());
            item.leave(
                Why::Unrelated,
                format!("it is of the cluster {cluster}"),
                "import that cluster by itself",
                lefts,
            );
        }
        !is_other
    });
    items.sort_by(|a, b| (&a.kind, &a.namespace, &a.name, &a.group).cmp(&(&b.kind, &b.namespace, &b.name, &b.group)));
    let mut once: Vec<Item> = Vec::with_capacity(items.len());
    for item in items {
        let twin = once.last().filter(|last| {
            let same = |a: &Item, b: &Item| {
                (&a.group, &a.kind, &a.namespace, &a.name) == (&b.group, &b.kind, &b.namespace, &b.name)
            };
            same(last, &item)
        });
        match twin {
            Some(twin) if twin.object == item.object => {}
            Some(twin) => {
                let message = format!("{} comes twice, in two states", item.id);
                let places = format!("{} and {}", twin.object.place(), item.object.place());
                return Err(Refused::new(message, format!("give one of the two: {places}")));
            }
            None => once.push(item),
        }
    }
    Ok(once)
}

/// Tells whether a value is an empty text, list or mapping, or `null`.
pub(super) fn is_empty(node: &Node) -> bool {
    match &node.value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Seq(items) => items.is_empty(),
        Value::Map(map) => map.is_empty(),
        _ => false,
    }
}
