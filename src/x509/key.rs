//! A private key in PEM, read as the router reads the key of a route, and whether it is the key of a certificate.
//!
//! Source: openshift/router `pkg/router/routeapihelpers/validation.go`: every block must be one that it knows; the first key
//! counts; PKCS #8, PKCS #1 and SEC 1 are tried in turn, whatever the block is called. RSA is compared by its public
//! numbers, in constant time; points of P-256 and P-384 are computed of the secret; a key on P-521 or P-224 is compared by
//! its public part, and where it has none nothing can be told. Every copy of a byte of a key is wiped.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair};
use subtle::ConstantTimeEq as _;
use x509_parser::public_key::PublicKey;
use zeroize::Zeroizing;

use super::der::{self, BIT_STRING, Element, INTEGER, OCTETS};
use super::{Certificate, Curve, EC, ED25519, KeyFault, KeyKind, RSA, RSA_PSS};

/// A private key, wiped when dropped.
pub struct PrivateKey {
    der: Zeroizing<Vec<u8>>,
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// Whether a key is that of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matches {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// That cannot be told.
    Unknown,
}

/// A text whose first key, the one that counts, is not that of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyMismatch {
    /// Whether a later key of the text is.
    later_fits: bool,
}

impl KeyMismatch {
    /// As router and Go say it.
    pub const SAYS: &str = "tls: private key does not match public key";

    /// What to do.
    pub const HELP: &str = "give the key that the certificate was made with";

    /// Compares the keys of a text with a certificate; none where the first one is its own, or that cannot be told.
    pub fn of(keys: &[PrivateKey], certificate: &Certificate) -> Option<Self> {
        let mut matches = keys.iter().map(|key| key.matches(certificate));
        let is_other = matches.next() == Some(Matches::No);
        is_other.then(|| Self { later_fits: matches.any(|matches| matches == Matches::Yes) })
    }

    /// Says what else is to be known of the text.
    pub fn note(self) -> Option<&'static str> {
        self.later_fits.then_some("a later key of the same text is; only the first one counts")
    }
}

/// The form of a private key of RSA, for who reads but one of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RsaForm {
    /// PKCS #1, RFC 8017: the numbers of the key.
    Pkcs1,
    /// PKCS #8, RFC 5958: the kind of the key, and the key in a form of its own.
    Pkcs8,
}

/// The parts of a key, borrowed from its bytes.
enum Parts<'k> {
    Rsa { modulus: &'k [u8], exponent: &'k [u8] },
    Ec { curve: Curve, secret: &'k [u8], public: Option<&'k [u8]> },
    Ed25519 { seed: &'k [u8] },
    Other,
}

/// A PEM block as Go reads it: it begins and ends at the beginning of a line.
struct Block<'t> {
    label: &'t str,
    is_encrypted: bool,
    der: Option<Zeroizing<Vec<u8>>>,
}

/// The blocks beside private keys that the router knows. Source: as above, `knownBlockDecoders`.
const KNOWN: &[&str] =
    &["PUBLIC KEY", "RSA PUBLIC KEY", "DSA PUBLIC KEY", "ECDSA PUBLIC KEY", "CERTIFICATE", "EC PARAMETERS"];

/// The blocks of private keys that the router knows.
const KEYS: &[&str] = &["RSA PRIVATE KEY", "ECDSA PRIVATE KEY", "EC PRIVATE KEY", "PRIVATE KEY"];

/// Blocks that programs write and the router does not know. Any other name may be a part of the secret, and is not said.
const FOREIGN: &[&str] = &[
    "OPENSSH PRIVATE KEY",
    "DSA PRIVATE KEY",
    "DSA PARAMETERS",
    "DH PARAMETERS",
    "X509 CERTIFICATE",
    "TRUSTED CERTIFICATE",
    "CERTIFICATE REQUEST",
    "NEW CERTIFICATE REQUEST",
    "X509 CRL",
    "PKCS7",
    "PGP PRIVATE KEY BLOCK",
];

