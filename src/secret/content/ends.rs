//! Line breaks, spaces and quotes around a value: what an editor adds, and a shell or another format would take off.

use super::{Fault, Reader};
use crate::diag::{Severity, codes};

/// Judges what stands around a value that is read byte for byte, or by what drops it.
pub(super) fn fault(reader: Reader, text: &str) -> Option<Fault> {
    let fault = |severity, said, note, help| Some(Fault { code: &codes::SECRET_MISREAD, severity, said, note, help });
    let without = "write the value without it, as `printf %s` does, or `$(cat FILE)` where a variable is set";
    let (start, end) = (text.trim_start(), text.trim_end());
    let around = (&text[..text.len() - start.len()], &text[end.len()..]);
    let breaks = |part: &str| part.contains(['\n', '\r']);
    match reader {
        Reader::Keystone | Reader::Iam if end.is_empty() => {
            fault(Severity::Error, "is blank", reader.refused(), "write the value")
        }
        Reader::Keystone | Reader::Iam if breaks(around.1) => {
            fault(Severity::Error, "ends in a line break, which is taken for a part of it", reader.refused(), without)
        }
        Reader::Keystone | Reader::Iam if breaks(around.0) => fault(
            Severity::Error,
            "begins with a line break, which is taken for a part of it",
            reader.refused(),
            without,
        ),
        Reader::Keystone | Reader::Iam if start != text || end != text => {
            // A password may have a space there, a key of IAM has none.
            let severity = if reader == Reader::Iam { Severity::Error } else { Severity::Warning };
            fault(severity, "has a space around it, which is taken for a part of it", reader.refused(), without)
        }
        Reader::Iam if text.starts_with(['"', '{']) || text.ends_with(['"', '}']) => fault(
            Severity::Error,
            "stands in quotes or braces",
            "the SDK of IBM refuses it: `The ApiKey shouldn't start or end with curly brackets or quotes`",
            "write the key alone",
        ),
        Reader::Keystone if text.len() > 1 && text.starts_with('"') && text.ends_with('"') => fault(
            Severity::Info,
            "stands in quotes, which are taken for a part of it",
            reader.refused(),
            "write the value without quotes, unless they are a part of it",
        ),
        // Base64 and credentials files are read without these.
        Reader::AccountKey | Reader::CredentialsFile(_) if breaks(around.0) || breaks(around.1) => fault(
            Severity::Info,
            "has a line break around it, which is dropped where it is read",
            "what else reads the Secret may take it for a part of the key",
            without,
        ),
        Reader::CloudFront if text.contains('\r') => fault(
            Severity::Info,
            "has lines that end in CR LF",
            "the registry reads it all the same; what else reads the Secret may not",
            "write it with lines that end in LF, as `tr -d '\\r'` does",
        ),
        Reader::CloudFront if !text.ends_with('\n') => fault(
            Severity::Info,
            "has no line break at its end",
            "the registry reads it all the same; what puts another block behind it makes one line of two",
            "end the last line, as a text file does",
        ),
        _ => None,
    }
}
