//! The age identities of whoever invokes regcfg: read when the first secret needs them, wiped when dropped, never shown.
//!
//! Who invokes decides where they are read from; here is known only what a text of identities looks like. A file that SOPS
//! encrypted is opened once for all values that are asked of it.
//!
//! Source: getsops/sops `age/keysource.go`.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use age::x25519;

use super::SecretBytes;
use crate::diag::{Code, Diagnostic, codes};
use crate::sops;
use crate::tree::Place;

/// What to do where a text is not what it should be.
const HELP: &str = "give a file of `AGE-SECRET-KEY-1…` lines, as `age-keygen` writes it";

/// The most identities of one run.
const MOST: usize = 100;

/// The identities that files may be opened with, and the files that were opened with them.
pub struct Identities {
    read: Box<Read>,
    found: OnceLock<Result<Vec<Identity>, Unidentified>>,
    opened: Mutex<BTreeMap<String, Vec<Arc<Opening>>>>,
    /// The one answer where nothing opens a file, for whatever reason.
    refusal: Option<Unidentified>,
}

type Read = dyn Fn() -> Result<Vec<Identity>, Unidentified> + Send + Sync;

/// A file, and what came of opening it.
struct Opening {
    file: Arc<sops::Encrypted>,
    /// Whether an identity opens it at all.
    is_ours: OnceLock<bool>,
    values: OnceLock<Result<Vec<SecretBytes>, sops::Fault>>,
}

/// One identity of age, of its own kind of key; wiped when dropped.
pub struct Identity(pub(crate) x25519::Identity);

/// Why there are no identities: what a finding says where a secret needs one.
#[derive(Clone, Debug)]
pub struct Unidentified {
    /// The code.
    pub code: &'static Code,
    /// The cause, in one line.
    pub message: String,
    /// Context.
    pub notes: Vec<String>,
    /// What to do.
    pub help: String,
}

/// How identities are set apart in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Apart {
    /// One on a line, as in a file.
    Lines,
    /// By any space, as in a variable.
    Words,
}

impl Identities {
    /// Makes identities that are read when they are first asked for.
    pub fn of(read: impl Fn() -> Result<Vec<Identity>, Unidentified> + Send + Sync + 'static) -> Self {
        Self { read: Box::new(read), found: OnceLock::new(), opened: Mutex::default(), refusal: None }
    }

    /// Makes identities of which nobody who asks learns anything: where there are none, and where none opens a file, the
    /// answer is this one.
    pub fn discreet(identities: Vec<Identity>, refusal: Unidentified) -> Self {
        let found = OnceLock::from(Ok(identities));
        Self { found, refusal: Some(refusal), ..Self::default() }
    }

    /// Makes no identities at all, for this reason.
    pub fn none(why: Unidentified) -> Self {
        Self::of(move || Err(why.clone()))
    }

    /// Opens a file, or says at the place that asks for it why not. The answer is kept for the next who asks.
    pub(super) fn opened<T>(
        &self,
        file: &Arc<sops::Encrypted>,
        asked: &Place,
        take: impl FnOnce(&[SecretBytes]) -> T,
    ) -> Result<T, Box<Diagnostic>> {
        let found = self.found.get_or_init(&self.read).as_ref();
        let identities = found.map_err(|why| Box::new(why.asked_at(asked)))?;
        let opening = self.opening(file);
        if let Some(refusal) = &self.refusal
            && !opening.is_ours.get_or_init(|| file.is_opened_by(identities))
        {
            return Err(Box::new(refusal.asked_at(asked)));
        }
        let values = opening.values.get_or_init(|| file.open(identities));
        values.as_deref().map(take).map_err(|fault| Box::new(fault.asked_at(asked)))
    }

    fn opening(&self, file: &Arc<sops::Encrypted>) -> Arc<Opening> {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        let of_name = opened.entry(file.source().name().to_owned()).or_default();
        let is_same = |opening: &&Arc<Opening>| opening.file.source().text() == file.source().text();
        if let Some(known) = of_name.iter().find(is_same) {
            return Arc::clone(known);
        }
        let opening = Arc::new(Opening { file: Arc::clone(file), is_ours: OnceLock::new(), values: OnceLock::new() });
        of_name.push(Arc::clone(&opening));
        opening
    }
}

impl Default for Identities {
    fn default() -> Self {
        Self::of(|| Ok(Vec::new()))
    }
}

impl fmt::Debug for Identities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[identities]")
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[identity]")
    }
}

impl Unidentified {
    /// Makes the fault of a text or file of identities.
    pub fn unusable(message: impl Into<String>, help: impl Into<String>) -> Self {
        let (message, help) = (message.into(), help.into());
        Self { code: &codes::UNUSABLE_IDENTITY, message, notes: Vec::new(), help }
    }

    fn asked_at(&self, asked: &Place) -> Diagnostic {
        let finding = Diagnostic::error(self.code, asked, &*self.message);
        self.notes.iter().fold(finding, Diagnostic::note).help(&*self.help)
    }
}