impl PrivateKey {
    /// Reads every private key of a text, in order; the first is the one that counts.
    ///
    /// # Errors
    /// Says why the router would refuse the text. Nothing of the text is in that but well-known names of blocks.
    pub fn read_all(text: &[u8]) -> Result<Vec<Self>, KeyFault> {
        let mut keys = Vec::new();
        for block in blocks(text) {
            if block.is_encrypted || block.label == "ENCRYPTED PRIVATE KEY" {
                let label = KEYS.iter().find(|known| **known == block.label);
                return Err(KeyFault::Encrypted(label.copied().unwrap_or("ENCRYPTED PRIVATE KEY")));
            }
            if let Some(label) = KEYS.iter().find(|known| **known == block.label) {
                keys.push(Self::read(block.der.ok_or(KeyFault::Unreadable(label))?, label)?);
            } else if !KNOWN.contains(&block.label) {
                return Err(KeyFault::UnknownBlock(FOREIGN.iter().find(|known| **known == block.label).copied()));
            }
        }
        if keys.is_empty() { Err(KeyFault::None) } else { Ok(keys) }
    }

    fn read(der: Zeroizing<Vec<u8>>, label: &'static str) -> Result<Self, KeyFault> {
        let key = Self { der };
        match key.parts() {
            None => Err(KeyFault::Unreadable(label)),
            Some(Parts::Ed25519 { .. }) => Err(KeyFault::Kind("Ed25519")),
            Some(Parts::Ec { curve: Curve::Other(_), .. }) => Err(KeyFault::Kind("a curve that Go does not know")),
            Some(Parts::Other) => Err(KeyFault::Kind("neither RSA nor ECDSA")),
            Some(_) => Ok(key),
        }
    }

    /// Tells whether it is the key of a certificate.
    pub fn matches(&self, certificate: &Certificate) -> Matches {
        let Some(parts) = self.parts() else { return Matches::Unknown };
        certificate
            .parsed(|certificate| {
                let info = certificate.public_key();
                let point: &[u8] = &info.subject_public_key.data;
                match (&parts, info.parsed()) {
                    (Parts::Rsa { modulus, exponent }, Ok(PublicKey::RSA(key))) => {
                        let same = equal(modulus, key.modulus) & equal(exponent, key.exponent);
                        if same { Matches::Yes } else { Matches::No }
                    }
                    (Parts::Ec { curve, secret, public }, Ok(PublicKey::EC(_))) => match super::key_kind(certificate) {
                        KeyKind::Ec(other) if other == *curve => on_curve(curve, secret, *public, point),
                        _ => Matches::No,
                    },
                    (Parts::Ed25519 { seed }, _) if super::key_kind(certificate) == KeyKind::Ed25519 => {
                        match Ed25519KeyPair::from_seed_and_public_key(seed, point) {
                            Ok(_) => Matches::Yes,
                            Err(_) => Matches::No,
                        }
                    }
                    _ => Matches::No,
                }
            })
            .unwrap_or(Matches::Unknown)
    }

    fn parts(&self) -> Option<Parts<'_>> {
        let key = der::sequence(&self.der)?;
        pkcs8(&key).or_else(|| pkcs1(&key)).or_else(|| sec1(&key, None))
    }
}

impl RsaForm {
    /// Returns the form of a key; none for what begins as no key of RSA does. The key itself is not read.
    pub fn of(key: &[u8]) -> Option<Self> {
        match &*der::sequence(key)? {
            [Element { tag: INTEGER, .. }, Element { tag: INTEGER, .. }, ..] => Some(Self::Pkcs1),
            [Element { tag: INTEGER, .. }, Element { tag: der::SEQUENCE, content }, ..] => {
                let kind = der::elements(content)?;
                let kind = kind.first().filter(|kind| kind.tag == der::OID)?;
                (der::oid(kind.content)? == RSA).then_some(Self::Pkcs8)
            }
            _ => None,
        }
    }
}

