//! A target that was in development when regcfg was made: what is known of it may still change.

use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::{Check, Rule, SpecContext};
use crate::target::Minor;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::MINOR_IN_DEVELOPMENT, check: Check::Spec(check) };

fn check(ctx: &SpecContext<'_>, findings: &mut Findings) {
    let unreleased: Vec<String> = ctx.target.in_development().map(|minor| minor.to_string()).collect();
    let Some(node) = ctx.spec.section("openshift").filter(|_| !unreleased.is_empty()) else { return };
    let message = format!("what is known of a minor in development may change; the target is {}", ctx.target);
    let help = format!("the newest released minor is {}; check again with a newer regcfg", Minor::newest_released());
    let finding = Diagnostic::info(RULE.code, node.place(), message);
    findings.push(finding.note(format!("in development: {}", unreleased.join(", "))).help(help));
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_says};

    #[test]
    fn a_minor_in_development_is_named() {
        check("aws-upi 4.22", "", &[]);
        check("aws-upi 5.0", "", &["info RC0319 at \"5.0\""]);
        check("aws-upi 4.22..5.0", "", &["info RC0319 at \"4.22..5.0\""]);
        check_says("aws-upi 4.22..5.0", "", "in development: 4.23, 5.0");
    }
}
