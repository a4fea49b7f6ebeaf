//! A Secret, ConfigMap or claim that the configuration names, in a namespace where nothing looks for it.
//!
//! An object that does not come with the others may be there already, so that only one in the wrong place counts; and
//! in the namespace of something else it may be another one of the same name.

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, Severity, codes};
use crate::lower::{REGISTRY_NAMESPACE, USER_SECRET};
use crate::rules::context::{claim_failing, storage_failing, stuck};
use crate::rules::held::{Held, Holder, Reference, holders, references};
use crate::rules::{BundleContext, Check, Rule};
use crate::target::Minor;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::OBJECT_IN_OTHER_NAMESPACE, check: Check::Bundle(check) };

/// The first minor whose operator reports a missing bundle.
const CERTIFICATES_REPORTED: Minor = Minor::of(4, 5);

/// The namespaces into which people put by mistake what the registry reads.
const MISTAKEN: &[&str] = &[
    "default",
    "image-registry",
    "openshift",
    "openshift-config",
    "openshift-config-managed",
    "openshift-image-registry",
    "openshift-image-registry-operator",
    "openshift-registry",
];

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    for reference in references(ctx) {
        for holder in misplaced(ctx, reference.held, reference.text(), reference.namespace) {
            findings.push(about_reference(ctx, &reference, holder));
        }
    }
    for holder in misplaced(ctx, Held::Secret, USER_SECRET, REGISTRY_NAMESPACE) {
        let message = format!(
            "Secret `{USER_SECRET}` stands in the namespace {}, where nothing reads it",
            quoted(holder.namespace)
        );
        let finding = Diagnostic::error(RULE.code, place_of(holder), message)
            .note(
                "without it the operator takes the credentials that the cluster mints, and fails where there are none",
            )
            .help(format!("write `namespace: {REGISTRY_NAMESPACE}`"));
        findings.push(finding);
    }
}

/// Returns who holds something outside of its one namespace, if nobody holds it there.
fn misplaced<'o>(ctx: &BundleContext<'o>, held: Held, name: &str, namespace: &str) -> Vec<Holder<'o>> {
    let holders = holders(ctx, held, name);
    let is_there = holders.iter().any(|holder| holder.namespace == namespace || holder.is_copied());
    if is_there { Vec::new() } else { holders }
}

fn about_reference(ctx: &BundleContext<'_>, reference: &Reference<'_>, holder: Holder<'_>) -> Diagnostic {
    let Reference { field, held, namespace, .. } = *reference;
    let (kind, name) = (held.kind(), quoted(reference.text()));
    let message = format!("{kind} {name} stands in the namespace {}, not in `{namespace}`", quoted(holder.namespace));
    let is_meant = MISTAKEN.contains(&holder.namespace);
    let severity = if is_meant { Severity::Error } else { Severity::Info };
    let finding = Diagnostic::new(RULE.code, severity, place_of(holder), message)
        .note_at(reference.name.place(), format!("named by `{field}`, which is looked for in `{namespace}` alone"));
    let finding = match shown(ctx, reference) {
        Some(shown) => finding.note(shown),
        None => finding,
    };
    finding.help(if is_meant {
        format!("write `namespace: {namespace}`")
    } else {
        format!("unless `{namespace}` has one of that name already, put it there too")
    })
}

/// Says what the cluster would show where the object is not found.
fn shown(ctx: &BundleContext<'_>, reference: &Reference<'_>) -> Option<String> {
    let name = reference.text();
    Some(match reference.field {
        "secretName" => stuck(&format!("unable to apply objects: … secret \"{name}\" not found")),
        "s3.trustedCA" => {
            let shown = storage_failing(&format!("failed to get trusted CA \"{name}\": …"));
            format!("{shown}, and ImageRegistryCertificatesControllerDegraded=True")
        }
        "s3.cloudFront.privateKey" => "the registry's pods would stay in ContainerCreating".into(),
        "pvc.claim" => claim_failing(&format!("persistentvolumeclaims \"{name}\" not found")),
        _ if ctx.last() >= CERTIFICATES_REPORTED => format!(
            "{}the cluster would show ImageRegistryCertificatesControllerDegraded=True, reason `Error`: `… image-registry-certificates: configmap \"{name}\" not found`",
            if ctx.first() < CERTIFICATES_REPORTED { "from OpenShift 4.5 on, " } else { "" }
        ),
        _ => return None,
    })
}

