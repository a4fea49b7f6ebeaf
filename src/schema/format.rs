//! Forms of strings, read as the API server reads them (`k8s.io/kube-openapi/pkg/validation/strfmt`).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::table::Format;
use crate::name::is_dns_label;

/// Tells whether a text is in a form.
pub(super) fn fits(format: Format, text: &str) -> bool {
    match format {
        Format::Duration => is_duration(text),
        Format::Byte => is_base64(text),
        Format::DateTime => is_date_time(text),
        Format::Hostname => is_hostname(text),
        Format::Uri => is_uri(text),
        Format::Int32 | Format::Int64 | Format::Double => true,
    }
}

/// Returns what decides a form by the name that definitions give it; none for forms that every value has, that the API
/// server does not know, or that are not decided here.
pub(crate) fn by_name(name: &str) -> Option<fn(&str) -> bool> {
    Some(match name {
        "duration" => is_duration,
        "byte" => is_base64,
        "date-time" | "datetime" => is_date_time,
        "hostname" => is_hostname,
        "uri" => is_uri,
        "date" => is_date,
        "ipv4" => |text| text.parse::<Ipv4Addr>().is_ok(),
        "ipv6" => |text| text.parse::<Ipv6Addr>().is_ok(),
        "cidr" => is_cidr,
        "uuid" => is_uuid,
        "hexcolor" => is_hex_colour,
        _ => return None,
    })
}

fn is_date(text: &str) -> bool {
    text.len() == 10 && is_date_time(&format!("{text}T00:00:00Z"))
}

fn is_cidr(text: &str) -> bool {
    let Some((address, length)) = text.split_once('/') else { return false };
    let most = match address.parse::<IpAddr>() {
        Ok(IpAddr::V4(_)) => 32,
        Ok(IpAddr::V6(_)) => 128,
        Err(_) => return false,
    };
    let is_number = !length.is_empty() && length.bytes().all(|byte| byte.is_ascii_digit());
    is_number && length.parse::<u32>().is_ok_and(|length| length <= most)
}

/// Groups of 8, 4, 4, 4 and 12 hexadecimal digits, the dashes between them optional.
fn is_uuid(text: &str) -> bool {
    let mut rest = text;
    for (at, length) in [8, 4, 4, 4, 12].into_iter().enumerate() {
        rest = if at > 0 { rest.strip_prefix('-').unwrap_or(rest) } else { rest };
        let Some((group, after)) = rest.split_at_checked(length) else { return false };
        if !group.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return false;
        }
        rest = after;
    }
    rest.is_empty()
}

