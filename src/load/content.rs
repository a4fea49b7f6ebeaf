//! The files that a resolved spec names: certificates. Secrets are only looked for here, and read when they are revealed.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use super::project::unreadable;
use super::{Document, Project};
use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::pem::certificates_only;
use crate::sops::{Encrypted, Fault};
use crate::tree::{Node, Place, Source};
use crate::world::{ProjectPath, ReadError};
use crate::x509::{Block, blocks};

/// The most bytes of files that one spec may name and of PEM that it holds, each counted as often as it stands there. The API server takes no
/// ConfigMap or Secret of more than one MiB.
const MOST_BYTES: usize = 4 << 20;

/// A file that a spec names.
#[derive(Clone, Debug)]
pub struct Content {
    /// Where it stands in the project.
    pub path: ProjectPath,
    /// Its text; none for a secret, which is not read here.
    pub source: Option<Arc<Source>>,
    /// What the text is read as, shared with the other specs that name it.
    readings: Arc<Readings>,
}

/// What a text is read as, once that is asked for.
#[derive(Debug, Default)]
pub(super) struct Readings {
    encrypted: OnceLock<Option<Result<Arc<Encrypted>, Fault>>>,
    blocks: OnceLock<Vec<Block>>,
    certificates: OnceLock<Arc<str>>,
}

impl Content {
    /// Returns the file as one that SOPS encrypted, or why it is none; nothing where its text is not read.
    pub fn encrypted(&self) -> Option<Result<&Arc<Encrypted>, &Fault>> {
        let read = |source| Encrypted::read(source).map(Arc::new);
        self.readings.encrypted.get_or_init(|| self.source.as_ref().map(read)).as_ref().map(Result::as_ref)
    }

    /// Returns the PEM blocks of the file, its certificates read; nothing where its text is not read.
    pub fn blocks(&self) -> &[Block] {
        let text = || self.source.as_ref().map_or("", |source| source.text());
        self.readings.blocks.get_or_init(|| blocks(text()))
    }

    /// Returns the certificates of the file and nothing else of it; none where its text is not read.
    pub fn certificates(&self) -> Option<Arc<str>> {
        let text = self.source.as_ref()?.text();
        Some(Arc::clone(self.readings.certificates.get_or_init(|| certificates_only(text).into())))
    }
}

/// The files that a spec names, by the place of the text that names them.
#[derive(Clone, Debug, Default)]
pub struct Contents {
    by_place: BTreeMap<(String, u32), Content>,
}

impl Contents {
    /// Returns the file that a node names, if it was read.
    pub fn of(&self, named: &Node) -> Option<&Content> {
        self.by_place.get(&key(named.place()))
    }
}

/// Reads every `{file: PATH}` of a resolved spec; a secret's file is only looked for.
///
/// `dir_of` gives the directory that a path written at a place is relative to. Adds findings for files that are not
/// there or lead out of the project.
pub fn contents(
    project: &Project<'_>,
    spec: &Node,
    dir_of: &dyn Fn(&Place) -> ProjectPath,
    findings: &mut Findings,
) -> Contents {
    let mut named = Vec::new();
    collect(spec, false, &mut named);
    let mut contents = Contents::default();
    let mut room = MOST_BYTES;
    // A file that cannot be read is said once, however often it is named.
    let mut unread: BTreeMap<ProjectPath, Diagnostic> = BTreeMap::new();
    for (node, is) in named {
        let Some(text) = node.as_str() else { continue };
        if is == Named::Text {
            let Some(left) = room.checked_sub(text.len()) else {
                findings.push(too_large(node));
                break;
            };
            room = left;
            continue;
        }
        let path = match dir_of(node.place()).join(text) {
            Ok(path) => path,
            Err(why) => {
                let message = format!("cannot read {}: {why}", quoted(text));
                let finding = Diagnostic::error(&codes::OUTSIDE_PROJECT, node.place(), message);
                findings.push(finding.help("name a file within the project, whose root is where `regcfg.yaml` stands"));
                continue;
            }
        };
        let world = project.world();
        // What is plain is seldom committed: its file is made where secrets are revealed, and missed there.
        if is == Named::Secret && world.is_secret_file(&path).and_then(found) == Err(ReadError::NotFound) {
            let said = match unread.remove(&path) {
                Some(said) => said.note_at(node.place(), "named here, too"),
                None => absent(&world.display(&path), node),
            };
            unread.insert(path.clone(), said);
            contents.by_place.insert(key(node.place()), Content { path, source: None, readings: Arc::default() });
            continue;
        }
        if let Some(said) = unread.remove(&path) {
            unread.insert(path, said.note_at(node.place(), "named here, too"));
            continue;
        }
        let content = if is == Named::Secret {
            if let Err(error) = world.is_secret_file(&path).and_then(found) {
                let fault = unreadable(&world.display(&path), Some(node), &error);
                unread.insert(path, fault);
                continue;
            }
            Content { path, source: None, readings: Arc::default() }
        } else {
            let mut faults = Findings::new();
            let Some((source, readings)) = project.shared(&path, node, &mut faults) else {
                unread.extend(faults.into_iter().map(|fault| (path.clone(), fault)));
                continue;
            };
            let Some(left) = room.checked_sub(source.text().len()) else {
                findings.push(too_large(node));
                break;
            };
            room = left;
            Content { path, source: Some(source), readings }
        };
        contents.by_place.insert(key(node.place()), content);
    }
    findings.extend(unread.into_values());
    contents
}

/// Says that the file of a plain secret is not there.
fn absent(name: &str, named: &Node) -> Diagnostic {
    let message = format!("there is no {}, of which a secret is read where it is revealed", quoted(name));
    let finding = Diagnostic::info(&codes::UNREADABLE, named.place(), message);
    finding.help(
        "make it where `--reveal-secrets` is given, or correct the path; `regcfg secrets list` says what is missing",
    )
}

