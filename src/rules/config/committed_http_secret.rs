//! `httpSecret` in a manifest: a secret in plain text, which the operator makes by itself where there is none.

use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::{BundleContext, Check, Rule};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::COMMITTED_HTTP_SECRET, check: Check::Bundle(check) };

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let Some(secret) = ctx.written("httpSecret").filter(|_| !ctx.is_copy()) else { return };
    // Text that a SOPS key encrypts is no plain text.
    if secret.node.as_str().is_none_or(|text| text.is_empty() || text.starts_with("ENC[")) {
        return;
    }
    let finding = Diagnostic::warning(RULE.code, secret.key.place(), "`httpSecret` is a secret in plain text")
        .note("it signs the state of uploads: who reads it can forge that state")
        .help("remove it: the operator makes one, and keeps it; before OpenShift 4.5 only while it bootstraps");
    findings.push(finding);
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check_objects, config};

    #[test]
    fn the_secret_is_left_to_the_operator() {
        let with = |secret: &str| config(&format!("{{managementState: Managed, httpSecret: {secret}}}"));
        check_objects("4.16", &with("HUSHHUSH"), &["warning RC0560 at httpSecret"]);
        check_objects("4.16", &with("\"\""), &[]);
        check_objects("4.16", &with("\"ENC[AES256_GCM,data:x]\""), &[]);
        check_objects("4.16", &with("HUSHHUSH").replace("{name: cluster}", "{name: cluster, uid: u}"), &[]);
    }
}
