//! A private endpoint together with an account key: the operator then makes no endpoint, and the account stays as it is.

use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::credentials::{ACCOUNT_KEY, account_key};
use crate::rules::{BundleContext, Check, Rule, SpecContext};
use crate::tree::{Node, Origin};

pub(in crate::rules) static RULE: Rule =
    Rule { code: &codes::PRIVATE_ACCESS_WITH_KEY, check: Check::SpecOrManifests(check, check_manifests) };

fn check(ctx: &SpecContext<'_>, findings: &mut Findings) {
    let Some((backend, key)) = account_key(ctx) else { return };
    say(backend.settings(), &key.origin, "write `credentials: minted`, or remove", findings);
}

fn check_manifests(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let (Some(backend), Some(key)) = (ctx.only("azure"), ctx.credential(ACCOUNT_KEY)) else { return };
    say(&backend.entry.node, &key.key, "remove the Secret of the account key, or remove", findings);
}

fn say(settings: &Node, key: &Origin, or: &str, findings: &mut Findings) {
    let access = settings.at(&["networkAccess", "type"]);
    let Some(access) = access.filter(|access| access.as_str() == Some("Internal")) else { return };
    let message = "`networkAccess: Internal` is not acted on where an account key is given";
    let finding = Diagnostic::error(RULE.code, access.place(), message)
        .note_at(key.place(), "the account key")
        .note("no condition would show it: no private endpoint is made, and the account stays as open as it is")
        .help(format!("{or} `networkAccess` and close the account yourself"));
    findings.push(finding);
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_objects, config, manifest};

    const KEY: &str = "credentials: {accountKey: {valueFrom: {env: A}}}";

    #[test]
    fn an_account_key_leaves_the_account_open() {
        let spec = |access: &str, with: &str| {
            format!("storage: {{azure: {{accountName: a, container: abc{access}}}, {with}}}")
        };
        let internal = ", networkAccess: {type: Internal}";
        check("azure 4.16", &spec(internal, KEY), &["error RC0341 at Internal"]);
        check("azure 4.16", &spec(internal, "credentials: minted"), &[]);
        check("azure 4.16", &spec(", networkAccess: {type: External}", KEY), &[]);
        check("azure 4.16", &spec("", KEY), &[]);
    }

    #[test]
    fn a_manifest_shows_it_beside_the_secret_of_the_key() {
        let internal = config("storage: {azure: {accountName: a, container: abc, networkAccess: {type: Internal}}}");
        let user = "image-registry-private-configuration-user";
        let key = "stringData: {REGISTRY_STORAGE_AZURE_ACCOUNTKEY: HUSHHUSH}";
        let secret = manifest("v1 Secret", &format!("openshift-image-registry/{user}"), key);
        check_objects("4.16", &(internal.clone() + &secret), &["error RC0341 at Internal"]);
        let data = "spec: {data: [{secretKey: REGISTRY_STORAGE_AZURE_ACCOUNTKEY}]}";
        let external =
            manifest("external-secrets.io/v1 ExternalSecret", &format!("openshift-image-registry/{user}"), data);
        check_objects("4.16", &(internal.clone() + &external), &["error RC0341 at Internal"]);
        let target = data.replace("data:", &format!("target: {{name: {user}}}, data:"));
        let renamed = manifest("external-secrets.io/v1 ExternalSecret", "openshift-image-registry/key", &target);
        check_objects("4.16", &(internal.clone() + &renamed), &["error RC0341 at Internal"]);
        check_objects("4.16", &(internal.clone() + &manifest("v1 Secret", "openshift-image-registry/other", key)), &[]);
        check_objects("4.16", &internal, &[]);
    }
}
