//! Rules on whom the nodes trust: the bundle of certificates that image.config names, and the keys in it.

pub(super) mod ambiguous_ca_host;
pub(super) mod bad_ca_port;
pub(super) mod duplicate_ca_host;
pub(super) mod operators_ca_host;
pub(super) mod platforms_bundle_replaced;
pub(super) mod platforms_ca_bundle;
pub(super) mod vendor_ca;
