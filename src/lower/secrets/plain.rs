//! A Secret whose values are at hand: slots for what is secret, base64 for what is not.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::SecretSpec;
use super::composed::judged;
use crate::check::Checked;
use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::lower::trust::certificates;
use crate::pull_secret::DOCKER_CONFIG_KEY;
use crate::secret::{PlainSource, SecretSlot};
use crate::sops::{Fault, Kind, SopsValue, Wanted};
use crate::spec::{Content, ValueSource};
use crate::tree::{Node, Value};

impl SecretSpec<'_> {
    /// `data` of a plain Secret: slots for what is secret, base64 for what is not.
    pub(super) fn data(&self, checked: &Checked, findings: &mut Findings) -> Option<Node> {
        let n_errors = findings.n_errors();
        if let Some(logins) = &self.composed {
            return self.composed_data(logins, checked, findings);
        }
        let mut data = Vec::new();
        for asked in &self.asked {
            let value = if let Content::Secret(source) = Content::of(asked.content)? {
                let node = named(source);
                // What is wrong with a value was said, and the next may be wrong, too.
                let Some(slot) = slot(source, &asked.key, checked, findings) else { continue };
                let slot = if *asked.key == *DOCKER_CONFIG_KEY { judged(slot) } else { slot };
                Node::new(Value::Secret(slot), node.origin.clone())
            } else {
                let public = certificates(asked.content, checked)?;
                Node::string(STANDARD.encode(public.as_str()?), public.origin)
            };
            data.push((Arc::clone(&asked.key), value));
        }
        (findings.n_errors() == n_errors).then(|| Node::map(data, self.name.origin.clone()))
    }
}

/// Returns the text that names where a value is.
pub(super) fn named(source: ValueSource<'_>) -> &Node {
    match source {
        ValueSource::Sops(sops) => sops.get("file").unwrap_or(sops),
        _ => source.node(),
    }
}

/// Returns the slot of a secret that is at hand; none where a finding says why not. `key` is what its value is called in a
/// file that SOPS encrypted, where the spec does not say.
pub(super) fn slot(
    source: ValueSource<'_>,
    key: &str,
    checked: &Checked,
    findings: &mut Findings,
) -> Option<SecretSlot> {
    let plain = match source {
        ValueSource::Env(name) => PlainSource::Env(name.as_str()?.to_owned()),
        ValueSource::File(file) => PlainSource::File(checked.contents().of(file)?.path.clone()),
        ValueSource::Sops(sops) => PlainSource::Sops(decrypted(sops, key, checked, findings)?),
        ValueSource::External(_) | ValueSource::Sealed(_) | ValueSource::SecretKeyRef(_) => return None,
    };
    Some(SecretSlot::new(plain, named(source).place().clone()))
}

/// Finds the value of a file that SOPS encrypted, and says what keeps it from being decrypted, whatever the key.
fn decrypted(sops: &Node, default: &str, checked: &Checked, findings: &mut Findings) -> Option<SopsValue> {
    let file = sops.get("file")?;
    // Fields of one file are judged one by one, and what is wrong with all of it is said at the first that asks for it.
    let mut say = |fault: &Fault| {
        let finding = fault.asked_at(file.place());
        let is_said = |said: &Diagnostic| said.code == finding.code && said.message == finding.message;
        if !findings.iter().any(is_said) {
            findings.push(finding);
        }
    };
    let encrypted = match checked.contents().of(file)?.encrypted()? {
        Ok(encrypted) => encrypted,
        Err(fault) => {
            say(fault);
            return None;
        }
    };
    let path: Option<Vec<&str>> =
        sops.get("path").and_then(Node::as_seq).map(|keys| keys.iter().filter_map(Node::as_str).collect());
    let wanted = match (&path, sops.get("key").and_then(Node::as_str)) {
        (Some(path), _) => Wanted::Path(path),
        (None, Some(key)) => Wanted::Key(key),
        (None, None) => Wanted::Unsaid(default),
    };
    let found = encrypted.check().and_then(|()| encrypted.find(wanted));
    let value = found.map_err(|fault| say(&fault)).ok()?;
    if !matches!(value.kind, Kind::Str | Kind::Bytes) {
        findings.push(no_text(&value, sops.get("key").or(sops.get("path")).unwrap_or(file)));
    }
    Some(value)
}

/// Says that a value was no text when it was encrypted, so that it is not, letter by letter, what was written.
fn no_text(value: &SopsValue, asked: &Node) -> Diagnostic {
    let (kind, loss) = match value.kind {
        Kind::Int => ("a whole number", "zeros before it and its base are gone"),
        Kind::Float => ("a number", "zeros at its end and its exponent are gone"),
        Kind::Time => ("a time", "it is written out in full"),
        _ => ("a boolean", "it is `true` or `false`"),
    };
    let message = format!("a value of {} was {kind} when it was encrypted", quoted(value.file.source().name()));
    let finding = Diagnostic::info(&codes::SOPS_VALUE_FORM, asked.place(), message);
    finding
        .note(format!("{loss}, whatever was typed"))
        .help("put the value in quotes with `sops edit`, if text was meant")
}
