//! What is found on one spec for each minor of a range: what begins to hold on the way up, and what ceases.
//!
//! Comes in: the findings on each minor, oldest first. Goes out: a matrix with a [`Row`] for each finding and a [`Span`] of
//! minors for each column. How the findings were made is not known here.

use std::fmt;

use super::{Code, Diagnostic, Findings, Severity};
use crate::target::Minor;

/// The findings of one spec over a range of minors.
#[derive(Clone, Debug)]
pub struct Upgrade {
    /// The spec's file, as the user names it.
    pub file: String,
    /// The columns, oldest first: minors in a row on which the same is found.
    pub spans: Vec<Span>,
    /// The rows, by file, place and code.
    pub rows: Vec<Row>,
    /// For each column whether every stage looked.
    whole: Vec<bool>,
}

/// Minors in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The oldest.
    pub first: Minor,
    /// The newest.
    pub last: Minor,
}

/// What was found on one minor.
#[derive(Clone, Debug)]
pub struct OnMinor {
    /// The minor.
    pub minor: Minor,
    /// What was found.
    pub findings: Findings,
    /// The last stage that looked, as a number: where one finds errors, those after it do not.
    pub reached: u8,
}

/// A finding, and where in the range it holds.
#[derive(Clone, Debug)]
pub struct Row {
    /// The finding, as said on the oldest minor on which it holds, without that minor's name.
    pub finding: Diagnostic,
    /// For each column whether it holds.
    pub holds: Vec<Holds>,
}

/// Whether a finding holds on a minor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// Errors that come first kept it from being looked for.
    Unknown,
}

impl Upgrade {
    /// Puts what was found on each minor, oldest first, into one matrix. `stage` is the number of the stage that finds a
    /// code.
    pub fn new(file: impl Into<String>, found: Vec<OnMinor>, stage: impl Fn(&'static Code) -> u8) -> Self {
        let mut all: Vec<(Diagnostic, Vec<Minor>)> = Vec::new();
        for OnMinor { minor, findings, .. } in &found {
            let mut findings = findings.clone();
            findings.sort_for_showing();
            for finding in findings.into_iter().filter(|finding| finding.suppressed.is_none()) {
                let finding = unnamed(finding, *minor);
                match all.iter_mut().find(|(other, _)| is_same(other, &finding)) {
                    Some((_, on)) => on.push(*minor),
                    None => all.push((finding, vec![*minor])),
                }
            }
        }
        all.sort_by(|(a, _), (b, _)| super::sort_key(a).cmp(&super::sort_key(b)));
        let mut rows: Vec<Row> =
            all.iter().map(|(finding, _)| Row { finding: finding.clone(), holds: vec![] }).collect();
        let mut spans: Vec<Span> = Vec::new();
        let mut whole: Vec<bool> = Vec::new();
        let mut last: Option<(Vec<Holds>, bool)> = None;
        for OnMinor { minor, reached, .. } in found {
            let holds = |(finding, on): &(Diagnostic, Vec<Minor>)| match on.contains(&minor) {
                true => Holds::Yes,
                false if stage(finding.code) <= reached => Holds::No,
                false => Holds::Unknown,
            };
            let column = (all.iter().map(holds).collect::<Vec<_>>(), reached == u8::MAX);
            if let Some(span) = spans.last_mut().filter(|_| last.as_ref() == Some(&column)) {
                span.last = minor;
            } else {
                spans.push(Span { first: minor, last: minor });
                whole.push(column.1);
                for (row, holds) in rows.iter_mut().zip(&column.0) {
                    row.holds.push(*holds);
                }
            }
            last = Some(column);
        }
        Self { file: file.into(), spans, rows, whole }
    }

    /// Tells whether an error holds on some minor.
    pub fn has_errors(&self) -> bool {
        self.rows.iter().any(|row| row.finding.is_error())
    }

    /// Returns the minors on which nothing is wrong: there is no error and no warning.
    pub fn right(&self) -> impl Iterator<Item = Span> {
        let is_right = |at: &usize| {
            let mut wrong = self.rows.iter().filter(|row| row.finding.severity != Severity::Info);
            self.whole.get(*at) == Some(&true) && !wrong.any(|row| row.holds.get(*at) == Some(&Holds::Yes))
        };
        let spans = self.spans.iter().enumerate().filter(move |(at, _)| is_right(at)).map(|(_, span)| *span);
        joined(spans).into_iter()
    }

    /// Returns the whole range; none where no minor was asked for.
    pub fn range(&self) -> Option<Span> {
        Some(Span { first: self.spans.first()?.first, last: self.spans.last()?.last })
    }
}

/// Joins spans that follow each other.
fn joined(spans: impl Iterator<Item = Span>) -> Vec<Span> {
    let mut joined: Vec<Span> = Vec::new();
    for span in spans {
        match joined.last_mut().filter(|last| Minor::all().find(|minor| *minor > last.last) == Some(span.first)) {
            Some(last) => last.last = span.last,
            None => joined.push(span),
        }
    }
    joined
}

/// Takes the name of the minor out of a finding that says which the target is: the column says so.
fn unnamed(mut finding: Diagnostic, minor: Minor) -> Diagnostic {
    if let Some(rest) = finding.message.strip_suffix(&format!("; the target is {minor}")) {
        finding.message = rest.to_owned();
    }
    finding
}

fn is_same(a: &Diagnostic, b: &Diagnostic) -> bool {
    a.code == b.code && a.severity == b.severity && a.place == b.place && a.message == b.message
}

/// Shows `4.12`, or `4.12..4.14`.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last { write!(f, "{}", self.first) } else { write!(f, "{}..{}", self.first, self.last) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::codes::{INTERNAL_ERROR, MALFORMED_YAML};
    use crate::tree::{Place, Source, SourceKind};

