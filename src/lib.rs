//! regcfg.
pub mod diag;
pub mod load;
pub mod pem;
pub mod profile;
pub mod resolve;
pub mod secret;
pub mod spec;
pub mod target;
pub mod tree;
pub mod world;
