//! An object -> findings, by one version of a definition.

use std::thread;

use kube::core::cel::{ErrorKind, ValidationError as RuleError, ValidationErrors, Validator as Rules};
use serde_json::Value as Json;

use super::super::cel::UNSAID;
use super::super::metadata::{self, Named};
use super::place::{Found, Step, follow, of_rule, pointer, shown};
use super::{Definition, Version, bounds, fault, walk};
use crate::diag::{Diagnostic, Findings, Severity, codes};
use crate::mutation::is_off;
use crate::name::ObjectName;
use crate::schema::Names;
use crate::tree::Node;

/// The most findings of one object; what is wrong a hundred times is wrong in one way.
const MOST: usize = 100;

/// Checks an object.
pub(super) fn check(node: &Node, definition: &Definition, version: &Version, findings: &mut Findings) {
    let name = ObjectName::of(node);
    let called = ObjectName { namespace: if definition.namespaced { name.namespace } else { "" }, ..name };
    let called = called.to_string();
    let mut found: Vec<Diagnostic> = Vec::new();
    let mut json = walk::json(node);
    if !is_off("crd-null") {
        walk::drop_nulls(&version.structural, &mut json);
    }
    let mut left = bounds::MOST_DEFAULTS;
    if !is_off("crd-default") {
        walk::put_defaults(&version.structural, &mut json, &mut left);
    }
    if left == 0 {
        return findings.push(undecided(node, &[], "its definition: the defaults are too large").object(&*called));
    }
    for error in version.validator.iter_errors(&json).take(MOST) {
        found.extend(fault::findings(&error, node, version));
    }
    walk::duplicates(&version.structural, node, &mut found);
    let is_right = found.is_empty();
    if !is_off("crd-unknown-format") {
        walk::undecided_forms(&version.structural, node, &mut found);
    }
    if is_right && !is_off("crd-cel") {
        rules(node, &json, version, &mut found);
    }
    findings.extend(found.into_iter().take(MOST).map(|finding| finding.object(&*called)));
    if is_right && node.get("metadata").is_none() && !is_off("crd-missing-metadata") {
        let message = "`metadata` is missing";
        let finding = Diagnostic::error_about(&codes::OBJECT_MISSING_FIELD, &node.origin, message);
        findings.push(finding.help("add `metadata` with a `name`"));
    }
    if is_right && !is_off("crd-metadata") {
        let kind = &definition.kind;
        metadata::check_named(
            &Named {
                kind,
                namespaced: definition.namespaced,
                singleton: None,
                names: Names::Subdomain,
                node,
                shown: called,
            },
            findings,
        );
    }
}

/// Asks the rules in CEL, which see defaults.
fn rules(node: &Node, json: &Json, version: &Version, found: &mut Vec<Diagnostic>) {
    if !has_rules(&version.structural) {
        return;
    }
    if node.has_secret() && !is_off("crd-cel-on-secrets") {
        return found.push(undecided(node, &[], "the rules of its definition, which see encrypted values"));
    }
    if !bounds::allow(&version.structural, json) {
        return found.push(undecided(node, &[], "the rules of its definition: they may cost too much"));
    }
    // The library goes as deep as a rule does, and a thread's own stack may be small.
    let answer = thread::scope(|scope| {
        let evaluate = || Rules::new().validate_compiled(version.rules(), json, None);
        let started = thread::Builder::new().stack_size(bounds::STACK).spawn_scoped(scope, evaluate);
        started.ok().and_then(|thread| thread.join().ok())
    });
    let Some(answer) = answer else {
        return found.push(undecided(node, &[], "the rules of its definition: they cannot be evaluated"));
    };
    for error in answer.err().into_iter().flat_map(ValidationErrors::into_vec) {
        let way = of_rule(node, &error.field_path);
        found.push(match error.kind {
            ErrorKind::ValidationFailure => broken(node, &way, &error, &version.structural),
            _ if node.may_hold_secret() => undecided(node, &way, "a rule of its definition: it cannot be evaluated"),
            _ => undecided(node, &way, &format!("a rule of its definition: {}", error.message)),
        });
    }
}

fn broken(node: &Node, way: &[String], error: &RuleError, schema: &Json) -> Diagnostic {
    let (Found { key, .. }, steps) = follow(node, way);
    // A rule sees all that is below its own node, which may be above the one that it names.
    let says = if node.may_hold_secret() && makes_its_message(schema, &error.rule) { UNSAID } else { &error.message };
    let message = format!("{} breaks a rule of the API: {says}", subject(&steps));
    Diagnostic::error_about(&codes::API_RULE, key, message)
}

/// Tells whether the message of a rule, wherever it stands in a schema, is made of the value.
fn makes_its_message(schema: &Json, rule: &str) -> bool {
    let is_it =
        |one: &Json| one.get("rule").and_then(Json::as_str) == Some(rule) && one.get("messageExpression").is_some();
    match schema {
        Json::Object(fields) => {
            let rules = fields.get("x-kubernetes-validations").and_then(Json::as_array);
            rules.into_iter().flatten().any(is_it) || fields.values().any(|below| makes_its_message(below, rule))
        }
        Json::Array(items) => items.iter().any(|item| makes_its_message(item, rule)),
        _ => false,
    }
}

/// Says that something was not decided, so that nobody takes it for right.
pub(super) fn undecided(node: &Node, way: &[String], why: &str) -> Diagnostic {
    let (Found { key, .. }, steps) = follow(node, way);
    let message = format!("{} is not checked against {why}", subject(&steps));
    let finding = Diagnostic::about(&codes::NOT_DECIDED, Severity::Info, key, message);
    finding.help("try it on a cluster, with `kubectl apply --dry-run=server`")
}

/// Names what stands at a path.
pub(super) fn subject(steps: &[Step]) -> String {
    if steps.is_empty() { "the object".into() } else { format!("`{}`", shown(steps)) }
}

/// Returns the value at a JSON pointer with the steps to it.
pub(super) fn at<'o>(node: &'o Node, instance: &str) -> (Found<'o>, Vec<Step>) {
    follow(node, &pointer(instance))
}

fn has_rules(schema: &Json) -> bool {
    match schema {
        Json::Object(fields) => fields.contains_key("x-kubernetes-validations") || fields.values().any(has_rules),
        Json::Array(items) => items.iter().any(has_rules),
        _ => false,
    }
}
