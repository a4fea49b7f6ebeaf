//! Documents that SOPS encrypted: what is known of them without a key.
//!
//! SOPS leaves keys as they are, writes each value as `ENC[AES256_GCM,data:…,type:str]`, and adds a mapping `sops` with
//! what it needs to decrypt. Here that mapping goes, and each encrypted value becomes a secret of which only the type is
//! known (upstream: getsops/sops `stores/stores.go`, `aes/cipher.go`).

use super::node::{Node, Value};
use crate::secret::{PlainSource, Plaintext, SecretSlot};

/// Replaces encrypted values by secrets, and takes the metadata of SOPS away; leaves other documents as they are.
///
/// Returns whether the document was encrypted.
pub fn open(document: &mut Node) -> bool {
    let has_metadata = |sops: &Node| ["mac", "lastmodified", "version"].iter().any(|key| sops.get(key).is_some());
    if !document.get("sops").is_some_and(has_metadata) {
        return false;
    }
    if let Some(map) = document.as_map_mut() {
        map.shift_remove("sops");
    }
    replace(document);
    true
}

fn replace(node: &mut Node) {
    let place = node.place().clone();
    match &mut node.value {
        Value::Map(map) => map.values_mut().for_each(|entry| replace(&mut entry.node)),
        Value::Seq(items) => items.iter_mut().for_each(replace),
        Value::String(text) => {
            if let Some(plaintext) = plaintext(text) {
                node.value = Value::Secret(SecretSlot::new(PlainSource::Encrypted(plaintext), place));
            }
        }
        _ => {}
    }
}

/// Returns what an encrypted value is once it is decrypted; none where the text is not encrypted.
fn plaintext(text: &str) -> Option<Plaintext> {
    let inner = text.strip_prefix("ENC[AES256_GCM,")?.strip_suffix(']')?;
    match inner.rsplit_once(",type:")?.1 {
        "str" | "bytes" | "comment" => Some(Plaintext::Text),
        "int" => Some(Plaintext::Int),
        "float" => Some(Plaintext::Float),
        "bool" => Some(Plaintext::Bool),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Findings;
    use crate::tree::parse::{Reading, document};
    use crate::tree::{Source, SourceKind};

    fn opened(text: &str) -> (bool, String) {
        let source = Source::new("a.yaml", text, SourceKind::User);
        let mut node = document(&source, Reading::AsKubectl, &mut Findings::new()).unwrap();
        (open(&mut node), format!("{node:?}"))
    }

    #[test]
    fn encrypted_values_are_secrets_and_the_metadata_is_gone() {
        let value = |kind: &str| format!("ENC[AES256_GCM,data:x,iv:y,tag:z,type:{kind}]");
        let text = format!(
            "a: {}\nb: [{}, plain]\nc: {}\nsops: {{mac: m}}\n",
            value("str"),
            value("int"),
            value("none").replace("type:none", "kind:none")
        );
        let (is_encrypted, shown) =
            opened(&text.replace("ENC[", "'ENC[").replace(']', "]'").replace("plain]'", "plain]"));
        assert!(is_encrypted);
        assert!(shown.starts_with(r#"{"a": [secret], "b": [[secret], "plain"], "c": "ENC["#), "{shown}");
        assert!(!shown.contains("sops"), "{shown}");
    }

    #[test]
    fn what_only_looks_encrypted_stays() {
        assert!(!opened("{a: 'ENC[AES256_GCM,data:x,type:str]'}").0);
        assert!(!opened("{a: 1, sops: no-metadata}").0);
    }
}
