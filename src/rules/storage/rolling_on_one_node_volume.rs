//! A rolling update on a claim that one node can mount: the new pod waits for a volume that the old one holds.

use crate::diag::{Findings, Severity, codes};
use crate::rules::context::{Cause, claim_failing};
use crate::rules::storage::unusable_access_modes::mounts_on_one_node;
use crate::rules::{BundleContext, Check, Rule};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::ROLLING_ON_ONE_NODE_VOLUME, check: Check::Bundle(check) };

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let Some(modes) = mounts_on_one_node(ctx).filter(|_| ctx.is_managed()) else { return };
    let Some(strategy) = ctx.rolling_update() else { return };
    let name = strategy.node.as_str().unwrap_or_default();
    let message = format!("`rolloutStrategy: {name}` on a `ReadWriteOnce` volume, which the old pod still holds");
    let cause = Cause { origin: &modes.origin, says: "the access modes" };
    let finding = strategy.finding(RULE.code, Severity::Error, message, cause, ctx.platform());
    let text = format!("cannot use ReadWriteOnce access mode with {name} rollout strategy");
    findings.push(finding.note(claim_failing(&text)).help("set `rolloutStrategy: Recreate`"));
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_objects, check_says, claim, config};

    fn spec(registry: &str, modes: &str) -> String {
        format!(
            "registry: {{replicas: 1{registry}}}\nstorage: {{pvc: {{claim: c, create: {{accessModes: {modes}, size: 1Gi}}}}}}"
        )
    }

    #[test]
    fn a_volume_of_one_node_is_let_go_before_it_is_taken() {
        let rolling = spec(", rolloutStrategy: RollingUpdate", "[ReadWriteOnce]");
        check("baremetal 4.16", &rolling, &["error RC0336 at RollingUpdate"]);
        check_says("baremetal 4.16", &rolling, "access mode with RollingUpdate rollout strategy`");
        check("baremetal 4.16", &spec("", "[ReadWriteOnce]"), &[]);
        check("baremetal 4.16", &spec("", "[ReadWriteMany]"), &[]);
    }

    #[test]
    fn a_strategy_that_the_operator_bootstraps_counts() {
        check("aws-upi 4.16", &spec("", "[ReadWriteOnce]"), &["error RC0336 at ["]);
        check("baremetal 4.16", &spec("", "[ReadWriteOnce, ReadOnlyMany]"), &["error RC0336 at ["]);
    }

    #[test]
    fn manifests_are_judged_without_their_platform() {
        let rolling = config("rolloutStrategy: RollingUpdate\nstorage: {pvc: {claim: c}}");
        check_objects("4.16", &(rolling.clone() + &claim("[ReadWriteOnce]")), &["error RC0336 at RollingUpdate"]);
        check_objects("4.16", &rolling, &[]);
        check_objects("4.16", &(config("storage: {pvc: {claim: c}}") + &claim("[ReadWriteOnce]")), &[]);
    }
}
