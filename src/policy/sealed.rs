//! Secrets sealed for the whole cluster, which only a policy can allow: not bound to a namespace, the ciphertext opens for
//! whoever copies it into one of their own.

use super::Policy;
use super::allow::users_place;
use crate::diag::{Diagnostic, Findings, codes};
use crate::mutation::is_off;
use crate::name::ObjectName;
use crate::tree::Node;

/// The annotation that says so; on the SealedSecret the controller reads it, on the template it passes it on
/// (upstream: bitnami-labs/sealed-secrets `pkg/apis/sealedsecrets/v1alpha1/sealedsecret_expansion.go`).
const ANNOTATION: &str = "sealedsecrets.bitnami.com/cluster-wide";

/// Refuses SealedSecrets for the whole cluster, unless the policy allows them.
pub(super) fn cluster_wide(policy: Option<&Policy>, objects: &[Node], platform: &Node, findings: &mut Findings) {
    if policy.is_some_and(Policy::allows_cluster_wide) || is_off("sealed-cluster-wide") {
        return;
    }
    for object in objects {
        let called = ObjectName::of(object);
        if (called.group, called.kind) != ("bitnami.com", "SealedSecret") {
            continue;
        }
        let metadata = [&["metadata"][..], &["spec", "template", "metadata"]];
        let said = metadata.iter().filter_map(|path| object.at(path)?.get("annotations")?.get(ANNOTATION));
        let Some(said) = said.into_iter().find(|said| said.as_str() == Some("true")) else { continue };
        let place = users_place(said).or_else(|| users_place(object)).unwrap_or_else(|| platform.place().clone());
        let finding = Diagnostic::error(&codes::CLUSTER_WIDE_SECRET, &place, "a Secret sealed for the whole cluster")
            .note("whoever may create objects in any namespace can copy the ciphertext there and have it opened");
        let finding = match policy {
            Some(policy) => finding.note_at(policy.place(), "the policy does not allow it"),
            None => finding.note("no policy allows it"),
        };
        findings.push(finding.object(called.to_string()).help(
            "seal it for its name and namespace (`kubeseal --scope strict`), or have the policy say `sealedSecrets: {clusterWide: true}`",
        ));
    }
}
