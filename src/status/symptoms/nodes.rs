//! The pools of nodes, which take mirrors, registries and authorities over one node after the other.

use super::super::kinds::POOL;
use super::super::read::{Seen, name, text};
use super::{Symptom, conditions, ill};
use crate::tree::Node;

pub(super) fn look(seen: &Seen, found: &mut Vec<Symptom>) {
    for pool in seen.list(POOL) {
        let is_paused = pool.at(&["spec", "paused"]).and_then(Node::as_bool) == Some(true);
        if is_paused && !is_updated(pool) {
            let message = "the pool is paused, and its nodes do not have its newest configuration";
            found.push(Symptom::new("MachineConfigPool", name(pool), ["Paused", "True", "Paused"], message));
        }
        // That it is not updated says the same as that it is updating, or that it is paused.
        found.extend(ill("MachineConfigPool", pool).filter(|symptom| symptom.condition.kind != "Updated"));
    }
}

/// Tells whether the nodes of a pool have its newest configuration.
pub(in crate::status) fn is_updated(pool: &Node) -> bool {
    let wanted = text(pool, &["spec", "configuration", "name"]);
    let has = text(pool, &["status", "configuration", "name"]);
    let is_said = conditions("MachineConfigPool", pool)
        .iter()
        .any(|symptom| symptom.condition.kind == "Updated" && symptom.condition.status == "True");
    is_said && (wanted.is_none() || wanted == has)
}
