//! A private endpoint together with an account key: the operator then makes no endpoint, and the account stays as it is.

use super::{Check, Rule, SpecContext};
use crate::diag::{Diagnostic, Findings, codes};
use crate::spec::Credentials;
use crate::tree::Node;

pub(super) static RULE: Rule = Rule { code: &codes::PRIVATE_ACCESS_WITH_KEY, check: Check::Spec(check) };

fn check(ctx: &SpecContext<'_>, findings: &mut Findings) {
    let Some(backend) = ctx.only("azure") else { return };
    let access = backend.settings().at(&["networkAccess", "type"]).filter(|access| access.as_str() == Some("Internal"));
    let Some(Credentials::Given(given)) = ctx.spec.storage().map(|storage| storage.credentials()) else { return };
    let (Some(access), Some(key)) = (access, account_key(given)) else { return };
    let message = "`networkAccess: Internal` is not acted on where an account key is given";
    let finding = Diagnostic::error(RULE.code, access.place(), message)
        .note_at(key.place(), "the account key")
        .note("no condition would show it: no private endpoint is made, and the account stays as open as it is")
        .help("remove `storage.credentials` for what the cluster mints, or `networkAccess`, and close the account yourself");
    findings.push(finding.in_users_words(ctx.resolved.platform()));
}

/// Returns the account key among the credentials of Azure.
pub(super) fn account_key(given: &Node) -> Option<&Node> {
    given.get("accountKey")
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
