//! All that was found -> one word, and why.

use super::kinds::{CLUSTER_OPERATOR, CONFIG, DEPLOYMENT};
use super::read::{Seen, number};
use super::symptoms::conditions;
use super::unseen::{self, Unseen};
use super::{Level, Passes, Problem, Verdict};
use crate::live::{Absent, Answer};

/// Judges a registry.
pub(super) fn verdict(seen: &Seen, problems: &[Problem], unseen: &[Unseen]) -> (Verdict, String) {
    let first = |holds: fn(&&Problem) -> bool| {
        let mut of = problems.iter().filter(holds);
        let first = of.next()?;
        let n_more = of.count();
        let more = if n_more == 0 { String::new() } else { format!(" (and {n_more} more)") };
        Some(format!("{}{more}", first.title))
    };
    if seen.has_no_operator() {
        return (Verdict::Absent, "the cluster has no registry operator".into());
    }
    if seen.object(CONFIG).is_none() && seen.object(CLUSTER_OPERATOR).is_none() {
        return nothing_read(seen, unseen);
    }
    if let Some(why) = first(|of| of.level == Level::Error && of.passes != Passes::ByItself) {
        return (Verdict::Degraded, why);
    }
    if let Some(why) = first(|of| of.level != Level::Warning && of.passes == Passes::ByItself) {
        return (Verdict::Progressing, why);
    }
    match state(seen) {
        Some("Removed") => (Verdict::Removed, "the registry is removed, as its configuration says".into()),
        Some("Unmanaged") => unmanaged(seen),
        _ => {
            let n_warnings = problems.iter().filter(|of| of.level == Level::Warning).count();
            let besides = match n_warnings {
                0 => String::new(),
                1 => ", with a warning".into(),
                n => format!(", with {n} warnings"),
            };
            (Verdict::Healthy, format!("the registry is ready{besides}"))
        }
    }
}

/// Returns the state that the operator is in; where the config CR cannot be read, what its ClusterOperator shows of it.
fn state(seen: &Seen) -> Option<&'static str> {
    const STATES: [&str; 2] = ["Removed", "Unmanaged"];
    if let Some(state) = seen.management_state() {
        return STATES.into_iter().find(|of| *of == state);
    }
    let available = conditions("ClusterOperator", seen.object(CLUSTER_OPERATOR)?);
    let reason = available.into_iter().find(|of| of.condition.kind == "Available")?.condition.reason;
    STATES.into_iter().find(|state| reason.split("::").any(|part| part == *state))
}

/// Judges a registry that the operator leaves alone by what runs.
fn unmanaged(seen: &Seen) -> (Verdict, String) {
    match seen.answer(DEPLOYMENT) {
        Some(Answer::There(deployment)) => {
            let ready = number(deployment, &["status", "readyReplicas"]).unwrap_or_default();
            if ready > 0 {
                return (Verdict::Unmanaged, "the operator leaves the registry alone, and it runs".into());
            }
            (Verdict::Degraded, "the operator leaves the registry alone, and no pod of it is ready".into())
        }
        Some(Answer::Absent(_)) => {
            (Verdict::Unmanaged, "the operator leaves the registry alone, and there is none".into())
        }
        _ => (Verdict::Unmanaged, "the operator leaves the registry alone".into()),
    }
}

fn nothing_read(seen: &Seen, unseen: &[Unseen]) -> (Verdict, String) {
    if let Some(unknown) = unseen::essential(seen) {
        // What is said stands behind the name of the host.
        let is_of_all = unknown.why.is_of_the_host() || !unknown.rights.is_empty();
        return (Verdict::Unknown, if is_of_all { &unknown.obstacle } else { &unknown.message }.clone());
    }
    match seen.answer(CONFIG) {
        Some(Answer::Absent(Absent::Object)) => {
            (Verdict::Degraded, "the operator has not reported, and has no config CR".into())
        }
        _ => (Verdict::Unknown, unseen.first().map_or_else(|| "nothing was read".into(), |of| of.message.clone())),
    }
}
