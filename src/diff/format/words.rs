//! What is said of an object in every form for people: the same words, which the form makes safe in its own way.

use std::collections::BTreeMap;

use crate::apply::Manager;
use crate::diff::{ClusterDiff, LiveOnly, ObjectDiff, PredictedBy, What};
use crate::impact::{Impact, Reason};
use crate::live::{Absent, Unknown};

use super::values::short;

/// The most paths that one note names.
const MOST_PATHS: usize = 8;

/// A line of context under an object: its label, and what it says, neither of them safe yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Note {
    /// What the line is about.
    pub(super) label: &'static str,
    /// What it says.
    pub(super) text: String,
}

fn note(label: &'static str, text: impl Into<String>) -> Note {
    Note { label, text: text.into() }
}

/// Returns the sign before an object, as plans have it.
pub(super) fn sign(what: &What) -> char {
    match what {
        What::Create(_) => '+',
        What::Change => '~',
        What::Unchanged => ' ',
        What::NoLongerRendered { kept: false } => '-',
        What::NoLongerRendered { kept: true } => '=',
        What::Unknown(_) => '?',
    }
}

/// Says what becomes of an object.
pub(super) fn becomes(what: &What) -> &'static str {
    match what {
        What::Create(Absent::Object) => "is created",
        What::Create(Absent::Namespace) => "is created, once its namespace is there",
        What::Create(Absent::Kind) => "is created, once its kind is there",
        What::Change => "is changed",
        What::Unchanged => "stays as it is",
        What::NoLongerRendered { kept: false } => "is no longer rendered",
        What::NoLongerRendered { kept: true } => "is no longer rendered, and never offered for removal",
        What::Unknown(_) => "cannot be told",
    }
}

/// Returns the word for what becomes of an object in documents.
pub(super) fn what(what: &What) -> &'static str {
    match what {
        What::Create(_) => "create",
        What::Change => "change",
        What::Unchanged => "unchanged",
        What::NoLongerRendered { .. } => "no-longer-rendered",
        What::Unknown(_) => "unknown",
    }
}

/// Returns the word for what is not there in documents.
pub(super) fn absent(absent: Absent) -> &'static str {
    match absent {
        Absent::Object => "object",
        Absent::Namespace => "namespace",
        Absent::Kind => "kind",
    }
}

/// Returns the word for how a prediction was made, and by whose name.
pub(super) fn way(by: &PredictedBy) -> (&'static str, Option<&Manager>) {
    match by {
        PredictedBy::DryRun(manager) => ("dry-run", Some(manager)),
        PredictedBy::Merge(manager) => ("merge", Some(manager)),
        PredictedBy::Overlay => ("overlay", None),
        PredictedBy::Comparison | PredictedBy::Files => ("comparison", None),
    }
}

/// Returns all that is to be said under an object, but for its two states.
pub(super) fn notes(object: &ObjectDiff, unseen: &[String]) -> Vec<Note> {
    let mut notes = Vec::new();
    if let What::Unknown(unknown) = &object.what {
        notes.extend(of_unknown(unknown));
    }
    if let What::Create(Absent::Kind) = &object.what {
        notes.push(note("note", "the cluster does not know this kind: its CRD is not installed"));
    }
    let hits = object.reasons.iter().filter(|reason| reason.impact > Impact::None);
    notes.extend(hits.map(|reason| note("impact", of_reason(reason))));
    if object.what == (What::NoLongerRendered { kept: false }) {
        notes.push(note("note", "an engine that prunes deletes it"));
    }
    notes.extend(predicted(object));
    notes.extend(object.owner.as_ref().map(|owner| match &*owner.name {
        "" => note("applied by", owner.engine),
        name => note("applied by", format!("{}: {name}", owner.engine)),
    }));
    notes.extend(taken_over(object));
    if !unseen.is_empty() {
        notes.push(note("not shown", format!("{}: what changes may be a secret", bounded(unseen.iter()))));
    }
    if !object.not_compared.is_empty() {
        let paths = bounded(object.not_compared.iter());
        notes.push(note("not compared", format!("{paths}: the value is not at hand")));
    }
    notes.extend(silent(object));
    notes.extend(object.live_only.iter().map(|field| note("live only", of_live_only(field))));
    notes
}

