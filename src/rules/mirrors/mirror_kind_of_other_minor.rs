//! A kind of mirrors that older minors of the target do not have.

use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::{Check, Rule, SpecContext};
use crate::spec::{MIRROR_SETS, MirrorKinds};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::MIRROR_KIND_OF_OTHER_MINOR, check: Check::Spec(check) };

fn check(ctx: &SpecContext<'_>, findings: &mut Findings) {
    let Some(mirrors) = ctx.spec.mirrors().filter(|mirrors| mirrors.by_digest().is_some()) else { return };
    let is_older = !ctx.target.is_since(MIRROR_SETS) && mirrors.kinds(ctx.target) != MirrorKinds::SourcePolicy;
    let Some(kind) = mirrors.kind().filter(|_| is_older) else { return };
    let message = format!("`ImageDigestMirrorSet` exists since OpenShift {MIRROR_SETS}; the target is {}", ctx.target);
    let finding = Diagnostic::error(RULE.code, kind.place(), message)
        .note("an older API server answers `no matches for kind \"ImageDigestMirrorSet\" in version \"config.openshift.io/v1\"`")
        .help("write `kind: ImageContentSourcePolicy`, which every minor has");
    findings.push(finding);
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::check;

    #[test]
    fn mirror_sets_are_for_4_13_and_newer() {
        let spec = |kind: &str| format!("mirrors: {{kind: {kind}, imageDigestMirrors: {{a.io: {{mirrors: [m.io]}}}}}}");
        check("aws-upi 4.12", &spec("ImageDigestMirrorSet"), &["error RC0370 at ImageDigestMirrorSet"]);
        check("aws-upi 4.12..4.13", &spec("Both"), &["error RC0370 at Both"]);
        check("aws-upi 4.12..4.13", &spec("ImageContentSourcePolicy"), &[]);
        check("aws-upi 4.13", &spec("ImageDigestMirrorSet"), &[]);
        check("aws-upi 4.12", "mirrors: {kind: ImageDigestMirrorSet}", &[]);
    }
}
