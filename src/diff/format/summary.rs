//! A plan: a line for each object that differs, equal changes of several clusters once.
//!
//! ```text
//! 1 to create, 1 to change in 214 clusters: prod-eu-1, prod-eu-2, prod-eu-3 and 211 more; impact: rollout
//!   + ConfigMap openshift-config/registry-ca
//!   ~ Config cluster: spec.replicas: 1 -> 2, spec.tolerations added; rollout
//! 12 clusters without differences
//! 227 clusters: 214 to create, 214 to change, 2043 unchanged, 3 unknown; impact: rollout
//! 1 cluster is not known as a whole
//!   ? prod-us-7: user "reader" lacks rights; missing: get secrets in openshift-config; not told: Secret openshift-config/a
//!     = help: …
//! ```

use std::collections::BTreeSet;
use std::fmt::{self, Write};

use crate::diag::visible::inert;
use crate::diff::{ClusterDiff, ObjectDiff, What};
use crate::impact::Impact;
use crate::live::Absent;

use super::groups::{Group, grouped};
use super::{Counts, Paint, obstacles, unified, words};

/// The most clusters of a group that are named.
const MOST_NAMES: usize = 5;

/// Writes the plan of all clusters.
pub fn text(clusters: &[ClusterDiff], paint: &Paint) -> String {
    let mut out = String::new();
    let grouped = grouped(clusters);
    for group in &grouped.groups {
        heading(&mut out, group, paint);
        for object in &group.objects {
            of_object(&mut out, object, paint);
        }
        out.push('\n');
    }
    let name = match clusters {
        [cluster] => format!("{} against {}", cluster.cluster, cluster.against),
        _ => words::counted(clusters.len(), "cluster"),
    };
    if clusters.len() > 1 && grouped.n_same > 0 {
        line(&mut out, format_args!("{} without differences", words::counted(grouped.n_same, "cluster")));
    }
    unified::plan(&mut out, &name, clusters, paint);
    incomplete(&mut out, &grouped.incomplete, paint);
    out
}

fn heading(out: &mut String, group: &Group<'_>, paint: &Paint) {
    let (impact, hit) = (group.impact(), paint.of_impact(group.impact()));
    let strong = paint.strong;
    line(
        out,
        format_args!(
            "{strong}{} in {}{strong:#}; impact: {hit}{}{hit:#}",
            becomes(group),
            inert(&named(group)),
            impact.word()
        ),
    );
}

/// Says how many objects become what on each cluster of a group.
pub(super) fn becomes(group: &Group<'_>) -> String {
    let counts = Counts::of_objects(group.objects.iter().copied().filter(|object| object.what != What::Unchanged));
    if counts == Counts::default() {
        "nothing to change, but fields that only the cluster has,".into()
    } else {
        counts.to_string()
    }
}

/// Names the clusters of a group, the first few of them; not safe yet.
pub(super) fn named(group: &Group<'_>) -> String {
    let clusters: Vec<&str> = group.clusters.iter().map(|cluster| &*cluster.cluster).collect();
    names(&clusters)
}

/// Names clusters, the first few of them; not safe yet.
pub(super) fn names(clusters: &[&str]) -> String {
    match clusters {
        [name] => (*name).into(),
        names if names.len() <= MOST_NAMES => format!("{} clusters: {}", names.len(), names.join(", ")),
        names => {
            let (shown, more) = names.split_at(MOST_NAMES);
            format!("{} clusters: {} and {} more", names.len(), shown.join(", "), more.len())
        }
    }
}

fn of_object(out: &mut String, object: &ObjectDiff, paint: &Paint) {
    let sign = words::sign(&object.what);
    let (colour, hit) = (paint.of_sign(sign), paint.of_impact(object.impact()));
    let said = inert(&said(object)).into_owned();
    let impact = match object.impact() {
        Impact::None => String::new(),
        impact => format!("; {hit}{}{hit:#}", impact.word()),
    };
    line(out, format_args!("  {colour}{sign}{colour:#} {said}{impact}"));
}

/// Says which object it is, what of it changes, and what only the cluster has; not safe yet.
pub(super) fn said(object: &ObjectDiff) -> String {
    let mut said = object.object.to_string();
    let changes = words::changes(object);
    let is_change = object.what == What::Change;
    if is_change && !changes.is_empty() {
        let _infallible = write!(said, ": {}", words::bounded(changes.iter()));
    } else if !matches!(object.what, What::Change | What::Unchanged | What::Create(Absent::Object)) {
        let _infallible = write!(said, " {}", words::becomes(&object.what));
    }
    if !object.live_only.is_empty() {
        let fields: Vec<String> = object.live_only.iter().map(words::of_field).collect();
        let _infallible = write!(said, "; live only: {}", words::bounded(fields.iter()));
    }
    said
}

fn incomplete(out: &mut String, clusters: &[&ClusterDiff], paint: &Paint) {
    if clusters.is_empty() {
        return;
    }
    let worse = paint.worse;
    line(out, format_args!("{worse}{}{worse:#}", words::all_not_known(clusters)));
    let mut helps = BTreeSet::new();
    for obstacles::Line { clusters, text, help } in obstacles::lines(clusters) {
        line(out, format_args!("  {worse}?{worse:#} {}", inert(&format!("{}: {text}", names(&clusters)))));
        // Of many clusters the help is mostly the same.
        if !help.is_empty() && helps.insert(help.clone()) {
            let (frame, strong) = (paint.frame, paint.strong);
            line(out, format_args!("    {frame}={frame:#} {strong}help{strong:#}: {}", inert(&help)));
        }
    }
}

fn line(out: &mut String, line: fmt::Arguments<'_>) {
    let _infallible = writeln!(out, "{line}");
}
