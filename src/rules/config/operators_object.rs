//! Objects that the operator, or the platform for it, makes and writes over.

use crate::diag::{Diagnostic, Findings, codes};
use crate::lower::REGISTRY_NAMESPACE;
use crate::name::ObjectName;
use crate::rules::bundle::is_live;
use crate::rules::{BundleContext, Check, Rule};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::OPERATORS_OBJECT, check: Check::Bundle(check) };

/// The objects, each with what to write instead.
///
/// Source: openshift/cluster-image-registry-operator `pkg/resource/`, `pkg/defaults/defaults.go`; for
/// `merged-trusted-image-registry-ca` openshift/machine-config-operator `pkg/operator/sync.go`.
const OBJECTS: &[(&str, &str, &str, &str, &str)] = &[
    (
        "",
        "Secret",
        REGISTRY_NAMESPACE,
        "image-registry-private-configuration",
        "put credentials into Secret `image-registry-private-configuration-user`",
    ),
    (
        "",
        "Secret",
        REGISTRY_NAMESPACE,
        "image-registry-tls",
        "for a certificate of your own give a route its `secretName`",
    ),
    (
        "",
        "Secret",
        REGISTRY_NAMESPACE,
        "installation-pull-secrets",
        "change Secret `pull-secret` in `openshift-config`",
    ),
    (
        "",
        "ConfigMap",
        REGISTRY_NAMESPACE,
        "trusted-ca",
        "name authorities in the cluster's Proxy, or by `additionalTrustedCA` of image.config",
    ),
    (
        "",
        "ConfigMap",
        REGISTRY_NAMESPACE,
        "image-registry-certificates",
        "name authorities by `additionalTrustedCA` of image.config",
    ),
    (
        "",
        "ConfigMap",
        "openshift-config-managed",
        "image-registry-ca",
        "name authorities by `additionalTrustedCA` of image.config",
    ),
    (
        "",
        "ConfigMap",
        "openshift-config-managed",
        "merged-trusted-image-registry-ca",
        "name authorities by `additionalTrustedCA` of image.config",
    ),
    ("", "Service", REGISTRY_NAMESPACE, "image-registry", "remove it: the operator makes it"),
    ("apps", "Deployment", REGISTRY_NAMESPACE, "image-registry", "set what is to be otherwise in the config CR"),
    ("apps", "DaemonSet", REGISTRY_NAMESPACE, "node-ca", "remove it: the operator makes it"),
    ("batch", "CronJob", REGISTRY_NAMESPACE, "image-pruner", "set what is to be otherwise in the ImagePruner"),
    ("rbac.authorization.k8s.io", "ClusterRole", "", "system:registry", "grant what is needed by a role of your own"),
    (
        "rbac.authorization.k8s.io",
        "ClusterRole",
        "",
        "system:image-pruner",
        "grant what is needed by a role of your own",
    ),
];

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    for (called, object) in ctx.objects().filter(|(_, object)| !is_live(object)) {
        let is_it = |group: &str, kind: &str, namespace: &str, name: &str| {
            let namespace = if namespace.is_empty() { called.namespace } else { namespace };
            called == ObjectName { group, kind, namespace, name }
        };
        let found = OBJECTS.iter().find(|(group, kind, namespace, name, _)| is_it(group, kind, namespace, name));
        let (Some((_, kind, _, name, instead)), Some(at)) = (found, object.at(&["metadata", "name"])) else { continue };
        let finding = Diagnostic::warning(RULE.code, at.place(), format!("{kind} `{name}` is the operator's own"))
            .note(
                "whoever applies it and the operator write over each other, and the registry restarts with each change",
            )
            .help(format!("{instead}{}", if instead.starts_with("remove") { "" } else { ", and remove this object" }));
        findings.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check_objects, manifest};

    #[test]
    fn what_the_operator_makes_is_left_to_it() {
        let own = |what: &str, name: &str| manifest(what, name, "data: {}");
        let ns = "openshift-image-registry";
        for (what, name) in [
            ("v1 Secret", "image-registry-private-configuration"),
            ("v1 Secret", "image-registry-tls"),
            ("v1 ConfigMap", "trusted-ca"),
            ("v1 ConfigMap", "image-registry-certificates"),
            ("apps/v1 Deployment", "image-registry"),
            ("batch/v1 CronJob", "image-pruner"),
        ] {
            check_objects("4.16", &own(what, &format!("{ns}/{name}")), &[&format!("warning RC0561 at {name}")]);
        }
        check_objects("4.16", &own("v1 ConfigMap", "shop/trusted-ca"), &[]);
        check_objects("4.16", &own("v1 ConfigMap", &format!("{ns}/mine")), &[]);
        check_objects("4.16", &own("v1 ConfigMap", &format!("{ns}/trusted-ca, uid: u")), &[]);
        let role =
            "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: \"system:registry\"}\n";
        check_objects("4.16", role, &["warning RC0561 at \"system:registry\""]);
    }
}
