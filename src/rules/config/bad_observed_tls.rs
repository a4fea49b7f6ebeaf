//! TLS settings in `observedConfig` that the operator cannot read, so that it makes no pods.

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::context::stuck;
use crate::rules::{BundleContext, Check, Rule};
use crate::target::Minor;
use crate::tree::Node;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::BAD_OBSERVED_TLS, check: Check::Bundle(check) };

/// The first minor whose operator takes the registry's TLS settings from there.
const READ: Minor = Minor::of(4, 22);

/// The names of versions and ciphers.
///
/// Source: openshift/library-go `pkg/crypto/crypto.go`.
const VERSIONS: &[&str] = &["VersionTLS10", "VersionTLS11", "VersionTLS12", "VersionTLS13"];
const CIPHERS: &[&str] = &[
    "TLS_RSA_WITH_RC4_128_SHA",
    "TLS_RSA_WITH_3DES_EDE_CBC_SHA",
    "TLS_RSA_WITH_AES_128_CBC_SHA",
    "TLS_RSA_WITH_AES_256_CBC_SHA",
    "TLS_RSA_WITH_AES_128_CBC_SHA256",
    "TLS_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_RC4_128_SHA",
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
    "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_RC4_128_SHA",
    "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_AES_128_GCM_SHA256",
    "TLS_AES_256_GCM_SHA384",
    "TLS_CHACHA20_POLY1305_SHA256",
];

/// Returns the values that the operator cannot read, each with what it calls them.
pub(in crate::rules) fn faults<'o>(ctx: &BundleContext<'o>) -> Vec<(&'o Node, &'static str)> {
    let serving = ctx.written("observedConfig").and_then(|entry| entry.node.get("servingInfo"));
    let Some(serving) = serving.filter(|_| ctx.last() >= READ && ctx.is_managed()) else { return Vec::new() };
    let is_unknown = |node: &&Node, known: &[&str]| node.as_str().is_some_and(|text| !known.contains(&text));
    let version = serving.get("minTLSVersion").filter(|node| is_unknown(node, VERSIONS) && node.as_str() != Some(""));
    let ciphers = serving.get("cipherSuites").and_then(Node::as_seq).unwrap_or_default();
    let cipher = ciphers.iter().find(|node| is_unknown(node, CIPHERS));
    version.map(|node| (node, "TLS version")).into_iter().chain(cipher.map(|node| (node, "cipher suite"))).collect()
}

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    for (node, what) in faults(ctx) {
        let message = format!("{} is no {what} that the operator knows", quoted(node.as_str().unwrap_or_default()));
        let text = format!("unable to apply objects: … unable to generate tls config: invalid {what}: …");
        let finding = Diagnostic::error(RULE.code, node.place(), message)
            .note(stuck(&text))
            .note(format!("from OpenShift {READ} on"))
            .help("remove `observedConfig`, which the operator writes itself");
        findings.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check_objects, check_objects_say, config};

    #[test]
    fn tls_settings_are_known_ones() {
        let with = |serving: &str| {
            config(&format!("{{managementState: Managed, observedConfig: {{servingInfo: {{{serving}}}}}}}"))
        };
        check_objects("4.22", &with("minTLSVersion: TLS12"), &["error RC0543 at TLS12"]);
        check_objects_say(
            "4.22",
            &with("minTLSVersion: TLS12"),
            "unable to generate tls config: invalid TLS version: …`",
        );
        check_objects("4.22", &with("cipherSuites: [AES]"), &["error RC0543 at AES"]);
        check_objects("4.21", &with("minTLSVersion: TLS12"), &["warning RC0542 at observedConfig"]);
        let right = with("minTLSVersion: VersionTLS12, cipherSuites: [TLS_AES_128_GCM_SHA256]");
        check_objects("4.22", &right, &["warning RC0542 at observedConfig"]);
    }
}
