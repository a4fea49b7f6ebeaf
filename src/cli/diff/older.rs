//! `regcfg diff --against`: what lies between an older state of clusters, in a directory or a revision, and what is given.
//!
//! No cluster is asked, and nothing but files and Git's objects is read.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;

use super::gather::Subject;
use crate::cli::states::{before_in_directory, before_in_revision, revision_name};
use crate::cli::workspace::Workspace;
use crate::diag::Findings;
use crate::diag::visible::quoted;
use crate::diff::{ClusterDiff, between};
use crate::impact;
use crate::live::{Unknown, Why};
use crate::target::{Minor, Target};
use crate::update::{self, Before, Cluster};
use crate::world::ProjectPath;

/// What is compared with an older state.
pub(super) struct Asked<'a> {
    /// The directory or revision, as the user wrote it.
    pub(super) against: &'a Path,
    /// What was given.
    pub(super) workspace: &'a Workspace,
    /// The files that were looked at, of each project.
    pub(super) files: Vec<Vec<ProjectPath>>,
    /// The names and files of clusters with errors.
    pub(super) wrong: BTreeSet<String>,
    /// The day that certificates are judged by.
    pub(super) as_of: Option<i64>,
    /// Whether everything is told, also what is no difference.
    pub(super) full: bool,
}

/// Compares the clusters of what was given, in their order, and then those that are no more.
pub(super) fn compare(asked: Asked<'_>, subjects: &[Subject<'_>], findings: &mut Findings) -> Result<Vec<ClusterDiff>> {
    let Asked { against, workspace, files, wrong, as_of, full } = asked;
    let of = |project: Option<usize>| -> Vec<Cluster> {
        let of_project = subjects.iter().filter(|subject| project.is_none_or(|project| subject.project == project));
        of_project.map(cluster).collect()
    };
    if against.is_dir() {
        let mut before = before_in_directory(against, as_of, findings)?;
        before.without_new = wrong;
        let are_all = workspace.opened.iter().any(|opened| !opened.dirs.is_empty());
        return Ok(States { before, new: of(None), are_all, full }.compare(findings));
    }
    let name = revision_name(against)?;
    let mut diffs = Vec::new();
    for (at, (opened, files)) in workspace.opened.iter().zip(files).enumerate() {
        let mut before = before_in_revision(name, opened, files)?;
        before.without_new.clone_from(&wrong);
        let are_all = !opened.dirs.is_empty();
        diffs.extend(States { before, new: of(Some(at)), are_all, full }.compare(findings));
    }
    Ok(diffs)
}

fn cluster(subject: &Subject<'_>) -> Cluster {
    Cluster {
        name: subject.is_labelled.then(|| subject.name.clone()),
        path: subject.path.clone(),
        named: subject.named.clone(),
        target: Some(subject.target),
        platform: subject.platform.clone(),
        objects: subject.objects.clone(),
        ruling: subject.ruling.as_ref().map(Arc::clone),
    }
}

/// Two states of clusters.
struct States {
    before: Before,
    new: Vec<Cluster>,
    are_all: bool,
    full: bool,
}

impl States {
    fn compare(mut self, findings: &mut Findings) -> Vec<ClusterDiff> {
        let diffs = self.diffs();
        // What the differences say is not said twice.
        let Self { before, new, are_all, .. } = &mut self;
        let is_told = |unknown: &update::Unknown| diffs.iter().any(|diff| unknown.name.as_ref() == Some(&diff.cluster));
        before.unknown.retain(|unknown| !is_told(unknown) && !new.iter().any(|cluster| is_of(unknown, cluster)));
        update::check(before, new, Target::only(Minor::newest_released()), *are_all, findings);
        diffs
    }

    fn diffs(&self) -> Vec<ClusterDiff> {
        let Self { before, new, are_all, .. } = self;
        // Every new cluster says its own target.
        let target = Target::only(Minor::newest_released());
        let (pairs, left) = update::matched(before, new);
        let mut diffs: Vec<ClusterDiff> = Vec::with_capacity(new.len());
        for cluster in new {
            let old = pairs.iter().find(|(_, new)| std::ptr::eq(*new, cluster)).map(|(old, _)| *old);
            diffs.push(self.one(old, cluster, target));
        }
        let is_gone = |old: &&Cluster| *are_all && old.is_registry() && !before.is_wrong_now(old);
        for gone in left.into_iter().filter(is_gone) {
            let target = gone.target.unwrap_or(target);
            let name = gone.name.as_ref().unwrap_or(&gone.path);
            let new = empty(gone);
            let mut diff = between(name, &before.called, &gone.objects, &[], target, self.full);
            impact::judge(&mut diff, &update::context(before, gone, &new, target));
            diffs.push(diff);
        }
        // What of a spec that is gone nobody can tell; where it is wrong still, that is told.
        let is_told = |unknown: &update::Unknown| {
            before.without_new.contains(&unknown.path) || new.iter().any(|cluster| is_of(unknown, cluster))
        };
        for unknown in before.unknown.iter().filter(|unknown| *are_all && !is_told(unknown)) {
            diffs.extend(unknown.name.as_ref().map(|name| self.not_told(name, unknown)));
        }
        // A directory without anything but what other programs read is no cluster.
        diffs.retain(|diff| !(diff.objects.is_empty() && diff.unknown.is_empty()));
        diffs
    }

    fn one(&self, old: Option<&Cluster>, new: &Cluster, target: Target) -> ClusterDiff {
        let called = &self.before.called;
        let name = new.name.as_ref().unwrap_or(&new.path);
        if let Some(unknown) = self.before.unknown.iter().find(|unknown| is_of(unknown, new)) {
            return self.not_told(name, unknown);
        }
        let nothing = empty(new);
        let old = old.unwrap_or(&nothing);
        let target = new.target.unwrap_or(target);
        let mut diff = between(name, called, &old.objects, &new.objects, target, self.full);
        impact::judge(&mut diff, &update::context(&self.before, old, new, target));
        diff
    }

    /// Says that what a cluster was cannot be told.
    fn not_told(&self, name: &str, unknown: &update::Unknown) -> ClusterDiff {
        let called = &self.before.called;
        let message = format!("what {name} was in {} cannot be told: {}", quoted(called), unknown.why);
        let help = "compare with a state that can be rendered, or with a directory of its manifests";
        ClusterDiff {
            cluster: name.to_owned(),
            against: called.clone(),
            objects: Vec::new(),
            unknown: vec![Unknown::new(Why::Malformed, message, help)],
            not_collected: BTreeSet::new(),
        }
    }
}

/// Tells whether a file of which nothing can be made says what a cluster was: its spec, or one of its manifests.
fn is_of(unknown: &update::Unknown, cluster: &Cluster) -> bool {
    let is_named = unknown.name.is_some() && unknown.name == cluster.name;
    let dir = unknown.path.rsplit_once('/').map_or("", |(dir, _)| dir);
    is_named || unknown.path == cluster.path || (cluster.name.is_none() && dir == cluster.path)
}

/// Returns a cluster of which nothing is there.
fn empty(of: &Cluster) -> Cluster {
    Cluster {
        name: of.name.clone(),
        path: of.path.clone(),
        named: of.named.clone(),
        target: of.target,
        platform: of.platform.clone(),
        objects: Vec::new(),
        ruling: None,
    }
}
