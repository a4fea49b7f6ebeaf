//! What the differences of a cluster do to it: what is left over, how hard each change hits, and what goes wrong on the way.
//!
//! Hands what was found on to those who know: `impact`, and the rules on updates.

use std::collections::BTreeSet;

use super::gather::Subject;
use crate::diag::{Diagnostic, Findings};
use crate::diff::live::{Found, Refused, State};
use crate::diff::{ClusterDiff, left_over, listings};
use crate::impact;
use crate::live::{Answer, Listing, Live, ObjectId, Why};
use crate::tree::Node;
use crate::update::{Predicted, Prediction};

/// What was listed, with the answers.
pub(super) struct Lists {
    listings: Vec<Listing>,
    answers: Vec<Answer<Vec<Node>>>,
}

/// Lists what has a cluster's label. Manifests without one, or only some of them, say nothing of what is left over.
pub(super) fn lists(live: &dyn Live, subject: &Subject<'_>) -> Lists {
    let listings = if subject.is_whole { listings(&subject.name, &ids(subject), subject.target) } else { Vec::new() };
    let answers = if listings.is_empty() { Vec::new() } else { live.list(&listings) };
    Lists { listings, answers }
}

fn ids(subject: &Subject<'_>) -> Vec<ObjectId> {
    subject.objects.iter().filter_map(ObjectId::of).collect()
}

impl Lists {
    /// Takes out the lists that nobody collected, and says of which kinds they are: a must-gather never has all, and what is
    /// left over of them is no part of the answer.
    pub(super) fn take_not_collected(&mut self) -> BTreeSet<String> {
        let mut kinds = BTreeSet::new();
        let lists = std::mem::take(&mut self.listings).into_iter().zip(std::mem::take(&mut self.answers));
        for (listing, answer) in lists {
            match answer {
                Answer::Unknown(unknown) if unknown.why == Why::NotCollected => {
                    kinds.insert(listing.resource.kind);
                }
                answer => {
                    self.listings.push(listing);
                    self.answers.push(answer);
                }
            }
        }
        kinds
    }
}

/// Judges what was found, and adds what is left over.
pub(super) fn judge(subject: &Subject<'_>, found: Found, lists: Lists, findings: &mut Findings) -> ClusterDiff {
    let Found { mut diff, states, beside, refused } = found;
    // Where nobody answers, that is said once.
    if states.is_empty() && !diff.unknown.is_empty() {
        return diff;
    }
    let Lists { listings, answers } = lists;
    let (left, unknown) = left_over(&subject.name, &ids(subject), &listings, answers);
    diff.unknown.extend(unknown);
    let (left, others): (Vec<_>, Vec<Node>) = left.into_iter().unzip();
    diff.objects.extend(left);
    let objects = states.iter().filter_map(|state| {
        Some(Prediction {
            rendered: subject.objects.get(state.rendered)?,
            live: state.live.as_ref(),
            predicted: state.predicted.as_ref()?,
            engine: Some(state.manager.engine).filter(|engine| !engine.is_by_hand()),
        })
    });
    let predicted = Predicted {
        cluster: &subject.name,
        named: &subject.named,
        target: subject.target,
        platform: subject.platform.as_ref().map(|(profile, platform)| (&**profile, platform)),
        objects: objects.collect(),
        others: others.iter().chain(&beside).collect(),
    };
    let whole = predicted.states();
    let mut ruled = Findings::new();
    predicted.judge(&whole, &mut ruled);
    findings.extend(not_ruled(subject, &diff, &states, refused, &ruled));
    findings.extend(ruled);
    impact::judge(&mut diff, &predicted.context(&whole));
    diff
}

/// Returns what the server refuses and no rule says that counts.
fn not_ruled(
    subject: &Subject<'_>,
    diff: &ClusterDiff,
    states: &[State],
    refused: Vec<Refused>,
    ruled: &Findings,
) -> impl Iterator<Item = Diagnostic> {
    let counts = |rule: &&Diagnostic| match &subject.ruling {
        Some(ruling) => ruling.weigh((*rule).clone()).is_some_and(|rule| rule.is_error()),
        None => rule.is_error(),
    };
    let ruled: Vec<&Diagnostic> = ruled.iter().filter(counts).collect();
    let is_said = |refused: &Refused| {
        let Some(state) = states.iter().find(|state| state.rendered == refused.rendered) else { return false };
        let Some(object) = diff.objects.iter().find(|object| object.object == state.object) else { return false };
        state.predicted.as_ref().is_some_and(|predicted| refused.is_explained(object, predicted, &ruled))
    };
    let left: Vec<Refused> = refused.into_iter().filter(|refused| !is_said(refused)).collect();
    left.into_iter().map(|refused| refused.finding)
}
