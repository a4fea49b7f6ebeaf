//! Object storage without credentials on a platform whose clusters mint none.

use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::context::storage_failing;
use crate::rules::credentials::needed;
use crate::rules::{Check, Rule, SpecContext};
use crate::spec::Credentials;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::NO_CREDENTIALS, check: Check::Spec(check) };

fn check(ctx: &SpecContext<'_>, findings: &mut Findings) {
    let Some((backend, credentials)) = needed(ctx) else { return };
    let platform = ctx.resolved.platform();
    let name = platform.as_str().unwrap_or_default();
    let (origin, message) = match credentials {
        Credentials::Given(_) => return,
        Credentials::Minted(node) => (&node.origin, format!("nothing mints credentials on `{name}`")),
        Credentials::Unsaid => {
            (&backend.entry.key, format!("`{}` without credentials, and nothing mints them on `{name}`", backend.name))
        }
    };
    let text = match backend.name {
        "azure" => "unable to get cluster minted credentials: …",
        _ => {
            "unable to get cluster minted credentials \"openshift-image-registry/installer-cloud-credentials\": secret \"installer-cloud-credentials\" not found"
        }
    };
    let finding = Diagnostic::error(RULE.code, origin.place(), message)
        .note(storage_failing(text))
        .help("give `storage.credentials`, each from its source; `secretKeyRef` says that the Secret is there already");
    findings.push(finding);
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_says};

    #[test]
    fn where_nothing_mints_credentials_are_given() {
        let spec = |with: &str| format!("storage: {{s3: {{bucket: b, region: r}}{with}}}");
        check("baremetal 4.16", &spec(""), &["error RC0348 at s3"]);
        check("baremetal 4.16", &spec(", credentials: minted"), &["error RC0348 at minted"]);
        check_says("baremetal 4.16", &spec(""), "secret \"installer-cloud-credentials\" not found`");
        check("aws-upi 4.16", &spec(""), &[]);
        let there = |key: &str| {
            format!("{{valueFrom: {{secretKeyRef: {{name: image-registry-private-configuration-user, key: {key}}}}}}}")
        };
        let given = format!(
            ", credentials: {{accessKey: {}, secretKey: {}}}",
            there("REGISTRY_STORAGE_S3_ACCESSKEY"),
            there("REGISTRY_STORAGE_S3_SECRETKEY")
        );
        check("baremetal 4.16", &spec(&given), &[]);
        check("baremetal 4.16", "storage: {pvc: {claim: c}}", &[]);
    }
}
