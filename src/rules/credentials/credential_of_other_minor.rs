//! A credential that older minors of the target do not read.

use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::{Check, Rule, SpecContext, credentials};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::CREDENTIAL_OF_OTHER_MINOR, check: Check::Spec(check) };

fn check(ctx: &SpecContext<'_>, findings: &mut Findings) {
    let Some(given) = credentials::given(ctx) else { return };
    for (name, entry) in given.entries {
        let Some(since) = credentials::since(ctx, given.backend, name) else { continue };
        let message = format!("the operator reads `{name}` since OpenShift {since}; the target is {}", ctx.target);
        let finding = Diagnostic::error(RULE.code, entry.key.place(), message);
        let finding = finding.help(format!("give {}, or target {since} or newer", given.choices(ctx)));
        findings.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::check;

    #[test]
    fn a_credential_is_read_on_the_whole_target() {
        let spec = "storage: {swift: {container: c, authURL: a}, credentials: {tokenID: {valueFrom: {env: A}}}}";
        check("cloud 4.16", spec, &["error RC0349 at tokenID"]);
        check("cloud 4.19..4.20", spec, &["error RC0349 at tokenID"]);
        check("cloud 4.20..4.22", spec, &[]);
    }
}
