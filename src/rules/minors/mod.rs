//! Rules on the target: what its minors make of a spec that is the same on all of them.

pub(super) mod bootstrap_differs;
pub(super) mod log_level_on_range;
pub(super) mod management_state_on_range;
pub(super) mod minor_in_development;
pub(super) mod target_out_of_profile;
