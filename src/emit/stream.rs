//! One stream of manifests: objects in the order in which a cluster can take them, `---` between.
//!
//! The stream is complete before anybody gets a byte of it. Where it goes is the caller's to say.

use zeroize::Zeroizing;

use super::{Manifest, RenderedCluster};
use crate::name::ObjectName;
use crate::tree::Node;

/// Puts objects into the order of applying: what others need first, then kinds, namespaces and names by the alphabet.
pub fn order(objects: &mut [Node]) {
    objects.sort_by(|a, b| place_in_order(a).cmp(&place_in_order(b)));
}

/// Joins the manifests of clusters, each cluster's in its order, with `---` between.
///
/// What is passed on as it is keeps its bytes: where it begins with a `---` of its own none is added, and one that lacks
/// its last line break gets it from what comes after.
pub fn join<'a>(clusters: impl IntoIterator<Item = &'a RenderedCluster>) -> Zeroizing<String> {
    const SEPARATOR: &str = "---\n";
    let manifests: Vec<&Manifest> = clusters.into_iter().flat_map(|cluster| &cluster.manifests).collect();
    let room = manifests.iter().map(|manifest| manifest.text.len() + SEPARATOR.len() + 1).sum();
    // All the room at once: what grows leaves copies behind that nobody wipes.
    let mut stream = Zeroizing::new(String::with_capacity(room));
    for manifest in manifests {
        if !stream.is_empty() && !stream.ends_with('\n') {
            stream.push('\n');
        }
        let separates = if stream.is_empty() {
            // Who finds a brace first reads all that follows as JSON.
            manifest.text.trim_start().starts_with('{')
        } else {
            !(manifest.is_passed_on && separates_itself(&manifest.text))
        };
        if separates {
            stream.push_str(SEPARATOR);
        }
        stream.push_str(&manifest.text);
    }
    stream
}

/// Tells whether a text begins with `---` on a line of its own, behind comments and blank lines at most.
///
/// Readers that cut a stream at such lines before they read YAML do not know `---` with something behind it.
fn separates_itself(text: &str) -> bool {
    let is_content = |line: &&str| !line.trim().is_empty() && !line.starts_with('#');
    text.lines().find(is_content).is_some_and(|line| line.trim_end() == "---")
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

    /// Joins texts that are passed on as they are.
    #[track_caller]
    fn check(texts: &[&str], expected: &str) {
        let manifests = texts.iter().map(|text| Manifest {
            file: "x.yaml".into(),
            text: Zeroizing::new((*text).to_owned()),
            is_secret: true,
            is_passed_on: true,
        });
        let cluster = RenderedCluster { name: "c".into(), manifests: manifests.collect(), private: false };
        assert_eq!(*join([&cluster]), expected);
    }

    #[test]
    fn what_is_passed_on_keeps_its_bytes_between_separators() {
        check(&["a: 1\n", "b: 2\n"], "a: 1\n---\nb: 2\n");
        check(&["a: 1", "b: 2"], "a: 1\n---\nb: 2");
        check(&["a: 1\r\n", "b: 2\r\n"], "a: 1\r\n---\nb: 2\r\n");
        check(&["---\na: 1\n", "---\nb: 2\n"], "---\na: 1\n---\nb: 2\n");
        check(&["# x\na: 1\n", "# y\n\n--- \r\nb: 2\n"], "# x\na: 1\n# y\n\n--- \r\nb: 2\n");
        check(&["a: 1\n", "--- # y\nb: 2\n"], "a: 1\n---\n--- # y\nb: 2\n");
        check(&["{\n\t\"a\": 1\n}", "{}\n"], "---\n{\n\t\"a\": 1\n}\n---\n{}\n");
        check(&["a: 1\n...\n", "b: 2\n"], "a: 1\n...\n---\nb: 2\n");
    }
}
