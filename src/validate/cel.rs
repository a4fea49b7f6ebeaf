//! Rules in CEL, evaluated only on values that stand under them.
//!
//! A rule that is nothing but a pattern is searched for directly. Any other is compiled once per process, against the
//! structural schema of its node. What the library cannot decide is named as not checked, never as right or wrong.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use kube::core::cel::{CompiledSchema, ErrorKind, ValidationError, ValidationErrors, Validator, compile_schema};
use serde_json::Value as Json;

use super::cost;
use crate::diag::{Diagnostic, Severity, codes};
use crate::mutation::is_off;
use crate::schema::interpret::{Null, Site};
use crate::schema::openapi::structural;
use crate::schema::{Correlated, Pattern, Rule, Schema, stored};
use crate::target::Minor;
use crate::tree::{Node, Origin};

/// Checks a value against the rules of its schema.
///
/// `null` says how the minor's API server reads nulls; `old` has what an update replaces, and whether
/// the server forgives what is as it was. Takes what it may cost from what
/// is left of the object's budget.
pub(super) fn check(
    site: &Site<'_>,
    minor: Minor,
    null: Null,
    old: Option<(&Correlated<'_>, bool)>,
    budget: &mut u64,
    mut say: impl FnMut(Diagnostic),
) {
    if is_off("cel") {
        return;
    }
    if site.node.has_secret() && !is_off("cel-on-secrets") {
        return say(not_checked(site, "it holds a secret"));
    }
    let unchanged =
        old.is_some_and(|(old, forgives)| forgives && old.is_unchanged(site.node)) && !is_off("cel-ratcheting");
    let compares = |rule: &Rule| cost::names(rule.rule, "oldSelf");
    let replaced = old.and_then(|(old, _)| old.old(site.node));
    // The server forgives what is as it was, but for rules that compare.
    let is_moot = |rule: &Rule| if compares(rule) { replaced.is_none() } else { unchanged };
    if site.schema.rules_on(minor).all(|rule| is_moot(rule) || cannot_break(rule, site.node)) {
        return;
    }
    let costs: Vec<u64> = site.schema.rules_on(minor).map(|rule| cost::most(rule.rule, site.node)).collect();
    let total = costs.iter().copied().fold(0, u64::saturating_add);
    let is_dear = costs.iter().any(|costs| *costs > cost::LIMIT) && !is_off("cel-cost");
    if is_dear || (total > *budget && !is_off("cel-budget")) {
        return say(not_checked(site, "it may cost more than the API server spends on rules"));
    }
    *budget = budget.saturating_sub(total);
    if let Some(broken) = patterns(site, minor) {
        return broken.into_iter().for_each(say);
    }
    let compiled = compiled(site.schema, minor);
    let value = stored(site.schema, site.node, minor, null);
    let value = value.to_json();
    let before = replaced.map(|old| stored(site.schema, old, minor, null).to_json());
    let evaluated = VALIDATOR.with(|validator| validator.validate_compiled(&compiled, &value, before.as_ref()));
    for error in evaluated.err().into_iter().flat_map(ValidationErrors::into_vec) {
        let rule = site.schema.rules_on(minor).find(|rule| rule.rule == error.rule);
        match error.kind {
            _ if rule.is_some_and(is_moot) => {}
            ErrorKind::ValidationFailure if !is_off("cel-evaluated") => say(broken(site, minor, &error)),
            ErrorKind::ValidationFailure => {}
            _ if site.node.may_hold_secret() => say(not_checked(site, "it cannot be evaluated")),
            _ => say(not_checked(site, &error.message)),
        }
    }
}

/// What is said in place of the message of a rule that may quote a secret.
pub(super) const UNSAID: &str = "what it says may quote a secret";

thread_local! {
    static VALIDATOR: Validator = Validator::new();
}

/// Tells whether a field is absent without which the rule is true. Compiling a rule costs more than all else that is
/// done for an object.
fn cannot_break(rule: &Rule, node: &Node) -> bool {
    rule.needs.iter().any(|field| node.get(field).is_none_or(Node::is_null))
}

/// Checks rules that are all patterns; none where some rule is not.
fn patterns(site: &Site<'_>, minor: Minor) -> Option<Vec<Diagnostic>> {
    let text = site.node.as_str()?;
    let mut broken = Vec::new();
    for rule in site.schema.rules_on(minor) {
        let pattern: &Pattern = rule.pattern?;
        if !pattern.is_in(text) && !is_off("cel-pattern") {
            broken.push(breaks(site, site.key, rule.message));
        }
    }
    Some(broken)
}

/// Returns the compiled rules of a schema on a minor, compiled at their first use.
fn compiled(schema: &'static Schema, minor: Minor) -> Arc<CompiledSchema> {
    type Compiled = BTreeMap<(usize, Minor), Arc<CompiledSchema>>;
    static COMPILED: Mutex<Compiled> = Mutex::new(BTreeMap::new());
    let address = std::ptr::from_ref(schema).addr();
    let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    let entry = compiled.entry((address, minor));
    Arc::clone(entry.or_insert_with(|| {
        let mut json = structural(schema, minor);
        keep_own_rules(&mut json);
        Arc::new(compile_schema(&json))
    }))
}

/// Takes the rules of nodes below away: each node with rules is a site of its own.
fn keep_own_rules(json: &mut Json) {
    let Some(fields) = json.as_object_mut() else { return };
    let mut children: Vec<&mut Json> = Vec::new();
    for (key, value) in fields {
        match (key.as_str(), value) {
            ("properties", Json::Object(properties)) => children.extend(properties.values_mut()),
            ("items" | "additionalProperties", value) => children.push(value),
            _ => {}
        }
    }
    for child in children {
        if let Some(fields) = child.as_object_mut() {
            fields.remove("x-kubernetes-validations");
        }
        keep_own_rules(child);
    }
}

/// Says a broken rule at the field that it is about.
fn broken(site: &Site<'_>, minor: Minor, error: &ValidationError) -> Diagnostic {
    let rule: Option<&Rule> = site.schema.rules_on(minor).find(|rule| rule.rule == error.rule);
    let path = rule.map_or("", |rule| rule.field_path).trim_start_matches('.');
    let field = path.split('.').filter(|step| !step.is_empty()).try_fold((site.node, site.key), |(node, _), step| {
        let entry = Node::entry(node, step)?;
        Some((&entry.node, &entry.key))
    });
    // A message that is made of the value may quote it, or say how long it is.
    let makes = rule.is_none_or(|rule| !rule.message_expression.is_empty()) && site.node.may_hold_secret();
    let message = if makes { rule.map_or("", |rule| rule.message) } else { &error.message };
    breaks(site, field.map_or(site.key, |(_, key)| key), if message.is_empty() { UNSAID } else { message })
}

fn breaks(site: &Site<'_>, origin: &Origin, message: &str) -> Diagnostic {
    let message = format!("`{}` breaks a rule of the API: {message}", site.path);
    Diagnostic::error_about(&codes::API_RULE, origin, message)
}

fn not_checked(site: &Site<'_>, why: &str) -> Diagnostic {
    let message = format!("a rule of the API on `{}` cannot be checked offline: {why}", site.path);
    let finding = Diagnostic::about(&codes::API_RULE, Severity::Warning, site.key, message);
    finding.help("try it on a cluster, with `kubectl apply --dry-run=server`")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Findings;
    use crate::tree::parse::{Reading, document};
    use crate::tree::{Source, SourceKind};

    /// Says what is found on an access to the network of so many characters, and what is left of a budget.
    fn check_network(n_characters: usize, mut budget: u64) -> (Vec<String>, u64) {
        let config = crate::schema::find("imageregistry.operator.openshift.io/v1", "Config").unwrap();
        let schema = config.schema.at(&["spec", "storage", "azure", "networkAccess"]).unwrap();
        let name = "a".repeat(n_characters);
        let text = format!("{{type: External, internal: {{vnetName: {name}}}}}");
        let source = Source::new("a.yaml", text, SourceKind::User);
        let node = document(&source, Reading::Strict, &mut Findings::new()).unwrap();
        let site = Site { schema, node: &node, key: &node.origin, path: "a".into() };
        let mut said = Vec::new();
        check(&site, Minor::of(4, 17), Null::Absent, None, &mut budget, |finding| said.push(finding.message));
        (said, budget)
    }

    #[test]
    fn what_may_cost_too_much_is_not_checked() {
        let broken = "`a` breaks a rule of the API: internal is forbidden when type is not Internal";
        let (said, left) = check_network(10, cost::BUDGET);
        assert!(said == [broken] && left < cost::BUDGET, "{said:?}");
        let dear =
            "a rule of the API on `a` cannot be checked offline: it may cost more than the API server spends on rules";
        assert_eq!(check_network(10, 1), (vec![dear.to_owned()], 1));
        assert_eq!(check_network(6_000_000, u64::MAX).0, [dear]);
    }
}
