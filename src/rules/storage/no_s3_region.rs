//! An S3 bucket without its region: the registry does not start, or the operator sets the bucket up over and over.

use crate::diag::{Diagnostic, Findings, codes};
use crate::profile::Profile;
use crate::rules::{BundleContext, Check, Rule};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::NO_S3_REGION, check: Check::Bundle(check) };

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let Some(backend) = ctx.only("s3").filter(|_| ctx.is_managed()) else { return };
    let has = |field: &str| backend.given(field).is_some();
    if has("region") {
        return;
    }
    // Where the operator bootstraps S3, the cluster's own region is what it falls back to, but not beside an endpoint.
    let bootstraps_s3 = |profile: &Profile| {
        let mut bootstraps = ctx.target.minors().filter_map(|minor| profile.bootstrap("config", minor));
        bootstraps.any(|config| config.at(&["storage", "s3"]).is_some())
    };
    let knows_region = ctx.profile().is_none_or(bootstraps_s3);
    let at = backend.get("region").map_or(&backend.entry.key, |empty| &empty.origin);
    let finding = if has("regionEndpoint") || !knows_region {
        let message = if knows_region {
            "`s3` with an endpoint of its own and without `region`"
        } else {
            "`s3` without `region`, which the operator does not find out on this platform"
        };
        Diagnostic::error(RULE.code, at.place(), message)
            .note("the registry's pods would end at once with `no region parameter provided`")
            .help("set `s3.region`; services that know no regions take `us-east-1`")
    } else if has("bucket") {
        Diagnostic::warning(RULE.code, at.place(), "`s3` with a bucket of its own and without `region`")
            .note(if ctx.is_rendered() {
                "the operator then takes the cluster's region and sets the bucket up again on each of its rounds"
            } else {
                "on AWS the operator sets the bucket up again on each of its rounds; elsewhere no pod starts without it"
            })
            .help("set `s3.region` to the bucket's region")
    } else {
        return;
    };
    findings.push(finding);
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_objects, check_objects_say, config};

    const KEYS: &str = "credentials: {accessKey: {valueFrom: {env: A}}, secretKey: {valueFrom: {env: B}}}";

    #[test]
    fn a_bucket_has_a_region() {
        let spec = |s3: &str| format!("storage: {{s3: {{{s3}}}, {KEYS}}}");
        check("aws-upi 4.16", &spec("bucket: b"), &["warning RC0366 at s3"]);
        check("aws-upi 4.16", &spec("bucket: b, region: eu-west-1"), &[]);
        check("aws-upi 4.16", &spec(""), &[]);
        check("aws-upi 4.16", &spec("bucket: b, regionEndpoint: \"https://s3\""), &["error RC0366 at s3"]);
        check("baremetal 4.16", &spec("bucket: b, region: \"\""), &["error RC0366 at \"\""]);
    }

    #[test]
    fn a_bucket_needs_its_region_on_any_platform() {
        let manifest = |s3: &str| config(&format!("storage: {{s3: {{{s3}}}}}"));
        check_objects("4.16", &manifest("bucket: b"), &["warning RC0366 at s3"]);
        check_objects_say("4.16", &manifest("bucket: b"), "on AWS the operator sets the bucket up again");
        check_objects("4.16", &manifest("bucket: b, regionEndpoint: \"https://s3\""), &["error RC0366 at s3"]);
        check_objects("4.16", &manifest("bucket: b, region: r"), &[]);
        check_objects("4.16", &manifest("encrypt: true"), &[]);
    }
}
