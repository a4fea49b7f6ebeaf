//! A status as text for people and as a document for programs.

pub mod json;
pub mod text;
