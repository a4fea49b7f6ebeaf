//! Why a file that SOPS encrypted cannot be used: one fault of it, for whichever value asks.

use crate::diag::{Code, Diagnostic};
use crate::tree::Place;

/// A fault of an encrypted file.
#[derive(Clone, Debug)]
pub struct Fault {
    pub(super) code: &'static Code,
    pub(super) message: String,
    /// Where in the file, and what is there.
    pub(super) at: Option<(Place, String)>,
    pub(super) help: String,
}

impl Fault {
    pub(super) fn new(code: &'static Code, message: impl Into<String>, help: impl Into<String>) -> Box<Self> {
        Box::new(Self { code, message: message.into(), at: None, help: help.into() })
    }

    /// Says where in the file it is.
    pub(super) fn at(mut self: Box<Self>, place: &Place, words: impl Into<String>) -> Box<Self> {
        self.at = Some((place.clone(), words.into()));
        self
    }

    /// Says what is wrong, without a value.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// Tells whether it is the fault of a code.
    pub(crate) fn is(&self, code: &'static Code) -> bool {
        self.code == code
    }

    /// Returns the finding at the place that asks for a value of the file.
    pub fn asked_at(&self, asked: &Place) -> Diagnostic {
        let finding = Diagnostic::error(self.code, asked, &*self.message);
        let finding = match &self.at {
            Some((place, words)) => finding.note_at(place, &**words),
            None => finding,
        };
        finding.help(&*self.help)
    }
}
