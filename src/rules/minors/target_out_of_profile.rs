//! A target on which the platform's profile does not hold, by its `since` and `until`.

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::{Check, Rule, SpecContext};
use crate::target::Minor;
use crate::tree::Node;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::TARGET_OUT_OF_PROFILE, check: Check::Spec(check) };

fn check(ctx: &SpecContext<'_>, findings: &mut Findings) {
    let Some(openshift) = ctx.spec.section("openshift") else { return };
    let profile = ctx.profile();
    let bound = |field: &str| {
        let node = profile.get(field)?;
        Some((node, node.as_str()?.parse::<Minor>().ok()?))
    };
    let mut say = |node: &Node, message: String, help: String| {
        let finding = Diagnostic::error(RULE.code, openshift.place(), message);
        findings.push(finding.note_at(node.place(), "says the profile").help(help));
    };
    let name = quoted(profile.name());
    if let Some((node, since)) = bound("since").filter(|(_, since)| ctx.target.first() < *since) {
        say(node, format!("the platform {name} is there since OpenShift {since}"), format!("target {since} or newer"));
    }
    // The first minor that has it no more, as everywhere.
    if let Some((node, until)) = bound("until").filter(|(_, until)| ctx.target.last() >= *until) {
        say(
            node,
            format!("the platform {name} ended with OpenShift {until}"),
            format!("target what is before {until}"),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::check;

    #[test]
    fn a_target_is_within_what_the_profile_says() {
        for (target, expected) in [("4.10", 1), ("4.10..4.13", 1), ("4.12", 0), ("4.12..4.16", 0), ("4.17", 1)] {
            let at = format!("error RC0394 at \"{target}\"");
            let expected: Vec<&str> = std::iter::repeat_n(&*at, expected).collect();
            check(&format!("brief {target}"), "storage: {pvc: {claim: c}}", &expected);
        }
    }
}
