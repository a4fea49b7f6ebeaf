//! Contents that are given as plain text where a secret belongs: a private key or a credential as `file` or `pem`.
//!
//! Which contents are public is decided here alone: certificates are, whatever stands beside a key is not. Public ones go
//! as they are into the template of an ExternalSecret or SealedSecret, or into a Secret that is committed.

use crate::diag::{Diagnostic, Findings, codes};
use crate::resolve::CONTENTS;
use crate::tree::{Entry, Node};

/// Replaces what a schema says of plain contents by why they are none.
pub(super) fn explained(spec: &Node, found: Findings, findings: &mut Findings) {
    let mut plain = Vec::new();
    for (what, entry) in secrets(spec) {
        let given = CONTENTS.iter().filter(|way| **way != "valueFrom").find_map(|way| entry.node.entry(way));
        if let Some(given) = given.filter(|_| entry.node.get("valueFrom").is_none()) {
            plain.push((what, entry, given));
        }
    }
    let is_about = |finding: &Diagnostic, entry: &Entry, given: &Entry| {
        let (place, at) = (&finding.place, [entry.key.place(), given.key.place(), entry.node.place()]);
        [&codes::UNKNOWN_SPEC_FIELD, &codes::MISSING_SPEC_FIELD].contains(&finding.code) && at.contains(&place)
    };
    let others =
        found.into_iter().filter(|finding| !plain.iter().any(|(_, entry, given)| is_about(finding, entry, given)));
    let others: Vec<Diagnostic> = others.collect();
    findings.extend(others);
    for (what, _, given) in plain {
        let finding =
            Diagnostic::error(&codes::PUBLIC_SECRET, given.key.place(), format!("{what} given as public text")).note(
                "of one Secret only certificates are public; such text is rendered as it stands, for everyone to read",
            );
        findings.push(finding.help(
            "write `valueFrom: {…}` with a source of secrets; if the text was committed, change the secret where it came from",
        ));
    }
}

/// Returns every entry of a spec that a secret belongs in, with what it is.
fn secrets(spec: &Node) -> Vec<(&'static str, &Entry)> {
    let below = |path: &[&str]| spec.at(path).and_then(Node::as_map).into_iter().flatten();
    let credentials = below(&["storage", "credentials"]).map(|(_, entry)| ("a credential", entry));
    let routes = below(&["registry", "routes"]).filter_map(|(_, route)| route.node.get("tls")?.entry("key"));
    let cloudfront = spec.at(&["storage", "s3", "cloudFront"]).and_then(|front| front.entry("privateKey"));
    credentials.chain(routes.chain(cloudfront).map(|entry| ("a private key", entry))).collect()
}
