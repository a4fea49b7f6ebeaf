//! `regcfg diff --against`: what lies between an older state of clusters, in a directory or a revision, and what is given.
//!
//! No cluster is asked, and nothing but files and Git's objects is read.

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
    /// The day that certificates are judged by.
    pub(super) as_of: Option<i64>,
    /// Whether everything is told, also what is no difference.
    pub(super) full: bool,
}

/// Compares the clusters of what was given, in their order, and then those that are no more.
pub(super) fn compare(asked: Asked<'_>, subjects: &[Subject<'_>], findings: &mut Findings) -> Result<Vec<ClusterDiff>> {
    let Asked { against, workspace, files, as_of, full } = asked;
    let of = |project: Option<usize>| -> Vec<Cluster> {
        let of_project = subjects.iter().filter(|subject| project.is_none_or(|project| subject.project == project));
        of_project.map(cluster).collect()
    };
    if against.is_dir() {
        let before = before_in_directory(against, as_of, findings)?;
        let are_all = workspace.opened.iter().any(|opened| !opened.dirs.is_empty());
        return Ok(States { before, new: of(None), are_all, full, files: Vec::new() }.compare(findings));
    }
    let name = revision_name(against)?;
    let mut diffs = Vec::new();
    for (at, (opened, files)) in workspace.opened.iter().zip(files).enumerate() {
        let before = before_in_revision(name, opened, files.clone())?;
        let are_all = !opened.dirs.is_empty();
        diffs.extend(States { before, new: of(Some(at)), are_all, full, files }.compare(findings));
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
    /// The files that were given, named as those of the old state are.
    files: Vec<ProjectPath>,
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
        for gone in left.into_iter().filter(|gone| *are_all && gone.is_registry()) {
            let target = gone.target.unwrap_or(target);
            let name = gone.name.as_ref().unwrap_or(&gone.path);
            let new = empty(gone);
            let mut diff = between(name, &before.called, &gone.objects, &[], target, self.full);
            impact::judge(&mut diff, &update::context(before, gone, &new, target));
            diffs.push(diff);
        }
        let of_lost = before.unknown.iter().filter(|unknown| *are_all && unknown.name.is_some());
        let lost = of_lost.filter(|unknown| !self.is_given(unknown));
        diffs.extend(lost.map(|unknown| self.not_told(unknown.name.as_deref().unwrap_or(&unknown.path), unknown)));
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

    /// Tells whether an old file was given, too, so that what is wrong with it now is told, or is a state of a cluster.
    fn is_given(&self, unknown: &update::Unknown) -> bool {
        self.files.iter().any(|path| path.as_str() == unknown.path)
            || self.new.iter().any(|cluster| is_of(unknown, cluster))
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
