//! One stream of manifests: objects in the order in which a cluster can take them, `---` between, sent at once.
//!
//! The text of all clusters is complete before a byte of it is sent. A reader that goes away early, as `head` does, is
//! no error of anybody; what it means for the exit code is the caller's to say.

use std::io::{self, Write};

use zeroize::Zeroizing;

use super::RenderedCluster;
use crate::tree::Node;

/// What became of a text that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// The reader has all of it.
    All,
    /// The reader went away before the end.
    ReaderGone,
}

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

/// Sends a whole text.
pub fn send(out: &mut dyn Write, text: &str) -> io::Result<Sent> {
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(Sent::All),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Sent::ReaderGone),
        Err(error) => Err(error),
    }
}

/// Kinds in the order of applying; what is not among them comes last.
const RANKS: [&[&str]; 9] = [
    &["Namespace"],
    &["ServiceAccount"],
    &["Secret"],
    &["SealedSecret", "ExternalSecret"],
    &["ConfigMap"],
    &["PersistentVolume", "PersistentVolumeClaim"],
    &["ClusterRole", "Role"],
    &["ClusterRoleBinding", "RoleBinding"],
    &["CustomResourceDefinition"],
];

fn place_in_order(object: &Node) -> (usize, &str, &str, &str, &str) {
    let text = |path: &[&str]| object.at(path).and_then(Node::as_str).unwrap_or_default();
    let kind = text(&["kind"]);
    let rank = RANKS.iter().position(|kinds| kinds.contains(&kind)).unwrap_or(RANKS.len());
    let group = text(&["apiVersion"]).split_once('/').map_or("", |(group, _)| group);
    (rank, group, kind, text(&["metadata", "namespace"]), text(&["metadata", "name"]))
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
            "image.config.openshift.io_cluster.yaml",
            "config.imageregistry.operator.openshift.io_cluster.yaml",
        ];
        assert_eq!(names, expected);
    }

    #[test]
    fn a_reader_that_goes_away_is_told_from_a_full_disk() {
        struct Failing(io::ErrorKind);
        impl Write for Failing {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(self.0.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        assert_eq!(send(&mut Vec::new(), "x").unwrap(), Sent::All);
        assert_eq!(send(&mut Failing(io::ErrorKind::BrokenPipe), "x").unwrap(), Sent::ReaderGone);
        let error = send(&mut Failing(io::ErrorKind::StorageFull), "x").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    }
}
