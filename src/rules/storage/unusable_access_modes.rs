//! Access modes of a claim with which the registry cannot write: the operator wants one of two.

use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::context::claim_failing;
use crate::rules::{BundleContext, Check, Rule};
use crate::tree::Node;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::UNUSABLE_ACCESS_MODES, check: Check::Bundle(check) };

const MANY: &str = "ReadWriteMany";
const ONCE: &str = "ReadWriteOnce";

/// Returns the access modes of the claim that the config CR names, where only one node can write the volume.
pub(in crate::rules) fn mounts_on_one_node<'r>(ctx: &BundleContext<'r>) -> Option<&'r Node> {
    claim_modes(ctx).filter(|modes| has(modes, ONCE) && !has(modes, MANY))
}

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let Some(modes) = claim_modes(ctx).filter(|modes| !has(modes, ONCE) && !has(modes, MANY)) else { return };
    let claim =
        ctx.claim().and_then(|claim| claim.at(&["metadata", "name"])).and_then(Node::as_str).unwrap_or_default();
    let text = format!("PVC {claim} does not contain the necessary access modes: {MANY} or {ONCE}");
    let message = format!("the access modes have neither `{MANY}` nor `{ONCE}`, of which the operator wants one");
    let finding = Diagnostic::error(RULE.code, modes.place(), message)
        .note(claim_failing(&text))
        .help(format!("use `{MANY}` for two replicas, `{ONCE}` for one"));
    findings.push(finding);
}

fn claim_modes<'r>(ctx: &BundleContext<'r>) -> Option<&'r Node> {
    ctx.claim()?.at(&["spec", "accessModes"])
}

fn has(modes: &Node, wanted: &str) -> bool {
    modes.as_seq().is_some_and(|modes| modes.iter().any(|mode| mode.as_str() == Some(wanted)))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_objects, check_says, claim, config};

    fn spec(modes: &str) -> String {
        format!("storage: {{pvc: {{claim: c, create: {{accessModes: {modes}, size: 1Gi}}}}}}")
    }

    #[test]
    fn the_registry_must_be_able_to_write() {
        check("baremetal 4.16", &spec("[ReadWriteOncePod]"), &["error RC0337 at ["]);
        check("baremetal 4.16", &spec("[ReadOnlyMany]"), &["error RC0337 at ["]);
        check("baremetal 4.16", &spec("[ReadOnlyMany, ReadWriteMany]"), &[]);
        check_says("baremetal 4.16", &spec("[ReadOnlyMany]"), "`PVC c does not contain the necessary access modes:");
    }

    #[test]
    fn a_claim_is_judged_where_the_config_names_it() {
        let named = config("storage: {pvc: {claim: c}}");
        check_objects("4.16", &(named.clone() + &claim("[ReadWriteOncePod]")), &["error RC0337 at ["]);
        check_objects("4.16", &(named + &claim("[ReadWriteMany]")), &[]);
        check_objects("4.16", &claim("[ReadWriteOncePod]"), &[]);
    }
}
