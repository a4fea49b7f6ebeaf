//! A limit of requests below zero: the operator makes no pods of it.

use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::context::stuck;
use crate::rules::{BundleContext, Check, Rule};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::NEGATIVE_LIMIT, check: Check::Bundle(check) };

/// The limits, with what the operator calls them.
///
/// Source: openshift/cluster-image-registry-operator `pkg/resource/podtemplatespec.go`.
const LIMITS: &[(&str, &str, &str)] = &[
    ("read", "maxRunning", "Requests.Read.MaxRunning"),
    ("read", "maxInQueue", "Requests.Read.MaxInQueue"),
    ("write", "maxRunning", "Requests.Write.MaxRunning"),
    ("write", "maxInQueue", "Requests.Write.MaxInQueue"),
];

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let Some(requests) = ctx.config().filter(|_| ctx.is_managed()).and_then(|config| config.get("requests")) else {
        return;
    };
    for (direction, field, operators) in LIMITS {
        let Some(limit) = requests.at(&[direction, field]) else { continue };
        let Some(number) = limit.as_int().filter(|number| *number < 0) else { continue };
        let message = format!("`requests.{direction}.{field}` is {number}, below 0");
        let finding = Diagnostic::error(RULE.code, limit.place(), message)
            .note(stuck(&format!("unable to apply objects: … {operators} must be positive number")))
            .help("set a number from 1 on, or 0 for no limit");
        findings.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_objects, check_says, config};

    #[test]
    fn limits_are_not_negative() {
        let spec = |read: &str| format!("registry: {{requests: {{read: {{{read}}}}}}}");
        check("aws-upi 4.16", &spec("maxRunning: -1"), &["error RC0369 at -1"]);
        check_says("aws-upi 4.16", &spec("maxInQueue: -1"), "Requests.Read.MaxInQueue must be positive number`");
        check("aws-upi 4.16", &spec("maxRunning: 0, maxInQueue: 1"), &[]);
    }

    #[test]
    fn manifests_are_judged_without_their_platform() {
        check_objects("4.16", &config("requests: {write: {maxInQueue: -1}}"), &["error RC0369 at -1"]);
        check_objects("4.16", &config("requests: {write: {maxInQueue: 1}}"), &[]);
        check_objects("4.16", &config("{managementState: Removed, requests: {write: {maxInQueue: -1}}}"), &[]);
    }
}
