//! Objects of a kind that the target still has and calls deprecated.
//!
//! Source: openshift/openshift-docs modules/rn-ocp-release-notes-deprecated-removed-tables.adoc.

use super::{BundleContext, Check, Rule};
use crate::diag::{Diagnostic, Findings, Severity, codes};
use crate::target::Minor;

pub(super) static RULE: Rule = Rule { code: &codes::DEPRECATED_KIND, check: Check::Bundle(check) };

/// A kind, the minor since which it is deprecated, and what is there instead.
struct Deprecated {
    group: &'static str,
    kind: &'static str,
    since: Minor,
    instead: &'static str,
}

static DEPRECATED: [Deprecated; 1] = [Deprecated {
    group: "operator.openshift.io",
    kind: "ImageContentSourcePolicy",
    since: Minor::of(4, 13),
    instead: "ImageDigestMirrorSet",
}];

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    // A range that begins before has no other kind on all of it.
    for deprecated in DEPRECATED.iter().filter(|deprecated| ctx.target.is_since(deprecated.since)) {
        for object in ctx.objects_of(deprecated.group, deprecated.kind) {
            let Some(kind) = object.get("kind") else { continue };
            let (name, since, instead) = (deprecated.kind, deprecated.since, deprecated.instead);
            let message = format!("`{name}` is deprecated since OpenShift {since}");
            let finding = Diagnostic::about(RULE.code, Severity::Info, &kind.origin, message)
                .note("both kinds may stand beside each other, and nodes follow both")
                .help(format!("make an `{instead}` of it, and take the old one away once the new one is there"));
            findings.push(finding);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::check_objects;

    #[test]
    fn a_deprecated_kind_is_named_where_another_is_there() {
        let icsp = "apiVersion: operator.openshift.io/v1alpha1\nkind: ImageContentSourcePolicy\nmetadata: {name: a}\n";
        check_objects("4.13", icsp, &["info RC0395 at ImageContentSourcePolicy"]);
        check_objects("4.12", icsp, &[]);
        check_objects("4.12..4.14", icsp, &[]);
        let idms = "apiVersion: config.openshift.io/v1\nkind: ImageDigestMirrorSet\nmetadata: {name: a}\n";
        check_objects("4.13", idms, &[]);
    }
}
