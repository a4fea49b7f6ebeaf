//! What several rules ask of mirrors: the entries of ImageContentSourcePolicy, ImageDigestMirrorSet and ImageTagMirrorSet,
//! which nodes read as one.

pub(super) mod bad_mirror_location;
pub(super) mod conflicting_mirror_orders;
pub(super) mod conflicting_source_policies;
pub(super) mod deprecated_kind;
pub(super) mod mirror_kind_of_other_minor;
pub(super) mod mirrored_internal_registry;
pub(super) mod mirrors_without_effect;
pub(super) mod policy_without_mirror_set;
pub(super) mod source_among_mirrors;
pub(super) mod unsaid_mirror_kind;

use crate::rules::BundleContext;
use crate::rules::bundle::CONFIG_GROUP;
use crate::rules::registries::{covers, entries, registry_of};
use crate::tree::Node;

/// The group of ImageContentSourcePolicy.
pub(super) const OPERATOR_GROUP: &str = "operator.openshift.io";

/// The kinds that hold mirrors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MirrorKind {
    /// ImageContentSourcePolicy: by digest, without a policy.
    SourcePolicy,
    /// ImageDigestMirrorSet.
    DigestSet,
    /// ImageTagMirrorSet.
    TagSet,
}

/// A source with its mirrors, of any kind.
#[derive(Clone, Copy)]
pub(super) struct MirrorEntry<'o> {
    /// The kind of the object that it stands in.
    pub(super) kind: MirrorKind,
    /// The source, as it is written.
    pub(super) source: &'o Node,
    entry: &'o Node,
}

/// Returns every source with its mirrors, object by object, in written order.
pub(super) fn mirror_entries<'o>(ctx: &BundleContext<'o>) -> Vec<MirrorEntry<'o>> {
    let kinds = [
        (MirrorKind::DigestSet, CONFIG_GROUP, "ImageDigestMirrorSet", "imageDigestMirrors"),
        (MirrorKind::SourcePolicy, OPERATOR_GROUP, "ImageContentSourcePolicy", "repositoryDigestMirrors"),
        (MirrorKind::TagSet, CONFIG_GROUP, "ImageTagMirrorSet", "imageTagMirrors"),
    ];
    let objects = kinds.into_iter().flat_map(|(kind, group, name, field)| {
        ctx.objects_of(group, name).map(move |object| (kind, object.at(&["spec", field])))
    });
    let entries = objects.flat_map(|(kind, list)| {
        let items = list.and_then(Node::as_seq).unwrap_or_default();
        items.iter().filter_map(move |entry| {
            let source = entry.get("source").filter(|source| source.as_str().is_some())?;
            Some(MirrorEntry { kind, source, entry })
        })
    });
    entries.collect()
}

impl<'o> MirrorEntry<'o> {
    /// Returns the text of the source.
    pub(super) fn source_text(&self) -> &'o str {
        self.source.as_str().unwrap_or_default()
    }

    /// Returns the mirrors, each with its node.
    pub(super) fn mirrors(&self) -> impl Iterator<Item = (&'o str, &'o Node)> + use<'o> {
        let mirrors = self.entry.get("mirrors").and_then(Node::as_seq).unwrap_or_default();
        mirrors.iter().filter_map(|mirror| Some((mirror.as_str()?, mirror)))
    }

    /// Returns the list of mirrors; where there is none, the source.
    pub(super) fn list_or_source(&self) -> &'o Node {
        self.entry.get("mirrors").filter(|mirrors| !mirrors.is_null()).unwrap_or(self.source)
    }

    /// Returns `mirrorSourcePolicy`, where it is set.
    pub(super) fn policy(&self) -> Option<&'o Node> {
        self.entry.get("mirrorSourcePolicy").filter(|policy| !policy.is_null())
    }

    /// Returns what `mirrorSourcePolicy` comes to: asking the source, where nothing is said or can be.
    pub(super) fn policy_text(&self) -> &'o str {
        self.policy().and_then(Node::as_str).unwrap_or("AllowContactingSource")
    }

    /// Tells whether the source itself is never asked.
    pub(super) fn never_contacts_source(&self) -> bool {
        self.policy_text() == "NeverContactSource"
    }

    /// Tells whether the mirrors are for images that are named by digest, as those of a release are.
    pub(super) fn is_by_digest(&self) -> bool {
        self.kind != MirrorKind::TagSet
    }

    /// Tells whether the entry changes anything: a mirror beside the source itself.
    pub(super) fn has_effect(&self) -> bool {
        self.mirrors().any(|(mirror, _)| mirror != self.source_text())
    }
}

/// Tells whether images of a repository, named by digest, are left a mirror that `blockedRegistries` does not cover. Of
/// several sources that cover it the longest counts.
///
/// Source: openshift/machine-config-operator `pkg/controller/container-runtime-config/helpers.go`
/// (`payloadRepoHasUnblockedMirror`).
pub(super) fn has_unblocked_mirror(ctx: &BundleContext<'_>, repository: &str) -> bool {
    let all = mirror_entries(ctx);
    let sources = all.iter().filter(|entry| entry.is_by_digest() && entry.has_effect());
    let covering = || sources.clone().filter(|entry| covers(entry.source_text(), repository));
    let Some(longest) = covering().map(|entry| entry.source_text().len()).max() else { return false };
    covering().filter(|entry| entry.source_text().len() == longest).any(|entry| {
        let source = entry.source_text();
        // A wildcard stands for the whole host.
        let matched = if source.starts_with('*') { registry_of(repository) } else { source };
        let below = repository.strip_prefix(matched).unwrap_or_default();
        let is_open = |mirror: &str| {
            let location = format!("{mirror}{below}");
            !entries(ctx, "blockedRegistries").any(|(blocked, _)| covers(blocked, &location))
        };
        entry.mirrors().any(|(mirror, _)| is_open(mirror))
    })
}
