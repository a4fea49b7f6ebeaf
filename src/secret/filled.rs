//! The values of one Secret that were filled in, judged by what reads them: only then they are at hand.
//!
//! What is judged is what is written. What is wrong with a value is said at the place that asked for it, and by its kind.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::content::Reader;
use super::tls_pair::TlsPair;
use super::{SecretSlot, is_secret};
use crate::diag::Findings;
use crate::name::ObjectName;
use crate::tree::{Node, Value};

/// The secret values of an object, each with what reads it.
pub struct Filled<'o> {
    values: Vec<Slotted<'o>>,
    pair: Option<TlsPair<'o>>,
}

/// A value that something known reads.
struct Slotted<'o> {
    key: &'o str,
    slot: &'o SecretSlot,
    reader: Reader,
    base64: Option<Zeroizing<String>>,
}

impl<'o> Filled<'o> {
    /// Returns the values of a Secret that are judged; any other object has none. `signing_key` is as for [`Reader::of`].
    pub fn of(object: &'o Node, signing_key: Option<(&str, &str)>) -> Self {
        let named = ObjectName::of(object);
        let data = object.get("data").filter(|_| is_secret(object)).and_then(Node::as_map);
        let slots = data.into_iter().flatten().filter_map(|(key, entry)| {
            let Value::Secret(slot) = &entry.node.value else { return None };
            let reader = Reader::of(named.namespace, named.name, key, signing_key)?;
            Some(Slotted { key, slot, reader, base64: None })
        });
        Self { values: slots.collect(), pair: TlsPair::of(object) }
    }

    /// Keeps a value that was filled in, where it is judged.
    pub fn take(&mut self, slot: &SecretSlot, base64: &Zeroizing<String>) {
        for value in self.values.iter_mut().filter(|value| value.slot.is(slot)) {
            value.base64 = Some(base64.clone());
        }
        if let Some(pair) = &mut self.pair {
            pair.take(slot, base64);
        }
    }

    /// Says what is wrong with the values.
    pub fn judge(&self, findings: &mut Findings) {
        for Slotted { key, slot, reader, base64 } in &self.values {
            let bytes = base64.as_ref().and_then(|text| STANDARD.decode(text.as_bytes()).ok()).map(Zeroizing::new);
            if let Some(fault) = bytes.and_then(|bytes| reader.fault(&bytes)) {
                findings.push(fault.finding(key, slot.place()));
            }
        }
        if let Some(pair) = &self.pair {
            pair.judge(findings);
        }
    }
}
