//! A Secret that the External Secrets Operator fills: its store, what it reads of it, and the parts that are public.

use std::sync::Arc;

use super::{SecretSpec, taken_literally, text};
use crate::check::Checked;
use crate::diag::{Diagnostic, Findings, codes};
use crate::lower::trust::certificates;
use crate::spec::{Content, SECRET_STORE, ValueSource, named_store};
use crate::tree::{Node, Value};

impl SecretSpec<'_> {
    /// The parts of an ExternalSecret.
    pub(super) fn external(&self, checked: &Checked, findings: &mut Findings) -> Option<Node> {
        let spec = checked.spec();
        let mut data = Vec::new();
        let mut public = Vec::new();
        let mut store: Option<&Node> = None;
        for asked in &self.asked {
            let Some(Content::Secret(ValueSource::External(external))) = Content::of(asked.content) else {
                public.push((Arc::clone(&asked.key), taken_literally(certificates(asked.content, checked)?)));
                continue;
            };
            data.push(external_item(&asked.key, external));
            match (spec.store_of(external), store) {
                (Some(named), Some(first)) if named_store(named) != named_store(first) => {
                    let place = external.get("store").unwrap_or(external).place();
                    let finding = Diagnostic::error(&codes::MIXED_DELIVERY, place, "a second store for one Secret");
                    let finding = finding.note_at(first.place(), "the first one");
                    findings.push(finding.help("keep all values of one Secret in one store"));
                }
                (named, first) => store = first.or(named),
            }
        }
        let near = self.asked.first().map_or(&self.name, |asked| asked.content);
        let Some(store) = store else {
            let finding = Diagnostic::error(&codes::NO_STORE, near.place(), "no secret store to read from");
            findings.push(finding.help(
                "set `secrets.external.store: {name: …, kind: ClusterSecretStore}` in the spec, a layer or regcfg.yaml",
            ));
            return None;
        };
        let mut store = store.clone();
        if store.get("kind").is_none() {
            store.insert("kind", text(SECRET_STORE, &store.clone()));
        }
        let data = Node::new(Value::Seq(data), near.origin.clone());
        let mut external = Node::map([("store", store), ("data", data)], near.origin.clone());
        // What is only there to be composed does not enter the Secret.
        let policy = if self.composed.is_some() { "Replace" } else { "Merge" };
        external.insert("mergePolicy", text(policy, near));
        public.extend(self.composed_template());
        for field in ["refreshPolicy", "refreshInterval"] {
            if let Some(value) = spec.external_default(field) {
                external.insert(field, value.clone());
            }
        }
        if !public.is_empty() {
            external.insert("public", Node::map(public, near.origin.clone()));
        }
        Some(external)
    }
}

fn external_item(key: &Arc<str>, external: &Node) -> Node {
    let mut item = external.clone();
    if let Some(map) = item.as_map_mut() {
        map.shift_remove("store");
    }
    // What the server would write is written: an object that comes back as it was sent is in sync.
    if item.get("decodingStrategy").is_none() {
        item.insert("decodingStrategy", text("None", external));
    }
    item.insert("secretKey", Node::string(Arc::clone(key), external.origin.clone()));
    item
}