fn is_hex_colour(text: &str) -> bool {
    let digits = text.strip_prefix('#').unwrap_or(text);
    matches!(digits.len(), 3 | 6) && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Tells whether Go's `time.ParseDuration` reads the text, which is how operators read durations.
pub fn is_go_duration(text: &str) -> bool {
    go_duration(text).is_some()
}

/// Returns how long a duration is in nanoseconds, as Go's `time.ParseDuration` reads it.
pub(crate) fn go_duration(text: &str) -> Option<f64> {
    let sign = if text.starts_with('-') { -1.0 } else { 1.0 };
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    if text == "0" {
        return Some(0.0);
    }
    let mut rest = text;
    let mut nanoseconds = 0.0_f64;
    while !rest.is_empty() {
        let number_end = rest.find(|char: char| !char.is_ascii_digit() && char != '.').unwrap_or(rest.len());
        let (number, after) = rest.split_at(number_end);
        let unit_end = after.find(|char: char| char.is_ascii_digit() || char == '.').unwrap_or(after.len());
        let (unit, after) = after.split_at(unit_end);
        let factor = match unit {
            "ns" => 1.0,
            "us" | "µs" | "μs" => 1e3,
            "ms" => 1e6,
            "s" => 1e9,
            "m" => 60e9,
            "h" => 3600e9,
            _ => return None,
        };
        let has_digit = number.bytes().any(|byte| byte.is_ascii_digit());
        let is_number = has_digit && number.bytes().filter(|byte| *byte == b'.').count() <= 1;
        if !is_number {
            return None;
        }
        nanoseconds += number.trim_end_matches('.').parse::<f64>().unwrap_or(f64::INFINITY) * factor;
        rest = after;
    }
    (!text.is_empty() && nanoseconds < 9.223_372_036_854_775e18).then_some(sign * nanoseconds)
}

/// Tells whether the API server's `format: duration` takes the text: what Go reads, or any text in which a number stands
/// before a unit (`1 day`, `2wk`), wherever that is.
fn is_duration(text: &str) -> bool {
    is_go_duration(text) || has_number_and_unit(text)
}

fn has_number_and_unit(text: &str) -> bool {
    const UNITS: [&str; 15] =
        ["ns", "us", "µs", "ms", "s", "m", "h", "hr", "d", "w", "wk", "nano", "micro", "milli", "sec"];
    const PREFIXES: [&str; 8] = ["nano", "micro", "milli", "sec", "min", "hour", "day", "week"];
    let mut found = false;
    let mut rest = text;
    while let Some(start) = rest.find(|char: char| char.is_ascii_digit()) {
        let digits = &rest[start..];
        let end = digits.find(|char: char| !char.is_ascii_digit()).unwrap_or(digits.len());
        let spaced = digits[end..].trim_start_matches(['\t', '\n', '\u{c}', '\r', ' ']);
        let unit_end = spaced.find(|char: char| !char.is_ascii_alphabetic() && char != 'µ').unwrap_or(spaced.len());
        let unit = spaced[..unit_end].to_lowercase();
        rest = &digits[end..];
        if unit.is_empty() {
            continue;
        }
        if digits[..end].parse::<i64>().is_err() {
            return false;
        }
        found |= UNITS.contains(&unit.as_str()) || PREFIXES.iter().any(|prefix| unit.starts_with(prefix));
    }
    found
}

/// Tells whether a text is standard base64, padded, as Go's JSON decoder takes it, which skips line breaks.
fn is_base64(text: &str) -> bool {
    if text.contains(['\n', '\r']) {
        let joined: String = text.chars().filter(|char| !matches!(char, '\n' | '\r')).collect();
        return STANDARD.decode(joined).is_ok();
    }
    STANDARD.decode(text).is_ok()
}

fn is_date_time(text: &str) -> bool {
    use time::OffsetDateTime;
    use time::format_description::well_known::Rfc3339;
    OffsetDateTime::parse(text, &Rfc3339).is_ok()
}

fn is_hostname(text: &str) -> bool {
    text.len() <= 253 && text.to_ascii_lowercase().trim_end_matches('.').split('.').all(is_dns_label)
}

fn is_uri(text: &str) -> bool {
    let is_scheme = |scheme: &str| {
        scheme.starts_with(|char: char| char.is_ascii_alphabetic())
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    };
    let has_bad = text.chars().any(|char| char.is_control() || char == ' ');
    !has_bad && text.split_once("://").is_some_and(|(scheme, rest)| is_scheme(scheme) && !rest.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_those_of_the_api_server() {
        for good in ["0", "0s", "1h30m", "-1.5h", "+5s", ".5s", "5.s", "1us", "1µs", "60m0s", "100ms"] {
            assert!(is_go_duration(good), "{good}");
        }
        for bad in ["", "1", "s", "1d", "1 h", "1h 30m", "1.2.3s", "-", "+", "1e3s", "9999999999h"] {
            assert!(!is_go_duration(bad), "{bad}");
        }
        for lax in ["1d", "1 day", "2 weeks", "3 hours", "x 5 sec"] {
            assert!(is_duration(lax), "{lax}");
        }
        for bad in ["", "1", "soon", "5 months", "99999999999999999999s"] {
            assert!(!is_duration(bad), "{bad}");
        }
    }

    #[test]
    fn base64_is_padded_and_may_have_line_breaks() {
        assert!(is_base64("") && is_base64("YQ==") && is_base64("YWJj\nZGVm"));
        assert!(!is_base64("YQ") && !is_base64("a b") && !is_base64("*"));
    }
}
