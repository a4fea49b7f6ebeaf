//! A service account of every namespace, applied with a list of pull secrets that takes OpenShift's own from it.
//!
//! The list is replaced as a whole by client-side and by server-side apply (upstream: kubernetes/api `core/v1/types.go`,
//! `ServiceAccount`), and a controller puts back what is gone, each time with new Secrets on some releases (upstream:
//! openshift/openshift-controller-manager, OCPBUGS-36833).

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::bundle::is_live;
use crate::rules::{BundleContext, Check, Rule};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::PULL_SECRETS_REPLACED, check: Check::Bundle(check) };

/// The service accounts that OpenShift makes in every namespace.
const ACCOUNTS: [&str; 3] = ["builder", "default", "deployer"];

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    for (called, account) in ctx.objects() {
        if (called.group, called.kind) != ("", "ServiceAccount") || !ACCOUNTS.contains(&called.name) || is_live(account)
        {
            continue;
        }
        let Some(list) = account.entry("imagePullSecrets").filter(|list| !list.node.is_null()) else { continue };
        let message = format!("the list takes from {} the pull secret that OpenShift keeps there", quoted(called.name));
        let finding = Diagnostic::warning(RULE.code, list.key.place(), message)
            .note("the list is replaced as a whole: pods cannot pull from the cluster's own registry until a controller adds it again, as often as this is applied")
            .help(format!(
                "leave `imagePullSecrets` out, and run `oc secrets link {} NAME --for=pull -n {}`",
                called.name, called.namespace
            ));
        findings.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check_objects, check_objects_say, manifest};

    #[test]
    fn the_list_of_a_service_account_is_openshifts() {
        let account = |name: &str, rest: &str| manifest("v1 ServiceAccount", &format!("team-a/{name}"), rest);
        let list = "imagePullSecrets: [{name: robot}]";
        for name in ["default", "builder", "deployer"] {
            check_objects("4.16", &account(name, list), &["warning RC0599 at imagePullSecrets"]);
        }
        check_objects_say("4.16", &account("default", list), "oc secrets link default NAME --for=pull -n team-a");
        check_objects("4.16", &account("default", "automountServiceAccountToken: false"), &[]);
        check_objects("4.16", &account("ci", list), &[]);
        check_objects("4.16", &account("default, uid: u", list), &[]);
    }
}