/// Reads the identities of a text, which `name` stands for in messages.
///
/// Returns the fault of the first line that is no identity of age's own kind; no message says anything of a line but which
/// it is, and of what kind.
pub fn identities(text: &SecretBytes, apart: Apart, name: &str) -> Result<Vec<Identity>, Unidentified> {
    let cannot = |why: String, help: &str| {
        Unidentified::unusable(format!("cannot take age identities from {name}: {why}"), help)
    };
    if let Some(kind) = whole_text(text.expose()) {
        return Err(cannot(format!("it is {kind}"), HELP));
    }
    let Ok(text) = std::str::from_utf8(text.expose()) else {
        return Err(cannot("it is not UTF-8".into(), HELP));
    };
    let mut identities = Vec::new();
    for (at, line) in text.lines().enumerate() {
        if line.starts_with('#') {
            continue;
        }
        let words: Vec<&str> = match apart {
            Apart::Words => line.split_whitespace().collect(),
            Apart::Lines => Some(line.trim()).filter(|line| !line.is_empty()).into_iter().collect(),
        };
        for word in words {
            let identity = identity(word).map_err(|kind| cannot(format!("line {} is {kind}", at + 1), HELP))?;
            identities.push(identity);
        }
    }
    match identities.len() {
        0 => Err(cannot("it holds none".into(), HELP)),
        1..=MOST => Ok(identities),
        _ => Err(cannot(format!("it holds more than {MOST}"), "give those alone that the files are for")),
    }
}

/// Says what a text is that is no list of identities.
fn whole_text(text: &[u8]) -> Option<&'static str> {
    const KINDS: [(&[u8], &str); 4] = [
        (b"-----BEGIN AGE ENCRYPTED FILE-----", "encrypted with age, and no passphrase is asked for"),
        (b"age-encryption.org/", "encrypted with age, and no passphrase is asked for"),
        (b"-----BEGIN ", "a private key in PEM, such as one of SSH, which is not read"),
        (b"PuTTY-User-Key-File", "a private key of SSH, which is not read"),
    ];
    let text = text.trim_ascii_start();
    KINDS.iter().find(|(start, _)| text.starts_with(start)).map(|(_, kind)| *kind)
}

fn identity(word: &str) -> Result<Identity, &'static str> {
    if word.starts_with("AGE-PLUGIN-") {
        return Err("an identity of an age plugin, and no plugin is run");
    }
    if word.starts_with("AGE-SECRET-KEY-PQ-") {
        return Err("a post-quantum identity, which is not read");
    }
    if word.starts_with("age1") {
        return Err("a recipient, which encrypts and cannot decrypt");
    }
    if !word.starts_with("AGE-SECRET-KEY-1") {
        return Err("no identity of age");
    }
    word.parse().map(Identity).map_err(|_| "no whole identity of age: mistyped, or cut off")
}

#[cfg(test)]
mod tests {
    use super::*;

    // The last letter is another than it should be.
    const KEY: &str = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEQ";

    #[track_caller]
    fn check(text: &str, apart: Apart, expected: Result<usize, &str>) {
        let read = identities(&SecretBytes::new(text.as_bytes().to_vec()), apart, "`keys.txt`");
        match expected {
            Ok(n_found) => assert_eq!(read.unwrap().len(), n_found),
            Err(words) => {
                let fault = read.unwrap_err();
                assert!(fault.message.contains(words), "{}", fault.message);
                assert!(!format!("{fault:?}").contains("SECRET-KEY-1G"), "{fault:?}");
            }
        }
    }

    #[test]
    fn identities_stand_one_on_a_line_or_apart_by_space() {
        let key = x25519::Identity::generate();
        let key = age::secrecy::ExposeSecret::expose_secret(&key.to_string()).to_owned();
        check(&format!("# created: today\n\n{key}\r\n{key}\n"), Apart::Lines, Ok(2));
        check(&format!("{key} {key}\n"), Apart::Words, Ok(2));
        check(&format!("{key} {key}\n"), Apart::Lines, Err("line 1 is no whole identity"));
    }

    #[test]
    fn what_is_no_identity_is_refused_by_name() {
        for (text, words) in [
            ("AGE-PLUGIN-YUBIKEY-1QQQ", "line 1 is an identity of an age plugin"),
            ("#\nAGE-SECRET-KEY-PQ-1QQQ", "line 2 is a post-quantum identity"),
            ("-----BEGIN OPENSSH PRIVATE KEY-----\nx", "a private key in PEM"),
            ("-----BEGIN AGE ENCRYPTED FILE-----\nx", "no passphrase is asked for"),
            ("age-encryption.org/v1\n-> scrypt", "no passphrase is asked for"),
            ("age1xyz", "line 1 is a recipient"),
            ("hello", "line 1 is no identity of age"),
            (KEY, "line 1 is no whole identity of age"),
            ("# nothing\n", "it holds none"),
        ] {
            check(text, Apart::Lines, Err(words));
        }
        check(&"\u{0}".repeat(3), Apart::Words, Err("no identity"));
    }
}
