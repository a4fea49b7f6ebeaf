//! What is said of an object in every form for people: the same words, which the form makes safe in its own way.

use std::collections::BTreeMap;
use std::fmt;

use crate::apply::Manager;
use crate::diff::{Change, ClusterDiff, LiveOnly, ObjectDiff, PredictedBy, What};
use crate::impact::{Impact, Reason};
use crate::live::Absent;
use crate::tree::Node;

use super::Counts;
use super::values::{cut, short};

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

pub(super) fn note(label: &'static str, text: impl Into<String>) -> Note {
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
    if let What::Create(Absent::Kind) = &object.what {
        notes.push(note("note", "the cluster does not know this kind: its CRD is not installed"));
    }
    notes.extend(hits(object).iter().map(|hit| note("impact", hit.to_string())));
    if object.what == (What::NoLongerRendered { kept: false }) {
        notes.push(note("note", "an engine that prunes deletes it"));
    }
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

/// Says how many clusters are not known as a whole, or not at all.
pub(super) fn all_not_known(clusters: &[&ClusterDiff]) -> String {
    let count = counted(clusters.len(), "cluster");
    if clusters.iter().all(|cluster| cluster.objects.is_empty()) {
        return format!("{count} could not be compared");
    }
    let verb = if clusters.len() == 1 { "is" } else { "are" };
    format!("{count} {verb} not known as a whole")
}

/// How hard the fields of an object hit that hit for the same reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hit<'a> {
    /// How hard.
    pub(super) impact: Impact,
    paths: Vec<&'a String>,
    why: &'a str,
}

impl fmt::Display for Hit<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = self.impact.word();
        match &*self.paths {
            [] => write!(f, "{word}: {}", self.why),
            paths => write!(f, "{word}: {}: {}", bounded(paths.iter().copied()), self.why),
        }
    }
}

/// Returns how hard an object hits, each reason once, and nothing of what hits nothing.
pub(super) fn hits(object: &ObjectDiff) -> Vec<Hit<'_>> {
    let mut hits: Vec<Hit<'_>> = Vec::new();
    for Reason { impact, path, why } in object.reasons.iter().filter(|reason| reason.impact > Impact::None) {
        let at = hits.iter().position(|hit| hit.impact == *impact && hit.why == why);
        let at = at.unwrap_or_else(|| {
            hits.push(Hit { impact: *impact, paths: Vec::new(), why });
            hits.len() - 1
        });
        hits[at].paths.extend(Some(path).filter(|path| !path.is_empty()));
    }
    hits
}

/// Says how hard clusters are hit, and nothing for certain where not everything of them is known.
pub(super) fn impact(clusters: &[ClusterDiff]) -> String {
    let known = clusters.iter().map(ClusterDiff::impact).max().unwrap_or_default();
    if clusters.iter().all(ClusterDiff::is_complete) {
        return known.word().into();
    }
    let is_known = |object: &ObjectDiff| !object.is_unknown();
    match known {
        Impact::None if clusters.iter().any(|cluster| cluster.objects.iter().any(is_known)) => {
            "none of what is known".into()
        }
        Impact::None => "unknown".into(),
        known => format!("at least {}", known.word()),
    }
}

/// Says how many objects of clusters become what.
pub(super) fn counts(clusters: &[ClusterDiff]) -> String {
    let counts = Counts::of(clusters);
    if counts == Counts::default() && !clusters.iter().all(ClusterDiff::is_complete) {
        return "not compared".into();
    }
    counts.to_string()
}

/// Says what becomes of a field, with its values where they are short.
fn of_change(change: &Change) -> String {
    let Change { path, before, after, .. } = change;
    match (before, after) {
        (None, Some(after)) if is_one_value(after) => format!("{path}: {} added", brief(after)),
        (None, _) => format!("{path} added"),
        (Some(before), None) if is_one_value(before) => format!("{path}: {} removed", brief(before)),
        (Some(_), None) => format!("{path} removed"),
        (Some(before), Some(after)) if is_one_value(before) && is_one_value(after) => {
            let (before, after) = (brief(before), brief(after));
            // Two secrets, or two long texts, may read the same.
            if before == after { path.clone() } else { format!("{path}: {before} -> {after}") }
        }
        (Some(_), Some(_)) => path.clone(),
    }
}

