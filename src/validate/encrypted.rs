//! Objects with encrypted values: what is said of them, and what is not.

use crate::diag::{Diagnostic, Severity, codes};
use crate::mutation::is_off;
use crate::tree::{Node, Value};

/// The fields that say which object it is; where one is encrypted, nothing can be checked.
const IDENTITY: [&[&str]; 4] = [&["apiVersion"], &["kind"], &["metadata", "name"], &["metadata", "namespace"]];

/// Says that what an object is is encrypted, if it is.
pub(super) fn identity(node: &Node) -> Option<Diagnostic> {
    let is_encrypted = |path: &&&[&str]| node.at(path).is_some_and(is_encrypted);
    let path = IDENTITY.iter().find(is_encrypted).filter(|_| !is_off("encrypted-identity"))?;
    let message = format!("`{}` is encrypted, and the object is not checked", path.join("."));
    let origin = node.at(path).map_or(&node.origin, |node| &node.origin);
    let finding = Diagnostic::about(&codes::ENCRYPTED_VALUE, Severity::Info, origin, message);
    Some(finding.help("encrypt values alone, for instance with `--encrypted-regex '^(data|stringData)$'`"))
}

/// Says which values of an object are encrypted, so that no more than their types were checked.
pub(super) fn values(node: &Node) -> Option<Diagnostic> {
    let mut found = Vec::new();
    if !is_off("encrypted-values") {
        collect(node, String::new(), &mut found);
    }
    let ((first, path), more) = (found.first()?, found.len() - 1);
    let also = match more {
        0 => "is",
        1 => "and 1 other value are",
        _ => "and others are",
    };
    let message = format!("`{path}` {also} encrypted: not checked but for the type");
    let finding = Diagnostic::about(&codes::ENCRYPTED_VALUE, Severity::Info, &first.origin, message);
    Some(finding.help("check the decrypted manifest, for instance with `sops decrypt FILE | regcfg check -`"))
}

fn collect<'o>(node: &'o Node, path: String, found: &mut Vec<(&'o Node, String)>) {
    match &node.value {
        Value::Map(map) => {
            for (key, entry) in map {
                let path = if path.is_empty() { key.to_string() } else { format!("{path}.{key}") };
                collect(&entry.node, path, found);
            }
        }
        Value::Seq(items) => {
            for (at, item) in items.iter().enumerate() {
                collect(item, format!("{path}[{at}]"), found);
            }
        }
        _ if is_encrypted(node) => found.push((node, path)),
        _ => {}
    }
}

fn is_encrypted(node: &Node) -> bool {
    matches!(&node.value, Value::Secret(slot) if slot.encrypted().is_some())
}
