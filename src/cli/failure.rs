//! Errors of the machine and of usage, as the command line shows them.
//!
//! An [`anyhow::Error`] in, lines on standard error out. What is wrong with the user's files is a finding, and does not
//! come this way.

use std::fmt;

use crate::diag::format::text::{self, Styles};
use crate::diag::{Fault, Findings, Outcome};
use crate::tree::sensitive::without_passwords;

/// Says that whoever read standard output has gone. There is nobody to tell, so nothing is shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct OutputClosed;

impl fmt::Display for OutputClosed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("standard output was closed")
    }
}

impl std::error::Error for OutputClosed {}

/// An error that knows what to do about itself.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    message: String,
    help: String,
}

impl Refusal {
    /// Makes an error with its help.
    pub(super) fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: help.into() }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Refusal {}

/// Returns an error with its chain of causes as documents hold it.
pub(super) fn fault(error: &anyhow::Error) -> Fault {
    let said = |text: &dyn fmt::Display| without_passwords(&text.to_string()).into_owned();
    Fault {
        message: said(error),
        causes: error.chain().skip(1).map(|cause| said(&cause)).collect(),
        help: error.downcast_ref::<Refusal>().map(|refusal| said(&refusal.help)),
    }
}

/// Findings by which there is no answer: on what must be right before anything is judged.
#[derive(Clone, Debug)]
pub(super) struct Found(Outcome);

impl From<Findings> for Found {
    fn from(findings: Findings) -> Self {
        Self(Outcome::new(findings))
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let messages: Vec<&str> = self.0.findings().map(|finding| finding.message.as_str()).collect();
        f.write_str(&messages.join("; "))
    }
}

impl std::error::Error for Found {}

/// Writes an error with its chain of causes, or the findings that it is.
pub(super) fn shown(error: &anyhow::Error, styles: &Styles) -> String {
    if let Some(Found(outcome)) = error.downcast_ref() {
        return text::findings(outcome, styles);
    }
    let Fault { message, causes, help } = fault(error);
    text::error(&message, &causes, help.as_deref(), styles)
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context;

    #[test]
    fn an_error_shows_its_causes_and_its_help_each_on_a_line() {
        let error = Err::<(), _>(Refusal::new("no \u{1b}[1mspace", "make room\nnow"))
            .context("cannot write `a.yaml`")
            .unwrap_err();
        assert_eq!(
            shown(&error, &Styles::plain()),
            "error: cannot write `a.yaml`\n  = cause: no \\u{1b}[1mspace\n  = help: make room\\nnow\n"
        );
    }
}
