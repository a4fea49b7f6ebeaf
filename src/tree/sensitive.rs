//! Which values may be secrets, by the names that they stand under: the one place that says it.
//!
//! Three things ask. The parser notes in a [`Source`] which of its bytes they are, so that no finding
//! quotes them, wherever the value was carried since. [`concealed`] takes them out of a tree that is shown. And
//! [`without_passwords`] takes the user and password out of an address, in any text, wherever it came from. A name says
//! too much rather than too little: what is hidden for nothing only makes a message shorter.

use std::borrow::Cow;
use std::sync::Arc;

use super::node::{Map, Node, Value};
use super::origin::{Place, Source, SourceKind};
use super::parse::{Reading, documents};
use crate::diag::Findings;

/// What is shown in the place of a value.
pub(crate) const CONCEALED: &str = "(a secret)";

/// The keys below which everything may be a secret, under names that are none.
const BELOW: [&str; 3] = ["data", "encryptedData", "stringData"];

/// The key below which a spec says where secrets are, and where one may stand by mistake, even as a name.
const SOURCES: &str = "credentials";

/// How the names end of fields whose own text may be a secret, in lower case.
const ENDINGS: [&str; 19] = [
    "accountkey",
    "apikey",
    "api-key",
    "authorization",
    "clientsecret",
    ".dockercfg",
    ".dockerconfigjson",
    "httpsecret",
    "keyfile",
    "last-applied-configuration",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "private-key",
    "secretaccesskey",
    "tls.key",
    "token",
    "webhook",
];

/// The names of such fields that are too short to be endings.
const NAMES: [&str; 3] = ["auth", "auths", "secret"];

/// The kinds whose `data` anyone may read.
const PUBLIC: [&str; 3] = ["ConfigMap", "ExternalSecret", "SealedSecret"];

/// Tells what a key hides: all that stands below it, its own text, or nothing. `around` is the key of the mapping.
pub(super) fn hidden_by(around: &str, key: &str) -> Hidden {
    if BELOW.contains(&key) {
        Hidden::Below
    } else if key == SOURCES || (key == "key" && around == "tls") {
        // A route has its key in `tls.key`; `key` alone is the name of a label or of an entry in most places.
        Hidden::BelowAndNames
    } else if is_named_as_secret(key) {
        Hidden::Text
    } else {
        Hidden::Nothing
    }
}

/// Tells whether a field of this name may hold a secret, itself or below.
pub(crate) fn may_name_a_secret(name: &str) -> bool {
    !matches!(hidden_by("", name), Hidden::Nothing)
}

/// What a key hides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hidden {
    /// Nothing.
    Nothing,
    /// The text, number or truth under it, and the items of a list of those; of a mapping what [`Hidden::Names`] says.
    Text,
    /// Only names that are no names of fields.
    Names,
    /// Whatever stands below it, but the names of fields.
    Below,
    /// Whatever stands below it, and names that are no names of fields.
    BelowAndNames,
}

impl Hidden {
    /// Tells whether it holds for all that stands below.
    pub(super) fn is_below(self) -> bool {
        matches!(self, Self::Below | Self::BelowAndNames)
    }

    /// Returns what no message quotes of what stands there: a mapping in place of a secret's text may hold it anywhere.
    pub(super) fn in_messages(self) -> Self {
        if self == Self::Text { Self::BelowAndNames } else { self }
    }

    /// Returns what is not shown of a mapping that stands there.
    fn in_mapping(self) -> Self {
        if self == Self::Text { Self::Names } else { self }
    }

    /// Tells whether a name is hidden, too.
    pub(super) fn hides_name(self, name: &str) -> bool {
        /// The longest name of a field that stands there.
        const LONGEST: usize = 20;
        let is_fields = name.len() <= LONGEST
            && name.starts_with(|char: char| char.is_ascii_lowercase())
            && name.bytes().all(|byte| byte.is_ascii_alphabetic());
        matches!(self, Self::Names | Self::BelowAndNames) && !is_fields
    }
}

