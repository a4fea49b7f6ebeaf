//! What an object says it is: its group, version, kind, namespace and name, and whether another says the same.

use std::collections::BTreeMap;

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, Severity, codes, nearest};
use crate::mutation::is_off;
use crate::name::{ObjectName, cluster_label, group};
use crate::schema::{self, Kind};
use crate::target::Target;
use crate::tree::{Node, Origin};

/// An object of a kind that is described.
#[derive(Clone, Copy, Debug)]
pub(super) struct Identity<'o> {
    pub(super) kind: &'static Kind,
    pub(super) node: &'o Node,
    pub(super) name: Option<&'o str>,
    pub(super) namespace: Option<&'o str>,
}

impl Identity<'_> {
    /// Returns `Kind namespace/name`, as findings call the object.
    pub(super) fn shown(&self) -> String {
        let namespace = self.namespace.filter(|_| self.kind.namespaced).unwrap_or_default();
        let name = self.name.unwrap_or("without a name");
        ObjectName { group: self.kind.group, kind: self.kind.kind, namespace, name }.to_string()
    }
}

/// Returns the objects of a `List`, or the object itself.
pub(super) fn items(node: &Node) -> Vec<&Node> {
    let is_list = node.get("kind").and_then(Node::as_str) == Some("List");
    match node.get("items").and_then(Node::as_seq) {
        Some(items) if is_list && !is_off("list-of-objects") => items.iter().collect(),
        _ => vec![node],
    }
}

/// Reads what an object is; returns none where that is not known, after saying so.
pub(super) fn read<'o>(
    node: &'o Node,
    target: Target,
    seen: &mut Seen<'o>,
    findings: &mut Findings,
) -> Option<Identity<'o>> {
    let field = |name: &str| node.get(name).and_then(Node::as_str).filter(|text| !text.is_empty());
    let (Some(api_version), Some(kind)) = (field("apiVersion"), field("kind")) else {
        let lacks = if field("apiVersion").is_none() { "apiVersion" } else { "kind" };
        let message = format!("this is no Kubernetes object: `{lacks}` is missing or no text");
        let finding = Diagnostic::about(&codes::NOT_A_MANIFEST, Severity::Error, &node.origin, message);
        let mut known = schema::kinds().iter().filter(|known| Some(known.kind) == field("kind"));
        let help = match (known.next(), known.next()) {
            (Some(only), None) if lacks == "apiVersion" => format!("add `apiVersion: {}`", only.api_version()),
            _ => "every document of a manifest has `apiVersion`, `kind` and `metadata`".into(),
        };
        if !is_off("no-object") {
            findings.push(finding.help(help));
        }
        return None;
    };
    let text = |name: &str| node.at(&["metadata", name]).and_then(Node::as_str).filter(|text| !text.is_empty());
    let Some(found) = schema::find(api_version, kind).filter(|kind| kind.group != "regcfg.dev") else {
        match served(api_version, kind) {
            Some(known) if !is_off("api-version") => findings.push(other_version(node, api_version, known)),
            _ if is_off("unknown-kind") => {}
            _ => seen.add_unchecked(node, api_version, kind),
        }
        return None;
    };
    let identity = Identity { kind: found, node, name: text("name"), namespace: text("namespace") };
    is_on(&identity, target, findings).then_some(identity)
}

/// Returns the kind of that name in the same group, under whatever version it is served.
fn served(api_version: &str, kind: &str) -> Option<&'static Kind> {
    of_group(api_version).find(|known| known.kind == kind)
}

fn of_group(api_version: &str) -> impl Iterator<Item = &'static Kind> {
    let group = group(api_version);
    schema::kinds().iter().filter(move |known| known.group == group)
}

fn other_version(node: &Node, api_version: &str, known: &Kind) -> Diagnostic {
    let message = format!("`{}` is not served as {}", known.kind, quoted(api_version));
    let origin = node.get("apiVersion").map_or(&node.origin, |node| &node.origin);
    let finding = Diagnostic::error_about(&codes::OTHER_API_VERSION, origin, message);
    finding.help(format!("write `apiVersion: {}`", known.api_version()))
}

/// Tells whether the kind exists on every minor of the target.
fn is_on(identity: &Identity<'_>, target: Target, findings: &mut Findings) -> bool {
    let kind = identity.kind;
    if target.minors().all(|minor| kind.is_on(minor)) || is_off("kind-of-other-minor") {
        return true;
    }
    let origin: &Origin = identity.node.get("kind").map_or(&identity.node.origin, |node| &node.origin);
    let window = match kind.until {
        Some(until) => format!("since OpenShift {} and no more since {until}", kind.since),
        None => format!("since OpenShift {}", kind.since),
    };
    let message = format!("`{}` exists {window}; the target is {target}", kind.kind);
    findings
        .push(Diagnostic::error_about(&codes::OBJECT_FIELD_OF_OTHER_MINOR, origin, message).object(identity.shown()));
    false
}

/// The objects seen so far, of known kinds and others, by what tells them apart: their cluster, where several stand in one
/// stream, and what they are called. The version does not: the API server serves one object in all of them.
#[derive(Default)]
pub(super) struct Seen<'o> {
    first: BTreeMap<(&'o str, ObjectName<'o>), &'o Node>,
    unchecked: BTreeMap<(&'o str, &'o str), &'o Node>,
}

impl<'o> Seen<'o> {
    fn add_unchecked(&mut self, node: &'o Node, api_version: &'o str, kind: &'o str) {
        self.unchecked.entry((api_version, kind)).or_insert(node);
    }

    /// Says which kinds were not checked since it was said last, each once.
    pub(super) fn say_unchecked(&mut self, findings: &mut Findings) {
        for ((api_version, kind), first) in std::mem::take(&mut self.unchecked) {
            let message =
                format!("{} of {} is not checked: regcfg does not know the kind", quoted(kind), quoted(api_version));
            let origin = first.get("kind").map_or(&first.origin, |node| &node.origin);
            let finding = Diagnostic::about(&codes::KIND_NOT_CHECKED, Severity::Info, origin, message);
            findings.push(match nearest(kind, of_group(api_version).map(|known| known.kind)) {
                Some(near) => finding.help(format!("did you mean `{near}`?")),
                None => finding.help("check it by other means, for instance with `kubectl apply --dry-run=server`"),
            });
        }
    }

    /// Adds an object, and says where the same object stands already.
    pub(super) fn add(&mut self, node: &'o Node, findings: &mut Findings) {
        let text = |path: &[&str]| node.at(path).and_then(Node::as_str).unwrap_or_default();
        let mut called = ObjectName::of(node);
        if called.kind.is_empty() || called.name.is_empty() {
            return;
        }
        if schema::find(text(&["apiVersion"]), called.kind).is_some_and(|known| !known.namespaced) {
            called.namespace = "";
        }
        let cluster = cluster_label(node).and_then(Node::as_str).unwrap_or_default();
        let first = *self.first.entry((cluster, called)).or_insert(node);
        if std::ptr::eq(first, node) || is_off("duplicate-object") {
            return;
        }
        let shown = called.to_string();
        let place = |node: &'o Node| node.at(&["metadata", "name"]).unwrap_or(node);
        let message = format!("{} stands twice", quoted(&shown));
        let finding = Diagnostic::error_about(&codes::DUPLICATE_OBJECT, &place(node).origin, message);
        let finding = finding.note_at(place(first).place(), "first stands here").object(shown);
        findings.push(finding.help("remove one of the two, or give it another name"));
    }
}
