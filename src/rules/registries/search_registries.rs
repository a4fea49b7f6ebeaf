//! Registries that are tried for image names without a host.

use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::registries::list;
use crate::rules::{BundleContext, Check, Rule};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::SEARCH_REGISTRIES, check: Check::Bundle(check) };

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let Some((entry, _)) = list(ctx, "containerRuntimeSearchRegistries") else { return };
    let message = "an image name without a host is whatever the first of these registries has under it";
    let finding = Diagnostic::info(RULE.code, entry.key.place(), message)
        .note("whoever can push the name to an earlier registry decides what runs; pods only, builds and imports do not search")
        .help("name images with their registry, and leave the list out");
    findings.push(finding);
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::check;

    #[test]
    fn names_without_a_host_are_named_as_a_risk() {
        let spec = "images: {registrySources: {containerRuntimeSearchRegistries: [a.io]}}";
        check("aws-upi 4.16", spec, &["info RC0588 at containerRuntimeSearchRegistries"]);
    }
}
