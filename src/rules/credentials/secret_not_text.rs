//! A value of a plain Secret whose bytes are no text.

use crate::diag::{Findings, codes};
use crate::rules::credentials::contents;
use crate::rules::{BundleContext, Check, Rule};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::SECRET_NOT_TEXT, check: Check::Bundle(check) };

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    contents::say(ctx, RULE.code, findings);
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check_objects, user_secret};

    #[test]
    fn a_key_is_text() {
        let ibm = |value: &str| user_secret("data", "REGISTRY_STORAGE_IBMCOS_IAMAPIKEY", value);
        for bytes in ["/0gAVQA=", "//79", "77u/SFVTSA==", "SFUAU0g=", "SFUbWzBtU0g="] {
            check_objects("4.16", &ibm(bytes), &[&*format!("error RC0746 at {bytes}")]);
        }
        check_objects("4.16", &ibm("SFVTSA=="), &[]);
        let text = ibm("HUSH").replace("data", "stringData");
        check_objects("4.16", &text, &[]);
    }
}
