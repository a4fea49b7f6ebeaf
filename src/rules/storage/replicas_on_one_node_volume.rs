//! Several replicas on a claim that one node can mount.

use crate::diag::{Findings, Severity, codes};
use crate::rules::context::{Cause, claim_failing};
use crate::rules::storage::unusable_access_modes::mounts_on_one_node;
use crate::rules::{BundleContext, Check, Rule};

pub(in crate::rules) static RULE: Rule =
    Rule { code: &codes::REPLICAS_ON_ONE_NODE_VOLUME, check: Check::Bundle(check) };

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let Some(modes) = mounts_on_one_node(ctx).filter(|_| ctx.is_managed()) else { return };
    let Some(replicas) = ctx.several_replicas() else { return };
    let message = format!(
        "{} replicas on a `ReadWriteOnce` volume, which one node can mount",
        replicas.node.as_int().unwrap_or_default()
    );
    let cause = Cause { origin: &modes.origin, says: "the access modes" };
    let finding = replicas.finding(RULE.code, Severity::Error, message, cause, ctx.platform());
    let text = "cannot use ReadWriteOnce access mode with more than one replica of the image registry";
    findings.push(
        finding
            .note(claim_failing(text))
            .help("set `replicas: 1`, or `accessModes: [ReadWriteMany]` with a storage class that has it"),
    );
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_objects, check_says, claim, config};

    fn spec(registry: &str, modes: &str) -> String {
        format!("registry: {{{registry}}}\nstorage: {{pvc: {{claim: c, create: {{accessModes: {modes}, size: 1Gi}}}}}}")
    }

    #[test]
    fn a_volume_of_one_node_carries_one_replica() {
        check("vsphere 4.16", &spec("replicas: 2", "[ReadWriteOnce]"), &["error RC0335 at 2"]);
        check("vsphere 4.16", &spec("", "[ReadWriteOnce]"), &[]);
        check("vsphere 4.16", &spec("replicas: 3", "[ReadWriteOnce, ReadWriteMany]"), &[]);
        check("vsphere 4.16", &spec("replicas: 2", "[ReadWriteMany]"), &[]);
        check("vsphere 4.16", &spec("replicas: 2, managementState: Removed", "[ReadWriteOnce]"), &[]);
    }

    #[test]
    fn replicas_that_the_operator_bootstraps_count() {
        let unset = spec("rolloutStrategy: Recreate", "[ReadWriteOnce]");
        check("aws-upi 4.16", &unset, &["error RC0335 at ["]);
        check_says("aws-upi 4.16", &unset, "the operator bootstraps 2 on `aws-upi` (<built-in>/profiles/aws-upi/");
        check_says("aws-upi 4.16", &unset, "StorageExists=False, reason `PVC Issues Found`: `cannot use ReadWriteOnce");
        check("aws-upi 4.16", &spec("rolloutStrategy: Recreate, replicas: 1", "[ReadWriteOnce]"), &[]);
    }

    #[test]
    fn a_claim_that_is_there_already_may_have_any_modes() {
        check("aws-upi 4.16", "storage: {pvc: {claim: c}}", &[]);
    }

    #[test]
    fn manifests_are_judged_without_their_platform() {
        let two = config("replicas: 2\nstorage: {pvc: {claim: c}}");
        check_objects("4.16", &(two.clone() + &claim("[ReadWriteOnce]")), &["error RC0335 at 2"]);
        check_objects("4.16", &(two.clone() + &claim("[ReadWriteMany]")), &[]);
        check_objects("4.16", &(config("storage: {pvc: {claim: c}}") + &claim("[ReadWriteOnce]")), &[]);
        let elsewhere = claim("[ReadWriteOnce]").replace("openshift-image-registry", "default");
        check_objects("4.16", &(two + &elsewhere), &["error RC0536 at default"]);
    }
}
