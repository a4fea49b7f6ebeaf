//! A certificate that cannot be read. Nobody on the cluster says so: pulls fail with x509 errors.

use crate::diag::{Diagnostic, Findings, Severity, codes};
use crate::rules::certificates::{Use, What};
use crate::rules::{CertificatesContext, Check, Rule};

pub(in crate::rules) static RULE: Rule =
    Rule { code: &codes::UNREADABLE_CERTIFICATE, check: Check::Certificates(check) };

fn check(ctx: &CertificatesContext<'_>, findings: &mut Findings) {
    for bundle in &ctx.bundles {
        let mut broken = bundle.blocks.iter().filter_map(|block| match &block.what {
            What::Broken(why) => Some((&block.place, *why)),
            _ => None,
        });
        let Some((place, why)) = broken.next() else { continue };
        let n_more = broken.count();
        // Of a bundle of authorities, those that can be read are trusted all the same.
        let others_serve = bundle.purpose == Use::Trusted && bundle.certificates().next().is_some();
        let severity = if others_serve { Severity::Warning } else { Severity::Error };
        let message = format!("a certificate that cannot be read: {why}");
        let mut finding = Diagnostic::new(RULE.code, severity, place, message);
        if n_more > 0 {
            finding = finding.note(format!("nor can {n_more} more of this content"));
        }
        let says = match bundle.purpose {
            Use::Trusted => {
                "no condition would show it: pulls fail with `x509: certificate signed by unknown authority`"
            }
            Use::Served => "the router would not admit the route with this certificate",
        };
        let help =
            "copy the certificate again, from one mark to the other, and look at it with `openssl x509 -text -noout`";
        findings.push(bundle.named_in(finding.note(says)).help(help));
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{CA, check, check_objects, trusted};

    #[test]
    fn a_certificate_can_be_read() {
        let ca = |file: &str| format!("trust: {{registryCAs: {{r.example.com: {{file: {file}}}}}}}");
        check("aws-upi 4.16", &ca("broken.crt"), &["error RC0356 at -----BEGIN CERTIFICATE-----"]);
        check("aws-upi 4.16", &ca("half.crt"), &["warning RC0356 at -----BEGIN CERTIFICATE-----"]);
        let route = "registry: {routes: {one: {tls: {certificate: {file: half.crt}, key: {valueFrom: {env: A}}}}}}";
        check("aws-upi 4.16", route, &["error RC0356 at -----BEGIN CERTIFICATE-----"]);
        check("aws-upi 4.16", &ca("ca.crt"), &[]);
    }

    #[test]
    fn certificates_of_manifests_are_read_too() {
        let bundle = |text: &str| trusted(&[("r.local", text)]);
        check_objects(
            "4.16",
            &bundle("-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n"),
            &["error RC0356 at -----BEGIN CERTIFICATE-----"],
        );
        check_objects("4.16", &bundle(CA), &[]);
    }
}
