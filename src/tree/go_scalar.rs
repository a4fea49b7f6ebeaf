//! What a plain YAML scalar is to the reader that SOPS has, exactly; what that reader takes and no tree here holds is refused.
//!
//! Source: yaml/go-yaml v3 `resolve.go`; Go `strconv/atoi.go`, `time/format.go`.

use super::node::Value;

/// What a plain scalar is.
#[derive(Debug, PartialEq)]
pub(crate) enum GoScalar {
    /// A value.
    Value(Value),
    /// A time, as Go writes it out.
    Time(String),
    /// A number that SOPS does not take, or that no tree holds.
    Unusable,
}

/// Resolves the text of a plain scalar.
pub(crate) fn resolve(text: &str) -> GoScalar {
    use GoScalar::Unusable;
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return GoScalar::Value(Value::Null),
        "true" | "True" | "TRUE" => return GoScalar::Value(Value::Bool(true)),
        "false" | "False" | "FALSE" => return GoScalar::Value(Value::Bool(false)),
        ".nan" | ".NaN" | ".NAN" | "<<" => return Unusable,
        _ if matches!(text.trim_start_matches(['+', '-']), ".inf" | ".Inf" | ".INF") => return Unusable,
        _ => {}
    }
    match text.as_bytes().first() {
        Some(b'.') => decimal(text).map_or_else(|| string(text), float),
        Some(b'0'..=b'9' | b'+' | b'-') => number(text),
        _ => string(text),
    }
}

fn string(text: &str) -> GoScalar {
    GoScalar::Value(Value::String(text.into()))
}

fn float(value: f64) -> GoScalar {
    GoScalar::Value(Value::Float(value))
}

/// Resolves a text that begins with a digit or a sign.
fn number(text: &str) -> GoScalar {
    if let Some(time) = timestamp(text) {
        return time;
    }
    let plain = text.replace('_', "");
    let digits = plain.strip_prefix(['-', '+']).unwrap_or(&plain);
    let (radix, rest) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &digits[2..]),
        [b'0', b'o' | b'O', ..] => (8, &digits[2..]),
        [b'0', b'b' | b'B', ..] => (2, &digits[2..]),
        [b'0', _, ..] => (8, &digits[1..]),
        _ => (10, digits),
    };
    let is_whole = !rest.is_empty() && rest.chars().all(|char| char.is_digit(radix));
    if is_whole && let Ok(magnitude) = u128::from_str_radix(rest, radix) {
        let signed = i128::try_from(magnitude).unwrap_or(i128::MAX);
        let signed = if plain.starts_with('-') { -signed } else { signed };
        if let Ok(value) = i64::try_from(signed) {
            return GoScalar::Value(Value::Int(value));
        }
        // Up to here Go has a type of its own that SOPS does not take; beyond, decimals are floats.
        if u64::try_from(signed).is_ok() && !plain.starts_with(['-', '+']) {
            return GoScalar::Unusable;
        }
    }
    match decimal(&plain) {
        Some(value) => float(value),
        // `0b` and `0o` are tried once more by that reader, in ways that only a fault would use.
        None if matches!(digits.as_bytes(), [b'0', b'o' | b'b', ..]) => GoScalar::Unusable,
        None => string(text),
    }
}

/// Reads a decimal number with or without point and exponent; none where it is not one, or not finite.
fn decimal(text: &str) -> Option<f64> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['-', '+']).unwrap_or(exponent))),
        None => (digits, None),
    };
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let (before, after) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let has_digits = !before.is_empty() || !after.is_empty();
    let is_number = has_digits
        && all_digits(before)
        && all_digits(after)
        && exponent.is_none_or(|exponent| !exponent.is_empty() && all_digits(exponent));
    text.parse().ok().filter(|value: &f64| is_number && value.is_finite())
}

