//! What an object's file is called where two states are compared as files: as `kubectl diff` calls it.

use std::fmt::Write;

use crate::live::ObjectId;
use crate::tree::sensitive::without_passwords;

/// The most bytes of a name, as file systems allow.
const LONGEST: usize = 255;

/// Returns `[group.]version.Kind.namespace.name`, the namespace empty where there is none.
///
/// What no name on a cluster holds is written as `%XX`, so that a hostile one neither leaves its directory nor acts.
pub(super) fn file(object: &ObjectId) -> String {
    let resource = &object.resource;
    let group = if resource.group.is_empty() { String::new() } else { format!("{}.", resource.group) };
    let name = format!("{group}{}.{}.{}.{}", resource.version, resource.kind, object.namespace, object.name);
    harmless(&name)
}

/// Returns a name of one part of a path.
pub(super) fn harmless(name: &str) -> String {
    // Before it is encoded, after which an address does not look like one.
    let name = without_passwords(name);
    let mut safe = String::with_capacity(name.len());
    for (at, byte) in name.bytes().enumerate() {
        // Two dots are a directory, a dash at the start is an option, and two colons are a command to a CI system.
        let is_plain = byte.is_ascii_alphanumeric() || byte == b'_' || (b".-:".contains(&byte) && at > 0);
        if is_plain {
            safe.push(byte.into());
        } else {
            let _infallible = write!(safe, "%{byte:02X}");
        }
    }
    safe.truncate(LONGEST);
    if safe.is_empty() { "%".into() } else { safe }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::format::samples::object_id;

    #[test]
    fn files_are_called_as_kubectl_calls_them() {
        let config = object_id("imageregistry.operator.openshift.io/v1", "Config", "", "cluster");
        assert_eq!(file(&config), "imageregistry.operator.openshift.io.v1.Config..cluster");
        let ca = object_id("v1", "ConfigMap", "openshift-config", "ca");
        assert_eq!(file(&ca), "v1.ConfigMap.openshift-config.ca");
        let role = object_id("rbac.authorization.k8s.io/v1", "ClusterRole", "", "system:node");
        assert_eq!(file(&role), "rbac.authorization.k8s.io.v1.ClusterRole..system:node");
    }

    #[test]
    fn no_name_leaves_its_directory() {
        for name in ["..", ".", "", "/etc/passwd", "../../x", "-rf", "a\nb", "a b", "\u{1b}[2J", "a\0b"] {
            let safe = harmless(name);
            assert!(!safe.is_empty() && !safe.starts_with(['.', '-']), "{name:?}: {safe}");
            assert!(safe.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'/'), "{name:?}: {safe}");
        }
        assert_eq!(harmless(&"é".repeat(200)).len(), LONGEST);
    }
}
