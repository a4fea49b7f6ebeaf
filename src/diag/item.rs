//! One thing that was looked at: a spec, an object, a file; and what came of it.
//!
//! Made by the commands, counted and shown by [`Outcome`](super::Outcome). It knows no format.

use std::sync::Arc;

use super::{Diagnostic, Findings, Weigh, codes};

/// What came of a thing that was looked at, the better before the worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It is nothing that is checked.
    Skipped,
    /// Nothing is wrong, and everything was looked at.
    Valid,
    /// Nothing is known to be wrong, and not everything could be looked at.
    NotChecked,
    /// Something is wrong.
    Invalid,
    /// There is no answer: it could not be read, or regcfg failed.
    Error,
}

/// What kind of thing was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thing {
    /// A spec with its layers.
    Spec,
    /// A layer by itself.
    Layer,
    /// The project file.
    Project,
    /// A policy.
    Policy,
    /// An object of a manifest.
    Object,
    /// A file as a whole, which holds none of these or could not be read.
    File,
}

/// A thing that was looked at, with what came of it.
#[derive(Clone, Debug)]
pub struct Item {
    /// The file, as the user names it.
    pub file: String,
    /// What kind of thing it is.
    pub thing: Thing,
    /// What it is called: an object as `Kind namespace/name`.
    pub name: Option<String>,
    /// The line it begins at, from 1.
    pub line: u32,
    /// What came of it.
    pub verdict: Verdict,
    /// Why it is skipped, not checked or without an answer.
    pub reason: Option<String>,
    /// What was found on it.
    pub findings: Findings,
}

impl Verdict {
    /// Every verdict, in the order of summaries.
    pub const ALL: [Self; 5] = [Self::Valid, Self::Invalid, Self::NotChecked, Self::Error, Self::Skipped];

    /// Returns the name in documents for programs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Skipped => "skipped",
            Self::Valid => "valid",
            Self::NotChecked => "notChecked",
            Self::Invalid => "invalid",
            Self::Error => "error",
        }
    }

    /// Says how many have the verdict, in the words of summaries.
    pub fn counted(self, count: usize) -> String {
        match self {
            Self::NotChecked => format!("{count} not checked"),
            Self::Error => super::outcome::counted(count, "error"),
            other => format!("{count} {}", other.name()),
        }
    }
}

impl Thing {
    /// Returns the name in documents for programs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Spec => "spec",
            Self::Layer => "layer",
            Self::Project => "project",
            Self::Policy => "policy",
            Self::Object => "object",
            Self::File => "file",
        }
    }
}

impl Item {
    /// Makes the item of a thing that was judged: its findings say what came of it.
    pub fn judged(file: impl Into<String>, thing: Thing, findings: Findings) -> Self {
        let mut item =
            Self { file: file.into(), thing, name: None, line: 1, verdict: Verdict::Valid, reason: None, findings };
        item.conclude();
        item
    }

    /// Makes the item of a file that is nothing that is checked.
    pub fn skipped(file: impl Into<String>, reason: impl Into<String>) -> Self {
        let item = Self::judged(file, Thing::File, Findings::new());
        Self { verdict: Verdict::Skipped, reason: Some(reason.into()), ..item }
    }

    /// Makes the item of something that there is no answer for.
    pub fn failed(file: impl Into<String>, thing: Thing, reason: impl Into<String>) -> Self {
        let item = Self::judged(file, thing, Findings::new());
        Self { verdict: Verdict::Error, reason: Some(reason.into()), ..item }
    }

    /// Gives it the name of an object, and the line where that begins.
    #[must_use]
    pub fn of_object(mut self, name: impl Into<String>, line: u32) -> Self {
        self.name = Some(name.into());
        self.line = line;
        self
    }

    /// Lets findings count as a ruling says, and concludes again.
    #[must_use]
    pub fn weighed_by(mut self, ruling: &Arc<dyn Weigh>) -> Self {
        self.findings.weigh_by(Arc::clone(ruling));
        self.conclude();
        self
    }

    /// Adds findings, and concludes again.
    pub fn add(&mut self, findings: impl IntoIterator<Item = Diagnostic>) {
        self.findings.extend(findings);
        self.conclude();
    }

