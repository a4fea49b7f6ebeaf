//! The form for programs: one JSON document per run, its shape public and stable.
//!
//! ```json
//! {"regcfg": "0.1.0", "version": 1,
//!  "clusters": [{"cluster": "prod-eu-1", "against": "…", "impact": "rollout", "complete": true,
//!    "counts": {"create": 0, "change": 1, "unchanged": 9, "noLongerRendered": 0, "kept": 0, "unknown": 0},
//!    "objects": [{"apiVersion": "…", "kind": "Config", "namespace": null, "name": "cluster", "what": "change",
//!      "absent": null, "kept": null, "unknown": null,
//!      "prediction": {"way": "dry-run", "manager": "argocd-controller", "engine": "argo-cd"},
//!      "owner": {"engine": "Argo CD", "name": "registry"}, "impact": "rollout",
//!      "reasons": [{"impact": "rollout", "path": "spec.replicas", "why": "…"}],
//!      "changes": [{"path": "spec.replicas", "before": 1, "after": 2, "secret": false, "manager": "kubectl-edit",
//!        "silent": null, "origin": {"file": "clusters/a.yaml", "line": 9, "column": 13, "endLine": 9, "endColumn": 14},
//!        "impact": "rollout", "reason": "…"}],
//!      "liveOnly": [{"path": "spec.x", "value": true, "secret": false, "manager": "kubectl-edit",
//!        "silent": null}],
//!      "notCompared": ["data.password"],
//!      "before": {"…": "…"}, "after": {"…": "…"}}],
//!    "unknown": [{"why": "forbidden", "message": "…", "help": "…", "rights": [], "causes": []}],
//!    "notCollected": []}],
//!  "summary": {"clusters": 1, "differing": 1, "incomplete": 0, "impact": "rollout", "counts": {"…": "…"},
//!    "errors": 0, "warnings": 0, "infos": 0},
//!  "findings": ["…"], "acknowledged": ["…"], "errors": ["…"]}
//! ```
//!
//! `schemas/diff.schema.json` describes it. `before` and `after` are not there where there is no value, for `null` is one.
//! Findings, what is acknowledged, and errors have the shape of `schemas/findings.schema.json`.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use crate::diag::format::json as findings;
use crate::diag::{Location, Outcome};
use crate::diff::{Change, ClusterDiff, LiveOnly, ObjectDiff, What};
use crate::impact::{Impact, Reason};
use crate::live::{Cause, Right, Unknown};
use crate::tree::Node;
use crate::tree::sensitive::without_passwords;

use super::values::{hides_something, shown};
use super::{Counts, unified, words};

/// The version of the shape: a document of a later version may lack what one of this has, one of the same only has more.
const VERSION: u32 = 1;

/// Writes the document, with a line break at its end.
pub fn document(clusters: &[ClusterDiff], outcome: &Outcome) -> String {
    let mut of_run = findings::value(outcome);
    let mut part = |name: &str| of_run.get_mut(name).map(Value::take).unwrap_or_default();
    let (found, acknowledged, errors, counted) =
        (part("findings"), part("acknowledged"), part("errors"), part("summary"));
    let impact = clusters.iter().map(ClusterDiff::impact).max().unwrap_or_default();
    let differs = |cluster: &&ClusterDiff| cluster.objects.iter().any(ObjectDiff::differs);
    let mut document = json!({
        "regcfg": env!("CARGO_PKG_VERSION"),
        "version": VERSION,
        "clusters": clusters.iter().map(cluster).collect::<Vec<_>>(),
        "summary": {
            "clusters": clusters.len(),
            "differing": clusters.iter().filter(differs).count(),
            "incomplete": clusters.iter().filter(|cluster| !cluster.is_complete()).count(),
            "impact": impact.word(),
            "counts": counts(&Counts::of(clusters)),
            "errors": counted["errors"],
            "warnings": counted["warnings"],
            "infos": counted["infos"],
        },
        "findings": found,
        "acknowledged": acknowledged,
        "errors": errors,
    });
    without_passwords_below(&mut document);
    findings::written(&document)
}

