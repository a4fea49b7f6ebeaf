//! What a rule in CEL may cost on a value, at most, in the units of the API server's budget (`k8s.io/apiserver/pkg/apis/cel`).
//!
//! The library that evaluates rules counts nothing. The server counts each step, a tenth of each character that is read, and
//! for a pattern that times a quarter of the pattern's length. Here every step is taken for every item, and every reading
//! call reads all of the value; once more for each item where a rule names the value again within a macro. So what is
//! within the limits here is so on the server. Near the limits that says too much, and the rule is named as not checked.

use crate::schema::cel_library::outside_texts;
use crate::tree::{Node, Value};

/// What the server spends on one evaluation of a rule (`PerCallLimit`).
pub(super) const LIMIT: u64 = 1_000_000;

/// What the server spends on the rules of one object (`RuntimeCELCostBudget`).
pub(super) const BUDGET: u64 = 10_000_000;

/// The macros that step over items, and functions that are as dear.
const STEPS: [&str; 9] =
    ["all", "exists", "exists_one", "map", "filter", "transformList", "transformMap", "sort", "sortBy"];

/// Returns the most that a rule can cost on a value.
pub(super) fn most(rule: &str, node: &Node) -> u64 {
    most_on(rule, size(node))
}

/// Returns the most that a rule of somebody's can cost on a value of so many bytes and items: such a rule may step over
/// lists of its own, or over what it cuts a text into.
pub(super) fn most_of_others(rule: &str, (bytes, items): (u64, u64)) -> u64 {
    let cuts = [".split(", ".findAll(", ".replace("].iter().any(|name| rule.contains(name));
    let items = items + count(rule, ",") + count(rule, "[") + if cuts { bytes } else { 0 };
    let grows = count(rule, ".replace(") + count(rule, ".bind(");
    let times = (items + 2).saturating_pow(u32::try_from(grows).unwrap_or(u32::MAX));
    most_on(rule, (bytes, items)).saturating_mul(times)
}

fn most_on(rule: &str, (bytes, items): (u64, u64)) -> u64 {
    let n_macros = STEPS.iter().map(|name| count(rule, &format!(".{name}("))).sum::<u64>();
    let n_iterations = (items + 1).saturating_pow(u32::try_from(n_macros).unwrap_or(u32::MAX));
    let n_patterns = ["matches", "find", "findAll"].iter().map(|name| count(rule, &format!(".{name}("))).sum::<u64>();
    let n_reads = ["(", "==", "!=", "<", ">", "+", " in "].iter().map(|sign| count(rule, sign)).sum::<u64>();
    let names_self_again = count(rule, "self") + count(rule, "oldSelf") > 1;
    let again = if n_macros > 0 && names_self_again { n_iterations } else { 1 };
    let pattern = longest_text(rule) as u64 / 4 + 1;
    let read = (bytes / 10 + items + 2).saturating_mul(again);
    let steps = words(rule).saturating_mul(n_iterations).saturating_mul(2);
    let reads = read.saturating_mul(n_reads + n_patterns.saturating_mul(pattern));
    steps.saturating_add(reads)
}

/// Tells whether an expression names a variable.
pub(super) fn names(rule: &str, variable: &str) -> bool {
    outside_texts(rule).into_iter().any(|part| part.split(|char: char| !is_word(char)).any(|word| word == variable))
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

fn count(rule: &str, part: &str) -> u64 {
    outside_texts(rule).into_iter().map(|text| text.matches(part).count() as u64).sum()
}

fn words(rule: &str) -> u64 {
    let texts = outside_texts(rule).into_iter();
    texts.flat_map(|text| text.split(|char: char| !is_word(char))).filter(|word| !word.is_empty()).count() as u64 + 1
}

fn longest_text(rule: &str) -> usize {
    rule.split(['\'', '"']).map(str::len).max().unwrap_or_default()
}

fn is_word(char: char) -> bool {
    char.is_ascii_alphanumeric() || char == '_'
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::{Place, Source, SourceKind};

    fn text(length: usize) -> Node {
        let source = Source::new("a.yaml", "", SourceKind::User);
        Node::string("a".repeat(length), Place::start_of(&source))
    }

    #[test]
    fn a_pattern_costs_by_its_length_and_that_of_the_text() {
        let pattern = format!("self.matches('{}')", "a".repeat(200));
        assert!(most(&pattern, &text(100)) < most(&pattern, &text(500)));
        // The server counts 52 times 50 for such a pattern on 512 characters.
        assert!(most(&pattern, &text(512)) >= 52 * 50);
        assert!(most(&pattern, &text(512)) < BUDGET / 1000);
    }

    #[test]
    fn variables_are_told_from_texts_and_longer_names() {
        assert!(names("self >= oldSelf", "oldSelf"));
        assert!(!names("self == 'oldSelf'", "oldSelf"));
        assert!(!names("self.oldSelfish", "oldSelf"));
    }
}
