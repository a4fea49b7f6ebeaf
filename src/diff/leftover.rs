//! What we rendered for a cluster earlier and do no longer: live objects with its label that no object of now is.
//!
//! In come the cluster's name and its objects; out comes what has to be listed, and, of the lists, what is left over.
//! Nothing is asked here, and nothing removed: what shall go, an engine that prunes or people delete.
//!
//! Lists are bounded: the kinds that are rendered of specs, each where its objects can be. A kind that only a template of
//! the user's own renders is looked for where that is rendered now.

use std::collections::{BTreeMap, BTreeSet};

use super::side::without_never;
use super::{ObjectDiff, PredictedBy, What, owner};
use crate::kept::is_kept;
use crate::live::{Absent, Answer, Listing, ObjectId, Resource, Unknown, each_once};
use crate::lower::REGISTRY_NAMESPACE;
use crate::mutation::is_off;
use crate::name::{CLUSTER_LABEL, cluster_label};
use crate::schema;
use crate::target::Target;
use crate::tree::Node;
use crate::tree::sensitive::concealed;

/// The namespace of certificates and of the global pull secret.
const CONFIG_NAMESPACE: &str = "openshift-config";

/// Where objects of a kind are looked for.
enum Where {
    /// In the whole cluster.
    Everywhere,
    /// In these namespaces, and in those that objects of that kind are rendered into now.
    In(&'static [&'static str]),
}

/// The kinds that are rendered of specs, and where their objects are.
const KINDS: &[(&str, &str, Where)] = &[
    ("imageregistry.operator.openshift.io/v1", "Config", Where::Everywhere),
    ("imageregistry.operator.openshift.io/v1", "ImagePruner", Where::Everywhere),
    ("config.openshift.io/v1", "Image", Where::Everywhere),
    ("operator.openshift.io/v1alpha1", "ImageContentSourcePolicy", Where::Everywhere),
    ("config.openshift.io/v1", "ImageDigestMirrorSet", Where::Everywhere),
    ("config.openshift.io/v1", "ImageTagMirrorSet", Where::Everywhere),
    ("v1", "PersistentVolumeClaim", Where::In(&[REGISTRY_NAMESPACE])),
    ("v1", "ConfigMap", Where::In(&[CONFIG_NAMESPACE, REGISTRY_NAMESPACE])),
    ("v1", "Secret", Where::In(&[CONFIG_NAMESPACE, REGISTRY_NAMESPACE])),
    ("external-secrets.io/v1", "ExternalSecret", Where::In(&[CONFIG_NAMESPACE, REGISTRY_NAMESPACE])),
    ("bitnami.com/v1alpha1", "SealedSecret", Where::In(&[CONFIG_NAMESPACE, REGISTRY_NAMESPACE])),
    ("rbac.authorization.k8s.io/v1", "ClusterRole", Where::Everywhere),
    ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", Where::Everywhere),
    // Those of a grant stand in the namespace that it names, which nobody knows when the grant is gone.
    ("rbac.authorization.k8s.io/v1", "RoleBinding", Where::Everywhere),
];

/// Kinds that are never offered for removal: what holds images, what the operator needs, what holds everything.
const KEPT: &[&str] = &["PersistentVolumeClaim", "Config", "ImagePruner", "Image", "Namespace"];

