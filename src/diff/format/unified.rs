//! Unified diffs: one for each object that differs, then how many become what and how hard it hits.
//!
//! ```text
//! ~ Config cluster on prod-eu-1 is changed
//!   = impact: rollout: spec.replicas: new registry pods replace the old ones
//! --- LIVE/prod-eu-1/imageregistry.operator.openshift.io.v1.Config..cluster
//! +++ MERGED/prod-eu-1/imageregistry.operator.openshift.io.v1.Config..cluster
//! @@ -8,4 +8,4 @@
//!    managementState: Managed
//! -  replicas: 1
//! +  replicas: 2
//!
//! prod-eu-1 against api.prod-eu-1.example.com:6443 (context prod-eu-1): 1 to change, 9 unchanged; impact: rollout
//!   = predicted: by the API server, in a dry-run as argocd-controller
//! ```
//!
//! What stands between the diffs begins as no line does that `patch` reads, so that it takes all of it for one patch. On a
//! terminal the words that change in a line stand out.

use std::fmt::Write;

use similar::{Algorithm, ChangeTag, DiffOp, TextDiff};

use crate::diag::visible::inert;
use crate::diff::{ClusterDiff, ObjectDiff, What};
use crate::impact::Impact;

use super::states::States;
use super::words::{self, Note};
use super::{Paint, names, obstacles, summary};

/// The lines around a change.
const CONTEXT: usize = 3;

/// The most bytes of changed lines of which the words are compared.
const MOST_WORDS: usize = 16 << 10;

/// Writes what differs on each cluster, then what comes of it in all.
pub fn text(clusters: &[ClusterDiff], paint: &Paint) -> String {
    let mut out = String::new();
    let (left_out, told): (Vec<&ClusterDiff>, Vec<&ClusterDiff>) =
        clusters.iter().partition(|cluster| cluster.is_left_out());
    for cluster in &told {
        if !out.is_empty() {
            out.push('\n');
        }
        let known = cluster.objects.iter().filter(|object| !object.is_unknown());
        for object in known.filter(|object| is_shown(object)) {
            of_object(&mut out, cluster, object, paint);
            out.push('\n');
        }
        closing(&mut out, cluster, paint);
    }
    if !out.is_empty() && !left_out.is_empty() {
        out.push('\n');
    }
    for obstacles::Line { clusters, text, .. } in obstacles::lines(&left_out) {
        let (worse, name) = (paint.worse, summary::names(&clusters));
        line(&mut out, format_args!("{worse}?{worse:#} {}", inert(&format!("{name}: not compared: {text}"))));
    }
    if clusters.len() > 1 {
        plan(&mut out, &words::counted(clusters.len(), "cluster"), clusters, paint);
    }
    out
}

/// Tells whether there is anything to say of an object.
pub(super) fn is_shown(object: &ObjectDiff) -> bool {
    object.what != What::Unchanged || !(object.live_only.is_empty() && object.changes.is_empty())
}

fn of_object(out: &mut String, cluster: &ClusterDiff, object: &ObjectDiff, paint: &Paint) {
    let states = States::of(object);
    let sign = words::sign(&object.what);
    let (colour, strong) = (paint.of_sign(sign), paint.strong);
    let name = inert(&format!("{} on {}", object.object, cluster.cluster)).into_owned();
    line(out, format_args!("{colour}{sign}{colour:#} {strong}{name}{strong:#} {}", words::becomes(&object.what)));
    for note in words::notes(object, &states.unseen) {
        detail(out, &note, object.impact(), paint);
    }
    if shows_states(object) {
        let file = format!("{}/{}", names::harmless(&cluster.cluster), names::file(&object.object));
        diff(out, &states, &file, paint);
    }
}

/// Tells whether both states say what becomes of an object; of what is no longer rendered a note says it.
pub(super) fn shows_states(object: &ObjectDiff) -> bool {
    matches!(object.what, What::Create(_) | What::Change | What::Unchanged)
}

fn detail(out: &mut String, note: &Note, impact: Impact, paint: &Paint) {
    let label = match note.label {
        "impact" => paint.of_impact(impact),
        "unknown" => paint.worse,
        _ => paint.strong,
    };
    let frame = paint.frame;
    line(out, format_args!("  {frame}={frame:#} {label}{}{label:#}: {}", note.label, inert(&note.text)));
}

