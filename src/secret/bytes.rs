//! The bytes of a secret, in a type that cannot be printed, compared, measured or serialised by accident.

use std::fmt;

use zeroize::Zeroizing;

/// The plain bytes of a secret, wiped when dropped.
///
/// There is one way to see them, `expose`, and one caller of it: the module that fills Secrets.
pub struct SecretBytes(Zeroizing<Vec<u8>>);

impl SecretBytes {
    /// Takes the bytes over.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Tells whether there is nothing in it, which is a fault and no secret.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Hands out the bytes.
    pub(super) fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}
