//! A grant that names nobody.

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::{Check, Rule, SpecContext};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::GRANT_TO_NOBODY, check: Check::Spec(check) };

fn check(ctx: &SpecContext<'_>, findings: &mut Findings) {
    for grant in ctx.spec.grants().filter(|grant| !grant.has_subjects()) {
        let message = format!("the grant {} names nobody, and no binding is rendered", quoted(grant.name));
        let finding = Diagnostic::warning(RULE.code, grant.entry.key.place(), message)
            .help("name `users`, `groups` or `serviceAccounts`, or take the grant away with `null`");
        findings.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::check;

    #[test]
    fn a_grant_is_for_someone() {
        check("aws-upi 4.16", "access: {viewers: {a: {namespaces: [b]}}}", &["warning RC0373 at a"]);
        check("aws-upi 4.16", "access: {viewers: {a: {users: []}}}", &["warning RC0373 at a"]);
        check("aws-upi 4.16", "access: {viewers: {a: {users: [b]}}}", &[]);
    }
}
