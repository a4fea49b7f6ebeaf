//! A claim to create without a name for it.

use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::{Check, Rule, SpecContext};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::UNNAMED_CLAIM, check: Check::Spec(check) };

fn check(ctx: &SpecContext<'_>, findings: &mut Findings) {
    let Some(backend) = ctx.only("pvc") else { return };
    let Some(create) = backend.settings().entry("create") else { return };
    if backend.given("claim").is_some() {
        return;
    }
    let at = backend.get("claim").map_or(&create.key, |claim| &claim.origin);
    let finding = Diagnostic::error(RULE.code, at.place(), "`pvc.create` makes a claim that has no name")
        .note("without a name the operator makes a claim of its own, `image-registry-storage` with 100Gi and `ReadWriteMany`, and nothing uses this one")
        .help("set `pvc.claim` to the claim's name, or remove `pvc.create`");
    findings.push(finding);
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::check;

    #[test]
    fn a_claim_that_is_created_has_a_name() {
        let create = "create: {accessModes: [ReadWriteMany], size: 1Gi}";
        check("baremetal 4.16", &format!("storage: {{pvc: {{{create}}}}}"), &["error RC0338 at create"]);
        check("baremetal 4.16", &format!("storage: {{pvc: {{claim: \"\", {create}}}}}"), &["error RC0338 at \"\""]);
        check("baremetal 4.16", &format!("storage: {{pvc: {{claim: c, {create}}}}}"), &[]);
        check("baremetal 4.16", "storage: {pvc: {claim: \"\"}}", &[]);
    }
}