fn is_named_as_secret(key: &str) -> bool {
    // Most names end in none of these letters, and are not looked at further.
    if !matches!(
        key.as_bytes().last(),
        Some(
            b'd' | b'D'
                | b'e'
                | b'E'
                | b'g'
                | b'G'
                | b'h'
                | b'H'
                | b'k'
                | b'K'
                | b'n'
                | b'N'
                | b's'
                | b'S'
                | b't'
                | b'T'
                | b'y'
                | b'Y'
        )
    ) {
        return false;
    }
    let ends_with = |ending: &str| {
        let start = key.len().checked_sub(ending.len());
        start.and_then(|start| key.get(start..)).is_some_and(|end| end.eq_ignore_ascii_case(ending))
    };
    ENDINGS.into_iter().any(ends_with) || NAMES.into_iter().any(|name| key.eq_ignore_ascii_case(name))
}

/// Returns a tree to be shown: every text, number and truth that may be a secret is [`CONCEALED`].
///
/// What a spec says about where a secret is (`valueFrom`) stays, since no secret belongs there; `data` of the kinds that
/// anyone may read stays, too.
pub(crate) fn concealed(node: &Node) -> Node {
    conceal(node, "", Hidden::Nothing)
}

fn conceal(node: &Node, around: &str, hidden: Hidden) -> Node {
    let value = match &node.value {
        Value::Map(map) => Value::Map(conceal_fields(map, around, hidden.in_mapping())),
        Value::Seq(items) => Value::Seq(items.iter().map(|item| conceal(item, around, hidden)).collect()),
        Value::String(text) if is_ciphertext(text) => node.value.clone(),
        // Whatever it stands under: beside the certificates of a ConfigMap, too.
        Value::String(text) if text.contains("PRIVATE KEY-----") => Value::String(CONCEALED.into()),
        Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::String(_)
            if !matches!(hidden, Hidden::Nothing | Hidden::Names) =>
        {
            Value::String(CONCEALED.into())
        }
        value => value.clone(),
    };
    Node::new(value, node.origin.clone())
}

fn conceal_fields(map: &Map, around: &str, hidden: Hidden) -> Map {
    let kind = map.get("kind").and_then(|entry| entry.node.as_str()).unwrap_or_default();
    let is_public = PUBLIC.contains(&kind) || is_template(map);
    let below = if hidden.is_below() { hidden } else { Hidden::Nothing };
    let fields = map.iter().map(|(key, entry)| {
        let mut entry = entry.clone();
        entry.node = match hidden_by(around, key) {
            Hidden::Below if is_public && &**key != "encryptedData" => conceal(&entry.node, key, below),
            // Who makes them is no secret.
            Hidden::BelowAndNames if entry.node.as_str() == Some("minted") => entry.node,
            Hidden::Nothing if &**key == "valueFrom" => sources(&entry.node),
            of_key => conceal(&entry.node, key, if below == Hidden::Nothing { of_key } else { below }),
        };
        (shown_name(hidden, key), entry)
    });
    fields.collect()
}

/// Tells whether a text is what SOPS or `kubeseal` made of a secret, which anyone may see.
fn is_ciphertext(text: &str) -> bool {
    // What `kubeseal` makes begins with the length in bytes of what a key of RSA encrypted, and is longer than that.
    let shortest = match text.get(..2) {
        Some("AI") => 128,
        Some("AQ") => 256,
        Some("Ag") => 512,
        _ => usize::MAX,
    };
    let is_base64 = || text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='));
    text.starts_with("ENC[AES256_GCM,") || (text.len() > shortest && is_base64())
}

fn shown_name(hidden: Hidden, name: &Arc<str>) -> Arc<str> {
    if hidden.hides_name(name) { CONCEALED.into() } else { Arc::clone(name) }
}

/// Tells whether a mapping is what an ExternalSecret makes its Secret of, where only public contents stand, or the list
/// of what it reads.
fn is_template(map: &Map) -> bool {
    map.contains_key("engineVersion")
        || map.contains_key("secretStoreRef")
        || map.contains_key("encryptedData")
        || map.get("data").is_some_and(|data| data.node.as_seq().is_some())
}

