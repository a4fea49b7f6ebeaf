//! Makes characters that could act on a terminal, or deceive a reader, visible.
//!
//! The one escaper of the human format: control characters, bidirectional marks, line separators, and what YAML forbids.
//! Users and passwords in addresses are made invisible on the way.

use std::borrow::Cow;
use std::fmt::Write;

use crate::tree::sensitive::without_passwords;

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

/// Returns the text as one line that is visible and that no CI system takes for a command to itself.
///
/// GitHub acts on `::name` at the start of a line and on `##[name]` anywhere in it; Azure Pipelines and TeamCity act on
/// `##vso[` and `##teamcity[`. The character that makes it a command is written as its code point.
pub fn inert(line: &str) -> Cow<'_, str> {
    let line = without_passwords(line);
    let shown = match &line {
        Cow::Borrowed(line) => visible(line),
        Cow::Owned(line) => Cow::Owned(visible(line).into_owned()),
    };
    let starts_command = shown.trim_start().starts_with("::");
    if !starts_command && !shown.contains("##") {
        return shown;
    }
    let mut inert = String::with_capacity(shown.len() + 16);
    let mut rest = &*shown;
    if starts_command {
        let (indent, command) = rest.split_at(rest.len() - rest.trim_start().len());
        inert.push_str(indent);
        inert.push_str("\\u{3a}");
        rest = &command[1..];
    }
    while let Some(at) = rest.find("##") {
        let name = rest[at..].trim_start_matches('#');
        let bracket = rest.len() - name.trim_start_matches(|char: char| char.is_ascii_alphabetic()).len();
        inert.push_str(&rest[..bracket]);
        rest = &rest[bracket..];
        if let Some(after) = rest.strip_prefix('[') {
            inert.push_str("\\u{5b}");
            rest = after;
        }
    }
    inert.push_str(rest);
    Cow::Owned(inert)
}

/// Returns the text cut to a readable length, visible, for quoting a value in a message.
pub fn quoted(text: &str) -> String {
    const LONGEST: usize = 80;
    // Before it is cut: half an address does not look like one.
    let text = &*without_passwords(text);
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

    #[test]
    fn no_line_is_a_command_to_a_ci_system() {
        assert_eq!(inert("::error::x"), "\\u{3a}:error::x");
        assert_eq!(inert("  ::add-mask::x"), "  \\u{3a}:add-mask::x");
        assert_eq!(inert("a ##[group]b ###vso[task.x]"), "a ##\\u{5b}group]b ###vso\\u{5b}task.x]");
        assert_eq!(inert("a::b ## c [d]"), "a::b ## c [d]");
        assert_eq!(inert("a\n::error::b"), "a\\n::error::b");
    }
}
