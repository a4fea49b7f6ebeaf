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

    /// Returns the findings by file, place and code.
    pub fn findings(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.findings.iter()
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

    /// Says how much was found in one line, such as `2 errors, 1 warning in 3 files`; nothing if nothing was.
    pub fn summary(&self) -> Option<String> {
        let counts = [Severity::Error, Severity::Warning, Severity::Info]
            .into_iter()
            .map(|severity| (self.count(severity), severity.name()))
            .filter(|(count, _)| *count > 0)
            .map(|(count, name)| counted(count, name))
            .collect::<Vec<_>>();
        let files: BTreeSet<&str> = self.findings().map(|finding| finding.place.source.name()).collect();
        (!counts.is_empty()).then(|| format!("{} in {}", counts.join(", "), counted(files.len(), "file")))
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
    fn a_location_ends_after_the_last_character() {
        let source = Source::new("a.yaml", "a: é\nb: 2\n", SourceKind::User);
        let place = Place::new(&source, 3..5);
        let location = Location::from(&place);
        assert_eq!((location.start.column, location.end.line, location.end.column), (4, 1, 5));
    }
}
