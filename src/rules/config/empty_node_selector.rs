//! An empty node selector: it selects every node, and takes the default spread over nodes and zones away.

use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::{BundleContext, Check, Rule};
use crate::target::Minor;
use crate::tree::Map;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::EMPTY_NODE_SELECTOR, check: Check::Bundle(check) };

/// The first minor whose operator spreads the pods by default.
const SPREAD: Minor = Minor::of(4, 11);

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let Some(selector) = ctx.written("nodeSelector").filter(|_| ctx.is_managed() && ctx.last() >= SPREAD) else {
        return;
    };
    if !selector.node.as_map().is_some_and(Map::is_empty) || ctx.written("topologySpreadConstraints").is_some() {
        return;
    }
    let message = "an empty `nodeSelector` takes the default spread of the pods away";
    let finding = Diagnostic::warning(RULE.code, selector.node.place(), message)
        .note(format!("from OpenShift {SPREAD} on: no condition shows it, and replicas may share a node or a zone"))
        .help("remove `nodeSelector`, or write `topologySpreadConstraints` yourself");
    findings.push(finding);
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_objects, config};

    #[test]
    fn an_empty_selector_is_no_selector() {
        let with = |fields: &str| config(&format!("{{managementState: Managed, {fields}}}"));
        check_objects("4.11", &with("nodeSelector: {}"), &["warning RC0553 at {"]);
        check_objects("4.10", &with("nodeSelector: {}"), &[]);
        check_objects("4.16", &with("nodeSelector: {node-role.kubernetes.io/infra: \"\"}"), &[]);
        check_objects("4.16", &with("nodeSelector: null"), &[]);
        let spread = "topologySpreadConstraints: [{maxSkew: 1, topologyKey: a, whenUnsatisfiable: ScheduleAnyway}]";
        check_objects("4.16", &with(&format!("nodeSelector: {{}}, {spread}")), &[]);
        let spec = |selector: &str| {
            format!("registry: {{nodeSelector: {selector}}}\nstorage: {{s3: {{bucket: b, region: r}}}}")
        };
        check("aws-upi 4.16", &spec("{}"), &["warning RC0553 at {"]);
        check("aws-upi 4.16", &spec("{a: b}"), &[]);
    }
}
