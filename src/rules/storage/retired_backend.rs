//! Storage in Alibaba's OSS on releases that have dropped it: the operator takes other storage without a word.

use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::{BundleContext, Check, Rule};
use crate::target::Minor;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::RETIRED_BACKEND, check: Check::Bundle(check) };

/// The first minor without a driver for OSS.
///
/// Source: openshift/cluster-image-registry-operator `pkg/storage/storage.go`, by branch.
pub(in crate::rules) const DROPPED: Minor = Minor::of(4, 17);

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let oss = ctx.backends().find(|backend| backend.name == "oss");
    let Some(backend) = oss.filter(|_| ctx.is_managed() && ctx.last() >= DROPPED) else { return };
    let message = format!("the operator has no `oss` storage from OpenShift {DROPPED} on");
    if ctx.only("oss").is_none() {
        // While there is a driver for it, it is one backend too many, which is said as such.
        if ctx.first() >= DROPPED {
            let finding = Diagnostic::warning(RULE.code, backend.entry.key.place(), message)
                .note("beside another backend nobody reads it, and no condition shows it");
            findings.push(finding.help("remove `oss`"));
        }
        return;
    }
    let finding = Diagnostic::error(RULE.code, backend.entry.key.place(), message)
        .note("to it no storage is configured: it takes what the platform has by default, in which your images are not")
        .note(format!(
            "where the platform has none, {}",
            ctx.degraded("StorageNotConfigured", "storage backend not configured")
        ))
        .help("move the images to another backend while the cluster is on OpenShift 4.16, and name that one");
    findings.push(finding);
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_objects, check_objects_say, config};

    #[test]
    fn oss_ends_with_4_16() {
        let oss = config("{managementState: Managed, storage: {oss: {bucket: images, region: r}}}");
        check_objects("4.17", &oss, &["error RC0547 at oss"]);
        check_objects("4.14..4.18", &oss, &["error RC0547 at oss"]);
        check_objects("4.10..4.16", &oss, &[]);
        check_objects_say("4.17", &oss, "reason `StorageNotConfigured`: `Error: storage backend not configured`");
        check("cloud 4.17", "storage: {oss: {bucket: images, region: r}}", &["error RC0547 at oss"]);
        check("cloud 4.16", "storage: {oss: {bucket: images, region: r}}", &[]);
    }
}
