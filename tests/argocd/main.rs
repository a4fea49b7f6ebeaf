//! The plugin for Argo CD under the conditions of its sidecar, emulated: see [`sidecar`] for what they are.
//!
//! What is run are the commands of `examples/argocd/plugin.yaml`, with the parameters of the Application beside it.

#![expect(clippy::disallowed_methods, reason = "tests read and write the disk, where the library may not")]

mod discover;
mod generate;
#[expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test that cannot go on panics, and says what it skips")]
#[path = "../common/programs.rs"]
mod programs;
mod sidecar;
mod sops;
mod trace;
