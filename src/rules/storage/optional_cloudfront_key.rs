//! `optional: true` on CloudFront's key, which the operator mounts as required.

use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::{BundleContext, Check, Rule};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::OPTIONAL_CLOUDFRONT_KEY, check: Check::Bundle(check) };

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let Some(backend) = ctx.only("s3").filter(|_| ctx.is_managed()) else { return };
    let optional = backend.entry.node.at(&["cloudFront", "privateKey", "optional"]);
    let Some(optional) = optional.filter(|optional| optional.as_bool() == Some(true)) else { return };
    let message = "`s3.cloudFront.privateKey.optional` has no effect";
    let finding = Diagnostic::warning(RULE.code, optional.place(), message)
        .note("the operator mounts the key as required: without it the registry's pods stay in ContainerCreating")
        .help("remove `optional`, and have the Secret there before the registry");
    findings.push(finding);
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check_objects, config};

    #[test]
    fn the_key_is_always_required() {
        let with = |optional: &str| {
            let key = format!("privateKey: {{name: cf, key: k{optional}}}");
            let cloudfront = format!("cloudFront: {{baseURL: \"https://a\", keypairID: K, {key}}}");
            config(&format!("{{managementState: Managed, storage: {{s3: {{bucket: b, region: r, {cloudfront}}}}}}}"))
        };
        check_objects("4.16", &with(", optional: true"), &["warning RC0551 at true"]);
        check_objects("4.16", &with(", optional: false"), &[]);
        check_objects("4.16", &with(""), &[]);
    }
}
