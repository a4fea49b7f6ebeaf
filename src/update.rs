//! Two states of clusters -> findings on what the way from the old to the new one does.
//!
//! In come clusters as they were and as they shall be, each a set of objects that somebody rendered or wrote; each new
//! one is matched with the old one that it replaces, and the rules on updates judge the pair. Where either state comes
//! from, a directory or a revision, is not known here; nothing is read and no cluster is asked.

mod predicted;

pub use predicted::{Predicted, Prediction, States, beside};

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, Weigh, codes};
use crate::name::ObjectName;
use crate::profile::Profile;
use crate::rules::{self, BundleContext, UpdateContext};
use crate::target::Target;
use crate::tree::{Node, Place};
use crate::validate::Bootstrap;

/// One state of a cluster.
#[derive(Debug)]
pub struct Cluster {
    /// What its spec or the label of its objects calls it; none for plain manifests without that label.
    pub name: Option<String>,
    /// The file of its spec, or the directory of its manifests.
    pub path: String,
    /// What names it: where a finding on what is gone points.
    pub named: Place,
    /// The OpenShift minors that the objects are for; none where nothing says.
    pub target: Option<Target>,
    /// The profile of its platform, and the text that names the platform; none for plain manifests.
    pub platform: Option<(Arc<Profile>, Node)>,
    /// Its objects.
    pub objects: Vec<Node>,
    /// What decides about findings on it, where its spec acknowledges some.
    pub ruling: Option<Arc<dyn Weigh>>,
}

impl Cluster {
    /// Tells whether it is the registry of a cluster; manifests of other things come and go.
    pub fn is_registry(&self) -> bool {
        let is_config = |object: &Node| {
            let called = ObjectName::of(object);
            called.kind == "Config" && called.group == "imageregistry.operator.openshift.io"
        };
        self.name.is_some() || self.objects.iter().any(is_config)
    }
}

/// What clusters were before.
#[derive(Debug, Default)]
pub struct Before {
    /// What the user calls that state: a directory or a revision.
    pub called: String,
    /// Whether its files are where the user can open them, so that findings can point there.
    pub is_here: bool,
    /// The clusters.
    pub clusters: Vec<Cluster>,
    /// The files of which nothing can be made.
    pub unknown: Vec<Unknown>,
    /// The names and files of clusters that are given, but of which no new state came, since they are wrong: none is gone.
    pub without_new: BTreeSet<String>,
}

impl Before {
    /// Tells whether an old cluster is given, but is wrong now.
    pub fn is_wrong_now(&self, old: &Cluster) -> bool {
        self.without_new.contains(&old.path) || old.name.as_ref().is_some_and(|name| self.without_new.contains(name))
    }
}

/// A file of the old state of which nothing can be made.
#[derive(Debug)]
pub struct Unknown {
    /// The file.
    pub path: String,
    /// The cluster's name, where the file says it.
    pub name: Option<String>,
    /// Where a finding about the file points.
    pub place: Place,
    /// The first thing that is wrong with it.
    pub why: String,
}

/// What was compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// New clusters with an old state.
    pub n_matched: usize,
}

/// Judges the update of every new cluster that has an old state. `target` is that of plain manifests; `are_all` says
/// that every new cluster is among `new`, so that an old one without a new state is gone.
pub fn check(before: &Before, new: &[Cluster], target: Target, are_all: bool, findings: &mut Findings) -> Compared {
    let (pairs, left) = matched(before, new);
    for (old, new) in &pairs {
        judge(before, old, new, target, findings);
    }
    for unknown in &before.unknown {
        let is_it = |new: &&Cluster| new.path == unknown.path || (new.name.is_some() && new.name == unknown.name);
        // A cluster whose other files say what it was is told of all the same: a part of it is not known.
        let place = new.iter().find(is_it).map_or(&unknown.place, |new| &new.named);
        findings.push(not_checked(before, unknown, place));
    }
    for gone in left.into_iter().filter(|old| are_all && old.is_registry() && !before.is_wrong_now(old)) {
        findings.push(is_gone(before, gone));
    }
    Compared { n_matched: pairs.len() }
}

/// Returns each new cluster with the old one that it replaces, and the old ones that none replaces.
pub fn matched<'c>(before: &'c Before, new: &'c [Cluster]) -> (Vec<(&'c Cluster, &'c Cluster)>, Vec<&'c Cluster>) {
    let mut left: Vec<&Cluster> = before.clusters.iter().collect();
    (pairs(new, &mut left), left)
}

/// Tells whether a new cluster replaces an old one.
type Way<'a> = dyn Fn(&Cluster, &Cluster) -> bool + 'a;

/// Finds for each new cluster the old one that it replaces, and leaves those that none replaces.
fn pairs<'c>(new: &'c [Cluster], left: &mut Vec<&'c Cluster>) -> Vec<(&'c Cluster, &'c Cluster)> {
    let is_new_name = |name: &Option<String>| name.is_some() && new.iter().any(|cluster| cluster.name == *name);
    let same_name = |old: &Cluster, new: &Cluster| old.name.is_some() && old.name == new.name;
    // The file stayed and the name changed; an old name that another new cluster has is that one's.
    let same_path = |old: &Cluster, new: &Cluster| old.path == new.path && !is_new_name(&old.name);
    let named_by_directory = |old: &Cluster, new: &Cluster| {
        let last = old.path.rsplit('/').next();
        old.name.is_none() && last.is_some() && last == new.name.as_deref()
    };
    let only_one = |old: &Cluster, _: &Cluster| new.len() == 1 && old.name.is_none();
    let ways: [&Way<'_>; 4] = [&same_name, &same_path, &named_by_directory, &only_one];
    let mut pairs: Vec<(&Cluster, &Cluster)> = Vec::new();
    for (at, way) in ways.into_iter().enumerate() {
        for cluster in new {
            if pairs.iter().any(|(_, paired)| std::ptr::eq(*paired, cluster)) || (at == 3 && left.len() != 1) {
                continue;
            }
            if let Some(found) = left.iter().position(|old| way(old, cluster)) {
                pairs.push((left.remove(found), cluster));
            }
        }
    }
    pairs
}