fn place_of(holder: Holder<'_>) -> &crate::tree::Place {
    holder.object.at(&["metadata", "namespace"]).unwrap_or(holder.name).place()
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{CA, check, check_objects, check_objects_say, config, image, manifest};

    fn secret(namespace: &str, name: &str) -> String {
        manifest("v1 Secret", &format!("{namespace}/{name}"), "data: {tls.crt: eA==, tls.key: eA==, k: \"${later}\"}")
    }

    #[test]
    fn a_routes_secret_stands_beside_the_registry() {
        let routes = config("{managementState: Managed, routes: [{name: a, secretName: tls}]}");
        let with = |namespace: &str| routes.clone() + &secret(namespace, "tls");
        check_objects("4.16", &with("openshift-config"), &["error RC0536 at openshift-config"]);
        check_objects_say(
            "4.16",
            &with("openshift-config"),
            "Progressing=True, reason `Error`: `Unable to apply resources: unable to apply objects: … secret \"tls\" not found`",
        );
        check_objects("4.16", &with("shop"), &["info RC0536 at shop"]);
        check_objects("4.16", &with("openshift-image-registry"), &[]);
        check_objects("4.16", &(with("openshift-config") + &secret("openshift-image-registry", "tls")), &[]);
        check_objects("4.16", &(routes.clone() + &secret("openshift-config", "other")), &[]);
        check_objects("4.16", &routes, &[]);
        let spec = "{secretName: tls, dnsNames: [a.example.com], issuerRef: {name: a}}";
        let certificate = manifest("cert-manager.io/v1 Certificate", "openshift-ingress/a", &format!("spec: {spec}"));
        check_objects("4.16", &(routes.clone() + &certificate), &["info RC0536 at openshift-ingress"]);
        let copied = secret(
            "openshift-config",
            "tls, annotations: {reflector.v1.k8s.emberstack.com/reflection-allowed: \"true\"}",
        );
        check_objects("4.16", &(routes + &copied), &[]);
    }

    #[test]
    fn bundles_stand_in_openshift_config() {
        let bundle = |namespace: &str| {
            manifest(
                "v1 ConfigMap",
                &format!("{namespace}/cas"),
                &format!("data:\n  ca-bundle.crt: |\n    {}", CA.replace('\n', "\n    ")),
            )
        };
        let of_images = image("{additionalTrustedCA: {name: cas}}");
        let wrong = of_images.clone() + &bundle("openshift-image-registry");
        check_objects("4.16", &wrong, &["error RC0536 at openshift-image-registry"]);
        check_objects_say("4.16", &wrong, "ImageRegistryCertificatesControllerDegraded=True, reason `Error`");
        check_objects("4.16", &(of_images + &bundle("openshift-config")), &[]);
        let s3 = "s3: {bucket: b, region: r, regionEndpoint: \"https://a.example.com\", trustedCA: {name: cas}}";
        let of_s3 = config(&format!("{{managementState: Managed, storage: {{{s3}}}}}"));
        let wrong = of_s3.clone() + &bundle("openshift-image-registry");
        check_objects("4.16", &wrong, &["error RC0536 at openshift-image-registry"]);
        check_objects_say("4.16", &wrong, "failed to get trusted CA \"cas\"");
        check_objects("4.16", &(of_s3 + &bundle("openshift-config")), &[]);
    }

    #[test]
    fn a_claim_stands_beside_the_registry() {
        let pvc = config("{managementState: Managed, storage: {pvc: {claim: registry}}}");
        let spec = "spec: {accessModes: [ReadWriteMany], resources: {requests: {storage: 1Gi}}}";
        let claim = |namespace: &str| manifest("v1 PersistentVolumeClaim", &format!("{namespace}/registry"), spec);
        let wrong = pvc.clone() + &claim("image-registry");
        check_objects("4.16", &wrong, &["error RC0536 at image-registry"]);
        check_objects_say("4.16", &wrong, "`PVC Issues Found`: `persistentvolumeclaims \"registry\" not found`");
        check_objects("4.16", &(pvc + &claim("openshift-image-registry")), &[]);
    }

    #[test]
    fn credentials_stand_beside_the_registry() {
        let user = |namespace: &str| {
            let data = "data: {REGISTRY_STORAGE_GCS_KEYFILE: \"${later}\"}";
            manifest("v1 Secret", &format!("{namespace}/image-registry-private-configuration-user"), data)
        };
        check_objects("4.16", &user("openshift-config"), &["error RC0536 at openshift-config"]);
        check_objects("4.16", &user("shop"), &["error RC0536 at shop"]);
        check_objects("4.16", &user("openshift-image-registry"), &[]);
    }

    #[test]
    fn what_a_spec_renders_stands_where_it_is_read() {
        let spec = "trust: {registryCAs: {a.example.com: {file: ca.crt}}}\nstorage: {pvc: {claim: c, create: {accessModes: [ReadWriteMany], size: 1Gi}}}";
        check("baremetal 4.16", spec, &[]);
    }
}