/// Takes users and passwords of addresses out of all that anyone may have written.
fn without_passwords_below(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Cow::Owned(shown) = without_passwords(text) {
                *text = shown;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(without_passwords_below),
        Value::Object(fields) => {
            if fields.keys().any(|name| matches!(without_passwords(name), Cow::Owned(_))) {
                let named = std::mem::take(fields).into_iter();
                *fields = named.map(|(name, value)| (without_passwords(&name).into_owned(), value)).collect();
            }
            fields.values_mut().for_each(without_passwords_below);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn cluster(cluster: &ClusterDiff) -> Value {
    json!({
        "cluster": cluster.cluster,
        "against": cluster.against,
        "impact": cluster.impact().word(),
        "complete": cluster.is_complete(),
        "counts": counts(&Counts::of([cluster])),
        "objects": cluster.objects.iter().map(object).collect::<Vec<_>>(),
        "unknown": cluster.unknown.iter().map(unknown).collect::<Vec<_>>(),
        "notCollected": cluster.not_collected,
    })
}

fn counts(counts: &Counts) -> Value {
    json!({
        "create": counts.create,
        "change": counts.change,
        "unchanged": counts.unchanged,
        "noLongerRendered": counts.gone,
        "kept": counts.kept,
        "unknown": counts.unknown,
    })
}

fn object(object: &ObjectDiff) -> Value {
    let id = &object.object;
    let (way, manager) = words::way(&object.by);
    let namespace = (!id.namespace.is_empty()).then_some(&id.namespace);
    let mut value = json!({
        "apiVersion": id.resource.api_version(),
        "kind": id.resource.kind,
        "namespace": namespace,
        "name": id.name,
        "what": words::what(&object.what),
        "absent": match object.what {
            What::Create(absent) => Some(words::absent(absent)),
            _ => None,
        },
        "kept": match object.what {
            What::NoLongerRendered { kept } => Some(kept),
            _ => None,
        },
        "unknown": match &object.what {
            What::Unknown(of_object) => Some(unknown(of_object)),
            _ => None,
        },
        "prediction": {
            "way": way,
            "manager": manager.map(|manager| &manager.name),
            "engine": manager.map(|manager| manager.engine.word()),
        },
        "owner": object.owner.as_ref().map(|owner| json!({"engine": owner.engine, "name": owner.name})),
        "impact": object.impact().word(),
        "reasons": object.reasons.iter().map(reason).collect::<Vec<_>>(),
        "changes": object.changes.iter().map(|of_object| change(object, of_object)).collect::<Vec<_>>(),
        "liveOnly": object.live_only.iter().map(live_only).collect::<Vec<_>>(),
        "notCompared": object.not_compared,
    });
    // What stays as it is would be most of the document.
    if let (Some(fields), true) = (value.as_object_mut(), unified::is_shown(object)) {
        states(fields, object.before.as_ref(), object.after.as_ref());
    }
    value
}

/// Adds the values before and after, as far as there are any.
fn states(fields: &mut Map<String, Value>, before: Option<&Node>, after: Option<&Node>) {
    for (name, state) in [("before", before), ("after", after)] {
        if let Some(state) = state {
            fields.insert(name.into(), shown(state).to_json());
        }
    }
}

fn reason(reason: &Reason) -> Value {
    json!({"impact": reason.impact.word(), "path": reason.path, "why": reason.why})
}

fn change(object: &ObjectDiff, change: &Change) -> Value {
    let states = [change.before.as_ref(), change.after.as_ref()];
    let is_secret = states.into_iter().flatten().any(|node| hides_something(&shown(node)));
    let reason = reason_of(object, change);
    let mut fields = Map::new();
    fields.insert("path".into(), change.path.as_str().into());
    self::states(&mut fields, states[0], states[1]);
    fields.insert("secret".into(), is_secret.into());
    fields.insert("manager".into(), change.manager.as_deref().into());
    fields.insert("silent".into(), change.silent.as_deref().into());
    fields.insert("origin".into(), change.after.as_ref().map_or(Value::Null, origin));
    fields.insert("impact".into(), reason.map_or(Impact::None, |reason| reason.impact).word().into());
    fields.insert("reason".into(), reason.map(|reason| reason.why.as_str()).into());
    Value::Object(fields)
}

/// Returns the worst reason that is of a change: of its field, of one below it, or of one that it is a part of.
fn reason_of<'a>(object: &'a ObjectDiff, change: &Change) -> Option<&'a Reason> {
    let is_below = |path: &str, above: &str| {
        path.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    let of_change = |reason: &&Reason| {
        is_below(&change.path, &reason.path) || is_below(&reason.path, &change.path) || reason.path.is_empty()
    };
    // The first of the worst: they come in the order of their weight.
    object.reasons.iter().filter(of_change).reduce(|a, b| if b.impact > a.impact { b } else { a })
}

/// Returns where the user wrote a value; null where a profile or a server did.
fn origin(node: &Node) -> Value {
    let Some(place) = node.origin.places().find(|place| place.is_users()) else { return Value::Null };
    let Location { file, start, end } = Location::from(place);
    json!({"file": file, "line": start.line, "column": start.column, "endLine": end.line, "endColumn": end.column})
}

fn live_only(field: &LiveOnly) -> Value {
    let value = shown(&field.value);
    let is_secret = hides_something(&value);
    json!({
        "path": field.path,
        "value": value.to_json(),
        "secret": is_secret,
        "manager": field.manager,
        "silent": field.silent.as_deref(),
    })
}

fn unknown(unknown: &Unknown) -> Value {
    let cause = |cause: &Cause| json!({"field": cause.field, "reason": cause.reason, "message": cause.message});
    json!({
        "why": unknown.why.word(),
        "message": unknown.message,
        "help": unknown.help,
        "rights": unknown.rights.iter().map(right).collect::<Vec<_>>(),
        "causes": unknown.causes.iter().map(cause).collect::<Vec<_>>(),
    })
}

fn right(right: &Right) -> Value {
    json!({
        "namespace": (!right.namespace.is_empty()).then_some(&right.namespace),
        "apiGroup": right.group,
        "resource": right.resource,
        "verb": right.verb,
    })
}
