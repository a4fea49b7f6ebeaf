//! What a profile puts under a spec: its defaults, and those of the variants whose condition the spec meets.

use super::Profile;
use crate::diag::Findings;
use crate::resolve::merge;
use crate::tree::{Node, Value};

impl Profile {
    /// Returns the defaults as a partial `spec`; `near` gives the origin where the profile has none.
    pub fn defaults(&self, near: &Node) -> Node {
        let none = || Node::map::<&str>([], near.origin.clone());
        self.get("defaults").cloned().unwrap_or_else(none)
    }

    /// Returns the merged defaults of all variants whose `when` a resolved spec meets.
    pub fn variant(&self, spec: &Node) -> Option<Node> {
        let variants = self.get("variants")?.as_seq()?;
        let met = variants.iter().filter(|variant| variant.get("when").is_some_and(|when| meets(spec, when)));
        let defaults = met.filter_map(|variant| variant.get("defaults").cloned());
        defaults.reduce(|base, over| merge(&base, &over, &mut Findings::new()))
    }
}

/// Tells whether a tree has all that a condition has: mappings key by key, everything else as it is. A null in the
/// condition asks that nothing be there.
fn meets(node: &Node, when: &Node) -> bool {
    match &when.value {
        Value::Map(conditions) => {
            conditions.iter().all(|(key, condition)| {
                let node = node.get(key).filter(|node| !node.is_null());
                match (node, condition.node.is_null()) {
                    (None, absent) => absent,
                    (Some(_), true) => false,
                    (Some(node), false) => meets(node, &condition.node),
                }
            }) && node.as_map().is_some()
        }
        _ => node == when,
    }
}
