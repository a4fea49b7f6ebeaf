//! A ConfigMap or Secret that is rendered no more while the registry still reads it.

use super::{UpdateContext, is_kept, naming};
use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, Severity, codes};
use crate::lower::REGISTRY_NAMESPACE;
use crate::name::ObjectName;
use crate::rules::bundle::CONFIG_NAMESPACE;
use crate::rules::context::{storage_failing, stuck};
use crate::rules::{BundleContext, Check, Rule};
use crate::tree::{Node, Origin};
use crate::validate::Bootstrap;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::REFERENCE_GONE, check: Check::Update(check) };

/// The Secret with the user's credentials for the storage.
pub(super) const USER_SECRET: &str = "image-registry-private-configuration-user";

/// Backends that need credentials.
const WITH_CREDENTIALS: &[&str] = &["s3", "gcs", "azure", "swift", "ibmcos", "oss"];

/// An object that the registry reads.
struct Reference<'o> {
    kind: &'static str,
    namespace: &'static str,
    name: &'o str,
    /// Where it is asked for.
    asked: &'o Origin,
    /// How the cluster shows that it is not there.
    shows: String,
}

fn check(ctx: &UpdateContext<'_>, findings: &mut Findings) {
    let staying = staying(ctx);
    let mut told: Vec<(&str, &str)> = Vec::new();
    for (reference, is_new) in references(&ctx.new)
        .into_iter()
        .map(|found| (found, true))
        .chain(references(&staying).into_iter().map(|found| (found, false)))
    {
        let Reference { kind, namespace, name, asked, shows } = reference;
        let Some(old) = deliverer(&ctx.old, kind, namespace, name) else { continue };
        if deliverer(&ctx.new, kind, namespace, name).is_some() || told.contains(&(kind, name)) {
            continue;
        }
        told.push((kind, name));
        let shown = quoted(&format!("{kind} {namespace}/{name}"));
        // What is rendered no more is nothing that the new files have a place for.
        let about = |severity, message: String| {
            if is_new {
                return Diagnostic::about(RULE.code, severity, asked, message);
            }
            let stays = "what refers to it is rendered no more, and stays in the cluster";
            ctx.gone(RULE.code, severity, message).note(stays)
        };
        // An ExternalSecret that is not the owner leaves its Secret behind.
        let leaves = old.at(&["spec", "target", "creationPolicy"]).and_then(Node::as_str) == Some("Orphan");
        let finding = if is_kept(old) || leaves {
            let message = format!("{shown} is rendered no more, and is still read; it stays as it is");
            about(Severity::Info, message)
                .note("nothing renews it from then on")
                .help("keep rendering it, or say elsewhere who manages it")
        } else {
            let message = format!("{shown} is rendered no more, and is still read; an engine that prunes deletes it");
            about(Severity::Error, message).note(shows).help("keep it, or take away what refers to it, too")
        };
        findings.push(ctx.was(finding, naming(old), "rendered before"));
    }
}

/// Returns the old objects that are rendered no more and that engines keep: what they refer to is read on.
fn staying<'o>(ctx: &UpdateContext<'o>) -> BundleContext<'o> {
    let stay = |(called, old): &(ObjectName<'o>, &'o Node)| {
        let ObjectName { group, kind, namespace, name } = *called;
        is_kept(old) && ctx.new.object(group, kind, namespace, name).is_none()
    };
    let objects = ctx.old.objects().filter(stay).map(|(_, old)| old).collect::<Vec<_>>();
    BundleContext::new(objects, ctx.new.target, Bootstrap::Unknown, None)
}

/// Returns what the registry reads of other objects, with what happens without it.
fn references<'o>(of: &BundleContext<'o>) -> Vec<Reference<'o>> {
    let mut found = Vec::new();
    let mut add = |kind, namespace, node: Option<&'o Node>, shows: &dyn Fn(&str) -> String| {
        if let Some((node, name)) = node.and_then(|node| Some((node, node.as_str().filter(|name| !name.is_empty())?))) {
            found.push(Reference { kind, namespace, name, asked: &node.origin, shows: shows(name) });
        }
    };
    let authorities = of.image().and_then(|image| image.at(&["additionalTrustedCA", "name"]));
    add("ConfigMap", CONFIG_NAMESPACE, authorities, &|name| {
        format!(
            "the cluster would show ImageRegistryCertificatesControllerDegraded=True, reason `Error`: `… image-registry-certificates: configmap \"{name}\" not found` (since 4.5)"
        )
    });
    let Some(config) = of.config().filter(|_| of.is_managed()) else { return found };
    let s3 = |path: &[&str]| config.at(&["storage", "s3"]).and_then(|s3| s3.at(path));
    add("ConfigMap", CONFIG_NAMESPACE, s3(&["trustedCA", "name"]), &|name| {
        storage_failing(&format!("failed to get trusted CA \"{name}\": …"))
    });
    add("Secret", REGISTRY_NAMESPACE, s3(&["cloudFront", "privateKey", "name"]), &|_| {
        "new pods stay in ContainerCreating: the Secret is mounted, whatever `optional` says".into()
    });
    for route in config.get("routes").and_then(Node::as_seq).unwrap_or_default() {
        add("Secret", REGISTRY_NAMESPACE, route.get("secretName"), &|name| {
            stuck(&format!("… secret \"{name}\" not found"))
        });
    }
    if let Some(backend) = of.backend().filter(|backend| WITH_CREDENTIALS.contains(&backend.name)) {
        let minted = "unable to get cluster minted credentials \"openshift-image-registry/installer-cloud-credentials\": secret \"installer-cloud-credentials\" not found";
        let shows = format!(
            "the operator falls back to credentials of the cluster, which may not reach the storage; without any, {}",
            storage_failing(minted)
        );
        let (name, asked) = (USER_SECRET, &backend.entry.key);
        found.push(Reference { kind: "Secret", namespace: REGISTRY_NAMESPACE, name, asked, shows });
    }
    found
}

