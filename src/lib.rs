//! regcfg.
pub mod check;
pub mod cli;
pub mod diag;
pub mod emit;
pub mod load;
pub mod lower;
pub mod pem;
pub mod profile;
pub mod resolve;
pub mod rules;
pub mod schema;
pub mod render;
pub mod secret;
pub mod spec;
pub mod target;
pub mod tree;
pub mod world;
