//! The account key of Azure, which the registry decodes as base64 when it starts.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::form::is_aws;
use super::{Fault, Reader, S3Key};
use crate::diag::{Severity, codes};

/// Judges whether the key can be decoded, and is not the base64 of one that can.
pub(super) fn fault(text: &str) -> Option<Fault> {
    let fault = |said, note, help| {
        Some(Fault { code: &codes::SECRET_OF_OTHER_FORM, severity: Severity::Error, said, note, help })
    };
    // Go passes over line breaks in base64, and over nothing else.
    let lines: Zeroizing<String> = Zeroizing::new(text.chars().filter(|char| !matches!(char, '\n' | '\r')).collect());
    let help =
        "copy `key1` or `key2` of the account as it stands, all of it: `az storage account keys list` shows both";
    if is_aws(S3Key::Access, text.trim()) || is_aws(S3Key::Secret, text.trim()) {
        let note = "requests are signed with another key, and Azure answers 403: `AuthenticationFailed`";
        return fault("looks like a key of AWS", note, help);
    }
    let Ok(decoded) = STANDARD.decode(lines.as_bytes()).map(Zeroizing::new) else {
        return fault("is no account key: it is not base64", Reader::AccountKey.refused(), help);
    };
    if decoded.is_empty() {
        return fault("is blank", Reader::AccountKey.refused(), help);
    }
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'\n' | b'\r');
    let is_twice = decoded.len() >= 32 && decoded.iter().all(is_letter);
    if is_twice {
        return fault(
            "is the base64 of base64",
            "requests are signed with another key, and Azure answers 403: `AuthenticationFailed`",
            "write the account key itself: `data` of a Secret is base64 already, once",
        );
    }
    None
}
