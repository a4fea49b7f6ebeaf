//! A cluster, or what a must-gather holds of one, beside what is rendered for it -> the differences, judged.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::thread;

use anyhow::{Context, Result, anyhow};

use super::args::DiffArgs;
use super::consequences;
use super::gather::Subject;
use crate::cli::cluster_args::Clusters;
use crate::cli::failure::Refusal;
use crate::diag::Findings;
use crate::diag::visible::{quoted, visible};
use crate::diff::ClusterDiff;
use crate::diff::live::{Asked, Predict, compare};
use crate::live::Live;
use crate::live::must_gather::MustGather;
use crate::secret::{AllowedEnv, Identities, SecretSlot, fill};
use crate::tree::emit::no_secrets;
use crate::update;
use crate::world::fs::FsWorld;

/// What is asked.
pub(super) enum Source<'w> {
    /// Clusters.
    Clusters(Box<Clusters>),
    /// What was collected of one.
    Collected(MustGather<'w>),
}

/// Opens the directory of a must-gather.
pub(super) fn collected(dir: &Path) -> Result<FsWorld> {
    let shown = || visible(&dir.display().to_string()).into_owned();
    if dir.is_file() {
        let message = format!("`{}` is a file, and a must-gather is a directory", shown());
        return Err(
            Refusal::new(message, "unpack the archive with `tar -xf`, and name the directory that comes out").into()
        );
    }
    FsWorld::open(dir, Path::new("."), None).with_context(|| format!("cannot open the must-gather `{}`", shown()))
}

/// Opens a must-gather, which is of one cluster.
pub(super) fn must_gather<'w>(args: &DiffArgs, world: &'w FsWorld, subjects: &[Subject<'_>]) -> Result<MustGather<'w>> {
    let called = args.must_gather.as_ref().map(|dir| visible(&dir.display().to_string()).into_owned());
    let called = called.unwrap_or_default();
    if subjects.len() > 1 {
        let message = format!("{} clusters were given, and a must-gather is of one", subjects.len());
        return Err(Refusal::new(message, "name the spec of that cluster").into());
    }
    MustGather::open(world, called.clone()).ok_or_else(|| {
        let message =
            format!("`{called}` is no must-gather: neither `cluster-scoped-resources` nor `namespaces` is in it");
        Refusal::new(message, "name the directory that `oc adm must-gather` or `oc adm inspect` made, unpacked").into()
    })
}

/// What came of one cluster.
pub(super) struct Answer {
    pub(super) diff: Option<ClusterDiff>,
    pub(super) findings: Findings,
    pub(super) fault: Option<anyhow::Error>,
    pub(super) note: Option<String>,
}

/// What is the same for all clusters of a run.
pub(super) struct Asking<'a> {
    pub(super) args: &'a DiffArgs,
    pub(super) identities: Identities,
    pub(super) allowed: AllowedEnv,
}

impl Asking<'_> {
    /// Compares one cluster with what is asked.
    pub(super) fn ask(&self, subject: &Subject<'_>, source: &Source<'_>) -> Answer {
        let mut findings = Findings::new();
        if let Some(ruling) = &subject.ruling {
            findings.weigh_by(Arc::clone(ruling));
        }
        let clusters = match source {
            Source::Collected(live) => return self.compare(subject, live, Predict::Merge, findings),
            Source::Clusters(clusters) => clusters,
        };
        match clusters.client_for(subject.context.as_ref(), &subject.named, &mut findings) {
            Ok(Some(client)) => self.compare(subject, &*client, self.args.predict.into(), findings),
            Ok(None) => {
                let why = "the context by which it is reached is not said, or not allowed";
                let diff = ClusterDiff::not_compared(&subject.name, "its cluster", why);
                Answer { diff: Some(diff), findings, fault: None, note: None }
            }
            Err(error) => {
                let diff = ClusterDiff::not_compared(&subject.name, "its cluster", "there is no way to it");
                Answer { diff: Some(diff), findings, fault: Some(error), note: None }
            }
        }
    }

    fn compare(&self, subject: &Subject<'_>, live: &dyn Live, predict: Predict, mut findings: Findings) -> Answer {
        let beside = update::beside(&subject.objects);
        let asked = Asked {
            cluster: &subject.name,
            named: &subject.named,
            objects: &subject.objects,
            beside: &beside,
            target: subject.target,
            predict,
            field_manager: self.args.field_manager.as_deref(),
            full: self.args.full,
            has_secret_values: live.has_secret_values(),
        };
        let mut unread = Findings::new();
        let mut values = |slot: &SecretSlot| {
            if !self.args.compare_secrets || slot.encrypted().is_some() {
                return no_secrets(slot);
            }
            fill(slot, subject.world, &self.allowed, &self.identities, &mut unread)
        };
        let mut said = Findings::new();
        let (found, lists) = thread::scope(|scope| {
            let lists = scope.spawn(|| consequences::lists(live, subject));
            (compare(live, &asked, &mut values, &mut said), lists.join())
        });
        let Ok(mut lists) = lists else {
            let error = anyhow!("`{}` met an internal error", visible(&subject.name));
            return Answer { diff: None, findings, fault: Some(error), note: None };
        };
        let not_collected = lists.take_not_collected();
        let note = not_looked_for(live, &not_collected);
        let diff = consequences::judge(subject, found, lists, &mut said);
        let diff = ClusterDiff { not_collected, ..diff };
        // What the profile alone wrote is told at the platform, as everywhere.
        match &subject.platform {
            Some((_, platform)) => {
                findings.extend(said.into_iter().map(|finding| finding.in_users_words(platform)));
            }
            None => findings.extend(said),
        }
        findings.extend(unread);
        Answer { diff: Some(diff), findings, fault: None, note }
    }
}

/// Says of which kinds nobody knows what is left over of earlier.
fn not_looked_for(live: &dyn Live, kinds: &BTreeSet<String>) -> Option<String> {
    let kinds: Vec<&str> = kinds.iter().map(String::as_str).collect();
    (!kinds.is_empty()).then(|| {
        let (called, kinds) = (quoted(live.called()), kinds.join(", "));
        format!(
            "{called} does not hold all of these kinds, so that what of them is rendered no more is not told: {kinds}"
        )
    })
}
