//! A certificate that has expired, or is not valid yet, on the day of the run.

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, Severity, codes};
use crate::rules::certificates::Use;
use crate::rules::{CertificatesContext, Check, Rule};

pub(in crate::rules) static RULE: Rule =
    Rule { code: &codes::CERTIFICATE_NOT_VALID, check: Check::Certificates(check) };

fn check(ctx: &CertificatesContext<'_>, findings: &mut Findings) {
    for bundle in &ctx.bundles {
        let mut out_of_time = bundle.certificates().filter(|(_, certificate)| !certificate.is_valid(ctx.as_of));
        let Some((place, certificate)) = out_of_time.next() else { continue };
        let n_more = out_of_time.count();
        // Beside one that is valid, an authority of the past or the future is what a rotation looks like.
        let others_serve = bundle.certificates().any(|(_, certificate)| certificate.is_valid(ctx.as_of));
        let is_rotation = bundle.purpose == Use::Trusted && others_serve;
        let severity = if is_rotation { Severity::Info } else { Severity::Warning };
        let subject = quoted(&certificate.subject);
        let message = if certificate.until.0 < ctx.as_of {
            format!("the certificate of {subject} expired on {}", certificate.until.1)
        } else {
            format!("the certificate of {subject} is not valid before {}", certificate.from.1)
        };
        let mut finding = Diagnostic::new(RULE.code, severity, place, message);
        if n_more > 0 {
            finding = finding.note(format!("{n_more} more of this content are not valid either"));
        }
        let help = "renew it; `--as-of DATE` judges by another day";
        findings.push(bundle.named_in(finding).help(help));
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{CA, EXPIRED, check, check_objects, check_says, trusted};

    #[test]
    fn a_certificate_is_valid_on_the_day() {
        let ca = |file: &str| format!("trust: {{registryCAs: {{r.example.com: {{file: {file}}}}}}}");
        check("aws-upi 4.16", &ca("expired.crt"), &["warning RC0357 at -----BEGIN CERTIFICATE-----"]);
        check_says("aws-upi 4.16", &ca("expired.crt"), "the certificate of `CN=Example` expired on 2002-01-01");
        check("aws-upi 4.16", &ca("future.crt"), &["warning RC0357 at -----BEGIN CERTIFICATE-----"]);
        check_says("aws-upi 4.16", &ca("future.crt"), "is not valid before 2055-01-01");
        check("aws-upi 4.16", &ca("bundle.crt"), &["info RC0357 at -----BEGIN CERTIFICATE-----"]);
        check("aws-upi 4.16", &ca("ca.crt"), &[]);
        let route = "registry: {routes: {one: {tls: {certificate: {file: bundle.crt}, key: {valueFrom: {env: A}}}}}}";
        // The expired one belongs to no chain, either.
        let expected = ["warning RC0357 at -----BEGIN CERTIFICATE-----", "info RC0397 at -----BEGIN CERTIFICATE-----"];
        check("aws-upi 4.16", route, &expected);
    }

    #[test]
    fn certificates_of_manifests_are_read_too() {
        let bundle = |text: &str| trusted(&[("r.local", text)]);
        check_objects("4.16", &bundle(EXPIRED), &["warning RC0357 at -----BEGIN CERTIFICATE-----"]);
        check_objects("4.16", &bundle(CA), &[]);
    }
}
