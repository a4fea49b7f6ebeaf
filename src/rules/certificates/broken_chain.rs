//! Certificates of a route that are no chain: another one before the server's own, some that belong to none of the others,
//! or an authority that may not sign for it.
//!
//! Source: openshift/router `pkg/router/routeapihelpers/validation.go`: the first certificate must be that of the key. Go and
//! OpenSSL then find the others in any order, TLS 1.2 asks for one after the other (RFC 5246, section 7.4.2).

use std::collections::BTreeSet;

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, Severity, codes};
use crate::rules::certificates::{Bundle, ServedRoute};
use crate::rules::{CertificatesContext, Check, Rule};
use crate::tree::Place;
use crate::x509::{Certificate, Signed, signed};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::BROKEN_CHAIN, check: Check::Certificates(check) };

fn check(ctx: &CertificatesContext<'_>, findings: &mut Findings) {
    for route in &ctx.routes {
        let Some(served) = ctx.served(route) else { continue };
        if let Some((place, signed)) = served.signed_by_first() {
            findings.push(first_is_not_own(ctx, route, served, place, signed));
            continue;
        }
        let authority: Vec<_> = ctx.authority(route).into_iter().flat_map(Bundle::certificates).collect();
        let chain = match Chain::of(served, &authority) {
            Ok(Some(chain)) => chain,
            Ok(None) => continue,
            Err(place) => {
                findings.push(too_many(served, place));
                continue;
            }
        };
        if let Some(finding) = chain.refused(served) {
            findings.push(finding);
        }
        if let Some(finding) = chain.left_over(served) {
            findings.push(finding);
        }
    }
}

/// The most certificates that are asked whether they signed another, among those that bear its issuer's name, as in releases of Go.
///
/// Source: golang/go `src/crypto/x509/verify.go`, `maxChainSignatureChecks`.
const MOST_CHECKED: usize = 100;

/// The most comparisons of a host with a limit of an authority, as in releases of Go.
///
/// Source: golang/go `src/crypto/x509/verify.go`, `VerifyOptions.MaxConstraintComparisions`, by which releases before 1.26 stop.
const MOST_COMPARED: usize = 250_000;

/// Certificates of a route, the way from the server's own to where it ends, and what is not on it.
struct Chain<'c> {
    /// The server's own, its issuer, that one's, each with its place.
    way: Vec<(&'c Place, &'c Certificate)>,
    /// The others that the route serves.
    others: Vec<(&'c Place, &'c Certificate)>,
    /// Whether each stands right after the one that it signed.
    is_in_order: bool,
}

