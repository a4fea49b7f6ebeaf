//! `unsupportedConfigOverrides` used at all: a cluster with it is not supported.

use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::config::malformed_overrides::{READ, unreadable};
use crate::rules::{BundleContext, Check, Rule};
use crate::tree::Map;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::UNSUPPORTED_OVERRIDES, check: Check::Bundle(check) };

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let Some(entry) = ctx.written("unsupportedConfigOverrides") else { return };
    let is_read = ctx.last() >= READ;
    let is_said = is_read && ctx.is_managed() && unreadable(&entry.node).is_some();
    if entry.node.as_map().is_some_and(Map::is_empty) || is_said {
        return;
    }
    let message = "`unsupportedConfigOverrides` takes the registry out of support";
    let finding = Diagnostic::warning(RULE.code, entry.key.place(), message);
    let finding = if is_read {
        finding.note("no condition shows it: the operator changes its Deployment as the overrides say")
    } else {
        finding.note(format!("the operator of OpenShift {} does not read it; {READ} begins to", ctx.last()))
    };
    findings.push(finding.help("remove it, unless Red Hat's support asked for it"));
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_objects, check_objects_say, config};

    #[test]
    fn overrides_are_named() {
        let with = |value: &str| config(&format!("{{managementState: Managed, unsupportedConfigOverrides: {value}}}"));
        let used = with("{deployment: {runtimeClassName: kata}}");
        check_objects("4.16", &used, &["warning RC0541 at unsupportedConfigOverrides"]);
        check_objects_say("4.7", &used, "the operator of OpenShift 4.7 does not read it; 4.8 begins to");
        check_objects("4.16", &with("{}"), &[]);
        check_objects("4.16", &with("null"), &[]);
    }

    #[test]
    fn overrides_of_a_spec_are_named() {
        let spec = "registry: {unsupportedConfigOverrides: {deployment: {runtimeClassName: kata}}}";
        check("aws-upi 4.16", spec, &["warning RC0541 at unsupportedConfigOverrides"]);
    }
}
