//! A Secret whose values are at hand: slots for what is secret, base64 for what is not.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::composed::judged;
use super::{SecretSpec, public_text};
use crate::check::Checked;
use crate::pull_secret::DOCKER_CONFIG_KEY;
use crate::secret::{PlainSource, SecretSlot};
use crate::spec::{Content, ValueSource};
use crate::tree::{Node, Value};

impl SecretSpec<'_> {
    /// `data` of a plain Secret: slots for what is secret, base64 for what is not.
    pub(super) fn data(&self, checked: &Checked) -> Option<Node> {
        if let Some(logins) = &self.composed {
            return self.composed_data(logins, checked);
        }
        let mut data = Vec::new();
        for asked in &self.asked {
            let value = if let Content::Secret(source) = Content::of(asked.content)? {
                let node = source.node();
                let slot = slot(source, checked)?;
                let slot = if *asked.key == *DOCKER_CONFIG_KEY { judged(slot) } else { slot };
                Node::new(Value::Secret(slot), node.origin.clone())
            } else {
                let public = public_text(asked.content, checked)?;
                Node::string(STANDARD.encode(public.as_str()?), public.origin)
            };
            data.push((Arc::clone(&asked.key), value));
        }
        Some(Node::map(data, self.name.origin.clone()))
    }
}

/// Returns the slot of a secret that is at hand.
pub(super) fn slot(source: ValueSource<'_>, checked: &Checked) -> Option<SecretSlot> {
    Some(SecretSlot::new(plain_source(source, checked)?, source.node().place().clone()))
}

fn plain_source(source: ValueSource<'_>, checked: &Checked) -> Option<PlainSource> {
    match source {
        ValueSource::Env(name) => Some(PlainSource::Env(name.as_str()?.to_owned())),
        ValueSource::File(file) => Some(PlainSource::File(checked.contents().of(file)?.path.clone())),
        ValueSource::External(_) | ValueSource::Sealed(_) | ValueSource::Sops(_) | ValueSource::SecretKeyRef(_) => None,
    }
}
