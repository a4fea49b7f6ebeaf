//! Two clusters of one name: it is a directory and a label, and one would take the other's. Case makes no difference,
//! since it makes none to some file systems.

use std::collections::BTreeMap;

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::{Check, ClusterFacts, ProjectContext, Rule};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::DUPLICATE_CLUSTER, check: Check::Project(check) };

fn check(ctx: &ProjectContext<'_>, findings: &mut Findings) {
    let mut seen: BTreeMap<String, &ClusterFacts> = BTreeMap::new();
    for cluster in ctx.clusters {
        let (name, place) = &cluster.name;
        if name.is_empty() {
            continue;
        }
        let Some(first) = seen.get(&name.to_ascii_lowercase()) else {
            seen.insert(name.to_ascii_lowercase(), cluster);
            continue;
        };
        let message = if first.name.0 == *name {
            format!("a second cluster named {}", quoted(name))
        } else {
            format!("a second cluster named {} but for case, as {}", quoted(name), quoted(&first.name.0))
        };
        let finding = Diagnostic::error(RULE.code, place, message).note_at(&first.name.1, "the first one");
        findings.push(finding.help("give each cluster a name of its own"));
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::check_project;

    #[test]
    fn each_cluster_has_a_name_of_its_own() {
        let spec = |name: &str| format!("metadata: {{name: {name}}}\nspec: {{openshift: \"4.19\", platform: vsphere}}");
        let two = |second: &str| [("a.yaml", spec("prod")), ("b.yaml", spec(second))];
        check_project(&two("prod"), &["error RC0206 at b.yaml prod"]);
        check_project(&two("PROD"), &["error RC0206 at b.yaml PROD"]);
        check_project(&two("prod-2"), &[]);
    }
}
