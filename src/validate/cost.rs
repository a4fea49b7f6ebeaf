//! What a rule in CEL may cost on a value, at most, in the units of the API server's budget (`k8s.io/apiserver/pkg/apis/cel`).
//!
//! The library that evaluates rules counts nothing. The server counts each step, a tenth of each character that is read,
//! and for a pattern that times a quarter of the pattern's length. Here every step of a rule is taken to read the whole
//! value, once more for each item that a macro steps over, so that what is within the budget here is so on the server.
//! Near the budget that says too much, and the rule is named as not checked.

use crate::tree::{Node, Value};

/// What the server spends on the rules of one object (`RuntimeCELCostBudget`).
pub(super) const BUDGET: u64 = 10_000_000;

/// The macros that step over items, and functions that are as dear.
const STEPS: [&str; 9] =
    ["all", "exists", "exists_one", "map", "filter", "transformList", "transformMap", "sort", "sortBy"];

/// Returns the most that a rule can cost on a value.
pub(super) fn most(rule: &str, node: &Node) -> u64 {
    let (bytes, items) = size(node);
    let n_macros = STEPS.iter().map(|name| calls(rule, name)).sum::<usize>();
    let pattern = if calls(rule, "matches") + calls(rule, "find") + calls(rule, "findAll") > 0 {
        longest_text(rule) / 4 + 1
    } else {
        1
    };
    // A rule that is one pattern is searched for once.
    let is_pattern = rule.starts_with("self.matches(") && n_macros == 0 && !rule.contains("&&") && !rule.contains("||");
    let steps = if is_pattern { 1 } else { words(rule) };
    let reads = (bytes / 10 + 2).saturating_mul(pattern as u64);
    let nested = u32::try_from(n_macros).unwrap_or(u32::MAX);
    (steps as u64).saturating_mul(reads.saturating_add(4)).saturating_mul((items + 1).saturating_pow(nested))
}

/// Tells whether an expression names a variable.
pub(super) fn names(rule: &str, variable: &str) -> bool {
    outside_texts(rule).any(|part| part.split(|char: char| !is_word(char)).any(|word| word == variable))
}

/// Returns the bytes of all texts and names of a value, and its items and fields.
fn size(node: &Node) -> (u64, u64) {
    match &node.value {
        Value::Seq(items) => items.iter().map(size).fold((0, items.len() as u64), add),
        Value::Map(fields) => {
            let of_fields = fields.iter().map(|(name, entry)| add(size(&entry.node), (name.len() as u64, 0)));
            of_fields.fold((0, fields.len() as u64), add)
        }
        Value::String(text) => (text.len() as u64, 0),
        _ => (8, 0),
    }
}

fn add(a: (u64, u64), b: (u64, u64)) -> (u64, u64) {
    (a.0 + b.0, a.1 + b.1)
}

fn calls(rule: &str, name: &str) -> usize {
    let call = format!(".{name}(");
    outside_texts(rule).map(|part| part.matches(&call).count()).sum()
}

fn words(rule: &str) -> usize {
    outside_texts(rule)
        .flat_map(|part| part.split(|char: char| !is_word(char)))
        .filter(|word| !word.is_empty())
        .count()
        .max(1)
        * 2
}

fn longest_text(rule: &str) -> usize {
    rule.split(['\'', '"']).map(str::len).max().unwrap_or_default()
}

/// Returns what of an expression stands outside of quotes.
fn outside_texts(rule: &str) -> impl Iterator<Item = &str> {
    rule.split('\'').step_by(2).flat_map(|part| part.split('"').step_by(2))
}

fn is_word(char: char) -> bool {
    char.is_ascii_alphanumeric() || char == '_'
}
