//! regcfg.
pub mod diag;
pub mod render;
pub mod secret;
pub mod target;
pub mod tree;
pub mod world;
