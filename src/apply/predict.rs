//! The whole of server-side apply: merged, what was given up removed, defaults put in.
//!
//! In come a live object, what is applied and by whom; out comes the object as it would be stored. The steps and their order
//! are those of the API server; each stands in a module of its own.

use std::collections::BTreeMap;

use super::compare::{Comparison, compare};
use super::fieldset::FieldSet;
use super::managers::{BEFORE_FIRST_APPLY, Managed, Operation, managed};
use super::merge::merge;
use super::migrate::migrated;
use super::owned::{check, fields, without};
use super::reconcile::reconciled;
use super::shown::shown;
use super::typing::Typing;
use super::{Applied, Basis, Fault, Manager, last_applied, native};
use crate::mutation::is_off;
use crate::schema::{self, Kind};
use crate::target::Minor;
use crate::tree::{Entry, Map, Node, Value};
use crate::validate;

/// Returns what would be stored if a manager applied an object to what is there.
///
/// With `force` it takes over the fields of others; without, those are [`Fault::Conflicts`]. What engines do to
/// `managedFields` beside applying is not part of it, since no dry-run does it either: [`predict_migrated`] has that.
pub fn predict(
    live: Option<&Node>,
    applied: &Node,
    manager: &Manager,
    force: bool,
    minor: Minor,
) -> Result<Applied, Fault> {
    let scene = Scene::of(applied, manager, minor)?;
    match live {
        Some(live) => scene.onto(live, managed(live).map_err(Fault::Unreadable)?, force),
        None => scene.created(),
    }
}

/// Returns what would be stored once an engine has made its own what was applied on the client's side or by hand, which it
/// does by itself: what is no longer applied of that goes, too. None where it makes nothing its own, so that [`predict`] says
/// it all.
pub fn predict_migrated(
    live: &Node,
    applied: &Node,
    manager: &Manager,
    minor: Minor,
) -> Result<Option<Applied>, Fault> {
    let scene = Scene::of(applied, manager, minor)?;
    match migrated(&managed(live).map_err(Fault::Unreadable)?, manager, &[applied, live]) {
        Some(entries) => scene.onto(live, entries, true).map(Some),
        None => Ok(None),
    }
}

/// An apply, whatever it is applied to.
struct Scene<'a> {
    kind: &'static Kind,
    typing: Typing,
    api_version: &'a str,
    /// What is applied.
    whole: Node,
    /// What is applied, without a status: nobody but the status' own subresource writes that.
    applied: Node,
    manager: &'a Manager,
    minor: Minor,
}

impl<'a> Scene<'a> {
    fn of(applied: &'a Node, manager: &'a Manager, minor: Minor) -> Result<Self, Fault> {
        let text = |name: &str| applied.get(name).and_then(Node::as_str).unwrap_or_default();
        let api_version = text("apiVersion");
        let kind =
            schema::find(api_version, text("kind")).filter(|kind| kind.is_on(minor)).ok_or(Fault::UnknownKind)?;
        let typing = Typing::of(kind.schema, minor);
        let mut whole = applied.clone();
        whole_numbers(&mut whole);
        let (without, _) = without_status(&whole);
        check(typing, &without)?;
        Ok(Self { kind, typing, api_version, whole, applied: without, manager, minor })
    }

    fn created(self) -> Result<Applied, Fault> {
        let merged = merge(self.typing, None, Some(&self.applied))?.unwrap_or(self.applied);
        let mut object = defaulted(self.kind, merged, self.minor, true);
        renew(&mut object, &self.whole, self.manager);
        Ok(Applied { object, basis: Basis::Nothing, taken: Vec::new() })
    }

    fn onto(self, live: &Node, entries: Vec<Managed>, force: bool) -> Result<Applied, Fault> {
        let Self { kind, typing, api_version, whole, applied, manager, minor } = self;
        let (live, status) = without_status(live);
        let mut managers = relevant(entries, kind, typing);
        let basis = if managers.is_empty() { Basis::Overlay } else { Basis::ManagedFields };
        if managers.is_empty() {
            managers.push(entry(BEFORE_FIRST_APPLY, Operation::Update, api_version, fields(typing, &live)?));
        }
        let mine = entry(&manager.name, Operation::Apply, api_version, fields(typing, &applied)?);
        let before = managers.iter().position(|other| other.is_same(&mine)).map(|at| managers.swap_remove(at));
        managers.push(mine);
        let merged = merge(typing, Some(&live), Some(&applied))?.unwrap_or(applied);
        let is_left = |before: &Managed| !before.fields.is_empty() && !is_off("apply-removal");
        let new = match before.filter(is_left) {
            Some(before) => pruned(typing, &merged, &managers, &before.fields)?,
            None => merged,
        };
        managers.pop();
        let conflicts = conflicts(&managers, &compare(typing, &live, &new)?);
        if !force && !is_allowed(typing, &live, &conflicts, manager) {
            return Err(Fault::Conflicts(named(&conflicts)));
        }
        let mut object = if new == live { live } else { defaulted(kind, new, minor, false) };
        renew(&mut object, &whole, manager);
        Ok(Applied { object: with_status(object, status), basis, taken: named(&conflicts) })
    }
}

