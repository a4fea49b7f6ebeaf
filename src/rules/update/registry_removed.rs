//! A registry that runs is removed: what pulls from it and pushes to it fails.

use super::UpdateContext;
use super::storage_deleted::deleted;
use crate::diag::{Diagnostic, Findings, Severity, codes};
use crate::rules::{Check, Rule};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::REGISTRY_REMOVED, check: Check::Update(check) };

fn check(ctx: &UpdateContext<'_>, findings: &mut Findings) {
    let Some(removed) = ctx.new.config().and_then(|config| config.get("managementState")).filter(|_| ctx.removes())
    else {
        return;
    };
    // Deleted storage is told as such, and is the worse.
    if deleted(ctx).is_some() {
        return;
    }
    let message = "the registry is removed, with its pods, its service and its routes";
    let finding = Diagnostic::about(RULE.code, Severity::Warning, &removed.origin, message);
    findings.push(
        finding
            .note("builds that push to it and pods that pull from it fail; the storage stays")
            .note("the cluster would show Removed=True, reason `Removed`")
            .help("keep `managementState: Managed`, unless nothing uses the registry"),
    );
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::check_update;
    use crate::rules::update::testing::config;

    #[test]
    fn removing_a_registry_that_runs_is_told() {
        let spec = |state: &str| config(&format!("managementState: {state}, storage: {{pvc: {{claim: c}}}}"));
        check_update("4.16", &spec("Managed"), &spec("Removed"), &["warning RC0606 at Removed"]);
        check_update("4.16", &spec("Removed"), &spec("Removed"), &[]);
        check_update("4.16", &spec("Removed"), &spec("Managed"), &[]);
        check_update("4.16", &spec("Managed"), &spec("Unmanaged"), &[]);
    }
}
