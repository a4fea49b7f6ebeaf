//! Credentials for a backend that takes none, or that the profile knows none for: they would reach nothing.

use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::credentials::{said, takes_some};
use crate::rules::{Check, Rule, SpecContext};
use crate::spec::Credentials;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::UNUSED_CREDENTIALS, check: Check::Spec(check) };

fn check(ctx: &SpecContext<'_>, findings: &mut Findings) {
    let Some((backend, credentials)) = said(ctx) else { return };
    let name = backend.name;
    let platform = ctx.resolved.platform();
    let finding = match credentials {
        Credentials::Given(node) if node.as_map().is_none() => return,
        Credentials::Given(node) if !takes_some(backend) => {
            Diagnostic::error(RULE.code, node.place(), format!("`{name}` takes no credentials"))
                .help("remove `storage.credentials`")
        }
        Credentials::Given(node) if ctx.profile().credential_sets(name).is_empty() => {
            let profile = platform.as_str().unwrap_or_default();
            Diagnostic::error(RULE.code, node.place(), format!("`{profile}` knows no credentials for `{name}`"))
                .help(format!("list the Secret's keys under `credentials.{name}` in the profile"))
        }
        Credentials::Minted(node) if !takes_some(backend) => {
            Diagnostic::warning(RULE.code, node.place(), format!("`{name}` takes no credentials, minted or other"))
                .help("remove `storage.credentials`")
        }
        _ => return,
    };
    findings.push(finding);
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::check;

    #[test]
    fn credentials_are_for_object_storage() {
        let spec = |backend: &str, given: &str| format!("storage: {{{backend}, credentials: {given}}}");
        let key = "{accessKey: {valueFrom: {env: A}}}";
        check("aws-upi 4.16", &spec("pvc: {claim: c}", key), &["error RC0347 at {accessKey"]);
        check("aws-upi 4.16", &spec("pvc: {claim: c}", "minted"), &["warning RC0347 at minted"]);
        check("cloud 4.16", &spec("oss: {bucket: abc}", key), &["error RC0347 at {accessKey"]);
        check("cloud 4.16", &spec("oss: {bucket: abc}", "minted"), &[]);
        check("aws-upi 4.16", "storage: {pvc: {claim: c}}", &[]);
    }
}
