//! regcfg.
pub mod cli;
pub mod diag;
pub mod secret;
pub mod target;
pub mod tree;
pub mod world;