/// Keeps kubectl's annotation up to date, as the server does for the manager of that name.
fn renew(object: &mut Node, applied: &Node, manager: &Manager) {
    if manager.name == last_applied::MANAGER {
        last_applied::renew(object, applied);
    }
}

/// Tells whether an apply that is not forced goes through.
fn is_allowed(typing: Typing, live: &Node, conflicts: &[(&Managed, FieldSet)], manager: &Manager) -> bool {
    if conflicts.is_empty() || manager.name != last_applied::MANAGER {
        return conflicts.is_empty();
    }
    let all = conflicts.iter().fold(FieldSet::default(), |all, (_, fields)| all.union(fields));
    last_applied::unchanged(typing, live).is_some_and(|unchanged| all.difference(&unchanged).is_empty())
}

fn entry(name: &str, operation: Operation, api_version: &str, fields: FieldSet) -> Managed {
    Managed {
        manager: name.into(),
        operation,
        api_version: api_version.into(),
        subresource: "".into(),
        time: "".into(),
        fields,
    }
}

/// Returns the managers whose fields count, in the schema of today.
///
/// An entry of another group is nobody's, and of a built-in kind's other version, too, which no server of today serves. Of a
/// custom resource other versions are taken to have the same fields, as CRDs without a conversion webhook do.
fn relevant(entries: Vec<Managed>, kind: &Kind, typing: Typing) -> Vec<Managed> {
    let is_served = |api_version: &str| match api_version.rsplit_once('/') {
        Some((group, _)) if !kind.native => group == kind.group,
        _ => kind.is_api_version(api_version),
    };
    let served = entries.into_iter().filter(|entry| is_served(&entry.api_version));
    served.map(|entry| Managed { fields: reconciled(typing, &entry.fields), ..entry }).collect()
}

/// Removes what the applying manager owned and no longer applies, but what somebody else owns, and what it never owned.
fn pruned(typing: Typing, merged: &Node, managers: &[Managed], before: &FieldSet) -> Result<Node, Fault> {
    let before = before.with_named(typing);
    let bare = without(typing, merged, &before);
    let others = managers.iter().filter(|_| !is_off("apply-owned-by-others"));
    let owned = others.fold(FieldSet::default(), |owned, entry| owned.union(&entry.fields));
    let all = fields(typing, merged)?.with_named(typing);
    let kept = fields(typing, &bare)?.with_named(typing).union(&owned.with_named(typing));
    let with_owned = without(typing, merged, &all.difference(&kept));
    let kept = fields(typing, &with_owned)?.with_named(typing);
    Ok(without(typing, merged, &all.difference(&kept).intersection(&before)))
}

/// Returns what other managers own of the fields that change or are new.
fn conflicts<'a>(managers: &'a [Managed], changed: &Comparison) -> Vec<(&'a Managed, FieldSet)> {
    let changed = changed.modified.union(&changed.added);
    let conflicts = managers.iter().map(|entry| (entry, entry.fields.intersection(&changed)));
    conflicts.filter(|(_, fields)| !fields.is_empty() && !is_off("apply-conflicts")).collect()
}

/// Shows conflicts, each manager once.
fn named(conflicts: &[(&Managed, FieldSet)]) -> Vec<(String, Vec<String>)> {
    let mut by_manager: BTreeMap<&str, FieldSet> = BTreeMap::new();
    for (entry, fields) in conflicts {
        let all = by_manager.entry(&entry.manager).or_default();
        *all = all.union(fields);
    }
    let paths = |fields: &FieldSet| fields.paths().iter().map(|path| shown(path)).collect();
    by_manager.iter().map(|(manager, fields)| ((*manager).to_owned(), paths(fields))).collect()
}

/// Puts in what the server does for the stored form, and drops nulls and what it does not know.
fn defaulted(kind: &Kind, mut object: Node, minor: Minor, is_new: bool) -> Node {
    native::without_nulls(kind, &mut object, minor);
    let mut object = validate::stored(&object, minor).unwrap_or(object);
    if kind.native {
        native::completed(kind, &mut object, minor, is_new);
    } else {
        native::metadata(kind, &mut object, minor);
    }
    object
}

/// Makes `2.0` the whole number that it is to the server.
fn whole_numbers(node: &mut Node) {
    if let (Value::Float(_), Some(whole)) = (&node.value, node.as_int()) {
        node.value = Value::Int(whole);
    }
    match &mut node.value {
        Value::Map(map) => map.values_mut().for_each(|entry| whole_numbers(&mut entry.node)),
        Value::Seq(items) => items.iter_mut().for_each(whole_numbers),
        _ => {}
    }
}

fn without_status(object: &Node) -> (Node, Option<Entry>) {
    let mut object = object.clone();
    let status = object.as_map_mut().and_then(|map: &mut Map| map.shift_remove("status"));
    (object, status)
}

fn with_status(mut object: Node, status: Option<Entry>) -> Node {
    if let (Value::Map(map), Some(status)) = (&mut object.value, status) {
        map.insert("status".into(), status);
    }
    object
}
