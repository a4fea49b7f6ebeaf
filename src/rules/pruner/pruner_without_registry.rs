//! A pruner at work where the registry is removed: it prunes objects of the API, and no layers.

use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::bundle::REGISTRY_GROUP;
use crate::rules::{BundleContext, Check, Rule};
use crate::tree::Node;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::PRUNER_WITHOUT_REGISTRY, check: Check::Bundle(check) };

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let state = ctx.written("managementState").filter(|state| state.node.as_str() == Some("Removed"));
    let (Some(state), Some(pruner)) = (state, ctx.object(REGISTRY_GROUP, "ImagePruner", "", "cluster")) else { return };
    if pruner.at(&["spec", "suspend"]).and_then(Node::as_bool) == Some(true) || ctx.is_copy() {
        return;
    }
    let at = pruner.get("spec").map_or(&pruner.origin, |spec| &spec.origin);
    let finding = Diagnostic::info(RULE.code, at.place(), "the pruner prunes no layers: the registry is removed")
        .note_at(state.node.place(), "removed here")
        .note("it runs with `--prune-registry=false`, and takes only images and tags of the API away")
        .help("set `suspend: true` if nothing is to be pruned");
    findings.push(finding);
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_objects, config, pruner};

    #[test]
    fn layers_are_pruned_by_a_registry() {
        let with = |state: &str, suspend: &str| {
            config(&format!("{{managementState: {state}}}")) + &pruner(&format!("{{suspend: {suspend}}}"))
        };
        check_objects("4.16", &with("Removed", "false"), &["info RC0559 at {suspend"]);
        check_objects("4.16", &with("Removed", "true"), &[]);
        check_objects("4.16", &with("Managed", "false"), &[]);
        let spec = |state: &str| {
            format!(
                "registry: {{managementState: {state}}}\npruner: {{keepTagRevisions: 2}}\nstorage: {{pvc: {{claim: c}}}}"
            )
        };
        check("baremetal 4.16", &spec("Removed"), &["info RC0559 at {keepTagRevisions"]);
        check("baremetal 4.16", &spec("Managed"), &[]);
    }
}
