//! A source that is never to be asked, in a kind that cannot say so.

use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::{Check, Rule, SpecContext};
use crate::spec::{MirrorKinds, Mirrors};
use crate::tree::Node;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::POLICY_WITHOUT_MIRROR_SET, check: Check::Spec(check) };

fn check(ctx: &SpecContext<'_>, findings: &mut Findings) {
    let Some(mirrors) = ctx.spec.mirrors() else { return };
    let Some(by_digest) = mirrors.by_digest() else { return };
    let note = match mirrors.kinds(ctx.target) {
        MirrorKinds::MirrorSet => return,
        MirrorKinds::SourcePolicy => {
            "an ImageContentSourcePolicy has no `mirrorSourcePolicy`: the source would be asked"
        }
        MirrorKinds::Both => {
            "an ImageContentSourcePolicy counts as AllowContactingSource, and nodes take no source with two policies: no node would get a new configuration"
        }
    };
    for (_, entry) in Mirrors::sources(by_digest) {
        let policy = entry.node.get("mirrorSourcePolicy");
        let Some(policy) = policy.filter(|policy| policy.as_str() == Some("NeverContactSource")) else { continue };
        let message = "`NeverContactSource` cannot be said by an `ImageContentSourcePolicy`";
        let mut finding = Diagnostic::error(RULE.code, policy.place(), message);
        if let Some(kind) = mirrors.kind().map(Node::place) {
            finding = finding.note_at(kind, "the kind");
        }
        findings.push(
            finding
                .note(note)
                .help("set `kind: ImageDigestMirrorSet`, or leave the policy out until the cluster has moved to it"),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_says};

    #[test]
    fn only_mirror_sets_forbid_the_source() {
        let spec = |kind: &str, policy: &str| {
            format!(
                "mirrors: {{kind: {kind}, imageDigestMirrors: {{a.io: {{mirrors: [m.io], mirrorSourcePolicy: {policy}}}}}}}"
            )
        };
        check(
            "aws-upi 4.16",
            &spec("ImageContentSourcePolicy", "NeverContactSource"),
            &["error RC0372 at NeverContactSource"],
        );
        check("aws-upi 4.16", &spec("Both", "NeverContactSource"), &["error RC0372 at NeverContactSource"]);
        check_says("aws-upi 4.16", &spec("Both", "NeverContactSource"), "nodes take no source with two policies");
        check("aws-upi 4.16", &spec("ImageDigestMirrorSet", "NeverContactSource"), &[]);
        check("aws-upi 4.16", &spec("Both", "AllowContactingSource"), &[]);
    }
}
