//! The values of one Secret that are revealed: each read once, judged by what reads it, and handed out as base64.
//!
//! In comes an object whose `data` may hold slots; what reads them comes from the caller. What is wrong with a value is
//! said at the place that asked for it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::content::Reader;
use super::{SecretBytes, SecretSlot, is_secret};
use crate::diag::Findings;
use crate::tree::{Node, Value};

/// The plain values of a Secret.
#[derive(Default)]
pub struct Revealed<'o> {
    values: Vec<Plain<'o>>,
}

/// A plain value of a Secret.
struct Plain<'o> {
    key: &'o str,
    slot: &'o SecretSlot,
    /// None where it could not be read, and a finding says why.
    bytes: Option<SecretBytes>,
}

impl<'o> Revealed<'o> {
    /// Reads every slot in `data` of a Secret; any other object has none.
    pub fn of(object: &'o Node, read: &mut dyn FnMut(&SecretSlot) -> Option<SecretBytes>) -> Self {
        let data = object.get("data").filter(|_| is_secret(object)).and_then(Node::as_map);
        let slots = data.into_iter().flatten().filter_map(|(key, entry)| match &entry.node.value {
            Value::Secret(slot) => Some((&**key, slot)),
            _ => None,
        });
        Self { values: slots.map(|(key, slot)| Plain { key, slot, bytes: read(slot) }).collect() }
    }

    /// Says what is wrong with the values for what reads them. `signing_key` is as for [`Reader::of`].
    pub fn judge(&self, object: &Node, signing_key: Option<(&str, &str)>, findings: &mut Findings) {
        let named = |field: &str| object.at(&["metadata", field]).and_then(Node::as_str).unwrap_or_default();
        for value in &self.values {
            let reader = Reader::of(named("namespace"), named("name"), value.key, signing_key);
            let fault = reader.zip(value.bytes.as_ref()).and_then(|(reader, bytes)| reader.fault(bytes.expose()));
            if let Some(fault) = fault {
                findings.push(fault.finding(value.key, value.slot.place()));
            }
        }
    }

    /// Returns the base64 of what a slot stands for; none where it could not be read.
    pub fn base64(&self, slot: &SecretSlot) -> Option<Zeroizing<String>> {
        let value = self.values.iter().find(|value| value.slot.is_same(slot))?;
        Some(Zeroizing::new(STANDARD.encode(value.bytes.as_ref()?.expose())))
    }
}
