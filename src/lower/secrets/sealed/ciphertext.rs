//! The form of a sealed value: what can be told of it without a key.
//!
//! Comes in: a text that should be sealed. Goes out: the same without line breaks, or in words why it is none. A text that
//! is none may be the secret itself, so that no word of it is ever said.

use std::borrow::Cow;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};

use crate::mutation::is_off;

/// Base64 as the controller takes it, which looks at no bits behind the last byte.
const BASE64: GeneralPurpose =
    GeneralPurpose::new(&alphabet::STANDARD, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));

/// The bytes of an RSA modulus, from 1024 bits on, which are those of the session key once it is encrypted with it.
const RSA_BYTES: std::ops::RangeInclusive<usize> = 128..=2048;

/// The bytes that AES-GCM adds to what it encrypts.
const TAG_BYTES: usize = 16;

/// The most bytes that the API server takes for the values of a Secret.
const MOST_BYTES: usize = 1 << 20;

/// Returns a sealed value as the controller reads it: without the line breaks that it passes over.
///
/// The form is that of `HybridEncrypt`: the length of the encrypted session key in two bytes, that key, the value behind
/// AES-GCM with its tag.
/// Source: bitnami-labs/sealed-secrets `pkg/crypto/crypto.go`.
///
/// # Errors
/// Says why the text is no sealed value, in words that follow "it".
pub(super) fn without_breaks(text: &str) -> Result<Cow<'_, str>, &'static str> {
    let is_break = |c: char| matches!(c, '\r' | '\n');
    let text = if text.contains(is_break) { Cow::Owned(text.replace(is_break, "")) } else { Cow::Borrowed(text) };
    if text.is_empty() {
        return Err("is empty");
    }
    let bytes = BASE64.decode(text.as_bytes()).map_err(|_| "is not base64")?;
    let [high, low, sealed @ ..] = &*bytes else { return Err("is cut off") };
    let n_key = usize::from(u16::from_be_bytes([*high, *low]));
    if (!RSA_BYTES.contains(&n_key) || n_key % 8 != 0) && !is_off("sealed-key") {
        return Err("does not begin with an encrypted session key");
    }
    match sealed.len().checked_sub(n_key + TAG_BYTES) {
        None => Err("is cut off"),
        Some(0) => Err("holds nothing"),
        Some(n_bytes) if n_bytes > MOST_BYTES => Err("holds more than a Secret may"),
        Some(_) => Ok(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed(n_key: u16, n_rest: usize) -> String {
        let mut bytes = n_key.to_be_bytes().to_vec();
        bytes.resize(2 + n_rest, 0xa5);
        BASE64.encode(bytes)
    }

    #[test]
    fn a_value_has_a_session_key_and_a_tag() {
        for n_key in [128, 256, 384, 512, 1024, 2048] {
            assert!(without_breaks(&sealed(n_key, usize::from(n_key) + 17)).is_ok(), "{n_key}");
            assert_eq!(without_breaks(&sealed(n_key, usize::from(n_key) + 16)), Err("holds nothing"));
            assert_eq!(without_breaks(&sealed(n_key, usize::from(n_key) + 15)), Err("is cut off"));
        }
        assert!(without_breaks(&sealed(256, 256 + 16 + MOST_BYTES)).is_ok());
        assert_eq!(without_breaks(&sealed(256, 256 + 17 + MOST_BYTES)), Err("holds more than a Secret may"));
        let none = Err("does not begin with an encrypted session key");
        assert_eq!(without_breaks(&sealed(0, 600)), none);
        assert_eq!(without_breaks(&sealed(255, 600)), none);
        assert_eq!(without_breaks(&sealed(0x4142, 60_000)), none);
        assert_eq!(without_breaks("QQ=="), Err("is cut off"));
    }

    #[test]
    fn a_secret_pasted_in_its_place_is_no_sealed_value() {
        for plain in ["wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "hunter2", "aHVudGVyMi1odW50ZXIy", "", "AgB ="] {
            assert!(without_breaks(plain).is_err(), "{plain}");
        }
    }

    #[test]
    fn line_breaks_are_passed_over_and_blanks_are_not() {
        let one = sealed(512, 600);
        let broken = format!("{}\r\n{}\n", &one[..76], &one[76..]);
        assert_eq!(without_breaks(&broken).as_deref(), Ok(&*one));
        assert_eq!(without_breaks(&format!("{} {}", &one[..76], &one[76..])), Err("is not base64"));
        assert_eq!(without_breaks(one.trim_end_matches('=')).is_ok(), !one.ends_with('='));
    }
}
