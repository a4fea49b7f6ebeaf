//! A Secret that SOPS encrypted as a whole: passed on byte for byte, for an engine that decrypts what it applies.
//!
//! Its MAC covers every value of the manifest, names and annotations too, and the path of each value is bound into its
//! ciphertext. So nothing can be added, renamed or moved here: what is read must stand in the manifest as it will be
//! read (upstream: getsops/sops `sops.go`, `aes/cipher.go`). No value is decrypted, and whether the MAC is right is not
//! known here.

use std::sync::Arc;

use super::{Asked, SecretSpec};
use crate::check::Checked;
use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, Severity, codes, nearest};
use crate::mutation::is_off;
use crate::secret::is_secret;
use crate::spec::{Content, ValueSource};
use crate::tree::parse::{Reading, documents};
use crate::tree::{Map, Node, Place, Source, Value, sops};

/// The fields of a Secret that hold its values.
const VALUES: [&str; 2] = ["data", "stringData"];

/// What `kubectl apply` leaves in an object: all of it, with the values of a Secret in plain.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// The command that encrypts a Secret so that all but its values can be read.
const COMMAND: &str = "sops encrypt --encrypted-regex '^(data|stringData)$'";

/// Returns the file that a `sops` source names, where it is a Secret's manifest that is passed on as it is.
pub(super) fn passed_on<'c>(sops: &Node, checked: &'c Checked) -> Option<&'c Arc<Source>> {
    if checked.resolved().spec().at(&["secrets", "sops", "delivery"]).and_then(Node::as_str) == Some("Decrypted") {
        return None;
    }
    let source = checked.contents().of(sops.get("file")?)?.source.as_ref()?;
    // What is wrong with the text is said when it is lowered, here or as a value to be decrypted.
    let documents = documents(source, Reading::AsKubectl, &mut Findings::new())?;
    documents.into_iter().any(is_manifest).then_some(source)
}

/// Tells whether a document is a Secret, or an object that hides which one it is.
fn is_manifest(mut document: Node) -> bool {
    let is_object = ["apiVersion", "kind", "metadata"].iter().all(|field| document.get(field).is_some());
    is_secret(&document) || (is_object && sops::open(&mut document) && identity(&document).is_some())
}

/// Returns the first field that says which object it is and is encrypted.
fn identity(document: &Node) -> Option<&Node> {
    ["apiVersion", "kind"].iter().filter_map(|field| document.get(field)).find(|node| is_encrypted(node))
}

