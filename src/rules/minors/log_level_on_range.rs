//! A log level on a range over 4.6: it is written as `logging`, which newer minors read only beside a normal `logLevel`.

use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::{Check, Rule, SpecContext};
use crate::target::Minor;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::LOG_LEVEL_ON_RANGE, check: Check::Spec(check) };

/// The first minor with `logLevel`.
const SINCE: Minor = Minor::of(4, 6);

fn check(ctx: &SpecContext<'_>, findings: &mut Findings) {
    if ctx.target.first() >= SINCE || ctx.target.last() < SINCE {
        return;
    }
    let Some(level) = ctx.spec.registry("logLevel").filter(|level| level.place().is_users()) else { return };
    let message = format!(
        "on {}, `logLevel: {}` is written as `logging`: `logLevel` exists since OpenShift {SINCE}",
        ctx.target,
        level.as_str().unwrap_or_default()
    );
    let finding = Diagnostic::info(RULE.code, level.place(), message)
        .note(format!("since {SINCE} the operator reads `logging` only where the cluster's `logLevel` is `Normal`"))
        .help(format!(
            "leave the cluster's `logLevel` at `Normal`, and target {SINCE} or newer once the cluster is there"
        ));
    findings.push(finding);
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::check;

    #[test]
    fn a_level_on_both_sides_of_4_6_is_told() {
        check("aws-upi 4.5..4.6", "registry: {logLevel: Debug}", &["info RC0321 at Debug"]);
        check("aws-upi 4.5..4.6", "", &[]);
        check("aws-upi 4.5", "registry: {logLevel: Debug}", &[]);
        check("aws-upi 4.6", "registry: {logLevel: Debug}", &[]);
    }
}
