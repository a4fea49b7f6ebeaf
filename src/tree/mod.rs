//! The tree that everything is made of, and its text forms.
//!
//! Only this module knows YAML: [`parse`] reads it into [`Node`]s, [`emit`] writes them so that kubectl reads the same back.

pub mod emit;
pub(crate) mod go_scalar;
pub(crate) mod hush;
pub(crate) mod json;
mod node;
mod origin;
pub mod parse;
pub(crate) mod scalar;
pub(crate) mod sensitive;
pub(crate) mod skeleton;
pub mod sops;

pub use node::{Entry, Map, Node, Value};
pub use origin::{Origin, Place, Position, Source, SourceKind};
