//! The operator is to make its own claim, and a claim of that name comes with the objects.

use crate::diag::{Diagnostic, Findings, codes};
use crate::lower::REGISTRY_NAMESPACE;
use crate::rules::bundle::is_live;
use crate::rules::context::claim_failing;
use crate::rules::{BundleContext, Check, Rule};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::DEFAULT_CLAIM_TAKEN, check: Check::Bundle(check) };

/// The name of the claim that the operator makes, and the annotation by which it knows its own.
///
/// Source: openshift/cluster-image-registry-operator `pkg/defaults/defaults.go`, `pkg/storage/pvc/pvc.go`.
pub(in crate::rules) const DEFAULT_CLAIM: &str = "image-registry-storage";
pub(in crate::rules) const OWN: &str = "imageregistry.openshift.io";

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let Some(backend) = ctx.only("pvc").filter(|backend| ctx.is_managed() && backend.given("claim").is_none()) else {
        return;
    };
    let Some(claim) = ctx.object("", "PersistentVolumeClaim", REGISTRY_NAMESPACE, DEFAULT_CLAIM) else { return };
    // With the annotation, whatever its value, the operator takes the claim as its own.
    if is_live(claim) || claim.at(&["metadata", "annotations", OWN]).is_some() {
        return;
    }
    let at = backend.entry.node.get("claim").map_or(&backend.entry.key, |claim| &claim.origin);
    let message = format!("no `claim` is named, and the operator's own name `{DEFAULT_CLAIM}` is taken");
    let text = "could not create default PVC, it already exists and is not owned by the operator";
    let finding = Diagnostic::error(RULE.code, at.place(), message)
        .note_at(claim.at(&["metadata", "name"]).unwrap_or(claim).place(), "the claim of that name")
        .note(claim_failing(text).replace("PVC Issues Found", "PVC Already Exists"))
        .help(format!(
            "write `claim: {DEFAULT_CLAIM}` to use that claim, or remove it and let the operator make its own"
        ));
    findings.push(finding);
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check_objects, check_objects_say, config, manifest};

    fn objects(pvc: &str, namespace: &str, name: &str, rest: &str) -> String {
        let config = config(&format!("{{managementState: Managed, storage: {{pvc: {pvc}}}}}"));
        let spec = "spec: {accessModes: [ReadWriteMany], resources: {requests: {storage: 1Gi}}}";
        config + &manifest("v1 PersistentVolumeClaim", &format!("{namespace}/{name}{rest}"), spec)
    }

    #[test]
    fn the_name_of_the_operators_claim_is_its_own() {
        let ns = "openshift-image-registry";
        let taken = objects("{claim: \"\"}", ns, "image-registry-storage", "");
        check_objects("4.16", &taken, &["error RC0535 at \"\""]);
        check_objects_say("4.16", &taken, "reason `PVC Already Exists`: `could not create default PVC");
        check_objects("4.16", &objects("{}", ns, "image-registry-storage", ""), &["error RC0535 at pvc"]);
        check_objects("4.16", &objects("{}", ns, "other", ""), &[]);
        check_objects("4.16", &objects("{}", "shop", "image-registry-storage", ""), &[]);
        check_objects("4.16", &objects("{claim: image-registry-storage}", ns, "image-registry-storage", ""), &[]);
        let own = objects("{}", ns, "image-registry-storage", ", annotations: {imageregistry.openshift.io: \"true\"}");
        check_objects("4.16", &own, &["info RC0562 at imageregistry.openshift.io"]);
        let live = objects("{}", ns, "image-registry-storage", ", uid: u");
        check_objects("4.16", &live, &[]);
    }
}
