//! The outcome of a run: what was looked at and what came of it, its findings in order of showing, counted.
//!
//! [`Item`]s, findings and faults go in; what comes out is all that any format needs to know, so that sorting, counting
//! and finding lines and columns is done here once. It knows no format and no stream.

use std::collections::{BTreeMap, BTreeSet};

use super::{Diagnostic, Findings, Item, Severity, Upgrade, Verdict, codes};
use crate::tree::{Place, Position};

/// What a run looked at, and its findings sorted for showing, each once.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    items: Vec<Item>,
    findings: Findings,
    faults: Vec<Fault>,
    upgrades: Vec<Upgrade>,
    ending: Vec<Ending>,
}

/// A certificate that ends within the time that was asked for, and who has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// The day on which it ends.
    pub day: String,
    /// How many whole days are left.
    pub days: i64,
    /// Whose it is.
    pub subject: String,
    /// How many clusters have it.
    pub n_clusters: usize,
    /// Where it stands.
    pub places: Vec<String>,
}

/// An error of the machine or of usage, which is no finding: no file of the user's is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What failed.
    pub message: String,
    /// Why, the outer cause before the inner one.
    pub causes: Vec<String>,
    /// What to do.
    pub help: Option<String>,
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
        Self { findings, ..Self::default() }
    }

    /// Makes the outcome of what was looked at, in the order in which it is given. `findings` are those of no single
    /// thing; the same finding of two things is shown once, and a kind that is not known is named once.
    pub fn of_run(mut items: Vec<Item>, mut findings: Findings, faults: Vec<Fault>) -> Self {
        for item in &mut items {
            item.findings.sort_for_showing();
            findings.extend(item.findings.iter().cloned());
        }
        findings.sort_for_showing();
        Self { items, findings: each_unknown_kind_once(findings), faults, ..Self::default() }
    }

    /// Adds what holds of specs on each minor of a range.
    #[must_use]
    pub fn with_upgrades(self, upgrades: Vec<Upgrade>) -> Self {
        Self { upgrades, ..self }
    }

    /// Adds the certificates that end within the time that was asked for, by the day on which they do.
    #[must_use]
    pub fn with_ending(self, ending: Vec<Ending>) -> Self {
        Self { ending, ..self }
    }

    /// Returns the certificates that end within the time that was asked for.
    pub fn ending(&self) -> &[Ending] {
        &self.ending
    }

    /// Returns what holds of specs on each minor of a range, where that was asked for.
    pub fn upgrades(&self) -> &[Upgrade] {
        &self.upgrades
    }

    /// Returns what was looked at.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// Returns the errors of the machine.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// Returns each file with its verdict, which is the worst of what stands in it, by name.
    pub fn files(&self) -> BTreeMap<&str, Verdict> {
        let mut files: BTreeMap<&str, Verdict> = BTreeMap::new();
        for item in &self.items {
            let verdict = files.entry(&item.file).or_insert(item.verdict);
            *verdict = item.verdict.max(*verdict);
        }
        files
    }

    /// Returns how many files have a verdict.
    pub fn n_files(&self, verdict: Verdict) -> usize {
        self.files().values().filter(|of_file| **of_file == verdict).count()
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
        self.findings.has_errors() || self.upgrades.iter().any(Upgrade::has_errors)
    }

    /// Returns how many findings have a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings().filter(|finding| finding.severity == severity).count()
    }

    /// Says what came of the files in one line, such as `12 files: 9 valid, 1 invalid, 2 skipped`; nothing where it is one
    /// file of which the findings say it all.
    pub fn tally(&self) -> Option<String> {
        let files = self.files();
        let says_more = |verdict: &Verdict| !matches!(verdict, Verdict::Valid | Verdict::Invalid);
        if files.len() < 2 && !files.values().any(says_more) {
            return None;
        }
        let counts = Verdict::ALL.into_iter().map(|verdict| (verdict, self.n_files(verdict)));
        let counts: Vec<String> =
            counts.filter(|(_, count)| *count > 0).map(|(verdict, count)| verdict.counted(count)).collect();
        Some(format!("{}: {}", counted(files.len(), "file"), counts.join(", ")))
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
        // The end of what may be a secret would say how long it is.
        let end = if place.is_hidden() { place.start } else { place.end.max(place.start) };
        let end = place.source.position(end);
        Self { file: place.source.name(), start: place.position(), end }
    }
}

/// Leaves of the kinds that are not checked the first of each: a repository may hold hundreds of deployments.
fn each_unknown_kind_once(findings: Findings) -> Findings {
    let mut said = BTreeSet::new();
    let mut kept = Findings::new();
    let mut is_news =
        |finding: &Diagnostic| finding.code != &codes::KIND_NOT_CHECKED || said.insert(finding.message.clone());
    kept.extend(findings.into_iter().filter(|finding| is_news(finding)));
    kept
}

/// Counts things in good English: `1 file`, `2 files`.
pub(super) fn counted(count: usize, noun: &str) -> String {
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
    fn a_file_is_as_bad_as_the_worst_in_it() {
        use crate::diag::{Item, Thing};
        let judged = |file: &str, severity: Severity| {
            let found = outcome(&[(file, severity)]).findings().cloned().collect::<Vec<_>>();
            let mut findings = Findings::new();
            findings.extend(found);
            Item::judged(file, Thing::Object, findings)
        };
        let items = vec![
            judged("a", Severity::Warning),
            judged("b", Severity::Error),
            judged("b", Severity::Info),
            Item::skipped("c", "no manifest"),
            Item::failed("d", Thing::File, "gone"),
        ];
        let run = Outcome::of_run(items, Findings::new(), Vec::new());
        assert_eq!(run.tally().unwrap(), "4 files: 1 valid, 1 invalid, 1 error, 1 skipped");
        assert_eq!(run.summary().unwrap(), "1 error, 1 warning in 2 files");
        let alone = |item: Item| Outcome::of_run(vec![item], Findings::new(), Vec::new()).tally();
        assert_eq!(alone(judged("a", Severity::Error)), None);
        assert_eq!(alone(Item::skipped("a", "no manifest")).unwrap(), "1 file: 1 skipped");
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
