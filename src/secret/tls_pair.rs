//! The certificate and the key of a TLS Secret, judged together when they are revealed: only then both are at hand.
//!
//! What is judged is what is written: the values that were filled in, read once. Nothing of a key is in what is said of it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::{SecretSlot, is_secret};
use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::name::ObjectName;
use crate::pem;
use crate::tree::{Node, Place, Value};
use crate::x509::{Certificate, KeyMismatch, PrivateKey};

/// A TLS Secret under way into its manifest.
pub(super) struct TlsPair<'o> {
    object: &'o Node,
    certificate: Half<'o>,
    key: Half<'o>,
}

/// A value of it: what stands there, and its base64 once that is known.
struct Half<'o> {
    node: &'o Node,
    filled: Option<Zeroizing<String>>,
}

impl<'o> TlsPair<'o> {
    /// Returns the pair of a Secret whose key is filled in; none for any other object.
    pub(super) fn of(object: &'o Node) -> Option<Self> {
        let half = |key: &str| -> Option<Half<'o>> {
            let node = object.get("data")?.get(key)?;
            let filled = node.as_str().map(|text| Zeroizing::new(text.to_owned()));
            Some(Half { node, filled })
        };
        let (certificate, key) = (half("tls.crt")?, half("tls.key")?);
        let is_revealed = matches!(key.node.value, Value::Secret(_));
        (is_secret(object) && is_revealed).then_some(Self { object, certificate, key })
    }

    /// Keeps a value that was filled in, where it is one of the two.
    pub(super) fn take(&mut self, slot: &SecretSlot, filled: &Zeroizing<String>) {
        for half in [&mut self.certificate, &mut self.key] {
            if matches!(&half.node.value, Value::Secret(own) if own.is(slot)) {
                half.filled = Some(filled.clone());
            }
        }
    }

    /// Says what is wrong with the two, once both are known.
    pub(super) fn judge(&self, findings: &mut Findings) {
        let (Some(certificate), Some(key)) = (self.certificate.bytes(), self.key.bytes()) else { return };
        let leaf = self.leaf(&certificate, findings);
        let keys = match PrivateKey::read_all(&key) {
            Ok(keys) => keys,
            Err(fault) => {
                let (message, says, help) = fault.words();
                let finding = Diagnostic::error(&codes::REVEALED_UNUSABLE_KEY, self.key.place(), message);
                findings.push(self.about(finding).note(format!("the router would say `{says}`")).help(help));
                return;
            }
        };
        let Some(leaf) = leaf else { return };
        let Some(mismatch) = KeyMismatch::of(&keys, &leaf) else { return };
        // Of what comes from a secret itself, nothing is shown.
        let of = match self.certificate.node.value {
            Value::Secret(_) => "beside it".to_owned(),
            _ => format!("of {}", quoted(&leaf.subject)),
        };
        let message = format!("the key is not that of the certificate {of}");
        let finding = Diagnostic::error(&codes::REVEALED_OTHER_KEY, self.key.place(), message)
            .note_at(self.certificate.place(), "the certificate")
            .note(format!("the router would not admit the route: `{}`", KeyMismatch::SAYS));
        let finding = mismatch.note().into_iter().fold(finding, Diagnostic::note);
        findings.push(self.about(finding).help(KeyMismatch::HELP));
    }

    /// Returns the certificate that would be shown as the server's own.
    fn leaf(&self, certificate: &[u8], findings: &mut Findings) -> Option<Certificate> {
        let text = String::from_utf8_lossy(certificate);
        let block = pem::blocks(&text).into_iter().find(|block| block.label == "CERTIFICATE");
        let read = match block {
            Some(block) => block.der.ok_or("it is not base64 between its two marks").and_then(Certificate::read),
            None => Err("it holds no block `CERTIFICATE`"),
        };
        match read {
            Ok(leaf) => Some(leaf),
            // What stands in the spec or a file of certificates is judged there.
            Err(_) if !matches!(self.certificate.node.value, Value::Secret(_)) => None,
            Err(why) => {
                let message = format!("no certificate where one belongs: {why}");
                let finding = Diagnostic::error(&codes::REVEALED_NO_CERTIFICATE, self.certificate.place(), message);
                let help = "give the certificates in PEM, the server's own first";
                findings.push(self.about(finding).note("the router would not admit the route").help(help));
                None
            }
        }
    }

    fn about(&self, finding: Diagnostic) -> Diagnostic {
        finding.object(ObjectName::of(self.object).to_string())
    }
}

