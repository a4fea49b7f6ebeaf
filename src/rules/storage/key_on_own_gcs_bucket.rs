//! A KMS key for a bucket of Google Cloud that is there already: the operator sets it on buckets that it makes.

use crate::diag::{Diagnostic, Findings, Severity, codes};
use crate::rules::{BundleContext, Check, Rule};
use crate::tree::Node;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::KEY_ON_OWN_GCS_BUCKET, check: Check::Bundle(check) };

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let Some(backend) = ctx.only("gcs").filter(|_| ctx.is_managed() && !ctx.is_copy()) else { return };
    let (Some(key), Some(bucket)) = (backend.given("keyID"), backend.given("bucket")) else { return };
    let state = ctx.written("storage").and_then(|storage| storage.node.get("managementState")).and_then(Node::as_str);
    let severity = match state {
        Some("Managed") => return,
        Some(_) => Severity::Warning,
        // A bucket that is not there yet is made, and then has the key.
        None => Severity::Info,
    };
    let message = "`gcs.keyID` has no effect on a bucket that exists";
    let finding = Diagnostic::new(RULE.code, severity, key.place(), message)
        .note_at(bucket.place(), "the bucket")
        .note("no condition shows it: the operator sets the key on a bucket that it makes itself, and on no other")
        .help("set the bucket's default key in Google Cloud, and remove `gcs.keyID`");
    findings.push(finding);
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_objects, config};

    #[test]
    fn a_key_is_set_on_buckets_that_are_made() {
        let with = |gcs: &str, more: &str| {
            config(&format!("{{managementState: Managed, storage: {{gcs: {{keyID: k{gcs}}}{more}}}}}"))
        };
        let named = ", bucket: b, region: r, projectID: p";
        check_objects("4.16", &with(named, ", managementState: Unmanaged"), &["warning RC0549 at k"]);
        check_objects("4.16", &with(named, ""), &["info RC0549 at k"]);
        check_objects("4.16", &with("", ""), &[]);
        let spec = |key: &str| format!("storage: {{gcs: {{bucket: b, region: r, projectID: p{key}}}}}");
        check("gcp-upi 4.16", &spec(", keyID: k"), &["warning RC0549 at k"]);
        check("gcp-upi 4.16", &spec(""), &[]);
    }
}
