//! A Secret that the cluster has already: nothing is rendered, and each reference must name what will be read.

use super::SecretSpec;
use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::mutation::is_off;
use crate::spec::{Content, ValueSource};

impl SecretSpec<'_> {
    /// Checks that references name what will be read: regcfg copies nothing between Secrets.
    pub(super) fn check_references(&self, findings: &mut Findings) {
        let expected = self.name.as_str().unwrap_or_default();
        for asked in &self.asked {
            let Some(Content::Secret(ValueSource::SecretKeyRef(reference))) = Content::of(asked.content) else {
                let finding = Diagnostic::error(
                    &codes::MIXED_DELIVERY,
                    asked.content.place(),
                    "a content beside a Secret that exists already",
                );
                findings.push(finding.help("put this content into that Secret, and reference it too"));
                continue;
            };
            let wrong = |field: &str, expected: &str| {
                reference.get(field).filter(|node| node.as_str() != Some(expected) && !is_off("reference")).cloned()
            };
            let name = wrong("name", expected).map(|node| (node, expected));
            let key = wrong("key", &asked.key).map(|node| (node, &*asked.key));
            for (node, expected) in name.into_iter().chain(key) {
                let what = if self.fixed_name { "the operator reads" } else { "this Secret must have" };
                let message =
                    format!("{} is not what is read: {what} `{expected}`", quoted(node.as_str().unwrap_or_default()));
                let finding = Diagnostic::error(&codes::WRONG_REFERENCE, node.place(), message);
                findings.push(finding.help(format!(
                    "write `{expected}`, and have the Secret carry it; nothing is copied between Secrets"
                )));
            }
        }
    }
}
