//! Rules on the routes of the registry: their names, hosts and certificates.

pub(super) mod bad_hostname;
pub(super) mod duplicate_hostname;
pub(super) mod duplicate_route_name;
pub(super) mod host_of_other_route;
pub(super) mod reserved_route_name;
pub(super) mod two_route_certificates;