/// Returns what a spec says about where a secret is, without what has not the form of that.
fn sources(node: &Node) -> Node {
    let hidden = Hidden::BelowAndNames;
    let Some(map) = node.as_map() else { return conceal(node, "", hidden) };
    let fields = map.iter().map(|(key, entry)| {
        let mut entry = entry.clone();
        let is_said = match (&**key, &entry.node.value) {
            ("env", Value::String(name)) => is_env_name(name),
            ("file", Value::String(_)) | ("external" | "sealed" | "sops" | "secretKeyRef", Value::Map(_)) => true,
            _ => false,
        };
        entry.node = if is_said { words_about(&entry.node) } else { conceal(&entry.node, "", hidden) };
        (shown_name(hidden, key), entry)
    });
    Node::new(Value::Map(fields.collect()), node.origin.clone())
}

/// Returns the words of a source: names and keys, which are no secrets, but no list except a path.
fn words_about(node: &Node) -> Node {
    let Some(map) = node.as_map() else { return node.clone() };
    let fields = map.iter().map(|(key, entry)| {
        let mut entry = entry.clone();
        let is_list = matches!(entry.node.value, Value::Seq(_)) && &**key != "path";
        entry.node = if is_list { conceal(&entry.node, "", Hidden::BelowAndNames) } else { words_about(&entry.node) };
        (shown_name(Hidden::BelowAndNames, key), entry)
    });
    Node::new(Value::Map(fields.collect()), node.origin.clone())
}

/// Tells whether a text is the name of a variable as one writes them, so that it may be shown, and not a secret that stands
/// in its place: AWS's keys have capitals and digits, too.
pub(crate) fn is_env_name(name: &str) -> bool {
    const LONGEST_WORD: usize = 16;
    let fits = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    name.bytes().all(fits) && (name.contains('_') || name.len() <= LONGEST_WORD)
}

/// Returns a manifest's text to be shown, as it is written but for what may be a secret; none where it cannot be read, so
/// that nobody knows what of it may be shown.
pub(crate) fn concealed_text(text: &str) -> Option<String> {
    let source = Source::new("", text, SourceKind::User);
    let documents = documents(&source, Reading::AsKubectl, &mut Findings::new())?;
    let mut places = Vec::new();
    for document in &documents {
        concealed_places(document, &concealed(document), &mut places);
    }
    places.sort_by_key(|place: &Place| place.start);
    // An alias stands for a value that is written once.
    places.dedup();
    let (mut shown, mut done) = (String::with_capacity(text.len()), 0);
    for place in places {
        let before = text.get(done..place.start as usize).unwrap_or_default();
        shown.extend([before, CONCEALED]);
        // What the parser takes for the end of a block is the beginning of what comes next.
        done = done.max(place.start as usize + place.text().trim_end().len());
    }
    shown.push_str(text.get(done..).unwrap_or_default());
    Some(shown)
}

fn concealed_places(node: &Node, shown: &Node, places: &mut Vec<Place>) {
    match (&node.value, &shown.value) {
        (Value::Map(map), Value::Map(shown)) => {
            let both = map.values().zip(shown.values());
            both.for_each(|(entry, shown)| concealed_places(&entry.node, &shown.node, places));
        }
        (Value::Seq(items), Value::Seq(shown)) => {
            items.iter().zip(shown).for_each(|(item, shown)| concealed_places(item, shown, places));
        }
        (value, Value::String(text)) if &**text == CONCEALED && *value != shown.value => {
            places.push(node.place().clone());
        }
        _ => {}
    }
}

