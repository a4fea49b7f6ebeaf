//! What single kinds add to their schema: keys and sizes of secrets and config maps, sizes of claims.
//!
//! Of a secret only keys and sizes are looked at, and whether a docker config is JSON; no value is ever said.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::identity::Identity;
use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::mutation::is_off;
use crate::pull_secret::{self, ConfigFault};
use crate::tree::{Entry, Node};

/// The most bytes that the values of a secret or config map may have together.
const MOST_BYTES: usize = 1 << 20;

/// Checks what the kind of an object asks of it beyond its schema.
pub(super) fn check(identity: &Identity<'_>, findings: &mut Findings) {
    let node = identity.node;
    let mut say = |finding: Diagnostic| findings.push(finding.object(identity.shown()));
    match (identity.kind.group, identity.kind.kind) {
        ("", "Secret") => secret(node, &mut say),
        ("", "ConfigMap") => config_map(node, &mut say),
        ("", "PersistentVolumeClaim") => claim(node, &mut say),
        _ => {}
    }
}

fn secret(node: &Node, say: &mut dyn FnMut(Diagnostic)) {
    keys(node, &["data", "stringData"], say);
    size(node, "data", &["stringData"], say);
    let Some(kind) = node.get("type").filter(|kind| !kind.is_null()) else { return };
    let has = |key: &str| ["data", "stringData"].iter().any(|field| node.at(&[field, key]).is_some());
    let lacking = match kind.as_str().unwrap_or_default() {
        "kubernetes.io/tls" => ["tls.crt", "tls.key"].into_iter().find(|key| !has(key)),
        "kubernetes.io/dockerconfigjson" => [".dockerconfigjson"].into_iter().find(|key| !has(key)),
        "kubernetes.io/dockercfg" => [".dockercfg"].into_iter().find(|key| !has(key)),
        "kubernetes.io/ssh-auth" => ["ssh-privatekey"].into_iter().find(|key| !has(key)),
        "kubernetes.io/basic-auth" if !has("username") && !has("password") => Some("username"),
        _ => None,
    };
    if let Some(value) = docker_config(node).filter(|_| !is_off("docker-config")) {
        let message = "the docker config is no JSON object";
        say(Diagnostic::error_about(&codes::OBJECT_MALFORMED_VALUE, &value.origin, message)
            .help("write the JSON of a docker config, and in `data` the base64 of it"));
    }
    if let Some(key) = lacking.filter(|_| !is_off("secret-type")) {
        let message = format!("a secret of the type {} needs the key `{key}`", kind.quoted());
        say(Diagnostic::error_about(&codes::SECRET_KEY_MISSING, &kind.origin, message)
            .help(format!("add `{key}`, or remove the type")));
    }
}

/// Returns the docker config of a secret of such a type, where it is at hand and no JSON object.
fn docker_config(secret: &Node) -> Option<&Node> {
    let (value, bytes, layout) = pull_secret::docker_config_of(secret)?;
    pull_secret::faults(&bytes, layout).contains(&ConfigFault::NotAnObject).then_some(value)
}

fn config_map(node: &Node, say: &mut dyn FnMut(Diagnostic)) {
    keys(node, &["data", "binaryData"], say);
    size(node, "binaryData", &["data"], say);
    for (key, entry) in node.entries("binaryData") {
        if let Some(other) = node.at(&["data"]).and_then(|data| data.entry(key))
            && !is_off("key-in-both")
        {
            let message = format!("the key `{key}` stands in `data` and in `binaryData`");
            let finding = Diagnostic::error_about(&codes::KEY_IN_BOTH, &entry.key, message);
            say(finding.note_at(other.key.place(), "and here").help("remove one of the two"));
        }
    }
}

/// Refuses the names that would be paths when mounted, which the pattern lets through.
fn keys(node: &Node, fields: &[&str], say: &mut dyn FnMut(Diagnostic)) {
    for field in fields {
        for (key, entry) in node.entries(field) {
            if (key == "." || key.starts_with("..")) && !is_off("data-key") {
                let message = format!("the name {} must not be `.` or begin with `..`", quoted(key));
                say(Diagnostic::error_about(&codes::OBJECT_MALFORMED_VALUE, &entry.key, message));
            }
        }
    }
}

fn size(node: &Node, encoded: &str, plain: &[&str], say: &mut dyn FnMut(Diagnostic)) {
    let length = |entry: &Entry| entry.node.as_str().map_or(0, str::len);
    let plain: usize = plain.iter().flat_map(|field| node.entries(field)).map(|(_, entry)| length(entry)).sum();
    let decoded = |entry: &Entry| {
        // Long values alone are worth decoding; short ones cannot pass the limit unless there are very many.
        let text = entry.node.as_str().unwrap_or_default();
        if text.len() < MOST_BYTES / 64 {
            text.len() / 4 * 3
        } else {
            STANDARD.decode(text).map_or(0, |bytes| bytes.len())
        }
    };
    let total = plain + node.entries(encoded).map(|(_, entry)| decoded(entry)).sum::<usize>();
    if total > MOST_BYTES && !is_off("data-size") {
        let message = format!("the values have more than the {MOST_BYTES} bytes that the API server takes");
        say(Diagnostic::error_about(&codes::OBJECT_OUT_OF_BOUNDS, &node.origin, message)
            .help("split it, or keep the bytes elsewhere"));
    }
}

fn claim(node: &Node, say: &mut dyn FnMut(Diagnostic)) {
    if let Some(size) = node
        .at(&["spec", "resources", "requests", "storage"])
        .filter(|size| !size.has_secret() && !is_positive(size) && !is_off("claim-size"))
    {
        let message = format!("`spec.resources.requests.storage` must be more than nothing, not {}", size.quoted());
        say(Diagnostic::error_about(&codes::OBJECT_OUT_OF_BOUNDS, &size.origin, message));
    }
    let modes = node.at(&["spec", "accessModes"]).and_then(Node::as_seq).unwrap_or_default();
    let only = modes.iter().find(|mode| mode.as_str() == Some("ReadWriteOncePod"));
    if let Some(only) = only.filter(|_| modes.len() > 1 && !is_off("access-modes")) {
        let message = "`ReadWriteOncePod` must be the only access mode";
        say(Diagnostic::error_about(&codes::OBJECT_NOT_TOGETHER, &only.origin, message).help("remove the others"));
    }
}

/// Tells whether a quantity is above zero: no sign, and some digit that is not 0 before the suffix.
fn is_positive(quantity: &Node) -> bool {
    match quantity.as_str() {
        Some(text) => {
            let number = text.trim_start_matches('+').split(['e', 'E']).next().unwrap_or_default();
            !text.starts_with('-') && number.bytes().any(|byte| matches!(byte, b'1'..=b'9'))
        }
        None => quantity.as_int().is_some_and(|number| number > 0),
    }
}
