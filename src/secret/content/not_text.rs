//! Bytes that are no text: what an editor, a console or a copy from a terminal leaves in a secret.

use super::{Fault, Reader, S3Key};
use crate::diag::{Severity, codes};

const BOM: &str = "\u{feff}";

/// Returns the text of bytes that are UTF-8 without a byte order mark and without NUL, as all readers want them.
pub(super) fn text(reader: Reader, bytes: &[u8]) -> Result<&str, Fault> {
    let fault = |said, help| Fault {
        code: &codes::SECRET_NOT_TEXT,
        severity: Severity::Error,
        said,
        note: reader.refused(),
        help,
    };
    let utf8 = "write the value as UTF-8 without a byte order mark; PowerShell does with `-Encoding ascii`";
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(fault("is text in UTF-16", utf8));
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Err(fault("is no text: it is not UTF-8", utf8));
    };
    // Go looks for the first line of a PEM at any line, so that a mark before a comment does no harm; it is one all the same.
    if text.starts_with(BOM) {
        return Err(fault("begins with a byte order mark", utf8));
    }
    if text.contains('\0') {
        return Err(fault(
            "has a NUL byte",
            "write the value alone; a variable of the environment cannot hold a NUL byte",
        ));
    }
    Ok(text)
}

/// Finds control characters other than those that end lines, which `ends` judges. JSON and PEM refuse them on their own.
pub(super) fn control(reader: Reader, text: &str) -> Option<Fault> {
    let severity = match reader {
        // In a header of each request, where Go refuses it.
        Reader::CredentialsFile(S3Key::Access) | Reader::AccountKey | Reader::Iam => Severity::Error,
        Reader::CredentialsFile(S3Key::Secret) | Reader::Keystone => Severity::Warning,
        Reader::Keyfile | Reader::CloudFront => return None,
    };
    let is_odd = |char: char| char.is_control() && !matches!(char, '\n' | '\r' | '\t');
    text.contains(is_odd).then_some(Fault {
        code: &codes::SECRET_NOT_TEXT,
        severity,
        said: "has a control character",
        note: "a copy from a terminal brings them along unseen",
        help: "write the value again, without what a terminal shows as colour or movement",
    })
}