/// Returns a text without the user and password of any address in it: `http://user:password@proxy` becomes
/// `http://(a secret)@proxy`, and so does `user:password@proxy` without a scheme.
pub(crate) fn without_passwords(text: &str) -> Cow<'_, str> {
    let mut shown = String::new();
    let mut done = 0;
    for (at, _) in text.match_indices('@') {
        if at < done {
            continue;
        }
        let before = &text[done..at];
        // The user and password of an address end at the last `@` before its first `/`, and hold no white space.
        let start = match before.rfind("://") {
            Some(scheme) if !before[scheme + 3..].contains(is_outside) => scheme + 3,
            _ => {
                let word = before.rfind(is_outside).map_or(0, |end| end + next_len(before, end));
                let has_password = before[word..].find(':').is_some_and(|colon| colon > 0) && is_host(&text[at + 1..]);
                if !has_password {
                    continue;
                }
                word
            }
        };
        if start == before.len() {
            continue;
        }
        // A password may hold an `@` that somebody forgot to escape.
        let rest = &text[at + 1..];
        let host = rest.find(is_outside).unwrap_or(rest.len());
        let end = rest[..host].rfind('@').map_or(at, |last| at + 1 + last);
        shown.push_str(&text[done..done + start]);
        shown.push_str(CONCEALED);
        done = end;
    }
    if done == 0 {
        return Cow::Borrowed(text);
    }
    shown.push_str(&text[done..]);
    Cow::Owned(shown)
}

/// Tells whether a character ends the part of an address in which its user and host stand.
fn is_outside(char: char) -> bool {
    char.is_whitespace() || matches!(char, '/' | '`' | '"' | '\'' | '?' | '#' | '<' | '>' | '(' | ')' | ',' | '[' | '{')
}

fn next_len(text: &str, at: usize) -> usize {
    text[at..].chars().next().map_or(0, char::len_utf8)
}

