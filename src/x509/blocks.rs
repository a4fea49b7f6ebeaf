//! The blocks of a PEM text, its certificates read.

use std::ops::Range;
use std::sync::Arc;

use super::Certificate;
use crate::pem;

/// A PEM block.
#[derive(Clone, Debug)]
pub struct Block {
    /// Where it stands in the text, both lines included.
    pub range: Range<usize>,
    /// What it is.
    pub what: What,
}

/// What a PEM block is.
#[derive(Clone, Debug)]
pub enum What {
    /// A certificate.
    Certificate(Arc<Certificate>),
    /// A block that says it is a certificate, and why it is none.
    Broken(&'static str),
    /// A private key of some kind.
    PrivateKey,
    /// Anything else, by its label.
    Other(String),
}

impl What {
    /// Tells whether the block says that it is a certificate.
    pub fn says_certificate(&self) -> bool {
        matches!(self, Self::Certificate(_) | Self::Broken(_))
    }
}

/// Returns the blocks of a text in order. Of a private key nothing is kept but that it is one.
pub fn blocks(text: &str) -> Vec<Block> {
    let read = |block: pem::Block| Block { range: block.range.clone(), what: what(block) };
    pem::blocks(text).into_iter().map(read).collect()
}

fn what(block: pem::Block) -> What {
    if block.label.ends_with("PRIVATE KEY") {
        return What::PrivateKey;
    }
    if block.label != "CERTIFICATE" {
        return What::Other(block.label);
    }
    let Some(der) = block.der else { return What::Broken("it is not base64 between its two marks") };
    match Certificate::read(der) {
        Ok(certificate) => What::Certificate(Arc::new(certificate)),
        Err(why) => What::Broken(why),
    }
}
