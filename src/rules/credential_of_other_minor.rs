//! A credential that older minors of the target do not read.

use super::{Check, Rule, SpecContext, credentials};
use crate::diag::{Diagnostic, Findings, codes};
use crate::target::Minor;

pub(super) static RULE: Rule = Rule { code: &codes::CREDENTIAL_OF_OTHER_MINOR, check: Check::Spec(check) };

fn check(ctx: &SpecContext<'_>, findings: &mut Findings) {
    let Some(given) = credentials::given(ctx) else { return };
    let since = ctx.profile().get("credentialsSince").and_then(|since| since.get(given.backend.name));
    for (name, entry) in given.entries {
        let since = since.and_then(|since| since.get(name)?.as_str()?.parse::<Minor>().ok());
        let Some(since) = since.filter(|since| !ctx.target.is_since(*since)) else { continue };
        let message = format!("the operator reads `{name}` since OpenShift {since}; the target is {}", ctx.target);
        let finding = Diagnostic::error(RULE.code, entry.key.place(), message);
        let finding = finding.help(format!("give another of {}, or target {since} or newer", given.choices()));
        findings.push(finding.in_users_words(ctx.resolved.platform()));
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;

    #[test]
    fn a_credential_is_read_on_the_whole_target() {
        let spec = "storage: {swift: {container: c}, credentials: {tokenID: {valueFrom: {env: A}}}}";
        check("cloud 4.16", spec, &["error RC0349 at tokenID"]);
        check("cloud 4.19..4.20", spec, &["error RC0349 at tokenID"]);
        check("cloud 4.20..4.22", spec, &[]);
    }
}