/// Returns what has to be listed to know what of a cluster is left over.
pub fn listings(cluster: &str, rendered: &[ObjectId], target: Target) -> Vec<Listing> {
    let labels = format!("{CLUSTER_LABEL}={cluster}");
    let mut listings = Vec::new();
    let mut add = |resource: &Resource, namespace: &str| {
        let listing = Listing { resource: resource.clone(), namespace: namespace.to_owned(), labels: labels.clone() };
        if !listings.contains(&listing) {
            listings.push(listing);
        }
    };
    for (api_version, kind, place) in KINDS {
        let Some(kind) = schema::find(api_version, kind) else { continue };
        // A kind that no minor of the target has cannot be there.
        if !target.minors().any(|minor| kind.is_on(minor)) {
            continue;
        }
        let resource = Resource::of(kind);
        match place {
            Where::Everywhere => add(&resource, ""),
            Where::In(namespaces) => namespaces.iter().for_each(|namespace| add(&resource, namespace)),
        }
    }
    let is_everywhere = |resource: &Resource| {
        KINDS.iter().any(|(_, kind, place)| *kind == resource.kind && matches!(place, Where::Everywhere))
    };
    for id in rendered.iter().filter(|id| !is_everywhere(&id.resource)) {
        add(&id.resource, &id.namespace);
    }
    listings
}

/// Returns what is left over, in the order of the lists, with the live objects, and what cannot be told.
pub fn left_over(
    cluster: &str,
    rendered: &[ObjectId],
    listings: &[Listing],
    answers: Vec<Answer<Vec<Node>>>,
) -> (Vec<(ObjectDiff, Node)>, Vec<Unknown>) {
    let rendered: BTreeSet<&ObjectId> = rendered.iter().collect();
    let mut seen: BTreeSet<ObjectId> = BTreeSet::new();
    let (mut found, mut hidden) = (Vec::new(), Vec::new());
    for (listing, answer) in listings.iter().zip(answers) {
        let objects = match answer {
            Answer::There(objects) => objects,
            // Where the kind or namespace is not, nothing of it is left.
            Answer::Absent(Absent::Kind | Absent::Namespace | Absent::Object) => continue,
            Answer::Unknown(unknown) => {
                hidden.push((listing, unknown));
                continue;
            }
        };
        for live in objects {
            let live = listing.resource.complete(live);
            let Some(object) = named(&live, &listing.resource) else { continue };
            let is_ours = cluster_label(&live).and_then(Node::as_str) == Some(cluster);
            if is_ours && !is_made_by_another(&live) && !rendered.contains(&object) && seen.insert(object.clone()) {
                found.push((gone(object, &live), live));
            }
        }
    }
    (found, not_told(&hidden))
}

/// Says what stands between lists and their answers: the same obstacle once, with all that it hides.
fn not_told(hidden: &[(&Listing, Unknown)]) -> Vec<Unknown> {
    let said = |unknown: Unknown| {
        let alike = hidden.iter().filter(|(_, other)| other.is_alike(&unknown)).map(|(listing, _)| *listing);
        let looked_for = looked_for(alike);
        let message = format!("what is rendered no more cannot be told of {looked_for}: {}", unknown.obstacle);
        Unknown { message, about: vec![format!("what is rendered no more of {looked_for}")], ..unknown }
    };
    each_once(hidden.iter().map(|(_, unknown)| unknown)).into_iter().map(said).collect()
}

/// Says what is looked for, by namespaces: `Config, Image; Secret in openshift-config`.
fn looked_for<'l>(listings: impl Iterator<Item = &'l Listing>) -> String {
    let mut kinds: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for Listing { resource, namespace, .. } in listings {
        kinds.entry(namespace).or_default().push(&resource.kind);
    }
    let place = |namespace: &str| if namespace.is_empty() { String::new() } else { format!(" in {namespace}") };
    let said = kinds.into_iter().map(|(namespace, kinds)| format!("{}{}", kinds.join(", "), place(namespace)));
    said.collect::<Vec<_>>().join("; ")
}

/// Returns what a listed object is called.
fn named(live: &Node, resource: &Resource) -> Option<ObjectId> {
    let text = |name: &str| live.at(&["metadata", name]).and_then(Node::as_str);
    let namespace = text("namespace").filter(|_| resource.namespaced).unwrap_or_default();
    Some(ObjectId { resource: resource.clone(), namespace: namespace.into(), name: text("name")?.into() })
}

