//! A bundle that the spec makes under the name of one that the platform has.

use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::trust::platforms_ca_bundle::BUNDLES;
use crate::rules::{Check, Rule, SpecContext};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::PLATFORMS_BUNDLE_REPLACED, check: Check::Spec(check) };

fn check(ctx: &SpecContext<'_>, findings: &mut Findings) {
    let registries = ctx.spec.section("trust").filter(|_| ctx.spec.registry_cas().next().is_some());
    let storage = ctx.only("s3").and_then(|backend| backend.get("trustedCA")).filter(|ca| ca.get("bundle").is_some());
    for made in registries.into_iter().chain(storage) {
        let Some(name) = made.get("name") else { continue };
        let Some((bundle, purpose)) = BUNDLES.iter().find(|(bundle, _)| name.as_str() == Some(bundle)) else {
            continue;
        };
        let message = format!("a bundle would be made as `{bundle}`, which holds {purpose}");
        let finding = Diagnostic::error(RULE.code, name.place(), message)
            .note("what the cluster has under that name in `openshift-config` would be replaced")
            .help("give the bundle another name, or leave the name out");
        findings.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::check;

    #[test]
    fn bundles_of_the_platform_are_not_replaced() {
        let trust = |name: &str| {
            format!(
                "trust: {{name: {name}, registryCAs: {{a.example.com: {{file: ca.crt}}}}}}\nstorage: {{s3: {{bucket: b, region: r}}}}"
            )
        };
        check("aws-upi 4.16", &trust("user-ca-bundle"), &["error RC0380 at user-ca-bundle"]);
        check("aws-upi 4.16", &trust("registry-cas"), &[]);
        let storage = |ca: &str| {
            format!(
                "storage: {{s3: {{bucket: b, region: r, regionEndpoint: \"https://s3.example.com\", trustedCA: {{{ca}}}}}}}"
            )
        };
        check(
            "aws-upi 4.16",
            &storage("name: user-ca-bundle, bundle: {file: ca.crt}"),
            &["error RC0380 at user-ca-bundle"],
        );
        check("aws-upi 4.16", &storage("name: user-ca-bundle"), &[]);
        check("aws-upi 4.16", &storage("bundle: {file: ca.crt}"), &[]);
    }
}
