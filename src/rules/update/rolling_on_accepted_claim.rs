//! A rolling update on a claim of one node that the operator accepted with `Recreate`: it does not look at the claim again.

use super::UpdateContext;
use super::replicas_raised::NO_CONDITION;
use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::{Check, Rule};
use crate::tree::Node;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::ROLLING_ON_ACCEPTED_CLAIM, check: Check::Update(check) };

fn check(ctx: &UpdateContext<'_>, findings: &mut Findings) {
    let Some(modes) = ctx.kept_one_node_claim().filter(|_| ctx.new.is_managed()) else { return };
    // A claim that never was right was not accepted, and is told by the cluster.
    let rolls = |node: &Node| node.as_str() == Some("RollingUpdate");
    let Some(new) = ctx.begins("rolloutStrategy", rolls) else { return };
    let message = "`RollingUpdate` on a `ReadWriteOnce` claim that was accepted with `Recreate`";
    let finding = Diagnostic::error_about(RULE.code, &new.origin, message);
    findings.push(
        ctx.was(finding, modes, "the claim's access modes")
            .note(NO_CONDITION)
            .note("at the next rollout the new pod waits for the volume that the old one holds, and the old one for the new")
            .help("keep `rolloutStrategy: Recreate`, or move the images to a claim with `ReadWriteMany` first"),
    );
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::check_update;
    use crate::rules::update::testing::{claim, config};

    #[test]
    fn an_accepted_claim_of_one_node_is_let_go_before_it_is_taken() {
        let spec = |strategy: &str| config(&format!("storage: {{pvc: {{claim: c}}}}, rolloutStrategy: {strategy}"));
        let modes = claim("accessModes: [ReadWriteOnce]");
        let (recreate, rolling) = (spec("Recreate") + &modes, spec("RollingUpdate"));
        check_update("4.16", &recreate, &rolling, &["info RC0610 at name", "error RC0602 at RollingUpdate"]);
        check_update("4.16", &recreate, &spec("Recreate"), &["info RC0610 at name"]);
        check_update("4.16", &(rolling.clone() + &modes), &rolling, &["info RC0610 at name"]);
        let other = config("storage: {pvc: {claim: d}}, rolloutStrategy: RollingUpdate");
        check_update("4.16", &recreate, &other, &["info RC0610 at name", "warning RC0604 at d"]);
    }
}
