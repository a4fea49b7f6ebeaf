//! No replicas with a rolling update: the operator computes a Deployment that the API server refuses.

use crate::diag::{Findings, Severity, codes};
use crate::rules::context::{Cause, stuck};
use crate::rules::{BundleContext, Check, Rule};
use crate::target::Minor;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::ROLLING_WITHOUT_REPLICAS, check: Check::Bundle(check) };

/// The first minor whose operator sets `maxUnavailable` to one less than the replicas.
///
/// Source: openshift/cluster-image-registry-operator `pkg/resource/deployment.go`.
const SINCE: Minor = Minor::of(4, 8);

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let replicas = ctx.config().and_then(|config| config.get("replicas"));
    let replicas = replicas.filter(|replicas| replicas.as_int() == Some(0));
    let Some(replicas) = replicas.filter(|_| ctx.is_managed() && ctx.target.last() >= SINCE) else { return };
    let Some(strategy) = ctx.rolling_update() else { return };
    let message = "`replicas: 0` with a rolling update, of which the operator makes `maxUnavailable: -1`";
    let cause = Cause { origin: &replicas.origin, says: "no replicas" };
    let finding = strategy.finding(RULE.code, Severity::Error, message, cause, ctx.platform());
    let text = "unable to apply objects: failed to update object *v1.Deployment, Namespace=openshift-image-registry, Name=image-registry: …";
    let finding = match ctx.target.first() {
        first if first < SINCE => finding.note(format!("so it is since OpenShift {SINCE}")),
        _ => finding,
    };
    findings.push(
        finding
            .note(stuck(text))
            .help("set `rolloutStrategy: Recreate`, or `managementState: Removed` for no registry"),
    );
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_objects, check_says, config};

    #[test]
    fn no_replicas_are_not_rolled() {
        check("aws-upi 4.16", "registry: {replicas: 0}", &["error RC0339 at 0"]);
        check_says("aws-upi 4.16", "registry: {replicas: 0}", "bootstraps RollingUpdate on `aws-upi`");
        let rolling = "registry: {replicas: 0, rolloutStrategy: RollingUpdate}";
        check("aws-upi 4.7..4.8", rolling, &["error RC0339 at RollingUpdate"]);
        check("aws-upi 4.7", rolling, &[]);
        check("aws-upi 4.16", "registry: {replicas: 0, rolloutStrategy: Recreate}", &[]);
        check("aws-upi 4.16", "registry: {replicas: 0, managementState: Removed}", &["info RC0564 at Removed"]);
    }

    #[test]
    fn manifests_are_judged_without_their_platform() {
        check_objects(
            "4.16",
            &config("replicas: 0\nrolloutStrategy: RollingUpdate"),
            &["error RC0339 at RollingUpdate"],
        );
        check_objects("4.16", &config("replicas: 0"), &[]);
        check_objects("4.7", &config("replicas: 0\nrolloutStrategy: RollingUpdate"), &[]);
    }
}
