//! A registry that is removed with storage that the operator made: it deletes the storage with every image in it.
//!
//! Whether there is a registry to remove, and so images to lose, is for a rule on updates to say.

use crate::diag::{Diagnostic, Findings, Severity, codes};
use crate::resolve::BACKENDS;
use crate::rules::{BundleContext, Check, Rule};
use crate::tree::Node;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::OPERATORS_STORAGE_DELETED, check: Check::Bundle(check) };

/// The settings that make a backend the user's own.
const NAMING: &[&str] = &["bucket", "container", "claim"];

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let Some(removed) = ctx.written("managementState").filter(|state| state.node.as_str() == Some("Removed")) else {
        return;
    };
    let storage = ctx.written("storage");
    if storage.and_then(|storage| storage.node.get("managementState")).and_then(Node::as_str) == Some("Unmanaged") {
        return;
    }
    let help =
        "set `storage.managementState: Unmanaged` first, and wait until the operator has seen it, to keep the images";
    if let Some(backend) = ctx.backend() {
        if !is_the_operators(backend.name, &backend.entry.node) {
            return;
        }
        let message = format!("the operator deletes its `{}` storage with every image in it", backend.name);
        let finding = Diagnostic::warning(RULE.code, removed.node.place(), message)
            .note_at(backend.entry.key.place(), "no name is given, so that the storage is the operator's own")
            .help(format!("{help}, or remove `storage` if they may go"));
        return findings.push(finding);
    }
    // What is bootstrapped is removed as asked for; that it may hold images is not known.
    let bootstrapped = ctx.settings("storage").into_iter().find_map(|storage| {
        let map = storage.node.as_map()?;
        map.iter()
            .find(|(name, entry)| BACKENDS.contains(&&***name) && is_the_operators(name, &entry.node))
            .map(|(name, _)| name)
    });
    if let Some(name) = bootstrapped.filter(|_| storage.is_none()) {
        let message = format!("the operator deletes the `{name}` storage that it has made, with every image in it");
        findings.push(Diagnostic::new(RULE.code, Severity::Info, removed.node.place(), message).help(help));
    }
}

/// Tells whether a backend holds images and has no name of the user's.
fn is_the_operators(name: &str, settings: &Node) -> bool {
    let is_given = |field: &str| settings.get(field).and_then(Node::as_str).is_some_and(|text| !text.is_empty());
    name != "emptyDir" && !NAMING.iter().any(|field| is_given(field))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_objects, config};

    #[test]
    fn storage_of_the_operator_goes_with_the_registry() {
        let with =
            |state: &str, storage: &str| config(&format!("{{managementState: {state}, storage: {{{storage}}}}}"));
        check_objects("4.16", &with("Removed", "s3: {region: r}"), &["warning RC0564 at Removed"]);
        check_objects(
            "4.16",
            &with("Removed", "pvc: {claim: \"\"}, managementState: Managed"),
            &["warning RC0564 at Removed"],
        );
        check_objects("4.16", &with("Removed", "s3: {region: r}, managementState: Unmanaged"), &[]);
        check_objects("4.16", &with("Removed", "emptyDir: {}"), &[]);
        check_objects("4.16", &with("Removed", "s3: {bucket: b, region: r}"), &[]);
        check_objects("4.16", &with("Managed", "s3: {region: r}"), &[]);
        check_objects("4.16", &config("{managementState: Removed}"), &[]);
    }

    #[test]
    fn storage_that_was_bootstrapped_may_hold_images() {
        check("aws-upi 4.16", "registry: {managementState: Removed}", &["info RC0564 at Removed"]);
        check(
            "aws-upi 4.16",
            "registry: {managementState: Removed}\nstorage: {s3: {}}",
            &["warning RC0564 at Removed"],
        );
        check("baremetal 4.16", "registry: {managementState: Removed}", &[]);
    }
}
