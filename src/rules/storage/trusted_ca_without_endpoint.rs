//! A bundle of CAs for S3 of Amazon itself: only the bundle is trusted then, no more the system's authorities.

use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::{BundleContext, Check, Rule};

pub(in crate::rules) static RULE: Rule =
    Rule { code: &codes::TRUSTED_CA_WITHOUT_ENDPOINT, check: Check::Bundle(check) };

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let Some(backend) = ctx.only("s3").filter(|backend| ctx.is_managed() && backend.given("regionEndpoint").is_none())
    else {
        return;
    };
    let name =
        backend.entry.node.at(&["trustedCA", "name"]).filter(|name| name.as_str().is_some_and(|text| !text.is_empty()));
    let Some(name) = name else { return };
    let message = "`s3.trustedCA` without `s3.regionEndpoint`: only that bundle is trusted for Amazon's own endpoints";
    let finding = Diagnostic::info(RULE.code, name.place(), message)
        .note("the system's authorities are no more used for S3; the bundle must hold those of Amazon, or of the proxy between")
        .help("remove `s3.trustedCA`, unless a proxy opens the connections to S3");
    findings.push(finding);
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_objects, config};

    #[test]
    fn a_bundle_is_for_an_endpoint_of_ones_own() {
        let with = |more: &str| {
            config(&format!("{{managementState: Managed, storage: {{s3: {{bucket: b, region: r{more}}}}}}}"))
        };
        check_objects("4.16", &with(", trustedCA: {name: cas}"), &["info RC0550 at cas"]);
        check_objects("4.16", &with(", trustedCA: {name: \"\"}"), &[]);
        check_objects("4.16", &with(", trustedCA: {name: cas}, regionEndpoint: \"https://s3.example.com\""), &[]);
        check("aws-upi 4.16", "storage: {s3: {bucket: b, region: r, trustedCA: {name: cas}}}", &["info RC0550 at cas"]);
    }
}
