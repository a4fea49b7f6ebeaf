//! One file of regcfg's own: what it says of itself, and its tree.

use std::sync::Arc;

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::tree::{Node, Place, Source};
use crate::world::ProjectPath;

/// The API version of specs, layers and project files.
pub const API_VERSION: &str = "regcfg.dev/v1alpha1";

/// A spec or a layer.
#[derive(Debug)]
pub struct Document {
    /// Where it stands in the project.
    pub path: ProjectPath,
    /// Its text.
    pub source: Arc<Source>,
    /// Which of the two it is.
    pub kind: DocumentKind,
    /// Its tree.
    pub node: Node,
    /// The layers it extends, in written order.
    pub extends: Vec<Extends>,
}

/// What a document of regcfg is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentKind {
    /// `ClusterRegistry`: one cluster.
    Spec,
    /// `RegistryLayer`: what specs share.
    Layer,
    /// `Project`: the root's `regcfg.yaml`.
    Project,
    /// `Policy`: what whoever invokes regcfg holds projects to.
    Policy,
}

impl DocumentKind {
    /// Returns the kind with a name.
    pub fn of(name: &str) -> Option<Self> {
        match name {
            "ClusterRegistry" => Some(Self::Spec),
            "RegistryLayer" => Some(Self::Layer),
            "Project" => Some(Self::Project),
            "Policy" => Some(Self::Policy),
            _ => None,
        }
    }

    /// Returns the name, as `kind:` has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Spec => "ClusterRegistry",
            Self::Layer => "RegistryLayer",
            Self::Project => "Project",
            Self::Policy => "Policy",
        }
    }
}

/// A layer that a document extends.
#[derive(Clone, Debug)]
pub struct Extends {
    /// The layer's path in the project.
    pub path: ProjectPath,
    /// The text that names it.
    pub node: Node,
}

impl Document {
    /// Makes a document of a parsed tree; adds findings and returns none where the tree is no spec or layer.
    pub(super) fn new(path: ProjectPath, source: Arc<Source>, node: Node, findings: &mut Findings) -> Option<Self> {
        let kind = own_kind(&node, &source, &[DocumentKind::Spec, DocumentKind::Layer], findings)?;
        let extends = extends(&node, &path.parent(), findings)?;
        Some(Self { path, source, kind, node, extends })
    }
}

/// Returns a tree's kind where it is among the expected ones; else says what is wrong.
pub(crate) fn own_kind(
    node: &Node,
    source: &Arc<Source>,
    expected: &[DocumentKind],
    findings: &mut Findings,
) -> Option<DocumentKind> {
    let names: Vec<String> = expected.iter().map(|kind| format!("`{}`", kind.name())).collect();
    let help = format!("begin the file with `apiVersion: {API_VERSION}` and `kind:` {}", names.join(" or "));
    if node.as_map().is_none() {
        let message = format!("expected a mapping, found {}", node.in_words());
        findings.push(Diagnostic::error(&codes::NOT_A_SPEC, node.place(), message).help(help));
        return None;
    }
    let start = Place::start_of(source);
    let field = |name: &str| node.get(name).map_or((&start, None), |field| (field.place(), field.as_str()));
    let (place, api_version) = field("apiVersion");
    if api_version != Some(API_VERSION) {
        let message = match api_version {
            Some(other) => format!("unknown apiVersion {}", quoted(other)),
            None => "no `apiVersion`".to_owned(),
        };
        findings.push(Diagnostic::error(&codes::NOT_A_SPEC, place, message).help(help));
        return None;
    }
    let (place, kind) = field("kind");
    let known = kind.and_then(DocumentKind::of).filter(|kind| expected.contains(kind));
    if known.is_none() {
        let message = match kind {
            Some(other) => format!("unexpected kind {}", quoted(other)),
            None => "no `kind`".to_owned(),
        };
        findings.push(Diagnostic::error(&codes::NOT_A_SPEC, place, message).help(help));
    }
    known
}

fn extends(node: &Node, dir: &ProjectPath, findings: &mut Findings) -> Option<Vec<Extends>> {
    let Some(list) = node.get("extends").filter(|list| !list.is_null()) else { return Some(Vec::new()) };
    let items: Option<Vec<&str>> = list.as_seq().map(|items| items.iter().filter_map(Node::as_str).collect());
    let (Some(texts), Some(items)) = (items, list.as_seq()) else {
        let finding = Diagnostic::error(&codes::BAD_EXTENDS, list.place(), "`extends` is not a list of paths");
        findings.push(finding.help("write `extends: [../layers/org.yaml]`"));
        return None;
    };
    if texts.len() != items.len() {
        let odd = items.iter().find(|item| item.as_str().is_none()).unwrap_or(list);
        let finding = Diagnostic::error(&codes::BAD_EXTENDS, odd.place(), "a layer that is not a path");
        findings.push(finding.help("name the layer's file, relative to this one"));
        return None;
    }
    let mut layers = Vec::new();
    for (text, node) in texts.into_iter().zip(items) {
        match dir.join(text) {
            Ok(path) => layers.push(Extends { path, node: node.clone() }),
            Err(why) => {
                let finding = Diagnostic::error(
                    &codes::OUTSIDE_PROJECT,
                    node.place(),
                    format!("cannot extend {}: {why}", quoted(text)),
                );
                findings.push(finding.help("name a file within the project, whose root is where `regcfg.yaml` stands"));
            }
        }
    }
    Some(layers)
}
