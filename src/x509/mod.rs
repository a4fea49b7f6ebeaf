//! Certificates and private keys, read as those read them who meet them: the router of OpenShift, the registry and the
//! nodes, which are written in Go, and clients that use OpenSSL.
//!
//! In come the bytes of PEM blocks, out come facts: whose a certificate is, how long, for which hosts, who signed it, and
//! whether a key is its own or why the router takes it for none. Which of that is a finding is not known here, nor where
//! the bytes came from.

mod blocks;
mod chain;
mod der;
mod key;
mod key_fault;
mod names;

pub use blocks::{Block, What, blocks};
pub use chain::{Signed, signed};
pub use key::{KeyMismatch, Matches, PrivateKey, RsaForm};
pub use key_fault::KeyFault;
pub use names::matches_host;

use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::oid_registry::Oid;
use x509_parser::prelude::FromDer as _;
use x509_parser::public_key::PublicKey;
use x509_parser::x509::X509Version;

/// What is asked of a certificate.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// Whose it is.
    pub subject: String,
    /// Who says that he signed it.
    pub issuer: String,
    /// When it becomes valid, in seconds since 1970, and that day.
    pub from: (i64, String),
    /// When it stops being valid, in seconds since 1970, and that day.
    pub until: (i64, String),
    /// Whether it may sign others.
    pub is_authority: bool,
    /// Whether it says itself that it is an authority, as certificates of version 3 do.
    pub says_authority: bool,
    /// The names of hosts that it is for.
    pub hosts: Vec<String>,
    /// The common name of its subject, which clients took for a host until they read `hosts`.
    pub common_name: Option<String>,
    /// What its key is.
    pub key: KeyKind,
    /// The digest that its signature is over, where that is one which is broken.
    pub broken_digest: Option<&'static str>,
    /// Whether it is for servers, by its extended key usage.
    pub for_servers: ForServers,
    /// Whether the usages of its key, where it names them, include what TLS needs.
    pub key_usage_fits: bool,
    /// The names of hosts that it may sign for: below these, where any are named.
    pub permitted: Vec<String>,
    /// The names of hosts that it may not sign for: these, and what is below.
    pub excluded: Vec<String>,
    der: Box<[u8]>,
    names: Box<Names>,
}

/// What ties certificates to each other.
#[derive(Clone, Debug)]
struct Names {
    subject: Vec<u8>,
    issuer: Vec<u8>,
    /// The identifier of its key, and that of the key that signed it.
    key: Option<Vec<u8>>,
    issuers_key: Option<Vec<u8>>,
}

/// Whether a certificate is for servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForServers {
    /// It is, or does not say what it is for.
    Yes,
    /// It is for anything, and does not name servers.
    AsAnything,
    /// It is for something else.
    No,
}

/// What a public key is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// RSA, of so many bits.
    Rsa(usize),
    /// A point on a curve.
    Ec(Curve),
    /// Ed25519.
    Ed25519,
    /// Anything else, by its object identifier.
    Other(String),
}

/// A curve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Curve {
    /// NIST P-224.
    P224,
    /// NIST P-256.
    P256,
    /// NIST P-384.
    P384,
    /// NIST P-521.
    P521,
    /// One that Go does not know, by its object identifier, or none where its parameters are written out.
    Other(String),
}

const RSA: &str = "1.2.840.113549.1.1.1";
const RSA_PSS: &str = "1.2.840.113549.1.1.10";
const EC: &str = "1.2.840.10045.2.1";
const ED25519: &str = "1.3.101.112";

/// The signatures over digests that are broken. Source: RFC 8017 (PKCS #1), RFC 5758 and ANSI X9.62.
const BROKEN: &[(&str, &str)] = &[
    ("1.2.840.113549.1.1.2", "MD2"),
    ("1.2.840.113549.1.1.4", "MD5"),
    ("1.2.840.113549.1.1.5", "SHA-1"),
    ("1.3.14.3.2.29", "SHA-1"),
    ("1.2.840.10045.4.1", "SHA-1"),
    ("1.2.840.10040.4.3", "SHA-1"),
];