/// Says what a field is, with its value where that is short.
pub(super) fn of_field(field: &LiveOnly) -> String {
    let LiveOnly { path, value, .. } = field;
    if is_one_value(value) { format!("{path}: {}", brief(value)) } else { path.clone() }
}

fn is_one_value(node: &Node) -> bool {
    node.as_map().is_none() && node.as_seq().is_none()
}

/// Writes a value so that several have room on a line.
fn brief(node: &Node) -> String {
    const LONGEST: usize = 32;
    cut(&short(node), LONGEST)
}

/// Says what of an object changes: what its fields become first, and labels and annotations as one where they are many.
pub(super) fn changes(object: &ObjectDiff) -> Vec<String> {
    const MOST_MARKS: usize = 2;
    let is_mark =
        |change: &&Change| ["metadata.labels", "metadata.annotations"].iter().any(|of| change.path.starts_with(of));
    let changes = object.changes.iter().filter(|change| change.silent.is_none());
    let (marks, fields): (Vec<&Change>, Vec<&Change>) = changes.partition(is_mark);
    let mut said: Vec<String> = fields.into_iter().map(of_change).collect();
    if marks.len() > MOST_MARKS {
        said.push("labels and annotations".into());
    } else {
        said.extend(marks.into_iter().map(of_change));
    }
    said
}

