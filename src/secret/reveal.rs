//! What becomes of plain secrets in the output: refused, revealed, or left out with the whole Secret.
//!
//! Only the invoker decides it, never a file of the project. A slot anywhere but in `data` of a v1 Secret is refused
//! whatever the invoker says, since only there its bytes are base64 and only there Kubernetes guards them. What a Secret
//! holds encrypted is no plain secret, and goes out as it came in.

use super::SecretSlot;
use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::mutation::is_off;
use crate::name::ObjectName;
use crate::tree::{Node, Value};

/// What the invoker says about plain secrets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reveal {
    /// There must be none: the default.
    #[default]
    Refuse,
    /// Their bytes are written out, as base64 in Secrets.
    Reveal,
    /// The Secrets that hold them are left out.
    Omit,
}

/// Returns the objects that may be written, or none where findings say why there is no output.
pub fn settle(objects: Vec<Node>, reveal: Reveal, findings: &mut Findings) -> Option<Vec<Node>> {
    let n_errors = findings.n_errors();
    let mut kept = Vec::with_capacity(objects.len());
    for object in objects {
        let mut slots = Slots::default();
        slots.find(&object);
        for slot in slots.misplaced.iter().filter(|_| !is_off("misplaced-secret")) {
            findings.push(misplaced(slot, &object));
        }
        match (slots.placed.first(), reveal) {
            (None, _) | (Some(_), Reveal::Reveal) => kept.push(object),
            (Some(_), Reveal::Refuse) if is_off("plain-secret") => kept.push(object),
            (Some(_), Reveal::Refuse) => {
                for slot in &slots.placed {
                    findings.push(refused(slot, &object));
                }
            }
            (Some(slot), Reveal::Omit) => findings.push(left_out(slot, &object)),
        }
    }
    (findings.n_errors() == n_errors).then_some(kept)
}

/// Tells whether an object is a Secret of the core API.
pub fn is_secret(object: &Node) -> bool {
    let is = |key: &str, expected: &str| object.get(key).and_then(Node::as_str) == Some(expected);
    is("apiVersion", "v1") && is("kind", "Secret")
}

/// Returns the text of a Secret that SOPS encrypted as a whole, which is written as it is; none for other objects.
pub fn passed_on(object: &Node) -> Option<&str> {
    let mut slots = Slots::default();
    slots.find(object);
    (slots.n_encrypted > 0).then(|| object.place().source.text())
}

/// Tells whether a plain secret stands in an object.
pub fn has_plain(object: &Node) -> bool {
    let mut slots = Slots::default();
    slots.find(object);
    !slots.placed.is_empty() || !slots.misplaced.is_empty()
}

#[derive(Default)]
struct Slots<'a> {
    placed: Vec<&'a SecretSlot>,
    misplaced: Vec<&'a SecretSlot>,
    /// Those that stay encrypted where a Secret holds its values.
    n_encrypted: usize,
}

impl<'a> Slots<'a> {
    fn find(&mut self, object: &'a Node) {
        let holds_secrets = is_secret(object);
        let Some(map) = object.as_map() else { return self.misplace(object) };
        for (key, entry) in map {
            match entry.node.as_map() {
                Some(data) if holds_secrets && matches!(&**key, "data" | "stringData") => {
                    for value in data.values() {
                        match &value.node.value {
                            Value::Secret(slot) if slot.encrypted().is_some() => self.n_encrypted += 1,
                            Value::Secret(slot) if &**key == "data" => self.placed.push(slot),
                            _ => self.misplace(&value.node),
                        }
                    }
                }
                _ => self.misplace(&entry.node),
            }
        }
    }

    fn misplace(&mut self, node: &'a Node) {
        match &node.value {
            Value::Secret(slot) => self.misplaced.push(slot),
            Value::Seq(items) => items.iter().for_each(|item| self.misplace(item)),
            Value::Map(map) => map.values().for_each(|entry| self.misplace(&entry.node)),
            _ => {}
        }
    }
}

fn refused(slot: &SecretSlot, object: &Node) -> Diagnostic {
    let named = ObjectName::of(object).to_string();
    let message = "this plain secret would be written out";
    Diagnostic::error(&codes::PLAIN_SECRET, slot.place(), message)
        .object(named)
        .help("take it from a secret store (`valueFrom.external`), seal it (`valueFrom.sealed`), reference one that the cluster has (`valueFrom.secretKeyRef`), or run with `--reveal-secrets` where the output is safe")
}

