//! An ImagePruner that does not say `suspend`, on releases whose operator crashes on it.
//!
//! Applied onto the pruner that the operator bootstrapped, its `suspend` stays; created or replaced, it is gone.

use crate::diag::{Diagnostic, Findings, Severity, codes};
use crate::rules::bundle::REGISTRY_GROUP;
use crate::rules::{BundleContext, Check, Rule};
use crate::target::Minor;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::PRUNER_WITHOUT_SUSPEND, check: Check::Bundle(check) };

/// The first minor whose operator does without.
///
/// Source: openshift/cluster-image-registry-operator `pkg/operator/status.go`.
const FIXED: Minor = Minor::of(4, 13);

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let Some(pruner) = ctx.object(REGISTRY_GROUP, "ImagePruner", "", "cluster").filter(|_| ctx.target.first() < FIXED)
    else {
        return;
    };
    let suspend = pruner.at(&["spec", "suspend"]);
    if suspend.is_some_and(|suspend| !suspend.is_null()) || ctx.has_bootstrapped_pruner() {
        return;
    }
    let at = match pruner.entry("spec") {
        Some(spec) => suspend.map_or(&spec.key, |suspend| &suspend.origin),
        None => &pruner.get("kind").unwrap_or(pruner).origin,
    };
    let severity = if ctx.is_new() { Severity::Error } else { Severity::Warning };
    let message = "the pruner does not say `suspend`";
    let finding = Diagnostic::new(RULE.code, severity, at.place(), message)
        .note("the registry operator of OpenShift 4.4 to 4.12 ends with a nil pointer dereference, again and again, on an ImagePruner without it");
    let finding = match severity {
        Severity::Error => finding,
        _ => finding
            .note("applied onto the bootstrapped pruner its own `suspend` stays; `oc create` and `oc replace` drop it"),
    };
    findings.push(finding.help("write `suspend: false`"));
}

#[cfg(test)]
mod tests {
    use crate::diag::{Findings, Severity};
    use crate::rules::BundleContext;
    use crate::rules::testing::{check, check_objects, pruner};
    use crate::tree::parse::{Reading, documents};
    use crate::tree::{Source, SourceKind};
    use crate::validate::Bootstrap;

    #[test]
    fn suspend_is_written_where_its_lack_is_fatal() {
        check_objects("4.12", &pruner("{schedule: \"\"}"), &["warning RC0544 at spec"]);
        check_objects("4.12", &pruner("{suspend: null}"), &["warning RC0544 at null"]);
        check_objects("4.12..4.14", &pruner("{}"), &["warning RC0544 at spec"]);
        check_objects("4.12", &pruner("{suspend: false}"), &[]);
        check_objects("4.13", &pruner("{}"), &[]);
    }

    #[test]
    fn what_a_spec_renders_says_it() {
        check("aws-upi 4.12", "pruner: {keepTagRevisions: 5}\nstorage: {s3: {bucket: b, region: r}}", &[]);
    }

    #[test]
    fn a_new_cluster_has_only_what_is_written() {
        let source = Source::new("a.yaml", pruner("{keepTagRevisions: 3}"), SourceKind::User);
        let objects = documents(&source, Reading::AsKubectl, &mut Findings::new()).expect("YAML");
        let severity = |target: &str| {
            let target = target.parse().expect("a target");
            let mut findings = Findings::new();
            super::check(&BundleContext::new(&objects, target, Bootstrap::Nothing, None), &mut findings);
            findings.iter().map(|finding| finding.severity).next()
        };
        assert_eq!(severity("4.12"), Some(Severity::Error));
        assert_eq!(severity("4.13"), None);
    }
}
