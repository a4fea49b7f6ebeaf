//! Names: what an object is called, and which texts Kubernetes takes for names.
//!
//! Everything that tells objects apart, orders them or shows them to people reads them here, so that all do it alike.
//! Which names are right for which kind is not known here.

use std::fmt;

use crate::tree::Node;

/// The label that names the cluster an object is for.
pub(crate) const CLUSTER_LABEL: &str = "regcfg.dev/cluster";

/// What an object is called, each part empty where the object does not have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ObjectName<'o> {
    /// The API group; empty for the core group.
    pub(crate) group: &'o str,
    /// The kind.
    pub(crate) kind: &'o str,
    /// The namespace.
    pub(crate) namespace: &'o str,
    /// The name.
    pub(crate) name: &'o str,
}

/// Returns the label that names the cluster an object is for, where it has that label and a text in it.
pub(crate) fn cluster_label(object: &Node) -> Option<&Node> {
    object.at(&["metadata", "labels", CLUSTER_LABEL]).filter(|label| label.as_str().is_some())
}

impl<'o> ObjectName<'o> {
    /// Reads what an object is called.
    pub(crate) fn of(object: &'o Node) -> Self {
        let text = |path: &[&str]| object.at(path).and_then(Node::as_str).unwrap_or_default();
        Self {
            group: group(text(&["apiVersion"])),
            kind: text(&["kind"]),
            namespace: text(&["metadata", "namespace"]),
            name: text(&["metadata", "name"]),
        }
    }
}

/// Shows `Kind namespace/name`, or `Kind name` without a namespace.
impl fmt::Display for ObjectName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, namespace, name, .. } = self;
        if namespace.is_empty() { write!(f, "{kind} {name}") } else { write!(f, "{kind} {namespace}/{name}") }
    }
}

/// Returns the group of an `apiVersion`; empty for the core group.
pub(crate) fn group(api_version: &str) -> &str {
    api_version.split_once('/').map_or("", |(group, _)| group)
}

/// Tells whether a text is a label of a DNS name in lower case (RFC 1123): one part, of at most 63 characters.
pub(crate) fn is_dns_label(text: &str) -> bool {
    text.len() <= 63 && is_dns_part(text)
}

/// Tells whether a text is a DNS name in lower case, as names of objects must be. The API server bounds the name, not
/// each of its parts.
pub(crate) fn is_dns_name(text: &str) -> bool {
    text.len() <= 253 && text.split('.').all(is_dns_part)
}

fn is_dns_part(text: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !text.is_empty() && text.bytes().all(is_inner) && !text.starts_with('-') && !text.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::{Place, Source, SourceKind};

    #[test]
    fn an_object_is_called_by_what_it_has() {
        let place = Place::start_of(&Source::new("a", "", SourceKind::User));
        let text = |text: &str| Node::string(text, place.clone());
        let metadata = Node::map([("name", text("cluster"))], place.clone());
        let fields = [("apiVersion", text("a.b/v1")), ("kind", text("Config")), ("metadata", metadata)];
        let mut object = Node::map(fields, place.clone());
        let expected = ObjectName { group: "a.b", kind: "Config", namespace: "", name: "cluster" };
        assert_eq!(ObjectName::of(&object), expected);
        assert_eq!(expected.to_string(), "Config cluster");
        object.insert("metadata", Node::map([("name", text("x")), ("namespace", text("n"))], place.clone()));
        assert_eq!(ObjectName::of(&object).to_string(), "Config n/x");
        assert_eq!(group("v1"), "");
    }

    #[test]
    fn a_name_has_parts_of_lowercase_letters_digits_and_dashes() {
        assert!(is_dns_label("a") && is_dns_label("0-b") && is_dns_label(&"a".repeat(63)));
        for bad in ["", "-a", "a-", "A", "a.b", "a_b", "ä", &"a".repeat(64)] {
            assert!(!is_dns_label(bad), "{bad}");
        }
        assert!(is_dns_name("a.b-c.0") && is_dns_name(&"a".repeat(253)));
        for bad in ["", ".", "a..b", "a.", "A.b", &"a".repeat(254)] {
            assert!(!is_dns_name(bad), "{bad}");
        }
    }
}
