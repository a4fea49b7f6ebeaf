//! What several rules ask of `registrySources` of image.config: its lists, what an entry covers, which registries a
//! cluster lives on, and how the nodes show what they do not take.

pub(super) mod allowed_and_blocked;
pub(super) mod bad_registry_entry;
pub(super) mod insecure_registry;
pub(super) mod needed_registry_not_allowed;
pub(super) mod payload_blocked;
pub(super) mod payload_not_allowed;
pub(super) mod search_registries;
pub(super) mod tagged_registry;

use crate::rules::BundleContext;
use crate::target::{Minor, Target};
use crate::tree::{Entry, Node};

/// The repository of the release image, from which the machine config operator knows the payload's.
pub(super) const RELEASE: &str = "quay.io/openshift-release-dev/ocp-release";

/// The repository of the images that a release is made of.
pub(super) const RELEASE_CONTENT: &str = "quay.io/openshift-release-dev/ocp-v4.0-art-dev";

/// The registries that a cluster and its operators come from.
pub(super) const VENDORS: [&str; 3] = ["quay.io", "registry.redhat.io", "registry.access.redhat.com"];

/// The hosts of the cluster's own registry, the one that image streams show first.
pub(super) const INTERNAL: [&str; 2] = [
    "image-registry.openshift-image-registry.svc:5000",
    "image-registry.openshift-image-registry.svc.cluster.local:5000",
];

/// The first minor whose machine config operator refuses malformed entries, and sees repositories of a registry.
pub(super) const ENTRIES_CHECKED: Minor = Minor::of(4, 9);

/// Returns a list of `registrySources` that holds something, with its key.
pub(super) fn list<'o>(ctx: &BundleContext<'o>, name: &str) -> Option<(&'o Entry, &'o [Node])> {
    let entry = ctx.image()?.get("registrySources")?.entry(name)?;
    let items = entry.node.as_seq().filter(|items| !items.is_empty())?;
    Some((entry, items))
}

/// Returns the texts of a list of `registrySources`, each with its node.
pub(super) fn entries<'o>(ctx: &BundleContext<'o>, name: &str) -> impl Iterator<Item = (&'o str, &'o Node)> {
    let items = list(ctx, name).map_or(&[][..], |(_, items)| items);
    items.iter().filter_map(|item| Some((item.as_str()?, item)))
}

/// Tells whether an entry may stand in registries.conf.
///
/// Source: openshift/runtime-utils `pkg/registries/registries.go` (`IsValidRegistriesConfScope`).
pub(super) fn is_scope(entry: &str) -> bool {
    match entry.strip_prefix("*.") {
        Some(host) => !host.contains(['/', '@', ':', '*']),
        None => !entry.is_empty() && !entry.contains('*'),
    }
}

/// Tells whether a registry, a path of one, or `*.host` covers what is named: the same, or anything below it.
///
/// Source: openshift/runtime-utils `pkg/registries/registries.go` (`ScopeIsNestedInsideScope`).
pub(super) fn covers(scope: &str, named: &str) -> bool {
    if let Some(suffix) = scope.strip_prefix('*') {
        return suffix.starts_with('.') && host_name(named).ends_with(suffix);
    }
    let rest = named.strip_prefix(scope);
    rest.is_some_and(|rest| rest.is_empty() || (rest.starts_with('/') && !scope.is_empty()))
}

/// Returns the registry of a repository: what stands before the first `/`.
pub(super) fn registry_of(named: &str) -> &str {
    named.split_once('/').map_or(named, |(registry, _)| registry)
}

/// Returns the host of a repository, without its port.
fn host_name(named: &str) -> &str {
    let registry = registry_of(named);
    registry.split_once(':').map_or(registry, |(host, _)| host)
}

/// Returns the minors of a target from one on, up to but without another; none where the target has none of them.
pub(super) fn minors_between(target: Target, since: Minor, until: Option<Minor>) -> Option<Target> {
    let mut minors = target.minors().filter(|minor| *minor >= since && until.is_none_or(|until| *minor < until));
    let first = minors.next()?;
    Target::range(first, minors.next_back().unwrap_or(first)).ok()
}

/// Names minors in a sentence: `OpenShift 4.13 to 4.15`.
pub(super) fn named(minors: Target) -> String {
    let (first, last) = (minors.first(), minors.last());
    if first == last { format!("OpenShift {first}") } else { format!("OpenShift {first} to {last}") }
}

/// Words how nodes are left as they are: the machine config operator logs a text and makes no new configuration.
pub(super) fn not_rolled_out(text: &str) -> String {
    format!(
        "no condition would show it: the machine config controller logs `{text}`, and no node gets a new configuration"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_covers_itself_and_what_is_below() {
        assert!(covers("quay.io", "quay.io") && covers("quay.io", "quay.io/a/b") && covers("quay.io/a", "quay.io/a/b"));
        assert!(covers("*.example.com", "a.b.example.com:5000/x"));
        for (scope, named) in [
            ("quay.io", "quay.io.example.com"),
            ("quay.io/a", "quay.io/ab"),
            ("quay.io/a", "quay.io"),
            ("*.example.com", "example.com"),
            ("*", "example.com"),
            ("", "/a"),
            ("host", "host:5000"),
        ] {
            assert!(!covers(scope, named), "{scope} {named}");
        }
    }

    #[test]
    fn the_minors_of_a_fault_are_those_of_the_target() {
        let between = |target: &str, since, until| {
            minors_between(target.parse().unwrap(), since, until).map(named).unwrap_or_default()
        };
        assert_eq!(between("4.12..4.19", Minor::of(4, 13), Some(Minor::of(4, 16))), "OpenShift 4.13 to 4.15");
        assert_eq!(between("4.15", Minor::of(4, 13), None), "OpenShift 4.15");
        assert_eq!(between("4.12", Minor::of(4, 13), None), "");
    }
}
