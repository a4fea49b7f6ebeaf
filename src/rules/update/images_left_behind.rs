//! Another bucket, container or claim of the same backend: the images stay where they are.

use super::{UpdateContext, store_settings};
use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, Severity, codes};
use crate::rules::{Check, Rule};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::IMAGES_LEFT_BEHIND, check: Check::Update(check) };

fn check(ctx: &UpdateContext<'_>, findings: &mut Findings) {
    let Some((old, new)) = ctx.same_backend().filter(|_| ctx.old.is_managed() && ctx.new.is_managed()) else { return };
    for setting in store_settings(old.name) {
        let Some(was) = old.given(setting) else { continue };
        let shown = quoted(was.as_str().unwrap_or_default());
        let finding = match new.given(setting) {
            Some(is) if is == was => continue,
            Some(is) => {
                let message = format!("`{setting}` is not {shown} any more, and the images stay there");
                Diagnostic::about(RULE.code, Severity::Warning, &is.origin, message)
            }
            None if setting == &"regionEndpoint" || setting == &"authURL" => continue,
            None => {
                let message = format!("`{setting}` {shown} is not named any more, and the images stay there");
                Diagnostic::about(RULE.code, Severity::Warning, &new.entry.key, message)
                    .note("the operator makes a new store under a name of its own")
            }
        };
        findings.push(
            ctx.was(finding, was, "the old one")
                .note("the operator moves nothing: images that were pushed or built before cannot be pulled from the new store")
                .help("copy the old store to the new one while the registry is `readOnly: true`, or keep the name"),
        );
        // One store is told once.
        return;
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check_update, check_update_says};
    use crate::rules::update::testing::config;

    #[test]
    fn another_store_has_none_of_the_images() {
        let s3 = |settings: &str| config(&format!("storage: {{s3: {{region: r, {settings}}}}}"));
        check_update("4.16", &s3("bucket: a"), &s3("bucket: b"), &["warning RC0604 at b"]);
        check_update("4.16", &s3("bucket: a"), &s3(""), &["warning RC0604 at s3"]);
        check_update_says("4.16", &s3("bucket: a"), &s3(""), "under a name of its own");
        let (here, there) = (s3("bucket: a, regionEndpoint: https://x"), s3("bucket: b, regionEndpoint: https://y"));
        check_update("4.16", &here, &there, &["warning RC0604 at b"]);
        check_update("4.16", &here, &here.replace("//x", "//y"), &["warning RC0604 at https://y"]);
    }

    #[test]
    fn a_store_that_stays_or_was_never_named_is_none() {
        let pvc = |claim: &str| config(&format!("storage: {{pvc: {{claim: {claim}}}}}"));
        check_update("4.16", &pvc("a"), &pvc("a"), &[]);
        check_update("4.16", &pvc("\"\""), &pvc("a"), &[]);
        check_update("4.16", &pvc("a"), &pvc("b"), &["warning RC0604 at b"]);
        let removed = config("managementState: Removed, storage: {pvc: {claim: a}}");
        check_update("4.16", &removed, &pvc("b"), &[]);
    }
}
