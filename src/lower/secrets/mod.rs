//! The Secrets that a spec asks for: each with its keys, their contents, and the one way in which all of them are delivered.
//!
//! [`asked_for`] says which these are; [`lower`] makes of each what templates see, or the object that it is already. One
//! file per delivery.

mod composed;
mod encrypted;
mod external;
mod mixed;
mod plain;
mod references;
mod sealed;

use std::sync::Arc;

use super::{config, credentials, pull_secrets, text};
use crate::check::Checked;
use crate::diag::Findings;
use crate::spec::{Content, Login, ValueSource};
use crate::tree::Node;

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

/// What becomes of the Secrets of a spec.
#[derive(Default)]
pub(super) struct LoweredSecrets {
    /// What templates see of each that they write.
    pub(super) written: Vec<Node>,
    /// The objects that are passed on as they are.
    pub(super) passed_on: Vec<Node>,
}

/// Lowers every Secret that a spec asks for. Adds findings for those that cannot be delivered as asked.
pub(super) fn lower(checked: &Checked, findings: &mut Findings) -> LoweredSecrets {
    let mut lowered = LoweredSecrets::default();
    for secret in asked_for(checked) {
        let delivery = secret.delivery(checked, findings);
        match delivery.filter(|delivery| secret.is_composable(*delivery, findings)) {
            Some(Delivery::Encrypted) => lowered.passed_on.extend(secret.encrypted(checked, findings)),
            Some(delivery) => lowered.written.extend(secret.lower(delivery, checked, findings)),
            None => {}
        }
    }
    lowered
}

impl SecretSpec<'_> {
    /// Returns what templates see of the Secret; none where the cluster has it already, or it cannot be delivered.
    fn lower(self, delivery: Delivery, checked: &Checked, findings: &mut Findings) -> Option<Node> {
        match delivery {
            Delivery::There => {
                self.check_references(findings);
                None
            }
            Delivery::External => {
                let external = self.external(checked, findings)?;
                Some(self.secret([("external", external)]))
            }
            Delivery::Sealed => {
                let sealed = self.sealed(checked, findings)?;
                Some(self.secret([("sealed", sealed)]))
            }
            Delivery::Encrypted => None,
            Delivery::Plain | Delivery::Public => {
                let data = self.data(checked, findings)?;
                Some(self.secret([("data", data)]))
            }
        }
    }

    /// Returns the name of its namespace.
    pub(crate) fn namespace_name(&self) -> &str {
        self.namespace.as_str().unwrap_or_default()
    }

    fn secret(&self, with: [(&str, Node); 1]) -> Node {
        let near = &self.name;
        let fixed = [("name", near.clone()), ("namespace", self.namespace.clone()), ("type", text(self.kind, near))];
        Node::map(fixed.into_iter().chain(with), near.origin.clone())
    }

    /// Returns the one delivery of all contents; says so where they need several.
    pub(crate) fn delivery(&self, checked: &Checked, findings: &mut Findings) -> Option<Delivery> {
        let mut chosen: Option<(Delivery, &Node)> = None;
        for asked in &self.asked {
            let Some((delivery, source)) = delivery_of(asked.content, checked) else { continue };
            match chosen {
                Some((first, at)) if first != delivery => {
                    findings.push(mixed::deliveries(&self.name, (first, at), (delivery, source)));
                    return None;
                }
                _ => chosen = Some((delivery, source)),
            }
        }
        Some(chosen.map_or(Delivery::Public, |(delivery, _)| delivery))
    }
}

fn delivery_of<'r>(content: &'r Node, checked: &Checked) -> Option<(Delivery, &'r Node)> {
    let Content::Secret(source) = Content::of(content)? else { return None };
    let delivery = match source {
        ValueSource::External(_) => Delivery::External,
        ValueSource::Sealed(_) => Delivery::Sealed,
        ValueSource::SecretKeyRef(_) => Delivery::There,
        ValueSource::Sops(sops) if encrypted::passed_on(sops, checked).is_some() => Delivery::Encrypted,
        ValueSource::Sops(_) | ValueSource::Env(_) | ValueSource::File(_) => Delivery::Plain,
    };
    Some((delivery, source.node()))
}

/// Returns a text as one that a controller which runs every value of its template as a Go template, with the secret's own
/// values at hand, makes that very text of: the External Secrets Operator and that of Sealed Secrets do.
fn taken_literally(text: Node) -> Node {
    match text.as_str() {
        Some(found) if found.contains("{{") => Node::string(found.replace("{{", "{{ `{{` }}"), text.origin),
        _ => text,
    }
}