impl Half<'_> {
    fn bytes(&self) -> Option<Zeroizing<Vec<u8>>> {
        STANDARD.decode(self.filled.as_ref()?.as_bytes()).ok().map(Zeroizing::new)
    }

    /// Returns where the user asked for it.
    fn place(&self) -> &Place {
        match &self.node.value {
            Value::Secret(slot) => slot.place(),
            _ => self.node.place(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::PlainSource;
    use crate::tree::{Source, SourceKind};

    const SERVER: &str = include_str!("../rules/testing/server.crt");
    const OWN: &str = include_str!("../rules/testing/keys/own.key");
    const OTHER: &str = include_str!("../rules/testing/keys/other.key");
    const ENCRYPTED: &str = include_str!("../rules/testing/keys/encrypted.key");

    fn slot(name: &str) -> SecretSlot {
        let place = Place::start_of(&Source::new("spec.yaml", "", SourceKind::User));
        SecretSlot::new(PlainSource::Env(name.into()), place)
    }

    /// Checks what is found of a pair whose key, and whose certificate or not, comes from a slot.
    #[track_caller]
    fn check(certificate: &str, is_public: bool, key: &str, expected: &[&str]) {
        let place = Place::start_of(&Source::new("spec.yaml", "", SourceKind::User));
        let node = |value| Node::new(value, place.clone());
        let text = |text: &str| Node::string(text, place.clone());
        let (for_certificate, for_key) = (slot("REGCFG_SECRET_A"), slot("REGCFG_SECRET_B"));
        let public = STANDARD.encode(certificate);
        let shown = if is_public { text(&public) } else { node(Value::Secret(for_certificate.clone())) };
        let data = [("tls.crt", shown), ("tls.key", node(Value::Secret(for_key.clone())))];
        let data = Node::map(data, place.clone());
        let object = [("apiVersion", text("v1")), ("kind", text("Secret")), ("data", data)];
        let object = Node::map(object, place.clone());
        let mut pair = TlsPair::of(&object).expect("a pair");
        let mut findings = Findings::new();
        pair.judge(&mut findings);
        assert!(findings.is_empty(), "nothing is known yet: {findings:?}");
        pair.take(&for_certificate, &Zeroizing::new(STANDARD.encode(certificate)));
        pair.take(&for_key, &Zeroizing::new(STANDARD.encode(key)));
        pair.judge(&mut findings);
        let found: Vec<String> =
            findings.iter().map(|one| format!("{} {}", one.severity.name(), one.code.id)).collect();
        assert_eq!(found, expected, "{findings:?}");
        let said = findings.iter().flat_map(|one| {
            let notes = one.notes.iter().map(|note| note.message.clone());
            notes.chain([one.message.clone()]).chain(one.help.clone())
        });
        let printed = said.collect::<Vec<_>>().join("\n");
        for line in key.lines().filter(|line| line.len() > 20 && !line.starts_with("-----")) {
            assert!(!printed.contains(line), "a key is shown: {printed}");
        }
        assert!(is_public || !printed.contains("r.example.com"), "a secret is shown: {printed}");
    }

    #[test]
    fn a_revealed_key_is_that_of_its_certificate() {
        for is_public in [true, false] {
            check(SERVER, is_public, OWN, &[]);
            check(SERVER, is_public, &OWN.replace('\n', "\r\n"), &[]);
            check(SERVER, is_public, OWN.trim_end(), &[]);
            check(SERVER, is_public, OTHER, &["error RC0730"]);
            check(SERVER, is_public, &format!("{OTHER}{OWN}"), &["error RC0730"]);
            check(SERVER, is_public, ENCRYPTED, &["error RC0731"]);
            check(SERVER, is_public, "hunter2-hunter2-hunter2-hunter2", &["error RC0731"]);
        }
        check("no certificate", false, OWN, &["error RC0732"]);
        // What stands in the spec is judged there.
        check("no certificate", true, OWN, &[]);
    }
}
