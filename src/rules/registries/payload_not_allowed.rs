//! `allowedRegistries` without the registry that the cluster's own images come from.

use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::registries::{RELEASE_CONTENT, covers, list};
use crate::rules::{BundleContext, Check, Rule};
use crate::tree::Node;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::PAYLOAD_NOT_ALLOWED, check: Check::Bundle(check) };

/// Where else releases come from: on Azure Red Hat OpenShift, a registry of the service.
const OTHER_RELEASES: &[&str] = &["arosvc.azurecr.io/openshift-release-dev/ocp-v4.0-art-dev"];

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let Some((entry, allowed)) = list(ctx, "allowedRegistries") else { return };
    let is_allowed = |image: &str| allowed.iter().filter_map(Node::as_str).any(|scope| covers(scope, image));
    if is_allowed(RELEASE_CONTENT) || OTHER_RELEASES.iter().any(|image| is_allowed(image)) {
        return;
    }
    let finding = Diagnostic::error(RULE.code, entry.key.place(), "`allowedRegistries` blocks the cluster's own images")
        .note(format!(
            "`{RELEASE_CONTENT}` is not among them: pods of the cluster's own operators fail with ImagePullBackOff, `Source image rejected: Running image … is rejected by policy.`, wherever the image is not yet on the node"
        ))
        .note("images are named by this repository even where mirrors hold them")
        .help("add `quay.io`, or `quay.io/openshift-release-dev`");
    findings.push(finding);
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::check;

    fn spec(allowed: &str) -> String {
        format!(
            "images: {{registrySources: {{allowedRegistries: [registry.redhat.io, 'image-registry.openshift-image-registry.svc:5000'{allowed}]}}}}"
        )
    }

    #[test]
    fn the_release_is_among_what_is_allowed() {
        check("aws-upi 4.16", &spec(", example.com"), &["error RC0579 at allowedRegistries"]);
        check(
            "aws-upi 4.16",
            &spec(", quay.io/openshift-release-dev/ocp-release"),
            &["error RC0579 at allowedRegistries"],
        );
        for good in ["quay.io", "quay.io/openshift-release-dev", "'*.io'", "arosvc.azurecr.io"] {
            check("aws-upi 4.16", &spec(&format!(", {good}")), &[]);
        }
        check("aws-upi 4.16", "images: {registrySources: {allowedRegistries: []}}", &[]);
    }
}
