//! A suspended pruner that runs again: it deletes what piled up meanwhile.

use super::UpdateContext;
use crate::diag::{Diagnostic, Findings, Severity, codes};
use crate::rules::{Check, Rule};
use crate::tree::Node;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::PRUNER_RESUMED, check: Check::Update(check) };

fn check(ctx: &UpdateContext<'_>, findings: &mut Findings) {
    let suspend = |pruner: Option<&'_ Node>| pruner.and_then(|pruner| pruner.get("suspend")).cloned();
    let (Some(was), Some(is)) = (suspend(ctx.old.pruner()), suspend(ctx.new.pruner())) else { return };
    if was.as_bool() != Some(true) || is.as_bool() != Some(false) {
        return;
    }
    let message = "the pruner runs again, and deletes images";
    let finding = Diagnostic::about(RULE.code, Severity::Info, &is.origin, message);
    findings.push(
        ctx.was(finding, &was, "suspended before")
            .note("at its next schedule it deletes every image that no tag, pod or workload needs and that is older than `keepYoungerThanDuration`; that cannot be undone")
            .help("look first at what it would delete: oc adm prune images"),
    );
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::check_update;
    use crate::rules::update::testing::pruner;

    #[test]
    fn a_pruner_that_runs_again_is_told() {
        let (suspended, running) = (pruner("suspend: true"), pruner("suspend: false"));
        check_update("4.16", &suspended, &running, &["info RC0621 at false"]);
        check_update("4.16", &running, &suspended, &[]);
        check_update("4.16", &running, &running, &[]);
        check_update("4.16", "", &running, &[]);
    }
}
