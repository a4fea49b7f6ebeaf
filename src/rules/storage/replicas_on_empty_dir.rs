//! Several replicas, each with an empty directory of its own: what one pod was pushed, the others do not have.

use crate::diag::{Findings, Severity, codes};
use crate::rules::context::Cause;
use crate::rules::{BundleContext, Check, Rule};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::REPLICAS_ON_EMPTY_DIR, check: Check::Bundle(check) };

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let Some(backend) = ctx.only("emptyDir").filter(|_| ctx.is_managed()) else { return };
    let Some(replicas) = ctx.several_replicas() else { return };
    let message = format!(
        "{} replicas on `emptyDir`: each pod has a directory of its own",
        replicas.node.as_int().unwrap_or_default()
    );
    let cause = Cause { origin: &backend.entry.key, says: "the storage" };
    let finding = replicas.finding(RULE.code, Severity::Error, message, cause, ctx.platform());
    findings.push(
        finding
            .note("no condition would show it: pulls fail at random with `manifest unknown` or `blob unknown`")
            .help("set `replicas: 1`, or use storage that all pods share"),
    );
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_objects, check_says, config};

    #[test]
    fn an_empty_directory_carries_one_replica() {
        let two = "registry: {replicas: 2}\nstorage: {emptyDir: {}}";
        check("baremetal 4.16", two, &["error RC0334 at 2", "info RC0363 at emptyDir"]);
        check("baremetal 4.16", "storage: {emptyDir: {}}", &["info RC0363 at emptyDir"]);
        let removed = "registry: {managementState: Removed, replicas: 2}\nstorage: {emptyDir: {}}";
        check("baremetal 4.16", removed, &[]);
    }

    #[test]
    fn replicas_that_the_operator_bootstraps_count() {
        let unset = "storage: {emptyDir: {}}";
        check("aws-upi 4.16", unset, &["error RC0334 at emptyDir", "info RC0363 at emptyDir"]);
        check_says("aws-upi 4.16", unset, "no `replicas` is set, and the operator bootstraps 2 on `aws-upi`");
        check("aws-upi 4.16", "registry: {replicas: 1}\nstorage: {emptyDir: {}}", &["info RC0363 at emptyDir"]);
    }

    #[test]
    fn manifests_are_judged_without_their_platform() {
        let two = ["error RC0334 at 2", "info RC0363 at emptyDir"];
        check_objects("4.16", &config("replicas: 2\nstorage: {emptyDir: {}}"), &two);
        check_objects("4.16", &config("storage: {emptyDir: {}}"), &["info RC0363 at emptyDir"]);
        check_objects("4.16", &config("managementState: Removed\nreplicas: 2\nstorage: {emptyDir: {}}"), &[]);
    }
}
