//! A number of the pruner below zero: its CronJob is refused, or each of its jobs fails.

use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::{BundleContext, Check, Rule};
use crate::tree::Node;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::NEGATIVE_PRUNER_NUMBER, check: Check::Bundle(check) };

/// The numbers with which `oc adm prune images` is called, and its options for them.
///
/// Source: openshift/oc `pkg/cli/admin/prune/images/images.go`.
const OPTIONS: &[(&str, &str)] = &[
    ("keepTagRevisions", "--keep-tag-revisions"),
    ("keepYoungerThan", "--keep-younger-than"),
    ("keepYoungerThanDuration", "--keep-younger-than"),
];
const LIMITS: &[&str] = &["successfulJobsHistoryLimit", "failedJobsHistoryLimit"];

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let Some(pruner) = ctx.pruner() else { return };
    let negative = |field: &str| pruner.get(field).filter(|node| is_negative(node));
    for field in LIMITS {
        let Some(node) = negative(field) else { continue };
        let refused = format!(
            "CronJob.batch \"image-pruner\" is invalid: spec.{field}: Invalid value: {}: must be greater than or equal to 0",
            node.as_int().unwrap_or_default()
        );
        let finding = Diagnostic::error(RULE.code, node.place(), format!("`{field}` is below 0"))
            .note(format!("the ImagePruner would show Degraded=True, reason `SyncError`: `… {refused}`"))
            .help("set a number from 0 on");
        findings.push(finding);
    }
    for (field, option) in OPTIONS {
        let Some(node) = negative(field) else { continue };
        let finding = Diagnostic::error(RULE.code, node.place(), format!("`{field}` is below 0"))
            .note(format!("every job ends with `error: {option} must be greater than or equal to 0`"))
            .note("the ImagePruner would show Degraded=True, reason `JobFailed`, and so the ClusterOperator, which blocks upgrades")
            .help("set a value from 0 on");
        findings.push(finding);
    }
}

fn is_negative(node: &Node) -> bool {
    let is_below = |text: &str| text.starts_with('-') && text.bytes().any(|byte| matches!(byte, b'1'..=b'9'));
    node.as_int().is_some_and(|number| number < 0) || node.as_str().is_some_and(is_below)
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_objects, check_objects_say, pruner};

    #[test]
    fn numbers_of_the_pruner_are_not_negative() {
        let with = |field: &str| pruner(&format!("{{suspend: false, {field}}}"));
        check_objects("4.16", &with("keepTagRevisions: -1"), &["error RC0555 at -1"]);
        check_objects_say(
            "4.16",
            &with("keepTagRevisions: -1"),
            "--keep-tag-revisions must be greater than or equal to 0`",
        );
        check_objects("4.16", &with("failedJobsHistoryLimit: -2"), &["error RC0555 at -2"]);
        check_objects_say(
            "4.16",
            &with("failedJobsHistoryLimit: -2"),
            "spec.failedJobsHistoryLimit: Invalid value: -2",
        );
        check_objects("4.16", &with("successfulJobsHistoryLimit: -1"), &["error RC0555 at -1"]);
        check_objects("4.16", &with("keepYoungerThan: -3600000000000"), &["error RC0555 at -3600000000000"]);
        check_objects("4.16", &with("keepYoungerThanDuration: -1h"), &["error RC0555 at -1h"]);
        check_objects(
            "4.16",
            &with("keepTagRevisions: 0, failedJobsHistoryLimit: 0, keepYoungerThanDuration: 0s"),
            &[],
        );
        let spec =
            |number: &str| format!("pruner: {{keepTagRevisions: {number}}}\nstorage: {{s3: {{bucket: b, region: r}}}}");
        check("aws-upi 4.16", &spec("-1"), &["error RC0555 at -1"]);
        check("aws-upi 4.16", &spec("1"), &[]);
    }
}
