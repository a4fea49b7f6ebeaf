//! A registry that need not prove who it is, for nodes (`insecureRegistries`) or imports (`allowedRegistriesForImport`).
//!
//! The documentation has procedures for it, and whoever writes it knows; but nobody means it for the vendor's registries.

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::registries::{RELEASE, VENDORS, covers, entries, is_scope, registry_of};
use crate::rules::{BundleContext, Check, Rule};
use crate::tree::Node;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::INSECURE_REGISTRY, check: Check::Bundle(check) };

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let is_registry = |entry: &str| is_scope(entry) && !entry.contains("://");
    for (registry, node) in entries(ctx, "insecureRegistries").filter(|(registry, _)| is_registry(registry)) {
        findings.push(finding(registry, node));
    }
    let imports = ctx.image().and_then(|image| image.get("allowedRegistriesForImport")?.as_seq()).unwrap_or_default();
    for import in imports {
        let insecure = import.get("insecure").filter(|insecure| insecure.as_bool() == Some(true));
        if let (Some(node), Some(registry)) = (insecure, import.get("domainName").and_then(Node::as_str)) {
            findings.push(finding(registry, node));
        }
    }
}

fn finding(registry: &str, node: &Node) -> Diagnostic {
    if is_vendors(registry) {
        let message = format!("{} would be spoken to without proof that it is the vendor's", quoted(registry));
        return Diagnostic::error(RULE.code, node.place(), message)
            .note("whoever answers in its place gets the cluster's pull secret, and serves images by tag")
            .help(
                "remove it: the registry has a certificate that every node trusts; for a mirror name the mirror's host",
            );
    }
    let message = format!("{} need not prove that it is itself", quoted(registry));
    Diagnostic::info(RULE.code, node.place(), message)
        .note("plain HTTP and any certificate are taken: whoever answers in its place gets the credentials for it, and serves images by tag")
        .help("give the registry a certificate, and trust its CA through `additionalTrustedCA` (in a spec, `trust.registryCAs`)")
}

fn is_vendors(registry: &str) -> bool {
    VENDORS.iter().any(|vendor| registry_of(registry) == *vendor || covers(registry, vendor))
        || covers(registry, RELEASE)
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::check;

    #[test]
    fn a_registry_proves_who_it_is() {
        let spec = |registry: &str| format!("images: {{registrySources: {{insecureRegistries: [\"{registry}\"]}}}}");
        check("aws-upi 4.16", &spec("old.example.com"), &["info RC0583 at \"old.example.com\""]);
        for vendor in ["quay.io", "quay.io/openshift-release-dev", "registry.redhat.io", "*.redhat.io", "*.io"] {
            check("aws-upi 4.16", &spec(vendor), &[&format!("error RC0583 at \"{vendor}\"")]);
        }
    }

    #[test]
    fn imports_count_too() {
        let spec = |insecure: &str| {
            format!("images: {{allowedRegistriesForImport: [{{domainName: a.io, insecure: {insecure}}}]}}")
        };
        check("aws-upi 4.16", &spec("true"), &["info RC0583 at true"]);
        check("aws-upi 4.16", &spec("false"), &[]);
    }
}
