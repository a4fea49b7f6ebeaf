//! The private key of CloudFront: PEM of an RSA key in the older of its two forms, PKCS#1, which alone is read.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::{Fault, Reader};
use crate::diag::{Severity, codes};

/// The object identifier of RSA keys.
const RSA: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];

/// Judges the first block, whose label is not looked at: Go does neither.
pub(super) fn fault(text: &str) -> Option<Fault> {
    let fault = |said, note, help| {
        Some(Fault { code: &codes::SECRET_OF_OTHER_FORM, severity: Severity::Error, said, note, help })
    };
    let no_pem = |said| {
        let help = "write the file of the private key as it was downloaded, with its lines";
        fault(said, Reader::CloudFront.refused(), help)
    };
    let other = |said| {
        let help = "write the private key of the key pair, as `openssl genrsa -traditional 2048` makes one";
        fault(said, "the operator checks nothing; the registry ends when it starts", help)
    };
    let block = match block(text) {
        Ok(block) => block,
        Err(said) => return no_pem(said),
    };
    if block.is_encrypted || block.label.starts_with("ENCRYPTED") {
        return other("is encrypted with a password, which nothing asks for");
    }
    match sequence(&block.der).map(|inner| (inner, integer(inner))) {
        // PKCS#1: the version, then the numbers of the key.
        Some((_, Some(rest))) if rest.first() == Some(&0x02) => None,
        // PKCS#8: the version, then the kind of the key.
        Some((_, Some(rest)))
            if rest.first() == Some(&0x30) && sequence(rest).is_some_and(|kind| kind.starts_with(RSA)) =>
        {
            fault(
                "is a private key in the form PKCS#8",
                "the operator checks nothing; the registry ends when it starts: `x509: failed to parse private key (use ParsePKCS8PrivateKey instead for this key format)`",
                "write it in the form PKCS#1: `openssl rsa -traditional -in KEY -out NEW`",
            )
        }
        _ => other("is PEM of something else than an RSA private key"),
    }
}

struct Block<'t> {
    label: &'t str,
    is_encrypted: bool,
    der: Zeroizing<Vec<u8>>,
}

/// Returns the first block as Go finds it: from the start of a line to the start of a line.
fn block(text: &str) -> Result<Block<'_>, &'static str> {
    const BEGIN: &str = "-----BEGIN ";
    let Some(start) = text.find(BEGIN) else {
        let decoded = STANDARD.decode(text.trim()).map(Zeroizing::new).unwrap_or_default();
        let is_encoded = decoded.starts_with(BEGIN.as_bytes());
        return Err(if is_encoded { "is the base64 of PEM" } else { "is not PEM" });
    };
    if start > 0 && !text[..start].ends_with('\n') {
        return Err("has no line that begins with `-----BEGIN`");
    }
    let after = &text[start + BEGIN.len()..];
    let (label, rest) = after.split_once("-----").ok_or("is not PEM")?;
    let (end_of_line, body) = rest.split_once('\n').ok_or("has lines that were joined to one")?;
    if !end_of_line.trim().is_empty() {
        return Err("has lines that were joined to one");
    }
    let body = body.split_once("-----END ").ok_or("is PEM without its last line")?.0;
    let is_encrypted = body.contains("Proc-Type:");
    let lines = body.lines().filter(|line| !line.contains(':'));
    let base64: Zeroizing<String> =
        Zeroizing::new(lines.flat_map(str::chars).filter(|char| !char.is_whitespace()).collect());
    let der = STANDARD.decode(base64.as_bytes()).map(Zeroizing::new);
    let der =
        if is_encrypted { der.unwrap_or_default() } else { der.map_err(|_| "is PEM whose lines are not base64")? };
    Ok(Block { label, is_encrypted, der })
}

/// Returns what is in a sequence at the start of DER, if it is all there.
fn sequence(der: &[u8]) -> Option<&[u8]> {
    let [0x30, first, rest @ ..] = der else { return None };
    let (length, rest) = match first & 0x7f {
        length if first & 0x80 == 0 => (usize::from(length), rest),
        n @ 1..=3 => {
            let (length, rest) = rest.split_at_checked(usize::from(n))?;
            (length.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
        }
        _ => return None,
    };
    rest.get(..length)
}

/// Returns what follows the version at the start of a sequence.
fn integer(der: &[u8]) -> Option<&[u8]> {
    let [0x02, 0x01, 0x00 | 0x01, rest @ ..] = der else { return None };
    Some(rest)
}