impl<'c> Chain<'c> {
    /// Looks for the way; the error is the certificate at which clients give up.
    fn of(served: &'c Bundle<'_>, authority: &[(&'c Place, &'c Certificate)]) -> Result<Option<Self>, &'c Place> {
        let own: Vec<_> = served.certificates().collect();
        let all: Vec<_> = own.iter().chain(authority).copied().collect();
        let mut on_way = vec![0];
        let Some((mut place, mut current)) = all.first().copied() else { return Ok(None) };
        let mut n_checked = 0;
        while !current.is_self_issued() {
            let mut next = None;
            for (at, (_, one)) in all.iter().enumerate() {
                if one.is_same(current) || on_way.contains(&at) {
                    continue;
                }
                let found = signed(one, current);
                n_checked += usize::from(found != Signed::No);
                if n_checked > MOST_CHECKED {
                    return Err(place);
                }
                if found.may_be() {
                    next = Some(at);
                    break;
                }
            }
            let Some(at) = next else { break };
            on_way.push(at);
            (place, current) = all[at];
        }
        let way: Vec<_> = on_way.iter().map(|at| all[*at]).collect();
        let is_other = |one: &Certificate| !way.iter().any(|(_, on_way)| on_way.is_same(one));
        let others = own.iter().copied().filter(|(_, one)| is_other(one)).collect();
        let served_on_way: Vec<usize> = on_way.iter().copied().filter(|at| *at < own.len()).collect();
        Ok(Some(Self { is_in_order: served_on_way.is_sorted(), others, way }))
    }

    /// Finds an authority on the way that clients refuse for what it signed.
    fn refused(&self, served: &Bundle<'_>) -> Option<Diagnostic> {
        let (_, leaf) = self.way.first()?;
        for (place, authority) in self.way.iter().skip(1) {
            let subject = quoted(&authority.subject);
            let n_compared = leaf.hosts.len().saturating_mul(authority.permitted.len() + authority.excluded.len());
            if n_compared > MOST_COMPARED {
                let message =
                    format!("{subject} limits for which hosts it may sign, by more names than all clients compare");
                let finding = Diagnostic::warning(RULE.code, place, message)
                    .note("clients of older releases of Go give up after 250,000 comparisons, and refuse the chain");
                return Some(
                    served
                        .named_in(finding)
                        .help("have a certificate made for fewer hosts, or one by another authority"),
                );
            }
            let limited = leaf.hosts.iter().find(|host| !authority.may_sign_for(host));
            let finding = if !authority.is_authority {
                let message = format!("{subject} signed one before it, and is no authority");
                Diagnostic::error(RULE.code, place, message)
                    .note("clients would say `x509: certificate signed by unknown authority`")
            } else if let Some(host) = limited {
                let message = format!("{subject} may not sign for {}", quoted(host));
                Diagnostic::error(RULE.code, place, message)
                    .note("its name constraints say for which hosts it may; clients then refuse the whole chain")
            } else {
                continue;
            };
            let help = "have the certificate signed by an authority that may, and give its chain";
            return Some(served.named_in(finding).help(help));
        }
        None
    }

    /// Finds what is served beside the chain, or out of its order.
    fn left_over(&self, served: &Bundle<'_>) -> Option<Diagnostic> {
        let (_, last) = self.way.last()?;
        if let Some((place, other)) = self.others.first() {
            let message = format!("the certificate of {} belongs to none of the others", quoted(&other.subject));
            // With the issuer of the server's own among them, the rest does no harm.
            let is_missed = self.way.len() == 1 && !last.is_self_issued();
            let severity = if is_missed { Severity::Warning } else { Severity::Info };
            let mut finding = Diagnostic::new(RULE.code, severity, place, message);
            if signed(other, last) == Signed::ByNameOnly {
                finding = finding
                    .note(format!("it bears the name of who signed {}, and did not sign it", quoted(&last.subject)));
            } else if is_missed {
                finding = finding.note(format!(
                    "{} is signed by {}, which is not among them: clients that do not have it refuse the connection",
                    quoted(&last.subject),
                    quoted(&last.issuer)
                ));
            }
            let n_more = self.others.len() - 1;
            if n_more > 0 {
                finding = finding.note(format!("nor do {n_more} more"));
            }
            let help = "give the server's certificate, then the one that signed it, and so on";
            return Some(served.named_in(finding).help(help));
        }
        if self.is_in_order {
            return None;
        }
        let places: BTreeSet<u32> = self.way.iter().map(|(place, _)| place.start).collect();
        let (place, one) = self.way.iter().zip(&places).find(|((place, _), at)| place.start != **at)?.0;
        let message =
            format!("the certificate of {} does not stand after the one that it signed", quoted(&one.subject));
        let finding = Diagnostic::info(RULE.code, place, message)
            .note("Go and OpenSSL put them in order; TLS 1.2 asks the server to, and some clients refuse it");
        let help = "give the server's certificate, then the one that signed it, and so on";
        Some(served.named_in(finding).help(help))
    }
}

fn too_many(served: &Bundle<'_>, place: &Place) -> Diagnostic {
    let message = format!("more than {MOST_CHECKED} certificates bear the name of who signed another of the chain");
    let finding = Diagnostic::warning(RULE.code, place, message)
        .note("clients written in Go give up: `x509: signature check attempts limit reached while verifying certificate chain`");
    served
        .named_in(finding)
        .help("give the server's certificate, then the one that signed it, and so on, and no others")
}

