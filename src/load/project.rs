//! A project: the files beneath one root, read at most once each, and what `regcfg.yaml` says.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::content::Readings;
use super::document::{Document, DocumentKind, own_kind};
use super::requires;
use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::tree::parse::{self, Reading};
use crate::tree::{Node, Place, Source, SourceKind};
use crate::world::root::PROJECT_FILE;
use crate::world::{ProjectPath, ReadError, World};

/// The largest file that is read, in bytes.
pub const LIMIT: u64 = 16 << 20;

/// The most values of documents that are kept for the next who asks, those of many thousand specs; what comes after is
/// read anew each time.
const MOST_KEPT: usize = 300_000;

/// Bytes of text that take as much memory as one value, roughly.
const BYTES_PER_VALUE: usize = 200;

/// The most bytes of files that specs name which are kept for the next spec.
const MOST_KEPT_BYTES: usize = 16 << 20;

/// The files beneath one root. Layers and certificates that many clusters share are read and parsed once.
pub struct Project<'w> {
    world: &'w dyn World,
    documents: Mutex<Kept>,
    named: Mutex<KeptFiles>,
    settings: OnceLock<(Arc<Settings>, Findings)>,
}

/// The documents that were read, and how many values they hold.
#[derive(Default)]
struct Kept {
    reached: BTreeMap<ProjectPath, Reached>,
    n_values: usize,
}

impl Kept {
    fn keep(&mut self, path: &ProjectPath, reached: &Reached) {
        let n_values = reached.0.as_ref().map_or(0, |document| document.node.n_values());
        // The text is kept with the tree, and counts as values do.
        let n_text = reached.0.as_ref().map_or(0, |document| document.source.text().len() / BYTES_PER_VALUE);
        let n_after = self.n_values + n_values.max(n_text) + 1;
        if n_after <= MOST_KEPT {
            self.n_values = n_after;
            self.reached.insert(path.clone(), reached.clone());
        }
    }
}

/// The files that specs name, which were read, and how many bytes they are.
#[derive(Default)]
struct KeptFiles {
    read: BTreeMap<ProjectPath, Shared>,
    n_bytes: usize,
}

/// A text, and what it is read as.
type Shared = (Arc<Source>, Arc<Readings>);

/// A document, or why there is none.
type Reached = (Option<Arc<Document>>, Findings);

/// What the project file says; empty where there is none.
#[derive(Debug, Default)]
pub struct Settings {
    /// The tree of `regcfg.yaml`.
    pub node: Option<Node>,
}

impl Settings {
    /// Returns a field of the project's `spec`.
    pub fn get(&self, field: &str) -> Option<&Node> {
        self.node.as_ref()?.at(&["spec", field])
    }
}

impl<'w> Project<'w> {
    /// Makes the project of a world.
    pub fn new(world: &'w dyn World) -> Self {
        Self { world, documents: Mutex::default(), named: Mutex::default(), settings: OnceLock::new() }
    }

    /// Returns the world that the files are read from.
    pub fn world(&self) -> &'w dyn World {
        self.world
    }

    /// Returns what `regcfg.yaml` says, and adds what is wrong with it.
    pub fn settings(&self, findings: &mut Findings) -> Arc<Settings> {
        let (settings, found) = self.settings.get_or_init(|| {
            let mut found = Findings::new();
            let settings = read_settings(self.world, &mut found).unwrap_or_default();
            (Arc::new(settings), found)
        });
        findings.extend(found.clone());
        Arc::clone(settings)
    }

    /// Returns the text of a file; `asked` is the text that names it, if a file does.
    pub fn text(&self, path: &ProjectPath, asked: Option<&Node>, findings: &mut Findings) -> Option<Arc<Source>> {
        source(self.world, path, asked, findings)
    }

    /// Returns the text of a file that specs name, and what it is read as, the same for each of them; `asked` is the text
    /// that names it.
    pub(super) fn shared(&self, path: &ProjectPath, asked: &Node, findings: &mut Findings) -> Option<Shared> {
        let files = || self.named.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = files().read.get(path).cloned() {
            return Some(known);
        }
        let read = (source(self.world, path, Some(asked), findings)?, Arc::default());
        let mut files = files();
        let n_after = files.n_bytes + read.0.text().len();
        if n_after > MOST_KEPT_BYTES {
            return Some(read);
        }
        // Another thread may have been first, and one of the two is enough.
        if !files.read.contains_key(path) {
            files.n_bytes = n_after;
        }
        Some(files.read.entry(path.clone()).or_insert(read).clone())
    }

    /// Returns the spec or layer at a path; `asked` is the text that names it, if a file does.
    pub fn document(&self, path: &ProjectPath, asked: Option<&Node>, findings: &mut Findings) -> Option<Arc<Document>> {
        let known = self.documents.lock().unwrap_or_else(PoisonError::into_inner).reached.get(path).cloned();
        let (document, found) = known.unwrap_or_else(|| {
            let mut found = Findings::new();
            let document = read_document(self.world, path, asked, &mut found).map(Arc::new);
            let reached = (document, found);
            self.documents.lock().unwrap_or_else(PoisonError::into_inner).keep(path, &reached);
            reached
        });
        findings.extend(found);
        document
    }
}

