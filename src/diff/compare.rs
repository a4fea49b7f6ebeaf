//! One object as it is and as it would be -> its differences, field by field, and both trees as they may be shown.
//!
//! What somebody writes by himself is silent where Git says nothing; what else only the cluster has is told with who wrote
//! it. Nothing of a secret is told but that it is there, or another one.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use subtle::ConstantTimeEq;

use super::meaning::same;
use super::path::Path;
use super::references::opened;
use super::side::{NEVER, Side, hidden, key_of, show, shown_name, without_never};
use super::written::{At, Written};
use super::{Change, Compared, LiveOnly, ObjectDiff, What, lists};
use crate::apply::{Element, Owners, readable};
use crate::schema::{self, Additional, Keywords, Schema};
use crate::secret::is_secret;
use crate::tree::emit::Fill;
use crate::tree::sensitive::{CONCEALED, concealed};
use crate::tree::{Entry, Map, Node, Value};

/// What is shown in the place of a secret that is not the one before.
pub(in crate::diff) const ANOTHER: &str = "(another secret)";

/// Who wrote what nobody is noted for.
const SERVER: &str = "the API server";

/// Compares one object. `fill` gives the values of secrets where they may be compared.
pub(super) fn compare(compared: &Compared<'_>, fill: &mut Fill<'_>) -> ObjectDiff {
    let rendered = &with_data(compared.rendered);
    let Ok(live) = compared.live else {
        let after = if compared.full { compared.predicted } else { rendered };
        return created(compared, &opened(after));
    };
    let predicted = &with_data(compared.predicted);
    let (live, predicted) = (&*opened(live), &*opened(predicted));
    let (live_shown, predicted_shown) = (concealed(live), concealed(predicted));
    let text = |name: &str| compared.rendered.get(name).and_then(Node::as_str).unwrap_or_default();
    let schema = schema::find(text("apiVersion"), text("kind")).map(|kind| kind.schema);
    let resource = &compared.object.resource;
    let group = if resource.group.is_empty() { String::new() } else { format!(".{}", resource.group) };
    let managed = readable(live);
    let owners = Owners::of(&managed);
    let mut walk = Walk {
        compared,
        of: format!("{}{group}", resource.kind),
        git: rendered,
        is_secret: is_secret(compared.rendered),
        has_managers: !owners.is_empty(),
        fill,
        changes: Vec::new(),
        live_only: Vec::new(),
        not_compared: Vec::new(),
    };
    let shown = walk.visit(&Spot {
        schema,
        before: Some(Side { raw: live, shown: &live_shown }),
        after: Some(Side { raw: predicted, shown: &predicted_shown }),
        git: Some(rendered),
        owners,
        path: Path::default(),
    });
    let Walk { changes, live_only, not_compared, .. } = walk;
    let differs = changes.iter().any(|change| change.silent.is_none());
    let what = if differs { What::Change } else { What::Unchanged };
    ObjectDiff {
        changes,
        live_only,
        not_compared,
        before: shown.before,
        after: shown.after,
        ..ObjectDiff::new(compared.object.clone(), what, compared.by.clone())
    }
}

fn created(compared: &Compared<'_>, after: &Node) -> ObjectDiff {
    let absent = compared.live.err().unwrap_or(crate::live::Absent::Object);
    let shown = concealed(after);
    let after = without_never(show(Side { raw: after, shown: &shown }));
    let what = What::Create(absent);
    ObjectDiff { after: Some(after), ..ObjectDiff::new(compared.object.clone(), what, compared.by.clone()) }
}

/// A place in an object, with what stands there on each side.
pub(super) struct Spot<'a> {
    pub(super) schema: Option<&'static Schema>,
    pub(super) before: Option<Side<'a>>,
    pub(super) after: Option<Side<'a>>,
    /// What Git says here.
    pub(super) git: Option<&'a Node>,
    pub(super) owners: Owners<'a>,
    pub(super) path: Path,
}

/// What of a place is shown.
#[derive(Default)]
pub(super) struct Shown {
    pub(super) before: Option<Node>,
    pub(super) after: Option<Node>,
}

/// A walk through both states of an object.
pub(super) struct Walk<'w, 'f> {
    compared: &'w Compared<'w>,
    of: String,
    git: &'w Node,
    is_secret: bool,
    /// Whether the live object says who wrote what.
    has_managers: bool,
    fill: &'w mut Fill<'f>,
    pub(super) changes: Vec<Change>,
    live_only: Vec<LiveOnly>,
    not_compared: Vec<String>,
}

