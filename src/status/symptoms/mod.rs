//! What was read -> what does not look well, each as a condition: those that objects have, and those that only show when
//! several objects are put side by side, worded as the cluster words them.

mod claim;
pub(super) mod nodes;
mod operator;
mod pods;
pub(super) mod pruner;
pub(super) mod routes;
mod union;

use super::Condition;
use super::health::{self, Health};
use super::read::{Seen, items, name, text};
use crate::tree::Node;
use crate::tree::hush::hushed;

/// Something that does not look well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Symptom {
    /// The kind of its object, such as `Config`.
    pub(super) of: &'static str,
    /// The name of its object.
    pub(super) name: String,
    /// What stands there.
    pub(super) condition: Condition,
}

impl Symptom {
    /// Makes a symptom of what was found; its message loses what may be a secret.
    pub(super) fn new(of: &'static str, name: &str, [kind, status, reason]: [&str; 3], message: &str) -> Self {
        let condition = Condition {
            object: format!("{of} {name}"),
            kind: kind.into(),
            status: status.into(),
            reason: reason.into(),
            message: hushed(message),
        };
        Self { of, name: name.into(), condition }
    }
}

/// Returns what does not look well, in the order of the registry's parts.
pub(super) fn found(seen: &Seen) -> Vec<Symptom> {
    let mut found = Vec::new();
    operator::look(seen, &mut found);
    claim::look(seen, &mut found);
    pods::look(seen, &mut found);
    routes::look(seen, &mut found);
    pruner::look(seen, &mut found);
    nodes::look(seen, &mut found);
    found
}

/// Returns the conditions of an object.
pub(super) fn conditions(of: &'static str, node: &Node) -> Vec<Symptom> {
    let one = |condition: &Node| {
        let said = |field| text(condition, &[field]).unwrap_or_default();
        Some(Symptom::new(
            of,
            name(node),
            [text(condition, &["type"])?, said("status"), said("reason")],
            said("message"),
        ))
    };
    items(node, &["status", "conditions"]).iter().filter_map(one).collect()
}

/// Returns those conditions of an object that do not look well.
fn ill(of: &'static str, node: &Node) -> impl Iterator<Item = Symptom> {
    conditions(of, node).into_iter().filter(|symptom| {
        let condition = &symptom.condition;
        health::of(symptom.of, &condition.kind, &condition.status) == Health::Ill
    })
}