fn read_settings(world: &dyn World, findings: &mut Findings) -> Option<Settings> {
    let path = ProjectPath::new(PROJECT_FILE).ok()?;
    match world.is_file(&path) {
        Ok(true) => {}
        Ok(false) => return None,
        Err(error) => {
            findings.push(unreadable(&world.display(&path), None, &error));
            return None;
        }
    }
    let source = source(world, &path, None, findings)?;
    let node = parse::document(&source, Reading::Strict, findings)?;
    own_kind(&node, &source, &[DocumentKind::Project], findings)?;
    requires::check(&node, findings);
    Some(Settings { node: Some(node) })
}

fn read_document(
    world: &dyn World,
    path: &ProjectPath,
    asked: Option<&Node>,
    findings: &mut Findings,
) -> Option<Document> {
    let source = source(world, path, asked, findings)?;
    let node = parse::document(&source, Reading::Strict, findings)?;
    Document::new(path.clone(), source, node, findings)
}

/// Reads a text of the project; `asked` is the text that names it, if a file does.
fn source(world: &dyn World, path: &ProjectPath, asked: Option<&Node>, findings: &mut Findings) -> Option<Arc<Source>> {
    let name = world.display(path);
    let bytes = match world.read(path, LIMIT) {
        Ok(bytes) => bytes,
        Err(error) => {
            findings.push(unreadable(&name, asked, &error));
            return None;
        }
    };
    match String::from_utf8(bytes) {
        Ok(text) => Some(Source::new(name, strip_bom(text), SourceKind::User)),
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let bytes = error.into_bytes();
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let place = Place::new(&Source::new(name, text, SourceKind::User), valid..valid);
            let finding =
                Diagnostic::error(&codes::NOT_UTF8, &place, format!("not UTF-8: a byte 0x{:02x}", bytes[valid]));
            // A certificate in DER begins with a sequence whose length takes two bytes.
            let asked_der = asked.filter(|_| bytes.starts_with(&[0x30, 0x82]));
            findings.push(match asked_der {
                Some(asked) => finding
                    .note_at(asked.place(), "named here")
                    .help("give certificates in PEM: `openssl x509 -inform der -in FILE` makes it of DER"),
                None => finding.help("save the file as UTF-8"),
            });
            None
        }
    }
}

/// Says why a file cannot be read: where it is asked for, else at its own start.
pub(super) fn unreadable(name: &str, asked: Option<&Node>, error: &ReadError) -> Diagnostic {
    let start = || Place::start_of(&Source::new(name, "", SourceKind::User));
    let place = asked.map_or_else(start, |asked| asked.place().clone());
    let code = match error {
        ReadError::LeavesProject | ReadError::EntersGit => &codes::OUTSIDE_PROJECT,
        ReadError::TooLarge(_) => &codes::TOO_LARGE,
        _ => &codes::UNREADABLE,
    };
    let help = match error {
        ReadError::NotFound => "create the file, or correct the path",
        ReadError::IsDirectory | ReadError::NotRegular => "name a regular file",
        ReadError::LeavesProject | ReadError::EntersGit => "name a file within the project",
        ReadError::TooLarge(_) => "name the right file, or split it",
        ReadError::Denied(_) => "make the file readable",
    };
    Diagnostic::error(code, &place, format!("cannot read {}: {error}", quoted(name))).help(help)
}

fn strip_bom(text: String) -> String {
    match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::MemWorld;

    #[test]
    fn documents_are_kept_as_long_as_they_are_few() {
        let spec = format!("apiVersion: regcfg.dev/v1alpha1\nkind: RegistryLayer\nx: [{}]\n", "a,".repeat(130_000));
        let names = ["0.yaml", "1.yaml", "2.yaml"];
        let world = MemWorld::new(names.map(|name| (name, &*spec)));
        let project = Project::new(&world);
        for name in names {
            let path = ProjectPath::new(name).unwrap();
            assert!(project.document(&path, None, &mut Findings::new()).is_some(), "{name}");
        }
        let kept = project.documents.lock().unwrap();
        assert_eq!(kept.reached.len(), 2);
        assert!(kept.n_values <= MOST_KEPT);
    }
}
