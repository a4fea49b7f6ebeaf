//! The spec while it is made: its sections, the comments before them, and the files that it names.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::file_name::FileNames;
use crate::load::{API_VERSION, DocumentKind};
use crate::profile::Profile;
use crate::schema::{Schema, find};
use crate::target::Target;
use crate::tree::{Entry, Map, Node, Origin, Place, Source, SourceKind, Value};

/// The spec while it is made.
pub(super) struct Draft {
    /// The profile of its platform.
    pub(super) profile: Arc<Profile>,
    /// Its release.
    pub(super) target: Target,
    /// Its sections, without `openshift` and `platform`.
    pub(super) sections: Map,
    /// Lines to stand as comments before sections.
    pub(super) comments: BTreeMap<&'static str, Vec<String>>,
    /// The files that it names: path relative to the spec, and text.
    pub(super) files: Vec<(String, String)>,
    /// The fields of `registry` that the operator filled in, with their values; none where no config CR was imported.
    pub(super) filled: Option<Map>,
    names: Option<FileNames>,
    near: Origin,
}

impl Draft {
    pub(super) fn new(profile: Arc<Profile>, target: Target, has_files: bool) -> Self {
        let near = Origin::from(Place::start_of(&Source::new("<import>", "", SourceKind::Profile)));
        let names = has_files.then(FileNames::default);
        let (sections, comments) = (Map::new(), BTreeMap::new());
        Self { profile, target, sections, comments, files: Vec::new(), filled: None, names, near }
    }

    /// Tells whether nothing was imported.
    pub(super) fn is_empty(&self) -> bool {
        self.sections.is_empty() && self.filled.is_none()
    }

    /// Returns the description of a section.
    pub(super) fn schema(path: &[&str]) -> Option<&'static Schema> {
        let spec = find(API_VERSION, DocumentKind::Spec.name())?.schema.property("spec")?.schema;
        path.iter().try_fold(spec, |schema, step| Some(schema.property(step)?.schema))
    }

    /// Makes a text of the spec's own.
    pub(super) fn text(&self, text: impl Into<Arc<str>>) -> Node {
        Node::string(text, self.near.clone())
    }

    /// Makes a value of the spec's own.
    pub(super) fn value(&self, value: Value) -> Node {
        Node::new(value, self.near.clone())
    }

    /// Makes a mapping of the spec's own.
    pub(super) fn map<'k>(&self, entries: impl IntoIterator<Item = (&'k str, Node)>) -> Node {
        Node::map(entries, self.near.clone())
    }

    /// Returns a section, which is there from then on.
    pub(super) fn section(&mut self, name: &str) -> &mut Node {
        let near = self.near.clone();
        let empty = || Entry { key: near.clone(), node: Node::map::<&str>([], near.clone()) };
        &mut self.sections.entry(name.into()).or_insert_with(empty).node
    }

    /// Puts a value under a field of a section.
    pub(super) fn put(&mut self, section: &str, field: &str, node: Node) {
        self.section(section).insert(field, node);
    }

    /// Adds a comment before a section.
    pub(super) fn comment(&mut self, section: &'static str, line: impl Into<String>) {
        self.comments.entry(section).or_default().push(line.into());
    }

    /// Returns the content that stands for certificates: a file called after what they are for, or their text in place.
    pub(super) fn certificates(&mut self, of: &str, text: String) -> Node {
        let Some(names) = &mut self.names else { return self.map([("pem", self.text(text))]) };
        let path = format!("cas/{}", names.of(of));
        self.files.push((path.clone(), text));
        self.map([("file", self.text(path))])
    }
}
