//! `managementState: Force`, which the schema takes and the operator does not know.

use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::{BundleContext, Check, Rule};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::FORCED_STATE, check: Check::Bundle(check) };

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let state = ctx.written("managementState").filter(|state| state.node.as_str() == Some("Force"));
    let Some(state) = state else { return };
    let finding = Diagnostic::warning(
        RULE.code,
        state.node.place(),
        "the operator does nothing with `managementState: Force`",
    )
    .note(
        "no condition shows it: the operator only logs a state that it does not know, and the registry stays as it is",
    )
    .help("write `Managed`, `Unmanaged` or `Removed`");
    findings.push(finding);
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_objects, config};

    #[test]
    fn force_is_no_state() {
        check_objects("4.16", &config("{managementState: Force}"), &["warning RC0565 at Force"]);
        check_objects("4.16", &config("{managementState: Managed}"), &[]);
        check(
            "baremetal 4.16",
            "registry: {managementState: Force}\nstorage: {pvc: {claim: c}}",
            &["warning RC0565 at Force"],
        );
    }
}
