//! Images in a directory that is lost with its pod: an error where the spec's labels say production.

use super::{Check, Rule, SpecContext};
use crate::diag::{Diagnostic, Findings, codes};
use crate::tree::Node;

pub(super) static RULE: Rule = Rule { code: &codes::IMAGES_ON_EMPTY_DIR, check: Check::Spec(check) };

/// The labels by which people tell production from the rest, and what they call it.
const LABELS: &[&str] = &["env", "environment", "stage", "tier"];
const PRODUCTION: &[&str] = &["prod", "production"];

fn check(ctx: &SpecContext<'_>, findings: &mut Findings) {
    let Some(backend) = ctx.only("emptyDir").filter(|_| ctx.is_managed()) else { return };
    let key = backend.entry.key.place();
    let message = "every image is lost when the registry's pod restarts";
    let finding = match production(ctx) {
        Some((label, node)) => {
            let value = node.as_str().unwrap_or_default();
            Diagnostic::error(RULE.code, key, format!("{message}, and this cluster has the label `{label}: {value}`"))
                .note_at(node.place(), "the label")
                .help("use storage that outlives the pod, or correct the label")
        }
        None => {
            Diagnostic::info(RULE.code, key, message).help("use storage that outlives the pod for anything but tests")
        }
    };
    findings.push(finding);
}

fn production<'r>(ctx: &SpecContext<'r>) -> Option<(&'static str, &'r Node)> {
    let labels = ctx.resolved.node.at(&["metadata", "labels"])?;
    let said = LABELS.iter().filter_map(|label| Some((*label, labels.get(label)?)));
    let is_production = |value: &str| PRODUCTION.iter().any(|word| word.eq_ignore_ascii_case(value));
    said.into_iter().find(|(_, value)| value.as_str().is_some_and(is_production))
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;

    #[test]
    fn production_keeps_its_images() {
        let spec = |label: &str| format!("metadata: {{name: c, labels: {{{label}}}}}\nstorage: {{emptyDir: {{}}}}");
        check("baremetal 4.16", &spec("env: prod"), &["error RC0363 at emptyDir"]);
        check("baremetal 4.16", &spec("stage: Production"), &["error RC0363 at emptyDir"]);
        check("baremetal 4.16", &spec("env: test"), &["info RC0363 at emptyDir"]);
        check("baremetal 4.16", &spec("team: prod"), &["info RC0363 at emptyDir"]);
    }

    #[test]
    fn a_registry_that_is_removed_has_no_images() {
        check("baremetal 4.16", "registry: {managementState: Removed}\nstorage: {emptyDir: {}}", &[]);
    }
}