impl SecretSpec<'_> {
    /// The manifest as an object whose values are slots; none where findings say why it cannot be passed on.
    pub(super) fn encrypted(&self, checked: &Checked, findings: &mut Findings) -> Option<Node> {
        let n_errors = findings.n_errors();
        let (file, source) = self.only_file(checked, findings)?;
        let manifest = Manifest { file, source };
        let mut object = manifest.read(findings)?;
        manifest.check_text(findings);
        if !sops::open(&mut object) {
            let message = "a Secret that is not encrypted";
            let finding = Diagnostic::error(&codes::UNENCRYPTED_VALUE, object.place(), message);
            findings.push(manifest.named(finding).help(format!(
                "encrypt it with `{COMMAND}`, and change what it holds: whoever can read the repository has read it"
            )));
            return None;
        }
        manifest.check_readable(&object, findings);
        if let Some(Err(fault)) = checked.contents().of(file)?.encrypted() {
            findings.push(fault.asked_at(file.place()));
        }
        if findings.n_errors() > n_errors {
            return None;
        }
        self.check_identity(&manifest, &object, findings);
        let keys = self.check_keys(&manifest, &object, findings);
        manifest.check_values(&object, &keys, findings);
        manifest.check_guard(&object, checked, findings);
        (findings.n_errors() == n_errors).then_some(object)
    }

    /// Returns the one file that all contents come from, with the text that names it first.
    fn only_file<'c>(&self, checked: &'c Checked, findings: &mut Findings) -> Option<(&Node, &'c Arc<Source>)> {
        let mut only: Option<(&Node, &Arc<Source>)> = None;
        for asked in &self.asked {
            let file = asked.sops().and_then(|sops| sops.get("file"));
            let Some(file) = file else {
                let message = "a content beside a Secret that is passed on as SOPS encrypted it";
                let finding = Diagnostic::error(&codes::MIXED_DELIVERY, asked.content.place(), message);
                findings.push(
                    finding
                        .help("put this content into that Secret before it is encrypted, and name it by `sops`, too"),
                );
                return None;
            };
            let source = checked.contents().of(file)?.source.as_ref()?;
            match only {
                Some((first, known)) if known.name() != source.name() => {
                    let message = "a second file for one Secret that is passed on as SOPS encrypted it";
                    let finding = Diagnostic::error(&codes::MIXED_DELIVERY, file.place(), message);
                    let finding = finding.note_at(first.place(), "the first one");
                    findings.push(finding.help("keep all keys of one Secret in one manifest"));
                    return None;
                }
                Some(_) => {}
                None => only = Some((file, source)),
            }
        }
        only
    }

    /// Checks that the object is the one that is read.
    fn check_identity(&self, manifest: &Manifest<'_>, object: &Node, findings: &mut Findings) {
        let expected = self.name.as_str().unwrap_or_default();
        let mut wrong = |path: &[&str], found: Option<&Node>, expected: &str, reads: &str| {
            let place = found.or_else(|| object.get("metadata")).unwrap_or(object).place();
            let field = path.join(".");
            let message = match found.and_then(Node::as_str) {
                Some(text) => format!("`{field}` is {}, but {reads} `{expected}`", quoted(text)),
                None => format!("no `{field}`, but {reads} `{expected}`"),
            };
            let finding = Diagnostic::error(&codes::OTHER_ENCRYPTED_SECRET, place, message);
            let help =
                format!("write `{expected}` with `sops edit`: the MAC covers it, so that an editor alone breaks it");
            findings.push(manifest.named(finding).help(help));
        };
        let reads = if self.fixed_name { "the operator reads" } else { "what is read is" };
        for (path, expected) in [(["metadata", "name"], expected), (["metadata", "namespace"], self.namespace_name())] {
            let found = object.at(&path);
            if found.and_then(Node::as_str) != Some(expected) && !is_off("encrypted-name") {
                wrong(&path, found, expected, reads);
            }
        }
        let kind = object.get("type");
        let is_right = match kind.and_then(Node::as_str).unwrap_or("Opaque") {
            // The operator reads a route's Secret whatever its type says.
            "Opaque" if self.kind == "kubernetes.io/tls" => true,
            found => found == self.kind,
        };
        if !is_right && !is_off("encrypted-kind") {
            wrong(&["type"], kind, self.kind, "the type that is read is");
        }
    }

    /// Checks that what is asked for stands under the keys that are read, and returns these.
    fn check_keys(&self, manifest: &Manifest<'_>, object: &Node, findings: &mut Findings) -> Vec<&str> {
        let has: Vec<&str> = values(object).map(|(key, _)| key).collect();
        for asked in &self.asked {
            let Some(sops) = asked.sops() else { continue };
            let named = sops.get("path").and_then(Node::as_seq).and_then(<[Node]>::last).or_else(|| sops.get("key"));
            if let Some(named) = named.filter(|named| named.as_str() != Some(&*asked.key)) {
                let message = format!(
                    "{} is not what is read, which is `{}`, and a key of an encrypted Secret cannot be renamed",
                    quoted(named.as_str().unwrap_or_default()),
                    asked.key
                );
                let finding = Diagnostic::error(&codes::WRONG_ENCRYPTED_KEY, named.place(), message);
                let finding = finding.note("SOPS binds the path of each value into its ciphertext");
                findings.push(finding.help(format!(
                    "leave it out, and name the key `{}` in the manifest with `sops edit`, or set `secrets.sops.delivery: Decrypted`",
                    asked.key
                )));
                continue;
            }
            if let Some(path) = sops.get("path").filter(|path| !is_path_of_key(path)) {
                let message = "a path that leads elsewhere than to a key of `data` or `stringData`";
                let finding = Diagnostic::error(&codes::WRONG_ENCRYPTED_KEY, path.place(), message);
                findings.push(finding.help("leave `path` out: the manifest is passed on as a whole"));
                continue;
            }
            if !has.contains(&&*asked.key) && !is_off("encrypted-key") {
                let message = format!("the encrypted Secret has no key `{}`", asked.key);
                let at = VALUES
                    .iter()
                    .find_map(|field| object.entry(field))
                    .map_or(object.place(), |entry| entry.key.place());
                let finding = manifest.named(Diagnostic::error(&codes::WRONG_ENCRYPTED_KEY, at, message));
                let near = nearest(&asked.key, has.iter().copied());
                findings.push(finding.help(match near {
                    Some(near) => format!("rename {} with `sops edit`", quoted(near)),
                    None => "add it with `sops edit`".into(),
                }));
            }
        }
        self.asked.iter().map(|asked| &*asked.key).collect()
    }
}

