//! A key of the operator's own among the registries: certificates under it replace those of the internal registry.

use super::duplicate_ca_host::host_of;
use super::{BundleContext, Check, Rule};
use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};

pub(super) static RULE: Rule = Rule { code: &codes::OPERATORS_CA_HOST, check: Check::Bundle(check) };

/// The keys that the operator writes into the bundle of all certificates.
///
/// Source: openshift/cluster-image-registry-operator `pkg/resource/caconfig.go`.
const OPERATORS: &[&str] = &[
    "image-registry.openshift-image-registry.svc..5000",
    "image-registry.openshift-image-registry.svc.cluster.local..5000",
    "storage-ca-bundle.pem",
];

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    for (key, entry) in ctx.registry_cas().filter(|(key, _)| OPERATORS.contains(key)) {
        let message = format!("{} is a key of the operator's own, which this would replace", quoted(&host_of(key)));
        let finding = Diagnostic::error(RULE.code, entry.key.place(), message)
            .note(format!(
                "no condition would show it: {} with `x509: certificate signed by unknown authority`",
                fails(key)
            ))
            .help("remove it: the operator trusts its own registry by itself; for storage use `s3.trustedCA`");
        findings.push(finding);
    }
}

/// Says what fails where the operator's own certificates under a key are gone.
fn fails(key: &str) -> &'static str {
    match key {
        "storage-ca-bundle.pem" => "the registry's calls to its storage fail",
        _ => "pulls from the internal registry fail",
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, check_objects, check_says, trusted};

    #[test]
    fn the_internal_registry_keeps_its_certificates() {
        let spec = |host: &str| format!("trust: {{registryCAs: {{\"{host}\": {{file: ca.crt}}}}}}");
        let own = "image-registry.openshift-image-registry.svc:5000";
        check("aws-upi 4.16", &spec(own), &[&format!("error RC0361 at \"{own}\"")]);
        check("aws-upi 4.16", &spec("storage-ca-bundle.pem"), &["error RC0361 at \"storage-ca-bundle.pem\""]);
        check_says("aws-upi 4.16", &spec(own), "pulls from the internal registry fail");
        check_says("aws-upi 4.16", &spec("storage-ca-bundle.pem"), "calls to its storage fail");
        check("aws-upi 4.16", &spec("default-route-openshift-image-registry.apps.example.com"), &[]);
    }

    #[test]
    fn keys_are_hosts_too() {
        let trusted =
            |keys: &[&str]| trusted(&keys.iter().map(|key| (*key, include_str!("testing/ca.crt"))).collect::<Vec<_>>());

        let own = "image-registry.openshift-image-registry.svc..5000";
        check_objects("4.16", &trusted(&[own]), &[&format!("error RC0361 at {own}")]);
        check_objects("4.16", &trusted(&["r.local"]), &[]);
    }
}