fn judge(before: &Before, old: &Cluster, new: &Cluster, target: Target, findings: &mut Findings) {
    let mut found = Findings::new();
    if let Some(ruling) = &new.ruling {
        found.weigh_by(Arc::clone(ruling));
    }
    rules::on_update(&context(before, old, new, target), &mut found);
    findings.extend(found);
}

/// Returns what the way from an old cluster to the new one looks like to the rules. `target` is that of plain manifests.
pub fn context<'a>(before: &Before, old: &'a Cluster, new: &'a Cluster, target: Target) -> UpdateContext<'a> {
    let target = new.target.unwrap_or(target);
    // Plain manifests say no platform; beside a spec of the cluster they are of its platform.
    let old_platform = old.platform.as_ref().or(new.platform.as_ref());
    UpdateContext {
        old: BundleContext::new(&old.objects, old.target.unwrap_or(target), bootstrap(old_platform), None),
        new: BundleContext::new(
            &new.objects,
            target,
            bootstrap(new.platform.as_ref()),
            new.platform.as_ref().map(|(_, platform)| platform),
        ),
        cluster: &new.named,
        old_is_here: before.is_here,
        applied: None,
    }
}

fn bootstrap(platform: Option<&(Arc<Profile>, Node)>) -> Bootstrap<'_> {
    platform.map_or(Bootstrap::Unknown, |(profile, _)| Bootstrap::Profile(profile))
}

fn not_checked(before: &Before, unknown: &Unknown, place: &Place) -> Diagnostic {
    let message = format!(
        "what {} was in {} cannot be told, and its update is not checked",
        quoted(&unknown.path),
        quoted(&before.called)
    );
    Diagnostic::warning(&codes::UPDATE_NOT_CHECKED, place, message)
        .note(&*unknown.why)
        .help("compare with a state that can be rendered, or with a directory of its manifests")
}

fn is_gone(before: &Before, gone: &Cluster) -> Diagnostic {
    let name = gone.name.as_ref().unwrap_or(&gone.path);
    let message = format!("{} is in {} and no more here", quoted(name), quoted(&before.called));
    Diagnostic::info(&codes::CLUSTER_GONE, &gone.named, message)
        .note("its objects stay in the cluster as they are, until somebody or an engine that prunes deletes them")
        .help("remove what applies its manifests, too; or keep the file, if the cluster still has a registry")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::{Source, SourceKind};

    fn cluster(name: &str, path: &str) -> Cluster {
        let named = Place::start_of(&Source::new(path, "", SourceKind::User));
        let name = (!name.is_empty()).then(|| name.to_owned());
        Cluster { name, path: path.to_owned(), named, target: None, platform: None, objects: vec![], ruling: None }
    }

    #[track_caller]
    fn check(old: &[(&str, &str)], new: &[(&str, &str)], expected: &[(&str, &str)]) {
        let clusters = |of: &[(&str, &str)]| of.iter().map(|(name, path)| cluster(name, path)).collect::<Vec<_>>();
        let (old, new) = (clusters(old), clusters(new));
        let mut left = old.iter().collect();
        let pairs = pairs(&new, &mut left);
        let found: Vec<(&str, &str)> = pairs.iter().map(|(old, new)| (&*old.path, &*new.path)).collect();
        assert_eq!(found, expected);
        assert_eq!(left.len(), old.len() - pairs.len());
    }

    #[test]
    fn clusters_are_matched_by_name_wherever_they_moved() {
        check(
            &[("a", "x.yaml"), ("b", "y.yaml")],
            &[("b", "x.yaml"), ("a", "y.yaml")],
            &[("y.yaml", "x.yaml"), ("x.yaml", "y.yaml")],
        );
    }

    #[test]
    fn a_cluster_that_was_renamed_is_matched_by_its_file() {
        check(&[("a", "x.yaml")], &[("b", "x.yaml")], &[("x.yaml", "x.yaml")]);
        check(&[("a", "x.yaml")], &[("b", "x.yaml"), ("a", "y.yaml")], &[("x.yaml", "y.yaml")]);
        check(&[("a", "x.yaml")], &[("b", "y.yaml")], &[]);
    }

    #[test]
    fn manifests_without_a_label_are_matched_by_their_directory_or_where_there_is_one_cluster() {
        check(&[("", "old/a"), ("", "old/b")], &[("b", "b.yaml")], &[("old/b", "b.yaml")]);
        check(&[("", "")], &[("b", "b.yaml")], &[("", "b.yaml")]);
        check(&[("", ""), ("", "x")], &[("b", "b.yaml")], &[]);
        check(&[("", "")], &[("b", "b.yaml"), ("c", "c.yaml")], &[]);
    }
}
