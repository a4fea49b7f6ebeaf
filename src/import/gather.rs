//! A way to look at a cluster -> the objects of it that a spec may say, and what could not be looked at.
//!
//! Two rounds of questions: first what has one name on every cluster, then what that names. Of Secrets one alone is asked
//! for, since whether it is there tells the platform; its values go nowhere.

use crate::live::{Absent, Answer, Listing, Live, ObjectId, Resource, Unknown};
use crate::lower::{REGISTRY_NAMESPACE, USER_SECRET};
use crate::schema;
use crate::spec::ACCESS_ROLES;
use crate::tree::Node;

/// What was found on a cluster.
#[derive(Debug, Default)]
pub struct Gathered {
    /// The objects.
    pub objects: Vec<Node>,
    /// What could not be looked at.
    pub unknown: Vec<Unknown>,
    /// Why nobody knows whether the cluster has a Secret with credentials of the user's own; none where that is known.
    pub unseen_secret: Option<Unknown>,
    /// Whether it is sure that the cluster has no Secret with credentials of the user's own.
    pub has_no_user_secret: bool,
}

/// Asks a cluster for all that a spec may say of it.
pub fn gather(live: &dyn Live) -> Gathered {
    let mut gathered = Gathered::default();
    let named = [
        of("imageregistry.operator.openshift.io/v1", "Config", "", "cluster"),
        of("imageregistry.operator.openshift.io/v1", "ImagePruner", "", "cluster"),
        of("config.openshift.io/v1", "Image", "", "cluster"),
        Some(evidence("Infrastructure", "infrastructures", "cluster")),
        Some(evidence("ClusterVersion", "clusterversions", "version")),
    ];
    let named: Vec<ObjectId> = named.into_iter().flatten().collect();
    for answer in live.get(&named) {
        gathered.take(answer);
    }
    if let Some(secret) = of("v1", "Secret", REGISTRY_NAMESPACE, USER_SECRET) {
        for answer in live.get(&[secret]) {
            match answer {
                Answer::There(secret) => gathered.objects.push(secret),
                Answer::Absent(what) => gathered.has_no_user_secret = what != Absent::Kind,
                // Readers seldom see Secrets, and no must-gather has them: the spec is no less for it.
                Answer::Unknown(unknown) => gathered.unseen_secret = Some(unknown),
            }
        }
    }
    let listed = [
        listing("config.openshift.io/v1", "ImageDigestMirrorSet", ""),
        listing("config.openshift.io/v1", "ImageTagMirrorSet", ""),
        listing("operator.openshift.io/v1alpha1", "ImageContentSourcePolicy", ""),
        listing("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", ""),
        listing("rbac.authorization.k8s.io/v1", "RoleBinding", ""),
        listing("route.openshift.io/v1", "Route", REGISTRY_NAMESPACE),
    ];
    let listed: Vec<Listing> = listed.into_iter().flatten().collect();
    for answer in live.list(&listed) {
        match answer {
            Answer::There(objects) => gathered.objects.extend(objects.into_iter().filter(is_of_registry)),
            Answer::Absent(_) => {}
            Answer::Unknown(unknown) => gathered.unknown.push(unknown),
        }
    }
    let named: Vec<ObjectId> = gathered.named().into_iter().flatten().collect();
    for answer in live.get(&named) {
        gathered.take(answer);
    }
    gathered
}

impl Gathered {
    fn take(&mut self, answer: Answer<Node>) {
        match answer {
            Answer::There(object) => self.objects.push(object),
            Answer::Absent(_) => {}
            Answer::Unknown(unknown) => self.unknown.push(unknown),
        }
    }

    /// Returns what the objects name: the claim, the certificates, and the role for metrics, where it is bound.
    fn named(&self) -> [Option<ObjectId>; 4] {
        let text = |kind: &str, path: &[&str]| {
            let is_kind = |object: &&Node| object.get("kind").and_then(Node::as_str) == Some(kind);
            let text = self.objects.iter().find(is_kind)?.at(path)?.as_str()?;
            (!text.is_empty()).then(|| text.to_owned())
        };
        let claim = text("Config", &["spec", "storage", "pvc", "claim"]);
        let storage_ca = text("Config", &["spec", "storage", "s3", "trustedCA", "name"]);
        let cas = text("Image", &["spec", "additionalTrustedCA", "name"]);
        let binds = |object: &Node| object.at(&["roleRef", "name"]).and_then(Node::as_str) == Some(metrics_role());
        let metrics = self.objects.iter().any(binds).then(metrics_role);
        [
            metrics.and_then(|name| of("rbac.authorization.k8s.io/v1", "ClusterRole", "", name)),
            claim.and_then(|name| of("v1", "PersistentVolumeClaim", REGISTRY_NAMESPACE, &name)),
            storage_ca.and_then(|name| of("v1", "ConfigMap", super::trust::NAMESPACE, &name)),
            cas.and_then(|name| of("v1", "ConfigMap", super::trust::NAMESPACE, &name)),
        ]
    }
}

fn metrics_role() -> &'static str {
    ACCESS_ROLES.iter().find(|role| role.section == "metrics").map_or("", |role| role.role)
}

/// Tells whether an object of a list is of the registry: of bindings, those of its roles; of routes, those of others than the
/// operator, which makes its own again.
fn is_of_registry(object: &Node) -> bool {
    let text = |path: &[&str]| object.at(path).and_then(Node::as_str);
    match text(&["kind"]) {
        Some("RoleBinding" | "ClusterRoleBinding") => {
            ACCESS_ROLES.iter().any(|role| text(&["roleRef", "name"]) == Some(role.role))
        }
        Some("Route") => !super::routes::is_operators(object),
        _ => true,
    }
}

fn of(api_version: &str, kind: &str, namespace: &str, name: &str) -> Option<ObjectId> {
    let resource = Resource::of(schema::find(api_version, kind)?);
    Some(ObjectId { resource, namespace: namespace.into(), name: name.into() })
}

fn listing(api_version: &str, kind: &str, namespace: &str) -> Option<Listing> {
    let resource = Resource::of(schema::find(api_version, kind)?);
    Some(Listing { resource, namespace: namespace.into(), labels: String::new() })
}

/// Names an object that is described nowhere here, since no spec says anything of it.
fn evidence(kind: &str, plural: &str, name: &str) -> ObjectId {
    let resource = Resource {
        group: "config.openshift.io".into(),
        version: "v1".into(),
        plural: plural.into(),
        kind: kind.into(),
        namespaced: false,
    };
    ObjectId { resource, namespace: String::new(), name: name.into() }
}
