//! Two logins of one pull secret for one registry: each program chooses by itself.

use std::collections::BTreeMap;

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::pull_secret::normalised;
use crate::rules::pull_secrets::logins;
use crate::rules::{Check, Rule, SpecContext};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::DUPLICATE_PULL_REGISTRY, check: Check::Spec(check) };

fn check(ctx: &SpecContext<'_>, findings: &mut Findings) {
    for logins in logins(ctx) {
        let mut seen = BTreeMap::new();
        for login in logins {
            let place = login.entry.key.place();
            if let Some(first) = seen.insert(normalised(login.registry), place) {
                let shown = quoted(&normalised(login.registry));
                let finding = Diagnostic::warning(RULE.code, place, format!("a second login for {shown}"))
                    .note_at(first, "the other one")
                    .note("the kubelet tries both, builds and podman take one of them");
                findings.push(finding.help("keep the one that can pull"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::pull_secrets::testing::with_registries;
    use crate::rules::testing::check;

    #[test]
    fn a_registry_has_one_login() {
        let login = "{auth: {valueFrom: {env: REGCFG_SECRET_A}}}";
        let on = |a: &str, b: &str| with_registries(&format!("\"{a}\": {login}, \"{b}\": {login}"));
        check("vsphere 4.16", &on("quay.io", "https://quay.io/"), &["warning RC0375 at \"https://quay.io/\""]);
        let hub = "https://index.docker.io/v1/";
        check("vsphere 4.16", &on("docker.io", hub), &[&format!("warning RC0375 at \"{hub}\"")]);
        check("vsphere 4.16", &on("quay.io", "quay.io/org"), &[]);
    }
}
