//! `unsupportedConfigOverrides` of another shape than the operator reads.
//!
//! Keys that it does not know are passed over; a known one of another type makes the whole unreadable.

use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::context::stuck;
use crate::rules::{BundleContext, Check, Rule};
use crate::target::Minor;
use crate::tree::{Entry, Node};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::MALFORMED_OVERRIDES, check: Check::Bundle(check) };

/// The first minor whose operator reads the overrides.
pub(in crate::rules) const READ: Minor = Minor::of(4, 8);

/// Returns what the operator cannot read, with what it expects there.
///
/// Source: openshift/cluster-image-registry-operator `pkg/resource/configoverrides.go`.
pub(in crate::rules) fn unreadable(overrides: &Node) -> Option<(&Node, &'static str)> {
    let deployment = field(overrides, "deployment")?;
    if deployment.as_map().is_none() {
        return Some((deployment, "`deployment` is a mapping"));
    }
    let class = field(deployment, "runtimeClassName").filter(|class| class.as_str().is_none());
    if let Some(class) = class {
        return Some((class, "`deployment.runtimeClassName` is text"));
    }
    let annotations = field(deployment, "annotations")?;
    let Some(map) = annotations.as_map() else { return Some((annotations, "`deployment.annotations` is a mapping")) };
    let is_text = |entry: &&Entry| entry.node.as_str().is_some() || entry.node.is_null();
    let other = map.values().find(|entry| !is_text(entry))?;
    Some((&other.node, "every value of `deployment.annotations` is text"))
}

/// Returns a field that is not null. Go reads names of fields in any case.
fn field<'o>(node: &'o Node, name: &str) -> Option<&'o Node> {
    let mut fields = node.as_map()?.iter();
    let (_, entry) = fields.find(|(field, entry)| field.eq_ignore_ascii_case(name) && !entry.node.is_null())?;
    Some(&entry.node)
}

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let Some(entry) = ctx.written("unsupportedConfigOverrides").filter(|_| ctx.is_managed()) else { return };
    if ctx.last() < READ {
        return;
    }
    let Some((node, expected)) = unreadable(&entry.node) else { return };
    let message = format!("`unsupportedConfigOverrides` cannot be read: {expected}, not {}", node.in_words());
    let finding = Diagnostic::error(RULE.code, node.place(), message)
        .note(stuck("unable to apply objects: … invalid unsupportedConfigOverrides: …"));
    let finding = if ctx.first() < READ { finding.note(format!("from OpenShift {READ} on")) } else { finding };
    let finding = finding.help("write it in the type that is read, or remove it");
    findings.push(finding);
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_objects, check_objects_say, config};

    fn overrides(text: &str) -> String {
        config(&format!("{{managementState: Managed, unsupportedConfigOverrides: {text}}}"))
    }

    #[test]
    fn overrides_have_the_types_that_are_read() {
        check_objects("4.16", &overrides("{deployment: kata}"), &["error RC0540 at kata"]);
        check_objects("4.16", &overrides("{deployment: {annotations: [a]}}"), &["error RC0540 at ["]);
        check_objects("4.16", &overrides("{deployment: {annotations: {a: 1}}}"), &["error RC0540 at 1"]);
        check_objects("4.16", &overrides("{Deployment: {runtimeClassName: true}}"), &["error RC0540 at true"]);
        let right = "{deployment: {annotations: {a: b, c: null}, runtimeClassName: kata, other: 1}, more: 2}";
        let only = ["warning RC0541 at unsupportedConfigOverrides"];
        check_objects("4.16", &overrides(right), &only);
        check_objects("4.7", &overrides("{deployment: kata}"), &only);
        check_objects_say("4.16", &overrides("{deployment: kata}"), "invalid unsupportedConfigOverrides: …`");
        check_objects_say("4.6..4.8", &overrides("{deployment: kata}"), "from OpenShift 4.8 on");
    }

    #[test]
    fn overrides_of_a_spec_are_read_too() {
        let spec = "registry: {unsupportedConfigOverrides: {deployment: {annotations: {a: 1}}}}";
        check("aws-upi 4.16", spec, &["error RC0540 at 1"]);
    }
}
