//! A block among the certificates of a route that the router does not know: it refuses all of them for it. What a spec
//! names is cleaned of such blocks; manifests hold them as they are.
//!
//! Source: openshift/router `pkg/router/routeapihelpers/validation.go`, `sanitizePEM`.

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::certificates::What;
use crate::rules::{CertificatesContext, Check, Rule};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::FOREIGN_BLOCK, check: Check::Certificates(check) };

/// The blocks that it knows beside certificates and keys.
const KNOWN: &[&str] = &["PUBLIC KEY", "RSA PUBLIC KEY", "DSA PUBLIC KEY", "ECDSA PUBLIC KEY", "EC PARAMETERS"];

fn check(ctx: &CertificatesContext<'_>, findings: &mut Findings) {
    for route in &ctx.routes {
        for (field, bundle) in [("certificate", ctx.served(route)), ("caCertificate", ctx.authority(route))] {
            let Some(bundle) = bundle.filter(|bundle| !bundle.is_cleaned && bundle.certificates().next().is_some())
            else {
                continue;
            };
            let foreign = bundle.blocks.iter().find_map(|block| match &block.what {
                What::Other(label) if !KNOWN.contains(&&**label) => Some((&block.place, label)),
                _ => None,
            });
            let Some((place, label)) = foreign else { continue };
            let message = format!("a block {} among the certificates of a route", quoted(label));
            let finding = Diagnostic::error(RULE.code, place, message).note(ctx.not_admitted(
                route,
                field,
                &format!("unrecognized PEM block {label}"),
            ));
            findings.push(finding.help(
                "leave nothing but the blocks `CERTIFICATE`; `openssl x509 -in old.crt -out tls.crt` writes one of a `TRUSTED CERTIFICATE`",
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::keys::{OWN, SERVER, route, secret};
    use crate::rules::testing::{check_objects, check_objects_say};

    #[test]
    fn the_router_knows_every_block() {
        let foreign = format!("{SERVER}-----BEGIN X509 CRL-----\nMAMCAQE=\n-----END X509 CRL-----\n");
        check_objects("4.16", &route(&foreign, OWN), &["error RC0594 at -----BEGIN X509 CRL-----"]);
        check_objects_say("4.16", &route(&foreign, OWN), "unrecognized PEM block X509 CRL");
        check_objects("4.16", &secret(&foreign, OWN), &["error RC0594 at -----BEGIN X509 CRL-----"]);
        check_objects("4.16", &secret(&format!("# note\n{SERVER}"), OWN), &[]);
    }
}
