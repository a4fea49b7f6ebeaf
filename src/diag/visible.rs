//! Makes characters that could act on a terminal, or deceive a reader, visible.
//!
//! The one escaper of the human format: control characters, bidirectional marks, line separators, and what YAML forbids.

use std::borrow::Cow;
use std::fmt::Write;

/// Returns the text with every acting or deceiving character written as `\u{…}`, and tabs and line breaks as `\t`, `\n`.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(acts) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for char in text.chars() {
        match char {
            '\t' => shown.push_str("\\t"),
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            char if acts(char) => {
                let _infallible = write!(shown, "\\u{{{:x}}}", char as u32);
            }
            char => shown.push(char),
        }
    }
    Cow::Owned(shown)
}

/// Returns the text cut to a readable length, visible, for quoting a value in a message.
pub fn quoted(text: &str) -> String {
    const LONGEST: usize = 80;
    let cut: String = text.chars().take(LONGEST).collect();
    let more = if cut.len() < text.len() { "…" } else { "" };
    format!("`{}{more}`", visible(&cut))
}

/// Tells whether a character acts on a terminal or deceives a reader.
pub(crate) fn acts(char: char) -> bool {
    matches!(char,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fdd0}'..='\u{fdef}' | '\u{fff9}'..='\u{ffff}'
        | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_act_is_shown_as_its_code_point() {
        assert_eq!(visible("a\u{1b}[31mb\u{202e}c\r\n"), "a\\u{1b}[31mb\\u{202e}c\\r\\n");
        assert!(matches!(visible("plain é"), Cow::Borrowed(_)));
    }
}