impl<'r> Asked<'r> {
    /// Returns the `sops` source of the content, if that is its source.
    fn sops(&self) -> Option<&'r Node> {
        match Content::of(self.content)? {
            Content::Secret(ValueSource::Sops(sops)) => Some(sops),
            _ => None,
        }
    }
}

/// A manifest, and the text of the spec that names its file.
struct Manifest<'r> {
    file: &'r Node,
    source: &'r Arc<Source>,
}

impl Manifest<'_> {
    /// Adds where the file is named to a finding about it.
    fn named(&self, finding: Diagnostic) -> Diagnostic {
        finding.note_at(self.file.place(), "the file is named here")
    }

    /// Reads the one document.
    fn read(&self, findings: &mut Findings) -> Option<Node> {
        let mut documents = documents(self.source, Reading::AsKubectl, findings)?;
        if let [_, second, ..] = &*documents
            && !is_off("encrypted-documents")
        {
            let message = "a second document in a file that is passed on as one Secret";
            let finding = Diagnostic::error(&codes::UNFIT_ENCRYPTED_FILE, second.place(), message);
            findings.push(self.named(finding).help("keep each Secret in a file of its own, encrypted by itself"));
            return None;
        }
        documents.pop()
    }

    /// Checks that the text can stand in a stream of documents.
    fn check_text(&self, findings: &mut Findings) {
        let text = self.source.text();
        let mut starts = text.split_inclusive('\n').scan(0, |at, line| {
            let start = *at;
            *at += line.len();
            Some((start, line))
        });
        if let Some((start, line)) = starts.find(|(_, line)| line.starts_with('%') && !is_off("encrypted-directive")) {
            let place = Place::new(self.source, start..start + line.trim_end().len());
            let message = "a YAML directive in a file that is passed on as it is";
            let finding = Diagnostic::error(&codes::UNFIT_ENCRYPTED_FILE, &place, message);
            let finding = finding.note("readers of a stream of documents take it for a part of the one before");
            findings.push(self.named(finding).help("remove the line: SOPS covers values, and no directives"));
        }
    }

    /// Checks that nothing but values is encrypted.
    fn check_readable(&self, object: &Node, findings: &mut Findings) {
        let fields = object.as_map().into_iter().flatten().filter(|(field, _)| !VALUES.contains(&&***field));
        let mut hidden = Vec::new();
        fields.for_each(|(field, entry)| collect(&entry.node, field.to_string(), &mut hidden));
        let Some((node, path)) = hidden.first().filter(|_| !is_off("encrypted-field")) else { return };
        let message = format!("`{path}` is encrypted, and nothing but `data` and `stringData` may be");
        let finding = Diagnostic::error(&codes::UNFIT_ENCRYPTED_FILE, node.place(), message);
        let finding =
            finding.note("what the object is can then be told by nobody without the key, nor by what applies it");
        findings.push(self.named(finding).help(format!("decrypt it, and encrypt its values alone with `{COMMAND}`")));
    }

    /// Checks that every value is encrypted, and says which are not read.
    fn check_values(&self, object: &Node, keys: &[&str], findings: &mut Findings) {
        // Where a key is lacking, one that is not read may be that key, misspelled.
        let is_whole = keys.iter().all(|key| values(object).any(|(has, _)| has == *key));
        for (key, node) in values(object) {
            let is_asked = keys.contains(&key);
            if !is_encrypted(node) && (is_asked || !is_nothing(node)) && !is_off("encrypted-leaf") {
                let state = if is_nothing(node) { "is empty" } else { "is not encrypted" };
                let message = format!("the value of {} {state}", quoted(key));
                let finding = self.named(Diagnostic::error(&codes::UNENCRYPTED_VALUE, node.place(), message));
                findings.push(finding.help(if is_nothing(node) {
                    "give it a value with `sops edit`".to_owned()
                } else {
                    format!("encrypt it with `{COMMAND}`, and change it: whoever can read the repository has read it")
                }));
            } else if !is_asked && is_whole {
                let message = format!("nothing reads {} of this Secret", quoted(key));
                let finding = Diagnostic::new(&codes::UNREAD_ENCRYPTED_KEY, Severity::Info, node.place(), message);
                findings
                    .push(self.named(finding).help("take it away with `sops edit`, unless something else reads it"));
            }
        }
        if let Some(left) =
            object.at(&["metadata", "annotations", LAST_APPLIED]).filter(|_| !is_off("encrypted-last-applied"))
        {
            let message = format!("the annotation `{LAST_APPLIED}` holds the values as they were before encryption");
            let finding = Diagnostic::error(&codes::UNENCRYPTED_VALUE, left.place(), message);
            findings.push(self.named(finding).help(
                "take it away with `sops edit`, and change the values: whoever can read the repository has read them",
            ));
        }
    }

    /// Says which annotations the object lacks that keep engines from taking it away, since none can be added to it.
    fn check_guard(&self, object: &Node, checked: &Checked, findings: &mut Findings) {
        let wanted = checked.profile().get("annotations").and_then(|annotations| annotations.get("referenced"));
        let wanted = wanted.and_then(Node::as_map).into_iter().flatten().filter(|(name, _)| guards(name));
        let lacking: Vec<String> = wanted
            .filter_map(|(name, entry)| {
                let value = entry.node.as_str()?;
                let found = object.at(&["metadata", "annotations", name]).and_then(Node::as_str).unwrap_or_default();
                (!holds_all(found, value)).then(|| format!("{name}: {value}"))
            })
            .collect();
        if lacking.is_empty() || is_off("encrypted-guard") {
            return;
        }
        let place = object.at(&["metadata", "name"]).unwrap_or(object).place();
        let message = "an engine that prunes may take this Secret away, and no annotation can be added to it here";
        let finding = Diagnostic::new(&codes::UNGUARDED_ENCRYPTED_SECRET, Severity::Info, place, message);
        let finding = self.named(finding).note("the MAC of SOPS covers the annotations");
        findings.push(
            finding.help(format!("add with `sops edit`, under `metadata.annotations`: `{}`", lacking.join("`, `"))),
        );
    }
}

