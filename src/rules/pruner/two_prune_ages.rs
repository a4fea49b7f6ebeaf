//! Two ages under which images are kept, one in each of the fields for it: one wins without a word.

use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::{BundleContext, Check, Rule};
use crate::schema::format::go_duration;
use crate::target::Minor;
use crate::tree::Node;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::TWO_PRUNE_AGES, check: Check::Bundle(check) };

/// The first minor that has the newer field.
const SINCE: Minor = Minor::of(4, 5);

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let Some(pruner) = ctx.pruner().filter(|_| ctx.last() >= SINCE) else { return };
    let given = |field: &str| pruner.get(field).filter(|node| !node.is_null());
    let (Some(old), Some(new)) = (given("keepYoungerThan"), given("keepYoungerThanDuration")) else { return };
    // The documentation's own example says one age in both ways.
    let nanoseconds = |node: &Node| node.as_int().map(|number| number as f64);
    if nanoseconds(old).is_some() && nanoseconds(old) == new.as_str().and_then(go_duration) {
        return;
    }
    let finding =
        Diagnostic::warning(RULE.code, old.place(), "`keepYoungerThan` is not used beside `keepYoungerThanDuration`")
            .note_at(new.place(), "this one is")
            .help("remove `keepYoungerThan`, which is deprecated");
    findings.push(finding);
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_objects, pruner};

    #[test]
    fn one_age_is_enough() {
        let old = "keepYoungerThan: 3600000000000";
        let with = |fields: &str| pruner(&format!("{{suspend: false, {fields}}}"));
        check_objects(
            "4.16",
            &with(&format!("{old}, keepYoungerThanDuration: 2h")),
            &["warning RC0556 at 3600000000000"],
        );
        check_objects("4.16", &with(&format!("{old}, keepYoungerThanDuration: 60m")), &[]);
        check_objects("4.16", &with(old), &[]);
        check_objects("4.16", &with("keepYoungerThanDuration: 1h"), &[]);
        let spec = |fields: &str| format!("pruner: {{{fields}}}\nstorage: {{s3: {{bucket: b, region: r}}}}");
        check(
            "aws-upi 4.16",
            &spec(&format!("{old}, keepYoungerThanDuration: 2h")),
            &["warning RC0556 at 3600000000000"],
        );
        check("aws-upi 4.16", &spec(old), &[]);
    }
}
