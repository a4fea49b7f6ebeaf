//! A backend that the platform does not have, by its profile.

use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::{Check, Rule, SpecContext};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::BACKEND_NOT_ON_PLATFORM, check: Check::Spec(check) };

fn check(ctx: &SpecContext<'_>, findings: &mut Findings) {
    let Some(storage) = ctx.spec.storage() else { return };
    let known = ctx.profile().backends();
    // A profile that lists nothing, such as one of a project's own that is just begun, restricts nothing.
    if known.is_empty() {
        return;
    }
    let platform = ctx.resolved.platform();
    for backend in storage.backends().filter(|backend| !known.contains(&backend.name)) {
        let message =
            format!("`{}` is no storage backend of `{}`", backend.name, platform.as_str().unwrap_or_default());
        let finding = Diagnostic::error(RULE.code, backend.entry.key.place(), message)
            .note_at(platform.place(), "the platform")
            .help(format!("use one of `{}`, or another platform", known.join("`, `")));
        findings.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_says};

    #[test]
    fn a_backend_must_be_among_those_of_the_profile() {
        check("gcp-upi 4.16", "storage: {azure: {container: abc}}", &["error RC0332 at azure"]);
        check_says("gcp-upi 4.16", "storage: {azure: {}}", "use one of `gcs`, `pvc`, `emptyDir`");
        check("gcp-upi 4.16", "storage: {gcs: {}}", &[]);
        check("cloud 4.16", "storage: {oss: {}}", &[]);
    }
}