fn first_is_not_own(
    ctx: &CertificatesContext<'_>,
    route: &ServedRoute<'_>,
    served: &Bundle<'_>,
    place: &Place,
    signed: &Certificate,
) -> Diagnostic {
    let first = served.certificates().next();
    let (at, subject) = first.map_or((place, String::new()), |(at, one)| (at, quoted(&one.subject)));
    let message = format!("the certificate of {subject} stands first, and is not the server's");
    let finding = Diagnostic::error(RULE.code, at, message)
        .note_at(place, format!("it signed that of {}", quoted(&signed.subject)))
        .note(ctx.not_admitted(route, "key", "tls: private key does not match public key"));
    served.named_in(finding).help("give the server's certificate first, then the one that signed it, and so on")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::rules::certificates::{Use, What, in_place};
    use crate::rules::testing::{check, check_says};
    use crate::tree::{Node, Source, SourceKind};

    fn spec(file: &str) -> String {
        let tls = format!("{{certificate: {{file: {file}}}, key: {{valueFrom: {{env: A}}}}}}");
        format!("registry: {{routes: {{one: {{tls: {tls}}}}}}}")
    }

    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";

    #[test]
    fn the_servers_own_stands_first() {
        for file in ["chain.crt", "server.crt", "whole-chain.crt", "twice.crt"] {
            check("aws-upi 4.16", &spec(file), &[]);
        }
        check("aws-upi 4.16", &spec("backwards.crt"), &[&format!("error RC0397 at {BEGIN}")]);
        check_says("aws-upi 4.16", &spec("backwards.crt"), "private key does not match public key");
        check_says("aws-upi 4.16", &spec("backwards.crt"), "route one (host …, router default) not admitted");
    }

    #[test]
    fn the_others_belong_to_it() {
        check("aws-upi 4.16", &spec("unrelated.crt"), &[&format!("warning RC0397 at {BEGIN}")]);
        check_says("aws-upi 4.16", &spec("unrelated.crt"), "is signed by `CN=Intermediate`, which is not among them");
        check("aws-upi 4.16", &spec("namesake.crt"), &[&format!("warning RC0397 at {BEGIN}")]);
        check_says("aws-upi 4.16", &spec("namesake.crt"), "bears the name of who signed `CN=r.example.com`");
        check("aws-upi 4.16", &spec("extra.crt"), &[&format!("info RC0397 at {BEGIN}")]);
        check("aws-upi 4.16", &spec("mixed.crt"), &[&format!("info RC0397 at {BEGIN}")]);
    }

    #[test]
    fn a_chain_is_looked_for_as_far_as_clients_do() {
        let blocks = include_str!("../testing/namesake.crt").split_inclusive("-----END CERTIFICATE-----\n");
        let [leaf, namesake] = blocks.collect::<Vec<_>>()[..] else { panic!("two certificates") };
        let spec = |n_namesakes: usize| {
            let pem = format!("{leaf}{}", namesake.repeat(n_namesakes)).replace('\n', "\\n");
            let tls = format!("{{certificate: {{pem: \"{pem}\"}}, key: {{valueFrom: {{env: A}}}}}}");
            format!("registry: {{routes: {{one: {{tls: {tls}}}}}}}")
        };
        check_says("aws-upi 4.16", &spec(100), "nor do 99 more");
        check_says("aws-upi 4.16", &spec(101), "signature check attempts limit reached");
    }

    #[test]
    fn hosts_are_compared_with_limits_as_far_as_clients_do() {
        let text = include_str!("../testing/limited.crt");
        let named = Node::string(text, Place::start_of(&Source::new("a.crt", text, SourceKind::User)));
        let said = |n_hosts: usize| {
            let mut served = in_place(Use::Served, &named, text, true);
            for block in &mut served.blocks {
                let What::Certificate(certificate) = &mut block.what else { panic!("a certificate") };
                let certificate = Arc::get_mut(certificate).expect("nobody else has it");
                certificate.hosts = vec!["r.example.com".into(); n_hosts];
                if !certificate.permitted.is_empty() {
                    certificate.permitted = vec!["example.org".into(); 500];
                    certificate.excluded.clear();
                }
            }
            let chain = Chain::of(&served, &[]).ok().flatten().unwrap();
            chain.refused(&served).unwrap().message.clone()
        };
        assert!(said(500).contains("may not sign for"), "{}", said(500));
        assert!(said(501).contains("more names than all clients compare"), "{}", said(501));
    }

    #[test]
    fn who_signs_may_sign() {
        check("aws-upi 4.16", &spec("limited.crt"), &[&format!("error RC0397 at {BEGIN}")]);
        check_says("aws-upi 4.16", &spec("limited.crt"), "may not sign for `r.example.com`");
        check("aws-upi 4.16", &spec("by-leaf.crt"), &[&format!("error RC0397 at {BEGIN}")]);
    }
}
