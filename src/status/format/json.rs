//! A status for programs, of the shape that `schemas/status.schema.json` describes.

use serde_json::{Value as Json, json};

use super::super::{Component, Condition, Problem, Status, Unseen};

/// The version of regcfg that writes.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Writes several statuses as one document.
pub fn document(statuses: &[Status]) -> String {
    let document = json!({"regcfg": VERSION, "clusters": statuses.iter().map(of).collect::<Vec<_>>()});
    format!("{document:#}\n")
}

/// Writes one status as a document in one line.
pub fn line(status: &Status) -> String {
    format!("{}\n", json!({"regcfg": VERSION, "clusters": [of(status)]}))
}

fn of(status: &Status) -> Json {
    json!({
        "cluster": status.cluster,
        "on": status.seen_on,
        "openshift": status.openshift,
        "verdict": status.verdict.word(),
        "because": status.because,
        "stale": status.is_stale,
        "components": status.components.iter().map(component).collect::<Vec<_>>(),
        "problems": status.problems.iter().map(problem).collect::<Vec<_>>(),
        "unseen": status.unseen.iter().map(unseen).collect::<Vec<_>>(),
    })
}

fn component(component: &Component) -> Json {
    let conditions: Vec<Json> = component.conditions.iter().map(condition).collect();
    json!({"name": component.name, "says": component.says, "conditions": conditions})
}

fn condition(condition: &Condition) -> Json {
    json!({
        "object": condition.object,
        "type": condition.kind,
        "status": condition.status,
        "reason": condition.reason,
        "message": condition.message,
    })
}

fn problem(problem: &Problem) -> Json {
    let change = problem.change.as_ref();
    json!({
        "name": problem.name,
        "level": problem.level.word(),
        "title": problem.title,
        "seen": problem.seen.iter().map(condition).collect::<Vec<_>>(),
        "cause": problem.cause,
        "change": change.map(|change| json!({"path": change.path, "says": change.says, "place": change.place})),
        "command": problem.command,
        "codes": problem.codes,
        "passes": problem.passes.word(),
    })
}

fn unseen(unseen: &Unseen) -> Json {
    let rights = unseen.rights.iter().map(|right| {
        json!({
            "namespace": (!right.namespace.is_empty()).then_some(&right.namespace),
            "apiGroup": right.group,
            "resource": right.resource,
            "verb": right.verb,
        })
    });
    json!({
        "why": unseen.why.word(),
        "what": unseen.what,
        "message": unseen.message,
        "help": unseen.help,
        "rights": rights.collect::<Vec<_>>(),
    })
}
