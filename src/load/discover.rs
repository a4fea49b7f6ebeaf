//! Finds regcfg's own files among others in a directory, without a finding for what is none of them.

use super::DocumentKind;
use super::project::Project;
use crate::diag::{Diagnostic, Findings, codes};
use crate::tree::parse::{self, Reading};
use crate::tree::{Node, Place, Source, SourceKind};
use crate::world::{ProjectPath, ReadError};

/// What a text must have in it to be one of regcfg's own files.
const MARK: &str = "regcfg.dev/";

/// The kind of a profile's manifest, which only its profile reads.
const PROFILE: &str = "Profile";

/// The deepest directory that is looked into.
const DEEPEST: usize = 32;

impl Project<'_> {
    /// Returns what a file is, if it is a spec, a layer, a project file or a policy. A broken file counts as what it looks like,
    /// and one that may not be read as a spec: passed over in silence, its cluster would go missing.
    pub fn kind_of(&self, path: &ProjectPath) -> Option<DocumentKind> {
        let mut found = Findings::new();
        let Some(text) = self.text(path, None, &mut found) else { return self.kind_unread(path, &found) };
        if !mentions_own_version(text.text()) {
            return None;
        }
        if let Some(document) = self.document(path, None, &mut Findings::new()) {
            return Some(document.kind);
        }
        match parse::documents(&text, Reading::AsKubectl, &mut Findings::new()) {
            Some(documents) => documents.iter().find_map(kind_of_tree),
            None => looks_like(text.text()),
        }
    }

    /// Returns what a file counts as whose text cannot be had.
    fn kind_unread(&self, path: &ProjectPath, found: &Findings) -> Option<DocumentKind> {
        let why = found.iter().next()?;
        if why.code == &codes::NOT_UTF8 {
            let text = why.place.source.text();
            return mentions_own_version(text).then(|| looks_like(text))?;
        }
        let is_hidden = why.code == &codes::OUTSIDE_PROJECT
            || (why.code == &codes::UNREADABLE && self.world().is_file(path).unwrap_or(true));
        is_hidden.then_some(DocumentKind::Spec)
    }

    /// Returns every YAML file below a directory, sorted; hidden directories are passed over.
    ///
    /// Adds a finding for a directory that cannot be listed.
    pub fn yaml_files(&self, dir: &ProjectPath, findings: &mut Findings) -> Vec<ProjectPath> {
        self.files(dir, &["yaml", "yml"], findings)
    }

    /// Returns every file below a directory whose name ends in one of these, sorted; hidden directories are passed over.
    ///
    /// Adds a finding for a directory that cannot be listed.
    pub fn files(&self, dir: &ProjectPath, endings: &[&str], findings: &mut Findings) -> Vec<ProjectPath> {
        let mut files = Vec::new();
        self.collect(dir, 0, endings, &mut files, findings);
        files.sort();
        files
    }

    fn collect(
        &self,
        dir: &ProjectPath,
        depth: usize,
        endings: &[&str],
        files: &mut Vec<ProjectPath>,
        findings: &mut Findings,
    ) {
        let entries = match self.world().list(dir) {
            Ok(entries) => entries,
            Err(error) => return findings.push(self.unlistable(dir, &error)),
        };
        for entry in entries {
            let name = entry.path.file_name();
            if name.starts_with('.') {
                continue;
            }
            if entry.is_dir && depth < DEEPEST {
                self.collect(&entry.path, depth + 1, endings, files, findings);
            } else if !entry.is_dir && name.rsplit_once('.').is_some_and(|(_, ending)| endings.contains(&ending)) {
                files.push(entry.path);
            }
        }
    }

    fn unlistable(&self, dir: &ProjectPath, error: &ReadError) -> Diagnostic {
        let name = self.world().display(dir);
        let place = Place::start_of(&Source::new(name.clone(), "", SourceKind::User));
        let finding =
            Diagnostic::error(&codes::UNREADABLE, &place, format!("cannot list the directory `{name}`: {error}"));
        finding.help("make the directory readable")
    }
}

