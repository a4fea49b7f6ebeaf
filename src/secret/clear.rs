//! The values of a v1 Secret that stand in clear in its manifest, as the API server keeps them.
//!
//! What is encrypted and what a slot stands for is none. Who judges a value asks `stand_in` first: manifests are also
//! templates of other programs. Upstream: kubernetes/kubernetes `pkg/registry/core/secret/strategy.go`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::tree::{Entry, Node};

/// Returns the keys of a Secret with their values: `stringData` is written over `data`.
pub fn entries(secret: &Node) -> impl Iterator<Item = (&str, &Entry)> {
    let text = secret.entries("stringData");
    let encoded = secret.entries("data").filter(|(key, _)| secret.at(&["stringData", key]).is_none());
    text.chain(encoded)
}

/// Returns a key of a Secret with its value, which need not be in clear.
pub fn entry<'o>(secret: &'o Node, key: &str) -> Option<&'o Entry> {
    ["stringData", "data"].into_iter().find_map(|field| secret.get(field)?.entry(key))
}

/// Returns the bytes of a key of a Secret; none where they are not in clear, or no base64 where they must be.
pub fn bytes(secret: &Node, key: &str) -> Option<Zeroizing<Vec<u8>>> {
    let written = entry(secret, key)?.node.as_str()?;
    if secret.at(&["stringData", key]).is_some() {
        return Some(Zeroizing::new(written.as_bytes().to_vec()));
    }
    // Go's base64 passes over line breaks.
    let encoded: Zeroizing<Vec<u8>> =
        Zeroizing::new(written.bytes().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect());
    STANDARD.decode(&encoded).ok().map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Findings;
    use crate::tree::parse::{Reading, document};
    use crate::tree::{Source, SourceKind};

    #[test]
    fn values_are_those_that_the_api_server_keeps() {
        let text = "data: {a: SFVT\\r\\nSA==, b: SFVTSA==, c: HUSH!, e: x}\nstringData: {b: other, d: ''}";
        let source = Source::new("secret.yaml", text.replace("SFVT\\r\\nSA==", "\"SFVT\\r\\nSA==\""), SourceKind::User);
        let secret = document(&source, Reading::AsKubectl, &mut Findings::new()).expect("YAML");
        let read = |key| bytes(&secret, key).map(|bytes| String::from_utf8(bytes.to_vec()).expect("UTF-8"));
        assert_eq!(
            ["a", "b", "c", "d"].map(read),
            [Some("HUSH".into()), Some("other".into()), None, Some(String::new())]
        );
        let keys: Vec<&str> = entries(&secret).map(|(key, _)| key).collect();
        assert_eq!(keys, ["b", "d", "a", "c", "e"]);
        assert_eq!(entry(&secret, "b").and_then(|entry| entry.node.as_str()), Some("other"));
    }
}
