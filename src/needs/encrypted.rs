//! The keys of encrypted files. SealedSecrets and files of SOPS say their keys in the open, and nothing is decrypted here.

use std::sync::Arc;

use super::found::Missing;
use crate::diag::visible::quoted;
use crate::diag::{Findings, codes};
use crate::sops::{Encrypted, Wanted};
use crate::tree::parse::{Reading, documents};
use crate::tree::{Node, Source};

/// Says what is missing of a key of a SealedSecret.
pub(super) fn of_sealed(file: &Arc<Source>, key: &str) -> Option<Missing> {
    // What is wrong with the text is said where the values are taken out of it.
    let Some(documents) = documents(file, Reading::AsKubectl, &mut Findings::new()) else {
        return Some(Missing::Form("it is no YAML".into()));
    };
    let is_sealed = |object: &&Node| object.get("kind").and_then(Node::as_str) == Some("SealedSecret");
    let Some(object) = documents.iter().find(is_sealed) else {
        return Some(Missing::Form("it holds no SealedSecret".into()));
    };
    let value = object.at(&["spec", "encryptedData", key]);
    value.is_none().then(|| Missing::Key(format!("the file has no sealed value {}", quoted(key))))
}

/// Says what is missing of a value of a file that SOPS encrypted.
pub(super) fn of_sops(file: &Arc<Encrypted>, wanted: Wanted<'_>) -> Option<Missing> {
    let fault = file.find(wanted).err()?;
    let words = fault.message().to_owned();
    Some(if fault.is(&codes::NO_SOPS_VALUE) { Missing::Key(words) } else { Missing::Form(words) })
}
