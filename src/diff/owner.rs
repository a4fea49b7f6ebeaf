//! Who applies a live object beside regcfg's user, by the marks that engines leave on what they apply.
//!
//! In comes a live object, with whatever stands in it; out comes the engine and what it calls itself there. What two owners
//! of one object mean is not known here.
//!
//! Sources: argoproj/argo-cd util/argo/resource_tracking.go; fluxcd/kustomize-controller internal/controller; helm
//! pkg/action/validate.go; open-cluster-management-io/ocm pkg/work; operator-framework/operator-lifecycle-manager
//! pkg/lib/ownerutil; openshift/oc-mirror internal/pkg/clusterresources and pkg/cli/mirror/manifests.go.

use super::Owner;
use crate::apply::Engine;
use crate::tree::Node;

/// Kinds that oc-mirror writes.
const MIRRORED: &[&str] = &["ImageContentSourcePolicy", "ImageDigestMirrorSet", "ImageTagMirrorSet", "CatalogSource"];

/// Returns who applies a live object, where it says so; what is about an object's owner comes before what may have been
/// copied with its labels.
pub fn owner(live: &Node) -> Option<Owner> {
    let of = Marks { live };
    of.helm()
        .or_else(|| of.acm())
        .or_else(|| of.olm())
        .or_else(|| of.oc_mirror())
        .or_else(|| of.flux())
        .or_else(|| of.argo())
}

struct Marks<'o> {
    live: &'o Node,
}

impl<'o> Marks<'o> {
    fn text(&self, part: &str, name: &str) -> Option<&'o str> {
        self.live.at(&["metadata", part, name]).and_then(Node::as_str).filter(|text| !text.is_empty())
    }

    fn annotation(&self, name: &str) -> Option<&'o str> {
        self.text("annotations", name)
    }

    fn label(&self, name: &str) -> Option<&'o str> {
        self.text("labels", name)
    }

    /// Returns the owner references: the group and kind, and the name.
    fn owners(&self) -> impl Iterator<Item = (&'o str, &'o str, &'o str)> {
        let owners = self.live.at(&["metadata", "ownerReferences"]).and_then(Node::as_seq).unwrap_or_default();
        owners.iter().filter_map(|owner| {
            let text = |field: &str| owner.get(field).and_then(Node::as_str);
            Some((crate::name::group(text("apiVersion")?), text("kind")?, text("name")?))
        })
    }

    /// Tells whether a manager of this name wrote to the object.
    fn is_managed_by(&self, names: &[&str]) -> bool {
        let managers = self.live.at(&["metadata", "managedFields"]).and_then(Node::as_seq).unwrap_or_default();
        let manager = |entry: &'o Node| entry.get("manager").and_then(Node::as_str);
        managers.iter().filter_map(manager).any(|name| names.contains(&name))
    }

    fn helm(&self) -> Option<Owner> {
        // Both marks, as Helm itself asks for before it takes an object for its own.
        let release = self.annotation("meta.helm.sh/release-name")?;
        let is_helms = self.label("app.kubernetes.io/managed-by") == Some("Helm");
        is_helms.then(|| owned(Engine::Helm.name(), self.annotation("meta.helm.sh/release-namespace"), release))
    }

    fn acm(&self) -> Option<Owner> {
        let mut works = self
            .owners()
            .filter(|(group, kind, _)| *group == "work.open-cluster-management.io" && *kind == "AppliedManifestWork");
        let work = works.next().map(|(.., name)| owned(Engine::Acm.name(), None, name));
        let by_manager =
            || self.is_managed_by(&["work-agent"]).then(|| owned(Engine::Acm.name(), None, "ManifestWork"));
        let by_policy = || {
            self.is_managed_by(&["config-policy-controller"])
                .then(|| owned(Engine::Acm.name(), None, "ConfigurationPolicy"))
        };
        work.or_else(by_manager).or_else(by_policy)
    }

    fn olm(&self) -> Option<Owner> {
        let mut versions = self.owners().filter(|(group, kind, _)| {
            *group == "operators.coreos.com"
                && matches!(*kind, "ClusterServiceVersion" | "Subscription" | "CatalogSource")
        });
        let by_owner = versions.next().map(|(.., name)| owned("OLM", None, name));
        by_owner.or_else(|| self.label("olm.owner").map(|name| owned("OLM", self.label("olm.owner.namespace"), name)))
    }

    fn oc_mirror(&self) -> Option<Owner> {
        let made_by = self.annotation("createdBy").filter(|by| by.starts_with("oc-mirror"));
        if let Some(by) = made_by {
            return Some(owned("oc-mirror", None, by));
        }
        // The first version left but a label on what it made for catalogs, and the names.
        let text = |path: &[&str]| self.live.at(path).and_then(Node::as_str).unwrap_or_default();
        if !MIRRORED.contains(&text(&["kind"])) {
            return None;
        }
        let name = text(&["metadata", "name"]);
        let has_name = ["release-", "generic-", "operator-", "idms-", "itms-"].iter().any(|start| {
            let rest = name.strip_prefix(start).unwrap_or_default();
            let number = rest.rsplit('-').next().unwrap_or_default();
            !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
        });
        let is_catalogs = self.label("operators.openshift.org/catalog") == Some("true");
        (is_catalogs || (has_name && self.label(crate::name::CLUSTER_LABEL).is_none()))
            .then(|| owned("oc-mirror", None, "oc-mirror"))
    }

    fn flux(&self) -> Option<Owner> {
        let named = |tool: &str| {
            let name = self.label(&format!("{tool}.toolkit.fluxcd.io/name"))?;
            Some(owned(Engine::Flux.name(), self.label(&format!("{tool}.toolkit.fluxcd.io/namespace")), name))
        };
        named("kustomize").or_else(|| named("helm"))
    }

    fn argo(&self) -> Option<Owner> {
        // `APPLICATION:GROUP/KIND:NAMESPACE/NAME`; an Application in another namespace is `NAMESPACE_NAME`.
        let tracked = self.annotation("argocd.argoproj.io/tracking-id").and_then(|id| id.split(':').next());
        let labelled = || self.label("argocd.argoproj.io/instance");
        // Others use this label, too.
        let by_instance = || {
            let name = self.label("app.kubernetes.io/instance")?;
            self.is_managed_by(&["argocd-controller", "argocd-application-controller"]).then_some(name)
        };
        tracked.or_else(labelled).or_else(by_instance).map(|name| owned(Engine::ArgoCd.name(), None, name))
    }
}

