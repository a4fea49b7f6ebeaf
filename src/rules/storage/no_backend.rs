//! No storage backend where one is needed: the registry is managed and the platform has none, or settings belong to none.

use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::{Check, Rule, SpecContext};
use crate::tree::Map;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::NO_BACKEND, check: Check::Spec(check) };

/// What stands in `storage` beside the backend, and is nothing without it.
const BELONGS_TO_BACKEND: &[&str] = &["credentials", "managementState"];

fn check(ctx: &SpecContext<'_>, findings: &mut Findings) {
    let storage = ctx.spec.storage();
    if storage.is_some_and(|storage| storage.backend().is_some()) {
        return;
    }
    let platform = ctx.resolved.platform();
    let own = ctx.profile().backends();
    let choices = if own.is_empty() { "a backend".to_owned() } else { format!("one of `{}`", own.join("`, `")) };
    let orphan = BELONGS_TO_BACKEND.iter().find_map(|field| Some((*field, storage?.node().entry(field)?)));
    if let Some((field, entry)) = orphan {
        let message = format!("`storage.{field}` belongs to a backend, and `storage` names none");
        let finding = Diagnostic::error(RULE.code, entry.key.place(), message);
        let finding = finding.help(format!("name {choices} in `storage`, with `{{}}` for what the operator chooses"));
        findings.push(finding);
        return;
    }
    let bootstraps_none = |minor| {
        let storage = ctx.profile().bootstrap("config", minor).and_then(|config| config.get("storage"));
        storage.is_some_and(|storage| storage.as_map().is_some_and(Map::is_empty))
    };
    if !ctx.is_managed() || !ctx.target.minors().any(bootstraps_none) {
        return;
    }
    let at = storage.map_or(platform, |storage| storage.node());
    let message = format!(
        "no storage backend: on `{}` the operator chooses none by itself",
        platform.as_str().unwrap_or_default()
    );
    let finding = Diagnostic::error(RULE.code, at.place(), message)
        .note(ctx.degraded("StorageNotConfigured", "storage backend not configured"))
        .help(format!("name {choices} in `storage`, or set `registry.managementState: Removed`"));
    findings.push(finding);
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_says};

    #[test]
    fn a_managed_registry_needs_a_backend_where_the_operator_chooses_none() {
        check("baremetal 4.16", "registry: {replicas: 1}", &["error RC0331 at baremetal"]);
        check("vsphere 4.4..4.22", "storage: {}", &["error RC0331 at {"]);
        check_says("baremetal 4.16", "", "reason `StorageNotConfigured`: `Error: storage backend not configured`");
        check_says("baremetal 4.4", "", "`StorageNotConfigured`: `storage backend not configured`");
        check("baremetal 4.16", "registry: {managementState: Removed}", &[]);
        check("aws-upi 4.16", "registry: {replicas: 2}", &[]);
    }

    #[test]
    fn what_belongs_to_a_backend_needs_one_everywhere() {
        check("aws-upi 4.16", "storage: {credentials: minted}", &["error RC0331 at credentials"]);
        check("aws-upi 4.16", "storage: {managementState: Managed}", &["error RC0331 at managementState"]);
    }
}
