//! A value of a plain Secret in another form than the one that is read.

use crate::diag::{Findings, codes};
use crate::rules::credentials::contents;
use crate::rules::{BundleContext, Check, Rule};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::SECRET_OF_OTHER_FORM, check: Check::Bundle(check) };

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    contents::say(ctx, RULE.code, findings);
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check_objects, config, user_secret};

    #[test]
    fn a_value_has_the_form_that_is_read() {
        let azure = |value: &str| user_secret("stringData", "REGISTRY_STORAGE_AZURE_ACCOUNTKEY", value);
        check_objects("4.16", &azure("not-base64"), &["error RC0747 at not-base64"]);
        check_objects("4.16", &azure("Y2hhbmdlLW1l"), &[]);
        let gcs = |value: &str| user_secret("stringData", "REGISTRY_STORAGE_GCS_KEYFILE", value);
        check_objects("4.16", &gcs("\"{}\""), &["error RC0747 at \"{}\""]);
    }

    #[test]
    fn the_private_key_of_cloudfront_is_found_by_what_names_it() {
        let front = "{baseURL: \"https://d\", keypairID: K, privateKey: {name: front, key: pem}}";
        let named = config(&format!(
            "{{managementState: Managed, storage: {{managementState: Unmanaged, s3: {{bucket: b, region: r, cloudFront: {front}}}}}}}"
        ));
        let secret = |name: &str, value: &str| {
            user_secret("stringData", "pem", value).replace("image-registry-private-configuration-user", name)
        };
        check_objects("4.16", &(named.clone() + &secret("front", "HUSH")), &["error RC0747 at HUSH"]);
        check_objects(
            "4.16",
            &(named
                + &secret(
                    "front",
                    "\"-----BEGIN RSA PRIVATE KEY-----\\nMAYCAQACAQU=\\n-----END RSA PRIVATE KEY-----\\n\"",
                )),
            &[],
        );
    }
}