/// Writes the lines of a diff of both states, those with `---` and `+++` first; none where they read the same.
pub(super) fn diff(out: &mut String, states: &States, file: &str, paint: &Paint) {
    let named = |dir: &str, state: &Option<String>| match state {
        Some(_) => format!("{dir}/{file}"),
        None => "/dev/null".into(),
    };
    let [before, after] = [&states.before, &states.after].map(|state| state.as_deref().unwrap_or_default());
    // An object that is new and empty is no text to compare, and none to patch.
    if before == after {
        return;
    }
    let diff = TextDiff::configure().algorithm(Algorithm::Myers).diff_lines(before, after);
    let strong = paint.strong;
    let [old, new] = if states.are_files { ["BEFORE", "AFTER"] } else { ["LIVE", "MERGED"] };
    line(out, format_args!("{strong}--- {}{strong:#}", named(old, &states.before)));
    line(out, format_args!("{strong}+++ {}{strong:#}", named(new, &states.after)));
    for hunk in diff.unified_diff().context_radius(CONTEXT).iter_hunks() {
        let frame = paint.frame;
        line(out, format_args!("{frame}{}{frame:#}", hunk.header()));
        for op in hunk.ops() {
            changes(out, &diff, op, paint);
        }
    }
}

fn changes(out: &mut String, diff: &TextDiff<'_, '_, str>, op: &DiffOp, paint: &Paint) {
    let changed = || diff.iter_changes(op).map(|change| change.value().len()).sum::<usize>();
    if !(paint.shows_words && matches!(op, DiffOp::Replace { .. }) && changed() <= MOST_WORDS) {
        for change in diff.iter_changes(op) {
            let (sign, style) = match change.tag() {
                ChangeTag::Equal => (' ', anstyle::Style::new()),
                ChangeTag::Insert => ('+', paint.added),
                ChangeTag::Delete => ('-', paint.removed),
            };
            line(out, format_args!("{style}{sign}{}{style:#}", change.value().trim_end_matches('\n')));
        }
        return;
    }
    for change in diff.iter_inline_changes(op) {
        let (sign, style, word) = match change.tag() {
            ChangeTag::Equal => (' ', anstyle::Style::new(), anstyle::Style::new()),
            ChangeTag::Insert => ('+', paint.added, paint.added_word),
            ChangeTag::Delete => ('-', paint.removed, paint.removed_word),
        };
        let _infallible = write!(out, "{style}{sign}{style:#}");
        for (is_changed, text) in change.iter_strings_lossy() {
            let style = if is_changed { word } else { style };
            let _infallible = write!(out, "{style}{}{style:#}", text.trim_end_matches('\n'));
        }
        out.push('\n');
    }
}

/// Writes what comes of a cluster: what cannot be told of it, how many objects become what, and how hard it hits.
fn closing(out: &mut String, cluster: &ClusterDiff, paint: &Paint) {
    for obstacle in obstacles::of(cluster) {
        let worse = paint.worse;
        line(out, format_args!("{worse}?{worse:#} {}", inert(&obstacle.title(cluster))));
        for note in obstacle.notes() {
            detail(out, &note, Impact::None, paint);
        }
        out.push('\n');
    }
    let name = format!("{} against {}", cluster.cluster, cluster.against);
    plan(out, &name, std::slice::from_ref(cluster), paint);
    // Of a single object the lines under it have just said so.
    if cluster.objects.iter().filter(|object| is_shown(object)).count() > 1 {
        for (object, hit) in words::all_hits(cluster) {
            let text = format!("{}: {hit}", object.object);
            detail(out, &Note { label: "impact", text }, hit.impact, paint);
        }
    }
    for note in words::predicted(&cluster.objects) {
        detail(out, &note, Impact::None, paint);
    }
}

/// Writes `prod-eu-1: 3 to create, 9 unchanged; impact: none`; nothing where there are no clusters.
pub(super) fn plan(out: &mut String, name: &str, clusters: &[ClusterDiff], paint: &Paint) {
    if clusters.is_empty() {
        return;
    }
    let impact = clusters.iter().map(ClusterDiff::impact).max().unwrap_or_default();
    let is_complete = clusters.iter().all(ClusterDiff::is_complete);
    let (strong, hit) = (paint.strong, if is_complete { paint.of_impact(impact) } else { paint.worse });
    let (counts, impact) = (words::counts(clusters), words::impact(clusters));
    line(out, format_args!("{strong}{}{strong:#}: {counts}; impact: {hit}{impact}{hit:#}", inert(name)));
}

fn line(out: &mut String, line: std::fmt::Arguments<'_>) {
    let _infallible = writeln!(out, "{line}");
}