impl Walk<'_, '_> {
    pub(super) fn keywords(&self, schema: Option<&'static Schema>) -> Option<&'static Keywords> {
        schema.map(|schema| schema.on(self.compared.target.last()))
    }

    /// Compares what stands at a place and below.
    pub(super) fn visit(&mut self, spot: &Spot<'_>) -> Shown {
        let is_there = |side: &Option<Side<'_>>| side.is_some_and(|side| !side.raw.is_null());
        // A null that came to nothing, or nothing that came to null, is nothing.
        if (!is_there(&spot.before) && !is_there(&spot.after)) && (spot.before.is_none() || spot.after.is_none()) {
            return Shown::default();
        }
        if NEVER.iter().any(|path| spot.path.is(path)) {
            return Shown::default();
        }
        if let Some(who) = self.written_by_itself(spot).or_else(|| self.left_out(spot)) {
            return self.silent(spot, who);
        }
        match (spot.before, spot.after) {
            (Some(before), Some(after)) => self.both(spot, before, after),
            (Some(before), None) => self.gone(spot, before),
            (None, Some(after)) => self.comes(spot, after),
            (None, None) => Shown::default(),
        }
    }

    /// Returns who writes by himself what stands at a place where Git says nothing.
    fn written_by_itself(&self, spot: &Spot<'_>) -> Option<Arc<str>> {
        if spot.git.is_some() {
            return None;
        }
        let side = spot.before.or(spot.after)?;
        let is_dropped = self.has_managers && spot.after.is_none();
        let managers = spot.owners.all();
        let at = At {
            of: &self.of,
            path: &spot.path,
            value: side.raw,
            git: self.git,
            managers: &managers,
            engine: self.compared.engine,
            target: self.compared.target,
            is_dropped,
        };
        let row = Written::known().by_row(&at);
        // What nobody asked for and comes with the answer is the server's: defaults, and what admission adds.
        row.or_else(|| spot.before.is_none().then(|| SERVER.into()))
    }

    /// Returns who leaves out what stands on one side alone, whenever he writes the object.
    fn left_out(&self, spot: &Spot<'_>) -> Option<Arc<str>> {
        let ((Some(side), None) | (None, Some(side))) = (spot.before, spot.after) else { return None };
        Written::known().by_omission(&self.of, &spot.path, side.raw)
    }

    /// Passes over what somebody writes by himself; marks it where everything is to be shown.
    fn silent(&mut self, spot: &Spot<'_>, who: Arc<str>) -> Shown {
        if !self.compared.full {
            return Shown::default();
        }
        let (before, after) = (spot.before.map(show), spot.after.map(show));
        let is_same = matches!((spot.before, spot.after), (Some(before), Some(after)) if before.raw == after.raw);
        let (path, manager) = (spot.path.to_string(), spot.owners.last().map(str::to_owned));
        if let (true, Some(value)) = (is_same, &after) {
            self.live_only.push(LiveOnly { path, value: value.clone(), manager, silent: Some(who) });
        } else {
            let (before, after) = (before.clone(), after.clone());
            self.changes.push(Change { path, before, after, manager, silent: Some(who) });
        }
        Shown { before, after }
    }

    fn both(&mut self, spot: &Spot<'_>, before: Side<'_>, after: Side<'_>) -> Shown {
        match (&before.raw.value, &after.raw.value) {
            (Value::Map(old), Value::Map(new)) if !(old.is_empty() && new.is_empty()) => {
                self.fields(spot, before, after)
            }
            (Value::Seq(old), Value::Seq(new)) if !(old.is_empty() && new.is_empty()) => {
                let is_plain = lists::is_atomic(self.keywords(spot.schema));
                if is_plain && spot.git.is_none() && before.raw == after.raw {
                    self.leaf(spot, before, after)
                } else {
                    lists::compare(self, spot, before, after)
                }
            }
            _ => self.leaf(spot, before, after),
        }
    }

    /// Compares mappings by their keys.
    fn fields(&mut self, spot: &Spot<'_>, before: Side<'_>, after: Side<'_>) -> Shown {
        let (n_live_only, n_changes) = (self.live_only.len(), self.changes.len());
        let is_atomic = self.keywords(spot.schema).is_some_and(|keywords| keywords.atomic_map);
        let is_secret = self.is_secret;
        let (mut old, mut new) = (Map::new(), Map::new());
        for name in names(spot, before, after) {
            let step = Element::Field(Arc::clone(&name));
            let below = Spot {
                schema: below(spot.schema, &name),
                before: before.get(&name),
                after: after.get(&name),
                git: spot.git.and_then(|git| git.get(&name)),
                owners: spot.owners.below(&step, is_atomic),
                path: spot.path.below(step),
            };
            let shown = self.visit(&below);
            let key = |node: &Node, side: Side<'_>| {
                side.raw.entry(&name).map_or_else(|| node.origin.clone(), |entry| key_of(is_secret, &entry.key))
            };
            let shown_name = |side: Side<'_>| shown_name(side, &name);
            if let Some(node) = shown.before {
                old.insert(shown_name(before), Entry { key: key(&node, before), node });
            }
            if let Some(node) = shown.after {
                new.insert(shown_name(after), Entry { key: key(&node, after), node });
            }
        }
        // What only held fields that are silent holds nothing for whoever reads this.
        let gits_own = spot.git.and_then(Node::as_map).is_some_and(Map::is_empty);
        let whole = |map: Map, side: Side<'_>| {
            let is_left = !map.is_empty() || gits_own || side.raw.as_map().is_some_and(Map::is_empty);
            is_left.then(|| Node::new(Value::Map(map), side.raw.origin.clone()))
        };
        let shown = Shown { before: whole(old, before), after: whole(new, after) };
        if spot.git.is_none() && self.changes.len() == n_changes {
            self.join_live_only(n_live_only, &spot.path, shown.after.as_ref());
        }
        shown
    }

    /// Makes one of what stands alone in a mapping of which Git says nothing, where one manager wrote all of it.
    fn join_live_only(&mut self, from: usize, path: &Path, value: Option<&Node>) {
        let found = &self.live_only[from..];
        let [first, rest @ ..] = found else { return };
        let is_one = |other: &LiveOnly| other.manager == first.manager && other.silent.is_none();
        if let (Some(value), true, true) = (value, !rest.is_empty() && is_one(first), rest.iter().all(is_one)) {
            let manager = first.manager.clone();
            self.live_only.truncate(from);
            self.live_only.push(LiveOnly { path: path.to_string(), value: value.clone(), manager, silent: None });
        }
    }

    /// Compares values that have no parts, or no parts in common.
    fn leaf(&mut self, spot: &Spot<'_>, before: Side<'_>, after: Side<'_>) -> Shown {
        if self.is_same(spot, before, after) {
            let shown = show(after);
            let shown = if after.is_hidden() || before.is_hidden() { hidden(CONCEALED, &shown) } else { shown };
            return self.kept(spot, shown);
        }
        let (mut old, mut new) = (show(before), show(after));
        if before.is_hidden() || after.is_hidden() {
            (old, new) = (hidden(CONCEALED, &old), hidden(ANOTHER, &new));
        }
        self.changed(spot, Some(old.clone()), Some(new.clone()));
        Shown { before: Some(old), after: Some(new) }
    }

    /// Takes a value that stays as it is.
    fn kept(&mut self, spot: &Spot<'_>, shown: Node) -> Shown {
        let is_identity = [&["apiVersion"][..], &["kind"], &["metadata", "name"], &["metadata", "namespace"]]
            .into_iter()
            .any(|path| spot.path.is(path));
        if spot.git.is_some() || is_identity {
            return Shown { before: Some(shown.clone()), after: Some(shown) };
        }
        let managers = spot.owners.all();
        let silent = match &*managers {
            // That an object goes is written by the server, too, but because somebody deletes it.
            [] if spot.path.is(&["metadata", "deletionTimestamp"]) => None,
            [] => self.has_managers.then(|| SERVER.into()),
            managers => managers.iter().find_map(|manager| Written::known().of_cluster(*manager)),
        };
        if silent.is_some() && !self.compared.full {
            return Shown::default();
        }
        let manager = managers.first().map(|manager| manager.name.to_owned());
        self.live_only.push(LiveOnly { path: spot.path.to_string(), value: shown.clone(), manager, silent });
        Shown { before: Some(shown.clone()), after: Some(shown) }
    }

    fn is_same(&mut self, spot: &Spot<'_>, before: Side<'_>, after: Side<'_>) -> bool {
        match (&before.raw.value, &after.raw.value) {
            (Value::Secret(old), Value::Secret(new)) if old.is(new) || old.source() == new.source() => true,
            (Value::Secret(first), other) | (other, Value::Secret(first)) => {
                let at_hand = match other {
                    Value::Secret(second) => (self.fill)(second),
                    Value::String(text) => Some(text.to_string().into()),
                    _ => return false,
                };
                let (Some(wanted), Some(found)) = ((self.fill)(first), at_hand) else {
                    self.not_compared.push(spot.path.to_string());
                    return true;
                };
                is_same_base64(&wanted, &found)
            }
            (Value::String(old), Value::String(new)) if self.is_secret && before.is_hidden() => {
                is_same_base64(old, new)
            }
            _ => same(self.keywords(spot.schema), before.raw, after.raw),
        }
    }

    /// Takes a value that goes.
    pub(super) fn gone(&mut self, spot: &Spot<'_>, before: Side<'_>) -> Shown {
        let Some(shown) = self.without_silent(spot, before) else { return Shown::default() };
        self.changed(spot, Some(shown.clone()), None);
        Shown { before: Some(shown), after: None }
    }

    /// Takes a value that comes.
    pub(super) fn comes(&mut self, spot: &Spot<'_>, after: Side<'_>) -> Shown {
        let Some(shown) = self.without_silent(spot, after) else { return Shown::default() };
        self.changed(spot, None, Some(shown.clone()));
        Shown { before: None, after: Some(shown) }
    }

    pub(super) fn changed(&mut self, spot: &Spot<'_>, before: Option<Node>, after: Option<Node>) {
        let manager = before.as_ref().and_then(|_| spot.owners.last()).map(str::to_owned);
        self.changes.push(Change { path: spot.path.to_string(), before, after, manager, silent: None });
    }

    /// Returns a value that stands on one side alone as it may be shown, without what somebody writes by himself.
    fn without_silent(&self, spot: &Spot<'_>, side: Side<'_>) -> Option<Node> {
        let Some(map) = side.raw.as_map().filter(|map| !map.is_empty()) else { return Some(show(side)) };
        let is_atomic = self.keywords(spot.schema).is_some_and(|keywords| keywords.atomic_map);
        let mut fields = Map::new();
        for name in names_of_one(spot, side) {
            let Some(field) = side.get(&name) else { continue };
            let step = Element::Field(Arc::clone(&name));
            let below = Spot {
                schema: below(spot.schema, &name),
                before: spot.before.map(|_| field),
                after: spot.after.map(|_| field),
                git: spot.git.and_then(|git| git.get(&name)),
                owners: spot.owners.below(&step, is_atomic),
                path: spot.path.below(step),
            };
            if !self.compared.full
                && (self.written_by_itself(&below).is_some() || NEVER.iter().any(|path| below.path.is(path)))
            {
                continue;
            }
            if let (Some(node), Some(entry)) = (self.without_silent(&below, field), map.get(&name)) {
                fields.insert(shown_name(side, &name), Entry { key: key_of(self.is_secret, &entry.key), node });
            }
        }
        (!fields.is_empty()).then(|| Node::new(Value::Map(fields), side.raw.origin.clone()))
    }
}

