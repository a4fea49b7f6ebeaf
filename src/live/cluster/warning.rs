//! `Warning` headers -> what a server warns of, one line each.
//!
//! Source: RFC 7234, 5.5; kubernetes/apimachinery `pkg/util/net/http.go` (`ParseWarningHeaders`).

use http::HeaderMap;
use http::header::WARNING;

use super::hide::Hide;

/// The most warnings that are kept of one answer.
const MOST: usize = 32;

/// Returns the texts of all warnings with the code 299, each once.
pub(super) fn warnings(headers: &HeaderMap, hide: &Hide) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for value in headers.get_all(WARNING) {
        let text = String::from_utf8_lossy(value.as_bytes());
        let mut rest = &*text;
        while let Some((code, words, after)) = next(rest) {
            let words = hide.said(&words);
            if code == 299 && !words.is_empty() && !all.contains(&words) && all.len() < MOST {
                all.push(words);
            }
            rest = after;
        }
    }
    all
}

/// Reads `code agent "text" ["date"]`, and returns what follows behind its comma; none where no warning begins.
fn next(text: &str) -> Option<(u16, String, &str)> {
    let text = text.trim_start_matches([',', ' ', '\t']);
    let (code, rest) = text.split_at_checked(3)?;
    let code = code.parse().ok()?;
    let (_agent, rest) = rest.strip_prefix(' ')?.split_once(' ')?;
    let (words, rest) = quoted(rest.trim_start())?;
    let rest = match quoted(rest.trim_start()) {
        Some((_date, rest)) => rest,
        None => rest,
    };
    Some((code, words, rest))
}

/// Reads a text in quotation marks, and returns what follows.
fn quoted(text: &str) -> Option<(String, &str)> {
    let text = text.strip_prefix('"')?;
    let mut words = String::new();
    let mut chars = text.char_indices();
    while let Some((at, char)) = chars.next() {
        match char {
            '"' => return Some((words, &text[at + 1..])),
            '\\' => words.push(chars.next()?.1),
            char => words.push(char),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn of(values: &[&[u8]]) -> Vec<String> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(WARNING, HeaderValue::from_bytes(value).unwrap());
        }
        warnings(&headers, &Hide::default())
    }

    #[test]
    fn warnings_are_read_as_the_api_server_writes_them() {
        assert_eq!(of(&[br#"299 - "unknown field \"spec.a\"""#]), [r#"unknown field "spec.a""#]);
        let several = br#"299 - "one, two" "Sat, 25 Aug 2012 23:34:45 GMT", 199 x "other", 299 a:1 "three""#;
        assert_eq!(of(&[several, br#"299 - "three""#]), ["one, two", "three"]);
    }

    #[test]
    fn what_is_no_warning_is_passed_over_and_nothing_in_one_acts() {
        assert_eq!(of(&[b"299", b"299 -", b"x", b"299 - \"open", b"299 - \"\"", "2é9 - \"a\"".as_bytes()]), [""; 0]);
        assert_eq!(of(&[b"299 - \"a\tb \xff\""]), ["a b \\u{fffd}"]);
        let many = (0..100).map(|at| format!("299 - \"{at}\"")).collect::<Vec<_>>().join(",");
        assert_eq!(of(&[many.as_bytes()]).len(), MOST);
    }
}