/// Tells whether what follows an `@` may be a host, and no digest of an image.
fn is_host(rest: &str) -> bool {
    !rest.starts_with("sha256:")
        && !rest.starts_with("sha512:")
        && rest.starts_with(|char: char| char.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::emit::to_yaml;
    use crate::tree::parse::document;

    #[test]
    fn names_say_what_may_be_a_secret() {
        for (around, key) in [
            ("spec", "httpSecret"),
            ("annotations", "kubectl.kubernetes.io/last-applied-configuration"),
            ("spec", "bearerToken"),
            ("spec", "PASSWORD"),
            ("x", ".dockerconfigjson"),
            ("quay.io", "auth"),
        ] {
            assert_eq!(hidden_by(around, key), Hidden::Text, "{around}.{key}");
        }
        for key in ["data", "stringData"] {
            assert_eq!(hidden_by("x", key), Hidden::Below, "{key}");
        }
        for (around, key) in [("storage", "credentials"), ("tls", "key")] {
            assert_eq!(hidden_by(around, key), Hidden::BelowAndNames);
        }
        assert!(Hidden::BelowAndNames.hides_name("AKIAIOSFODNN7EXAMPLE"));
        assert!(!Hidden::BelowAndNames.hides_name("accessKey") && !Hidden::Below.hides_name("AKIAIOSFODNN7EXAMPLE"));
        for (around, key) in [
            ("tolerations", "key"),
            ("spec", "authURL"),
            ("spec", "secretName"),
            ("s3", "keyID"),
            ("data", "secretKey"),
        ] {
            assert_eq!(hidden_by(around, key), Hidden::Nothing, "{around}.{key}");
        }
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let source = Source::new("a.yaml", text, SourceKind::User);
        let node = document(&source, Reading::AsKubectl, &mut Findings::new()).unwrap();
        assert_eq!(to_yaml(&concealed(&node)).unwrap(), expected);
    }

    #[test]
    fn a_tree_that_is_shown_has_no_secret_in_it() {
        check(
            "kind: Secret\ntype: x\ndata: {a: aHVzaA==, b: 1, c: [x, {d: y}]}\n",
            "kind: Secret\ntype: x\ndata:\n  a: (a secret)\n  b: (a secret)\n  c:\n  - (a secret)\n  - d: (a secret)\n",
        );
        check("kind: ConfigMap\ndata: {a: b}\n", "kind: ConfigMap\ndata:\n  a: b\n");
        check(
            "kind: Config\nspec: {httpSecret: h, key: k}\n",
            "kind: Config\nspec:\n  httpSecret: (a secret)\n  key: k\n",
        );
        check("tls: {key: k, certificate: c}\n", "tls:\n  key: (a secret)\n  certificate: c\n");
        check("password: {name: a, key: b}\n", "password:\n  name: a\n  key: b\n");
    }

    #[test]
    fn a_text_that_is_shown_is_as_it_was_written_but_for_secrets() {
        let text = "kind: Config # x\nspec:\n  httpSecret: 'hu''sh'\n  token: |\n    a\n    b\n  a:   b\n";
        let shown = "kind: Config # x\nspec:\n  httpSecret: (a secret)\n  token: |\n    (a secret)\n  a:   b\n";
        assert_eq!(concealed_text(text).as_deref(), Some(shown));
        let twice = "a: {password: &x h, auth: *x}\n---\nb: 1\n";
        assert_eq!(concealed_text(twice).as_deref(), Some("a: {password: &x (a secret), auth: *x}\n---\nb: 1\n"));
        assert_eq!(concealed_text("<<<<<<< a\nb: c\n"), None);
    }

    #[test]
    fn where_a_secret_is_may_be_shown_and_what_stands_in_its_place_may_not() {
        let of = |value: &str| format!("credentials: {{accessKey: {value}}}\n");
        let shown = |value: &str| format!("credentials:\n  accessKey: {value}\n");
        check(&of("hush"), &shown("(a secret)"));
        check(&of("{HUSH1: {b: c}}"), &shown("\n    (a secret):\n      b: (a secret)").replace(": \n", ":\n"));
        check(&of("{value: hush}"), &shown("\n    value: (a secret)").replace(": \n", ":\n"));
        check(&of("{valueFrom: {env: A_B}}"), &shown("\n    valueFrom:\n      env: A_B").replace(": \n", ":\n"));
        check(
            &of("{valueFrom: {env: hush}}"),
            &shown("\n    valueFrom:\n      env: (a secret)").replace(": \n", ":\n"),
        );
        check(&of("{valueFrom: hush}"), &shown("\n    valueFrom: (a secret)").replace(": \n", ":\n"));
        check(
            &of("{valueFrom: {external: {key: a}}}"),
            &shown("\n    valueFrom:\n      external:\n        key: a").replace(": \n", ":\n"),
        );
    }

    #[test]
    fn a_secret_in_place_of_a_variables_name_is_not_taken_for_one() {
        assert!(is_env_name("REGCFG_SECRET_AWS_ACCESS_KEY_ID") && is_env_name("HOME"));
        assert!(!is_env_name("AKIAIOSFODNN7EXAMPLE") && !is_env_name("hunter2"));
    }

    #[test]
    fn ciphertext_is_shown_and_what_stands_in_its_place_is_not() {
        let sealed = format!("AgB{}", "x".repeat(700));
        let of = |value: &str| format!("kind: SealedSecret\nspec:\n  encryptedData:\n    a: {value}\n");
        for (value, shown) in [(&*sealed, &*sealed), ("AgBhush", "(a secret)"), ("aHVzaA==", "(a secret)")] {
            check(&of(value), &of(shown));
        }
        check(
            "kind: Secret\ndata: {a: 'ENC[AES256_GCM,data:x]'}\n",
            "kind: Secret\ndata:\n  a: ENC[AES256_GCM,data:x]\n",
        );
    }

    #[test]
    fn that_credentials_are_minted_is_no_secret() {
        check("storage: {credentials: minted}\n", "storage:\n  credentials: minted\n");
    }

    #[test]
    fn addresses_are_shown_without_user_and_password() {
        for (text, expected) in [
            ("http://u:p@proxy:3128", "http://(a secret)@proxy:3128"),
            ("`https://user@proxy/x@y`", "`https://(a secret)@proxy/x@y`"),
            ("u:p@proxy.example.com", "(a secret)@proxy.example.com"),
            ("is `http://u:p@ss@proxy/`, not", "is `http://(a secret)@proxy/`, not"),
            ("a http://u:p@b, http://c:d@e", "a http://(a secret)@b, http://(a secret)@e"),
        ] {
            assert_eq!(without_passwords(text), expected);
        }
        for text in [
            "quay.io:443/a@sha256:abc",
            "quay.io:443@sha256:abc",
            "someone@example.com",
            "http://proxy:3128/a@b",
            "@",
            "http://@x",
            "a: @b",
        ] {
            assert!(matches!(without_passwords(text), Cow::Borrowed(_)), "{text}");
        }
    }
}