/// Compares two texts of base64, in a time that says nothing of where they differ.
fn is_same_base64(a: &str, b: &str) -> bool {
    let bytes = |text: &str| {
        let text: String = text.split_ascii_whitespace().collect();
        STANDARD.decode(text).map(zeroize::Zeroizing::new)
    };
    match (bytes(a), bytes(b)) {
        (Ok(a), Ok(b)) => a.ct_eq(&b).into(),
        _ => a.as_bytes().ct_eq(b.as_bytes()).into(),
    }
}

/// Returns the names of both mappings: in the order of Git, then by the alphabet.
fn names(spot: &Spot<'_>, before: Side<'_>, after: Side<'_>) -> Vec<Arc<str>> {
    let of = |side: Side<'_>| side.raw.as_map().map(|map| map.keys().cloned().collect::<Vec<_>>()).unwrap_or_default();
    let mut names = of(before);
    names.extend(of(after));
    ordered(spot, names)
}

fn names_of_one(spot: &Spot<'_>, side: Side<'_>) -> Vec<Arc<str>> {
    let names = side.raw.as_map().map(|map| map.keys().cloned().collect()).unwrap_or_default();
    ordered(spot, names)
}

fn ordered(spot: &Spot<'_>, mut names: Vec<Arc<str>>) -> Vec<Arc<str>> {
    let in_git = |name: &Arc<str>| spot.git.and_then(Node::as_map).and_then(|git| git.get_index_of(&**name));
    names.sort_by(|a, b| {
        let place = |name: &Arc<str>| in_git(name).unwrap_or(usize::MAX);
        place(a).cmp(&place(b)).then_with(|| a.cmp(b))
    });
    names.dedup();
    names
}

fn below(schema: Option<&'static Schema>, name: &str) -> Option<&'static Schema> {
    let schema = schema?;
    match (schema.property(name), &schema.additional) {
        (Some(property), _) => Some(property.schema),
        (None, Additional::Each(each)) => Some(*each),
        (None, _) => None,
    }
}

/// Returns a Secret with all of its values in `data`, where the API server puts them; other objects as they are.
pub(super) fn with_data(object: &Node) -> Node {
    let mut object = object.clone();
    if !is_secret(&object) {
        return object;
    }
    let Some(map) = object.as_map_mut() else { return object };
    let Some(texts) = map.shift_remove("stringData") else { return object };
    let mut data = map.get("data").and_then(|data| data.node.as_map().cloned()).unwrap_or_default();
    for (name, mut entry) in texts.node.as_map().cloned().unwrap_or_default() {
        if let Value::String(text) = &entry.node.value {
            entry.node.value = Value::String(STANDARD.encode(text.as_bytes()).into());
        }
        data.insert(name, entry);
    }
    map.insert("data".into(), Entry { key: texts.key, node: Node::new(Value::Map(data), texts.node.origin) });
    object
}
