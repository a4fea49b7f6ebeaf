//! Storage of the user's own that the operator begins to manage: it changes the bucket at once.

use super::{UpdateContext, store_name};
use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, Severity, codes};
use crate::rules::{Check, Rule};
use crate::tree::Node;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::STORAGE_TAKEN_OVER, check: Check::Update(check) };

fn check(ctx: &UpdateContext<'_>, findings: &mut Findings) {
    let state =
        |config: Option<&'_ Node>| config.and_then(|config| config.at(&["storage", "managementState"])).cloned();
    let Some((_, backend)) = ctx.same_backend() else { return };
    let (Some(name), Some(new)) =
        (store_name(backend), ctx.new.config().and_then(|config| config.at(&["storage", "managementState"])))
    else {
        return;
    };
    let old = state(ctx.old.config());
    let was_managed = old.as_ref().and_then(Node::as_str) == Some("Managed");
    if new.as_str() != Some("Managed") || was_managed || !ctx.new.is_managed() {
        return;
    }
    let message = format!("the operator takes over {}, which was yours", quoted(name.as_str().unwrap_or_default()));
    let mut finding = Diagnostic::about(RULE.code, Severity::Warning, &new.origin, message);
    if let Some(old) = &old {
        finding = ctx.was(finding, old, "left to you before");
    }
    if backend.name == "s3" {
        finding = finding.note(
            "at its next sync it blocks public access, sets the encryption, and replaces tags and lifecycle rules",
        );
    }
    findings.push(finding.help("keep `storage.managementState: Unmanaged`"));
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check_update, check_update_says};
    use crate::rules::update::testing::config;

    #[test]
    fn a_bucket_of_the_users_own_changes_hands() {
        let spec = |state: &str| config(&format!("storage: {{s3: {{bucket: b, region: r}}{state}}}"));
        let managed = spec(", managementState: Managed");
        for before in [spec(", managementState: Unmanaged"), spec("")] {
            check_update("4.16", &before, &managed, &["warning RC0607 at Managed"]);
            check_update_says("4.16", &before, &managed, "replaces tags and lifecycle rules");
        }
        check_update("4.16", &managed, &managed, &[]);
        check_update("4.16", &managed, &spec(", managementState: Unmanaged"), &[]);
        check_update("4.16", &config("storage: {s3: {}}"), &config("storage: {s3: {}, managementState: Managed}"), &[]);
    }
}
