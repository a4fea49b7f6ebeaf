//! Fewer replicas than none: the operator refuses the whole configuration.

use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::{BundleContext, Check, Rule};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::NEGATIVE_REPLICAS, check: Check::Bundle(check) };

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let Some(replicas) = ctx.config().filter(|_| ctx.is_managed()).and_then(|config| config.get("replicas")) else {
        return;
    };
    let Some(number) = replicas.as_int().filter(|number| *number < 0) else { return };
    let finding =
        Diagnostic::error(RULE.code, replicas.place(), format!("`replicas` is {number}, below 0"))
            .note(ctx.degraded(
                "VerificationFailed",
                "unable to complete resource: replicas must be greater than or equal to 0",
            ))
            .help("set 2 for a registry that stays up while a node restarts, 1 for storage that one pod can use");
    findings.push(finding);
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_objects, check_says, config};

    #[test]
    fn replicas_are_not_negative() {
        check("aws-upi 4.16", "registry: {replicas: -1}", &["error RC0333 at -1"]);
        check("aws-upi 4.16", "registry: {replicas: 1}", &[]);
        let says = "Degraded=True, reason `VerificationFailed`: `Error: unable to complete resource: replicas must be";
        check_says("aws-upi 4.16", "registry: {replicas: -1}", says);
    }

    #[test]
    fn manifests_are_judged_without_their_platform() {
        check_objects("4.16", &config("replicas: -1"), &["error RC0333 at -1"]);
        check_objects("4.16", &config("replicas: 0"), &[]);
    }

    #[test]
    fn nobody_looks_at_the_replicas_of_a_registry_that_is_not_run() {
        check_objects("4.16", &config("{managementState: Removed, replicas: -1}"), &[]);
        check_objects("4.16", &config("{managementState: Unmanaged, replicas: -1}"), &[]);
    }
}
