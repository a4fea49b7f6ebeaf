//! Secrets marked with words that nothing else says go through every command, format, error path and a panic; then all
//! that came out is searched for them, in every form that a leak may have. They may be found only in `data` of Secrets,
//! and only where `--reveal-secrets` put them.
//!
//! `search` knows the forms, `scene` the inputs and how a run is watched, `mutate` what people get wrong.

#![expect(clippy::disallowed_methods, reason = "tests read and write the disk, where the library may not")]
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on panics, and says what it skips"
)]

mod commands;
mod golden;
mod memory;
mod mutate;
mod processes;
#[path = "../common/programs.rs"]
mod programs;
mod scene;
mod search;
mod seeded;
#[path = "../common/words.rs"]
mod words;