fn too_large(node: &Node) -> Diagnostic {
    let message = format!("files of more than {} MiB under one spec", MOST_BYTES >> 20);
    let finding = Diagnostic::error(&codes::TOO_LARGE, node.place(), message);
    finding.help("name fewer and smaller files; a bundle of certificates has a few KiB")
}

/// Returns the files that a spec or a layer reads as they are, ciphertext among them, whether they are there or not.
pub fn files_read(document: &Document) -> Vec<ProjectPath> {
    let mut named = Vec::new();
    collect(&document.node, false, &mut named);
    let dir = document.path.parent();
    let read = named.into_iter().filter(|(_, is)| *is == Named::File);
    read.filter_map(|(node, _)| dir.join(node.as_str()?).ok()).collect()
}

fn found(is_file: bool) -> Result<(), ReadError> {
    if is_file { Ok(()) } else { Err(ReadError::NotFound) }
}

fn key(place: &Place) -> (String, u32) {
    (place.source.name().to_owned(), place.start)
}

/// What a collected text is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Named {
    /// The name of a file that is read.
    File,
    /// The name of a secret's file.
    Secret,
    /// PEM itself, which stands in the spec, and with an alias many times.
    Text,
}

/// Collects the texts that name files: the only entry of a mapping, `file`, where that is text, since users may call
/// things so, and those of `pem`; below `valueFrom` it is a secret's, but for
/// what is encrypted there, which may say more of the file.
fn collect<'n>(node: &'n Node, is_secret: bool, named: &mut Vec<(&'n Node, Named)>) {
    const ENCRYPTED: [&str; 2] = ["sealed", "sops"];
    if let Some(map) = node.as_map() {
        if is_secret && let Some(encrypted) = ENCRYPTED.iter().find_map(|source| node.at(&[source, "file"])) {
            named.push((encrypted, Named::File));
            return;
        }
        if let (1, Some(entry)) = (map.len(), map.get("file"))
            && entry.node.as_map().is_none()
        {
            named.push((&entry.node, if is_secret { Named::Secret } else { Named::File }));
            return;
        }
        if let (1, Some(entry)) = (map.len(), map.get("pem"))
            && entry.node.as_map().is_none()
        {
            named.push((&entry.node, Named::Text));
            return;
        }
        for (key, entry) in map {
            collect(&entry.node, &**key == "valueFrom", named);
        }
    }
    for item in node.as_seq().unwrap_or_default() {
        collect(item, false, named);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::SourceKind;
    use crate::tree::parse::{Reading, document};
    use crate::world::MemWorld;

    #[test]
    fn files_are_bounded_as_often_as_they_are_named() {
        let megabyte = "x".repeat(1 << 20);
        let world = MemWorld::new([("a.crt", &*megabyte)]);
        let project = Project::new(&world);
        let many = |first: &str, one: &str, n: usize| format!("[{first}{}]", vec![one; n].join(", "));
        for (text, expected) in [
            (many("", "{file: a.crt}", 4), &[][..]),
            (many("", "{file: a.crt}", 5), &["RC0105"]),
            (many("", "{file: a.crt}", 1000), &["RC0105"]),
            (many(&format!("&a {{pem: \"{megabyte}\"}}, "), "*a", 3), &[]),
            (many(&format!("&a {{pem: \"{megabyte}\"}}, "), "*a", 1000), &["RC0105"]),
        ] {
            let mut findings = Findings::new();
            let spec = document(&Source::new("c.yaml", text, SourceKind::User), Reading::Strict, &mut findings);
            contents(&project, &spec.unwrap(), &|_| ProjectPath::root(), &mut findings);
            let found: Vec<&str> = findings.iter().map(|finding| finding.code.id).collect();
            assert_eq!(found, expected);
        }
    }

    /// Returns the file that a spec names as its only text.
    fn named(project: &Project<'_>, spec: &str, file: &str) -> Content {
        let mut findings = Findings::new();
        let text = format!("{{file: {file}}}");
        let spec = document(&Source::new(spec, text, SourceKind::User), Reading::Strict, &mut findings).unwrap();
        let contents = contents(project, &spec, &|_| ProjectPath::root(), &mut findings);
        assert!(findings.is_empty(), "{findings:?}");
        contents.of(spec.get("file").unwrap()).unwrap().clone()
    }

    #[test]
    fn what_many_specs_name_is_read_once() {
        let world = MemWorld::new([("a.crt", "-----BEGIN X-----\n-----END X-----\n"), ("b.crt", "")]);
        let project = Project::new(&world);
        let [one, two] = ["1.yaml", "2.yaml"].map(|spec| named(&project, spec, "a.crt"));
        assert!(Arc::ptr_eq(one.source.as_ref().unwrap(), two.source.as_ref().unwrap()));
        assert!(std::ptr::eq(one.blocks(), two.blocks()) && one.blocks().len() == 1);
        assert_eq!(named(&project, "1.yaml", "b.crt").blocks().len(), 0);
    }

    #[test]
    fn files_are_kept_as_long_as_they_are_small() {
        let megabytes = "x".repeat(3 << 20);
        let names: Vec<String> = (0..9).map(|n| format!("{n}.crt")).collect();
        let world = MemWorld::new(names.iter().map(|name| (&**name, &*megabytes)));
        let project = Project::new(&world);
        let kept = names.iter().filter(|name| {
            let [one, two] = ["1.yaml", "2.yaml"].map(|spec| named(&project, spec, name).source.unwrap());
            Arc::ptr_eq(&one, &two)
        });
        assert_eq!(kept.count(), 5);
    }
}
