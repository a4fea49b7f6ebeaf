//! The data key of a file: 32 bytes, encrypted with age for each recipient.
//!
//! Source: getsops/sops `age/keysource.go`.

use std::io::Read;
use std::sync::Arc;

use age::armor::ArmoredReader;
use age::{DecryptError, Decryptor};
use zeroize::Zeroizing;

use crate::secret::Identity;
use crate::tree::Place;

/// The bytes of a data key.
const LENGTH: usize = 32;

/// The key of all values of a file; wiped when dropped.
pub(super) struct DataKey(Zeroizing<[u8; LENGTH]>);

impl DataKey {
    pub(super) fn bytes(&self) -> &[u8] {
        &*self.0
    }
}

/// Somebody whom age encrypted the data key for.
#[derive(Debug)]
pub(super) struct Recipient {
    /// What opens it, by the name of the recipient.
    pub(super) kind: RecipientKind,
    /// The encrypted data key, in armor.
    pub(super) sealed: Arc<str>,
    /// Where that stands.
    pub(super) place: Place,
}

/// The kinds of recipients that age has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum RecipientKind {
    /// `age1…`: age's own key.
    X25519,
    /// `age1pq1…`.
    PostQuantum,
    /// `age1NAME1…`.
    Plugin,
    /// `ssh-…`.
    Ssh,
    /// Anything else.
    Unknown,
}

impl RecipientKind {
    /// Returns the kind of a recipient by its name.
    pub(super) fn of(name: &str) -> Self {
        match name.strip_prefix("age1") {
            Some(rest) if rest.starts_with("pq1") => Self::PostQuantum,
            Some(rest) if rest.contains('1') => Self::Plugin,
            Some(_) => Self::X25519,
            None if name.starts_with("ssh-") => Self::Ssh,
            None => Self::Unknown,
        }
    }

    /// Returns the kind as it is said of a file.
    pub(super) fn in_words(self) -> &'static str {
        match self {
            Self::X25519 => "age",
            Self::PostQuantum => "post-quantum age",
            Self::Plugin => "an age plugin",
            Self::Ssh => "SSH",
            Self::Unknown => "an unknown kind of age recipient",
        }
    }
}

/// Why the data key is not had.
#[derive(Debug)]
pub(super) enum NoKey {
    /// No identity fits a recipient.
    NoneFits,
    /// What is encrypted for a recipient is not what age wrote, or no data key.
    Broken(Place),
}

impl Recipient {
    /// Tells whether what is encrypted begins as age writes it.
    pub(super) fn is_whole(&self) -> bool {
        Decryptor::new_buffered(ArmoredReader::new(self.sealed.as_bytes())).is_ok_and(|file| !file.is_scrypt())
    }

    /// Decrypts the data key; none where no identity fits.
    fn open(&self, identities: &[Identity]) -> Result<Option<DataKey>, NoKey> {
        let broken = || NoKey::Broken(self.place.clone());
        let file = Decryptor::new_buffered(ArmoredReader::new(self.sealed.as_bytes())).map_err(|_| broken())?;
        let mut plain = match file.decrypt(identities.iter().map(|identity| &identity.0 as &dyn age::Identity)) {
            Ok(plain) => plain,
            Err(DecryptError::NoMatchingKeys) => return Ok(None),
            Err(_) => return Err(broken()),
        };
        let mut bytes = Zeroizing::new([0; LENGTH]);
        plain.read_exact(&mut *bytes).map_err(|_| broken())?;
        let mut more = Zeroizing::new([0; 1]);
        match plain.read(&mut *more) {
            Ok(0) => Ok(Some(DataKey(bytes))),
            _ => Err(broken()),
        }
    }
}

/// Decrypts the data key for the first recipient that an identity fits.
pub(super) fn data_key(recipients: &[Recipient], identities: &[Identity]) -> Result<DataKey, NoKey> {
    let mut why = NoKey::NoneFits;
    for recipient in recipients.iter().filter(|recipient| recipient.kind == RecipientKind::X25519) {
        match recipient.open(identities) {
            Ok(Some(key)) => return Ok(key),
            Ok(None) => {}
            Err(fault) => why = fault,
        }
    }
    Err(why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recipients_are_known_by_their_names() {
        for (name, kind) in [
            ("age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p", RecipientKind::X25519),
            ("age1pq1qqqq", RecipientKind::PostQuantum),
            ("age1yubikey1qqqq", RecipientKind::Plugin),
            ("ssh-ed25519 AAAA", RecipientKind::Ssh),
            ("AGE1QQ", RecipientKind::Unknown),
        ] {
            assert_eq!(RecipientKind::of(name), kind, "{name}");
        }
    }
}
