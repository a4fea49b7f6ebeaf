//! Storage of the user's own that the operator manages: it changes the bucket's settings, and may delete it.

use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::storage::own_storage_deleted::managed_by_operator;
use crate::rules::{BundleContext, Check, Rule};
use crate::tree::Node;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::OWN_STORAGE_MANAGED, check: Check::Bundle(check) };

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let Some((backend, name, state)) = managed_by_operator(ctx) else { return };
    // Where the registry is removed, the storage is deleted at once, which is said as such.
    if ctx.config().and_then(|config| config.get("managementState")).and_then(Node::as_str) == Some("Removed") {
        return;
    }
    let message = format!("the operator manages `{}` storage that you name yourself", backend.name);
    let mut finding = Diagnostic::warning(RULE.code, state.place(), message).note_at(name.place(), "named here");
    if backend.name == "s3" {
        finding = finding
            .note("it blocks public access, replaces the bucket's tags and lifecycle rules, and sets its encryption");
    }
    let finding = finding
        .note("with `managementState: Removed` it deletes the storage with every image in it")
        .help("set `storage.managementState: Unmanaged`, or leave it out, which says the same");
    findings.push(finding);
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_objects, config};

    #[test]
    fn what_the_user_names_the_user_manages() {
        let spec = |s3: &str, state: &str| format!("storage: {{s3: {{{s3}}}, managementState: {state}}}");
        check("aws-upi 4.16", &spec("bucket: b, region: r", "Managed"), &["warning RC0364 at Managed"]);
        check("aws-upi 4.16", &spec("bucket: b, region: r", "Unmanaged"), &[]);
        check("aws-upi 4.16", &spec("", "Managed"), &[]);
        check("aws-upi 4.16", &spec("bucket: \"\"", "Managed"), &[]);
        check("aws-upi 4.5", &spec("bucket: b, region: r", "Managed"), &["error RC0311 at managementState"]);
        let claim = "storage: {pvc: {claim: c}, managementState: Managed}";
        check("baremetal 4.16", claim, &["warning RC0364 at Managed"]);
    }

    #[test]
    fn what_the_operator_wrote_into_a_live_object_is_its_own() {
        let manifest = config("storage: {s3: {bucket: b, region: r}, managementState: Managed}");
        check_objects("4.16", &manifest, &["warning RC0364 at Managed"]);
        check_objects("4.16", &manifest.replace("name: cluster", "name: cluster, uid: a"), &[]);
        check_objects("4.16", &config("storage: {s3: {region: r}, managementState: Managed}"), &[]);
    }
}
