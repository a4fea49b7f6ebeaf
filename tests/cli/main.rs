//! The built binary as users meet it: golden cases, streams, and the examples of `regcfg explain`.
//!
//! A case is a folder below `tests/golden/<command>/`; see [`golden`] for what it may hold. Run some of them with
//! `GOLDEN=part-of-a-name cargo test --test cli`, and rewrite their expectations with `UPDATE_GOLDEN=1`.

#![expect(clippy::disallowed_methods, reason = "tests read and write the disk, where the library may not")]

mod explain;
mod external_diff;
mod golden;
mod init;
mod projects;
mod revealed;
mod same_bytes;
mod sandbox;
mod secrets_in_templates;
mod streams;
#[path = "../common/words.rs"]
mod words;
