//! One Secret: its keys with their contents, and the one way in which all of them are delivered.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::text;
use crate::check::Checked;
use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::pem;
use crate::secret::{PlainSource, SecretSlot};
use crate::spec::{Content, ValueSource};
use crate::tree::{Node, Value};

/// A key of a Secret, and the content that the spec gives it.
pub(super) struct Asked<'r> {
    pub(super) key: Arc<str>,
    pub(super) content: &'r Node,
}

/// A Secret that the spec asks for.
pub(super) struct SecretSpec<'r> {
    pub(super) name: Node,
    pub(super) namespace: &'static str,
    pub(super) kind: &'static str,
    pub(super) asked: Vec<Asked<'r>>,
    /// Whether the operator reads this very name, so that a reference to another Secret cannot serve.
    pub(super) fixed_name: bool,
}

/// How a content reaches the cluster.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Delivery {
    /// Through the External Secrets Operator.
    External,
    /// As plain bytes in a Secret of ours.
    Plain,
    /// It is there already.
    There,
    /// It is no secret and goes with the others.
    Public,
}

impl SecretSpec<'_> {
    /// Returns what templates see of the Secret; none where the cluster has it already, or it cannot be delivered.
    pub(super) fn lower(self, checked: &Checked, findings: &mut Findings) -> Option<Node> {
        let delivery = self.delivery(findings)?;
        match delivery {
            Delivery::There => {
                self.check_references(findings);
                None
            }
            Delivery::External => {
                let external = self.external(checked, findings)?;
                Some(self.secret([("external", external)]))
            }
            Delivery::Plain | Delivery::Public => {
                let data = self.data(checked)?;
                Some(self.secret([("data", data)]))
            }
        }
    }

    fn secret(&self, with: [(&str, Node); 1]) -> Node {
        let near = &self.name;
        let fixed =
            [("name", near.clone()), ("namespace", text(self.namespace, near)), ("type", text(self.kind, near))];
        Node::map(fixed.into_iter().chain(with), near.origin.clone())
    }

    /// Returns the one delivery of all contents; says so where they need several.
    fn delivery(&self, findings: &mut Findings) -> Option<Delivery> {
        let mut chosen: Option<(Delivery, &Node)> = None;
        for asked in &self.asked {
            let Some((delivery, source)) = delivery_of(asked.content) else { continue };
            match chosen {
                Some((first, at)) if first != delivery => {
                    let message = format!(
                        "Secret {} would need two deliveries at once",
                        quoted(self.name.as_str().unwrap_or_default())
                    );
                    let finding = Diagnostic::error(&codes::MIXED_DELIVERY, source.place(), message);
                    let finding = finding.note_at(at.place(), "the other one");
                    findings
                        .push(finding.help("take all its values from one kind of source: one object fills a Secret"));
                    return None;
                }
                _ => chosen = Some((delivery, source)),
            }
        }
        Some(chosen.map_or(Delivery::Public, |(delivery, _)| delivery))
    }

    /// Checks that references name what will be read: regcfg copies nothing between Secrets.
    fn check_references(&self, findings: &mut Findings) {
        let expected = self.name.as_str().unwrap_or_default();
        for asked in &self.asked {
            let Some(Content::Secret(ValueSource::SecretKeyRef(reference))) = Content::of(asked.content) else {
                let finding = Diagnostic::error(
                    &codes::MIXED_DELIVERY,
                    asked.content.place(),
                    "a content beside a Secret that exists already",
                );
                findings.push(finding.help("put this content into that Secret, and reference it too"));
                continue;
            };
            let wrong = |field: &str, expected: &str| {
                reference.get(field).filter(|node| node.as_str() != Some(expected)).cloned()
            };
            let name = wrong("name", expected).map(|node| (node, expected));
            let key = wrong("key", &asked.key).map(|node| (node, &*asked.key));
            for (node, expected) in name.into_iter().chain(key) {
                let what = if self.fixed_name { "the operator reads" } else { "this Secret must have" };
                let message =
                    format!("{} is not what is read: {what} `{expected}`", quoted(node.as_str().unwrap_or_default()));
                let finding = Diagnostic::error(&codes::WRONG_REFERENCE, node.place(), message);
                findings.push(finding.help(format!(
                    "write `{expected}`, and have the Secret carry it; nothing is copied between Secrets"
                )));
            }
        }
    }

    /// The parts of an ExternalSecret.
    fn external(&self, checked: &Checked, findings: &mut Findings) -> Option<Node> {
        let spec = checked.spec();
        let mut data = Vec::new();
        let mut public = Vec::new();
        let mut store: Option<&Node> = None;
        for asked in &self.asked {
            let Some(Content::Secret(ValueSource::External(external))) = Content::of(asked.content) else {
                public.push((Arc::clone(&asked.key), taken_literally(public_text(asked.content, checked)?)));
                continue;
            };
            data.push(external_item(&asked.key, external));
            match (external.get("store"), store) {
                (Some(named), Some(first)) if named != first => {
                    let finding =
                        Diagnostic::error(&codes::MIXED_DELIVERY, named.place(), "a second store for one Secret");
                    let finding = finding.note_at(first.place(), "the first one");
                    findings.push(finding.help("keep all values of one Secret in one store"));
                }
                (named, first) => store = first.or(named),
            }
        }
        let near = self.asked.first().map_or(&self.name, |asked| asked.content);
        let Some(store) = store.or_else(|| spec.external_default("store")) else {
            let finding = Diagnostic::error(&codes::NO_STORE, near.place(), "no secret store to read from");
            findings.push(finding.help(
                "set `secrets.external.store: {name: …, kind: ClusterSecretStore}` in the spec, a layer or regcfg.yaml",
            ));
            return None;
        };
        let mut store = store.clone();
        if store.get("kind").is_none() {
            store.insert("kind", text("SecretStore", &store.clone()));
        }
        let data = Node::new(Value::Seq(data), near.origin.clone());
        let mut external = Node::map([("store", store), ("data", data)], near.origin.clone());
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

    /// `data` of a plain Secret: slots for what is secret, base64 for what is not.
    fn data(&self, checked: &Checked) -> Option<Node> {
        let mut data = Vec::new();
        for asked in &self.asked {
            let value = if let Content::Secret(source) = Content::of(asked.content)? {
                let node = source.node();
                let slot = SecretSlot::new(plain_source(source, checked)?, node.place().clone());
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

fn delivery_of(content: &Node) -> Option<(Delivery, &Node)> {
    let Content::Secret(source) = Content::of(content)? else { return None };
    let delivery = match source {
        ValueSource::External(_) => Delivery::External,
        ValueSource::SecretKeyRef(_) => Delivery::There,
        ValueSource::Env(_) | ValueSource::File(_) => Delivery::Plain,
    };
    Some((delivery, source.node()))
}

/// Returns the text of a content that is no secret, which is always certificates, and nothing else of it: what stands
/// around them would be served to nobody, and could be a template to the External Secrets Operator.
fn public_text(content: &Node, checked: &Checked) -> Option<Node> {
    match Content::of(content)? {
        Content::Text(text) => Some(Node::string(pem::certificates_only(text.as_str()?), text.origin.clone())),
        Content::File(file) => {
            let source = checked.contents().of(file)?.source.as_ref()?;
            let place = crate::tree::Place::new(source, 0..source.text().len());
            Some(Node::string(pem::certificates_only(source.text()), place))
        }
        Content::Secret(_) => None,
    }
}

/// Returns a text as one that the External Secrets Operator, which runs every value under `template.data` as a Go
/// template with the secret's own values at hand, makes that very text of.
fn taken_literally(text: Node) -> Node {
    match text.as_str() {
        Some(found) if found.contains("{{") => Node::string(found.replace("{{", "{{ `{{` }}"), text.origin),
        _ => text,
    }
}

fn plain_source(source: ValueSource<'_>, checked: &Checked) -> Option<PlainSource> {
    match source {
        ValueSource::Env(name) => Some(PlainSource::Env(name.as_str()?.to_owned())),
        ValueSource::File(file) => Some(PlainSource::File(checked.contents().of(file)?.path.clone())),
        ValueSource::External(_) | ValueSource::SecretKeyRef(_) => None,
    }
}

fn external_item(key: &Arc<str>, external: &Node) -> Node {
    let mut item = external.clone();
    if let Some(map) = item.as_map_mut() {
        map.shift_remove("store");
    }
    item.insert("secretKey", Node::string(Arc::clone(key), external.origin.clone()));
    item
}