impl Curve {
    fn of(oid: &str) -> Self {
        match oid {
            "1.3.132.0.33" => Self::P224,
            "1.2.840.10045.3.1.7" => Self::P256,
            "1.3.132.0.34" => Self::P384,
            "1.3.132.0.35" => Self::P521,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl Certificate {
    /// Reads a certificate.
    ///
    /// # Errors
    /// Says why the bytes are none.
    pub fn read(der: Vec<u8>) -> Result<Self, &'static str> {
        match X509Certificate::from_der(&der) {
            Ok(([], certificate)) => {
                let facts = facts(&certificate);
                Ok(Self { der: der.into(), ..facts })
            }
            Ok(_) => Err("bytes are left over after the certificate"),
            Err(_) => Err("its bytes are not an X.509 certificate"),
        }
    }

    /// Tells whether it is valid at a time.
    pub fn is_valid(&self, as_of: i64) -> bool {
        self.from.0 <= as_of && as_of <= self.until.0
    }

    /// Tells whether it bears its own signature, as roots do: the router and OpenSSL then ask nothing of that signature.
    pub fn is_self_issued(&self) -> bool {
        let ids = (&self.names.issuers_key, &self.names.key);
        let is_own_key = match ids {
            (Some(issuers), Some(own)) => issuers == own,
            _ => true,
        };
        self.names.subject == self.names.issuer && is_own_key
    }

    /// Tells whether it is the very same certificate.
    pub fn is_same(&self, other: &Self) -> bool {
        self.der == other.der
    }

    /// Returns its bytes.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Tells whether it serves a host, as clients match the names in it.
    pub fn serves(&self, host: &str) -> bool {
        self.hosts.iter().any(|name| matches_host(name, host))
    }

    /// Tells whether it may sign certificates for a host, where it limits these.
    pub fn may_sign_for(&self, host: &str) -> bool {
        let within = |limits: &[String]| limits.iter().any(|limit| names::is_below(host, limit));
        (self.permitted.is_empty() || within(&self.permitted)) && !within(&self.excluded)
    }

    /// Hands the certificate out as its library reads it.
    fn parsed<T>(&self, use_it: impl FnOnce(&X509Certificate<'_>) -> T) -> Option<T> {
        X509Certificate::from_der(&self.der).ok().map(|(_, certificate)| use_it(&certificate))
    }
}

fn facts(certificate: &X509Certificate<'_>) -> Certificate {
    let validity = certificate.validity();
    let day = |time: x509_parser::time::ASN1Time| (time.timestamp(), time.to_datetime().date().to_string());
    let usage = certificate.key_usage().ok().flatten().map(|usage| usage.value);
    let extended = certificate.extended_key_usage().ok().flatten().map(|usage| usage.value);
    // Go, which operator and nodes are written in, takes certificates of version 1 as authorities; those of version 3
    // must say that they are, and their key be for signing where it says what it is for.
    let is_ca = match certificate.basic_constraints() {
        Ok(constraints) => constraints.is_some_and(|constraints| constraints.value.ca),
        Err(_) => true,
    };
    let is_v3 = certificate.version() == X509Version::V3;
    let signs = usage.is_none_or(x509_parser::extensions::KeyUsage::key_cert_sign);
    let (permitted, excluded) = constraints(certificate);
    Certificate {
        subject: certificate.subject().to_string(),
        issuer: certificate.issuer().to_string(),
        from: day(validity.not_before),
        until: day(validity.not_after),
        is_authority: (!is_v3 || is_ca) && signs,
        says_authority: is_v3 && is_ca,
        hosts: hosts(certificate),
        common_name: certificate
            .subject()
            .iter_common_name()
            .next()
            .and_then(|name| name.as_str().ok())
            .map(Into::into),
        key: key_kind(certificate),
        broken_digest: BROKEN
            .iter()
            .find(|(oid, _)| certificate.signature_algorithm.algorithm.to_id_string() == *oid)
            .map(|(_, name)| *name),
        for_servers: match extended {
            Some(usage) if !usage.server_auth && usage.any => ForServers::AsAnything,
            Some(usage) if !usage.server_auth => ForServers::No,
            _ => ForServers::Yes,
        },
        key_usage_fits: usage
            .is_none_or(|usage| usage.digital_signature() || usage.key_encipherment() || usage.key_agreement()),
        permitted,
        excluded,
        der: Box::default(),
        names: Box::new(names(certificate)),
    }
}

fn names(certificate: &X509Certificate<'_>) -> Names {
    use x509_parser::extensions::ParsedExtension::{AuthorityKeyIdentifier, SubjectKeyIdentifier};
    let mut names = Names {
        subject: certificate.subject().as_raw().to_vec(),
        issuer: certificate.issuer().as_raw().to_vec(),
        key: None,
        issuers_key: None,
    };
    for extension in certificate.extensions() {
        match extension.parsed_extension() {
            SubjectKeyIdentifier(id) => names.key = Some(id.0.to_vec()),
            AuthorityKeyIdentifier(id) => names.issuers_key = id.key_identifier.as_ref().map(|id| id.0.to_vec()),
            _ => {}
        }
    }
    names
}

fn hosts(certificate: &X509Certificate<'_>) -> Vec<String> {
    let names = certificate.subject_alternative_name().ok().flatten().map(|names| &names.value.general_names);
    let host = |name: &GeneralName<'_>| match name {
        GeneralName::DNSName(host) => Some((*host).to_owned()),
        _ => None,
    };
    names.into_iter().flatten().filter_map(host).collect()
}

/// Returns the names of hosts that an authority may sign for, and those that it may not.
fn constraints(certificate: &X509Certificate<'_>) -> (Vec<String>, Vec<String>) {
    let Some(constraints) = certificate.name_constraints().ok().flatten().map(|constraints| constraints.value) else {
        return (Vec::new(), Vec::new());
    };
    let hosts = |subtrees: &Option<Vec<x509_parser::extensions::GeneralSubtree<'_>>>| {
        let base = |tree: &x509_parser::extensions::GeneralSubtree<'_>| match &tree.base {
            GeneralName::DNSName(host) => Some((*host).to_owned()),
            _ => None,
        };
        subtrees.iter().flatten().filter_map(base).collect()
    };
    (hosts(&constraints.permitted_subtrees), hosts(&constraints.excluded_subtrees))
}

fn key_kind(certificate: &X509Certificate<'_>) -> KeyKind {
    let info = certificate.public_key();
    let oid = info.algorithm.algorithm.to_id_string();
    match &*oid {
        RSA | RSA_PSS => match info.parsed() {
            Ok(PublicKey::RSA(key)) => KeyKind::Rsa(der::bits(key.modulus)),
            _ => KeyKind::Other(oid),
        },
        EC => {
            let curve = info.algorithm.parameters.as_ref().and_then(|parameters| Oid::try_from(parameters).ok());
            KeyKind::Ec(Curve::of(&curve.map(|curve| curve.to_id_string()).unwrap_or_default()))
        }
        ED25519 => KeyKind::Ed25519,
        _ => KeyKind::Other(oid),
    }
}
