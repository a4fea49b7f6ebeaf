//! Images in a directory that is lost with its pod: an error where the labels of the spec or the config CR say production.

use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::bundle::REGISTRY_GROUP;
use crate::rules::{BundleContext, Check, Rule, SpecContext};
use crate::tree::{Node, Origin};

pub(in crate::rules) static RULE: Rule =
    Rule { code: &codes::IMAGES_ON_EMPTY_DIR, check: Check::SpecOrManifests(check, check_manifests) };

/// The labels by which people tell production from the rest, and what they call it.
const LABELS: &[&str] = &["env", "environment", "stage", "tier"];
const PRODUCTION: &[&str] = &["prod", "production"];

fn check(ctx: &SpecContext<'_>, findings: &mut Findings) {
    let Some(backend) = ctx.only("emptyDir").filter(|_| ctx.is_managed()) else { return };
    say(&backend.entry.key, ctx.resolved.node.at(&["metadata", "labels"]), findings);
}

fn check_manifests(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let Some(backend) = ctx.only("emptyDir").filter(|_| ctx.is_managed()) else { return };
    let config = ctx.object(REGISTRY_GROUP, "Config", "", "cluster");
    say(&backend.entry.key, config.and_then(|config| config.at(&["metadata", "labels"])), findings);
}

fn say(storage: &Origin, labels: Option<&Node>, findings: &mut Findings) {
    let key = storage.place();
    let message = "every image is lost when the registry's pod restarts";
    let finding = match labels.and_then(production) {
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

fn production(labels: &Node) -> Option<(&'static str, &Node)> {
    let said = LABELS.iter().filter_map(|label| Some((*label, labels.get(label)?)));
    let is_production = |value: &str| PRODUCTION.iter().any(|word| word.eq_ignore_ascii_case(value));
    said.into_iter().find(|(_, value)| value.as_str().is_some_and(is_production))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_objects, config};

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

    #[test]
    fn the_labels_of_a_manifest_are_read_too() {
        let manifest = config("storage: {emptyDir: {}}");
        check_objects("4.16", &manifest, &["info RC0363 at emptyDir"]);
        let production = manifest.replace("name: cluster", "name: cluster, labels: {env: prod}");
        check_objects("4.16", &production, &["error RC0363 at emptyDir"]);
    }
}
