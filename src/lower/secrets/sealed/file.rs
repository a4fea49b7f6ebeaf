//! A file that `kubeseal` wrote: one SealedSecret, for the Secret that it is asked for.

use super::scope::{Said, Scope};
use crate::check::Checked;
use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, Severity, codes};
use crate::lower::SecretSpec;
use crate::mutation::is_off;
use crate::tree::parse::{Reading, documents};
use crate::tree::{Entry, Map, Node, Place};

/// The kind, as its `apiVersion` and name.
const SEALED_SECRET: (&str, &str) = ("bitnami.com/v1alpha1", "SealedSecret");

/// Annotations of a template that say nothing to keep: scopes, and what kubectl left.
const PASSED_OVER: &[&str] = &[
    "sealedsecrets.bitnami.com/namespace-wide",
    "sealedsecrets.bitnami.com/cluster-wide",
    "sealedsecrets.bitnami.com/managed",
    "sealedsecrets.bitnami.com/skip-set-owner-references",
    "kubectl.kubernetes.io/last-applied-configuration",
];

/// A SealedSecret out of a file.
pub(super) struct SealedFile<'r> {
    /// The text of the spec that names the file.
    named: &'r Node,
    object: Node,
    /// What its values are bound to.
    pub(super) said: Said,
}

impl<'r> SealedFile<'r> {
    /// Reads the file that a text names. Adds findings where it is not one SealedSecret for this Secret.
    pub(super) fn read(
        secret: &SecretSpec<'_>,
        named: &'r Node,
        checked: &Checked,
        findings: &mut Findings,
    ) -> Option<Self> {
        let source = checked.contents().of(named)?.source.as_ref()?;
        let documents = documents(source, Reading::AsKubectl, findings)?;
        let object = match <[Node; 1]>::try_from(documents) {
            Ok([object]) => object,
            Err(documents) => {
                let (place, what) = match documents.get(1) {
                    Some(second) => (second.place().clone(), "a second document beside a SealedSecret"),
                    None => (Place::start_of(source), "an empty file where a SealedSecret is read"),
                };
                findings.push(refused(&place, what, named).help("keep exactly one SealedSecret in the file"));
                return None;
            }
        };
        if let Some(finding) = not_sealed(&object, named) {
            findings.push(finding);
            return None;
        }
        let nothing = Node::map::<&str>([], object.origin.clone());
        let said = Said::of(object.get("metadata").unwrap_or(&nothing));
        let file = Self { named, object, said };
        file.check_scope(findings);
        file.check_binding(secret, findings);
        file.check_template(secret, findings);
        Some(file)
    }

    /// Returns a sealed value. Adds a finding where there is none.
    pub(super) fn value(&self, key: &str, asked_at: &Place, findings: &mut Findings) -> Option<&Node> {
        let values = self.object.at(&["spec", "encryptedData"])?;
        if let Some(value) = values.get(key) {
            return Some(value);
        }
        let message = format!("no sealed value {} in {}", quoted(key), quoted(values.place().source.name()));
        let finding = Diagnostic::error(&codes::NO_SEALED_VALUE, asked_at, message);
        let keys: Vec<String> = values.as_map().into_iter().flat_map(Map::keys).map(|key| quoted(key)).collect();
        let has = if keys.is_empty() { "it has none".to_owned() } else { format!("it has {}", keys.join(", ")) };
        let finding = finding.note_at(values.place(), has);
        let finding = match self.object.at(&["spec", "template", "data", key]) {
            Some(made) => {
                finding.note_at(made.place(), "a template of this name is made on the cluster, and not sealed")
            }
            None => finding,
        };
        findings.push(
            finding
                .help("name another key of the file with `key`, or seal this one, too, with `kubeseal --merge-into`"),
        );
        None
    }

    /// Says where the object and its template name two scopes: which one the values are sealed for cannot be seen.
    fn check_scope(&self, findings: &mut Findings) {
        let Some(template) = self.object.at(&["spec", "template", "metadata"]) else { return };
        let inner = Said::of(template);
        if inner.scope != self.said.scope && !is_off("sealed-scope-of-template") {
            let (scope, own) = (inner.scope.name(), self.said.scope.name());
            let message = format!("the template is `{scope}`, the SealedSecret itself `{own}`");
            let finding = Diagnostic::error(&codes::MIXED_SCOPES, inner.by.place(), message)
                .note_at(self.said.by.place(), "which the controller opens the values by")
                .note(unopened())
                .help(format!("seal it again: `kubeseal --scope {scope}` writes both annotations"));
            findings.push(finding);
        }
    }

    /// Says where the values are bound to another name or namespace.
    fn check_binding(&self, secret: &SecretSpec<'_>, findings: &mut Findings) {
        let name = secret.name.as_str().unwrap_or_default();
        let bound: &[(&str, &str)] = match self.said.scope {
            Scope::Strict => &[("name", name), ("namespace", secret.namespace_name())],
            Scope::NamespaceWide => &[("namespace", secret.namespace_name())],
            Scope::ClusterWide => &[],
        };
        for (field, wanted) in bound {
            let Some(written) = self
                .object
                .at(&["metadata", field])
                .filter(|node| node.as_str() != Some(wanted) && !is_off("sealed-binding"))
            else {
                continue;
            };
            let message =
                format!("sealed for the {field} {}, not for `{wanted}`", quoted(written.as_str().unwrap_or_default()));
            let finding = Diagnostic::error(&codes::SEALED_FOR_ANOTHER, written.place(), message)
                .note_at(self.named.place(), format!("asked for here, for Secret `{}/{name}`", secret.namespace_name()))
                .note(unopened())
                .help(format!(
                    "seal it again for this Secret: `kubeseal --scope {}` of a Secret with `name: {name}` and `namespace: {}`",
                    self.said.scope.name(),
                    secret.namespace_name()
                ));
            findings.push(finding);
        }
    }

