//! An account key of Azure that is the empty text, which the operator refuses.

use crate::diag::{Diagnostic, Findings, codes};
use crate::lower::{REGISTRY_NAMESPACE, USER_SECRET};
use crate::rules::context::storage_failing;
use crate::rules::{BundleContext, Check, Rule, credentials};
use crate::secret::clear;
use crate::tree::Node;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::EMPTY_ACCOUNT_KEY, check: Check::Bundle(check) };

const KEY: &str = "REGISTRY_STORAGE_AZURE_ACCOUNTKEY";

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    if ctx.only("azure").is_none() || !ctx.is_managed() {
        return;
    }
    let Some(secret) = ctx.object("", "Secret", REGISTRY_NAMESPACE, USER_SECRET) else { return };
    let Some(entry) = clear::entry(secret, KEY).filter(|entry| is_empty(&entry.node)) else { return };
    let text = format!("the secret {} has an empty value for {KEY}; …", credentials::secret());
    let finding = Diagnostic::error(RULE.code, entry.key.place(), format!("`{KEY}` is empty"))
        .note(storage_failing(&text))
        .help("give the account's key, or remove the Secret where the cluster mints credentials");
    findings.push(finding);
}

fn is_empty(value: &Node) -> bool {
    value.is_null() || value.as_str() == Some("")
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_objects, check_objects_say, config, manifest, with_credentials};

    #[test]
    fn an_account_key_is_not_empty() {
        let with = |storage: &str, data: &str| {
            let name = "openshift-image-registry/image-registry-private-configuration-user";
            config(&format!("{{managementState: Managed, storage: {{{storage}}}}}"))
                + &manifest("v1 Secret", name, data)
        };
        let azure = "azure: {accountName: a, container: c}";
        let empty = with(azure, "stringData: {REGISTRY_STORAGE_AZURE_ACCOUNTKEY: \"\"}");
        check_objects("4.16", &empty, &["error RC0539 at REGISTRY_STORAGE_AZURE_ACCOUNTKEY"]);
        check_objects_say("4.16", &empty, "has an empty value for REGISTRY_STORAGE_AZURE_ACCOUNTKEY; …`");
        check_objects("4.16", &with(azure, "data: {REGISTRY_STORAGE_AZURE_ACCOUNTKEY: ZUE9PQ==}"), &[]);
        let over =
            "data: {REGISTRY_STORAGE_AZURE_ACCOUNTKEY: \"\"}\nstringData: {REGISTRY_STORAGE_AZURE_ACCOUNTKEY: eA==}";
        check_objects("4.16", &with(azure, over), &[]);
        check("azure-upi 4.16", &with_credentials("azure: {accountName: acct, container: abc}", &["accountKey"]), &[]);
    }
}
