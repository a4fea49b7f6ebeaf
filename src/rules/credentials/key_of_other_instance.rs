//! A resource key of IBM Cloud that belongs to another service instance than the one that is named.

use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::context::storage_failing;
use crate::rules::{BundleContext, Check, Rule};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::KEY_OF_OTHER_INSTANCE, check: Check::Bundle(check) };

/// The parts of a CRN that name a service instance: all before the kind of resource.
const INSTANCE_PARTS: usize = 8;

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let Some(backend) = ctx.only("ibmcos").filter(|_| ctx.is_managed()) else { return };
    let (Some(key), Some(instance)) = (backend.given("resourceKeyCRN"), backend.given("serviceInstanceCRN")) else {
        return;
    };
    let parts = |text: &str| text.split(':').take(INSTANCE_PARTS).map(str::to_owned).collect::<Vec<_>>();
    if key.as_str().map(parts) == instance.as_str().map(parts) {
        return;
    }
    let message = "`ibmcos.resourceKeyCRN` is a key of another service instance";
    let finding = Diagnostic::error(RULE.code, key.place(), message)
        .note_at(instance.place(), "the service instance")
        .note(storage_failing("specified resource key is not valid for service instance"))
        .help("name a key of this instance, or neither of the two, and the operator makes both");
    findings.push(finding);
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_objects, check_objects_say, config};

    #[test]
    fn a_key_belongs_to_its_instance() {
        let crn = "crn:v1:bluemix:public:cloud-object-storage:global:a/0a1b2c";
        let storage = |key: &str| {
            let bucket = "bucket: b, location: us-east, resourceGroupName: g";
            format!(
                "{{ibmcos: {{{bucket}, serviceInstanceCRN: \"{crn}:1111::\", resourceKeyCRN: \"{crn}:{key}:resource-key:3333\"}}}}"
            )
        };
        let with = |key: &str| config(&format!("{{managementState: Managed, storage: {}}}", storage(key)));
        let at = format!("error RC0548 at \"{crn}:2222:resource-key:3333\"");
        check_objects("4.16", &with("2222"), &[&at]);
        check_objects_say("4.16", &with("2222"), "specified resource key is not valid for service instance`");
        check_objects("4.16", &with("1111"), &[]);
        check("cloud 4.16", &format!("storage: {}", storage("2222")), &[&at]);
        check("cloud 4.16", &format!("storage: {}", storage("1111")), &[]);
    }
}
