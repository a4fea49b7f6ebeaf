//! Words of a POSIX shell: the one escaper for commands that are printed for people to run.

use crate::diag::visible::inert;

/// Returns a text as one word that a POSIX shell reads as that very text, on one line and with no character that acts on a
/// terminal; none for what cannot be written so: a NUL, and a line break at the end.
pub(crate) fn word(text: &str) -> Option<String> {
    const PLAIN: &[u8] = b"_./:=@%+,-";
    if text.contains('\0') {
        return None;
    }
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || PLAIN.contains(&byte);
    if !text.is_empty() && text.bytes().all(is_plain) {
        return Some(text.to_owned());
    }
    if inert(text) == text && !text.contains("##") {
        return Some(format!("'{}'", text.replace('\'', r"'\''")));
    }
    // What a command substitution puts in its place loses the line breaks at its end.
    if text.ends_with('\n') {
        return None;
    }
    let is_kept = |byte: u8| byte.is_ascii_alphanumeric() || b"_./-".contains(&byte);
    let octal = |byte: u8| if is_kept(byte) { char::from(byte).to_string() } else { format!("\\0{byte:03o}") };
    let octal: String = text.bytes().map(octal).collect();
    Some(format!("\"$(printf %b '{octal}')\""))
}

/// Returns the path of a file as a word that no program takes for an option.
pub(crate) fn path(text: &str) -> Option<String> {
    word(&if text.starts_with('-') { format!("./{text}") } else { text.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_plain_where_it_can_be_and_one_line_always() {
        let check = |text: &str, expected: &str| assert_eq!(word(text).as_deref(), Some(expected));
        check("registry/prod-eu-1.yaml", "registry/prod-eu-1.yaml");
        check("", "''");
        check("$(id) `id` \"a\" *", "'$(id) `id` \"a\" *'");
        check("it's", r"'it'\''s'");
        check("a\nb%s", r#""$(printf %b 'a\0012b\0045s')""#);
        check("\u{1b}[2J", r#""$(printf %b '\0033\01332J')""#);
        check("##[error]", r#""$(printf %b '\0043\0043\0133error\0135')""#);
        assert_eq!(word("a\n"), None);
        assert_eq!(word("a\0b"), None);
        assert_eq!(path("-rf").as_deref(), Some("./-rf"));
    }
}
