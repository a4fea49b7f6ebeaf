//! A pruner that is suspended, beside settings for it.

use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::{BundleContext, Check, Rule};
use crate::target::Minor;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::SUSPENDED_PRUNER, check: Check::Bundle(check) };

/// The last minor that alerts on it.
const ALERTED: Minor = Minor::of(4, 4);

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let suspend = ctx.pruner().and_then(|pruner| pruner.get("suspend"));
    let Some(suspend) = suspend.filter(|suspend| suspend.as_bool() == Some(true)) else { return };
    // Where there is no registry there is no storage that fills up, and suspending the pruner is what another rule advises.
    let state = ctx.written("managementState").and_then(|state| state.node.as_str());
    if state == Some("Removed") {
        return;
    }
    let finding = Diagnostic::info(RULE.code, suspend.place(), "the pruner is suspended: images that nobody uses stay");
    let shown = if ctx.target.first() <= ALERTED {
        "OpenShift 4.4 alerts on it: ImagePruningDisabled"
    } else {
        "the ImagePruner would show Scheduled=False, reason `Suspended`"
    };
    findings.push(finding.note(shown).help("set `suspend: false`, or see to it that the storage does not fill up"));
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_objects, pruner};

    #[test]
    fn a_suspended_pruner_is_named() {
        check_objects("4.16", &pruner("{suspend: true}"), &["info RC0558 at true"]);
        check_objects("4.16", &pruner("{suspend: false}"), &[]);
        check("vsphere 4.16", "registry: {managementState: Removed}\npruner: {suspend: true}", &[]);
        let spec = |suspend: &str| format!("pruner: {{suspend: {suspend}}}\nstorage: {{s3: {{bucket: b, region: r}}}}");
        check("aws-upi 4.16", &spec("true"), &["info RC0558 at true"]);
        check("aws-upi 4.16", &spec("false"), &[]);
    }
}
