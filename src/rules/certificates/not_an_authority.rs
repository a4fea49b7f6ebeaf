//! A certificate that may sign no others, trusted as an authority: it vouches for itself alone, until it is renewed.

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::certificates::Use;
use crate::rules::{CertificatesContext, Check, Rule};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::NOT_AN_AUTHORITY, check: Check::Certificates(check) };

fn check(ctx: &CertificatesContext<'_>, findings: &mut Findings) {
    for bundle in ctx.bundles.iter().filter(|bundle| bundle.purpose == Use::Trusted) {
        let mut leaves = bundle.certificates().filter(|(_, certificate)| !certificate.is_authority);
        let Some((place, leaf)) = leaves.next() else { continue };
        let n_more = leaves.count();
        let message =
            format!("the certificate of {} is no authority: it vouches for itself alone", quoted(&leaf.subject));
        let mut finding = Diagnostic::info(RULE.code, place, message);
        if n_more > 0 {
            finding = finding.note(format!("nor are {n_more} more of this content"));
        }
        let help = "give the certificate of the authority that signed it, unless this very certificate is meant";
        findings.push(bundle.named_in(finding).help(help));
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{CA, LEAF, check, check_objects, config, manifest, trusted};

    #[test]
    fn what_is_trusted_to_sign_says_that_it_may() {
        let ca = |file: &str| format!("trust: {{registryCAs: {{r.example.com: {{file: {file}}}}}}}");
        check("aws-upi 4.16", &ca("leaf.crt"), &["info RC0358 at -----BEGIN CERTIFICATE-----"]);
        check("aws-upi 4.16", &ca("ca.crt"), &[]);
        let route = "registry: {routes: {one: {tls: {certificate: {file: leaf.crt}, key: {valueFrom: {env: A}}}}}}";
        check("aws-upi 4.16", route, &[]);
    }

    #[test]
    fn certificates_of_manifests_are_read_too() {
        let bundle = |text: &str| trusted(&[("r.local", text)]);
        check_objects("4.16", &bundle(LEAF), &["info RC0358 at -----BEGIN CERTIFICATE-----"]);
        check_objects("4.16", &bundle(CA), &[]);

        let text = LEAF.replace('\n', "\n    ");
        let map = manifest("v1 ConfigMap", "openshift-config/ca", &format!("data:\n  ca-bundle.crt: |\n    {text}"));
        let storage = config(
            "storage: {s3: {bucket: b, region: r, regionEndpoint: \"https://a.example.com\", trustedCA: {name: ca}}}",
        ) + &map;
        check_objects("4.16", &storage, &["info RC0358 at -----BEGIN CERTIFICATE-----"]);
        check_objects("4.16", &map, &[]);
    }
}
