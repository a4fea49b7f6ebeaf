//! A layer that no spec extends: what is written in it reaches no cluster.

use std::collections::BTreeSet;

use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::{Check, ProjectContext, Rule};
use crate::world::ProjectPath;

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::UNUSED_LAYER, check: Check::Project(check) };

fn check(ctx: &ProjectContext<'_>, findings: &mut Findings) {
    // A project of layers alone is kept for others to copy.
    if !ctx.is_whole || ctx.clusters.is_empty() {
        return;
    }
    let used: BTreeSet<&ProjectPath> = ctx.clusters.iter().flat_map(|cluster| &cluster.layers).collect();
    for layer in ctx.layers.iter().filter(|layer| !used.contains(&layer.path)) {
        let finding = Diagnostic::warning(RULE.code, &layer.place, "no spec of the project extends this layer");
        findings.push(finding.help("name it under `extends` of a spec, or remove the file"));
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::check_project;

    #[test]
    fn every_layer_is_extended_directly_or_not() {
        let spec = |extends: &str| {
            let spec = "spec: {openshift: \"4.19\", platform: vsphere}";
            ("a.yaml", format!("metadata: {{name: a}}\nextends: [{extends}]\n{spec}"))
        };
        let layers = [("org.yaml", "spec: {}".to_owned()), ("prod.yaml", "extends: [org.yaml]\nspec: {}".to_owned())];
        let with = |extends: &str| [&[spec(extends)], &layers[..]].concat();
        check_project(&with("prod.yaml"), &[]);
        check_project(&with("org.yaml"), &["warning RC0390 at prod.yaml"]);
        check_project(&with(""), &["warning RC0390 at org.yaml", "warning RC0390 at prod.yaml"]);
        check_project(&layers, &[]);
    }
}
