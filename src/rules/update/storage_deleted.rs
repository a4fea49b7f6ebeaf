//! The registry is removed while the operator manages its storage: the storage is deleted with every image in it.

use super::UpdateContext;
use crate::diag::{Diagnostic, Findings, codes};
use crate::resolve::BACKENDS;
use crate::rules::update::store_settings;
use crate::rules::{BundleContext, Check, Rule};
use crate::target::Minor;
use crate::tree::Node;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::STORAGE_DELETED, check: Check::Update(check) };

/// The first minor whose config CR says who manages the storage.
const SAYS_WHO: Minor = Minor::of(4, 6);

/// Returns the backend that the operator deletes on removal, and why it is the operator's.
pub(super) fn deleted<'o>(ctx: &UpdateContext<'o>) -> Option<(&'static str, &'static str, &'o Node)> {
    // What is written comes before what the operator bootstraps, which the cluster had before anything was written.
    let written = |of: &BundleContext<'o>| of.config().and_then(|config| config.get("storage"));
    let bootstrapped = ctx.old.settings("storage");
    let storages = || {
        let written = [written(&ctx.new), written(&ctx.old)].into_iter().flatten();
        written.chain(bootstrapped.iter().map(|setting| setting.node))
    };
    let state = storages().find_map(|storage| storage.get("managementState").filter(|state| !state.is_null()));
    let (name, storage) = storages().find_map(|storage| {
        let is_named = |name: &&&str| storage.get(name).is_some_and(|backend| !backend.is_null());
        Some((*BACKENDS.iter().find(is_named)?, storage))
    })?;
    if name == "emptyDir" {
        return None;
    }
    let own = |setting: &&str| storage.at(&[name, setting]).and_then(Node::as_str).is_some_and(|text| !text.is_empty());
    match state.and_then(Node::as_str) {
        Some("Managed") => Some((name, "`storage.managementState` is `Managed`", state?)),
        None if !store_settings(name).first().is_some_and(own) => {
            Some((name, "no name is given, so that the operator made it and manages it", storage))
        }
        _ => None,
    }
}

fn check(ctx: &UpdateContext<'_>, findings: &mut Findings) {
    let Some(removed) = ctx.new.config().and_then(|config| config.get("managementState")).filter(|_| ctx.removes())
    else {
        return;
    };
    let Some((backend, why, _)) = deleted(ctx) else { return };
    let message = format!("the operator deletes the `{backend}` storage with every image in it");
    let finding = Diagnostic::error_about(RULE.code, &removed.origin, message)
        .note(format!("the storage is the operator's: {why}"));
    let shows = match backend {
        "s3" => Some("S3 Bucket Deleted"),
        "azure" => Some("ContainerDeleted"),
        _ => None,
    };
    let finding = match shows {
        Some(reason) => finding.note(format!("the cluster would show StorageExists=False, reason `{reason}`")),
        None => finding,
    };
    findings.push(finding.help(if ctx.new.target.is_since(SAYS_WHO) {
        "set `storage.managementState: Unmanaged` too, which keeps the storage"
    } else {
        "copy the images first; before 4.6 nothing keeps the storage"
    }));
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check_update, check_update_says};
    use crate::rules::update::testing::config;

    #[test]
    fn storage_of_the_operator_goes_with_the_registry() {
        let old = config("managementState: Managed, storage: {s3: {}}");
        let removed = |storage: &str| config(&format!("managementState: Removed, storage: {{{storage}}}"));
        check_update("4.16", &old, &removed("s3: {}"), &["error RC0605 at Removed"]);
        check_update_says("4.16", &old, &removed("s3: {}"), "StorageExists=False, reason `S3 Bucket Deleted`");
        let managed = "s3: {bucket: b}, managementState: Managed";
        check_update("4.16", &old, &removed(managed), &["error RC0605 at Removed"]);
        check_update("4.16", &removed("s3: {}"), &removed("s3: {}"), &[]);
        check_update("4.16", "", &removed("s3: {}"), &[]);
    }

    #[test]
    fn storage_of_the_user_stays() {
        let own = "storage: {s3: {bucket: b}, managementState: Unmanaged}";
        let (old, new) = (config(own), config(&format!("managementState: Removed, {own}")));
        check_update("4.16", &old, &new, &["warning RC0606 at Removed"]);
    }
}
