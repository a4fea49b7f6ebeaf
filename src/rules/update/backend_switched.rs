//! Another storage backend: the old one's key stays in the cluster, so that there are two, and no image moves.

use serde_json::json;

use super::UpdateContext;
use crate::diag::{Diagnostic, Findings, Severity, codes};
use crate::rules::context::storage_failing;
use crate::rules::storage::several_backends::too_many_backends;
use crate::rules::{BundleContext, Check, Rule};
use crate::shell;
use crate::tree::Node;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::BACKEND_SWITCHED, check: Check::Update(check) };

fn check(ctx: &UpdateContext<'_>, findings: &mut Findings) {
    if let Some(applied) = &ctx.applied {
        return on_cluster(ctx, applied, findings);
    }
    let (Some(old), Some(new)) = (ctx.old.backend(), ctx.new.backend()) else { return };
    if old.name == new.name {
        return;
    }
    let message = format!("the backend changes from `{}` to `{}`, and the cluster keeps both", old.name, new.name);
    let finding = Diagnostic::error_about(RULE.code, &new.entry.key, message);
    let finding = ctx
        .was_at(finding, old.entry.key.place(), "the old backend")
        .note("server-side apply, by which Argo CD and Flux apply too, takes away no key that the operator has written to")
        .note(storage_failing(&too_many_backends(&[old.name, new.name])));
    let finding = if ctx.old.is_managed() {
        finding.note("no image moves: what was pushed is in the old storage alone, until somebody copies it")
    } else {
        finding
    };
    findings.push(finding.note(takes_away(&ctx.new)).help("run that command once, just before the first apply"));
}

/// Judges what a cluster would really have: both backends, or the new one alone.
fn on_cluster(ctx: &UpdateContext<'_>, applied: &BundleContext<'_>, findings: &mut Findings) {
    let Some(wanted) = applied.backend() else { return };
    let Some(new) = ctx.new.backends().find(|backend| backend.name == wanted.name) else { return };
    let both: Vec<&str> = ctx.new.backends().map(|backend| backend.name).collect();
    let old: Vec<&str> = ctx.old.backends().map(|backend| backend.name).collect();
    let moves = "no image moves: what was pushed is in the old storage alone, until somebody copies it";
    if let Some(other) = both.iter().find(|name| **name != wanted.name) {
        let message = format!("the cluster would have `{}` beside `{other}`, which nothing takes away", wanted.name);
        let finding = Diagnostic::error_about(RULE.code, &new.entry.key, message)
            .note(format!(
                "`{other}` is not the applier's: server-side apply takes away only what its own manager applied"
            ))
            .note(storage_failing(&too_many_backends(&both)));
        let finding = if old == [*other] && ctx.old.is_managed() { finding.note(moves) } else { finding };
        findings.push(finding.note(takes_away(applied)).help(if old.contains(&wanted.name) {
            "run that command once"
        } else {
            "run that command once, just before the first apply; where an engine syncs by itself, pause it until both are done"
        }));
        return;
    }
    let Some(was) = old.first().filter(|_| !old.contains(&wanted.name) && ctx.old.is_managed()) else { return };
    let message = format!("the backend changes from `{was}` to `{}`, and no image moves", wanted.name);
    let finding = Diagnostic::about(RULE.code, Severity::Warning, &new.entry.key, message);
    findings.push(
        finding
            .note("what was pushed is in the old storage alone, until somebody copies it")
            .help("set `readOnly: true`, copy the images, and then change the backend"),
    );
}

/// Words the command that puts the storage of some objects in the place of what the cluster has. It ends the line, so that
/// it can be copied.
fn takes_away(of: &BundleContext<'_>) -> String {
    let storage = of.config().and_then(|config| config.get("storage")).map(Node::to_json);
    // `replace`, not `remove`: a storage without backend is one that the operator fills again at once.
    let patch = json!([{"op": "replace", "path": "/spec/storage", "value": storage}]).to_string();
    let patch = shell::word(&patch).unwrap_or_default();
    format!(
        "this takes the old one away: oc patch configs.imageregistry.operator.openshift.io cluster --type json -p {patch}"
    )
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check_update, check_update_says};
    use crate::rules::update::testing::config;

    #[test]
    fn another_backend_takes_a_patch() {
        let (old, new) = (config("storage: {emptyDir: {}}"), config("storage: {pvc: {claim: c}}"));
        check_update("4.16", &old, &new, &["error RC0603 at pvc"]);
        check_update_says("4.16", &old, &new, "at the same time, got 2: [EmptyDir PVC]`");
        let patch = r#"-p '[{"op":"replace","path":"/spec/storage","value":{"pvc":{"claim":"c"}}}]'"#;
        check_update_says("4.16", &old, &new, patch);
        check_update("4.16", &new, &new, &[]);
    }

    #[test]
    fn a_first_backend_is_no_other_one() {
        check_update("4.16", &config("managementState: Removed"), &config("storage: {pvc: {claim: c}}"), &[]);
        check_update("4.16", "", &config("storage: {pvc: {claim: c}}"), &[]);
    }
}
