//! Why a file that SOPS encrypted cannot be used: one fault of it, for whichever value asks.

use crate::diag::{Code, Diagnostic};
use crate::tree::Place;

/// A fault of an encrypted file.
#[derive(Clone, Debug)]
pub struct Fault(Box<Parts>);

/// What there is to say of it; in a box, since most files have none.
#[derive(Clone, Debug)]
struct Parts {
    code: &'static Code,
    message: String,
    /// Where in the file, and what is there.
    at: Option<(Place, String)>,
    help: String,
}

impl Fault {
    pub(super) fn new(code: &'static Code, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self(Box::new(Parts { code, message: message.into(), at: None, help: help.into() }))
    }

    /// Says where in the file it is.
    pub(super) fn at(mut self, place: &Place, words: impl Into<String>) -> Self {
        self.0.at = Some((place.clone(), words.into()));
        self
    }

    /// Says what is wrong, without a value.
    pub(crate) fn message(&self) -> &str {
        &self.0.message
    }

    /// Tells whether it is the fault of a code.
    pub(crate) fn is(&self, code: &'static Code) -> bool {
        self.0.code == code
    }

    /// Returns the finding at the place that asks for a value of the file.
    pub fn asked_at(&self, asked: &Place) -> Diagnostic {
        let finding = Diagnostic::error(self.0.code, asked, &*self.0.message);
        let finding = match &self.0.at {
            Some((place, words)) => finding.note_at(place, &**words),
            None => finding,
        };
        finding.help(&*self.0.help)
    }
}
