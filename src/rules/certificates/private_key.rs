//! A private key where certificates belong: it is in Git, in the open, and would reach a ConfigMap or a public part.

use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::certificates::What;
use crate::rules::{CertificatesContext, Check, Rule};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::PRIVATE_KEY, check: Check::Certificates(check) };

fn check(ctx: &CertificatesContext<'_>, findings: &mut Findings) {
    for bundle in &ctx.bundles {
        let Some(block) = bundle.blocks.iter().find(|block| matches!(block.what, What::PrivateKey)) else { continue };
        let is_alone = bundle.blocks.iter().all(|block| matches!(block.what, What::PrivateKey));
        let (message, help) = if is_alone {
            (
                "a private key where certificates belong",
                "name the file with the certificate, and replace the key if this file was ever committed; a route's key is given as `tls.key`, by its source",
            )
        } else {
            (
                "a private key among certificates",
                "take the block out, and replace the key if this file was ever committed; a route's key belongs in a Secret, as `tls.key`",
            )
        };
        let finding = Diagnostic::error(RULE.code, &block.place, message);
        findings.push(bundle.named_in(finding).help(help));
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{CA, check, check_objects, trusted};

    #[test]
    fn no_key_stands_among_certificates() {
        let ca = |file: &str| format!("trust: {{registryCAs: {{r.example.com: {{file: {file}}}}}}}");
        check("aws-upi 4.16", &ca("both.crt"), &["error RC0355 at -----BEGIN EC PRIVATE KEY-----"]);
        check("aws-upi 4.16", &ca("ca.crt"), &[]);
        let route = "registry: {routes: {one: {tls: {certificate: {file: both.crt}, key: {valueFrom: {env: A}}}}}}";
        check("aws-upi 4.16", route, &["error RC0355 at -----BEGIN EC PRIVATE KEY-----"]);
    }

    #[test]
    fn certificates_of_manifests_are_read_too() {
        let bundle = |text: &str| trusted(&[("r.local", text)]);
        check_objects(
            "4.16",
            &bundle(&format!("{CA}-----BEGIN EC PRIVATE KEY-----\nHUSHHUSH\n-----END EC PRIVATE KEY-----\n")),
            &["error RC0355 at -----BEGIN EC PRIVATE KEY-----"],
        );
        check_objects("4.16", &bundle(CA), &[]);
    }
}
