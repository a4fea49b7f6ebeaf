//! The MAC over all values of a file, in the order of its text.
//!
//! SHA-512 over the plain bytes of every value but comments and nulls, one after the other, as hexadecimal digits; encrypted
//! as a value that is bound to the time of the last change. It is what shows that a value was taken away, put in or moved.
//!
//! Source: getsops/sops `sops.go` (`Decrypt`), `cmd/sops/common/common.go` (`DecryptTree`).

use sha2::{Digest, Sha512};
use subtle::ConstantTimeEq;

use super::key::DataKey;
use super::metadata::Metadata;
use super::value::Kind;

/// What comes first where only encrypted values are hashed.
const ONLY_ENCRYPTED: [u8; 32] = [
    0x8a, 0x3f, 0xd2, 0xad, 0x54, 0xce, 0x66, 0x52, 0x7b, 0x10, 0x34, 0xf3, 0xd1, 0x47, 0xbe, 0x0b, 0x0b, 0x97, 0x5b,
    0x3b, 0xf4, 0x4f, 0x72, 0xc6, 0xfd, 0xad, 0xec, 0x81, 0x76, 0xf2, 0x7d, 0x69,
];

/// A MAC that is being made.
pub(super) struct Mac(Sha512);

impl Mac {
    pub(super) fn new(only_encrypted: bool) -> Self {
        let mut hash = Sha512::new();
        if only_encrypted {
            hash.update(ONLY_ENCRYPTED);
        }
        Self(hash)
    }

    /// Takes the bytes of the next value.
    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Tells whether it is the MAC of a file.
    pub(super) fn fits(self, metadata: &Metadata, key: &DataKey) -> bool {
        const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
        let made: Vec<u8> = self
            .0
            .finalize()
            .iter()
            .flat_map(|byte| [byte >> 4, byte & 15])
            .map(|digit| DIGITS[usize::from(digit)])
            .collect();
        let written = Some(&metadata.mac).filter(|mac| mac.kind == Kind::Str);
        let written = written.and_then(|mac| mac.open(key, &metadata.modified));
        written.is_some_and(|written| bool::from(written.as_slice().ct_eq(&made)))
    }
}
