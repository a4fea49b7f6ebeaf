//! One stream of manifests: objects in the order in which a cluster can take them, `---` between.
//!
//! The stream is complete before anybody gets a byte of it. Where it goes is the caller's to say.

use zeroize::Zeroizing;

use super::RenderedCluster;
use crate::name::ObjectName;
use crate::tree::Node;

/// Puts objects into the order of applying: what others need first, then kinds, namespaces and names by the alphabet.
pub fn order(objects: &mut [Node]) {
    objects.sort_by(|a, b| place_in_order(a).cmp(&place_in_order(b)));
}

/// Joins the manifests of clusters, each cluster's in its order, with `---` between.
pub fn join<'a>(clusters: impl IntoIterator<Item = &'a RenderedCluster>) -> Zeroizing<String> {
    let manifests: Vec<&str> =
        clusters.into_iter().flat_map(|cluster| &cluster.manifests).map(|manifest| manifest.text.as_str()).collect();
    Zeroizing::new(manifests.join("---\n"))
}

/// Kinds in the order of applying; what is not among them comes last.
const RANKS: [&[&str]; 10] = [
    &["Namespace"],
    &["ServiceAccount"],
    &["Secret"],
    &["SealedSecret", "ExternalSecret"],
    &["ConfigMap"],
    &["PersistentVolume", "PersistentVolumeClaim"],
    &["ClusterRole", "Role"],
    &["ClusterRoleBinding", "RoleBinding"],
    &["CustomResourceDefinition"],
    // Before image.config, which may block what they mirror.
    &["ImageContentSourcePolicy", "ImageDigestMirrorSet", "ImageTagMirrorSet"],
];

fn place_in_order(object: &Node) -> (usize, ObjectName<'_>) {
    let called = ObjectName::of(object);
    let rank = RANKS.iter().position(|kinds| kinds.contains(&called.kind)).unwrap_or(RANKS.len());
    (rank, called)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::file_name;
    use crate::tree::{Place, Source, SourceKind};

    fn object(api_version: &str, kind: &str, namespace: &str, name: &str) -> Node {
        let place = Place::start_of(&Source::new("x", "", SourceKind::User));
        let text = |text: &str| Node::string(text, place.clone());
        let metadata = Node::map([("namespace", text(namespace)), ("name", text(name))], place.clone());
        Node::map([("apiVersion", text(api_version)), ("kind", text(kind)), ("metadata", metadata)], place.clone())
    }

    #[test]
    fn what_others_need_comes_first() {
        let mut objects = [
            object("imageregistry.operator.openshift.io/v1", "Config", "", "cluster"),
            object("config.openshift.io/v1", "Image", "", "cluster"),
            object("config.openshift.io/v1", "ImageDigestMirrorSet", "", "x"),
            object("rbac.authorization.k8s.io/v1", "RoleBinding", "a", "x"),
            object("rbac.authorization.k8s.io/v1", "Role", "z", "x"),
            object("v1", "PersistentVolumeClaim", "a", "x"),
            object("v1", "ConfigMap", "b", "x"),
            object("v1", "ConfigMap", "a", "y"),
            object("external-secrets.io/v1", "ExternalSecret", "a", "x"),
            object("v1", "Secret", "a", "x"),
            object("v1", "Namespace", "", "a"),
        ];
        order(&mut objects);
        let names: Vec<String> = objects.iter().map(file_name).collect();
        let expected = [
            "namespace_a.yaml",
            "secret_a_x.yaml",
            "externalsecret.external-secrets.io_a_x.yaml",
            "configmap_a_y.yaml",
            "configmap_b_x.yaml",
            "persistentvolumeclaim_a_x.yaml",
            "role.rbac.authorization.k8s.io_z_x.yaml",
            "rolebinding.rbac.authorization.k8s.io_a_x.yaml",
            "imagedigestmirrorset.config.openshift.io_x.yaml",
            "image.config.openshift.io_cluster.yaml",
            "config.imageregistry.operator.openshift.io_cluster.yaml",
        ];
        assert_eq!(names, expected);
    }
}