fn left_out(slot: &SecretSlot, object: &Node) -> Diagnostic {
    let named = ObjectName::of(object).to_string();
    let message = format!("{} is left out, as `--omit-secrets` asks", quoted(&named));
    Diagnostic::warning(&codes::SECRET_LEFT_OUT, slot.place(), message)
        .object(named)
        .note("an engine that prunes deletes the live one when this output is applied")
        .help("create it on the cluster by another way, and keep engines from pruning it")
}

fn misplaced(slot: &SecretSlot, object: &Node) -> Diagnostic {
    let named = ObjectName::of(object).to_string();
    let message = format!("this plain secret stands in {}, outside of `data` of a Secret", quoted(&named));
    Diagnostic::error(&codes::MISPLACED_SECRET, slot.place(), message)
        .object(named)
        .help("place it whole, as a value under `data` of a v1 Secret")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::{PlainSource, Plaintext};
    use crate::tree::{Place, Source, SourceKind};

    fn place() -> Place {
        Place::start_of(&Source::new("spec.yaml", "", SourceKind::User))
    }

    fn slot() -> Node {
        Node::new(Value::Secret(SecretSlot::new(PlainSource::Env("REGCFG_SECRET_A".into()), place())), place())
    }

    fn map<const N: usize>(entries: [(&str, Node); N]) -> Node {
        Node::map(entries, place())
    }

    fn object(kind: &str, field: &str, value: Node) -> Node {
        let text = |text: &str| Node::string(text, place());
        let metadata = map([("name", text("x")), ("namespace", text("ns"))]);
        map([("apiVersion", text("v1")), ("kind", text(kind)), ("metadata", metadata), (field, map([("a", value)]))])
    }

    #[track_caller]
    fn check(object: Node, reveal: Reveal, n_kept: Option<usize>, codes: &[&str]) {
        let mut findings = Findings::new();
        let kept = settle(vec![object], reveal, &mut findings);
        assert_eq!(kept.map(|kept| kept.len()), n_kept);
        assert_eq!(findings.iter().map(|finding| finding.code.id).collect::<Vec<_>>(), codes);
    }

    #[test]
    fn a_plain_secret_is_refused_unless_the_invoker_says_otherwise() {
        let secret = || object("Secret", "data", slot());
        check(secret(), Reveal::Refuse, None, &["RC0701"]);
        check(secret(), Reveal::Reveal, Some(1), &[]);
        check(secret(), Reveal::Omit, Some(0), &["RC0705"]);
        let ciphertext = object("Secret", "data", Node::string("eA==", place()));
        check(ciphertext, Reveal::Refuse, Some(1), &[]);
    }

    #[test]
    fn what_stays_encrypted_is_no_plain_secret_where_a_secret_holds_its_values() {
        let encrypted = || {
            let slot = SecretSlot::new(PlainSource::Encrypted(Plaintext::Text), place());
            Node::new(Value::Secret(slot), place())
        };
        for reveal in [Reveal::Refuse, Reveal::Reveal, Reveal::Omit] {
            check(object("Secret", "data", encrypted()), reveal, Some(1), &[]);
            check(object("Secret", "stringData", encrypted()), reveal, Some(1), &[]);
            check(object("Secret", "metadata", encrypted()), reveal, None, &["RC0706"]);
            check(object("ConfigMap", "data", encrypted()), reveal, None, &["RC0706"]);
        }
        assert!(!has_plain(&object("Secret", "data", encrypted())) && has_plain(&object("Secret", "data", slot())));
        assert!(passed_on(&object("Secret", "data", encrypted())).is_some());
        assert!(passed_on(&object("Secret", "data", slot())).is_none());
    }

    #[test]
    fn a_secret_outside_of_data_is_refused_whatever_the_invoker_says() {
        for misplaced in [
            object("ConfigMap", "data", slot()),
            object("Secret", "stringData", slot()),
            object("Secret", "metadata", slot()),
            object("Secret", "data", map([("deeper", slot())])),
            slot(),
        ] {
            check(misplaced, Reveal::Reveal, None, &["RC0706"]);
        }
    }
}
