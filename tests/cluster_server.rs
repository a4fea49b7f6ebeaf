//! The cluster of the live tests is what they take it for: a real API server with the CRDs of each minor, users whom RBAC
//! holds back, a log of all requests, and a proxy that is as bad as it is told to be.

#![expect(clippy::disallowed_methods, reason = "tests read the disk and run programs, where the library may not")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

#[allow(dead_code, unused_imports, reason = "other tests use the rest")]
#[path = "common/cluster/mod.rs"]
mod cluster;

use std::process::ExitCode;

use cluster::{Cluster, live};
use serde_json::json;

fn main() -> ExitCode {
    live::run(live::tests![a_server_is_a_real_one])
}

fn a_server_is_a_real_one(cluster: &Cluster) {
    let version = cluster.raw("GET", "/version", None).json();
    assert_eq!(version["major"], "1", "{version}");
    cluster.namespace("here");
    let map = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "map"}, "data": {"key": "value"}});
    assert_eq!(cluster.raw("POST", "/api/v1/namespaces/here/configmaps", Some(&map)).status, 201);
    assert_eq!(cluster.raw("POST", "/api/v1/namespaces/here/configmaps", Some(&map)).status, 409);
}
