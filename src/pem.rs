//! PEM text: its blocks with their places, and the certificates among them. Reads no file and judges nothing.

use std::ops::Range;

use rustls_pki_types::pem::{PemObject as _, SectionKind};

/// A block between `-----BEGIN X-----` and `-----END X-----`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// What it says it is, such as `CERTIFICATE`.
    pub label: String,
    /// Where it stands in the text, both lines included.
    pub range: Range<usize>,
    /// The decoded bytes; none where they cannot be decoded.
    pub der: Option<Vec<u8>>,
}

/// Returns the blocks of a text in order; what stands around them is left out. A block without end ends the list with
/// nothing decoded.
pub fn blocks(text: &str) -> Vec<Block> {
    const BEGIN: &str = "-----BEGIN ";
    let mut blocks = Vec::new();
    let mut from = 0;
    while let Some(start) = text[from..].find(BEGIN).map(|at| from + at) {
        let after = &text[start + BEGIN.len()..];
        let Some(label) = after.split_once("-----").map(|(label, _)| label).filter(|label| !label.contains('\n'))
        else {
            from = start + BEGIN.len();
            continue;
        };
        let end_line = format!("-----END {label}-----");
        let Some(end) = text[start..].find(&end_line).map(|at| start + at + end_line.len()) else {
            blocks.push(Block { label: label.to_owned(), range: start..text.len(), der: None });
            break;
        };
        blocks.push(Block { label: label.to_owned(), range: start..end, der: decode(&text[start..end], label) });
        from = end;
    }
    blocks
}

/// Returns the certificate blocks of a text, each ending in a line break: what a CA bundle may hold and nothing else.
///
/// A block that cannot be decoded is left out, so that no other text comes along in one.
pub fn certificates_only(text: &str) -> String {
    let mut bundle = String::new();
    for block in blocks(text).iter().filter(|block| block.label == "CERTIFICATE" && block.der.is_some()) {
        for line in text[block.range.clone()].lines() {
            bundle.push_str(line.trim());
            bundle.push('\n');
        }
    }
    bundle
}

/// Decodes a block of a kind that is known to the library; other kinds only need to be told apart, not read.
fn decode(block: &str, label: &str) -> Option<Vec<u8>> {
    let lines: Vec<&str> = block.lines().map(str::trim).collect();
    if label != "CERTIFICATE" {
        return None;
    }
    let (kind, der) = <(SectionKind, Vec<u8>)>::from_pem_slice(lines.join("\n").as_bytes()).ok()?;
    (kind == SectionKind::Certificate).then_some(der)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_told_apart_and_the_rest_is_left_out() {
        let text = "# note\r\n-----BEGIN CERTIFICATE-----\r\nAQID\r\n-----END CERTIFICATE-----\r\n-----BEGIN PRIVATE KEY-----\nBA==\n-----END PRIVATE KEY-----\n";
        let blocks = blocks(text);
        assert_eq!(blocks.iter().map(|block| block.label.as_str()).collect::<Vec<_>>(), ["CERTIFICATE", "PRIVATE KEY"]);
        assert_eq!(blocks[0].der.as_deref(), Some([1, 2, 3].as_slice()));
        assert_eq!(certificates_only(text), "-----BEGIN CERTIFICATE-----\nAQID\n-----END CERTIFICATE-----\n");
    }

    #[test]
    fn nothing_but_certificates_comes_out_whatever_stands_around_them() {
        const CLEAN: &str = "-----BEGIN CERTIFICATE-----\nAQID\n-----END CERTIFICATE-----\n";
        let crlf = CLEAN.replace('\n', "\r\n");
        let key = "-----BEGIN EC PRIVATE KEY-----\nHUSH\n-----END EC PRIVATE KEY-----\n";
        for text in [
            CLEAN,
            CLEAN.trim_end(),
            &crlf,
            crlf.trim_end(),
            &CLEAN.replace('\n', "  \n"),
            &format!("\u{feff}{CLEAN}"),
            &format!("# Corporate root\n{CLEAN}# end"),
            &format!("Bag Attributes\n    localKeyID: 01\nsubject=CN = Root\n\n{crlf}"),
            &format!("{key}{CLEAN}{key}"),
            &format!("{CLEAN}-----BEGIN X509 CRL-----\nAQID\n-----END X509 CRL-----\n"),
            &format!("{CLEAN}-----BEGIN TRUSTED CERTIFICATE-----\nAQID\n-----END TRUSTED CERTIFICATE-----\n"),
            &format!("-----BEGIN CERTIFICATE-----\npassword: hunter2\n-----END CERTIFICATE-----\n{CLEAN}"),
            &format!("{CLEAN}-----BEGIN CERTIFICATE-----\nAQID"),
        ] {
            assert_eq!(certificates_only(text), CLEAN, "{text:?}");
        }
        assert_eq!(certificates_only(&format!("{}{crlf}", CLEAN.trim_end())), CLEAN.repeat(2));
        assert_eq!(certificates_only(""), "");
    }

    #[test]
    fn a_block_without_end_decodes_to_nothing() {
        let blocks = blocks("-----BEGIN CERTIFICATE-----\nAQID\n");
        assert_eq!(blocks[0].der, None);
    }
}
