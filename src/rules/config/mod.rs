//! Rules on the config CR as a whole: what the operator refuses, overwrites or leaves aside.

pub(super) mod authored_observed_config;
pub(super) mod bad_observed_tls;
pub(super) mod committed_http_secret;
pub(super) mod empty_node_selector;
pub(super) mod forced_state;
pub(super) mod logging_without_effect;
pub(super) mod malformed_overrides;
pub(super) mod negative_limit;
pub(super) mod negative_replicas;
pub(super) mod operators_annotation;
pub(super) mod operators_object;
pub(super) mod rolling_without_replicas;
pub(super) mod unmanaged_settings;
pub(super) mod unsupported_overrides;
pub(super) mod wait_without_limit;
