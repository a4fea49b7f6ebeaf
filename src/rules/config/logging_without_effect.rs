//! The old `logging` beside a `logLevel` that wins over it.

use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::{BundleContext, Check, Rule};
use crate::target::Minor;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::LOGGING_WITHOUT_EFFECT, check: Check::Bundle(check) };

/// The first minor that has `logLevel`, and does not require `logging`.
const LEVELS: Minor = Minor::of(4, 6);

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let (Some(logging), Some(level)) = (ctx.written("logging"), ctx.written("logLevel")) else { return };
    // `Normal` leaves the old field in force.
    let wins = matches!(level.node.as_str(), Some("Debug" | "Trace" | "TraceAll"));
    if !wins || ctx.target.first() < LEVELS || ctx.is_copy() {
        return;
    }
    let finding = Diagnostic::warning(RULE.code, logging.node.place(), "`logging` is not used beside `logLevel`")
        .note_at(level.node.place(), "this one is")
        .help("remove `logging`, which is deprecated since OpenShift 4.6");
    findings.push(finding);
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check_objects, config};

    #[test]
    fn one_log_level_is_enough() {
        let with = |fields: &str| config(&format!("{{managementState: Managed, {fields}}}"));
        check_objects("4.16", &with("logging: 2, logLevel: Debug"), &["warning RC0567 at 2"]);
        check_objects("4.16", &with("logging: 4, logLevel: Normal"), &[]);
        check_objects("4.16", &with("logLevel: Debug"), &[]);
        check_objects("4.5", &with("logging: 2"), &[]);
    }
}
