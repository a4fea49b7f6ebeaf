//! The spec of a cluster, asked for the place where something stands.

use crate::tree::Node;

/// The spec of a cluster.
#[derive(Clone, Copy, Debug)]
pub struct Written<'r> {
    /// The cluster's name.
    pub cluster: &'r str,
    /// The resolved `spec`, every value with its origin.
    pub spec: &'r Node,
}

impl Written<'_> {
    /// Returns where the user wrote a field, as `file:line:column`, or the nearest mapping around it that the user wrote;
    /// none where all of it comes from the platform.
    pub(super) fn place(&self, path: &str) -> Option<String> {
        let mut nearest = None;
        let mut node = self.spec;
        for step in path.split('.') {
            let Some(entry) = node.entry(step) else { break };
            node = &entry.node;
            // A mapping of the user's begins at its key; a value is where it stands.
            let place = if node.as_map().is_some() { entry.key.place() } else { node.place() };
            if place.is_users() {
                nearest = Some(place.to_string());
            }
        }
        nearest
    }

    /// Tells whether the spec has `managementState` as this.
    pub fn wants(&self, state: &str) -> bool {
        self.spec.at(&["registry", "managementState"]).and_then(Node::as_str) == Some(state)
    }
}