    /// Keeps the findings that are asked for, and concludes again. Where others are left out that are errors, the rest was
    /// not looked at.
    pub fn keep(&mut self, is_asked_for: impl Fn(&Diagnostic) -> bool, reason: &str) {
        let mut kept = Findings::new();
        let mut hides_errors = false;
        for finding in std::mem::take(&mut self.findings) {
            if is_asked_for(&finding) {
                kept.push(finding);
            } else {
                hides_errors |= finding.is_error();
            }
        }
        self.findings = kept;
        self.conclude();
        if hides_errors && self.verdict == Verdict::Valid {
            (self.verdict, self.reason) = (Verdict::NotChecked, Some(reason.to_owned()));
        }
    }

    fn conclude(&mut self) {
        if matches!(self.verdict, Verdict::Skipped | Verdict::Error) {
            return;
        }
        let unread = self.findings.iter().find(|finding| {
            finding.code == &codes::UNREADABLE && finding.place.source.name() == self.file && finding.place.end == 0
        });
        let unchecked = self.findings.iter().find(|finding| finding.code.leaves_unchecked());
        (self.verdict, self.reason) = match (unread, unchecked) {
            (Some(finding), _) => (Verdict::Error, Some(finding.message.clone())),
            _ if self.findings.has_errors() => (Verdict::Invalid, None),
            (None, Some(finding)) => (Verdict::NotChecked, Some(finding.message.clone())),
            (None, None) => (Verdict::Valid, None),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::super::codes::{KIND_NOT_CHECKED, MALFORMED_YAML, UNREADABLE};
    use super::*;
    use crate::tree::{Place, Source, SourceKind};

    fn item(findings: impl IntoIterator<Item = Diagnostic>) -> Item {
        let mut sink = Findings::new();
        sink.extend(findings);
        Item::judged("a.yaml", Thing::File, sink)
    }

    fn place(at: usize) -> Place {
        Place::new(&Source::new("a.yaml", "a: 1\n", SourceKind::User), at..at + usize::from(at > 0))
    }

    #[test]
    fn the_findings_of_a_thing_say_what_came_of_it() {
        let error = || Diagnostic::error(&MALFORMED_YAML, &place(1), "x");
        let warning = Diagnostic::warning(&MALFORMED_YAML, &place(1), "x");
        let unknown = || Diagnostic::info(&KIND_NOT_CHECKED, &place(1), "not known");
        assert_eq!(item([]).verdict, Verdict::Valid);
        assert_eq!(item([warning]).verdict, Verdict::Valid);
        assert_eq!(item([unknown()]).verdict, Verdict::NotChecked);
        assert_eq!(item([unknown()]).reason.as_deref(), Some("not known"));
        assert_eq!(item([unknown(), error()]).verdict, Verdict::Invalid);
        assert_eq!(item([Diagnostic::error(&UNREADABLE, &place(0), "x")]).verdict, Verdict::Error);
        let asked_for_elsewhere = Diagnostic::error(&UNREADABLE, &place(1), "x");
        assert_eq!(item([asked_for_elsewhere]).verdict, Verdict::Invalid);
    }

    #[test]
    fn what_was_left_out_is_not_called_valid() {
        let mut hidden = item([Diagnostic::error(&MALFORMED_YAML, &place(1), "x")]);
        hidden.keep(|_| false, "not asked for");
        assert_eq!((hidden.verdict, hidden.reason.as_deref()), (Verdict::NotChecked, Some("not asked for")));
        let mut quiet = item([Diagnostic::warning(&MALFORMED_YAML, &place(1), "x")]);
        quiet.keep(|_| false, "not asked for");
        assert_eq!(quiet.verdict, Verdict::Valid);
    }

    #[test]
    fn a_verdict_once_given_by_the_machine_stays() {
        let mut failed = Item::failed("a.yaml", Thing::Spec, "internal error");
        failed.add([Diagnostic::warning(&MALFORMED_YAML, &place(1), "x")]);
        assert_eq!(failed.verdict, Verdict::Error);
        let skipped = Item::skipped("a.yaml", "no manifest");
        assert_eq!(skipped.verdict, Verdict::Skipped);
    }
}
