//! A login for a registry in a form that no image's name has, or that programs read in different ways.

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::pull_secret::{KeyFault, key_fault, normalised};
use crate::rules::pull_secrets::logins;
use crate::rules::{Check, Rule, SpecContext};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::BAD_PULL_REGISTRY, check: Check::Spec(check) };

fn check(ctx: &SpecContext<'_>, findings: &mut Findings) {
    for login in logins(ctx).into_iter().flatten() {
        let place = login.entry.key.place();
        // What stands before the `@` may be a password.
        let shown = if login.registry.contains('@') { "the registry".into() } else { quoted(login.registry) };
        let finding = match key_fault(login.registry) {
            None => continue,
            Some(KeyFault::Never(why)) => {
                let message = format!("no image is pulled with a login for {shown}: {why}");
                Diagnostic::error(RULE.code, place, message)
                    .note("the pull would fail with `unauthorized: authentication required`")
            }
            Some(KeyFault::Doubtful(why)) => {
                Diagnostic::warning(RULE.code, place, format!("not every program reads {shown} alike: {why}"))
            }
        };
        let near = normalised(login.registry);
        let is_right = near != **login.registry && key_fault(&near).is_none();
        findings.push(finding.help(if is_right {
            format!("write {}", quoted(&near))
        } else {
            "write `host`, `host:port`, or either with the path of an organisation or repository".into()
        }));
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::pull_secrets::testing::with_registries;
    use crate::rules::testing::{check, check_says};

    const LOGIN: &str = "{username: u, password: {valueFrom: {env: REGCFG_SECRET_P}}}";

    #[test]
    fn a_registry_is_in_a_form_that_images_have() {
        let on = |registry: &str| with_registries(&format!("\"{registry}\": {LOGIN}"));
        for right in ["quay.io", "quay.io/org", "r.example.com:5000/a/b", "localhost:5000", "https://quay.io"] {
            check("vsphere 4.16", &on(right), &[]);
        }
        for wrong in ["quay.io/org:1", "quay", "docker://quay.io", "quay.io:x"] {
            check("vsphere 4.16", &on(wrong), &[&format!("error RC0374 at \"{wrong}\"")]);
        }
        for doubtful in ["*.example.com", "https://quay.io/org", "quay.io/org/"] {
            check("vsphere 4.16", &on(doubtful), &[&format!("warning RC0374 at \"{doubtful}\"")]);
        }
        check_says("vsphere 4.16", &on("https://quay.io/org"), "write `quay.io/org`");
    }

    #[test]
    fn the_clusters_own_pull_secret_has_registries_too() {
        let spec = "globalPullSecret: {registries: {quay: {}}}\nstorage: {pvc: {claim: c}}";
        check("vsphere 4.16", spec, &["error RC0374 at quay"]);
    }
}
