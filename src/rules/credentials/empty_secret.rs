//! A value of a plain Secret that is empty where the backend needs it.

use crate::diag::{Findings, codes};
use crate::rules::credentials::contents;
use crate::rules::{BundleContext, Check, Rule};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::EMPTY_SECRET, check: Check::Bundle(check) };

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    contents::say(ctx, RULE.code, findings);
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check_objects, user_secret};

    #[test]
    fn a_key_that_counts_is_not_empty() {
        let ibm = |field: &str, value: &str| user_secret(field, "REGISTRY_STORAGE_IBMCOS_IAMAPIKEY", value);
        check_objects("4.16", &ibm("data", "\"\""), &["error RC0748 at \"\""]);
        check_objects("4.16", &ibm("stringData", "\"\""), &["error RC0748 at \"\""]);
        check_objects("4.16", &ibm("stringData", "HUSH"), &[]);
        // `stringData` is written over `data`.
        let both = ibm("stringData", "HUSH") + "data: {REGISTRY_STORAGE_IBMCOS_IAMAPIKEY: \"\"}\n";
        check_objects("4.16", &both, &[]);
    }
}
