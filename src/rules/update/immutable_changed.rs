//! A Secret or ConfigMap that cannot change and does: the API server refuses it. No value is shown.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::{UpdateContext, naming};
use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::name::ObjectName;
use crate::rules::{Check, Rule};
use crate::tree::{Map, Node};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::IMMUTABLE_CHANGED, check: Check::Update(check) };

fn check(ctx: &UpdateContext<'_>, findings: &mut Findings) {
    for kind in ["Secret", "ConfigMap"] {
        for (old, new) in ctx.both_of(kind) {
            let Some((place, what, refused)) = change(old, new) else { continue };
            let message = format!("{what} of {} changes, which it cannot", quoted(&ObjectName::of(new).to_string()));
            let finding = Diagnostic::error_about(RULE.code, &place.origin, message);
            let at = old.get("immutable").filter(|_| what != "the type").or_else(|| old.get("type")).unwrap_or(old);
            findings.push(
                ctx.was(finding, at, "as it was")
                    .note(format!("the API server refuses it: `{refused}`"))
                    .help("give the changed one another name and refer to that, or delete the old one first"),
            );
        }
    }
}

/// Returns where and what changes that cannot, and how the API server refuses it.
fn change<'o>(old: &Node, new: &'o Node) -> Option<(&'o Node, String, &'static str)> {
    let text = |node: &Node| node.as_str().filter(|text| !text.is_empty()).unwrap_or("Opaque").to_owned();
    let kind = |object: &Node| object.get("type").map_or_else(|| "Opaque".to_owned(), text);
    if ObjectName::of(new).kind == "Secret" && kind(old) != kind(new) {
        let place = new.get("type").unwrap_or_else(|| naming(new));
        return Some((place, "the type".into(), "type: Invalid value: field is immutable"));
    }
    if old.get("immutable").and_then(Node::as_bool) != Some(true) {
        return None;
    }
    if new.get("immutable").and_then(Node::as_bool) != Some(true) {
        let place = new.get("immutable").unwrap_or_else(|| naming(new));
        return Some((place, "`immutable`".into(), "immutable: Forbidden: field is immutable when `immutable` is set"));
    }
    let (was, is) = (values(old), values(new));
    let keys = was.keys().chain(is.keys());
    let changed = keys.copied().find(|key| match (was.get(key), is.get(key)) {
        (Some((Some(was), _)), Some((Some(is), _))) => !bool::from(was.as_bytes().ct_eq(is.as_bytes())),
        // A plain secret whose bytes are elsewhere is not compared.
        (Some(_), Some(_)) => false,
        _ => true,
    })?;
    let place = is.get(changed).map_or_else(|| new.get("data").unwrap_or_else(|| naming(new)), |(_, node)| *node);
    Some((place, format!("the key {}", quoted(changed)), "data: Forbidden: field is immutable when `immutable` is set"))
}

/// Returns every key with its value as base64, where it is known.
fn values(object: &Node) -> BTreeMap<&str, (Option<Zeroizing<String>>, &Node)> {
    let is_secret = ObjectName::of(object).kind == "Secret";
    let mut values = BTreeMap::new();
    for field in ["data", "binaryData", "stringData"] {
        let is_encoded = field == "binaryData" || (field == "data" && is_secret);
        for (key, entry) in object.get(field).and_then(Node::as_map).into_iter().flat_map(Map::iter) {
            // What SOPS has encrypted differs each time, and says nothing of the value.
            let plain = entry.node.as_str().filter(|text| !text.starts_with("ENC["));
            let encoded = plain
                .map(|text| if is_encoded { text.split_ascii_whitespace().collect() } else { STANDARD.encode(text) });
            values.insert(&**key, (encoded.map(Zeroizing::new), &entry.node));
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check_update, check_update_says};
    use crate::rules::update::testing::object;

    fn secret(rest: &str) -> String {
        object("v1", "Secret", "name: s, namespace: n", rest)
    }

    #[test]
    fn what_is_immutable_stays() {
        let old = secret("immutable: true\ndata: {a: YQ==}");
        check_update("4.16", &old, &old, &[]);
        check_update("4.16", &old, &secret("immutable: true\nstringData: {a: a}"), &[]);
        check_update("4.16", &old, &secret("immutable: true\ndata: {a: Yg==}"), &["error RC0622 at Yg=="]);
        check_update("4.16", &old, &secret("immutable: true\ndata: {a: YQ==, b: Yg==}"), &["error RC0622 at Yg=="]);
        check_update("4.16", &old, &secret("immutable: true\ndata: {}"), &["error RC0622 at {"]);
        check_update("4.16", &old, &secret("data: {a: YQ==}"), &["error RC0622 at s"]);
        check_update_says(
            "4.16",
            &old,
            &secret("immutable: true\ndata: {}"),
            "field is immutable when `immutable` is set`",
        );
        let map = |value: &str| {
            object("v1", "ConfigMap", "name: m, namespace: n", &format!("immutable: true\ndata: {{a: {value}}}"))
        };
        check_update("4.16", &map("one"), &map("two"), &["error RC0622 at two"]);
    }

    #[test]
    fn what_is_encrypted_is_not_compared() {
        let sealed =
            |text: &str| secret(&format!("immutable: true\nstringData: {{a: \"ENC[AES256_GCM,data:{text}]\"}}"));
        check_update("4.16", &sealed("x"), &sealed("y"), &[]);
    }

    #[test]
    fn what_is_not_immutable_changes_all_but_its_type() {
        let old = secret("data: {a: YQ==}");
        check_update("4.16", &old, &secret("data: {a: Yg==}"), &[]);
        check_update("4.16", &old, &secret("type: Opaque\ndata: {a: YQ==}"), &[]);
        check_update(
            "4.16",
            &old,
            &secret("type: kubernetes.io/tls\ndata: {a: YQ==}"),
            &["error RC0622 at kubernetes.io/tls"],
        );
    }
}
