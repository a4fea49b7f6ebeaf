//! A claim with another class, mode, volume or source: the API server takes no such change.

use super::{UpdateContext, name_of};
use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::{Check, Rule};
use crate::tree::Node;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::CLAIM_CHANGED, check: Check::Update(check) };

/// The fields of a claim that never change, with the value that a claim without one has; where the cluster fills a field
/// by itself, a first value may be what is there already.
const FIELDS: &[(&str, Option<&str>)] = &[
    ("accessModes", None),
    ("storageClassName", None),
    ("volumeName", None),
    ("volumeMode", Some("Filesystem")),
    ("selector", None),
    ("dataSource", None),
    ("dataSourceRef", None),
];

fn check(ctx: &UpdateContext<'_>, findings: &mut Findings) {
    for (old, new) in ctx.both_of("PersistentVolumeClaim") {
        let spec = |claim: &'_ Node, field: &str| claim.at(&["spec", field]).filter(|node| !node.is_null()).cloned();
        let changed = FIELDS.iter().find(|(field, default)| {
            let (was, is) = (spec(old, field), spec(new, field));
            let text = |node: &Option<Node>| node.as_ref().map_or(*default, Node::as_str).map(str::to_owned);
            match (&was, &is) {
                (None, None) => false,
                (Some(was), Some(is)) => was != is,
                // A class or volume that nobody named is filled by the cluster, and may be the one that is named now.
                (None, Some(_)) => default.is_some() && text(&was) != text(&is),
                (Some(_), None) => default.is_none() || text(&was) != text(&is),
            }
        });
        let Some((field, _)) = changed else { continue };
        let (was, is) = (old.at(&["spec", field]), new.at(&["spec", field]));
        let message = format!("`{field}` of the claim {} changes, which no claim can", quoted(name_of(new)));
        let at = is.or_else(|| new.get("spec")).unwrap_or(new);
        let mut finding = Diagnostic::error_about(RULE.code, &at.origin, message);
        if let Some(was) = was {
            finding = ctx.was(finding, was, "as it was");
        }
        findings.push(
            finding
                .note("the API server refuses it: `spec is immutable after creation except resources.requests…`")
                .help("create a claim of another name, copy the images, and name that claim in `storage.pvc.claim`"),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check_update, check_update_says};
    use crate::rules::update::testing::claim;

    #[test]
    fn a_claim_keeps_what_it_was_made_with() {
        let old = claim("accessModes: [ReadWriteOnce], storageClassName: thin, volumeMode: Filesystem");
        let modes = old.replace("ReadWriteOnce", "ReadWriteMany");
        check_update("4.16", &old, &modes, &["error RC0608 at ["]);
        check_update_says("4.16", &old, &modes, "`spec is immutable after creation except resources.requests…`");
        check_update("4.16", &old, &old.replace("thin", "fast"), &["error RC0608 at fast"]);
        let gone = old.replace("storageClassName: thin, ", "");
        check_update("4.16", &old, &gone, &["error RC0608 at {accessModes"]);
        check_update("4.16", &old, &old.replace("Filesystem", "Block"), &["error RC0608 at Block"]);
    }

    #[test]
    fn what_the_cluster_filled_by_itself_may_be_named() {
        let old = claim("accessModes: [ReadWriteOnce]");
        let named =
            claim("accessModes: [ReadWriteOnce], storageClassName: thin, volumeName: v, volumeMode: Filesystem");
        check_update("4.16", &old, &named, &[]);
        check_update("4.16", &named, &named, &[]);
    }
}
