//! Someone else bound to the role that is the registry's own.

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::grants::bound;
use crate::rules::{BundleContext, Check, Rule};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::REGISTRYS_OWN_ROLE, check: Check::Bundle(check) };

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    for bound in bound(ctx).into_iter().filter(|bound| bound.role == "system:registry") {
        if bound.is("ServiceAccount", &["registry"]) {
            continue;
        }
        let message = format!("{} gets the rights of the registry itself", quoted(bound.name_text()));
        let finding = Diagnostic::warning(RULE.code, bound.name.place(), message)
            .note(
                "`system:registry` is the operator's: it changes with releases, and reaches further than a user needs",
            )
            .help("bind `registry-editor` for pushing, or `registry-viewer` for pulling");
        findings.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::check_objects;

    #[test]
    fn the_registrys_role_is_for_the_registry() {
        let binding = |kind: &str, name: &str| {
            format!(
                "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {{name: a}}\nroleRef: {{apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: system:registry}}\nsubjects: [{{kind: {kind}, name: {name}}}]\n"
            )
        };
        check_objects("4.16", &binding("User", "alice"), &["warning RC0586 at alice"]);
        check_objects("4.16", &binding("ServiceAccount", "registry"), &[]);
    }
}
