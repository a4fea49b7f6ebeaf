//! Manifests that anyone wrote: a file, or standard input.

use std::sync::Arc;

use crate::diag::{Diagnostic, Findings, codes};
use crate::load::Project;
use crate::target::Target;
use crate::tree::parse::{self, Reading};
use crate::tree::{Node, Source, SourceKind};
use crate::validate;
use crate::world::ProjectPath;

/// Checks a file of plain manifests; one that is no text, or holds no object, is passed over unless it looks like one.
pub(super) fn check_file(project: &Project<'_>, path: &ProjectPath, target: Target, findings: &mut Findings) {
    let mut found = Findings::new();
    if let Some(source) = project.text(path, None, &mut found) {
        return check_text(&source, target, findings);
    }
    // Bytes that are no text, and hold no text that begins a manifest, are somebody's ciphertext or archive.
    let is_manifest = |finding: &Diagnostic| finding.place.source.text().contains("apiVersion");
    findings.extend(found.into_iter().filter(|finding| finding.code != &codes::NOT_UTF8 || is_manifest(finding)));
}

pub(super) fn check_input(bytes: &[u8], target: Target, findings: &mut Findings) {
    let text = String::from_utf8_lossy(bytes);
    check_text(&Source::new("<stdin>", text, SourceKind::User), target, findings);
}

/// Checks the manifests of a text; a template of a chart, which is no YAML before it is rendered, is passed over.
fn check_text(source: &Arc<Source>, target: Target, findings: &mut Findings) {
    if !source.text().contains("apiVersion") {
        return;
    }
    let mut found = Findings::new();
    let documents = parse::documents(source, Reading::AsKubectl, &mut found);
    let is_template =
        source.text().contains("{{") && found.iter().any(|finding| finding.code == &codes::MALFORMED_YAML);
    if is_template {
        return;
    }
    let Some(documents) = documents else { return findings.extend(found) };
    let version = |node: &Node| node.get("apiVersion").and_then(Node::as_str).map(str::to_owned);
    // A profile is judged where a spec names it.
    let is_own = |node: &Node| version(node).is_some_and(|version| version.starts_with("regcfg.dev/"));
    let is_object = |node: &Node| node.get("apiVersion").is_some() && node.get("kind").is_some() && !is_own(node);
    let objects: Vec<Node> = documents.into_iter().filter(is_object).collect();
    if !objects.is_empty() {
        findings.extend(found);
        validate::manifests(&objects, target, findings);
    }
}
