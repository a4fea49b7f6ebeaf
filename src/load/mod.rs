//! Files -> [`Loaded`]: a spec, every layer that it extends, and what the project says for all of them.
//!
//! Comes in: a [`Project`] and the path of a spec. Goes out: trees with places. What a document means, how layers merge
//! and whether a field is right is not known here; only what a document says of itself: its kind, name and layers.

mod content;
mod discover;
mod document;
mod project;
mod requires;

pub use content::{Content, Contents, contents, files_read};
pub(crate) use document::own_kind;
pub use document::{API_VERSION, Document, DocumentKind, Extends};
pub use project::{LIMIT, Project, Settings};

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diag::{Diagnostic, Findings, codes};
use crate::tree::{Node, Place};
use crate::world::ProjectPath;

/// The most layers of one spec, which also bounds how far they reach through each other.
const MOST_LAYERS: usize = 100;

/// A spec with every document that it is made of.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The spec itself.
    pub spec: Arc<Document>,
    /// Every layer reached from it, by path.
    pub layers: BTreeMap<ProjectPath, Arc<Document>>,
    /// What `regcfg.yaml` says.
    pub settings: Arc<Settings>,
}

impl Loaded {
    /// Returns the directory that paths written at a place are relative to.
    pub fn dir_of(&self, place: &Place) -> ProjectPath {
        let written = place.source.name();
        let mut documents = std::iter::once(&self.spec).chain(self.layers.values());
        match documents.find(|document| document.source.name() == written) {
            Some(document) => document.path.parent(),
            None => ProjectPath::root(),
        }
    }
}

/// Loads a spec and all its layers.
///
/// Adds findings for files that cannot be read or are no spec or layer; then returns none.
pub fn load(project: &Project<'_>, path: &ProjectPath, findings: &mut Findings) -> Option<Loaded> {
    let n_errors = findings.n_errors();
    let settings = project.settings(findings);
    let spec = project.document(path, None, findings)?;
    if spec.kind != DocumentKind::Spec {
        let finding = Diagnostic::error(&codes::NOT_A_SPEC, spec.node.place(), "a layer is not rendered by itself");
        findings.push(finding.help("render a `kind: ClusterRegistry` that extends it"));
        return None;
    }
    let mut layers = BTreeMap::new();
    let mut waiting: Vec<Extends> = spec.extends.clone();
    let (mut n_asked, mut n_bytes) = (0, spec.source.text().len() as u64);
    while let Some(extends) = waiting.pop() {
        if extends.path == spec.path || layers.contains_key(&extends.path) {
            continue;
        }
        n_asked += 1;
        if n_asked > MOST_LAYERS || n_bytes > LIMIT {
            findings.push(too_much(&extends.node, n_asked > MOST_LAYERS));
            break;
        }
        let Some(layer) = project.document(&extends.path, Some(&extends.node), findings) else { continue };
        refuse_spec_as_layer(&layer, &extends.node, findings);
        n_bytes += layer.source.text().len() as u64;
        waiting.extend(layer.extends.iter().cloned());
        layers.insert(extends.path, layer);
    }
    (findings.n_errors() == n_errors).then_some(Loaded { spec, layers, settings })
}

fn too_much(asked: &Node, is_many: bool) -> Diagnostic {
    let message = if is_many {
        format!("more than {MOST_LAYERS} layers under one spec")
    } else {
        format!("layers of more than {} MiB under one spec", LIMIT >> 20)
    };
    Diagnostic::error(&codes::TOO_LARGE, asked.place(), message).help("extend fewer and smaller layers")
}

fn refuse_spec_as_layer(layer: &Document, asked: &Node, findings: &mut Findings) {
    if layer.kind == DocumentKind::Spec {
        let message = "extends a spec; only layers can be extended";
        let finding = Diagnostic::error(&codes::NOT_A_LAYER, asked.place(), message);
        let finding = finding.note_at(layer.node.place(), "`kind: ClusterRegistry` here");
        findings.push(finding.help("move what both share into a `kind: RegistryLayer` that both extend"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::MemWorld;

    /// Loads `spec.yaml`, which extends `0.yaml`, among layers that each extend the next.
    fn check(n_layers: usize, layer: &str, expected: &[&str]) {
        let head =
            |kind: &str, extends: String| format!("apiVersion: {API_VERSION}\nkind: {kind}\nextends: [{extends}]\n");
        let mut files = vec![("spec.yaml".to_owned(), head("ClusterRegistry", "0.yaml".into()))];
        for at in 0..n_layers {
            let next = if at + 1 < n_layers { format!("{}.yaml", at + 1) } else { String::new() };
            files.push((format!("{at}.yaml"), head("RegistryLayer", next) + layer));
        }
        let world = MemWorld::new(files.iter().map(|(path, text)| (&**path, &**text)));
        let mut findings = Findings::new();
        let spec = ProjectPath::new("spec.yaml").unwrap();
        let loaded = load(&Project::new(&world), &spec, &mut findings);
        let found: Vec<&str> = findings.iter().map(|finding| finding.code.id).collect();
        assert_eq!((loaded.is_some(), &*found), (expected.is_empty(), expected));
    }

    #[test]
    fn layers_are_bounded_in_number_and_size() {
        check(MOST_LAYERS, "", &[]);
        check(MOST_LAYERS + 1, "", &["RC0105"]);
        check(5, &format!("# {}\n", "x".repeat(5 << 20)), &["RC0105"]);
    }
}
