//! A private endpoint together with an account key: the operator then makes no endpoint, and the account stays as it is.

use super::credentials::{ACCOUNT_KEY, account_key};
use super::{BundleContext, Check, Rule, SpecContext};
use crate::diag::{Diagnostic, Findings, codes};
use crate::tree::{Node, Origin};

pub(super) static RULE: Rule =
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
    use super::super::testing::check;

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
}
