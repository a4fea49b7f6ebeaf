//! Storage of the user's own that the operator deletes: it manages the storage, and the registry is removed.

use super::{Check, Rule, SpecContext};
use crate::diag::{Diagnostic, Findings, codes};
use crate::spec::Backend;
use crate::tree::Node;

pub(super) static RULE: Rule = Rule { code: &codes::OWN_STORAGE_DELETED, check: Check::Spec(check) };

/// Returns the backend, its name and its management state where the spec names storage and has the operator manage it.
pub(super) fn managed_by_spec<'r>(ctx: &SpecContext<'r>) -> Option<(Backend<'r>, &'r Node, &'r Node)> {
    let backend = ctx.backend()?;
    let state = ctx.spec.storage()?.management_state().filter(|state| state.as_str() == Some("Managed"))?;
    Some((backend, ctx.own_name(backend)?, state))
}

fn check(ctx: &SpecContext<'_>, findings: &mut Findings) {
    let Some((backend, name, state)) = managed_by_spec(ctx) else { return };
    let removed = ctx.spec.registry("managementState").filter(|state| state.as_str() == Some("Removed"));
    let Some(removed) = removed else { return };
    let message = format!("the operator deletes your `{}` storage with every image in it", backend.name);
    let finding = Diagnostic::error(RULE.code, state.place(), message)
        .note_at(removed.place(), "the registry is removed")
        .note_at(name.place(), "the storage that you name")
        .help("set `storage.managementState: Unmanaged` before the registry is removed");
    findings.push(finding);
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;

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
}
