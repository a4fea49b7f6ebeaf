//! A ConfigMap of the platform's own as the bundle of registries' CAs: its keys are no registries.

use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::{BundleContext, Check, Rule};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::PLATFORMS_CA_BUNDLE, check: Check::Bundle(check) };

/// ConfigMaps of `openshift-config` that the platform makes or reads, each with what it is for.
pub(in crate::rules) const BUNDLES: &[(&str, &str)] = &[
    ("user-ca-bundle", "the authorities of the cluster's proxy"),
    ("cloud-provider-config", "the settings of the cloud"),
    ("admin-kubeconfig-client-ca", "the authority of the administrator's certificate"),
    ("etcd-ca-bundle", "the authorities of etcd"),
    ("etcd-serving-ca", "the authority of etcd"),
    ("etcd-metric-serving-ca", "the authority of etcd's metrics"),
    ("initial-kube-apiserver-server-ca", "the first authority of the API server"),
    ("kube-root-ca.crt", "the authority of the API server"),
    ("openshift-service-ca.crt", "the authority of services"),
    ("openshift-install", "the record of the installation"),
    ("openshift-install-manifests", "the record of the installation"),
];

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let Some(name) = ctx.image().and_then(|image| image.at(&["additionalTrustedCA", "name"])) else { return };
    let Some((bundle, purpose)) = BUNDLES.iter().find(|(bundle, _)| name.as_str() == Some(bundle)) else { return };
    let message = format!("`additionalTrustedCA` names `{bundle}`, which holds {purpose}");
    let finding = Diagnostic::warning(RULE.code, name.place(), message)
        .note("of this ConfigMap every key is read as the host of a registry; its own keys are none, so that no registry is trusted by it")
        .help("name a ConfigMap of your own, such as `registry-cas`, with a key for each registry: `host` or `host..port`");
    findings.push(finding);
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check_objects, image};

    #[test]
    fn a_bundle_of_registries_is_nobody_elses() {
        let with = |name: &str| image(&format!("{{additionalTrustedCA: {{name: \"{name}\"}}}}"));
        check_objects("4.16", &with("user-ca-bundle"), &["warning RC0563 at \"user-ca-bundle\""]);
        check_objects("4.16", &with("registry-cas"), &[]);
        check_objects("4.16", &with(""), &[]);
    }
}
