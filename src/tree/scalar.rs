//! What a plain YAML scalar means: YAML 1.2's core schema, and whether YAML 1.1, which kubectl and PyYAML read, agrees.

use std::sync::Arc;

use super::node::Value;
use crate::diag::visible::quoted;

/// The largest whole number that every JSON reader keeps exactly.
const EXACT: i64 = 1 << 53;

/// The doubt about a whole number beyond that.
const ROUNDED: &str = "a number that JSON readers round";

/// The reading of a plain scalar.
#[derive(Debug, PartialEq)]
pub(crate) struct Plain {
    /// What YAML 1.2 says, or kubectl where the two disagree.
    pub(crate) value: Value,
    /// How readers disagree, in words that follow "this is"; none where all agree.
    pub(crate) doubt: Option<&'static str>,
}

impl Plain {
    fn sure(value: Value) -> Self {
        Self { value, doubt: None }
    }

    fn doubtful(value: Value, doubt: &'static str) -> Self {
        Self { value, doubt: Some(doubt) }
    }
}

/// Resolves the text of a plain scalar.
pub(crate) fn resolve(text: &str) -> Plain {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Plain::sure(Value::Null),
        "true" | "True" | "TRUE" => return Plain::sure(Value::Bool(true)),
        "false" | "False" | "FALSE" => return Plain::sure(Value::Bool(false)),
        _ => {}
    }
    if let Some(value) = old_boolean(text) {
        return Plain::doubtful(Value::Bool(value), "a boolean for some YAML readers and text for others");
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    match digits.as_bytes().first() {
        Some(b'0'..=b'9' | b'.') => number(text, digits),
        _ => Plain::sure(string(text)),
    }
}

/// Says what to write instead of a plain scalar that readers take differently.
pub(crate) fn help(text: &str) -> String {
    let quoted = quoted(text);
    let quoted = quoted.trim_matches('`');
    let otherwise = match resolve(text) {
        Plain { value: Value::Bool(value), .. } => format!("`{value}`"),
        Plain { doubt: Some(ROUNDED), .. } => "a smaller number".into(),
        Plain { value: Value::Int(_) | Value::Float(_), .. } => "the number in its plain form".into(),
        _ => return format!("write \"{quoted}\", as text"),
    };
    format!("write \"{quoted}\" if text is meant, or {otherwise}")
}

fn string(text: &str) -> Value {
    Value::String(Arc::from(text))
}

fn old_boolean(text: &str) -> Option<bool> {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Some(true),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

/// Resolves a text that begins like a number; `digits` is the text without its sign.
fn number(text: &str, digits: &str) -> Plain {
    let negative = text.starts_with('-');
    if matches!(digits, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Plain::doubtful(string(text), "no number that JSON or Kubernetes can hold");
    }
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        if let Some(rest) = digits.strip_prefix(prefix) {
            return radix_number(text, rest, radix, negative);
        }
    }
    if digits.contains('_') && digits.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'_' | b'.')) {
        let value = whole(&digits.replace('_', ""), 10, negative).unwrap_or_else(|| string(text));
        return Plain::doubtful(value, "a number for some YAML readers and text for others");
    }
    if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return decimal(text, digits, negative);
    }
    if is_sexagesimal(digits) || is_date(text) {
        return Plain::doubtful(string(text), "a number or a date for some YAML readers and text for others");
    }
    match float(digits) {
        Some((value, agreed)) => {
            let value = Value::Float(if negative { -value } else { value });
            if agreed {
                Plain::sure(value)
            } else {
                Plain::doubtful(value, "a number for some YAML readers and text for others")
            }
        }
        None => Plain::sure(string(text)),
    }
}

fn decimal(text: &str, digits: &str, negative: bool) -> Plain {
    if digits.len() > 1 && digits.starts_with('0') {
        let octal = whole(digits, 8, negative).unwrap_or_else(|| string(text));
        return Plain::doubtful(octal, "octal for some YAML readers and decimal for others");
    }
    match whole(digits, 10, negative) {
        Some(Value::Int(value)) if value.abs() <= EXACT => Plain::sure(Value::Int(value)),
        Some(value) => Plain::doubtful(value, ROUNDED),
        None => Plain::doubtful(string(text), ROUNDED),
    }
}

