//! Manifests as if they were what a cluster has: a directory, a stream, or what a revision renders.
//!
//! Whoever wrote them, they are taken for the whole: what is not among them is not there. Nobody noted who wrote which field.

use super::{Absent, Answer, Listing, Live, ObjectId, has_labels};
use crate::tree::Node;

/// Objects at hand.
#[derive(Clone, Debug)]
pub struct Manifests {
    called: String,
    objects: Vec<(ObjectId, Node)>,
}

impl Manifests {
    /// Takes objects for what a cluster has. One of a kind that is not described here cannot be asked for, and of two of one
    /// name the first counts.
    pub fn new(called: impl Into<String>, objects: impl IntoIterator<Item = Node>) -> Self {
        let objects = objects.into_iter().filter_map(|object| Some((ObjectId::of(&object)?, object)));
        Self { called: called.into(), objects: objects.collect() }
    }
}

impl Live for Manifests {
    fn called(&self) -> &str {
        &self.called
    }

    fn get(&self, objects: &[ObjectId]) -> Vec<Answer<Node>> {
        let find = |asked: &ObjectId| {
            let found = self.objects.iter().find(|(object, _)| is_same(object, asked));
            found.map_or(Answer::Absent(Absent::Object), |(_, node)| Answer::There(node.clone()))
        };
        objects.iter().map(find).collect()
    }

    fn list(&self, listings: &[Listing]) -> Vec<Answer<Vec<Node>>> {
        let find = |asked: &Listing| {
            let is_asked = |object: &ObjectId, node: &Node| {
                let Listing { resource, namespace, labels } = asked;
                (&object.resource.group, &object.resource.kind) == (&resource.group, &resource.kind)
                    && (namespace.is_empty() || *namespace == object.namespace)
                    && has_labels(node, labels)
            };
            let found = self.objects.iter().filter(|(object, node)| is_asked(object, node));
            Answer::There(found.map(|(_, node)| node.clone()).collect())
        };
        listings.iter().map(find).collect()
    }
}

/// Tells whether two names are of one object, whatever the versions of the API that they were asked by.
fn is_same(object: &ObjectId, asked: &ObjectId) -> bool {
    let named = |id: &ObjectId| (id.resource.group.clone(), id.resource.kind.clone());
    named(object) == named(asked) && object.namespace == asked.namespace && object.name == asked.name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Findings;
    use crate::live::Resource;
    use crate::tree::parse::{Reading, documents};
    use crate::tree::{Source, SourceKind};

    fn manifests(text: &str) -> Manifests {
        let source = Source::new("a.yaml", text, SourceKind::User);
        Manifests::new("a", documents(&source, Reading::AsKubectl, &mut Findings::new()).unwrap())
    }

    fn maps() -> Resource {
        Resource::of(crate::schema::find("v1", "ConfigMap").unwrap())
    }

    #[test]
    fn what_is_not_among_them_is_not_there() {
        let live = manifests("{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: ns}}");
        let id = |name: &str| ObjectId { resource: maps(), namespace: "ns".into(), name: name.into() };
        let answers = live.get(&[id("a"), id("b")]);
        assert!(matches!(answers[0], Answer::There(_)), "{answers:?}");
        assert!(matches!(answers[1], Answer::Absent(Absent::Object)), "{answers:?}");
    }

    #[test]
    fn lists_are_of_a_kind_a_namespace_and_labels() {
        let live = manifests(
            "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: ns, labels: {x: one, z: ''}}}\n---\n\
             {apiVersion: v1, kind: ConfigMap, metadata: {name: b, namespace: other, labels: {x: one}}}\n---\n\
             {apiVersion: v1, kind: Secret, metadata: {name: c, namespace: ns, labels: {x: one}}}\n",
        );
        let count = |namespace: &str, labels: &str| {
            let listing = Listing { resource: maps(), namespace: namespace.into(), labels: labels.into() };
            match &live.list(&[listing])[0] {
                Answer::There(found) => found.len(),
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(
            [count("", ""), count("ns", ""), count("", "x=one"), count("", "x=one,z"), count("", "x=z")],
            [2, 1, 2, 1, 0]
        );
    }
}
