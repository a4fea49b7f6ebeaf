//! Settings of a registry that the operator leaves as it is.

use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::{BundleContext, Check, Rule};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::UNMANAGED_SETTINGS, check: Check::Bundle(check) };

/// The settings that nobody writes who does not want them: not those that are required, bootstrapped or defaults.
const SETTINGS: &[&str] = &[
    "affinity",
    "defaultRoute",
    "disableRedirect",
    "nodeSelector",
    "proxy",
    "readOnly",
    "requests",
    "resources",
    "routes",
    "tolerations",
    "topologySpreadConstraints",
];

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let state = ctx.written("managementState").filter(|state| state.node.as_str() == Some("Unmanaged"));
    let Some(state) = state.filter(|_| !ctx.is_copy()) else { return };
    let settings: Vec<String> =
        SETTINGS.iter().filter(|field| ctx.written(field).is_some()).map(|field| format!("`{field}`")).collect();
    if settings.is_empty() {
        return;
    }
    let message = format!("nobody acts on {} while the registry is unmanaged", settings.join(", "));
    let finding = Diagnostic::info(RULE.code, state.node.place(), message)
        .note("the cluster would show Available=True, reason `Unmanaged`: the registry stays as it was before")
        .help("write `managementState: Managed` for the settings to be applied");
    findings.push(finding);
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_objects, check_objects_say, config};

    #[test]
    fn settings_wait_for_a_managed_registry() {
        let unmanaged = config("{managementState: Unmanaged, replicas: 2, defaultRoute: true, readOnly: true}");
        check_objects("4.16", &unmanaged, &["info RC0566 at Unmanaged"]);
        check_objects_say("4.16", &unmanaged, "nobody acts on `defaultRoute`, `readOnly` while");
        check_objects("4.16", &config("{managementState: Unmanaged, replicas: 2}"), &[]);
        check_objects("4.16", &config("{managementState: Managed, replicas: 2, defaultRoute: true}"), &[]);
        let spec = |state: &str| {
            format!("registry: {{managementState: {state}, defaultRoute: true}}\nstorage: {{pvc: {{claim: c}}}}")
        };
        check("baremetal 4.16", &spec("Unmanaged"), &["info RC0566 at Unmanaged"]);
        check("baremetal 4.16", &spec("Managed"), &[]);
    }
}
