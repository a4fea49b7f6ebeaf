//! `allowedRegistries` without what the documentation asks for beside the payload: Red Hat's registry, the cluster's own,
//! mirrors that are in use, and registries that are named as insecure.

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::mirrors::mirror_entries;
use crate::rules::registries::{INTERNAL, covers, entries, list, registry_of};
use crate::rules::{BundleContext, Check, Rule};
use crate::tree::{Node, Place};

pub(in crate::rules) static RULE: Rule =
    Rule { code: &codes::NEEDED_REGISTRY_NOT_ALLOWED, check: Check::Bundle(check) };

/// A registry that is needed: its name, for what, and where the objects name it, if they do.
struct Needed<'o> {
    name: &'o str,
    reason: &'static str,
    place: Option<&'o Place>,
}

fn check(ctx: &BundleContext<'_>, findings: &mut Findings) {
    let Some((entry, allowed)) = list(ctx, "allowedRegistries") else { return };
    let is_allowed = |name: &str| allowed.iter().filter_map(Node::as_str).any(|scope| covers(scope, name));
    let mut blocked: Vec<Needed<'_>> = Vec::new();
    for needed in needed(ctx).into_iter().filter(|needed| !is_allowed(needed.name)) {
        if !blocked.iter().any(|other| other.name == needed.name) {
            blocked.push(needed);
        }
    }
    let [first, rest @ ..] = &*blocked else { return };
    let message = match rest.len() {
        0 => format!("`allowedRegistries` blocks {}, {}", quoted(first.name), first.reason),
        n => format!("`allowedRegistries` blocks {} registries that are needed", n + 1),
    };
    let mut finding = Diagnostic::warning(RULE.code, entry.key.place(), message);
    for needed in &blocked {
        let says = format!("{}: {}", quoted(needed.name), needed.reason);
        finding = match needed.place {
            Some(place) => finding.note_at(place, says),
            None if rest.is_empty() => finding,
            None => finding.note(says),
        };
    }
    let mut add: Vec<String> = blocked.iter().map(|needed| quoted(registry_of(needed.name))).collect();
    add.dedup();
    findings.push(
        finding
            .note("what is not listed is blocked, and nothing is listed by itself")
            .help(format!("add {}", add.join(", "))),
    );
}

fn needed<'o>(ctx: &BundleContext<'o>) -> Vec<Needed<'o>> {
    let vendor =
        Needed { name: "registry.redhat.io", reason: "from which operators and their images come", place: None };
    let mut needed = vec![vendor];
    if ctx.config().is_none() || ctx.is_managed() {
        let reason = "the cluster's own registry, for builds and image streams";
        needed.push(Needed { name: INTERNAL[0], reason, place: None });
    }
    for entry in mirror_entries(ctx) {
        let mirrors = entry.mirrors().map(|(name, node)| Needed {
            name,
            reason: "a mirror that is in use",
            place: Some(node.place()),
        });
        needed.extend(mirrors);
    }
    // One with a scheme is no registry, as another rule says.
    let insecure = entries(ctx, "insecureRegistries").filter(|(name, _)| !name.contains("://"));
    needed.extend(insecure.map(|(name, node)| Needed {
        name,
        reason: "an insecure registry",
        place: Some(node.place()),
    }));
    needed
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, check_objects, check_says};

    const ALL: &str = "quay.io, registry.redhat.io, 'image-registry.openshift-image-registry.svc:5000'";

    fn spec(allowed: &str, rest: &str) -> String {
        format!("images: {{registrySources: {{allowedRegistries: [{allowed}]{rest}}}}}")
    }

    #[test]
    fn the_registries_that_a_cluster_needs_are_listed() {
        check("aws-upi 4.16", &spec(ALL, ""), &[]);
        check("aws-upi 4.16", &spec("quay.io", ""), &["warning RC0580 at allowedRegistries"]);
        for says in [
            "`allowedRegistries` blocks 2 registries that are needed",
            "add `registry.redhat.io`, `image-registry.openshift-image-registry.svc:5000`",
        ] {
            check_says("aws-upi 4.16", &spec("quay.io", ""), says);
        }
    }

    #[test]
    fn a_registry_that_is_removed_is_not_needed() {
        let removed = format!("registry: {{managementState: Removed}}\n{}", spec("quay.io, registry.redhat.io", ""));
        check("vsphere 4.16", &removed, &[]);
        let image = "apiVersion: config.openshift.io/v1\nkind: Image\nmetadata: {name: cluster}\nspec: {registrySources: {allowedRegistries: [quay.io, registry.redhat.io]}}\n";
        check_objects("4.16", image, &["warning RC0580 at allowedRegistries"]);
    }

    #[test]
    fn mirrors_and_insecure_registries_are_listed() {
        let mirrors = "mirrors: {kind: ImageDigestMirrorSet, imageDigestMirrors: {quay.io/a: {mirrors: [m.example.com/a]}, quay.io/b: {mirrors: [m.example.com/a]}}}";
        let with = |allowed: &str| format!("{}\n{mirrors}", spec(allowed, ""));
        check("aws-upi 4.16", &with(ALL), &["warning RC0580 at allowedRegistries"]);
        check_says("aws-upi 4.16", &with(ALL), "add `m.example.com`");
        check("aws-upi 4.16", &with(&format!("{ALL}, m.example.com")), &[]);
        let insecure = spec(ALL, ", insecureRegistries: [old.example.com]");
        check("aws-upi 4.16", &insecure, &["warning RC0580 at allowedRegistries", "info RC0583 at old.example.com"]);
    }
}
