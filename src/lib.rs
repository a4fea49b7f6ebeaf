//! regcfg.
pub mod diag;
pub mod emit;
pub mod load;
pub mod secret;
pub mod target;
pub mod tree;
pub mod world;