fn radix_number(text: &str, rest: &str, radix: u32, negative: bool) -> Plain {
    let plain: String = rest.chars().filter(|char| *char != '_').collect();
    match whole(&plain, radix, negative) {
        Some(value @ Value::Int(_)) if radix == 16 && plain.len() == rest.len() => Plain::sure(value),
        Some(value) => Plain::doubtful(value, "a number for some YAML readers and text for others"),
        None => Plain::sure(string(text)),
    }
}

fn whole(digits: &str, radix: u32, negative: bool) -> Option<Value> {
    let magnitude = i128::from(u64::from_str_radix(digits, radix).ok()?);
    i64::try_from(if negative { -magnitude } else { magnitude }).ok().map(Value::Int)
}

/// Reads a float, and tells whether YAML 1.1, which wants a point and a signed exponent, reads it too.
fn float(digits: &str) -> Option<(f64, bool)> {
    let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (digits, None),
    };
    let (before, after) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(before) || !all_digits(after) || (before.is_empty() && after.is_empty()) {
        return None;
    }
    let mut agreed = mantissa.contains('.');
    if let Some(exponent) = exponent {
        let power = exponent.strip_prefix(['-', '+']);
        agreed &= power.is_some();
        let power = power.unwrap_or(exponent);
        if power.is_empty() || !all_digits(power) {
            return None;
        }
    }
    let value: f64 = digits.parse().ok()?;
    value.is_finite().then_some((value, agreed))
}

/// `12:30:45` and `12:30.5`, numbers to base 60 in YAML 1.1.
fn is_sexagesimal(digits: &str) -> bool {
    let in_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_');
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let Some((first, rest)) = whole.split_once(':') else { return false };
    let below_sixty = |part: &str| match part.as_bytes() {
        [one] => one.is_ascii_digit(),
        [ten, one] => matches!(ten, b'0'..=b'5') && one.is_ascii_digit(),
        _ => false,
    };
    first.starts_with(|char: char| char.is_ascii_digit())
        && in_number(first)
        && rest.split(':').all(below_sixty)
        && in_number(fraction)
}

/// `2001-01-01` and longer timestamps.
fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let dash = |at: usize| bytes.get(at) == Some(&b'-');
    if !((0..4).all(digit) && dash(4) && digit(5)) {
        return false;
    }
    let second_dash = if dash(6) { 6 } else { 7 };
    dash(second_dash)
        && digit(second_dash + 1)
        && text[second_dash + 1..].bytes().all(|byte| byte.is_ascii_digit() || b"TtZz:.+- ".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_all_readers_agree_on_is_resolved() {
        assert_eq!(resolve("0x1F"), Plain::sure(Value::Int(31)));
        assert_eq!(resolve("-12"), Plain::sure(Value::Int(-12)));
        assert_eq!(resolve("1.5e+3"), Plain::sure(Value::Float(1500.0)));
        assert_eq!(resolve("4.19"), Plain::sure(Value::Float(4.19)));
        assert_eq!(resolve("4.19.2"), Plain::sure(string("4.19.2")));
        assert_eq!(resolve("10Gi"), Plain::sure(string("10Gi")));
        assert_eq!(resolve("-"), Plain::sure(string("-")));
        assert_eq!(resolve("60m"), Plain::sure(string("60m")));
        for text in ["1615:00.MMMM", "10:80", "1:2:", "1:.5", ":1", "1:234", "10.0.0.1:80"] {
            assert_eq!(resolve(text), Plain::sure(string(text)));
        }
    }

    #[test]
    fn what_readers_disagree_on_is_doubted_and_read_as_kubectl_does() {
        for (text, value) in [
            ("no", Value::Bool(false)),
            ("0123", Value::Int(83)),
            ("1_000", Value::Int(1000)),
            ("0b11", Value::Int(3)),
            ("0o17", Value::Int(15)),
            ("1e3", Value::Float(1000.0)),
            ("12:30:45", string("12:30:45")),
            ("1:5.5_0", string("1:5.5_0")),
            ("2001-01-01", string("2001-01-01")),
            (".inf", string(".inf")),
            ("9007199254740993", Value::Int(9_007_199_254_740_993)),
            ("99999999999999999999", string("99999999999999999999")),
        ] {
            let plain = resolve(text);
            assert!(plain.doubt.is_some(), "{text}");
            assert_eq!(plain.value, value, "{text}");
        }
    }
}
