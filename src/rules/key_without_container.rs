//! An account key without the account or the container: the operator says so in a condition and starts broken pods.

use super::credentials::account_key;
use super::{Check, Rule, SpecContext};
use crate::diag::{Diagnostic, Findings, codes};

pub(super) static RULE: Rule = Rule { code: &codes::KEY_WITHOUT_CONTAINER, check: Check::Spec(check) };

/// What the operator says where a field is missing, in the order in which it looks.
///
/// Source: openshift/cluster-image-registry-operator `pkg/storage/azure/azure.go`.
const NEEDED: &[(&str, &str)] = &[
    ("accountName", "Storage account key is provided, but account name is not specified"),
    ("container", "Storage account is provided, but container is not specified"),
];

fn check(ctx: &SpecContext<'_>, findings: &mut Findings) {
    let Some((backend, key)) = account_key(ctx) else { return };
    let missing: Vec<&(&str, &str)> = NEEDED.iter().filter(|(field, _)| backend.given(field).is_none()).collect();
    let [(first, says), ..] = &*missing else { return };
    let fields: Vec<String> = missing.iter().map(|(field, _)| format!("`azure.{field}`")).collect();
    let message = format!("an account key without {}", fields.join(" and "));
    let at = backend.get(first).map_or(&backend.entry.key, |empty| &empty.origin);
    let finding = Diagnostic::error(RULE.code, at.place(), message)
        .note_at(key.place(), "the account key")
        .note(format!("the cluster would show StorageExists=False, reason `StorageNotConfigured`: `{says}`"))
        .help(format!("set {}: with a key of yours the operator creates nothing", fields.join(" and ")));
    findings.push(finding);
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, check_says};

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
}