/// Tells whether the objects bring a Secret, by itself or from elsewhere.
pub(super) fn delivers_secret(of: &BundleContext<'_>, namespace: &'static str, name: &str) -> bool {
    deliverer(of, "Secret", namespace, name).is_some()
}

/// Returns the object that is a ConfigMap or Secret of that name, or makes it.
fn deliverer<'o>(of: &BundleContext<'o>, kind: &str, namespace: &str, name: &str) -> Option<&'o Node> {
    let itself = of.object("", kind, namespace, name);
    let made = || {
        let mut makers = of.objects_of("external-secrets.io", "ExternalSecret");
        makers.find(|maker| {
            let target = maker.at(&["spec", "target", "name"]).or_else(|| maker.at(&["metadata", "name"]));
            target.and_then(Node::as_str) == Some(name)
                && maker.at(&["metadata", "namespace"]).and_then(Node::as_str) == Some(namespace)
        })
    };
    let sealed = || of.object("bitnami.com", "SealedSecret", namespace, name);
    itself.or_else(|| if kind == "Secret" { made().or_else(sealed) } else { None })
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check_update, check_update_says};
    use crate::rules::update::testing::{KEPT, config, image, object};

    #[test]
    fn authorities_that_are_still_named_stay() {
        let bundle = object("v1", "ConfigMap", "name: cas, namespace: openshift-config", "data: {a.io: x}");
        let named = image("additionalTrustedCA: {name: cas}");
        let old = bundle.clone() + &named;
        check_update("4.16", &old, &named, &["error RC0613 at cas"]);
        check_update_says("4.16", &old, &named, "image-registry-certificates: configmap \"cas\" not found`");
        check_update("4.16", &old, &old, &[]);
        check_update("4.16", &named, &named, &[]);
        let kept = old.replace("namespace: openshift-config", &format!("namespace: openshift-config, {KEPT}"));
        check_update("4.16", &kept, &named, &["info RC0613 at cas"]);
    }

    #[test]
    fn what_an_object_refers_to_that_engines_keep_stays() {
        let bundle = object("v1", "ConfigMap", "name: cas, namespace: openshift-config", "data: {a.io: x}");
        let image =
            image("additionalTrustedCA: {name: cas}").replace("name: cluster", &format!("name: cluster, {KEPT}"));
        let old = bundle + &image;
        check_update("4.16", &old, "", &["info RC0612 at name", "error RC0613 at name"]);
        check_update_says("4.16", &old, "", "what refers to it is rendered no more, and stays in the cluster");
    }

    #[test]
    fn credentials_that_are_still_needed_stay() {
        let metadata = "name: image-registry-private-configuration-user, namespace: openshift-image-registry";
        let s3 = config("storage: {s3: {bucket: b, region: r}}");
        let secret = object("v1", "Secret", metadata, "data: {}");
        check_update("4.16", &(s3.clone() + &secret), &s3, &["error RC0613 at s3"]);
        let external =
            object("external-secrets.io/v1", "ExternalSecret", metadata, "spec: {target: {creationPolicy: Orphan}}");
        check_update("4.16", &(s3.clone() + &external), &s3, &["info RC0613 at s3"]);
        check_update("4.16", &(s3.clone() + &secret), &(s3.clone() + &external), &[]);
        let pvc = config("storage: {emptyDir: {}}");
        check_update("4.16", &(pvc.clone() + &secret), &pvc, &[]);
    }

    #[test]
    fn secrets_of_routes_and_keys_of_signed_urls_stay() {
        let metadata = "name: k, namespace: openshift-image-registry";
        let secret = object("v1", "Secret", metadata, "data: {}");
        let route = config("managementState: Managed, routes: [{name: r, secretName: k}]");
        check_update("4.16", &(route.clone() + &secret), &route, &["error RC0613 at k"]);
        let front = config(
            "managementState: Managed, storage: {s3: {bucket: b, region: r, cloudFront: {privateKey: {name: k, key: x}}}}",
        );
        check_update("4.16", &(front.clone() + &secret), &front, &["error RC0613 at k"]);
        let ca = config("managementState: Managed, storage: {s3: {bucket: b, region: r, trustedCA: {name: t}}}");
        let map = object("v1", "ConfigMap", "name: t, namespace: openshift-config", "data: {}");
        check_update("4.16", &(ca.clone() + &map), &ca, &["error RC0613 at t"]);
    }
}
