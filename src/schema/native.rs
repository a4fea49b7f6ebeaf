//! Patterns that nearly every cluster needs, as plain code: compiling a pattern takes longer than all else that a run does
//! with it.
//!
//! A test holds each to its pattern, on every short text of the letters that matter.

/// Returns the code that decides a pattern, if there is some.
pub(super) fn of(pattern: &str) -> Option<fn(&str) -> bool> {
    Some(match pattern {
        r"^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))))?$" => {
            is_quantity
        }
        r"^(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))(([KMGTPE]i)|[mkMGTPE])?$" => is_size,
        r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$" => is_subdomain,
        r"^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$" => is_subdomain_or_empty,
        r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$" => is_label,
        r"^[-._a-zA-Z0-9]+$" => is_data_key,
        r"^[0-9a-z]+(-[0-9a-z]+)*$" => is_container,
        r"^[A-Za-z0-9]([-A-Za-z0-9.]*[A-Za-z0-9])?(:[0-9]{1,5})?$" => is_host,
        _ => return None,
    })
}

fn is_quantity(text: &str) -> bool {
    let Some(suffix) = after_number(text.strip_prefix(['+', '-']).unwrap_or(text)) else { return false };
    let exponent = suffix.strip_prefix(['e', 'E']).map(|rest| rest.strip_prefix(['+', '-']).unwrap_or(rest));
    is_suffix(suffix, "numkMGTPE") || exponent.and_then(after_number) == Some("")
}

fn is_size(text: &str) -> bool {
    after_number(text).is_some_and(|suffix| is_suffix(suffix, "mkMGTPE"))
}

/// Returns what follows digits with at most one point among or before them.
fn after_number(text: &str) -> Option<&str> {
    let after_digits = |text: &'_ str| text.trim_start_matches(|char: char| char.is_ascii_digit()).len();
    let whole = text.len() - after_digits(text);
    match text[whole..].strip_prefix('.') {
        Some(rest) => {
            let after = after_digits(rest);
            (whole > 0 || after < rest.len()).then(|| &rest[rest.len() - after..])
        }
        None => (whole > 0).then(|| &text[whole..]),
    }
}

fn is_suffix(text: &str, decimal: &str) -> bool {
    match text.as_bytes() {
        [] => true,
        [byte] => decimal.as_bytes().contains(byte),
        [byte, b'i'] => b"KMGTPE".contains(byte),
        _ => false,
    }
}

fn is_subdomain(text: &str) -> bool {
    text.split('.').all(is_label)
}

fn is_subdomain_or_empty(text: &str) -> bool {
    text.is_empty() || is_subdomain(text)
}

fn is_label(text: &str) -> bool {
    is_lower(text.bytes(), b"-") && !text.starts_with('-') && !text.ends_with('-')
}

fn is_container(text: &str) -> bool {
    text.split('-').all(|part| is_lower(part.bytes(), b""))
}

fn is_lower(mut bytes: impl ExactSizeIterator<Item = u8>, also: &[u8]) -> bool {
    bytes.len() > 0 && bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || also.contains(&byte))
}

fn is_data_key(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
}

fn is_host(text: &str) -> bool {
    let (host, port) = text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port)));
    let is_word = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = host.as_bytes();
    is_word(bytes.first())
        && is_word(bytes.last())
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(byte))
        && port.is_none_or(|port| (1..=5).contains(&port.len()) && port.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::re2;
    use super::super::table::each_pattern;
    use super::*;

    /// The letters that some pattern treats in a way of its own, and two that none knows.
    const LETTERS: [&str; 12] = ["a", "0", "5", "-", ".", "_", ":", "+", "e", "G", "i", "é"];

    fn texts(length: usize) -> Vec<String> {
        if length == 0 {
            return vec![String::new()];
        }
        let shorter = texts(length - 1);
        LETTERS.iter().flat_map(|letter| shorter.iter().map(move |text| text.clone() + letter)).collect()
    }

    #[test]
    fn plain_code_decides_as_the_pattern_does() {
        let mut patterns = BTreeSet::new();
        each_pattern(&mut |pattern| _ = patterns.insert(pattern.source));
        patterns.retain(|pattern| of(pattern).is_some());
        assert_eq!(patterns.len(), 8, "plain code for a pattern that no description has: {patterns:?}");
        for pattern in patterns {
            let (regex, code) = (re2::compile(pattern).unwrap(), of(pattern).unwrap());
            for text in (0..=4).flat_map(texts).chain(["a:12345", "a:123456", "1.5e+2.5", "a\n"].map(String::from)) {
                assert_eq!(regex.is_match(&text), code(&text), "{pattern} on {text:?}");
            }
        }
    }
}
