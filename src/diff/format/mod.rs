//! The forms in which people and programs read differences: [`ClusterDiff`](super::ClusterDiff)s in, text out.
//!
//! One file per form, each with its one escaper, so that nothing on a cluster can act on a terminal, a CI system or a page,
//! or leave the form that it stands in. None judges, asks or prints; what may be a secret was taken out before, and is
//! taken out once more by `states` and `values`.
//!
//! | form | for whom |
//! | --- | --- |
//! | [`unified`] | people, `patch` and whatever else reads unified diffs |
//! | [`summary`] | people with many clusters: a line an object, equal changes once |
//! | [`json`] | programs; `schemas/diff.schema.json` |
//! | [`markdown`] | comments on pull requests |
//! | [`files`] | a program of the user's, as `kubectl diff` gives it what it compares |

mod counts;
pub mod files;
mod groups;
pub mod json;
pub mod markdown;
mod names;
mod obstacles;
mod paint;
mod states;
pub mod summary;
pub mod unified;
mod values;
mod words;

pub use counts::Counts;
pub use paint::Paint;

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod samples;
