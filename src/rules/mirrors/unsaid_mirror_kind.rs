//! No word on the kind of mirrors, where the target's minors differ in which it is, or those of an upgrade that is asked for.

use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::{Check, Rule, SpecContext};
use crate::spec::MIRROR_SETS;
use crate::target::Target;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::UNSAID_MIRROR_KIND, check: Check::Spec(check) };

fn check(ctx: &SpecContext<'_>, findings: &mut Findings) {
    let Some(mirrors) = ctx.spec.mirrors().filter(|mirrors| mirrors.kind().is_none()) else { return };
    let Some(by_digest) = mirrors.by_digest() else { return };
    let crosses = |range: &Target| range.first() < MIRROR_SETS && range.last() >= MIRROR_SETS;
    let message = if crosses(&ctx.target) {
        format!("which kind these mirrors are is not said, and the target {} has two", ctx.target)
    } else if let Some(way) = ctx.resolved.way.filter(crosses).filter(|_| ctx.target.is_since(MIRROR_SETS)) {
        format!(
            "which kind these mirrors are is not said, and it changes on the way from {} to {}",
            way.first(),
            way.last()
        )
    } else {
        return;
    };
    let finding = Diagnostic::warning(RULE.code, by_digest.key.place(), message)
        .note("an ImageContentSourcePolicy where the target has minors before 4.13, which have nothing else, and else an ImageDigestMirrorSet")
        .note("when it changes, what prunes deletes the one before nodes have the other, and what does not leaves the old one behind")
        .help("set `kind: ImageContentSourcePolicy`; from 4.13 on set `kind: Both`, wait until `oc get machineconfigpool` shows every pool updated, set `kind: ImageDigestMirrorSet`, and delete the ImageContentSourcePolicy by hand");
    findings.push(finding);
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::check;

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
