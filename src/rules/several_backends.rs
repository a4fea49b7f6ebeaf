//! Two storage backends at once: the operator configures neither.

use super::bundle::StorageBackend;
use super::context::{storage_failing, stuck};
use super::retired_backend::DROPPED;
use super::{BundleContext, Check, Rule};
use crate::diag::{Diagnostic, Findings, codes};

pub(super) static RULE: Rule = Rule { code: &codes::SEVERAL_BACKENDS, check: Check::Bundle(check) };

/// What the operator calls the backends, in the order in which it counts them.
///
/// Source: openshift/cluster-image-registry-operator `pkg/storage/storage.go`.
const OPERATORS_NAMES: &[(&str, &str)] = &[
    ("emptyDir", "EmptyDir"),
    ("s3", "S3"),
    ("swift", "Swift"),
    ("gcs", "GCS"),
    ("ibmcos", "IBMCOS"),
    ("pvc", "PVC"),
    ("azure", "Azure"),
    ("oss", "OSS"),
];

/// Words what the operator says of several backends.
pub(super) fn too_many_backends(named: &[&str]) -> String {
    let counted = OPERATORS_NAMES.iter().filter(|(name, _)| named.contains(name));
    let counted: Vec<&str> = counted.map(|(_, name)| *name).collect();
    let (n_types, types) = (counted.len(), counted.join(" "));
    format!("exactly one storage type should be configured at the same time, got {n_types}: [{types}]")
}

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let mut named: Vec<StorageBackend<'_>> = ctx.backends().collect();
    // What no minor of the target has a driver for is not counted.
    named.retain(|backend| backend.name != "oss" || ctx.first() < DROPPED);
    named.sort_by_key(|backend| backend.entry.key.place().start);
    let [first, second, ..] = &*named else { return };
    let text = too_many_backends(&named.iter().map(|backend| backend.name).collect::<Vec<_>>());
    let message = format!("`storage` has `{}` beside `{}`; there can be one backend", second.name, first.name);
    let finding = Diagnostic::error(RULE.code, second.entry.key.place(), message)
        .note_at(first.entry.key.place(), "the other backend")
        .note(shown(ctx, &text))
        .help(format!("keep `{}` or `{}`", first.name, second.name));
    findings.push(finding);
}

/// Says where the cluster would show it: a registry that is removed needs its driver, too, and one that is unmanaged none.
fn shown(ctx: &BundleContext<'_>, text: &str) -> String {
    let state = ctx.written("managementState").and_then(|state| state.node.as_str());
    match state {
        Some("Removed") => stuck(&format!("unable to get generators: {text}")),
        Some("Unmanaged" | "Force") => format!("no condition would show it before the registry is `Managed`: `{text}`"),
        _ => storage_failing(text),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, check_objects, check_objects_say, check_says, config};

    #[test]
    fn one_backend_is_enough() {
        let two = "storage: {s3: {bucket: b, region: r}, emptyDir: {}, credentials: minted}";
        check("aws-upi 4.16", two, &["error RC0330 at emptyDir"]);
        check_says("aws-upi 4.16", two, "at the same time, got 2: [EmptyDir S3]`");
        check("aws-upi 4.16", "storage: {s3: {bucket: b, region: r}}", &[]);
        check("aws-upi 4.16", "storage: {s3: {bucket: b, region: r}, emptyDir: null}", &[]);
    }

    #[test]
    fn manifests_are_judged_without_their_platform() {
        check_objects("4.16", &config("storage: {s3: {}, emptyDir: {}}"), &["error RC0330 at emptyDir"]);
        check_objects("4.16", &config("storage: {s3: {bucket: b, region: r}, emptyDir: null}"), &[]);
    }

    #[test]
    fn what_is_shown_is_what_the_state_makes_of_it() {
        let two =
            |state: &str| config(&format!("{{managementState: {state}, storage: {{pvc: {{}}, emptyDir: {{}}}}}}"));
        check_objects_say("4.16", &two("Managed"), "unable to sync storage configuration: exactly one storage type");
        check_objects_say("4.16", &two("Removed"), "resources: unable to get generators: exactly one storage type");
        check_objects_say("4.16", &two("Unmanaged"), "no condition would show it before the registry is `Managed`");
    }

    #[test]
    fn oss_counts_while_there_is_a_driver_for_it() {
        let two = config("{managementState: Managed, storage: {s3: {bucket: b, region: r}, oss: {}}}");
        check_objects("4.16", &two, &["error RC0330 at oss"]);
        check_objects("4.16..4.17", &two, &["error RC0330 at oss"]);
        check_objects("4.17", &two, &["warning RC0547 at oss"]);
    }
}
