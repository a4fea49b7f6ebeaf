//! Files that SOPS encrypted with age: a text in, the plain bytes of its values out, or the fault of the file.
//!
//! YAML, JSON and the JSON of a binary file are read as SOPS reads them. What can be said without a key is said without one:
//! [`Encrypted::read`], [`Encrypted::check`] and [`Encrypted::find`] need none. [`Encrypted::open`] gives out no value
//! before the MAC over all of them is verified. Nothing here knows where a file or a key comes from, and no message says
//! anything of a value. Keys other than age's own are refused by name; nothing is run, and nothing is asked over a network.
//!
//! Source: getsops/sops `sops.go`, `stores/`.

mod fault;
mod key;
mod mac;
mod metadata;
mod open;
mod rule;
mod value;

pub use fault::Fault;
pub use value::Kind;

use std::fmt;
use std::sync::Arc;

use crate::diag::visible::quoted;
use crate::diag::{Findings, codes};
use crate::tree::parse::{Reading, documents};
use crate::tree::{Node, Place, Source, Value, json};
use metadata::{KEY, Metadata, Reader};
use value::{Sealed, looks_encrypted};

/// The most bytes of keys that the values of a file are authenticated with, counted again for each value: a long key above
/// many values is work without end, and no file of secrets.
const MOST_KEYS: usize = 64 << 20;

/// A file that SOPS encrypted.
pub struct Encrypted {
    source: Arc<Source>,
    /// Its documents, without what SOPS says of them.
    documents: Vec<Node>,
    metadata: Metadata,
    /// Whether it is one value, whatever that was: a file that is neither YAML nor JSON.
    is_binary: bool,
}

/// What is done at each value: with the keys that lead to it, and whether it is encrypted.
type Visit<'v, 'f, E> = dyn FnMut(&[&'f str], &'f Node, bool) -> Result<(), E> + 'v;

/// A value of an encrypted file.
#[derive(Clone, Debug)]
pub struct SopsValue {
    /// The file.
    pub file: Arc<Encrypted>,
    /// Which of its values it is, in the order of its text.
    pub leaf: usize,
    /// What the file says that it is.
    pub kind: Kind,
    /// Whether it is base64 of what is meant, as below `data` of a Secret.
    pub is_base64: bool,
}

impl PartialEq for SopsValue {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.file, &other.file) && (self.leaf, self.is_base64) == (other.leaf, other.is_base64)
    }
}

impl Eq for SopsValue {}

impl fmt::Debug for Encrypted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Encrypted").field("source", &self.source).finish_non_exhaustive()
    }
}

/// The value that is asked of a file.
#[derive(Clone, Copy, Debug)]
pub enum Wanted<'a> {
    /// That under a key, which in a Secret stands below `data` or `stringData`.
    Key(&'a str),
    /// That under a key because nothing is said, which in a file of one value is that value.
    Unsaid(&'a str),
    /// That which these keys lead to; numbers count the items of lists from 0.
    Path(&'a [&'a str]),
}

impl Encrypted {
    /// Reads the form of a file, and what SOPS says of it. Its name says what it is, as for SOPS: YAML, JSON, or anything
    /// else in the form of JSON.
    pub fn read(source: &Arc<Source>) -> Result<Self, Fault> {
        let mut documents = trees(source)?;
        let Some(first) = documents.first() else { return Err(no_sops(source)) };
        let Some(node) = first.get(KEY) else { return Err(no_sops(source)) };
        let metadata = Reader { file: source.name(), node }.read()?;
        for document in &mut documents {
            if let Some(map) = document.as_map_mut() {
                map.shift_remove(KEY);
            }
        }
        if documents.iter().map(|document| authenticated(document, 0)).fold(0, usize::saturating_add) > MOST_KEYS {
            let message =
                format!("{} has keys that are too long for how much stands below them", quoted(source.name()));
            let help = "write shorter keys; each value is encrypted with all the keys that lead to it";
            return Err(Fault::new(&codes::NOT_SOPS, message, help));
        }
        let only = documents[0].as_map().filter(|map| map.len() == 1).and_then(|map| map.get("data"));
        let is_binary = !is_yaml(source.name()) && only.is_some_and(|data| data.node.as_str().is_some());
        Ok(Self { source: Arc::clone(source), documents, metadata, is_binary })
    }

    /// Returns the text of the file.
    pub fn source(&self) -> &Arc<Source> {
        &self.source
    }

    /// Tells whether the file is the manifest of a v1 Secret, and nothing else.
    pub fn is_secret(&self) -> bool {
        matches!(&*self.documents, [only] if crate::secret::is_secret(only))
    }

    /// Returns the documents of the file, without what SOPS says of them.
    pub fn documents(&self) -> &[Node] {
        &self.documents
    }

    /// Says what keeps any of its values from being decrypted here, whatever the key.
    pub fn check(&self) -> Result<(), Fault> {
        self.check_keys()?;
        self.check_leaves()
    }

