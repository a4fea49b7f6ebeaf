//! Rules on the ImagePruner: when it runs, what it keeps, and whether there is anything to prune.

pub(super) mod age_in_nanoseconds;
pub(super) mod bad_schedule;
mod cron;
pub(super) mod negative_pruner_number;
pub(super) mod pruner_without_registry;
pub(super) mod pruner_without_suspend;
pub(super) mod suspended_pruner;
pub(super) mod two_prune_ages;
