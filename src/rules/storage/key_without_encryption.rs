//! A KMS key for an S3 bucket of the user's own without `encrypt: true`: the registry leaves the key unused.

use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::{BundleContext, Check, Rule};
use crate::tree::Node;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::KEY_WITHOUT_ENCRYPTION, check: Check::Bundle(check) };

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let Some(own) = ctx.own_storage().filter(|own| own.backend.name == "s3") else { return };
    // Where the operator manages the bucket, it turns encryption on by itself. It does not manage one that is there
    // already, as those that specs name are; of others nothing is known.
    let is_users = match own.state {
        Some(state) => state.as_str() == Some("Unmanaged"),
        None => ctx.is_rendered(),
    };
    if !is_users {
        return;
    }
    let backend = own.backend;
    let Some(key) = backend.given("keyID") else { return };
    let encrypt = backend.get("encrypt");
    if encrypt.and_then(Node::as_bool) == Some(true) {
        return;
    }
    let message = "`s3.keyID` is not used: `s3.encrypt` is not true";
    let mut finding = Diagnostic::warning(RULE.code, key.place(), message);
    if let Some(encrypt) = encrypt {
        finding = finding.note_at(encrypt.place(), "turned off here");
    }
    let finding = finding
        .note("no condition would show it: images are written without the key")
        .help("set `s3.encrypt: true`, or remove `s3.keyID`");
    findings.push(finding);
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_objects, config};

    #[test]
    fn a_key_needs_encryption() {
        let spec = |with: &str| format!("storage: {{s3: {{bucket: b, region: r, keyID: k{with}}}}}");
        check("aws-upi 4.16", &spec(""), &["warning RC0340 at k"]);
        check("aws-upi 4.16", &spec(", encrypt: false"), &["warning RC0340 at k"]);
        check("aws-upi 4.16", &spec(", encrypt: true"), &[]);
        check("aws-upi 4.16", "storage: {s3: {bucket: b, region: r}}", &[]);
    }

    #[test]
    fn the_operator_encrypts_what_it_manages() {
        check("aws-upi 4.16", "storage: {s3: {keyID: k}}", &[]);
        let managed = "storage: {s3: {bucket: b, region: r, keyID: k}, managementState: Managed}";
        check("aws-upi 4.16", managed, &["warning RC0364 at Managed"]);
    }

    #[test]
    fn who_manages_the_bucket_of_a_manifest_must_be_written() {
        let manifest = |with: &str| config(&format!("storage: {{s3: {{bucket: b, region: r, keyID: k}}{with}}}"));
        check_objects("4.16", &manifest(", managementState: Unmanaged"), &["warning RC0340 at k"]);
        check_objects("4.16", &manifest(""), &[]);
    }
}