    /// Says where a value stands in plain that the file's own rule wants encrypted.
    pub fn check_leaves(&self) -> Result<(), Fault> {
        if matches!(self.metadata.rule, rule::Rule::Comments) {
            return Ok(());
        }
        self.each_leaf(&mut |path, node, is_encrypted| {
            if !is_encrypted || node.as_str() == Some("") {
                return Ok(());
            }
            if let Some(text) = node.as_str().filter(|text| looks_encrypted(text)) {
                let is_whole = Sealed::read(text).is_some();
                return if is_whole { Ok(()) } else { Err(self.tampered(&in_words(path), node.place())) };
            }
            let words = "SOPS should have encrypted this value; it is plain";
            Err(self.not_encrypted(&in_words(path)).at(node.place(), words))
        })
    }

    fn not_encrypted(&self, path: &str) -> Fault {
        let message = format!("{} of {} is not encrypted", quoted(path), quoted(self.source.name()));
        let help = "encrypt it: `sops edit` the file, or correct which values its `.sops.yaml` encrypts; what was plain in a repository is no secret any more";
        Fault::new(&codes::SOPS_NOT_ENCRYPTED, message, help)
    }

    /// Finds a value that is asked for; it must be encrypted.
    pub fn find(self: &Arc<Self>, wanted: Wanted<'_>) -> Result<SopsValue, Fault> {
        let is_secret = self.is_secret();
        let lookup = |path: &[&str]| self.lookup(path);
        let found = match wanted {
            Wanted::Unsaid(_) if self.is_binary => lookup(&["data"]),
            Wanted::Key(key) | Wanted::Unsaid(key) if is_secret => {
                // The API server takes that of `stringData` where both have it.
                ["stringData", "data"].iter().find_map(|field| lookup(&[field, key]))
            }
            Wanted::Key(key) | Wanted::Unsaid(key) => lookup(&[key]),
            Wanted::Path(path) => lookup(path),
        };
        let Some((path, node)) = found else { return Err(self.nothing_there(wanted)) };
        let shown = in_words(&path);
        if !self.metadata.rule.encrypts(&path) && !matches!(self.metadata.rule, rule::Rule::Comments) {
            return Err(self.not_encrypted(&shown).at(node.place(), "the file's own rule leaves it plain"));
        }
        let sealed = match &node.value {
            Value::Map(_) | Value::Seq(_) => {
                let message = format!("{} of {} is no single value", quoted(&shown), quoted(self.source.name()));
                let help = "name the keys that lead to one value, with `path: [KEY, KEY]`";
                return Err(Fault::new(&codes::NO_SOPS_VALUE, message, help).at(node.place(), "here"));
            }
            _ => node.as_str().filter(|text| looks_encrypted(text)),
        };
        let Some(sealed) = sealed else {
            return Err(self.not_encrypted(&shown).at(node.place(), "this is plain, or empty"));
        };
        let sealed = Sealed::read(sealed).filter(|sealed| sealed.kind != Kind::Comment);
        let Some(sealed) = sealed else { return Err(self.tampered(&shown, node.place())) };
        let leaf = self.leaf_of(node).unwrap_or_default();
        let is_base64 = is_secret && matches!(&*path, ["data", _]);
        Ok(SopsValue { file: Arc::clone(self), leaf, kind: sealed.kind, is_base64 })
    }

