//! Two statuses of one cluster -> what changed, and whether watching has an end.
//!
//! What is shown has no times, so that the same course gives the same lines. How long to wait is not known here.

use super::format::text::headline;
use super::{Level, Passes, Status, Verdict};
use crate::diag::visible::inert;

/// How often a fault that does not pass must be seen before it is believed: the operator may not have looked at the newest
/// settings yet.
const TIMES_TO_BELIEVE: usize = 2;

/// The same where the operator's report is known to be about older settings.
const TIMES_WHERE_STALE: usize = 6;

/// What has been seen of a cluster so far.
#[derive(Debug, Default)]
pub struct Watch {
    last: Option<Status>,
    /// Whether anything could be told yet.
    has_seen: bool,
    /// What the last status alone would have ended.
    last_end: Option<Next>,
    /// How often in a row the same answer was seen that would end the watching.
    n_same: usize,
}

/// Whether watching goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// It does.
    Wait,
    /// The registry has settled.
    Settled,
    /// It will not settle by itself.
    Stuck,
    /// Nothing that tells can be read, and that does not change: rights are missing.
    Blind,
}

impl Watch {
    /// Takes a status, and returns what is to be shown of it and whether to go on.
    pub fn take(&mut self, status: Status) -> (Vec<String>, Next) {
        let lines = match &self.last {
            Some(last) => changes(last, &status),
            None => first(&status),
        };
        let end = match end(&status) {
            // Where nothing has ever been seen, a wrong host or login is likelier than one that comes back.
            Next::Wait if status.verdict == Verdict::Unknown && !self.has_seen => Next::Blind,
            end => end,
        };
        self.has_seen |= status.verdict != Verdict::Unknown;
        self.n_same = if self.last_end == Some(end) { self.n_same + 1 } else { 1 };
        self.last_end = Some(end);
        let needed = match (end, status.is_stale) {
            (Next::Stuck, false) => TIMES_TO_BELIEVE,
            (Next::Stuck | Next::Settled, true) => TIMES_WHERE_STALE,
            _ => 1,
        };
        self.last = Some(status);
        (lines, if self.n_same >= needed { end } else { Next::Wait })
    }

    /// Returns the last status that was seen.
    pub fn last(&self) -> Option<&Status> {
        self.last.as_ref()
    }
}

/// Says what a status alone would end.
fn end(status: &Status) -> Next {
    let never =
        |level: Level| status.problems.iter().any(|problem| problem.level == level && problem.passes == Passes::Never);
    match status.verdict {
        Verdict::Healthy | Verdict::Removed | Verdict::Unmanaged => Next::Settled,
        Verdict::Degraded if never(Level::Error) => Next::Stuck,
        Verdict::Absent => Next::Stuck,
        Verdict::Unknown if status.unseen.iter().all(|unseen| !unseen.is_passing()) => Next::Blind,
        Verdict::Progressing | Verdict::Degraded | Verdict::Unknown => Next::Wait,
    }
}

fn first(status: &Status) -> Vec<String> {
    let mut lines = vec![headline(status)];
    lines.extend(status.problems.iter().map(|problem| line('+', problem.level.word(), &problem.title)));
    lines
}

/// Returns a line for each part and problem that is another.
fn changes(last: &Status, status: &Status) -> Vec<String> {
    let mut lines = Vec::new();
    for component in &status.components {
        let before = last.components.iter().find(|of| of.name == component.name);
        if before.is_none_or(|before| before.says != component.says) {
            lines.push(inert(&format!("  {}: {}", component.name, component.says)).into_owned());
        }
    }
    let gone = last.components.iter().filter(|of| status.components.iter().all(|now| now.name != of.name));
    lines.extend(gone.map(|component| inert(&format!("  {}: gone", component.name)).into_owned()));
    let is_new = |title: &str, others: &Status| others.problems.iter().all(|other| other.title != title);
    let new = status.problems.iter().filter(|problem| is_new(&problem.title, last));
    lines.extend(new.map(|problem| line('+', problem.level.word(), &problem.title)));
    let passed = last.problems.iter().filter(|problem| is_new(&problem.title, status));
    lines.extend(passed.map(|problem| line('-', problem.level.word(), &problem.title)));
    if (last.verdict, &last.because) != (status.verdict, &status.because) {
        lines.push(headline(status));
    }
    lines
}

fn line(sign: char, level: &str, title: &str) -> String {
    inert(&format!("  {sign} {level}: {title}")).into_owned()
}
