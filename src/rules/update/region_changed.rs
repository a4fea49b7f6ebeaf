//! Another region of the same bucket: a bucket does not move.

use super::{UpdateContext, store_settings};
use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, Severity, codes};
use crate::rules::{Check, Rule};
use crate::tree::Node;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::REGION_CHANGED, check: Check::Update(check) };

/// The setting that says the region, by backend. That of Google Cloud only matters when the operator makes the bucket.
const REGIONS: &[(&str, &str)] =
    &[("s3", "region"), ("swift", "regionName"), ("ibmcos", "location"), ("oss", "region")];

fn check(ctx: &UpdateContext<'_>, findings: &mut Findings) {
    let Some((old, new)) = ctx.same_backend().filter(|_| ctx.old.is_managed() && ctx.new.is_managed()) else { return };
    let Some((_, setting)) = REGIONS.iter().find(|(name, _)| *name == old.name) else { return };
    let (Some(was), Some(is)) = (old.given(setting), new.given(setting)) else { return };
    // Another store may well be in another region, and behind an endpoint of one's own a region is a mere name.
    let is_other_store = store_settings(old.name).iter().any(|name| old.given(name) != new.given(name));
    if was == is || is_other_store || new.given("regionEndpoint").is_some() {
        return;
    }
    let message =
        format!("`{setting}` is not {} any more, and the store stays there", quoted(was.as_str().unwrap_or_default()));
    let finding = Diagnostic::about(RULE.code, Severity::Warning, &is.origin, message);
    findings.push(
        ctx.was(finding, was, "the region before")
            .note(ctx.store_note())
            .help("keep the region of the store, or name a store in the new region and copy the images"),
    );
}

impl UpdateContext<'_> {
    fn store_note(&self) -> &'static str {
        let is_named = self.new.backend().and_then(super::store_name).and_then(Node::as_str).is_some();
        if is_named {
            "requests for it go to the wrong region and are refused; StorageExists becomes False"
        } else {
            "the operator looks for its store in the new region; what was pushed before is in the old one"
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check_update, check_update_says};
    use crate::rules::update::testing::config;

    #[test]
    fn a_bucket_stays_in_its_region() {
        let s3 = |settings: &str| config(&format!("storage: {{s3: {{{settings}}}}}"));
        let (old, new) = (s3("bucket: b, region: eu-1"), s3("bucket: b, region: us-1"));
        check_update("4.16", &old, &new, &["warning RC0619 at us-1"]);
        check_update_says("4.16", &old, &new, "StorageExists becomes False");
        check_update_says("4.16", &s3("region: eu-1"), &s3("region: us-1"), "looks for its store in the new region");
        check_update("4.16", &old, &old, &[]);
        check_update("4.16", &old, &s3("bucket: c, region: us-1"), &["warning RC0604 at c"]);
    }

    #[test]
    fn a_region_that_is_a_mere_name_may_change() {
        let s3 = |region: &str| {
            config(&format!("storage: {{s3: {{bucket: b, regionEndpoint: https://x, region: {region}}}}}"))
        };
        check_update("4.16", &s3("a"), &s3("b"), &[]);
        let gcs = |region: &str| config(&format!("storage: {{gcs: {{bucket: b, region: {region}}}}}"));
        check_update("4.16", &gcs("a"), &gcs("b"), &[]);
    }
}
