//! A GCS bucket without its region or project, for which the operator takes the cluster's own.

use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::{BundleContext, Check, Rule};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::NO_GCS_REGION, check: Check::Bundle(check) };

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let Some(backend) = ctx.only("gcs").filter(|_| ctx.is_managed()) else { return };
    let Some(bucket) = backend.own_name() else { return };
    let finding = match (backend.given("region"), backend.given("projectID")) {
        (Some(_), Some(_)) => return,
        (None, Some(project)) => {
            Diagnostic::warning(RULE.code, project.place(), "`gcs.projectID` is overwritten: `gcs.region` is not set")
                .note("without a region the operator takes region and project of the cluster")
        }
        (region, None) => {
            let missing = if region.is_none() { "`region` and `projectID`" } else { "`projectID`" };
            Diagnostic::info(RULE.code, bucket.place(), format!("`gcs` with a bucket of its own and without {missing}"))
                .note("the operator then sets the bucket up again on each of its rounds, or looks for it in no project")
        }
    };
    let finding = finding.help("set `gcs.region` and `gcs.projectID` to those of the bucket");
    findings.push(finding);
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_objects, config};

    #[test]
    fn a_bucket_has_region_and_project() {
        let spec = |gcs: &str| format!("storage: {{gcs: {{{gcs}}}}}");
        check("gcp-upi 4.16", &spec("bucket: b"), &["info RC0368 at b"]);
        check("gcp-upi 4.16", &spec("bucket: b, region: r"), &["info RC0368 at b"]);
        check("gcp-upi 4.16", &spec("bucket: b, projectID: p"), &["warning RC0368 at p"]);
        check("gcp-upi 4.16", &spec("bucket: b, region: r, projectID: p"), &[]);
        check("gcp-upi 4.16", &spec(""), &[]);
    }

    #[test]
    fn manifests_are_judged_without_their_platform() {
        check_objects("4.16", &config("storage: {gcs: {bucket: b}}"), &["info RC0368 at b"]);
        check_objects("4.16", &config("storage: {gcs: {bucket: b, projectID: p}}"), &["warning RC0368 at p"]);
        check_objects("4.16", &config("storage: {gcs: {bucket: b, projectID: p, region: r}}"), &[]);
    }
}
