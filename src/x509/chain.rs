//! Whether one certificate signed another: by their names, the identifiers of their keys, and the signature.

use ring::signature::{
    RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
    RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY, RsaParameters, UnparsedPublicKey,
};
use x509_parser::certificate::X509Certificate;
use x509_parser::error::X509Error;

use super::{Certificate, KeyKind};

/// Whether one certificate signed another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signed {
    /// It did.
    Yes,
    /// It did not, and does not say so.
    No,
    /// It bears the name of who did, and did not.
    ByNameOnly,
    /// It bears the name of who did; its signature is of a kind that is not checked here.
    Unknown,
}

impl Signed {
    /// Tells whether a client takes the one for the issuer of the other, as far as can be told.
    pub fn may_be(self) -> bool {
        matches!(self, Self::Yes | Self::Unknown)
    }
}

/// The signatures of RSA by keys that are shorter than they should be, too: how long is asked elsewhere.
const SHORT: &[(&str, &RsaParameters)] = &[
    ("1.2.840.113549.1.1.5", &RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY),
    ("1.3.14.3.2.29", &RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY),
    ("1.2.840.113549.1.1.11", &RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY),
    ("1.2.840.113549.1.1.13", &RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY),
];

/// Tells whether `issuer` signed `certificate`. Whether it may is not asked.
pub fn signed(issuer: &Certificate, certificate: &Certificate) -> Signed {
    if issuer.names.subject != certificate.names.issuer {
        return Signed::No;
    }
    if let (Some(id), Some(of)) = (&issuer.names.key, &certificate.names.issuers_key)
        && id != of
    {
        return Signed::ByNameOnly;
    }
    let is_verified = certificate.parsed(|signed| issuer.parsed(|by| verified(by, &issuer.key, signed)));
    match is_verified.flatten().flatten() {
        Some(true) => Signed::Yes,
        Some(false) => Signed::ByNameOnly,
        None => Signed::Unknown,
    }
}

/// Returns whether a signature is right; none for a kind that is not checked here.
fn verified(by: &X509Certificate<'_>, key: &KeyKind, signed: &X509Certificate<'_>) -> Option<bool> {
    let info = by.public_key();
    if let KeyKind::Rsa(bits) = key {
        if !(1024..=8192).contains(bits) {
            return None;
        }
        let oid = signed.signature_algorithm.algorithm.to_id_string();
        if let Some((_, parameters)) = SHORT.iter().find(|(known, _)| *known == oid) {
            let key = UnparsedPublicKey::new(*parameters, &info.subject_public_key.data);
            return Some(key.verify(signed.tbs_certificate.as_ref(), &signed.signature_value.data).is_ok());
        }
        if *bits < 2048 {
            return None;
        }
    }
    match signed.verify_signature(Some(info)) {
        Ok(()) => Some(true),
        Err(X509Error::SignatureUnsupportedAlgorithm) => None,
        Err(_) => Some(false),
    }
}
