//! The outcome of a run: its findings in order of showing, counted.
//!
//! A [`Findings`] sink goes in; what comes out is all that any format needs to know, so that sorting, counting and
//! finding lines and columns is done here once. It knows no format and no stream.

use std::collections::BTreeSet;

use super::{Diagnostic, Findings, Severity};
use crate::tree::{Place, Position};

/// Findings sorted for showing, each once.
#[derive(Clone, Debug)]
pub struct Outcome {
    findings: Findings,
}

/// A place as people and programs read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Location<'a> {
    /// The file, as the user names it.
    pub file: &'a str,
    /// The first character.
    pub start: Position,
    /// The character after the last one; the same as `start` where a place stands for a whole file.
    pub end: Position,
}

impl Outcome {
    /// Makes the outcome of what was found.
    pub fn new(mut findings: Findings) -> Self {
        findings.sort_for_showing();
        Self { findings }
    }

    /// Returns the findings that count, by file, place and code: what is shown to people.
    pub fn findings(&self) -> impl Iterator<Item = &Diagnostic> {
        self.findings.iter().filter(|finding| finding.suppressed.is_none())
    }

    /// Returns the findings that somebody has acknowledged, by file, place and code; each has its `suppressed`.
    pub fn acknowledged(&self) -> impl Iterator<Item = &Diagnostic> {
        self.findings.iter().filter(|finding| finding.suppressed.is_some())
    }

    /// Tells whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.findings.is_empty()
    }

    /// Tells whether the answer is "no".
    pub fn has_errors(&self) -> bool {
        self.findings.has_errors()
    }

    /// Returns how many findings have a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings().filter(|finding| finding.severity == severity).count()
    }

    /// Says how much was found in one line, such as `2 errors, 1 warning in 3 files, 1 acknowledged`; nothing if nothing
    /// was.
    pub fn summary(&self) -> Option<String> {
        let counts = [Severity::Error, Severity::Warning, Severity::Info]
            .into_iter()
            .map(|severity| (self.count(severity), severity.name()))
            .filter(|(count, _)| *count > 0)
            .map(|(count, name)| counted(count, name))
            .collect::<Vec<_>>();
        let files: BTreeSet<&str> = self.findings().map(|finding| finding.place.source.name()).collect();
        let shown = (!counts.is_empty()).then(|| format!("{} in {}", counts.join(", "), counted(files.len(), "file")));
        let n_acknowledged = self.acknowledged().count();
        let acknowledged = (n_acknowledged > 0).then(|| format!("{n_acknowledged} acknowledged"));
        let said: Vec<String> = shown.into_iter().chain(acknowledged).collect();
        (!said.is_empty()).then(|| said.join(", "))
    }
}

impl<'a> From<&'a Place> for Location<'a> {
    fn from(place: &'a Place) -> Self {
        let end = place.source.position(place.end.max(place.start));
        Self { file: place.source.name(), start: place.position(), end }
    }
}

fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Suppression;
    use crate::diag::codes::{INTERNAL_ERROR, MALFORMED_YAML};
    use crate::tree::{Source, SourceKind};

    fn outcome(of: &[(&str, Severity)]) -> Outcome {
        let mut findings = Findings::new();
        for (at, (file, severity)) in of.iter().enumerate() {
            let source = Source::new(*file, "a: 1\nb: 2\n", SourceKind::User);
            findings.push(Diagnostic::new(&MALFORMED_YAML, *severity, &Place::new(&source, at..at + 1), "x"));
        }
        Outcome::new(findings)
    }

    #[test]
    fn the_summary_counts_what_there_is_in_good_english() {
        use Severity::{Error, Info, Warning};
        assert_eq!(outcome(&[]).summary(), None);
        assert_eq!(outcome(&[("a", Info)]).summary().unwrap(), "1 info in 1 file");
        let several = outcome(&[("a", Error), ("b", Error), ("c", Warning)]);
        assert_eq!(several.summary().unwrap(), "2 errors, 1 warning in 3 files");
    }

    #[test]
    fn the_same_finding_is_shown_once_and_order_does_not_depend_on_saying() {
        let source = Source::new("a.yaml", "a: 1\nb: 2\n", SourceKind::User);
        let late = Diagnostic::error(&MALFORMED_YAML, &Place::new(&source, 5..6), "x");
        let early = Diagnostic::error(&INTERNAL_ERROR, &Place::new(&source, 0..1), "x");
        let mut findings = Findings::new();
        findings.extend([late.clone(), early, late]);
        let lines: Vec<u32> = Outcome::new(findings).findings().map(|finding| finding.place.position().line).collect();
        assert_eq!(lines, [1, 2]);
    }

    #[test]
    fn what_is_acknowledged_is_counted_apart_unless_it_counts_elsewhere() {
        let source = Source::new("a.yaml", "a: 1\nb: 2\n", SourceKind::User);
        let finding = |at: usize| Diagnostic::error(&MALFORMED_YAML, &Place::new(&source, at..at + 1), "x");
        let acknowledged = |at: usize| {
            let mut finding = finding(at);
            finding.suppressed = Some(Suppression { reason: "known".into(), place: finding.place.clone() });
            finding
        };
        let mut findings = Findings::new();
        findings.extend([acknowledged(0), acknowledged(3)]);
        assert!(!findings.has_errors() && findings.n_errors() == 0);
        assert_eq!(Outcome::new(findings.clone()).summary().unwrap(), "2 acknowledged");
        findings.push(finding(3));
        let outcome = Outcome::new(findings);
        assert!(outcome.has_errors());
        assert_eq!((outcome.findings().count(), outcome.acknowledged().count()), (1, 1));
        assert_eq!(outcome.summary().unwrap(), "1 error in 1 file, 1 acknowledged");
    }

    #[test]
    fn a_location_ends_after_the_last_character() {
        let source = Source::new("a.yaml", "a: é\nb: 2\n", SourceKind::User);
        let place = Place::new(&source, 3..5);
        let location = Location::from(&place);
        assert_eq!((location.start.column, location.end.line, location.end.column), (4, 1, 5));
    }
}