/// Says what cannot be told and what can be done about it.
pub(super) fn of_unknown(unknown: &Unknown) -> Vec<Note> {
    let help = (!unknown.help.is_empty()).then(|| note("help", &*unknown.help));
    let causes = unknown.causes.iter().map(|cause| match &*cause.field {
        "" => note("cause", &*cause.message),
        field => note("cause", format!("{field}: {}", cause.message)),
    });
    std::iter::once(note("unknown", &*unknown.message)).chain(causes).chain(help).collect()
}

/// Says how hard something hits, and why.
pub(super) fn of_reason(reason: &Reason) -> String {
    let Reason { impact, path, why } = reason;
    if path.is_empty() { format!("{}: {why}", impact.word()) } else { format!("{}: {path}: {why}", impact.word()) }
}

fn of_live_only(field: &LiveOnly) -> String {
    let LiveOnly { path, value, manager, silent } = field;
    let value = short(value);
    match (manager, silent) {
        (_, Some(silent)) => format!("{path}: {value}, which {silent} writes by itself"),
        (Some(manager), None) => format!("{path}: {value}, written by {manager}"),
        (None, None) => format!("{path}: {value}"),
    }
}

/// Says which differences are none, since somebody writes those fields by itself; only where everything is asked for.
fn silent(object: &ObjectDiff) -> Vec<Note> {
    let mut by_writer: BTreeMap<&str, Vec<&String>> = BTreeMap::new();
    for change in &object.changes {
        if let Some(writer) = change.silent.as_deref() {
            by_writer.entry(writer).or_default().push(&change.path);
        }
    }
    let of_writer = |(writer, paths): (&str, Vec<&String>)| {
        note("no difference", format!("{}: {writer} writes it by itself", bounded(paths.into_iter())))
    };
    by_writer.into_iter().map(of_writer).collect()
}

fn predicted(object: &ObjectDiff) -> Option<Note> {
    let way = match &object.by {
        PredictedBy::DryRun(manager) => format!("by a dry-run as {}", manager.name),
        // Nothing is merged with nothing.
        PredictedBy::Merge(_) if matches!(object.what, What::Create(_)) => return None,
        PredictedBy::Merge(manager) => format!("from managedFields, as {}", manager.name),
        PredictedBy::Overlay => {
            "by laying it over what is there; without managedFields nobody knows what the spec gave up".into()
        }
        PredictedBy::Comparison => "by comparison".into(),
        PredictedBy::Files => return None,
    };
    matches!(object.what, What::Create(_) | What::Change).then(|| note("predicted", way))
}

/// Says whose values are changed, where that is not who applies.
fn taken_over(object: &ObjectDiff) -> Vec<Note> {
    let applies = way(&object.by).1.map(|manager| &*manager.name);
    let mut by_manager: BTreeMap<&str, Vec<&String>> = BTreeMap::new();
    for change in object.changes.iter().filter(|change| change.silent.is_none()) {
        if let Some(manager) = change.manager.as_deref().filter(|manager| Some(*manager) != applies) {
            by_manager.entry(manager).or_default().push(&change.path);
        }
    }
    let of_manager = |(manager, paths): (&str, Vec<&String>)| {
        note("written by", format!("{manager}: {}", bounded(paths.into_iter())))
    };
    by_manager.into_iter().map(of_manager).collect()
}

/// Joins texts, the first few of them.
pub(super) fn bounded<'a>(texts: impl ExactSizeIterator<Item = &'a String>) -> String {
    let more = texts.len().saturating_sub(MOST_PATHS);
    let named: Vec<&str> = texts.take(MOST_PATHS).map(String::as_str).collect();
    match more {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

/// Returns the reasons of a cluster, the worst first, each with the object that it is of.
pub(super) fn reasons(cluster: &ClusterDiff) -> Vec<(&ObjectDiff, &Reason)> {
    let objects = cluster.objects.iter();
    let mut reasons: Vec<(&ObjectDiff, &Reason)> =
        objects.flat_map(|object| object.reasons.iter().map(move |reason| (object, reason))).collect();
    reasons.retain(|(_, reason)| reason.impact > Impact::None);
    reasons.sort_by_key(|(_, reason)| std::cmp::Reverse(reason.impact));
    reasons
}

/// Counts things in good English: `1 cluster`, `2 clusters`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}
