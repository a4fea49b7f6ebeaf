//! How a scalar is written: plain, as a literal block, or in double quotes.
//!
//! Plain is what needs an excuse: no reader of YAML 1.1, 1.2 or something between may take the text for anything but
//! itself, so what looks like a number, a date or a word of theirs is quoted, and so is what has an odd character.

use std::fmt::Write;

use crate::diag::visible::acts;

/// How a text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// As it is.
    Plain,
    /// As lines under `|`.
    Literal,
    /// In double quotes, with escapes.
    Quoted,
}

/// Chooses the style of a text.
pub(super) fn style(text: &str) -> Style {
    if is_plain(text) {
        Style::Plain
    } else if is_literal(text) {
        Style::Literal
    } else {
        Style::Quoted
    }
}

/// Writes a key, which stands on one line.
pub(super) fn push_key(out: &mut String, text: &str) {
    if is_plain(text) { out.push_str(text) } else { push_quoted(out, text) }
}

/// Writes a text in double quotes.
pub(super) fn push_quoted(out: &mut String, text: &str) {
    out.push('"');
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            char if is_shown(char) => out.push(char),
            char => {
                let code = char as u32;
                // The two forms that every reader knows; JSON's pairs of surrogates are not YAML's.
                let _infallible =
                    if code <= 0xffff { write!(out, "\\u{code:04X}") } else { write!(out, "\\U{code:08X}") };
            }
        }
    }
    out.push('"');
}

/// Writes a finite number so that every reader takes it for one that is not whole: with a point, and with a sign in the
/// exponent, as YAML 1.1 wants it.
pub(super) fn float(value: f64) -> String {
    let shortest = format!("{value:?}");
    let Some((mantissa, exponent)) = shortest.split_once('e') else { return shortest };
    let point = if mantissa.contains('.') { "" } else { ".0" };
    let sign = if exponent.starts_with('-') { "" } else { "+" };
    format!("{mantissa}{point}e{sign}{exponent}")
}

/// Tells whether a character may stand in the output as it is, apart from a line's end.
fn is_shown(char: char) -> bool {
    // The last two code points of each plane are no characters, and readers differ about them.
    char == '\t' || !(acts(char) || (char as u32) & 0xfffe == 0xfffe)
}

fn is_plain(text: &str) -> bool {
    let mut chars = text.chars();
    let Some(first) = chars.next() else { return false };
    let starts_well = match first {
        '.' => chars.clone().next().is_some_and(|next| next.is_ascii_alphabetic()),
        '/' | '_' | '$' | '(' => true,
        first => first.is_alphanumeric(),
    };
    if !starts_well || text.ends_with([' ', ':']) {
        return false;
    }
    let mut before = first;
    for char in chars {
        let is_break = (char == ' ' && before == ':') || (char == '#' && before == ' ');
        if is_break || !(matches!(char, ' '..='~') || (!char.is_ascii() && char.is_alphanumeric())) {
            return false;
        }
        before = char;
    }
    !is_word(text) && !is_numeric(first, text)
}

/// The words that some reader takes for a boolean, null or a number, in lowercase.
const WORDS: [&str; 14] =
    [".inf", ".nan", "false", "inf", "infinity", "n", "nan", "no", "null", "off", "on", "true", "y", "yes"];

fn is_word(text: &str) -> bool {
    text.len() <= 8 && WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
}

/// Tells whether a text begins as a number and has nothing that no number, date or time of any reader has.
fn is_numeric(first: char, text: &str) -> bool {
    let in_number = |char: char| {
        char.is_ascii_hexdigit()
            || matches!(char, '_' | '.' | ':' | '+' | '-' | ',' | ' ' | 'x' | 'X' | 'o' | 'O')
            || matches!(char, 'p' | 'P' | 't' | 'T' | 'z' | 'Z')
    };
    first.is_numeric() && (!first.is_ascii() || text.chars().all(in_number))
}

/// Tells whether the lines of a text survive in a literal block, in readers and in editors.
fn is_literal(text: &str) -> bool {
    let Some(body) = text.contains('\n').then(|| text.strip_suffix('\n').unwrap_or(text)) else { return false };
    // The first line shows the readers the indent, and a line that ends in white space loses it to an editor.
    let starts_well = !body.starts_with([' ', '\n', '\t']);
    let line_survives =
        |line: &str| !line.starts_with('\t') && !line.ends_with([' ', '\t']) && line.chars().all(is_shown);
    starts_well && !body.is_empty() && !body.ends_with('\n') && body.split('\n').all(line_survives)
}