/// PKCS #8, RFC 5958: a version, the algorithm, and the key of that algorithm.
fn pkcs8<'k>(key: &[Element<'k>]) -> Option<Parts<'k>> {
    let [Element { tag: INTEGER, .. }, algorithm, Element { tag: OCTETS, content }, ..] = key else { return None };
    let algorithm = (algorithm.tag == der::SEQUENCE).then(|| der::elements(algorithm.content))??;
    let [Element { tag: der::OID, content: oid }, parameters @ ..] = &*algorithm else { return None };
    match &*der::oid(oid)? {
        RSA | RSA_PSS => pkcs1(&der::sequence(content)?),
        EC => {
            let curve =
                parameters.first().filter(|curve| curve.tag == der::OID).and_then(|curve| der::oid(curve.content));
            sec1(&der::sequence(content)?, Some(Curve::of(&curve.unwrap_or_default())))
        }
        ED25519 => match content {
            [OCTETS, 32, seed @ ..] if seed.len() == 32 => Some(Parts::Ed25519 { seed }),
            _ => None,
        },
        _ => Some(Parts::Other),
    }
}

/// PKCS #1, RFC 8017: a version, and eight numbers of which the modulus and the public exponent come first.
fn pkcs1<'k>(key: &[Element<'k>]) -> Option<Parts<'k>> {
    let numbers = key.iter().take(9).take_while(|number| number.tag == INTEGER).count();
    match key {
        [_, modulus, exponent, ..] if numbers == 9 => {
            Some(Parts::Rsa { modulus: modulus.content, exponent: exponent.content })
        }
        _ => None,
    }
}

/// SEC 1, RFC 5915: a version, the secret, the curve where it is not said elsewhere, and the public part or not.
fn sec1<'k>(key: &[Element<'k>], curve: Option<Curve>) -> Option<Parts<'k>> {
    let [Element { tag: INTEGER, content: [1] }, Element { tag: OCTETS, content: secret }, rest @ ..] = key else {
        return None;
    };
    let tagged = |tag: u8| {
        let element = rest.iter().find(|element| element.tag == tag)?;
        der::elements(element.content)?.into_iter().next()
    };
    let own = || tagged(0xa0).filter(|curve| curve.tag == der::OID).and_then(|curve| der::oid(curve.content));
    let curve = curve.unwrap_or_else(|| Curve::of(&own().unwrap_or_default()));
    let public = tagged(0xa1).filter(|public| public.tag == BIT_STRING).and_then(|public| public.content.get(1..));
    Some(Parts::Ec { curve, secret, public })
}

/// Tells whether a secret number on a curve gives the point of a certificate.
fn on_curve(curve: &Curve, secret: &[u8], public: Option<&[u8]>, point: &[u8]) -> Matches {
    let (signing, n_bytes) = match curve {
        Curve::P256 => (Some(&ECDSA_P256_SHA256_ASN1_SIGNING), 32),
        Curve::P384 => (Some(&ECDSA_P384_SHA384_ASN1_SIGNING), 48),
        _ => (None, 0),
    };
    // What is compressed is not computed, only compared.
    if let (Some(signing), Some(4)) = (signing, point.first()) {
        let secret = der::unsigned(secret);
        let mut padded = Zeroizing::new(vec![0; n_bytes]);
        let Some(at) = n_bytes.checked_sub(secret.len()) else { return Matches::No };
        padded[at..].copy_from_slice(secret);
        return match EcdsaKeyPair::from_private_key_and_public_key(signing, &padded, point, &SystemRandom::new()) {
            Ok(_) => Matches::Yes,
            Err(_) => Matches::No,
        };
    }
    match public {
        Some(public) if public.first() == point.first() => {
            if bool::from(public.ct_eq(point)) {
                Matches::Yes
            } else {
                Matches::No
            }
        }
        _ => Matches::Unknown,
    }
}

