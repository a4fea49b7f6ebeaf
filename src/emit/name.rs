//! The names of manifests' files: `<kind>[.<group>]_[<namespace>_]<name>.yaml`, the same for the same object forever.
//!
//! A name has only lowercase letters, digits, dots and dashes from the object; every other byte is percent-encoded, so
//! no name leaves its directory, hides, or is another's on a file system that ignores case.

use std::fmt::Write;

use crate::name::ObjectName;
use crate::tree::Node;

/// The longest name that is written out; file systems have room for 255 bytes.
const LONGEST: usize = 200;

/// Returns the name of the file that an object's manifest stands in.
pub fn file_name(object: &Node) -> String {
    let called = ObjectName::of(object);
    let mut name = String::new();
    push_encoded(&mut name, &called.kind.to_ascii_lowercase());
    if !called.group.is_empty() {
        name.push('.');
        push_encoded(&mut name, called.group);
    }
    for part in [called.namespace, called.name].into_iter().filter(|part| !part.is_empty()) {
        name.push('_');
        push_encoded(&mut name, part);
    }
    if name.len() > LONGEST {
        let hash = fnv1a(name.as_bytes());
        // All of it is ASCII, so every byte is a boundary. No name has two underscores in a row otherwise.
        name.truncate(LONGEST);
        let _infallible = write!(name, "__{hash:016x}");
    }
    name.push_str(".yaml");
    name
}

fn push_encoded(name: &mut String, part: &str) {
    for byte in part.bytes() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' => name.push(char::from(byte)),
            other => {
                let _infallible = write!(name, "%{other:02x}");
            }
        }
    }
}

/// FNV-1a of 64 bits: short, and the same on every machine and in every version.
pub(super) fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::{Place, Source, SourceKind};

    #[track_caller]
    fn check(api_version: &str, kind: &str, namespace: &str, name: &str, expected: &str) {
        let place = Place::start_of(&Source::new("x", "", SourceKind::User));
        let text = |text: &str| Node::string(text, place.clone());
        let mut metadata = Node::map([("name", text(name))], place.clone());
        if !namespace.is_empty() {
            metadata.insert("namespace", text(namespace));
        }
        let entries = [("apiVersion", text(api_version)), ("kind", text(kind)), ("metadata", metadata)];
        assert_eq!(file_name(&Node::map(entries, place.clone())), expected);
    }

    #[test]
    fn a_name_says_kind_group_namespace_and_name() {
        check(
            "imageregistry.operator.openshift.io/v1",
            "Config",
            "",
            "cluster",
            "config.imageregistry.operator.openshift.io_cluster.yaml",
        );
        check("v1", "Secret", "openshift-image-registry", "x", "secret_openshift-image-registry_x.yaml");
    }

    #[test]
    fn odd_bytes_are_encoded_and_long_names_end_in_a_hash() {
        check("v1", "Secret", "..", "../A_b", "secret_.._..%2f%41%5fb.yaml");
        check(
            "rbac.authorization.k8s.io/v1",
            "ClusterRole",
            "",
            "system:x",
            "clusterrole.rbac.authorization.k8s.io_system%3ax.yaml",
        );
        let long = "x".repeat(253);
        let expected = format!("secret_{long}")[..200].to_owned() + "__ce3511ef1c369676.yaml";
        check("v1", "Secret", "", &long, &expected);
    }
}