fn owned(engine: &'static str, namespace: Option<&str>, name: &str) -> Owner {
    let name = namespace.map_or_else(|| name.to_owned(), |namespace| format!("{namespace}/{name}"));
    Owner { engine, name }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Findings;
    use crate::tree::parse::{Reading, documents};
    use crate::tree::{Source, SourceKind};

    #[track_caller]
    fn check(kind: &str, metadata: &str, expected: Option<(&str, &str)>) {
        let text = format!("apiVersion: v1\nkind: {kind}\nmetadata: {{{metadata}}}\n");
        let source = Source::new("live", text, SourceKind::User);
        let live = documents(&source, Reading::AsKubectl, &mut Findings::new()).expect("YAML").remove(0);
        let found = owner(&live);
        let found = found.as_ref().map(|owner| (owner.engine, &*owner.name));
        assert_eq!(found, expected, "{metadata}");
    }

    #[test]
    fn engines_are_known_by_their_marks() {
        let helm = "labels: {app.kubernetes.io/managed-by: Helm}, annotations: {meta.helm.sh/release-name: r, meta.helm.sh/release-namespace: team}";
        check("ConfigMap", helm, Some(("Helm", "team/r")));
        let flux = "labels: {kustomize.toolkit.fluxcd.io/name: k, kustomize.toolkit.fluxcd.io/namespace: flux-system}";
        check("ConfigMap", flux, Some(("Flux", "flux-system/k")));
        check("ConfigMap", "labels: {helm.toolkit.fluxcd.io/name: h}", Some(("Flux", "h")));
        let argo = "annotations: {argocd.argoproj.io/tracking-id: \"app:v1/ConfigMap:n/c\"}";
        check("ConfigMap", argo, Some(("Argo CD", "app")));
        check("ConfigMap", "labels: {argocd.argoproj.io/instance: app}", Some(("Argo CD", "app")));
        let managed = "labels: {app.kubernetes.io/instance: app}, managedFields: [{manager: argocd-controller}]";
        check("ConfigMap", managed, Some(("Argo CD", "app")));
        let work =
            "ownerReferences: [{apiVersion: work.open-cluster-management.io/v1, kind: AppliedManifestWork, name: w}]";
        check("ConfigMap", work, Some(("ACM", "w")));
        check("ConfigMap", "managedFields: [{manager: work-agent}]", Some(("ACM", "ManifestWork")));
        check("Secret", "labels: {olm.owner: o.v1, olm.owner.namespace: team}", Some(("OLM", "team/o.v1")));
        let version =
            "ownerReferences: [{apiVersion: operators.coreos.com/v1alpha1, kind: ClusterServiceVersion, name: o.v1}]";
        check("ClusterRole", version, Some(("OLM", "o.v1")));
    }

    #[test]
    fn what_oc_mirror_made_is_known_by_annotation_label_or_name() {
        let second = "name: x, annotations: {createdBy: oc-mirror v2}";
        check("ImageDigestMirrorSet", second, Some(("oc-mirror", "oc-mirror v2")));
        check("ImageDigestMirrorSet", "name: idms-release-0", Some(("oc-mirror", "oc-mirror")));
        check("ImageContentSourcePolicy", "name: generic-0", Some(("oc-mirror", "oc-mirror")));
        let labelled = "name: x, labels: {operators.openshift.org/catalog: \"true\"}";
        check("ImageContentSourcePolicy", labelled, Some(("oc-mirror", "oc-mirror")));
        check("ImageDigestMirrorSet", "name: release-mirrors", None);
        check("ConfigMap", "name: generic-0", None);
    }

    #[test]
    fn a_mark_that_others_use_too_names_nobody() {
        check("ConfigMap", "labels: {app.kubernetes.io/instance: app}", None);
        check("ConfigMap", "labels: {app.kubernetes.io/managed-by: Helm}", None);
        check("ConfigMap", "annotations: {meta.helm.sh/release-name: r}", None);
        check("ConfigMap", "name: c", None);
    }
}
