//! The keys of encrypted files. SealedSecrets and files of SOPS say their keys in the open, and nothing is decrypted here.

use std::sync::Arc;

use super::found::Missing;
use crate::diag::Findings;
use crate::diag::visible::quoted;
use crate::load::LIMIT;
use crate::tree::parse::{Reading, documents};
use crate::tree::{Node, Source, SourceKind};
use crate::world::{ProjectPath, World};

/// An encrypted file: its documents, or why there are none.
pub(super) struct Encrypted(Result<Vec<Node>, Missing>);

impl Encrypted {
    /// Reads a file of ciphertext.
    pub(super) fn read(path: &ProjectPath, world: &dyn World) -> Self {
        let text = world.read(path, LIMIT).map_err(|why| Missing::File(why.to_string()));
        let text = text.and_then(|bytes| String::from_utf8(bytes).map_err(|_| Missing::Form("it is not UTF-8".into())));
        Self(text.and_then(|text| {
            let text = if is_dotenv(path) { of_dotenv(&text) } else { text };
            let source: Arc<Source> = Source::new(world.display(path), text, SourceKind::User);
            // What is wrong with it is said where the values are taken out of it.
            documents(&source, Reading::AsKubectl, &mut Findings::new())
                .ok_or_else(|| Missing::Form("it is no YAML".into()))
        }))
    }

    /// Says what is missing of a key of a SealedSecret.
    pub(super) fn sealed(&self, key: &str) -> Option<Missing> {
        let documents = match &self.0 {
            Ok(documents) => documents,
            Err(missing) => return Some(missing.clone()),
        };
        let is_sealed = |object: &&Node| object.get("kind").and_then(Node::as_str) == Some("SealedSecret");
        match documents.iter().find(is_sealed) {
            None => Some(Missing::Form("it holds no SealedSecret".into())),
            Some(object) => object.at(&["spec", "encryptedData", key]).is_none().then(|| Missing::Key(quoted(key))),
        }
    }

    /// Says what is missing of a value of a file that SOPS encrypted.
    pub(super) fn sops(&self, path: &[String], is_deep: bool) -> Option<Missing> {
        let documents = match &self.0 {
            Ok(documents) => documents,
            Err(missing) => return Some(missing.clone()),
        };
        let Some(document) = documents.iter().find(|document| document.get("sops").is_some()) else {
            return Some(Missing::Form("SOPS did not encrypt it".into()));
        };
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let is_secret = document.get("kind").and_then(Node::as_str) == Some("Secret");
        let found = if is_secret && !is_deep {
            let key = path.first().copied().unwrap_or_default();
            ["data", "stringData"].iter().any(|field| document.at(&[field, key]).is_some())
        } else {
            document.at(&path).is_some()
        };
        (!found).then(|| Missing::Key(quoted(&path.join("."))))
    }
}

fn is_dotenv(path: &ProjectPath) -> bool {
    path.file_name().rsplit_once('.').is_some_and(|(_, ending)| ending == "env")
}

/// Returns the keys of a file of variables as a document, with `sops` where SOPS left what it needs.
fn of_dotenv(text: &str) -> String {
    let names = text.lines().filter_map(|line| line.split_once('=')).map(|(name, _)| name.trim());
    let names: Vec<&str> = names.filter(|name| !name.starts_with('#')).collect();
    let is_encrypted = names.contains(&"sops_mac");
    let entries = names.iter().map(|name| (serde_json::Value::from(*name).to_string(), "\"\""));
    let mut text: String = entries.map(|(name, value)| format!("{name}: {value}\n")).collect();
    if is_encrypted {
        text.push_str("sops: {mac: \"\"}\n");
    }
    text
}
