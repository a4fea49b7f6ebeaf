//! The private key of CloudFront: PEM of an RSA key in the older of its two forms, PKCS#1, which alone is read.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::{Fault, Reader};
use crate::diag::{Severity, codes};
use crate::x509::RsaForm;

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
    match RsaForm::of(&block.der) {
        Some(RsaForm::Pkcs1) => None,
        Some(RsaForm::Pkcs8) => fault(
            "is a private key in the form PKCS#8",
            "the operator checks nothing; the registry ends when it starts: `x509: failed to parse private key (use ParsePKCS8PrivateKey instead for this key format)`",
            "write it in the form PKCS#1: `openssl rsa -traditional -in KEY -out NEW`",
        ),
        None => other("is PEM of something else than an RSA private key"),
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
