//! Storage of the user's own on a range over 4.6: only newer minors know the field that keeps the operator off it.

use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::{Check, Rule, SpecContext};
use crate::spec::Storage;
use crate::target::Minor;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::MANAGEMENT_STATE_ON_RANGE, check: Check::Spec(check) };

/// The first minor with `storage.managementState`.
const SINCE: Minor = Minor::of(4, 6);

fn check(ctx: &SpecContext<'_>, findings: &mut Findings) {
    if ctx.target.first() >= SINCE || ctx.target.last() < SINCE {
        return;
    }
    let Some(backend) = ctx.backend().filter(|_| ctx.spec.storage().and_then(Storage::management_state).is_none())
    else {
        return;
    };
    let setting = ctx.profile().naming_setting(backend.name);
    let Some(name) = setting.and_then(|setting| backend.given(setting)) else { return };
    let message = format!(
        "on {}, `storage.managementState: Unmanaged` is not written: it exists since OpenShift {SINCE}",
        ctx.target
    );
    let finding = Diagnostic::info(RULE.code, name.place(), message)
        .note(format!(
            "since {SINCE} the operator then sets it: `Unmanaged` where the storage exists, `Managed` where it has to make it"
        ))
        .help(format!("make the storage before the first apply, and target {SINCE} or newer once the cluster is there"));
    findings.push(finding);
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_says};

    #[test]
    fn named_storage_on_both_sides_of_4_6_is_told() {
        let named = "storage: {s3: {bucket: b, region: r}}";
        check("aws-upi 4.5..4.6", named, &["info RC0320 at b"]);
        check_says("aws-upi 4.5..4.6", named, "`Managed` where it has to make it");
        check("aws-upi 4.4..4.5", named, &[]);
        check("aws-upi 4.6..4.8", named, &[]);
        check("aws-upi 4.5..4.6", "storage: {s3: {}}", &[]);
        check("baremetal 4.5..4.6", "storage: {pvc: {claim: c}}", &["info RC0320 at c"]);
    }
}
