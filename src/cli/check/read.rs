//! What a file of somebody's holds: objects of Kubernetes, or a reason to skip it.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::cli::parallel::in_order;
use crate::diag::{Diagnostic, Findings, codes};
use crate::load::Project;
use crate::rules::SecretFacts;
use crate::schema;
use crate::tree::parse::{self, Reading};
use crate::tree::{Entry, Node, Source, sops};
use crate::world::ProjectPath;

/// What a file or a stream holds.
pub(in crate::cli) enum Held {
    /// Nothing that is checked, and why.
    Skipped(String),
    /// Nothing that can be checked, for what was found.
    Broken(Findings),
    /// Objects, those of lists each by itself, and what was found beside them.
    Objects(Vec<Node>, Findings),
}

/// The files that the kustomizations beside them name as patches: each is a part of an object that is elsewhere.
#[derive(Default)]
pub(in crate::cli) struct Patches(BTreeSet<ProjectPath>);

impl Patches {
    /// Reads the kustomizations of the directories that hold these files, each once.
    pub(in crate::cli) fn beside(project: &Project<'_>, files: &[ProjectPath]) -> Self {
        let dirs: BTreeSet<ProjectPath> = files.iter().map(ProjectPath::parent).collect();
        let dirs: Vec<ProjectPath> = dirs.into_iter().collect();
        Self(in_order(&dirs, |dir| patches(project, dir)).into_iter().flatten().collect())
    }
}

/// Reads a file.
pub(in crate::cli) fn file(project: &Project<'_>, path: &ProjectPath, patches: &Patches) -> Held {
    let mut found = Findings::new();
    let Some(source) = project.text(path, None, &mut found) else {
        // Bytes that are no text, and hold no text that begins a manifest, are somebody's ciphertext or archive.
        let is_manifest = |finding: &Diagnostic| finding.place.source.text().contains("apiVersion");
        let is_binary = found.iter().all(|finding| finding.code == &codes::NOT_UTF8 && !is_manifest(finding));
        return if is_binary { Held::Skipped("it is no text".into()) } else { Held::Broken(found) };
    };
    let is_part = patches.0.contains(path);
    let part = || is_part.then(|| "it is a patch of a kustomization, and no whole object".into());
    let reason = file_reason(path).or_else(|| chart(project, path)).or_else(part);
    reason.map_or_else(|| text(&source), Held::Skipped)
}

/// Returns the Secrets that manifests are or make; what is wrong with a file was said where it was checked.
pub(in crate::cli) fn secrets(project: &Project<'_>, files: &[ProjectPath]) -> Vec<SecretFacts> {
    let patches = Patches::beside(project, files);
    let of_file = in_order(files, |path| match file(project, path, &patches) {
        Held::Objects(objects, _) => objects.iter().filter_map(SecretFacts::of).collect(),
        Held::Skipped(_) | Held::Broken(_) => Vec::new(),
    });
    of_file.into_iter().flatten().collect()
}

/// Returns the objects of manifests, each with its file; files that hold none are passed over.
pub(in crate::cli) fn manifests_of(
    project: &Project<'_>,
    files: &[ProjectPath],
    findings: &mut Findings,
) -> Vec<(ProjectPath, Node)> {
    let patches = Patches::beside(project, files);
    let mut objects = Vec::new();
    for (path, held) in files.iter().zip(in_order(files, |path| file(project, path, &patches))) {
        match held {
            Held::Skipped(_) => {}
            Held::Broken(found) => findings.extend(found),
            Held::Objects(found, said) => {
                findings.extend(said);
                objects.extend(found.into_iter().map(|object| (path.clone(), object)));
            }
        }
    }
    objects
}

/// Reads a text.
pub(in crate::cli) fn text(source: &Arc<Source>) -> Held {
    if source.text().trim().is_empty() {
        return Held::Skipped("it is empty".into());
    }
    if !source.text().contains("apiVersion") && !begins_known_kind(source.text()) {
        return Held::Skipped("it holds no Kubernetes object".into());
    }
    let mut found = Findings::new();
    let documents = parse::documents(source, Reading::AsKubectl, &mut found);
    let is_malformed = found.iter().any(|finding| finding.code == &codes::MALFORMED_YAML);
    if is_malformed && source.text().contains("{{") {
        return Held::Skipped("it is a template, and no YAML before it is rendered".into());
    }
    let Some(documents) = documents else { return Held::Broken(found) };
    let mut objects = Vec::new();
    let mut skipped = "it holds no Kubernetes object".to_owned();
    for mut document in documents {
        if let Some(reason) = reason(&document) {
            skipped = reason;
        } else {
            sops::open(&mut document);
            flatten(document, &mut objects);
        }
    }
    if objects.is_empty() { Held::Skipped(skipped) } else { Held::Objects(objects, found) }
}

