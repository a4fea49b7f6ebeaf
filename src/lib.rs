//! regcfg.
pub mod diag;
pub mod load;
pub mod schema;
pub mod secret;
pub mod target;
pub mod tree;
pub mod world;
