//! Text without a certificate where certificates belong: nobody on the cluster checks it, and nothing is trusted. Of a
//! private key in its place RC0355 speaks.

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::certificates::What;
use crate::rules::{CertificatesContext, Check, Rule};
use crate::tree::Place;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::NO_CERTIFICATE, check: Check::Certificates(check) };

fn check(ctx: &CertificatesContext<'_>, findings: &mut Findings) {
    for bundle in &ctx.bundles {
        let is_certificate = |what: &What| matches!(what, What::Certificate(_) | What::Broken(_));
        if bundle.blocks.iter().any(|block| is_certificate(&block.what)) {
            continue;
        }
        if bundle.blocks.iter().any(|block| matches!(block.what, What::PrivateKey)) {
            continue;
        }
        let (place, holds): (&Place, String) = match bundle.blocks.first().map(|block| (block, &block.what)) {
            Some((block, What::Other(label))) => (&block.place, format!("it holds a block {}", quoted(label))),
            _ => (bundle.named.place(), "it holds no PEM block".into()),
        };
        let finding = Diagnostic::error(RULE.code, place, "no certificate where certificates belong").note(holds);
        let help = "give certificates in PEM, from `-----BEGIN CERTIFICATE-----` on; `openssl x509 -inform der` makes PEM of DER";
        findings.push(bundle.named_in(finding).help(help));
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{CA, check, check_objects, check_says, trusted};

    #[test]
    fn a_bundle_has_a_certificate() {
        let spec = |file: &str| format!("trust: {{registryCAs: {{r.example.com: {{file: {file}}}}}}}");
        check("aws-upi 4.16", &spec("text.crt"), &["error RC0354 at text.crt"]);
        check("aws-upi 4.16", &spec("request.crt"), &["error RC0354 at -----BEGIN CERTIFICATE REQUEST-----"]);
        check_says("aws-upi 4.16", &spec("request.crt"), "it holds a block `CERTIFICATE REQUEST`");
        check_says("aws-upi 4.16", &spec("request.crt"), "named here (cluster.yaml:7:");
        check("aws-upi 4.16", &spec("ca.crt"), &[]);
        check("aws-upi 4.16", "trust: {registryCAs: {r.example.com: {pem: text}}}", &["error RC0354 at text"]);
    }

    #[test]
    fn certificates_of_storage_and_routes_are_read_too() {
        let storage = "storage: {s3: {bucket: b, region: r, trustedCA: {bundle: {file: text.crt}}}}";
        check("aws-upi 4.16", storage, &["error RC0354 at text.crt"]);
        let tls = "{certificate: {pem: text}, key: {valueFrom: {env: A}}, caCertificate: {file: text.crt}}";
        let route = format!("registry: {{routes: {{one: {{tls: {tls}}}}}}}");
        check("aws-upi 4.16", &route, &["error RC0354 at text", "error RC0354 at text.crt"]);
        let elsewhere = "{certificate: {valueFrom: {env: B}}, key: {valueFrom: {env: A}}}";
        check("aws-upi 4.16", &format!("registry: {{routes: {{one: {{tls: {elsewhere}}}}}}}"), &[]);
    }

    #[test]
    fn certificates_of_manifests_are_read_too() {
        let bundle = |text: &str| trusted(&[("r.local", text)]);
        check_objects("4.16", &bundle("text"), &["error RC0354 at text"]);
        // What Flux puts in is not there yet.
        check_objects("4.16", &bundle("${company_ca}"), &[]);
        check_objects("4.16", &bundle(CA), &[]);
    }
}
