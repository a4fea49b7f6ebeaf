//! One value that SOPS encrypted: `ENC[AES256_GCM,data:…,iv:…,tag:…,type:…]`.
//!
//! AES-256-GCM with a nonce of 32 bytes; what is authenticated beside the value are the keys that lead to it. The type is not
//! authenticated: what it changes, only the MAC over the whole file shows.
//!
//! Source: getsops/sops `aes/cipher.go`, `sops.go` (`ToBytes`).

use aes_gcm::aead::consts::U32;
use aes_gcm::aead::generic_array::GenericArray;
use aes_gcm::aes::Aes256;
use aes_gcm::{AeadInPlace, AesGcm, KeyInit};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::key::DataKey;
use crate::tree::go_scalar::{GoScalar, timestamp};

/// What a value is once it is decrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Str,
    /// A whole number.
    Int,
    /// Another number.
    Float,
    /// `true` or `false`.
    Bool,
    /// Bytes, in files of very old releases.
    Bytes,
    /// A time.
    Time,
    /// A comment, which stands as an item of a list.
    Comment,
}

/// A value as it stands in the file.
pub(super) struct Sealed {
    data: Vec<u8>,
    iv: [u8; 32],
    tag: [u8; 16],
    pub(super) kind: Kind,
}

/// A decrypted value: the bytes that are wanted of it, and those that the MAC is made of where they differ.
pub(super) struct Plain {
    pub(super) bytes: Zeroizing<Vec<u8>>,
    pub(super) hashed: Option<Zeroizing<Vec<u8>>>,
}

/// Tells whether a text begins like an encrypted value.
pub(super) fn looks_encrypted(text: &str) -> bool {
    text.starts_with("ENC[")
}

impl Sealed {
    /// Reads the form of a value; none where it is malformed.
    pub(super) fn read(text: &str) -> Option<Self> {
        let inner = text.strip_prefix("ENC[AES256_GCM,data:")?.strip_suffix(']')?;
        let (rest, kind) = inner.rsplit_once(",type:")?;
        let (rest, tag) = rest.rsplit_once(",tag:")?;
        let (data, iv) = rest.rsplit_once(",iv:")?;
        let bytes = |text: &str| STANDARD.decode(text).ok();
        let kind = match kind {
            "str" => Kind::Str,
            "int" => Kind::Int,
            "float" => Kind::Float,
            "bool" => Kind::Bool,
            "bytes" => Kind::Bytes,
            "time" => Kind::Time,
            "comment" => Kind::Comment,
            _ => return None,
        };
        let data = bytes(data).filter(|data| !data.is_empty())?;
        Some(Self { data, iv: bytes(iv)?.try_into().ok()?, tag: bytes(tag)?.try_into().ok()?, kind })
    }

    /// Decrypts the bytes; none where they, or what they are authenticated with, are not those that were encrypted.
    pub(super) fn open(&self, key: &DataKey, authenticated: &str) -> Option<Zeroizing<Vec<u8>>> {
        let cipher = AesGcm::<Aes256, U32>::new(GenericArray::from_slice(key.bytes()));
        let mut bytes = Zeroizing::new(self.data.clone());
        let (iv, tag) = (GenericArray::from_slice(&self.iv), GenericArray::from_slice(&self.tag));
        cipher.decrypt_in_place_detached(iv, authenticated.as_bytes(), &mut bytes, tag).ok()?;
        Some(bytes)
    }

    /// Decrypts the value as what its type says; none also where it is nothing of that type.
    pub(super) fn plain(&self, key: &DataKey, authenticated: &str) -> Option<Plain> {
        let bytes = self.open(key, authenticated)?;
        if matches!(self.kind, Kind::Str | Kind::Bytes | Kind::Comment) {
            return Some(Plain { bytes, hashed: None });
        }
        let text = std::str::from_utf8(&bytes).ok()?;
        let one = |text: String| Some(Plain { bytes: Zeroizing::new(text.into_bytes()), hashed: None });
        match self.kind {
            Kind::Int => one(text.parse::<i64>().ok()?.to_string()),
            Kind::Float => {
                let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || b".+-eE".contains(&byte));
                let value = text.parse::<f64>().ok().filter(|value| is_plain && value.is_finite())?;
                one(float_in_words(value))
            }
            Kind::Bool => {
                let value = boolean(text)?;
                let written: &[u8] = if value { b"true" } else { b"false" };
                let hashed = hashed_boolean(value).as_bytes().to_vec();
                Some(Plain { bytes: Zeroizing::new(written.to_vec()), hashed: Some(Zeroizing::new(hashed)) })
            }
            _ => match timestamp(text)? {
                GoScalar::Time(time) if time == text => one(time),
                _ => None,
            },
        }
    }
}

/// Reads a boolean as Go does.
fn boolean(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(false),
        _ => None,
    }
}

/// Returns a boolean as the MAC takes it.
pub(super) fn hashed_boolean(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}

/// Writes a number with the fewest digits that it is read back from, and no exponent.
pub(super) fn float_in_words(value: f64) -> String {
    value.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_read_only_in_its_whole_form() {
        let iv = STANDARD.encode([1; 32]);
        let tag = STANDARD.encode([2; 16]);
        let text = |data: &str, iv: &str, tag: &str, kind: &str| {
            format!("ENC[AES256_GCM,data:{data},iv:{iv},tag:{tag},type:{kind}]")
        };
        assert_eq!(Sealed::read(&text("eA==", &iv, &tag, "str")).unwrap().kind, Kind::Str);
        let short = STANDARD.encode([1; 12]);
        for wrong in [
            text("", &iv, &tag, "str"),
            text("eA", &iv, &tag, "str"),
            text("eA==", &short, &tag, "str"),
            text("eA==", &iv, &short, "str"),
            text("eA==", &iv, &tag, "none"),
            text("eA==", &iv, &tag, "str") + "x",
            text("eA==", &iv, &tag, "str").replace("AES256", "AES128"),
            "ENC[]".into(),
        ] {
            assert!(Sealed::read(&wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn numbers_are_written_as_go_writes_them() {
        for (value, text) in [(1.0, "1"), (-0.0, "-0"), (1e21, "1000000000000000000000"), (1.5e-7, "0.00000015")] {
            assert_eq!(float_in_words(value), text);
        }
    }
}