/// Tells whether a controller made the object of another one, which goes with it: the Secret of an ExternalSecret has our
/// labels by its template.
fn is_made_by_another(live: &Node) -> bool {
    let owners = live.at(&["metadata", "ownerReferences"]).and_then(Node::as_seq).unwrap_or_default();
    let annotation = |name: &str| live.at(&["metadata", "annotations", name]).is_some();
    let label = |name: &str| live.at(&["metadata", "labels", name]).is_some();
    if is_off("diff-made-by-others") {
        return false;
    }
    !owners.is_empty()
        || annotation("reconcile.external-secrets.io/data-hash")
        || label("reconcile.external-secrets.io/managed")
        || label("reconcile.external-secrets.io/created-by")
}

/// Says of an object that it is there and would be rendered no more.
pub(super) fn gone(object: ObjectId, live: &Node) -> ObjectDiff {
    let kept = (KEPT.contains(&&*object.resource.kind) && !is_off("diff-kept-kinds"))
        || (is_kept(live) && !is_off("diff-kept-objects"));
    ObjectDiff {
        owner: owner(live),
        before: Some(shown(live)),
        ..ObjectDiff::new(object, What::NoLongerRendered { kept }, PredictedBy::Comparison)
    }
}

/// Returns a live object as it may be shown: without secrets, and without who wrote what.
fn shown(live: &Node) -> Node {
    without_never(if is_off("diff-left-concealed") { live.clone() } else { concealed(live) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Findings;
    use crate::live::Why;
    use crate::tree::parse::{Reading, documents};
    use crate::tree::{Source, SourceKind};

    fn live(kind: &str, metadata: &str) -> Node {
        let (version, kind) = kind.split_once(' ').expect("an API version and a kind");
        let text = format!("apiVersion: {version}\nkind: {kind}\nmetadata: {{{metadata}}}\n");
        let source = Source::new("live", text, SourceKind::User);
        documents(&source, Reading::AsKubectl, &mut Findings::new()).expect("YAML").remove(0)
    }

    fn target() -> Target {
        "4.16".parse().expect("a target")
    }

    const OURS: &str = "labels: {regcfg.dev/cluster: prod}";

    /// Returns what is left over of these live objects, each as `Kind name kept`.
    #[track_caller]
    fn check(objects: &[Node], rendered: &[&Node], expected: &[&str]) {
        let rendered: Vec<ObjectId> = rendered.iter().filter_map(|object| ObjectId::of(object)).collect();
        let listings = listings("prod", &rendered, target());
        let answers = listings.iter().map(|listing| {
            let is_listed = |object: &&Node| {
                let id = ObjectId::of(object).expect("a known kind");
                id.resource == listing.resource && (listing.namespace.is_empty() || listing.namespace == id.namespace)
            };
            Answer::There(objects.iter().filter(is_listed).cloned().collect())
        });
        let answers = answers.collect();
        let (found, unknown) = left_over("prod", &rendered, &listings, answers);
        let said = |(diff, _): &(ObjectDiff, Node)| {
            let kept = if diff.what == (What::NoLongerRendered { kept: true }) { " kept" } else { "" };
            format!("{}{kept}", diff.object)
        };
        assert_eq!(found.iter().map(said).collect::<Vec<_>>(), expected);
        assert!(unknown.is_empty());
    }

    #[test]
    fn what_is_labelled_and_not_rendered_is_left_over() {
        let map = |name: &str| live("v1 ConfigMap", &format!("name: {name}, namespace: openshift-config, {OURS}"));
        let binding = live("rbac.authorization.k8s.io/v1 RoleBinding", &format!("name: b, namespace: team, {OURS}"));
        check(&[map("a"), map("b"), binding], &[&map("a")], &["ConfigMap openshift-config/b", "RoleBinding team/b"]);
        let other = live("v1 ConfigMap", "name: c, namespace: openshift-config, labels: {regcfg.dev/cluster: test}");
        check(&[other], &[], &[]);
    }

    #[test]
    fn claims_and_settings_are_never_offered_for_removal() {
        let claim = live("v1 PersistentVolumeClaim", &format!("name: c, namespace: openshift-image-registry, {OURS}"));
        let config = live("imageregistry.operator.openshift.io/v1 Config", &format!("name: cluster, {OURS}"));
        let image = live("config.openshift.io/v1 Image", &format!("name: cluster, {OURS}"));
        let pruner = live("imageregistry.operator.openshift.io/v1 ImagePruner", &format!("name: cluster, {OURS}"));
        let expected = [
            "Config cluster kept",
            "ImagePruner cluster kept",
            "Image cluster kept",
            "PersistentVolumeClaim openshift-image-registry/c kept",
        ];
        check(&[claim, config, image, pruner], &[], &expected);
        for keep in ["argocd.argoproj.io/sync-options: Prune=false", "helm.sh/resource-policy: keep"] {
            let map =
                live("v1 ConfigMap", &format!("name: a, namespace: openshift-config, {OURS}, annotations: {{{keep}}}"));
            check(&[map], &[], &["ConfigMap openshift-config/a kept"]);
        }
    }

    #[test]
    fn what_another_object_makes_is_not_ours_to_miss() {
        let metadata = format!("name: s, namespace: openshift-image-registry, {OURS}");
        let owner = "ownerReferences: [{apiVersion: bitnami.com/v1alpha1, kind: SealedSecret, name: s}]";
        let fetched = "annotations: {reconcile.external-secrets.io/data-hash: x}";
        let made = [owner, fetched].map(|mark| live("v1 Secret", &format!("{metadata}, {mark}")));
        check(&made, &[], &[]);
        check(&[live("v1 Secret", &metadata)], &[], &["Secret openshift-image-registry/s"]);
    }

    #[test]
    fn namespaces_of_what_is_rendered_now_are_listed_too() {
        let pull = live("v1 Secret", "name: p, namespace: team");
        let id = ObjectId::of(&pull).expect("a known kind");
        let all = listings("prod", &[id], target());
        let secrets: Vec<&str> =
            all.iter().filter(|listing| listing.resource.kind == "Secret").map(|listing| &*listing.namespace).collect();
        assert_eq!(secrets, ["openshift-config", "openshift-image-registry", "team"]);
        assert!(all.iter().all(|listing| listing.labels == "regcfg.dev/cluster=prod"));
        let old = listings("prod", &[], "4.12".parse().expect("a target"));
        assert!(!old.iter().any(|listing| listing.resource.kind == "ImageDigestMirrorSet"));
    }

    #[test]
    fn what_may_not_be_listed_is_said() {
        let listings = listings("prod", &[], target());
        let why = Unknown::new(Why::Forbidden, "403", "ask");
        let answers = listings.iter().map(|_| Answer::Unknown(why.clone())).collect();
        let (found, unknown) = left_over("prod", &[], &listings, answers);
        assert!(found.is_empty());
        let [unknown] = &*unknown else { panic!("{unknown:#?}") };
        let is_said = |words: &str| unknown.message.contains(words);
        assert!(
            is_said("cannot be told of Config, ")
                && is_said("; ConfigMap, Secret, ")
                && is_said(" in openshift-config; ")
                && is_said(": 403")
        );
        let nothing = listings.iter().map(|_| Answer::Absent(Absent::Kind)).collect();
        assert!(left_over("prod", &[], &listings, nothing).1.is_empty());
    }

    #[test]
    fn nothing_secret_and_no_manager_is_shown() {
        let text = format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: s, namespace: openshift-config, {OURS}, managedFields: [{{manager: a}}]}}\ndata: {{a: SHVzaA==}}\n"
        );
        let source = Source::new("live", text, SourceKind::User);
        let live = documents(&source, Reading::AsKubectl, &mut Findings::new()).expect("YAML").remove(0);
        let printed = format!("{:?}", shown(&live));
        assert!(!printed.contains("SHVzaA==") && !printed.contains("managedFields"), "{printed}");
    }
}
