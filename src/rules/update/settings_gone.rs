//! The pruner or image.config that is rendered no more: its settings stay, or an engine that prunes takes them away.

use super::{UpdateContext, is_kept, naming};
use crate::diag::{Findings, Severity, codes};
use crate::rules::bundle::{CONFIG_GROUP, REGISTRY_GROUP};
use crate::rules::{Check, Rule};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::SETTINGS_GONE, check: Check::Update(check) };

/// The kinds, and what becomes of one that is deleted.
const SINGLETONS: &[(&str, &str, &str)] = &[
    (REGISTRY_GROUP, "ImagePruner", "the operator makes it anew with its defaults, which prune every day"),
    (
        CONFIG_GROUP,
        "Image",
        "what was set there is gone: trusted certificates, and lists of registries, for which each node is drained",
    ),
];

fn check(ctx: &UpdateContext<'_>, findings: &mut Findings) {
    for (group, kind, becomes) in SINGLETONS {
        let Some(old) = ctx.old.object(group, kind, "", "cluster") else { continue };
        if ctx.new.object(group, kind, "", "cluster").is_some() {
            continue;
        }
        let finding = if is_kept(old) {
            ctx.gone(
                RULE.code,
                Severity::Info,
                format!("the `{kind}` is rendered no more, and its settings stay as they are"),
            )
            .note("its annotations keep engines from deleting it")
            .help("render it with the settings that the cluster shall have, if they are to change")
        } else {
            ctx.gone(
                RULE.code,
                Severity::Warning,
                format!("the `{kind}` is rendered no more, and an engine that prunes deletes it"),
            )
            .note(*becomes)
            .help("keep it, with the settings that the cluster shall have")
        };
        findings.push(ctx.was(finding, naming(old), "rendered before"));
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check_update, check_update_says};
    use crate::rules::update::testing::{KEPT, image, pruner};

    #[test]
    fn settings_that_are_rendered_no_more_are_told() {
        for bare in [pruner("suspend: false"), image("")] {
            check_update("4.16", &bare, "", &["warning RC0612 at name"]);
            let kept = bare.replace("name: cluster", &format!("name: cluster, {KEPT}"));
            check_update("4.16", &kept, "", &["info RC0612 at name"]);
            check_update_says("4.16", &kept, "", "its settings stay as they are");
            check_update("4.16", &bare, &bare, &[]);
        }
    }
}