    /// Says what the template in the file has that is not rendered: regcfg writes the template itself.
    fn check_template(&self, secret: &SecretSpec<'_>, findings: &mut Findings) {
        let Some(template) = self.object.at(&["spec", "template"]) else { return };
        let mut lost: Vec<(&str, &Entry)> = Vec::new();
        for field in ["data", "immutable"] {
            let is_said = |entry: &&Entry| entry.node.as_bool() == Some(true) || is_filled(&entry.node);
            lost.extend(template.entry(field).filter(is_said).map(|entry| (field, entry)));
        }
        let metadata = template.get("metadata");
        if let Some(labels) = metadata.and_then(|metadata| metadata.entry("labels")).filter(|it| is_filled(&it.node)) {
            lost.push(("metadata.labels", labels));
        }
        if let Some(annotations) = metadata.and_then(|metadata| metadata.entry("annotations"))
            && annotations.node.as_map().is_some_and(|map| map.keys().any(|key| !PASSED_OVER.contains(&&**key)))
        {
            lost.push(("metadata.annotations", annotations));
        }
        let kind = template.entry("type").filter(|kind| {
            kind.node.as_str().is_some_and(|kind| !matches!(kind, "" | "Opaque") && kind != secret.kind)
        });
        let severity = if lost.is_empty() { Severity::Info } else { Severity::Warning };
        lost.extend(kind.map(|kind| ("type", kind)));
        let Some((_, first)) = lost.first().filter(|_| !is_off("sealed-template")) else { return };
        let names: Vec<String> = lost.iter().map(|(name, _)| format!("`{name}`")).collect();
        let message = format!("of the template in this file {} is not rendered", names.join(", "));
        let finding = Diagnostic::about(&codes::SEALED_TEMPLATE, severity, &first.key, message)
            .note_at(self.named.place(), format!("only sealed values are taken; the type is `{}`", secret.kind));
        findings.push(finding.help("leave it out of the file; what the Secret is beside its values comes from regcfg"));
    }
}

fn is_filled(node: &Node) -> bool {
    node.as_map().is_some_and(|map| !map.is_empty())
}

/// Says why an object is not a SealedSecret whose values can be taken.
fn not_sealed(object: &Node, named: &Node) -> Option<Diagnostic> {
    let text = |field: &str| object.get(field).and_then(Node::as_str).unwrap_or_default();
    let is = (text("apiVersion"), text("kind"));
    if is != SEALED_SECRET && !is_off("sealed-kind") {
        return Some(other_kind(object, is, named));
    }
    let spec = object.get("spec");
    let field = |name: &str| spec.and_then(|spec| spec.entry(name)).filter(|entry| !entry.node.is_null());
    let help = "seal it again with a `kubeseal` from 0.6 on, which seals each value by itself";
    if let Some(old) = field("data").filter(|_| !is_off("sealed-as-one")) {
        return Some(
            refused(old.key.place(), "all values sealed as one, which controllers no longer open", named).help(help),
        );
    }
    match field("encryptedData") {
        Some(values) if values.node.as_map().is_some() => None,
        Some(values) => Some(refused(values.node.place(), "`encryptedData` is no mapping", named).help(help)),
        None => Some(refused(object.place(), "a SealedSecret without `encryptedData`", named).help(help)),
    }
}

fn other_kind(object: &Node, (api_version, kind): (&str, &str), named: &Node) -> Diagnostic {
    let place = object.get("kind").unwrap_or(object).place();
    if object.at(&["sops", "mac"]).is_some() {
        return refused(place, "what SOPS encrypted, where a SealedSecret is read", named)
            .help("name it under `sops` in place of `sealed`, or seal the Secret with `kubeseal`");
    }
    if (api_version, kind) == ("v1", "Secret") {
        return refused(place, "a plain Secret where a SealedSecret is read", named)
            .note("whoever can read the repository can read its values")
            .help("change its values where they came from, seal the new ones with `kubeseal`, and commit only what that writes");
    }
    if kind.ends_with("List") {
        let help = "write its one SealedSecret into the file, without the list around it";
        return refused(place, "a list where one SealedSecret is read", named).help(help);
    }
    let (wanted, _) = SEALED_SECRET;
    let message = match kind {
        "" => "no Kubernetes object where a SealedSecret is read".to_owned(),
        "SealedSecret" => format!("a SealedSecret of {}, not of `{wanted}`", quoted(api_version)),
        _ => format!("the kind {} where a SealedSecret is read", quoted(kind)),
    };
    refused(place, message, named).help("name a file that `kubeseal` wrote")
}

fn refused(place: &Place, message: impl Into<String>, named: &Node) -> Diagnostic {
    Diagnostic::error(&codes::NOT_A_SEALED_SECRET, place, message).note_at(named.place(), "the file is named here")
}

/// Says what the controller would make of a value that is bound to something else.
pub(super) fn unopened() -> &'static str {
    "the SealedSecret would show Synced=False: `no key could decrypt secret`, and no Secret would be made"
}
