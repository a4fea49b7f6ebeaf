//! Private keys for the tests of rules, made for them, and manifests that hold one beside its certificate.

use crate::rules::testing::{config, manifest};

/// A certificate of a server.
pub(in crate::rules) const SERVER: &str = include_str!("server.crt");

/// Its key.
pub(in crate::rules) const OWN: &str = include_str!("keys/own.key");

/// The key of another one.
pub(in crate::rules) const OTHER: &str = include_str!("keys/other.key");

/// Its key under a password.
pub(in crate::rules) const ENCRYPTED: &str = include_str!("keys/encrypted.key");

/// A key of Ed25519.
pub(in crate::rules) const ED25519: &str = include_str!("keys/ed25519.key");

/// Returns a config CR with a route, and the Secret that it names.
pub(in crate::rules) fn secret(certificate: &str, key: &str) -> String {
    let texts = format!("stringData:\n  tls.crt: |\n{}  tls.key: |\n{}", indented(certificate, 4), indented(key, 4));
    config("{managementState: Managed, routes: [{name: public, hostname: r.example.com, secretName: tls}]}")
        + &manifest("v1 Secret", "openshift-image-registry/tls", &texts)
}

/// Returns a Route that holds its certificate itself.
pub(in crate::rules) fn route(certificate: &str, key: &str) -> String {
    let texts = format!("    certificate: |\n{}    key: |\n{}", indented(certificate, 6), indented(key, 6));
    let spec = format!(
        "spec:\n  host: r.example.com\n  to: {{kind: Service, name: web}}\n  tls:\n    termination: edge\n{texts}"
    );
    manifest("route.openshift.io/v1 Route", "web/web", &spec)
}

fn indented(text: &str, by: usize) -> String {
    let indent = " ".repeat(by);
    text.lines().flat_map(|line| [&*indent, line, "\n"]).collect()
}
