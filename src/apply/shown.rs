//! Paths of fields as people write and read them: `spec.routes[name=public].hostname`.
//!
//! Fields by name, items of keyed lists by their keys, items of sets by their value, all other items by their number. What
//! could be misread stands in quotes.

use std::fmt::Write;

use super::element::{Element, Scalar};

/// Shows a path, without a dot at its beginning; nothing for the object itself.
pub fn shown(path: &[Element]) -> String {
    let mut text = String::new();
    for element in path {
        match element {
            Element::Field(name) if is_plain(name) => {
                text += if text.is_empty() { "" } else { "." };
                text += name;
            }
            Element::Field(name) => bracketed(&mut text, &in_quotes(name)),
            Element::Key(keys) => {
                let keys: Vec<String> = keys.iter().map(|(key, value)| format!("{key}={}", of_value(value))).collect();
                bracketed(&mut text, &keys.join(","));
            }
            Element::Value(value) => bracketed(&mut text, &format!("={}", of_value(value))),
            Element::Index(index) => bracketed(&mut text, &index.to_string()),
        }
    }
    text
}

fn bracketed(text: &mut String, step: &str) {
    text.extend(["[", step, "]"]);
}

fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

fn of_value(value: &Scalar) -> String {
    let text = value.to_string();
    let is_plain = !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/' | b':'));
    if is_plain { text } else { in_quotes(&text) }
}

fn in_quotes(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for char in text.chars() {
        match char {
            '"' | '\\' => quoted.extend(['\\', char]),
            char if char.is_control() => _ = write!(quoted, "\\u{{{:x}}}", char as u32),
            char => quoted.push(char),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_read_by_people_and_cannot_be_misread() {
        let field = |name: &str| Element::field(name);
        let text = |text: &str| Scalar::String(text.into());
        let keys = Element::key([("name".into(), text("public"))]);
        assert_eq!(
            shown(&[field("spec"), field("routes"), keys, field("hostname")]),
            "spec.routes[name=public].hostname"
        );
        let odd = shown(&[field("metadata"), field("annotations"), field("a.b/\"c\"\n")]);
        assert_eq!(odd, r#"metadata.annotations["a.b/\"c\"\u{a}"]"#);
        assert_eq!(shown(&[field("a"), Element::Index(2)]), "a[2]");
        assert_eq!(shown(&[field("a"), Element::Value(text("x y"))]), "a[=\"x y\"]");
        assert_eq!(shown(&[]), "");
    }
}