    fn findings(of: &[&str]) -> Findings {
        let source = Source::new("a.yaml", "a: 1\nb: 2\n", SourceKind::User);
        let mut findings = Findings::new();
        findings.extend(of.iter().map(|message| match message.strip_prefix("info ") {
            Some(message) => Diagnostic::info(&INTERNAL_ERROR, &Place::new(&source, 5..6), message),
            None => Diagnostic::error(&MALFORMED_YAML, &Place::new(&source, 0..1), *message),
        }));
        findings
    }

    fn matrix(found: &[(&str, &[&str])]) -> (Vec<String>, Vec<String>, Vec<String>) {
        let found = found.iter().map(|(minor, of)| {
            let reached = if of.contains(&"stop") { 0 } else { u8::MAX };
            OnMinor { minor: minor.parse().unwrap(), findings: findings(of), reached }
        });
        let upgrade = Upgrade::new("a.yaml", found.collect(), |code| u8::from(*code == MALFORMED_YAML));
        let rows = upgrade.rows.iter().map(|row| {
            let shown = |holds: &Holds| match holds {
                Holds::Yes => 'x',
                Holds::No => '.',
                Holds::Unknown => '?',
            };
            let holds: String = row.holds.iter().map(shown).collect();
            format!("{holds} {}", row.finding.message)
        });
        let shown = |span: Span| span.to_string();
        (upgrade.spans.iter().copied().map(shown).collect(), rows.collect(), upgrade.right().map(shown).collect())
    }

    #[test]
    fn minors_with_the_same_findings_are_one_column() {
        let (spans, rows, right) = matrix(&[
            ("4.12", &["x"]),
            ("4.13", &["x"]),
            ("4.14", &["x", "info y"]),
            ("4.15", &[]),
            ("4.16", &["info y"]),
        ]);
        assert_eq!(spans, ["4.12..4.13", "4.14", "4.15", "4.16"]);
        assert_eq!(rows, ["xx.. x", ".x.x y"]);
        assert_eq!(right, ["4.15..4.16"]);
    }

    #[test]
    fn a_finding_that_names_the_target_is_one_row() {
        let (spans, rows, right) =
            matrix(&[("4.9", &["since 4.11; the target is 4.9"]), ("4.10", &["since 4.11; the target is 4.10"])]);
        assert_eq!((spans, rows), (vec!["4.9..4.10".to_owned()], vec!["x since 4.11".to_owned()]));
        assert!(right.is_empty());
    }

    #[test]
    fn what_was_not_looked_for_is_not_said_to_be_absent() {
        let (spans, rows, right) = matrix(&[("4.12", &["x"]), ("4.13", &["stop"]), ("4.14", &["info y"])]);
        assert_eq!(spans, ["4.12", "4.13", "4.14"]);
        assert_eq!(rows, [".x. stop", "x?. x", "..x y"]);
        assert_eq!(right, ["4.14"]);
    }
}
