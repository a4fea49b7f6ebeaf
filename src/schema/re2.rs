//! Patterns written for RE2, which the API server uses, compiled by the crate `regex`.
//!
//! Both are linear in time and agree but for two points, which [`translate`] settles: `\d`, `\s` and `\w` are ASCII in RE2,
//! and inside brackets RE2 knows no nested classes or set operations.

use regex::{Regex, RegexBuilder};

/// The most memory that a compiled pattern may take.
const LARGEST: usize = 1 << 20;

/// Compiles a pattern of RE2.
pub(crate) fn compile(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(&translate(pattern)).size_limit(LARGEST).build()
}

fn translate(pattern: &str) -> String {
    let mut translated = String::with_capacity(pattern.len() + 16);
    let mut rest = pattern.chars().peekable();
    let mut in_class = false;
    while let Some(char) = rest.next() {
        match (char, in_class) {
            ('\\', _) => match rest.next() {
                Some('d') => translated.push_str("[0-9]"),
                Some('D') => translated.push_str("[^0-9]"),
                Some('s') => translated.push_str("[\\t\\n\\f\\r ]"),
                Some('S') => translated.push_str("[^\\t\\n\\f\\r ]"),
                Some('w') => translated.push_str("[0-9A-Za-z_]"),
                Some('W') => translated.push_str("[^0-9A-Za-z_]"),
                Some(escaped) => translated.extend(['\\', escaped]),
                None => translated.push('\\'),
            },
            ('[', false) => {
                in_class = true;
                translated.push('[');
                // A bracket that comes first, even after `^`, is a member of the class.
                translated.extend(rest.next_if_eq(&'^'));
                if rest.next_if_eq(&']').is_some() {
                    translated.push_str("\\]");
                }
            }
            ('[', true) if rest.peek() == Some(&':') => {
                translated.push('[');
                for char in rest.by_ref() {
                    translated.push(char);
                    if char == ']' {
                        break;
                    }
                }
            }
            ('[' | '&' | '~', true) => translated.extend(['\\', char]),
            (']', true) => {
                in_class = false;
                translated.push(']');
            }
            _ => translated.push(char),
        }
    }
    translated
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_those_of_re2() {
        assert!(!compile(r"^\d+$").unwrap().is_match("٣"));
        assert!(!compile(r"^\w+$").unwrap().is_match("é"));
        assert!(compile(r"^[\w.]+$").unwrap().is_match("a.b"));
        assert!(compile("^[[&&a]+$").unwrap().is_match("[&a"));
        assert!(compile("^[]a]+$").unwrap().is_match("]a"));
        assert!(compile("^[[:alpha:]_]+$").unwrap().is_match("a_b"));
    }
}
