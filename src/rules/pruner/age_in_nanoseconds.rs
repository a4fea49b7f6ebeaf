//! An age of images that was meant in seconds or minutes, and is read in nanoseconds.

use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::{BundleContext, Check, Rule};
use crate::target::Minor;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::AGE_IN_NANOSECONDS, check: Check::Bundle(check) };

/// Under a second no age is meant.
const SECOND: i64 = 1_000_000_000;

/// The first minor that has the newer field.
const DURATIONS: Minor = Minor::of(4, 5);

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let Some(pruner) = ctx.pruner() else { return };
    // Where the newer field stands beside it, it is not used, which is said as such.
    if pruner.get("keepYoungerThanDuration").is_some_and(|newer| !newer.is_null()) {
        return;
    }
    let Some(age) = pruner.get("keepYoungerThan") else { return };
    let Some(number) = age.as_int().filter(|number| (1..SECOND).contains(number)) else { return };
    let message = format!("`keepYoungerThan` is {number} nanoseconds");
    let finding = Diagnostic::warning(RULE.code, age.place(), message)
        .note("images that were pushed a moment ago are pruned, before anything refers to them")
        .help(if ctx.target.is_since(DURATIONS) {
            "write the age with its unit in `keepYoungerThanDuration`, such as `60m`"
        } else {
            "write the age in nanoseconds: 3600000000000 for an hour"
        });
    findings.push(finding);
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_objects, check_objects_say, pruner};

    #[test]
    fn an_age_is_in_nanoseconds() {
        let with = |age: &str| pruner(&format!("{{suspend: false, keepYoungerThan: {age}}}"));
        check_objects("4.16", &with("60"), &["warning RC0557 at 60"]);
        check_objects("4.16", &with("86400000"), &["warning RC0557 at 86400000"]);
        check_objects_say("4.4", &with("3600"), "3600000000000 for an hour");
        check_objects("4.16", &with("3600000000000"), &[]);
        check_objects("4.16", &with("0"), &[]);
        let spec = |age: &str| format!("pruner: {{keepYoungerThan: {age}}}\nstorage: {{s3: {{bucket: b, region: r}}}}");
        check("aws-upi 4.16", &spec("60"), &["warning RC0557 at 60"]);
        check("aws-upi 4.16", &spec("3600000000000"), &[]);
    }
}