/// Tells whether a line of a text says that it is an object of a kind that is known here, where `apiVersion` is missing.
fn begins_known_kind(text: &str) -> bool {
    let kind = |line: &str| Some(is_known(line.strip_prefix("kind:")?.trim().trim_matches(['"', '\''])));
    text.lines().filter_map(kind).any(|is_known| is_known)
}

fn is_known(kind: &str) -> bool {
    schema::kinds().iter().any(|known| known.kind == kind)
}

/// Tells whether a document that lacks `apiVersion` or `kind` is an object all the same, and not the settings of something.
fn is_meant_as_object(document: &Node) -> bool {
    let is_named = document.at(&["metadata", "name"]).is_some();
    match document.get("kind").and_then(Node::as_str) {
        Some(kind) => matches!(kind, "ClusterRegistry" | "RegistryLayer") || (is_named && is_known(kind)),
        None => is_named && document.get("apiVersion").is_some(),
    }
}

/// Says why a document is none of those that are checked here.
fn reason(document: &Node) -> Option<String> {
    let field = |name: &str| document.get(name).and_then(Node::as_str);
    if (document.get("apiVersion").is_none() || document.get("kind").is_none()) && !is_meant_as_object(document) {
        return Some("it holds no Kubernetes object".into());
    }
    match (field("apiVersion").unwrap_or_default(), field("kind").unwrap_or_default()) {
        (version, "ClusterRegistry" | "RegistryLayer" | "Project") if version.starts_with("regcfg.dev/") => {
            Some("specs are read from their files, with what stands beside them".into())
        }
        (version, _) if version.starts_with("regcfg.dev/") => Some("it is checked where a spec names it".into()),
        (version, "Kustomization" | "Component") if version.starts_with("kustomize.config.k8s.io/") => {
            Some("it is a kustomization, and never applied itself".into())
        }
        _ => None,
    }
}

/// Adds an object, or those of a list, each with what the list says of all of them.
fn flatten(document: Node, objects: &mut Vec<Node>) {
    let kind = document.get("kind").and_then(Node::as_str).unwrap_or_default();
    let Some(of) = kind.strip_suffix("List").map(str::to_owned) else { return objects.push(document) };
    let Some(items) = document.get("items").and_then(Node::as_seq) else { return objects.push(document) };
    let [version, kind] = ["apiVersion", "kind"].map(|name| document.entry(name).cloned());
    for item in items {
        let mut item = item.clone();
        // The items of a typed list need not say what they are.
        if !of.is_empty()
            && let (Some(map), Some(version), Some(kind)) = (item.as_map_mut(), &version, &kind)
        {
            map.entry("apiVersion".into()).or_insert_with(|| version.clone());
            let named = Node::string(&*of, kind.node.origin.clone());
            map.entry("kind".into()).or_insert_with(|| Entry { key: kind.key.clone(), node: named });
        }
        flatten(item, objects);
    }
}

/// Says which chart a file is a template of; such a template is no manifest before it is rendered, even where it is YAML.
fn chart(project: &Project<'_>, path: &ProjectPath) -> Option<String> {
    let mut dir = path.parent();
    while !dir.as_str().is_empty() {
        if dir.file_name() == "templates" {
            let chart = dir.parent().join("Chart.yaml").ok()?;
            if project.world().is_file(&chart) == Ok(true) {
                return Some("it is a template of a Helm chart, and no manifest before it is rendered".into());
            }
        }
        dir = dir.parent();
    }
    None
}

/// Returns the files of a directory that its kustomization names as patches.
fn patches(project: &Project<'_>, dir: &ProjectPath) -> Vec<ProjectPath> {
    const LISTS: [&str; 3] = ["patches", "patchesStrategicMerge", "patchesJson6902"];
    let names = ["kustomization.yaml", "kustomization.yml"].map(|name| dir.join(name));
    let read = |path: &ProjectPath| {
        let source = project.text(path, None, &mut Findings::new())?;
        parse::documents(&source, Reading::AsKubectl, &mut Findings::new())
    };
    let found = names.into_iter().flatten().find(|path| project.world().is_file(path) == Ok(true));
    let documents = found.as_ref().and_then(read).unwrap_or_default();
    let lists = documents.iter().flat_map(|document| LISTS.iter().filter_map(|name| document.get(name)?.as_seq()));
    let target = |item: &Node| {
        let text = item.as_str().or_else(|| item.get("path").and_then(Node::as_str))?;
        dir.join(text).ok().filter(|target| target.parent() == *dir)
    };
    lists.flatten().filter_map(target).collect()
}

/// Says what a file is that its name tells.
fn file_reason(path: &ProjectPath) -> Option<String> {
    match path.file_name() {
        "kustomization.yaml" | "kustomization.yml" => Some("it is a kustomization, and never applied itself".into()),
        "Chart.yaml" => Some("it describes a Helm chart".into()),
        _ => None,
    }
}