    /// Follows keys through the first document, which is the one that SOPS takes single values of.
    fn lookup<'f>(&'f self, path: &[&str]) -> Option<(Vec<&'f str>, &'f Node)> {
        let mut keys = Vec::new();
        let mut node = self.documents.first()?;
        for key in path {
            if let Some(items) = node.as_seq() {
                // A comment in a list is an item of it to SOPS, and none in the file that was encrypted.
                let mut items = items.iter().filter(|item| !item.as_str().is_some_and(is_comment));
                node = items.nth(key.parse().ok()?)?;
            } else {
                let (_, key, entry) = node.as_map()?.get_full(*key)?;
                keys.push(&**key);
                node = &entry.node;
            }
        }
        Some((keys, node))
    }

    /// Returns the number of a value among all of the file.
    fn leaf_of(&self, wanted: &Node) -> Option<usize> {
        let (mut at, mut found) = (0, None);
        let _walked: Result<(), ()> = self.each_leaf(&mut |_, node, _| {
            if std::ptr::eq(node, wanted) {
                found = Some(at);
            }
            at += 1;
            Ok(())
        });
        found
    }

    fn nothing_there(&self, wanted: Wanted<'_>) -> Fault {
        let file = quoted(self.source.name());
        let asked = match wanted {
            Wanted::Key(key) | Wanted::Unsaid(key) => quoted(key),
            Wanted::Path(path) => quoted(&in_words(path)),
        };
        let first = &self.documents[0];
        let is_sealed = |field: &str| first.get(field).and_then(Node::as_str).is_some_and(looks_encrypted);
        let (wherein, help) = if self.is_secret() {
            (" below `data` or `stringData`", "name a key that the Secret has")
        } else if self.is_binary {
            (", which is one value without keys", "leave `key` and `path` out")
        } else if is_sealed("kind") || is_sealed("apiVersion") {
            (
                ", whose `apiVersion` and `kind` are encrypted, too",
                "encrypt the values of a Secret alone, with `--encrypted-regex '^(data|stringData)$'`",
            )
        } else {
            ("", "name a key that the file has, or the keys that lead to it with `path: [KEY, KEY]`")
        };
        let fault = Fault::new(&codes::NO_SOPS_VALUE, format!("there is no {asked} in {file}{wherein}"), help);
        let place_in_words =
            if self.documents.len() > 1 { "single values are taken of the first document" } else { "the file" };
        fault.at(first.place(), place_in_words)
    }

    fn tampered(&self, path: &str, place: &Place) -> Fault {
        let message = format!(
            "{} of {} is not what SOPS wrote, and nothing of the file is used",
            quoted(path),
            quoted(self.source.name())
        );
        let help = "find out who changed the file without `sops`, and take it from before that; change values with `sops edit` or `sops set`";
        Fault::new(&codes::SOPS_TAMPERED, message, help).at(place, "this value")
    }

    /// Visits every value but nulls in the order of the text, with the keys that lead to it, and whether it is encrypted.
    fn each_leaf<'f, E>(&'f self, visit: &mut Visit<'_, 'f, E>) -> Result<(), E> {
        let mut path = Vec::new();
        self.documents.iter().try_for_each(|document| self.walk(document, &mut path, false, visit))
    }

    /// Visits what is below a node. The rule is asked of each key once, however much stands below it.
    fn walk<'f, E>(
        &'f self,
        node: &'f Node,
        path: &mut Vec<&'f str>,
        is_named: bool,
        visit: &mut Visit<'_, 'f, E>,
    ) -> Result<(), E> {
        let rule = &self.metadata.rule;
        match &node.value {
            Value::Null => Ok(()),
            Value::Seq(items) => items.iter().try_for_each(|item| self.walk(item, path, is_named, visit)),
            Value::Map(map) => map.iter().try_for_each(|(key, entry)| {
                path.push(key);
                let walked = self.walk(&entry.node, path, is_named || rule.names(key), visit);
                path.pop();
                walked
            }),
            _ => visit(path, node, rule.encrypts_below(is_named)),
        }
    }
}

/// Returns how many bytes of keys all values of a tree are authenticated with, each with those of all keys that lead to it.
fn authenticated(node: &Node, above: usize) -> usize {
    let sum = |total: usize, more: usize| total.saturating_add(more);
    match &node.value {
        Value::Seq(items) => items.iter().map(|item| authenticated(item, above)).fold(0, sum),
        Value::Map(map) => map.iter().map(|(key, entry)| authenticated(&entry.node, above + key.len())).fold(0, sum),
        _ => above,
    }
}

/// Returns keys as they are said.
fn in_words(path: &[&str]) -> String {
    path.join(".")
}

fn is_comment(text: &str) -> bool {
    looks_encrypted(text) && Sealed::read(text).is_some_and(|sealed| sealed.kind == Kind::Comment)
}

fn ends_in(name: &str, endings: &[&str]) -> bool {
    endings.iter().any(|ending| name.ends_with(ending))
}

fn is_yaml(name: &str) -> bool {
    ends_in(name, &[".yaml", ".yml"])
}

/// Reads the trees of a file in the form that its name says.
fn trees(source: &Arc<Source>) -> Result<Vec<Node>, Fault> {
    let name = source.name();
    let refused = |words: String| {
        let help = "name a YAML or JSON file that `sops` encrypted, or encrypt this one as such";
        Fault::new(&codes::NOT_SOPS, words, help)
    };
    if ends_in(name, &[".env", ".ini"]) {
        let kind = if ends_in(name, &[".env"]) { "a dotenv" } else { "an INI" };
        return Err(refused(format!("{} is {kind} file, of which nothing is decrypted", quoted(name))));
    }
    let unreadable = |fault: &crate::diag::Diagnostic| {
        let message = format!("cannot read what SOPS encrypted from {}: {}", quoted(name), fault.message);
        refused(message).at(&fault.place, "here")
    };
    let trees = if is_yaml(name) {
        let mut findings = Findings::new();
        let trees = documents(source, Reading::AsSops, &mut findings);
        let fault = findings.iter().find(|finding| finding.is_error()).map(unreadable);
        trees.ok_or_else(|| fault.unwrap_or_else(|| no_sops(source)))?
    } else {
        vec![json::value(source).map_err(|fault| unreadable(&fault))?]
    };
    match trees.iter().find(|tree| tree.as_map().is_none()) {
        Some(other) => Err(no_sops(source).at(other.place(), format!("{}, not a mapping", other.in_words()))),
        None => Ok(trees),
    }
}

fn no_sops(source: &Arc<Source>) -> Fault {
    let message = format!("{} is no file that SOPS encrypted: it has no `{KEY}`", quoted(source.name()));
    Fault::new(
        &codes::NOT_SOPS,
        message,
        "encrypt it with `sops encrypt --in-place FILE`, and keep the plain text out of the repository",
    )
}

#[cfg(test)]
mod tests;
