//! The operator's config that is rendered no more: an engine that prunes takes the registry down.

use super::{UpdateContext, is_kept};
use crate::diag::{Findings, Severity, codes};
use crate::rules::bundle::REGISTRY_GROUP;
use crate::rules::{Check, Rule};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::CONFIG_GONE, check: Check::Update(check) };

fn check(ctx: &UpdateContext<'_>, findings: &mut Findings) {
    let is_there = ctx.new.object(REGISTRY_GROUP, "Config", "", "cluster").is_some();
    let Some(old) = ctx.old.object(REGISTRY_GROUP, "Config", "", "cluster").filter(|_| !is_there) else { return };
    let finding = if is_kept(old) {
        let message = "the registry's Config is rendered no more, and stays in the cluster as it is";
        ctx.gone(RULE.code, Severity::Info, message)
            .note("its annotations keep engines from deleting it; its settings stay, and nothing manages them")
            .help("set `managementState: Removed` first, if the registry is to go")
    } else {
        let message = "the registry's Config is rendered no more, and an engine that prunes deletes it";
        ctx.gone(RULE.code, Severity::Error, message)
            .note("the operator then takes the registry down, deletes storage that it manages with every image in it, and begins anew with the platform's defaults")
            .help("keep it; or first annotate it with `argocd.argoproj.io/sync-options: Prune=false` (Argo CD) or `kustomize.toolkit.fluxcd.io/prune: disabled` (Flux) and let that be applied")
    };
    findings.push(ctx.was(finding, super::naming(old), "rendered before"));
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::check_update;
    use crate::rules::update::testing::{KEPT, config};

    #[test]
    fn the_config_is_pruned_unless_it_is_kept() {
        let bare = config("replicas: 1");
        check_update("4.16", &bare, "", &["error RC0611 at name"]);
        check_update(
            "4.16",
            &bare.replace("name: cluster", &format!("name: cluster, {KEPT}")),
            "",
            &["info RC0611 at name"],
        );
        check_update("4.16", &bare, &bare, &[]);
        check_update("4.16", &bare.replace("name: cluster", "name: other"), "", &[]);
    }
}
