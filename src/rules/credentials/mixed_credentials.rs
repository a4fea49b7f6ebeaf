//! Credentials of two ways to sign in, of which the operator and the cloud use one.

use crate::diag::{Diagnostic, Findings, Severity, codes};
use crate::rules::{Check, Rule, SpecContext, credentials};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::MIXED_CREDENTIALS, check: Check::Spec(check) };

fn check(ctx: &SpecContext<'_>, findings: &mut Findings) {
    let Some(given) = credentials::given(ctx) else { return };
    let begun = given.begun();
    let [first, second, ..] = &*begun else { return };
    let entry_of = |set: &crate::tree::Map| given.entries.iter().find(|(name, _)| set.contains_key(*name));
    let (Some((first_name, first_entry)), Some((name, entry))) = (entry_of(first), entry_of(second)) else { return };
    // With one complete set the registry starts, but which one signs in is not the spec's to say.
    let is_complete = begun.iter().any(|set| given.missing(set).is_empty());
    let severity = if is_complete { Severity::Warning } else { Severity::Error };
    let message = format!("`{name}` and `{first_name}` belong to two ways to sign in, of which one is used");
    let finding = Diagnostic::new(RULE.code, severity, entry.key.place(), message)
        .note_at(first_entry.key.place(), "the other way begins here")
        .help(format!("give {}", given.choices(ctx)));
    findings.push(finding);
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::check;

    #[test]
    fn one_way_to_sign_in_is_enough() {
        let spec = |names: &[&str]| {
            let credentials: Vec<String> =
                names.iter().map(|name| format!("{name}: {{valueFrom: {{env: A}}}}")).collect();
            format!(
                "storage: {{swift: {{container: c, authURL: a, domain: d}}, credentials: {{{}}}}}",
                credentials.join(", ")
            )
        };
        check(
            "cloud 4.20",
            &spec(&["username", "applicationCredentialID"]),
            &["error RC0346 at applicationCredentialID"],
        );
        check("cloud 4.20", &spec(&["username", "password", "tokenID"]), &["warning RC0346 at tokenID"]);
        check("cloud 4.20", &spec(&["username", "password"]), &[]);
    }
}
