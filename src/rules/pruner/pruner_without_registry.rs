//! A pruner at work where the registry is removed: it prunes objects of the API, and no layers. Until 4.5 it does so of
//! every registry that is not managed; since then it asks whether the registry's Service is there.

use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::bundle::REGISTRY_GROUP;
use crate::rules::{BundleContext, Check, Rule};
use crate::target::Minor;
use crate::tree::Node;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::PRUNER_WITHOUT_REGISTRY, check: Check::Bundle(check) };

/// The first minor whose pruner looks for the registry, and not at its state.
///
/// Source: openshift/cluster-image-registry-operator `pkg/resource/prunercronjob.go`, by branch.
const LOOKS: Minor = Minor::of(4, 6);

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let state = ctx.written("managementState").filter(|state| match state.node.as_str() {
        Some("Removed") => true,
        Some("Unmanaged") => ctx.first() < LOOKS,
        _ => false,
    });
    let (Some(state), Some(pruner)) = (state, ctx.object(REGISTRY_GROUP, "ImagePruner", "", "cluster")) else { return };
    if pruner.at(&["spec", "suspend"]).and_then(Node::as_bool) == Some(true) || ctx.is_copy() {
        return;
    }
    let at = pruner.get("spec").map_or(&pruner.origin, |spec| &spec.origin);
    let is_removed = state.node.as_str() == Some("Removed");
    let (how, until) = if is_removed { ("removed", "") } else { ("unmanaged", "before OpenShift 4.6 ") };
    let finding =
        Diagnostic::info(RULE.code, at.place(), format!("the pruner prunes no layers: the registry is {how}"))
            .note_at(state.node.place(), format!("{how} here"))
            .note(format!(
                "{until}it runs with `--prune-registry=false`, and takes only images and tags of the API away"
            ));
    let finding = finding.help("set `suspend: true` if nothing is to be pruned");
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
        check_objects("4.5..4.16", &with("Unmanaged", "false"), &["info RC0559 at {suspend"]);
        check_objects("4.6", &with("Unmanaged", "false"), &[]);
        let spec = |state: &str| {
            format!(
                "registry: {{managementState: {state}}}\npruner: {{keepTagRevisions: 2}}\nstorage: {{pvc: {{claim: c}}}}"
            )
        };
        check("baremetal 4.16", &spec("Removed"), &["info RC0559 at {keepTagRevisions"]);
        check("baremetal 4.16", &spec("Managed"), &[]);
    }
}
