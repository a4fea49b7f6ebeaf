//! A storage backend beside the one that the operator bootstraps: applied onto it, there are two.

use serde_json::json;

use crate::diag::{Diagnostic, Findings, Severity, codes};
use crate::rules::{BundleContext, Check, Rule};
use crate::tree::Node;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::BOOTSTRAPPED_BACKEND, check: Check::Bundle(check) };

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let Some(own) = ctx.backend() else { return };
    let storage = ctx.config().and_then(|config| config.get("storage"));
    let bootstrapped = ctx.bootstrapped(ctx.first()).and_then(|config| config.get("storage"));
    let mut others = bootstrapped.and_then(Node::as_map).into_iter().flatten().map(|(name, _)| &**name);
    let other = others.find(|name| *name != "managementState" && *name != own.name);
    let (Some(storage), Some(other)) = (storage, other) else { return };
    let message = format!("the operator has bootstrapped the backend `{other}`, and `{}` comes beside it", own.name);
    // `replace`, not `remove`: a storage without backend is one that the operator fills again at once.
    let patch = json!([{"op": "replace", "path": "/spec/storage", "value": storage.to_json()}]);
    let patch = patch.to_string().replace('\'', r"'\''");
    let command = "oc patch configs.imageregistry.operator.openshift.io cluster --type json";
    let finding = Diagnostic::about(RULE.code, Severity::Warning, &own.entry.key, message)
        .note("the operator refuses two backends: `exactly one storage type should be configured at the same time`")
        .help(format!(
            "unless the cluster was switched already, run once before the first apply: {command} -p '{patch}'"
        ));
    findings.push(finding.object("Config cluster"));
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_objects, check_says};

    #[test]
    fn a_backend_comes_in_the_place_of_the_bootstrapped_one() {
        let claim = "registry: {replicas: 1, rolloutStrategy: Recreate}\nstorage: {pvc: {claim: c}}";
        check("aws-upi 4.16", claim, &["warning RC0520 at pvc"]);
        check_says("aws-upi 4.16", claim, r#"-p '[{"op":"replace","path":"/spec/storage","value":{"#);
        check("aws-upi 4.16", "storage: {s3: {bucket: b, region: r}}", &[]);
        check("baremetal 4.16", "storage: {pvc: {claim: c}}", &[]);
    }

    #[test]
    fn on_a_platform_that_is_not_known_nothing_is_assumed() {
        check_objects("4.16", &crate::rules::testing::config("storage: {pvc: {claim: c}}"), &[]);
    }
}
