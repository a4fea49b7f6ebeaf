//! The formats of findings: an [`Outcome`] in, text out.
//!
//! One file per format, each with its one escaper, so that nothing in a user's file can act on a terminal or break the
//! format. A format never sorts, counts or leaves out; that is the outcome's. None prints source lines: one could hold
//! a secret.

pub mod ending;
mod fingerprint;
pub mod github;
pub mod gitlab;
pub mod json;
pub mod junit;
pub mod matrix;
pub mod sarif;
pub mod text;

use super::Outcome;

#[cfg(test)]
mod hostile;
