//! Certificates of one's own for a registry that the cluster's releases and operators come from.

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::registries::VENDORS;
use crate::rules::{BundleContext, Check, Rule};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::VENDOR_CA, check: Check::Bundle(check) };

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    for (host, entry) in ctx.registry_cas().filter(|(host, _)| is_vendors(host)) {
        let message = format!("whoever holds these authorities can answer as {}", quoted(host));
        let finding = Diagnostic::info(RULE.code, entry.key.place(), message)
            .note("the cluster's releases and operators come from there; right for a proxy that looks into TLS, and else a way in")
            .help("remove it, unless a proxy signs what the registry sends; the CA of a mirror belongs under the mirror's host");
        findings.push(finding);
    }
}

/// Tells whether a key of the bundle is for such a registry, with any port.
fn is_vendors(key: &str) -> bool {
    let host = key.split_once("..").map_or(key, |(host, _)| host);
    VENDORS.contains(&host)
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{CA, check, check_objects, image, manifest};

    #[test]
    fn authorities_for_the_vendors_registries_are_named() {
        let spec = |host: &str| format!("trust: {{registryCAs: {{\"{host}\": {{file: ca.crt}}}}}}");
        check("aws-upi 4.16", &spec("quay.io"), &["info RC0582 at \"quay.io\""]);
        check("aws-upi 4.16", &spec("registry.redhat.io:443"), &["info RC0582 at \"registry.redhat.io:443\""]);
        check("aws-upi 4.16", &spec("mirror.example.com:8443"), &[]);
    }

    #[test]
    fn a_bundle_that_is_not_referenced_is_nobodys() {
        let data = format!("data: {{quay.io: {CA:?}}}");
        let bundle = manifest("v1 ConfigMap", "openshift-config/cas", &data);
        let objects = |name: &str| bundle.clone() + &image(&format!("additionalTrustedCA: {{name: {name}}}"));
        check_objects("4.16", &objects("cas"), &["info RC0582 at quay.io"]);
        check_objects("4.16", &objects("other"), &[]);
    }
}
