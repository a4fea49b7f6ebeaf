//! Storage of the user's own that the operator deletes: it manages the storage, and the registry is removed.

use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::bundle::StorageBackend;
use crate::rules::{BundleContext, Check, Rule};
use crate::tree::Node;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::OWN_STORAGE_DELETED, check: Check::Bundle(check) };

/// Returns the backend, its name and its management state where the user names storage and has the operator manage it.
///
/// In a copy of a live config CR the operator wrote both for storage that it made.
pub(in crate::rules) fn managed_by_operator<'o>(
    ctx: &BundleContext<'o>,
) -> Option<(StorageBackend<'o>, &'o Node, &'o Node)> {
    let own = ctx.own_storage().filter(|_| !ctx.is_copy())?;
    let state = own.state.filter(|state| state.as_str() == Some("Managed"))?;
    Some((own.backend, own.name, state))
}

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let Some((backend, name, state)) = managed_by_operator(ctx) else { return };
    let removed = ctx.config().and_then(|config| config.get("managementState"));
    let Some(removed) = removed.filter(|state| state.as_str() == Some("Removed")) else { return };
    let message = format!("the operator deletes your `{}` storage with every image in it", backend.name);
    let finding = Diagnostic::error(RULE.code, state.place(), message)
        .note_at(removed.place(), "the registry is removed")
        .note_at(name.place(), "the storage that you name")
        .help("set `storage.managementState: Unmanaged` before the registry is removed");
    findings.push(finding);
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_objects, config};

    #[test]
    fn removing_the_registry_keeps_what_the_user_named() {
        let spec = |state: &str| {
            format!(
                "registry: {{managementState: Removed}}\nstorage: {{s3: {{bucket: b, region: r}}, managementState: {state}}}"
            )
        };
        check("aws-upi 4.16", &spec("Managed"), &["error RC0365 at Managed"]);
        check("aws-upi 4.16", &spec("Unmanaged"), &[]);
    }

    #[test]
    fn manifests_are_judged_without_their_platform() {
        let removed = |state: &str| {
            config(&format!("managementState: Removed\nstorage: {{pvc: {{claim: c}}, managementState: {state}}}"))
        };
        check_objects("4.16", &removed("Managed"), &["error RC0365 at Managed"]);
        check_objects("4.16", &removed("Unmanaged"), &[]);
    }
}
