//! What somebody's definition may cost: its rules in CEL, before they are compiled, and its defaults.
//!
//! The library that evaluates rules counts nothing, and goes as deep as a rule does. What may take too long, or too much
//! of the stack, is not evaluated; that it is not checked is for the caller to say.

use serde_json::Value as Json;

use super::super::cost;

/// The longest rule, in bytes.
const LONGEST: usize = 10_000;

/// The most brackets within each other in a rule.
const DEEPEST: usize = 40;

/// The most signs of a rule that make a chain, each of which the library descends into.
const MOST_SIGNS: usize = 1000;

/// The most steps for the rules of one object: far more than the server's budget, since the estimate says too much.
const MOST_STEPS: u64 = 100_000_000;

/// What defaults may add to one object, in bytes, about.
pub(super) const MOST_DEFAULTS: usize = 4 << 20;

/// The stack for rules within these bounds.
pub(super) const STACK: usize = 64 << 20;

/// Tells whether all rules of a schema can be evaluated on a value.
pub(super) fn allow(schema: &Json, value: &Json) -> bool {
    let mut steps = 0;
    are_small(schema) && {
        add_steps(schema, value, &mut steps);
        steps <= MOST_STEPS
    }
}

fn are_small(schema: &Json) -> bool {
    match schema {
        Json::Object(fields) => {
            let of_node = rules(schema).all(is_small);
            of_node && fields.values().all(are_small)
        }
        Json::Array(items) => items.iter().all(are_small),
        _ => true,
    }
}

fn is_small(rule: &str) -> bool {
    let (mut depth, mut deepest) = (0_usize, 0);
    for char in rule.chars() {
        match char {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    let n_signs = rule.chars().filter(|char| ".[+-*/%=<>!&|?".contains(*char)).count();
    rule.len() <= LONGEST && deepest <= DEEPEST && n_signs <= MOST_SIGNS
}

/// Returns the expressions of a node of a schema.
fn rules(schema: &Json) -> impl Iterator<Item = &str> {
    let rules = schema.get("x-kubernetes-validations").and_then(Json::as_array).into_iter().flatten();
    rules.flat_map(|rule| ["rule", "messageExpression"].into_iter().filter_map(|name| rule.get(name)?.as_str()))
}

fn add_steps(schema: &Json, value: &Json, steps: &mut u64) {
    for rule in rules(schema) {
        *steps = steps.saturating_add(cost::most_of_others(rule, size(value)));
    }
    match value {
        Json::Object(fields) => {
            for (name, value) in fields {
                if let Some(child) = super::walk::child(schema, name) {
                    add_steps(child, value, steps);
                }
            }
        }
        Json::Array(items) => {
            if let Some(each) = schema.get("items") {
                for item in items {
                    add_steps(each, item, steps);
                }
            }
        }
        _ => {}
    }
}

/// Returns the bytes of all texts and names of a value, and its items and fields.
fn size(value: &Json) -> (u64, u64) {
    let add = |a: (u64, u64), b: (u64, u64)| (a.0 + b.0, a.1 + b.1);
    match value {
        Json::Array(items) => items.iter().map(size).fold((0, items.len() as u64), add),
        Json::Object(fields) => {
            let each = fields.iter().map(|(name, value)| add(size(value), (name.len() as u64, 0)));
            each.fold((0, fields.len() as u64), add)
        }
        Json::String(text) => (text.len() as u64, 0),
        _ => (8, 0),
    }
}

/// Takes a default from what is left for them; returns false where nothing is.
pub(super) fn take(default: &Json, left: &mut usize) -> bool {
    let (bytes, items) = size(default);
    let takes = usize::try_from(bytes.saturating_add(items.saturating_mul(64)).saturating_add(64));
    let rest = takes.ok().and_then(|takes| left.checked_sub(takes));
    *left = rest.unwrap_or_default();
    rest.is_some()
}
