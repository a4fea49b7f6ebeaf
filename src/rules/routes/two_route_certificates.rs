//! A route whose certificate has two sources: a Secret of somebody else's, and one that regcfg makes under its name.

use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::{Check, Rule, SpecContext};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::TWO_ROUTE_CERTIFICATES, check: Check::Spec(check) };

fn check(ctx: &SpecContext<'_>, findings: &mut Findings) {
    for route in ctx.spec.routes() {
        let (Some(name), Some(tls)) = (route.secret_name(), route.entry.node.entry("tls")) else { continue };
        let message = format!("route `{}` takes its certificate from `secretName` and from `tls`", route.name);
        let finding = Diagnostic::error(RULE.code, tls.key.place(), message)
            .note_at(name.place(), "the Secret that is there already")
            .help("keep `secretName` for a Secret that somebody else writes, `tls` for one that regcfg makes");
        findings.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::check;

    #[test]
    fn a_certificate_has_one_source() {
        let tls = "tls: {certificate: {file: leaf.crt}, key: {valueFrom: {env: A}}}";
        let spec = |route: &str| format!("registry: {{routes: {{one: {{{route}}}}}}}");
        check("aws-upi 4.16", &spec(&format!("secretName: s, {tls}")), &["error RC0353 at tls"]);
        check("aws-upi 4.16", &spec(tls), &[]);
        check("aws-upi 4.16", &spec("secretName: s"), &[]);
    }
}
