//! Findings: what regcfg says about the user's files.
//!
//! A [`Diagnostic`] has a stable code, a severity, a one-line cause, a place, notes for context and one help. Stages add
//! them to a [`Findings`] sink and go on, so that all are shown at once. What is wrong with the machine is an error, not
//! a finding.

pub mod codes;
pub mod format;
mod item;
mod outcome;
mod suggest;
mod upgrade;
pub mod visible;

pub use codes::{Code, Side};
pub use item::{Item, Thing, Verdict};
pub use outcome::{Ending, Fault, Location, Outcome};
pub use suggest::nearest;
pub use upgrade::{Holds, OnMinor, Row, Span, Upgrade};

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::tree::sensitive::without_passwords;
use crate::tree::{Node, Origin, Place};

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It will fail, lose data or open a door: nothing is rendered.
    Error,
    /// It has no effect, or makes trouble later.
    Warning,
    /// It only might matter.
    Info,
}

impl Severity {
    /// Returns the name as printed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

/// One finding.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// The stable code.
    pub code: &'static Code,
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong: one line, lowercase, without advice.
    pub message: String,
    /// Where, in what the user wrote.
    pub place: Place,
    /// Context, each with a place or without.
    pub notes: Vec<Note>,
    /// What to do.
    pub help: Option<String>,
    /// The rendered object it is about, as `Kind namespace/name`.
    pub object: Option<String>,
    /// Why it does not count, where somebody has acknowledged it.
    pub suppressed: Option<Suppression>,
}

/// Why a finding does not count: somebody has acknowledged it, with a reason.
#[derive(Clone, Debug)]
pub struct Suppression {
    /// The reason, as it was written.
    pub reason: String,
    /// Where it was written.
    pub place: Place,
}

/// A line of context under a finding.
#[derive(Clone, Debug)]
pub struct Note {
    /// What it says.
    pub message: String,
    /// Where it points, if anywhere.
    pub place: Option<Place>,
}

impl Diagnostic {
    /// Makes an error.
    pub fn error(code: &'static Code, place: &Place, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Error, place, message)
    }

    /// Makes a warning.
    pub fn warning(code: &'static Code, place: &Place, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Warning, place, message)
    }

    /// Makes an info.
    pub fn info(code: &'static Code, place: &Place, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Info, place, message)
    }

    /// Makes a finding of any severity.
    pub fn new(code: &'static Code, severity: Severity, place: &Place, message: impl Into<String>) -> Self {
        let (message, place) = (said(message), place.clone());
        Self { code, severity, message, place, notes: Vec::new(), help: None, object: None, suppressed: None }
    }

    /// Makes a finding about a value, wherever it was rendered: the user's places first, the template's as a note.
    pub fn about(code: &'static Code, severity: Severity, origin: &Origin, message: impl Into<String>) -> Self {
        let mut finding = Self::new(code, severity, origin.place(), message);
        for also in origin.places().skip(1) {
            finding = finding.note_at(also, "made with this value");
        }
        match origin.template() {
            Some(template) => finding.note_at(template, "placed by this template"),
            None => finding,
        }
    }

    /// Makes an error about a value, wherever it was rendered.
    pub fn error_about(code: &'static Code, origin: &Origin, message: impl Into<String>) -> Self {
        Self::about(code, Severity::Error, origin, message)
    }

    /// Adds a line of context.
    #[must_use]
    pub fn note(mut self, message: impl Into<String>) -> Self {
        self.notes.push(Note { message: said(message), place: None });
        self
    }

    /// Adds a line of context that points somewhere.
    #[must_use]
    pub fn note_at(mut self, place: &Place, message: impl Into<String>) -> Self {
        self.notes.push(Note { message: said(message), place: Some(place.clone()) });
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, message: impl Into<String>) -> Self {
        self.help = Some(said(message));
        self
    }

    /// Says which rendered object it is about.
    #[must_use]
    pub fn object(mut self, object: impl Into<String>) -> Self {
        self.object = Some(said(object));
        self
    }

    /// Tells whether it is an error that counts.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error && self.suppressed.is_none()
    }

    /// Moves a finding whose place is not the user's (a profile's default, a template) to the user's `fallback`, and
    /// keeps the original place as a note.
    #[must_use]
    pub fn in_users_words(mut self, fallback: &Node) -> Self {
        if !self.place.is_users() {
            let written = std::mem::replace(&mut self.place, fallback.place().clone());
            self.notes.insert(0, Note { message: "comes from the profile".into(), place: Some(written) });
        }
        self
    }
}

/// Takes users and passwords of addresses out of what a finding says, in whatever format it is shown.
fn said(text: impl Into<String>) -> String {
    let text = text.into();
    match without_passwords(&text) {
        Cow::Borrowed(_) => text,
        Cow::Owned(shown) => shown,
    }
}

/// Who decides how much a finding matters before it counts.
pub trait Weigh: fmt::Debug + Send + Sync {
    /// Returns the finding as it counts; none where it shall not be said. Weighed twice, it comes out the same.
    fn weigh(&self, finding: Diagnostic) -> Option<Diagnostic>;
}

/// A sink of findings, kept in the order of saying until they are sorted for showing.
///
/// What enters a sink with a ruling counts as the ruling says, so that whoever asks the sink for errors, to go on or to
/// stop, need not know that there is one.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    found: Vec<Diagnostic>,
    ruling: Option<Arc<dyn Weigh>>,
}

impl Findings {
    /// Makes an empty sink.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets what weighs all that is in the sink, and that enters it from now on.
    pub fn weigh_by(&mut self, ruling: Arc<dyn Weigh>) {
        self.ruling = Some(ruling);
        let found = std::mem::take(&mut self.found);
        self.extend(found);
    }

    /// Adds a finding.
    pub fn push(&mut self, finding: Diagnostic) {
        match &self.ruling {
            Some(ruling) => self.found.extend(ruling.weigh(finding)),
            None => self.found.push(finding),
        }
    }

    /// Adds all of another sink.
    pub fn extend(&mut self, others: impl IntoIterator<Item = Diagnostic>) {
        others.into_iter().for_each(|finding| self.push(finding));
    }

    /// Tells whether an error that counts is among them.
    pub fn has_errors(&self) -> bool {
        self.found.iter().any(Diagnostic::is_error)
    }

    /// Returns how many errors that count are among them; a stage compares before and after to know whether it failed.
    pub fn n_errors(&self) -> usize {
        self.found.iter().filter(|finding| finding.is_error()).count()
    }

    /// Tells whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Returns the findings.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.found.iter()
    }

    /// Sorts by file, place and code, and says the same thing about the same place once.
    ///
    /// What one cluster acknowledges and another does not (they share the layer that it is about) counts.
    pub fn sort_for_showing(&mut self) {
        let key = |finding: &Diagnostic| (finding.suppressed.is_some(), finding.severity);
        self.found.sort_by(|a, b| sort_key(a).cmp(&sort_key(b)).then_with(|| key(a).cmp(&key(b))));
        self.found.dedup_by(|a, b| sort_key(a) == sort_key(b));
    }
}

fn sort_key(finding: &Diagnostic) -> (&str, u32, &str, &str, u32) {
    let place = &finding.place;
    (place.source.name(), place.start, finding.code.id, &finding.message, place.end)
}

impl IntoIterator for Findings {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.found.into_iter()
    }
}

impl<'a> IntoIterator for &'a Findings {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.found.iter()
    }
}
