//! Whether two values mean the same, in whatever way each is written.
//!
//! The API server and operators write quantities and durations anew when they store an object: `1024Mi` becomes `1Gi`,
//! and `60m` becomes `1h0m0s`. What differs in that way alone is no difference.

use crate::schema::format::go_duration;
use crate::schema::{Format, Keywords, Type};
use crate::tree::{Node, Value};

/// Tells whether two scalars, or two lists or mappings as they are, mean the same.
pub(super) fn same(keywords: Option<&Keywords>, a: &Node, b: &Node) -> bool {
    if a == b {
        return true;
    }
    match (&a.value, &b.value) {
        (Value::Int(_) | Value::Float(_), Value::Int(_) | Value::Float(_)) => {
            matches!((a.as_int(), b.as_int()), (Some(a), Some(b)) if a == b)
        }
        _ => keywords.is_some_and(|keywords| same_by_form(keywords, a, b)),
    }
}

fn same_by_form(keywords: &Keywords, a: &Node, b: &Node) -> bool {
    if keywords.format == Some(Format::Duration) {
        let duration = |node: &Node| node.as_str().and_then(go_duration);
        return matches!((duration(a), duration(b)), (Some(a), Some(b)) if a.to_bits() == b.to_bits());
    }
    // Quantities are the only numbers or texts that have a pattern.
    let is_quantity = keywords.kind == Type::IntOrString && keywords.pattern.is_some();
    is_quantity && matches!((amount(a), amount(b)), (Some(a), Some(b)) if a == b)
}

/// A number as `digits * 10^tens * 1024^ki`, without zeros at the end of its digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Amount {
    digits: i128,
    tens: i32,
}

/// Reads a quantity (`k8s.io/apimachinery/pkg/api/resource`); none for a text that is none, or beyond all use.
fn amount(node: &Node) -> Option<Amount> {
    if let Some(number) = node.as_int() {
        return Some(Amount { digits: i128::from(number), tens: 0 }.plain());
    }
    let text = node.as_str()?;
    let end = text.find(|char: char| !matches!(char, '0'..='9' | '.' | '+' | '-')).unwrap_or(text.len());
    let (number, suffix) = text.split_at(end);
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let digits: i128 = format!("{whole}{part}").parse().ok()?;
    let tens = -i32::try_from(part.len()).ok()?;
    let scaled = |tens_of_suffix: i32| Some(Amount { digits, tens: tens + tens_of_suffix }.plain());
    match suffix {
        "" => scaled(0),
        "n" => scaled(-9),
        "u" => scaled(-6),
        "m" => scaled(-3),
        "k" => scaled(3),
        "M" => scaled(6),
        "G" => scaled(9),
        "T" => scaled(12),
        "P" => scaled(15),
        "E" => scaled(18),
        _ => {
            if let Some(exponent) = suffix.strip_prefix(['e', 'E']) {
                return scaled(exponent.parse().ok().filter(|tens: &i32| tens.abs() < 1000)?);
            }
            let power = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"].iter().position(|known| *known == suffix)?;
            let digits = digits.checked_mul(1_i128 << (10 * (power + 1)))?;
            Some(Amount { digits, tens }.plain())
        }
    }
}

impl Amount {
    fn plain(mut self) -> Self {
        while self.digits != 0 && self.digits % 10 == 0 {
            self.digits /= 10;
            self.tens += 1;
        }
        if self.digits == 0 { Self { digits: 0, tens: 0 } } else { self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema;
    use crate::target::Minor;
    use crate::tree::{Place, Source, SourceKind};

    fn text(text: &str) -> Node {
        Node::string(text, Place::start_of(&Source::new("x", "", SourceKind::User)))
    }

    fn keywords(api_version: &str, kind: &str, path: &[&str]) -> &'static Keywords {
        schema::find(api_version, kind).unwrap().schema.at(path).unwrap().on(Minor::of(4, 19))
    }

    #[test]
    fn quantities_are_the_same_however_they_are_written() {
        let quantity = keywords("v1", "PersistentVolumeClaim", &["spec", "resources", "requests", "storage"]);
        for (a, b) in
            [("1024Mi", "1Gi"), ("0.5", "500m"), ("1e3", "1k"), ("+1", "1"), ("0", "0Gi"), ("1.5Gi", "1536Mi")]
        {
            assert!(same(Some(quantity), &text(a), &text(b)), "{a} {b}");
        }
        for (a, b) in [("1Gi", "1G"), ("1", "2"), ("x", "1"), ("1Zi", "1Zi "), ("m", "0"), ("1e99999", "1")] {
            assert!(!same(Some(quantity), &text(a), &text(b)), "{a} {b}");
        }
        let whole = Node::new(Value::Int(2), Place::start_of(&Source::new("x", "", SourceKind::User)));
        assert!(same(Some(quantity), &text("2"), &whole));
    }

    #[test]
    fn durations_are_the_same_however_they_are_written() {
        let path = ["spec", "keepYoungerThanDuration"];
        let duration = keywords("imageregistry.operator.openshift.io/v1", "ImagePruner", &path);
        assert!(same(Some(duration), &text("60m"), &text("1h0m0s")));
        assert!(!same(Some(duration), &text("60m"), &text("61m")));
        assert!(!same(Some(duration), &text("soon"), &text("late")));
    }

    #[test]
    fn other_texts_are_the_same_only_letter_by_letter() {
        let name = keywords("v1", "ConfigMap", &["metadata", "name"]);
        assert!(!same(Some(name), &text("1Gi"), &text("1024Mi")));
        assert!(same(None, &text("a"), &text("a")) && !same(None, &text("60m"), &text("1h")));
    }
}
