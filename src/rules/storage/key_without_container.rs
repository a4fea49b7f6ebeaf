//! An account key without the account or the container: the operator says so in a condition and starts broken pods.

use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::credentials::{ACCOUNT_KEY, account_key};
use crate::rules::{BundleContext, Check, Rule, SpecContext};
use crate::tree::{Entry, Origin};

pub(in crate::rules) static RULE: Rule =
    Rule { code: &codes::KEY_WITHOUT_CONTAINER, check: Check::SpecOrManifests(check, check_manifests) };

/// What the operator says where a field is missing, in the order in which it looks.
///
/// Source: openshift/cluster-image-registry-operator `pkg/storage/azure/azure.go`.
const NEEDED: &[(&str, &str)] = &[
    ("accountName", "Storage account key is provided, but account name is not specified"),
    ("container", "Storage account is provided, but container is not specified"),
];

fn check(ctx: &SpecContext<'_>, findings: &mut Findings) {
    let Some((backend, key)) = account_key(ctx) else { return };
    say(backend.entry, &key.origin, findings);
}

fn check_manifests(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let (Some(backend), Some(key)) = (ctx.only("azure"), ctx.credential(ACCOUNT_KEY)) else { return };
    // A part of a config CR may leave to the cluster what it has already.
    if ctx.config().is_some_and(|config| config.get("managementState").is_some()) {
        say(backend.entry, &key.key, findings);
    }
}

fn say(azure: &Entry, key: &Origin, findings: &mut Findings) {
    let given = |field: &str| azure.node.get(field).filter(|node| !node.is_null() && node.as_str() != Some(""));
    let missing: Vec<&(&str, &str)> = NEEDED.iter().filter(|(field, _)| given(field).is_none()).collect();
    let [(first, says), ..] = &*missing else { return };
    let fields: Vec<String> = missing.iter().map(|(field, _)| format!("`azure.{field}`")).collect();
    let message = format!("an account key without {}", fields.join(" and "));
    let at = azure.node.get(first).map_or(&azure.key, |empty| &empty.origin);
    let finding = Diagnostic::error(RULE.code, at.place(), message)
        .note_at(key.place(), "the account key")
        .note(format!("the cluster would show StorageExists=False, reason `StorageNotConfigured`: `{says}`"))
        .help(format!("set {}: with a key of yours the operator creates nothing", fields.join(" and ")));
    findings.push(finding);
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_objects, check_says, config, manifest};

    #[test]
    fn an_account_key_needs_its_account_and_container() {
        let spec = |azure: &str| {
            format!("storage: {{azure: {{{azure}}}, credentials: {{accountKey: {{valueFrom: {{env: A}}}}}}}}")
        };
        check("azure-upi 4.16", &spec(""), &["error RC0342 at azure"]);
        check("azure-upi 4.16", &spec("accountName: \"\", container: abc"), &["error RC0342 at \"\""]);
        check("azure-upi 4.16", &spec("accountName: a, container: abc"), &[]);
        check_says("azure-upi 4.16", &spec("accountName: a"), "`Storage account is provided, but container is not");
        check("azure 4.16", "storage: {azure: {}, credentials: minted}", &[]);
    }

    #[test]
    fn a_manifest_shows_it_beside_the_secret_of_the_key() {
        let key = "stringData: {REGISTRY_STORAGE_AZURE_ACCOUNTKEY: HUSHHUSH}";
        let secret = manifest("v1 Secret", "openshift-image-registry/image-registry-private-configuration-user", key);
        let whole = |azure: &str| config(&format!("managementState: Managed\nstorage: {{azure: {{{azure}}}}}"));
        check_objects("4.16", &(whole("accountName: a") + &secret), &["error RC0342 at azure"]);
        check_objects("4.16", &(whole("accountName: a, container: abc") + &secret), &[]);
        check_objects("4.16", &whole("accountName: a"), &[]);
        check_objects("4.16", &(config("storage: {azure: {cloudName: AzurePublicCloud}}") + &secret), &[]);
    }
}