/// Reads a time as Go does, where the text is one; writes it as RFC 3339 with as many digits as it needs.
pub(crate) fn timestamp(text: &str) -> Option<GoScalar> {
    let bytes = text.as_bytes();
    let begins_like_one = bytes.len() > 4 && bytes[..4].iter().all(u8::is_ascii_digit) && bytes[4] == b'-';
    if !begins_like_one {
        return None;
    }
    let mut rest = &text[5..];
    let month = short(&mut rest, 1, 12)?;
    let day = rest.strip_prefix('-').and_then(|after| {
        rest = after;
        short(&mut rest, 1, days_of(text[..4].parse().ok()?, month))
    })?;
    let date = format!("{}-{month:02}-{day:02}", &text[..4]);
    if rest.is_empty() {
        return Some(GoScalar::Time(date + "T00:00:00Z"));
    }
    let is_local = rest.starts_with(' ');
    rest = rest.strip_prefix(['T', 't', ' '])?;
    let hour = short(&mut rest, 0, 23)?;
    rest = rest.strip_prefix(':')?;
    let minute = short(&mut rest, 0, 59)?;
    rest = rest.strip_prefix(':')?;
    let second = short(&mut rest, 0, 59)?;
    let fraction = fraction(&mut rest);
    let zone = if is_local { rest.is_empty().then(|| "Z".to_owned())? } else { zone(rest)? };
    // Days of some years and zones that Go reads and cannot write are left to a person.
    if zone.starts_with(['+', '-']) && zone[1..3] > *"23" {
        return Some(GoScalar::Unusable);
    }
    Some(GoScalar::Time(format!("{date}T{hour:02}:{minute:02}:{second:02}{fraction}{zone}")))
}

/// Takes a number of one or two digits off the text.
fn short(rest: &mut &str, least: u32, most: u32) -> Option<u32> {
    let n_digits = rest.bytes().take(2).take_while(u8::is_ascii_digit).count();
    let value = rest[..n_digits].parse().ok().filter(|value| (least..=most).contains(value))?;
    *rest = &rest[n_digits..];
    Some(value)
}

fn days_of(year: u32, month: u32) -> u32 {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Takes a fraction of a second off the text; returns it with its point, without zeros at its end.
fn fraction(rest: &mut &str) -> String {
    let Some(after) = rest.strip_prefix(['.', ',']) else { return String::new() };
    let n_digits = after.bytes().take_while(u8::is_ascii_digit).count();
    if n_digits == 0 {
        return String::new();
    }
    *rest = &after[n_digits..];
    let digits = after[..n_digits.min(9)].trim_end_matches('0');
    if digits.is_empty() { String::new() } else { format!(".{digits}") }
}

/// Reads the offset of a zone.
fn zone(text: &str) -> Option<String> {
    if text == "Z" {
        return Some("Z".into());
    }
    let [b'+' | b'-', h, i, b':', m, n] = text.as_bytes() else { return None };
    let are_digits = [h, i, m, n].iter().all(|byte| byte.is_ascii_digit());
    let fits = are_digits && text[1..3] <= *"24" && text[4..6] < *"60";
    let is_utc = &text[1..] == "00:00";
    fits.then(|| if is_utc { "Z".into() } else { text.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_are_what_go_makes_of_them() {
        let int = |value| GoScalar::Value(Value::Int(value));
        for (text, expected) in [
            ("yes", string("yes")),
            ("0123", int(83)),
            ("08", float(8.0)),
            ("1_000", int(1000)),
            ("-0x1F", int(-31)),
            ("0b11", int(3)),
            ("0o17", int(15)),
            ("+5", int(5)),
            ("1e3", float(1000.0)),
            (".5", float(0.5)),
            ("._5", string("._5")),
            ("1.", float(1.0)),
            ("1:30", string("1:30")),
            ("-", string("-")),
            ("9223372036854775807", int(i64::MAX)),
            ("9223372036854775808", GoScalar::Unusable),
            ("18446744073709551616", float(18_446_744_073_709_551_616.0)),
            ("1e999", string("1e999")),
            (".inf", GoScalar::Unusable),
            ("-.INF", GoScalar::Unusable),
            ("0b12", GoScalar::Unusable),
            ("~", GoScalar::Value(Value::Null)),
        ] {
            assert_eq!(resolve(text), expected, "{text}");
        }
    }

    #[test]
    fn times_are_written_as_go_writes_them() {
        for (text, expected) in [
            ("2001-1-2", Some("2001-01-02T00:00:00Z")),
            ("2001-12-14t21:59:43.10-05:00", Some("2001-12-14T21:59:43.1-05:00")),
            ("2001-12-14 21:59:43.000", Some("2001-12-14T21:59:43Z")),
            ("2001-12-14T21:59:43+00:00", Some("2001-12-14T21:59:43Z")),
            ("2001-02-29", None),
            ("2001-12-14 21:59:43Z", None),
            ("2001-12", None),
            ("20011214", None),
        ] {
            let expected = expected.map(|text| GoScalar::Time(text.into()));
            assert_eq!(timestamp(text), expected, "{text}");
        }
    }
}
