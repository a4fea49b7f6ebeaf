//! The Secrets that a spec asks for: each with its keys, their contents, and the one way in which all of them are delivered.
//!
//! [`asked_for`] says which these are; [`SecretSpec::lower`] makes of each what templates see. One file per delivery.

mod composed;
mod external;
mod plain;
mod references;

use std::sync::Arc;

use super::{config, credentials, pull_secrets, text};
use crate::check::Checked;
use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::pem;
use crate::spec::{Content, Login, ValueSource};
use crate::tree::{Node, Place};

/// A key of a Secret, and the content that the spec gives it.
pub(crate) struct Asked<'r> {
    /// The key of the Secret.
    pub(crate) key: Arc<str>,
    /// Where its value is.
    pub(crate) content: &'r Node,
}

/// A Secret that the spec asks for.
pub(crate) struct SecretSpec<'r> {
    /// Its name.
    pub(crate) name: Node,
    /// Its namespace.
    pub(crate) namespace: Node,
    /// Its type, such as `kubernetes.io/tls`.
    pub(crate) kind: &'static str,
    /// Its keys; where it is composed, the parts that its one key is made of, each under a name of its own.
    pub(crate) asked: Vec<Asked<'r>>,
    /// The logins of which its docker config is made, sorted by registry; none where each of `asked` is a key.
    pub(crate) composed: Option<Vec<ComposedLogin<'r>>>,
    /// Whether the operator reads this very name, so that a reference to another Secret cannot serve.
    pub(crate) fixed_name: bool,
}

/// A login that a docker config is composed of.
pub(crate) struct ComposedLogin<'r> {
    /// What it is for, and who signs in.
    pub(crate) login: Login<'r>,
    /// Its number among the logins of its Secret, which the names of its parts end in.
    pub(crate) number: usize,
}

/// How a content reaches the cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// Through the External Secrets Operator.
    External,
    /// As ciphertext that the controller of Sealed Secrets opens.
    Sealed,
    /// As a whole Secret that SOPS encrypted, passed on as it is.
    Encrypted,
    /// As plain bytes in a Secret of ours.
    Plain,
    /// It is there already.
    There,
    /// It is no secret and goes with the others.
    Public,
}

/// Returns every Secret that a spec asks for, in the order in which they are rendered.
pub(crate) fn asked_for(checked: &Checked) -> Vec<SecretSpec<'_>> {
    let mut secrets: Vec<SecretSpec<'_>> = credentials::secret(checked).into_iter().collect();
    secrets.extend(config::route_secrets(checked));
    secrets.extend(config::cloudfront_secret(checked));
    secrets.extend(pull_secrets::secrets(checked));
    secrets
}

impl SecretSpec<'_> {
    /// Returns what templates see of the Secret; none where the cluster has it already, or it cannot be delivered.
    pub(super) fn lower(self, checked: &Checked, findings: &mut Findings) -> Option<Node> {
        let delivery = self.delivery(findings)?;
        if self.composed.is_some() && !self.is_composable(delivery, findings) {
            return None;
        }
        match delivery {
            Delivery::There => {
                self.check_references(findings);
                None
            }
            Delivery::External => {
                let external = self.external(checked, findings)?;
                Some(self.secret([("external", external)]))
            }
            Delivery::Sealed | Delivery::Encrypted => None,
            Delivery::Plain | Delivery::Public => {
                let data = self.data(checked)?;
                Some(self.secret([("data", data)]))
            }
        }
    }

    fn secret(&self, with: [(&str, Node); 1]) -> Node {
        let near = &self.name;
        let fixed = [("name", near.clone()), ("namespace", self.namespace.clone()), ("type", text(self.kind, near))];
        Node::map(fixed.into_iter().chain(with), near.origin.clone())
    }

    /// Returns the one delivery of all contents; says so where they need several.
    pub(crate) fn delivery(&self, findings: &mut Findings) -> Option<Delivery> {
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
}

fn delivery_of(content: &Node) -> Option<(Delivery, &Node)> {
    let Content::Secret(source) = Content::of(content)? else { return None };
    let delivery = match source {
        ValueSource::External(_) => Delivery::External,
        ValueSource::Sealed(_) => Delivery::Sealed,
        ValueSource::SecretKeyRef(_) => Delivery::There,
        ValueSource::Sops(_) | ValueSource::Env(_) | ValueSource::File(_) => Delivery::Plain,
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
            let place = Place::new(source, 0..source.text().len());
            Some(Node::string(pem::certificates_only(source.text()), place))
        }
        Content::Secret(_) => None,
    }
}
