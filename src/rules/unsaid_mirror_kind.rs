//! No word on the kind of mirrors, where the target's minors differ in which it is.

use super::{Check, Rule, SpecContext};
use crate::diag::{Diagnostic, Findings, codes};
use crate::spec::MIRROR_SETS;

pub(super) static RULE: Rule = Rule { code: &codes::UNSAID_MIRROR_KIND, check: Check::Spec(check) };

fn check(ctx: &SpecContext<'_>, findings: &mut Findings) {
    let Some(mirrors) = ctx.spec.mirrors().filter(|mirrors| mirrors.kind().is_none()) else { return };
    let crosses = ctx.target.first() < MIRROR_SETS && ctx.target.last() >= MIRROR_SETS;
    let Some(by_digest) = mirrors.by_digest().filter(|_| crosses) else { return };
    let message = format!("which kind these mirrors are is not said, and the target {} has two", ctx.target);
    let finding = Diagnostic::warning(RULE.code, by_digest.key.place(), message)
        .note("rendered as ImageContentSourcePolicy, which all its minors have")
        .note("once the target begins with 4.13, an ImageDigestMirrorSet is rendered instead: what prunes deletes the one before nodes have the other, and what does not leaves the old one behind")
        .help("set `kind: ImageContentSourcePolicy`; from 4.13 on set `kind: Both`, wait until `oc get machineconfigpool` shows every pool updated, set `kind: ImageDigestMirrorSet`, and delete the ImageContentSourcePolicy by hand");
    findings.push(finding);
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;

    #[test]
    fn a_range_over_4_13_says_which_kind_it_wants() {
        let mirrors = "imageDigestMirrors: {a.io: {mirrors: [m.io]}}";
        let unsaid = format!("mirrors: {{{mirrors}}}");
        check("aws-upi 4.12..4.13", &unsaid, &["warning RC0371 at imageDigestMirrors"]);
        check("aws-upi 4.12", &unsaid, &[]);
        check("aws-upi 4.13..4.19", &unsaid, &[]);
        check("aws-upi 4.12..4.13", &format!("mirrors: {{kind: ImageContentSourcePolicy, {mirrors}}}"), &[]);
    }
}