/// Compares two numbers in constant time for their length.
fn equal(a: &[u8], b: &[u8]) -> bool {
    der::unsigned(a).ct_eq(der::unsigned(b)).into()
}

/// Returns the PEM blocks of a text as Go's `encoding/pem` finds them; a block that does not end is none.
fn blocks(text: &[u8]) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut lines = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
    while let Some(line) = lines.next() {
        let Some(label) = mark(line, b"-----BEGIN ") else { continue };
        let mut body = Zeroizing::new(Vec::with_capacity(text.len()));
        let mut is_encrypted = false;
        let is_ended = loop {
            let Some(line) = lines.next() else { break false };
            if line.starts_with(b"-----END ") {
                break mark(line, b"-----END ") == Some(label);
            }
            if line.contains(&b':') {
                is_encrypted |= line.starts_with(b"DEK-Info:") || line.ends_with(b"ENCRYPTED");
            } else {
                body.extend(line.iter().filter(|byte| !byte.is_ascii_whitespace()));
            }
        };
        if is_ended {
            blocks.push(Block { label, is_encrypted, der: decoded(&body) });
        }
    }
    blocks
}

fn mark<'t>(line: &'t [u8], begin: &[u8]) -> Option<&'t str> {
    let label = line.strip_prefix(begin)?.strip_suffix(b"-----")?;
    std::str::from_utf8(label).ok()
}

fn decoded(body: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let mut der = Zeroizing::new(vec![0; body.len() / 4 * 3 + 3]);
    let n_bytes = STANDARD.decode_slice(body, &mut der).ok()?;
    der.truncate(n_bytes);
    (n_bytes > 0).then_some(der)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str = include_str!("../rules/testing/keys/own.key");
    const ENCRYPTED: &str = include_str!("../rules/testing/keys/encrypted.key");

    fn fault(text: &str) -> Option<KeyFault> {
        PrivateKey::read_all(text.as_bytes()).err()
    }

    #[test]
    fn what_stands_around_a_key_is_passed_over() {
        let parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
        for text in
            [OWN, OWN.trim_end(), &OWN.replace('\n', "\r\n"), &format!("{parameters}{OWN}"), &format!("# a\n{OWN}b")]
        {
            assert_eq!(PrivateKey::read_all(text.as_bytes()).map(|keys| keys.len()), Ok(1), "{text:?}");
        }
        assert_eq!(PrivateKey::read_all(OWN.repeat(2).as_bytes()).map(|keys| keys.len()), Ok(2));
    }

    #[test]
    fn what_the_router_refuses_is_a_fault_that_shows_nothing() {
        assert_eq!(fault(""), Some(KeyFault::None));
        assert_eq!(fault(&format!("\u{feff}{OWN}")), Some(KeyFault::None));
        assert_eq!(fault(&format!(" {OWN}")), Some(KeyFault::None));
        assert_eq!(fault(OWN.trim_end().trim_end_matches('-')), Some(KeyFault::None));
        assert_eq!(fault(ENCRYPTED), Some(KeyFault::Encrypted("ENCRYPTED PRIVATE KEY")));
        let old = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAQID\n-----END RSA PRIVATE KEY-----\n";
        assert_eq!(fault(old), Some(KeyFault::Encrypted("RSA PRIVATE KEY")));
        let block = |label: &str| format!("-----BEGIN {label}-----\nAQID\n-----END {label}-----\n");
        assert_eq!(fault(&block("PRIVATE KEY")), Some(KeyFault::Unreadable("PRIVATE KEY")));
        assert_eq!(fault(&block("OPENSSH PRIVATE KEY")), Some(KeyFault::UnknownBlock(Some("OPENSSH PRIVATE KEY"))));
        assert_eq!(fault(&block("HUNTER2")), Some(KeyFault::UnknownBlock(None)));
        assert_eq!(fault(&block("CERTIFICATE")), Some(KeyFault::None));
    }
}
