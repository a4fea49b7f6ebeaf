//! A value of a plain Secret that what reads it takes with what stands around it, or cut.

use crate::diag::{Findings, codes};
use crate::rules::credentials::contents;
use crate::rules::{BundleContext, Check, Rule};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::SECRET_MISREAD, check: Check::Bundle(check) };

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    contents::say(ctx, RULE.code, findings);
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check_objects, config, user_secret};

    #[test]
    fn what_stands_around_a_key_is_judged_by_what_reads_it() {
        let ibm = |value: &str| user_secret("stringData", "REGISTRY_STORAGE_IBMCOS_IAMAPIKEY", value);
        check_objects("4.16", &ibm("\"HUSH\\n\""), &["error RC0745 at \"HUSH\\n\""]);
        check_objects("4.16", &ibm("\" HUSH\""), &["error RC0745 at \" HUSH\""]);
        check_objects("4.16", &ibm("\"{HUSH}\""), &["error RC0745 at \"{HUSH}\""]);
        check_objects("4.16", &ibm("HUSH"), &[]);
        let azure = |value: &str| user_secret("data", "REGISTRY_STORAGE_AZURE_ACCOUNTKEY", value);
        check_objects("4.16", &azure("WTJoaGJtZGxMVzFsCg=="), &["info RC0745 at WTJoaGJtZGxMVzFsCg=="]);
    }

    #[test]
    fn a_value_that_is_not_read_or_not_there_yet_is_not_judged() {
        let ibm = |value: &str| user_secret("stringData", "REGISTRY_STORAGE_IBMCOS_IAMAPIKEY", value);
        let s3 = config("{managementState: Managed, storage: {s3: {bucket: b, region: r}}}");
        check_objects(
            "4.16",
            &(s3 + &ibm("\"HUSH\\n\"")),
            &["error RC0538 at image-registry-private-configuration-user"],
        );
        let removed = config("{managementState: Unmanaged, storage: {ibmcos: {bucket: b}}}");
        check_objects("4.16", &(removed + &ibm("\"HUSH\\n\"")), &[]);
        for later in
            ["\"${IAM_KEY}\\n\"", "\"<path:kv/ibm#key>\\n\"", "\"{{ .key }}\\n\"", "\"ENC[AES256_GCM,data:x]\\n\""]
        {
            check_objects("4.16", &ibm(later), &[]);
        }
        let elsewhere = ibm("\"HUSH\\n\"").replace("openshift-image-registry", "elsewhere");
        check_objects("4.16", &elsewhere, &["error RC0536 at elsewhere"]);
    }
}
