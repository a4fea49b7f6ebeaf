//! A name that nobody can sign in with: what follows a colon would be read as the password.

use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::pull_secrets::logins;
use crate::rules::{Check, Rule, SpecContext};
use crate::spec::LoginPart;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::BAD_LOGIN_NAME, check: Check::Spec(check) };

fn check(ctx: &SpecContext<'_>, findings: &mut Findings) {
    for login in logins(ctx).into_iter().flatten() {
        let Some(LoginPart::Text(name)) = login.part("username") else { continue };
        let text = name.as_str().unwrap_or_default();
        // Of the name itself nothing is said: it may be the whole login, with the password.
        let message = match () {
            () if text.is_empty() => "the name is empty",
            () if text.contains(':') => "the name has a colon, and what follows it would be read as the password",
            () if text.chars().any(char::is_control) => "the name has a control character, for which HTTP has no form",
            () => continue,
        };
        let finding = Diagnostic::error(RULE.code, name.place(), message)
            .note("the pull would fail with `unauthorized: authentication required`");
        findings.push(finding.help("write the name alone; the password has a field and a source of its own"));
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::pull_secrets::testing::with_registries;
    use crate::rules::testing::check;

    #[test]
    fn a_name_is_one_that_can_sign_in() {
        let on = |name: &str| {
            with_registries(&format!(
                "quay.io: {{username: {name}, password: {{valueFrom: {{env: REGCFG_SECRET_P}}}}}}"
            ))
        };
        for right in ["org+robot", "\"1234|robot\"", "{valueFrom: {env: REGCFG_SECRET_U}}"] {
            check("vsphere 4.16", &on(right), &[]);
        }
        for wrong in ["\"\"", "robot:HUSHHUSH", "\"a\\tb\""] {
            check("vsphere 4.16", &on(wrong), &[&format!("error RC0376 at {wrong}")]);
        }
    }
}