/// Tells whether an annotation is about what engines take away.
fn guards(annotation: &str) -> bool {
    annotation.ends_with("/sync-options") || annotation.ends_with("/prune")
}

/// Tells whether all parts of one list, joined by commas, are in another.
fn holds_all(found: &str, wanted: &str) -> bool {
    wanted.split(',').all(|part| found.split(',').any(|one| one.trim() == part))
}

/// Tells whether a path is `data` or `stringData`, and a key.
fn is_path_of_key(path: &Node) -> bool {
    matches!(path.as_seq(), Some([field, _]) if field.as_str().is_some_and(|field| VALUES.contains(&field)))
}

/// Returns every key with its value, under `data` and `stringData`.
fn values(object: &Node) -> impl Iterator<Item = (&str, &Node)> {
    let maps = VALUES.iter().filter_map(|field| object.get(field).and_then(Node::as_map));
    maps.flat_map(|map: &Map| map.iter().map(|(key, entry)| (&**key, &entry.node)))
}

/// Collects what is encrypted, each with its path.
fn collect<'o>(node: &'o Node, path: String, found: &mut Vec<(&'o Node, String)>) {
    match &node.value {
        Value::Map(map) => map.iter().for_each(|(key, entry)| collect(&entry.node, format!("{path}.{key}"), found)),
        Value::Seq(items) => items.iter().for_each(|item| collect(item, path.clone(), found)),
        _ if is_encrypted(node) => found.push((node, path)),
        _ => {}
    }
}

fn is_encrypted(node: &Node) -> bool {
    matches!(&node.value, Value::Secret(slot) if slot.encrypted().is_some())
}

/// Tells whether there is no value: SOPS leaves null and the empty text as they are.
fn is_nothing(node: &Node) -> bool {
    node.is_null() || node.as_str() == Some("")
}