fn of_live_only(field: &LiveOnly) -> String {
    let LiveOnly { path, value, manager, silent } = field;
    let value = short(value);
    match (manager, silent) {
        _ if path == "metadata.deletionTimestamp" => {
            format!("{path}: {value}: it is being deleted, which no apply ends, and waits for its finalizers")
        }
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

/// Says how it is known what objects would become: once where it is the same of all, else of which it is so.
///
/// Nothing is said of what is compared as it is written, for that is no prediction.
pub(super) fn predicted<'a>(objects: impl IntoIterator<Item = &'a ObjectDiff>) -> Vec<Note> {
    let is_news = |object: &&ObjectDiff| matches!(object.what, What::Create(_) | What::Change);
    let mut ways: Vec<(String, Vec<String>)> = Vec::new();
    for object in objects.into_iter().filter(is_news) {
        let way = match &object.by {
            PredictedBy::DryRun(manager) => format!("by the API server, in a dry-run as {}", manager.name),
            // Nothing is merged with nothing.
            PredictedBy::Merge(_) if matches!(object.what, What::Create(_)) => continue,
            PredictedBy::Merge(manager) => format!("from managedFields, as {}", manager.name),
            PredictedBy::Overlay => {
                "by laying it over what is there; without managedFields nobody knows what the spec gave up".into()
            }
            PredictedBy::Comparison | PredictedBy::Files => continue,
        };
        match ways.iter_mut().find(|(known, _)| *known == way) {
            Some((_, objects)) => objects.push(object.object.to_string()),
            None => ways.push((way, vec![object.object.to_string()])),
        }
    }
    let is_one = ways.len() == 1;
    let of_way = |(way, objects): (String, Vec<String>)| {
        note("predicted", if is_one { way } else { format!("{way}: {}", bounded(objects.iter())) })
    };
    ways.into_iter().map(of_way).collect()
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

/// Returns how hard a cluster is hit by what, the worst first.
pub(super) fn all_hits(cluster: &ClusterDiff) -> Vec<(&ObjectDiff, Hit<'_>)> {
    let of_object = |object| hits(object).into_iter().map(move |hit| (object, hit));
    let mut hits: Vec<_> = cluster.objects.iter().flat_map(of_object).collect();
    hits.sort_by_key(|(_, hit)| std::cmp::Reverse(hit.impact));
    hits
}

/// Counts things in good English: `1 cluster`, `2 clusters`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apply::{Engine, Manager};
    use crate::diff::format::samples::{changed, cluster, obstacle, unchanged, unknown, yaml};

    #[test]
    fn how_hard_a_cluster_is_hit_is_not_guessed() {
        let check = |objects: Vec<ObjectDiff>, is_unreachable: bool, expected: &[&str]| {
            let mut one = cluster("a", objects);
            one.unknown.extend(is_unreachable.then(|| obstacle("the connection is refused")));
            let clusters = [one];
            assert_eq!([impact(&clusters), counts(&clusters)], expected);
        };
        let edited = || changed("a", "replicas", "1", "2");
        check(vec![], true, &["unknown", "not compared"]);
        check(vec![unknown("a", "forbidden")], false, &["unknown", "1 unknown"]);
        check(vec![unchanged("a")], true, &["none of what is known", "1 unchanged"]);
        check(vec![edited(), unknown("b", "forbidden")], false, &["at least rollout", "1 to change, 1 unknown"]);
        check(vec![edited()], false, &["rollout", "1 to change"]);
        check(vec![unchanged("a")], false, &["none", "1 unchanged"]);
        check(vec![], false, &["none", "no objects"]);
    }

    #[test]
    fn a_reason_is_said_once_with_all_its_fields() {
        let mut object = changed("a", "replicas", "1", "2");
        let reason = object.reasons[0].clone();
        let of = |path: &str, impact, why: &str| Reason { impact, path: path.into(), why: why.into() };
        object.reasons.push(Reason { path: "spec.z".into(), ..reason });
        object.reasons.push(of("spec.y", Impact::Rollout, "another why"));
        object.reasons.push(of("", Impact::Rollout, "of the whole"));
        object.reasons.push(of("spec.x", Impact::None, "nothing happens"));
        let said: Vec<String> = hits(&object).iter().map(ToString::to_string).collect();
        let first = "rollout: spec.replicas, spec.z: new pods replace the old ones";
        assert_eq!(said, [first, "rollout: spec.y: another why", "rollout: of the whole"]);
    }

    #[test]
    fn how_it_is_predicted_is_said_once_where_it_is_the_same_of_all() {
        let said =
            |objects: &[ObjectDiff]| -> Vec<String> { predicted(objects).into_iter().map(|note| note.text).collect() };
        let edited = |name| changed(name, "replicas", "1", "2");
        let dry_run = "by the API server, in a dry-run as argocd-controller";
        assert_eq!(said(&[edited("a"), edited("b"), unchanged("c")]), [dry_run]);
        let mut merged = edited("b");
        merged.by = PredictedBy::Merge(Manager { name: "flux".into(), engine: Engine::Flux });
        let mut secret = edited("c");
        secret.by = PredictedBy::Comparison;
        let of_each = [
            format!("{dry_run}: ConfigMap openshift-config/a"),
            "from managedFields, as flux: ConfigMap openshift-config/b".into(),
        ];
        assert_eq!(said(&[edited("a"), merged, secret.clone()]), of_each);
        assert_eq!(said(&[secret, unchanged("a")]), [""; 0]);
    }

    #[test]
    fn a_change_is_said_with_its_values_where_they_are_short() {
        let check = |before: Option<&str>, after: Option<&str>, expected: &str| {
            let [before, after] = [before, after].map(|text| text.map(yaml));
            let change = Change { path: "spec.a".into(), before, after, manager: None, silent: None };
            assert_eq!(of_change(&change), expected);
        };
        check(Some("1"), Some("2"), "spec.a: 1 -> 2");
        check(Some("''"), Some("x"), "spec.a: \"\" -> x");
        check(None, Some("true"), "spec.a: true added");
        check(Some("true"), None, "spec.a: true removed");
        check(None, Some("{b: 1}"), "spec.a added");
        check(Some("[b]"), None, "spec.a removed");
        check(Some("[b]"), Some("{c: 1}"), "spec.a");
        let long = "x".repeat(100);
        check(Some(&format!("{long}1")), Some(&format!("{long}2")), "spec.a");
    }

    #[test]
    fn many_labels_and_annotations_are_one_change_after_those_of_fields() {
        let mut object = changed("a", "replicas", "1", "2");
        let mark = |name: &str| {
            let path = format!("metadata.annotations.{name}");
            Change { path, before: None, after: Some(yaml("x")), manager: None, silent: None }
        };
        object.changes.insert(0, mark("a"));
        assert_eq!(changes(&object), ["spec.replicas: 1 -> 2", "metadata.annotations.a: x added"]);
        object.changes.extend([mark("b"), mark("c")]);
        assert_eq!(changes(&object), ["spec.replicas: 1 -> 2", "labels and annotations"]);
    }
}
