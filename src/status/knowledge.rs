//! What is known of conditions: which reason and message means what, as the data in `conditions/` says it.
//!
//! An entry whose message fits comes before one that only has the reason, and that before one for all reasons of a type. What
//! fits none is told as it stands, with the admission that nothing is known of it.

mod entry;
#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use super::symptoms::Symptom;
use super::written::Written;
use super::{Change, Level, Passes, Problem};
use crate::diag::Findings;
use crate::shell;
use crate::target::Minor;
use crate::tree::parse::{Reading, document};
use crate::tree::{Node, Source, SourceKind};
use entry::{Entry, Values};

/// The data, each file with the part of the registry that it is about: what only follows from something else is left out
/// where that is found in the same part.
const FILES: [(&str, &str, &str); 9] = [
    ("registry", "storage.yaml", include_str!("conditions/storage.yaml")),
    ("registry", "credentials.yaml", include_str!("conditions/credentials.yaml")),
    ("registry", "claims.yaml", include_str!("conditions/claims.yaml")),
    ("registry", "pods.yaml", include_str!("conditions/pods.yaml")),
    ("registry", "operator.yaml", include_str!("conditions/operator.yaml")),
    ("routes", "routes.yaml", include_str!("conditions/routes.yaml")),
    ("controllers", "controllers.yaml", include_str!("conditions/controllers.yaml")),
    ("pruner", "pruner.yaml", include_str!("conditions/pruner.yaml")),
    ("nodes", "nodes.yaml", include_str!("conditions/nodes.yaml")),
];

/// All that is known.
pub(super) struct Knowledge {
    entries: Vec<Entry>,
}

/// A problem on its way, with what decides whether it stays.
struct Explained {
    problem: Problem,
    part: &'static str,
    follows: i64,
}

impl Knowledge {
    /// Returns what is known to this version of regcfg.
    pub(super) fn built_in() -> &'static Self {
        static BUILT_IN: LazyLock<Knowledge> = LazyLock::new(|| {
            let files = FILES.iter().filter_map(|(part, name, text)| Some((*part, read(name, text)?)));
            let entries = files.flat_map(|(part, node)| {
                let items: Vec<Node> = node.as_seq().unwrap_or_default().to_vec();
                items.into_iter().filter_map(move |item| Entry::read(part, &item).ok())
            });
            Knowledge { entries: entries.collect() }
        });
        &BUILT_IN
    }

    /// Explains symptoms: those that mean the same are one problem, and what only follows from another is left out.
    pub(super) fn explain(
        &self,
        symptoms: &[Symptom],
        minor: Option<Minor>,
        written: Option<&Written<'_>>,
    ) -> Vec<Problem> {
        let mut all: Vec<Explained> = Vec::new();
        for symptom in symptoms {
            let explained = self.one(symptom, minor, written);
            let same = |of: &&mut Explained| {
                let (a, b) = (&of.problem, &explained.problem);
                a.name == b.name && a.title == b.title && a.cause == b.cause
            };
            match all.iter_mut().find(same) {
                Some(of) => {
                    let seen = explained.problem.seen.into_iter().filter(|seen| !of.problem.seen.contains(seen));
                    let seen: Vec<_> = seen.collect();
                    of.problem.seen.extend(seen);
                }
                None => all.push(explained),
            }
        }
        let causes: Vec<(&str, i64)> =
            all.iter().filter(|of| of.problem.level != Level::Warning).map(|of| (of.part, of.follows)).collect();
        all.retain(|of| !causes.iter().any(|(part, follows)| *part == of.part && *follows < of.follows));
        all.sort_by_key(|of| (of.problem.level, of.follows));
        all.into_iter().map(|of| of.problem).collect()
    }

    fn one(&self, symptom: &Symptom, minor: Option<Minor>, written: Option<&Written<'_>>) -> Explained {
        let fits = self.entries.iter().filter_map(|entry| Some((entry, entry.fits(symptom, minor)?)));
        // The first of the most exact ones.
        let best = fits.min_by_key(|(entry, _)| entry.vagueness(symptom));
        match best {
            Some((entry, values)) => explained(entry, &values, symptom, written),
            None => unknown(symptom),
        }
    }
}

fn explained(entry: &Entry, values: &Values, symptom: &Symptom, written: Option<&Written<'_>>) -> Explained {
    let change = entry.change.as_ref().map(|(path, says)| {
        let path = values.fill(path);
        let place = written.and_then(|written| written.place(&path));
        Change { path, says: values.fill(says), place }
    });
    let problem = Problem {
        name: entry.name.clone(),
        level: entry.level,
        title: values.fill(&entry.title),
        seen: vec![symptom.condition.clone()],
        cause: values.fill(&entry.cause),
        change,
        command: entry.command.as_ref().and_then(|command| values.fill_with(command, shell::word)),
        codes: entry.codes.clone(),
        passes: entry.passes,
    };
    Explained { problem, part: entry.part, follows: entry.follows }
}

/// Says what a condition says, of which nothing more is known.
fn unknown(symptom: &Symptom) -> Explained {
    let condition = &symptom.condition;
    let reason = if condition.reason.is_empty() { "no reason" } else { &condition.reason };
    let problem = Problem {
        name: "unknown".into(),
        level: Level::Error,
        title: format!("{} is {}: {reason}", condition.kind, condition.status),
        seen: vec![condition.clone()],
        cause: "regcfg knows nothing of this reason; the message is all that the cluster says".into(),
        change: None,
        command: None,
        codes: Vec::new(),
        passes: Passes::Perhaps,
    };
    Explained { problem, part: "unknown", follows: 0 }
}

/// Reads a file of data; none where it is no YAML, which a test sees.
fn read(name: &str, text: &str) -> Option<Node> {
    let source = Source::new(format!("conditions/{name}"), text, SourceKind::Profile);
    document(&source, Reading::Strict, &mut Findings::new())
}
