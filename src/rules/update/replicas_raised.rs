//! More replicas on a claim of one node that the operator accepted with one: it does not look at the claim again.

use super::UpdateContext;
use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::{Check, Rule};
use crate::tree::Node;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::REPLICAS_RAISED, check: Check::Update(check) };

fn check(ctx: &UpdateContext<'_>, findings: &mut Findings) {
    let Some(modes) = ctx.kept_one_node_claim().filter(|_| ctx.new.is_managed()) else { return };
    // A claim that never was right was not accepted, and is told by the cluster.
    let several = |node: &Node| node.as_int().is_some_and(|replicas| replicas > 1);
    let Some(new) = ctx.begins("replicas", several) else { return };
    let message =
        format!("{} replicas on a `ReadWriteOnce` claim that was accepted with one", new.as_int().unwrap_or_default());
    let finding = Diagnostic::error_about(RULE.code, &new.origin, message);
    findings.push(
        ctx.was(finding, modes, "the claim's access modes")
            .note(NO_CONDITION)
            .note("the second pod waits for the volume on another node, and the rollout hangs")
            .help("keep `replicas: 1`, or move the images to a claim with `ReadWriteMany` first"),
    );
}

/// Why the cluster does not say it.
pub(super) const NO_CONDITION: &str =
    "no condition names it: the operator looks at a claim only when `storage.pvc` changes or the claim is missing";

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check_update, check_update_says};
    use crate::rules::update::testing::{claim, config};

    const STORAGE: &str = "storage: {pvc: {claim: c}}, rolloutStrategy: Recreate";

    #[test]
    fn an_accepted_claim_of_one_node_stays_with_one_replica() {
        let old = config(&format!("{STORAGE}, replicas: 1")) + &claim("accessModes: [ReadWriteOnce]");
        let new = config(&format!("{STORAGE}, replicas: 2"));
        check_update("4.16", &old, &new, &["info RC0610 at name", "error RC0601 at 2"]);
        check_update_says("4.16", &old, &new, "no condition names it");
        let same = config(&format!("{STORAGE}, replicas: 1"));
        check_update("4.16", &old, &same, &["info RC0610 at name"]);
    }

    #[test]
    fn a_claim_of_unknown_or_other_modes_is_not_judged() {
        let [one, two, three] = [1, 2, 3].map(|replicas| config(&format!("{STORAGE}, replicas: {replicas}")));
        check_update("4.16", &one, &two, &[]);
        let many = claim("accessModes: [ReadWriteMany]");
        check_update("4.16", &(one + &many), &two, &["info RC0610 at name"]);
        let never_accepted = two + &claim("accessModes: [ReadWriteOnce]");
        check_update("4.16", &never_accepted, &three, &["info RC0610 at name"]);
    }
}
