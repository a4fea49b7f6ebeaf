//! A role of the registry for whoever does not sign in.
//!
//! Letting anyone pull from a namespace is done on purpose; anything more is an open door.

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, Severity, codes};
use crate::rules::grants::{Right, bound};
use crate::rules::{BundleContext, Check, Rule};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::ANONYMOUS_GRANT, check: Check::Bundle(check) };

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    for bound in bound(ctx) {
        if !bound.is("Group", &["system:unauthenticated"]) && !bound.is("User", &["system:anonymous"]) {
            continue;
        }
        let (severity, what) = match (bound.right, bound.is_cluster_wide) {
            (Right::Pull, false) => (Severity::Warning, "pull images"),
            (Right::Pull, true) => (Severity::Error, "pull every image"),
            (Right::Push, _) => (Severity::Error, "replace images"),
            (Right::Keep, _) => (Severity::Error, "do what is for keepers of the registry"),
        };
        let message = format!("whoever does not sign in may {what} {}", bound.reach());
        let finding = Diagnostic::new(RULE.code, severity, bound.name.place(), message)
            .note(format!("{} is anyone who reaches the API or a route of the registry, and has the role {} here", quoted(bound.name_text()), quoted(bound.role)))
            .help("grant it to a group that signs in; where images are meant for the public, grant `registry-viewer` in their namespace alone");
        findings.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_objects};

    #[test]
    fn whoever_does_not_sign_in_may_at_most_pull_from_a_namespace() {
        let spec = |section: &str, subject: &str, namespaces: &str| {
            format!("access: {{{section}: {{all: {{{subject}{namespaces}}}}}}}")
        };
        let (group, user) = ("groups: ['system:unauthenticated']", "users: ['system:anonymous']");
        let found = |severity: &str, name: &str| format!("{severity} RC0584 at '{name}'");
        for (section, namespaces, severity) in [
            ("viewers", ", namespaces: [a]", "warning"),
            ("pullers", ", namespaces: [a]", "warning"),
            ("viewers", "", "error"),
            ("editors", ", namespaces: [a]", "error"),
            ("pushers", "", "error"),
            ("pruners", "", "error"),
            ("metrics", "", "error"),
        ] {
            check("aws-upi 4.16", &spec(section, group, namespaces), &[&found(severity, "system:unauthenticated")]);
            check("aws-upi 4.16", &spec(section, user, namespaces), &[&found(severity, "system:anonymous")]);
        }
        check("aws-upi 4.16", &spec("editors", "groups: [developers]", ""), &[]);
    }

    #[test]
    fn roles_of_others_are_not_judged() {
        let binding = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: a}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: system:webhook}\nsubjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: system:unauthenticated}]\n";
        check_objects("4.16", binding, &[]);
    }
}
