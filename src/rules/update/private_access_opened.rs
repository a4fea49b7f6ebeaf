//! Private access to Azure's storage that is to become public again: the operator never opens it.

use super::UpdateContext;
use crate::diag::{Diagnostic, Findings, Severity, codes};
use crate::lower::REGISTRY_NAMESPACE;
use crate::rules::update::reference_gone::{USER_SECRET, delivers_secret};
use crate::rules::{Check, Rule};
use crate::tree::Node;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::PRIVATE_ACCESS_OPENED, check: Check::Update(check) };

fn check(ctx: &UpdateContext<'_>, findings: &mut Findings) {
    let Some((old, new)) = ctx.same_backend().filter(|(old, _)| old.name == "azure") else { return };
    let was = old.entry.node.at(&["networkAccess", "type"]).filter(|was| was.as_str() == Some("Internal"));
    let Some(was) = was.filter(|_| ctx.new.is_managed()) else { return };
    let is = new.entry.node.at(&["networkAccess", "type"]);
    // Without `networkAccess` the API server writes `External`.
    if is.and_then(Node::as_str).unwrap_or("External") != "External" {
        return;
    }
    // With an account's key of the user's own the operator acts on none of it.
    if delivers_secret(&ctx.new, REGISTRY_NAMESPACE, USER_SECRET) {
        return;
    }
    let origin = is.map_or(&new.entry.key, |is| &is.origin);
    let message = "`networkAccess` becomes `External`, which has no effect: the storage stays private";
    let finding = Diagnostic::about(RULE.code, Severity::Warning, origin, message);
    findings.push(
        ctx.was(finding, was, "private before")
            .note("the operator makes access private and never public again; no condition shows it")
            .help("allow public access on the storage account by hand, or keep `type: Internal`"),
    );
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::check_update;
    use crate::rules::update::testing::{config, object};

    #[test]
    fn private_storage_is_not_opened() {
        let azure = |access: &str| config(&format!("storage: {{azure: {{container: c, accountName: a{access}}}}}"));
        let (internal, external) =
            (azure(", networkAccess: {type: Internal}"), azure(", networkAccess: {type: External}"));
        check_update("4.16", &internal, &external, &["warning RC0618 at External"]);
        check_update("4.16", &internal, &azure(""), &["warning RC0618 at azure"]);
        check_update("4.16", &external, &internal, &[]);
        check_update("4.16", &internal, &internal, &[]);
        let metadata = "name: image-registry-private-configuration-user, namespace: openshift-image-registry";
        let key = object("v1", "Secret", metadata, "data: {}");
        check_update("4.16", &(internal + &key), &(external + &key), &[]);
    }
}