/// Tells whether a text may hold a version of regcfg's own. Rendered objects have the mark in keys of labels and
/// annotations, and parsing each of them only to see that would take longer than checking it.
fn mentions_own_version(text: &str) -> bool {
    text.match_indices(MARK).any(|(at, _)| {
        let after = text[at + MARK.len()..]
            .trim_start_matches(|char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_' | '.'));
        !after.trim_start_matches(['"', '\'']).trim_start_matches([' ', '\t']).starts_with(':')
    })
}

/// Returns what a tree of regcfg's group counts as; one without a kind that is known is most likely a misspelled spec.
fn kind_of_tree(node: &Node) -> Option<DocumentKind> {
    let api_version = node.get("apiVersion").and_then(Node::as_str)?;
    if !api_version.starts_with(MARK) {
        return None;
    }
    match node.get("kind").and_then(Node::as_str) {
        Some(PROFILE) => None,
        kind => Some(kind.and_then(DocumentKind::of).unwrap_or(DocumentKind::Spec)),
    }
}

/// Returns what a text that is no YAML looks like.
fn looks_like(text: &str) -> Option<DocumentKind> {
    let names = |kind: &&DocumentKind| {
        let name = kind.name();
        [
            format!("kind: {name}"),
            format!("kind: \"{name}\""),
            format!("kind: '{name}'"),
            format!("\"kind\": \"{name}\""),
        ]
        .iter()
        .any(|words| text.contains(words))
    };
    [DocumentKind::Spec, DocumentKind::Layer, DocumentKind::Project, DocumentKind::Policy].iter().find(names).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::MemWorld;

    fn check(text: &str, expected: Option<DocumentKind>) {
        let world = MemWorld::new([("a.yaml", text)]);
        let kind = Project::new(&world).kind_of(&ProjectPath::new("a.yaml").unwrap());
        assert_eq!(kind, expected, "{text}");
    }

    #[test]
    fn a_broken_file_counts_as_what_it_looks_like() {
        use DocumentKind::{Layer, Project, Spec};
        let own = |rest: &str| format!("apiVersion: regcfg.dev/v1alpha1\n{rest}\n");
        check(&own("kind: ClusterRegistry"), Some(Spec));
        check(&own("kind: RegistryLayer"), Some(Layer));
        check(&own("kind: Project"), Some(Project));
        check(&own("kind: Profile"), None);
        check(&own("kind: ClusterRegistri"), Some(Spec));
        check(&own("metadata: {name: a}"), Some(Spec));
        check(&own("kind: ClusterRegistry\nspec: ["), Some(Spec));
        check(&own("kind: \"ClusterRegistry\" # one\nspec: ["), Some(Spec));
        check("{\"apiVersion\": \"regcfg.dev/v1\", \"kind\": \"ClusterRegistry\",, }", Some(Spec));
        check(&own("kind: RegistryLayer\nspec: ["), Some(Layer));
        check(&(own("kind: RegistryLayer") + "---\na: b\n"), Some(Layer));
    }

    #[test]
    fn the_keys_of_rendered_objects_are_no_versions() {
        let label = |key: &str| format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{labels: {{{key}: a}}}}\n");
        for key in ["regcfg.dev/cluster", "\"regcfg.dev/cluster\"", "'regcfg.dev/cluster' "] {
            assert!(!mentions_own_version(&label(key)), "{key}");
        }
        let kept = "{labels: {regcfg.dev/cluster: a}, apiVersion: regcfg.dev/v1alpha1, kind: ClusterRegistry}";
        assert!(mentions_own_version(kept));
        check(kept, Some(DocumentKind::Spec));
    }

    #[test]
    fn what_only_mentions_regcfg_is_none_of_its_files() {
        check("apiVersion: v1\nkind: ConfigMap\nmetadata: {labels: {regcfg.dev/cluster: a}}\n", None);
        let embedded = "  apiVersion: regcfg.dev/v1alpha1\n  kind: ClusterRegistry\n";
        check(&format!("apiVersion: v1\nkind: ConfigMap\ndata:\n  a: |\n  {embedded}"), None);
        check("# regcfg.dev/\n", None);
        check("", None);
    }
}
