//! What is wrong with a template, while one is evaluated: a finding, and whose value it is about.

use super::program::{Program, Stretch};
use crate::diag::{Code, Diagnostic};
use crate::tree::{Node, Place, Value};

/// Why evaluation stopped.
pub(super) struct Fault(Box<(Diagnostic, Option<Place>)>);

impl Fault {
    /// Makes a fault at a stretch of the template.
    pub(super) fn new(program: &Program, code: &'static Code, at: Stretch, message: impl Into<String>) -> Self {
        Self::from(Diagnostic::error(code, &program.place(at), message))
    }

    /// Says what to do.
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.0.0 = self.0.0.help(help);
        self
    }

    /// Says where the value was written that it is about.
    pub(super) fn about(mut self, place: &Place) -> Self {
        if place.is_users() {
            self.0.1 = Some(place.clone());
        }
        self
    }

    /// Makes the finding: where a user wrote the template, else where the user wrote the value, else at `fallback`.
    pub(super) fn finding(self, fallback: &Node) -> Diagnostic {
        let (finding, about) = *self.0;
        match about {
            Some(place) if finding.place.is_users() => finding.note_at(&place, "the value was written here"),
            Some(place) => finding.in_users_words(&Node::new(Value::Null, place)),
            None => finding.in_users_words(fallback),
        }
    }
}

impl From<Diagnostic> for Fault {
    fn from(finding: Diagnostic) -> Self {
        Self(Box::new((finding, None)))
    }
}
