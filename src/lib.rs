//! Compiles the configuration of the OpenShift image registry: one spec per cluster in, validated manifests out.
//!
//! The pipeline, in order: [`load`] reads files into trees with places; [`resolve`] merges layers and defaults;
//! [`check`] judges the spec; [`lower`] computes what templates must not; [`render`] makes objects of templates, every
//! value with its origin; [`validate`] judges the objects. Then the edges [`emit`] them. [`pipeline`] calls the stages.
//!
//! What the outside offers comes through [`world`]. What is wrong with the user's files is a finding ([`diag`]), never a
//! panic; only [`cli`] prints.

pub mod apply;
pub mod check;
pub mod cli;
pub mod day;
pub mod diag;
pub mod diff;
pub mod emit;
pub mod impact;
pub mod import;
mod kept;
pub mod live;
pub mod load;
pub mod lower;
#[cfg(feature = "mutation")]
pub mod mutation;
#[cfg(not(feature = "mutation"))]
mod mutation;
mod name;
mod needs;
pub mod pem;
pub mod pipeline;
pub mod policy;
pub mod profile;
pub mod pull_secret;
pub mod render;
pub mod resolve;
pub mod rules;
pub mod schema;
pub mod secret;
mod shell;
pub mod sops;
pub mod spec;
mod stand_in;
pub mod status;
pub mod target;
pub mod tree;
pub mod update;
pub mod validate;
pub mod world;
pub mod x509;
