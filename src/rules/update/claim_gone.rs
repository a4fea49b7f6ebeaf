//! A claim of the registry that is rendered no more: an engine that prunes deletes it with every image in it.

use super::{UpdateContext, is_kept, name_of, naming};
use crate::diag::visible::quoted;
use crate::diag::{Findings, Severity, codes};
use crate::lower::REGISTRY_NAMESPACE;
use crate::rules::{Check, Rule};
use crate::tree::Node;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::CLAIM_GONE, check: Check::Update(check) };

fn check(ctx: &UpdateContext<'_>, findings: &mut Findings) {
    for claim in ctx.old.objects_of("", "PersistentVolumeClaim") {
        let namespace = claim.at(&["metadata", "namespace"]).and_then(Node::as_str);
        let name = name_of(claim);
        let is_there = ctx.new.object("", "PersistentVolumeClaim", REGISTRY_NAMESPACE, name).is_some();
        if namespace != Some(REGISTRY_NAMESPACE) || is_there {
            continue;
        }
        let shown = quoted(name);
        let finding = if is_kept(claim) {
            let message = format!("the claim {shown} is rendered no more, and stays in the cluster as it is");
            ctx.gone(RULE.code, Severity::Info, message)
                .note("its annotations keep engines from deleting it; nothing manages it from then on")
                .help("delete it by hand, when nobody needs its images any more")
        } else {
            let message = format!("the claim {shown} is rendered no more, and an engine that prunes deletes it");
            ctx.gone(RULE.code, Severity::Error, message)
                .note("every image in it is lost, unless its volume is retained")
                .help("keep it, or first annotate it with `argocd.argoproj.io/sync-options: Prune=false` (Argo CD) or `kustomize.toolkit.fluxcd.io/prune: disabled` (Flux) and let that be applied")
        };
        findings.push(ctx.was(finding, naming(claim), "rendered before"));
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::check_update;
    use crate::rules::update::testing::{KEPT, claim, object};

    #[test]
    fn a_claim_that_is_rendered_no_more_is_pruned_unless_it_is_kept() {
        let kept = claim("accessModes: [ReadWriteOnce]");
        check_update("4.16", &kept, "", &["info RC0610 at name"]);
        let bare = kept.replace(&format!(", {KEPT}"), "");
        assert_ne!(bare, kept);
        check_update("4.16", &bare, "", &["error RC0610 at name"]);
        let flux = kept.replace(KEPT, "annotations: {kustomize.toolkit.fluxcd.io/prune: disabled}");
        check_update("4.16", &flux, "", &["info RC0610 at name"]);
        check_update("4.16", &bare, &bare, &[]);
    }

    #[test]
    fn a_claim_of_somebody_else_is_not_judged() {
        check_update("4.16", &object("v1", "PersistentVolumeClaim", "name: c, namespace: other", "spec: {}"), "", &[]);
    }
}
