//! Text of others within a comment: the one escaper of the form, and the fence around what needs none.

use std::fmt::Write;

use super::super::values::cut;

/// The most characters of a text outside of fences.
const LONGEST_TEXT: usize = 400;

/// The most characters of a line within a fence.
const LONGEST_LINE: usize = 1000;

/// Writes a text as code within a line of HTML.
///
/// Pages look for no mention, issue or address in code. Those characters that begin one, and those of HTML and Markdown, are
/// written as entities beside that: some servers look through the text before it is a page.
pub(super) fn code(text: &str) -> String {
    let mut out = "<code>".to_owned();
    for char in cut(text, LONGEST_TEXT).chars() {
        match char {
            '&' | '<' | '>' | '"' | '\'' | '@' | '#' | '!' | '`' | '*' | '_' | '~' | '[' | ']' | '|' | '\\' | '$' => {
                let _infallible = write!(out, "&#{};", u32::from(char));
            }
            char => out.push(char),
        }
    }
    // `http://`, `https://` and `www.` make links of what follows.
    let out = out.replace("://", "&#58;//").replace("www.", "www&#46;");
    out + "</code>"
}

/// A line of a diff as far as a comment shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// What is shown.
    pub(super) text: String,
    /// Whether the end of it is not.
    pub(super) is_cut: bool,
}

/// Makes a line no longer than one shall be.
pub(super) fn shortened(line: &str) -> Line {
    match line.char_indices().nth(LONGEST_LINE) {
        None => Line { text: line.into(), is_cut: false },
        Some((end, _)) => Line { text: format!("{}…", &line[..end]), is_cut: true },
    }
}

/// Returns a fence that none of the lines can close.
pub(super) fn fence(lines: &[Line]) -> String {
    let longest = lines.iter().map(|line| longest_run(&line.text)).max().unwrap_or_default();
    "`".repeat(longest.max(2) + 1)
}

fn longest_run(line: &str) -> usize {
    line.split(|char| char != '`').map(str::len).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_code_and_nothing_in_it_is_a_mention_a_link_or_a_tag() {
        assert_eq!(code("a"), "<code>a</code>");
        let safe = code("@team #1 !2 GH-1 </code><img src=x> http://a www.b `c` a@b.example \n@x");
        let inside = safe.strip_prefix("<code>").and_then(|safe| safe.strip_suffix("</code>")).unwrap();
        assert!(!inside.contains(['@', '<', '>', '`', '\n', '!', '"']), "{inside}");
        assert!(!inside.contains("://") && !inside.contains("www."), "{inside}");
        assert!(inside.starts_with("&#64;team &#35;1"), "{inside}");
    }

    #[test]
    fn a_fence_is_longer_than_any_run_within_it() {
        let lines = |texts: &[&str]| texts.iter().map(|text| shortened(text)).collect::<Vec<_>>();
        assert_eq!(fence(&lines(&["a"])), "```");
        assert_eq!(fence(&lines(&["+```", "-a ````` b"])), "``````");
    }

    #[test]
    fn a_line_is_cut_between_characters() {
        let line = shortened(&"é".repeat(LONGEST_LINE + 1));
        assert!(line.is_cut && line.text.chars().count() == LONGEST_LINE + 1);
        assert!(!shortened(&"é".repeat(LONGEST_LINE)).is_cut);
    }
}
