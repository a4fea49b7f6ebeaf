//! A key of S3, which the operator writes as a line of an AWS credentials file, and the SDK reads out of it.

use super::{Fault, Reader, S3Key};
use crate::diag::{Severity, codes};

/// How the SDK reads a value of a credentials file, which has no form for some.
#[derive(Debug, PartialEq, Eq)]
enum Read<'t> {
    /// As this.
    As(&'t str),
    /// As nothing, so that the key is missing.
    Nothing,
    /// Not at all, and nothing else of the file.
    Refused,
}

/// Judges whether the key that the SDK reads is the one that was given.
pub(super) fn fault(key: S3Key, text: &str) -> Option<Fault> {
    let reader = Reader::CredentialsFile(key);
    let fault =
        |said, note, help| Some(Fault { code: &codes::SECRET_MISREAD, severity: Severity::Error, said, note, help });
    let alone = "write the key alone, without a line break, as `printf %s` does";
    match read(text) {
        Read::Nothing => fault(
            "begins with a line break, so that the operator's credentials file has no key",
            "the cluster would show Progressing=True, reason `Error`: `unable to sync storage configuration: …`",
            alone,
        ),
        Read::Refused => fault(
            "begins with a character that a credentials file cannot have there",
            "the cluster would show Progressing=True, reason `Error`: `unable to sync storage configuration: …`",
            "have the store make another key: the operator keeps it in a credentials file, where `#`, `;` and `\"` at the start mean something else",
        ),
        Read::As(read) if read == text.trim_matches(['\n', '\r', ' ', '\t']) => None,
        // Quotes around the whole key are dropped, which is what whoever wrote them meant.
        Read::As(read) if text.trim_end_matches(['\n', '\r', ' ']) == format!("\"{read}\"") => None,
        Read::As(_) if text.trim().contains('\n') => {
            fault("has more than one line, of which the first is read", reader.refused(), alone)
        }
        Read::As(_) => fault(
            "is cut short where a credentials file would have a comment or a closing quote",
            reader.refused(),
            "have the store make another key: the operator keeps it in a credentials file, where ` #`, ` ;` and `\"` at the start mean something else",
        ),
    }
}

/// Reads a value as the SDK does.
///
/// Source: aws/aws-sdk-go `internal/ini`, by what version 1.44 gives for each of the values in the test below.
fn read(value: &str) -> Read<'_> {
    let value = value.trim_start_matches([' ', '\t']);
    let line = value.split('\n').next().unwrap_or_default();
    let line =
        if line.len() < value.len() || value.ends_with('\r') { line.strip_suffix('\r').unwrap_or(line) } else { line };
    if line.is_empty() {
        return Read::Nothing;
    }
    if line.starts_with(['#', ';']) {
        return Read::Refused;
    }
    if let Some(quoted) = line.strip_prefix('"') {
        return quoted.split_once('"').map_or(Read::Refused, |(read, _)| Read::As(read));
    }
    let comment = [" #", " ;"].iter().filter_map(|start| line.find(start)).min();
    Read::As(line[..comment.unwrap_or(line.len())].trim_end_matches(' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_read_as_the_sdk_reads_it() {
        for (value, expected) in [
            ("abc/def+x=", Read::As("abc/def+x=")),
            ("abc\n", Read::As("abc")),
            ("abc\r\n", Read::As("abc")),
            ("abc\n\n", Read::As("abc")),
            ("abc\r", Read::As("abc")),
            ("abc  ", Read::As("abc")),
            (" abc", Read::As("abc")),
            ("\tabc", Read::As("abc")),
            ("abc\t", Read::As("abc\t")),
            ("abc\t ", Read::As("abc\t")),
            ("abc\n \n", Read::As("abc")),
            ("\nabc", Read::Nothing),
            ("ab c", Read::As("ab c")),
            ("ab\nc", Read::As("ab")),
            ("a\rbc", Read::As("a\rbc")),
            ("ab#c", Read::As("ab#c")),
            ("ab# c", Read::As("ab# c")),
            ("ab\t#c", Read::As("ab\t#c")),
            ("ab #c", Read::As("ab")),
            ("ab ;c", Read::As("ab")),
            ("#abc", Read::Refused),
            (";abc", Read::Refused),
            (" #abc", Read::Refused),
            ("\"abc\"", Read::As("abc")),
            ("\"ab\"c", Read::As("ab")),
            ("\"abc", Read::Refused),
            ("a\"bc", Read::As("a\"bc")),
            ("'abc'", Read::As("'abc'")),
            ("=a=b=c", Read::As("=a=b=c")),
            ("[abc]", Read::As("[abc]")),
            ("a${x}b{{ y }}{% z %}", Read::As("a${x}b{{ y }}{% z %}")),
            ("\u{e4}b", Read::As("\u{e4}b")),
        ] {
            assert_eq!(read(value), expected, "{value:?}");
        }
    }
}
