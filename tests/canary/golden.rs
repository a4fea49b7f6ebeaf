//! Every golden case that has a secret in it, with a marker in the secret's place. A private key, which a marker would
//! break, is its own.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use regcfg::diag::Findings;
use regcfg::tree::parse::{Reading, documents};
use regcfg::tree::{Node, Place, Source, SourceKind, Value};

use crate::scene::{Scene, files_below};
use crate::words::words;

/// Words that golden cases have for secrets.
const WORDS: [&str; 3] = ["hunter2", "HUSHHUSH", "HUSH"];

#[test]
fn no_golden_case_lets_a_secret_out() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut n_cases = 0;
    for command in fs::read_dir(&root).unwrap().flatten() {
        for case in fs::read_dir(command.path()).unwrap().flatten() {
            n_cases += usize::from(run(&case.path()));
        }
    }
    println!("{n_cases} cases");
    assert!(n_cases >= 50, "only {n_cases} cases have a secret");
}

/// Runs a case with markers; tells whether it has a secret.
fn run(case: &Path) -> bool {
    let args = fs::read_to_string(case.join("args")).unwrap_or_default();
    let env = fs::read_to_string(case.join("env")).unwrap_or_default();
    let input = case.join("input");
    let files: BTreeMap<String, Vec<u8>> = files_below(&input)
        .into_iter()
        .map(|path| (path.clone(), fs::read(input.join(path)).unwrap_or_default()))
        .collect();
    // A scene is made for a case that needs one alone.
    let stdin = fs::read(case.join("stdin")).unwrap_or_default();
    let has_words = |bytes: &[u8]| WORDS.iter().any(|word| String::from_utf8_lossy(bytes).contains(word));
    let keys: Vec<String> = files.values().chain([&stdin]).flat_map(|bytes| inner_words_of_keys(bytes)).collect();
    let named = files_of_values(&files);
    let is_marked = env.lines().any(|line| line.contains("SECRET"))
        || files.values().chain([&stdin]).any(|bytes| has_words(bytes) || !secrets(bytes).is_empty());
    if !is_marked && keys.is_empty() && named.is_empty() {
        return false;
    }
    let mut scene = Scene::empty();
    for key in keys {
        scene.mark("private-key", key);
    }
    let word = scene.marker("data").word.clone();
    let marked = |bytes: &[u8]| {
        let mut bytes = bytes.to_vec();
        for place in secrets(&bytes).iter().rev() {
            let (start, end) = (place.start as usize, place.end as usize);
            let kept = bytes[start..end].iter().rev().take_while(|byte| byte.is_ascii_whitespace()).count();
            bytes.splice(start..end - kept, word.bytes());
        }
        match String::from_utf8(bytes) {
            Ok(text) => WORDS.iter().fold(text, |text, from| text.replace(from, &word)).into_bytes(),
            Err(error) => error.into_bytes(),
        }
    };
    for (path, bytes) in &files {
        let mut bytes = marked(bytes);
        if named.contains(path) && !bytes.is_empty() {
            let end = bytes.trim_ascii_end().len();
            bytes.splice(end..end, word.bytes());
        }
        scene.write(path, bytes);
    }
    for line in args.lines() {
        let words = words(line);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let mut command = scene.command(&words);
        for (name, value) in env.lines().filter_map(|line| line.split_once('=')) {
            command.env(name, if name.contains("SECRET") && !value.is_empty() { &word } else { value });
        }
        scene.watch(command, &words, &marked(&stdin)).wants_silence(&scene);
    }
    true
}

/// Returns the files that hold a value and neither a word for a secret nor a private key.
fn files_of_values(files: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let named = regex::Regex::new(r#"valueFrom: ?\{file: ?["']?([^,}"']+)"#).unwrap();
    let texts: Vec<_> = files.values().map(|bytes| String::from_utf8_lossy(bytes)).collect();
    let of_secrets: Vec<&str> = texts
        .iter()
        .flat_map(|text| named.captures_iter(text))
        .filter_map(|found| Path::new(found.get(1)?.as_str()).file_name()?.to_str())
        .collect();
    let is_named =
        |path: &str| Path::new(path).file_name().is_some_and(|name| of_secrets.iter().any(|other| name == *other));
    let has_none = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes);
        !text.contains("-----BEGIN ") && !WORDS.iter().any(|word| text.contains(word))
    };
    files.iter().filter(|(path, bytes)| is_named(path) && has_none(bytes)).map(|(path, _)| path.clone()).collect()
}

/// Returns of each private key in a file some letters that only who has the key knows: of its middle, where neither what
/// all keys begin with nor what certificates have, too, stands.
fn inner_words_of_keys(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let blocks = text.split("-----BEGIN ").skip(1).filter_map(|block| block.split_once("-----"));
    let keys = blocks.filter(|(label, _)| label.ends_with("PRIVATE KEY"));
    let word = |body: &str| {
        let lines: Vec<&str> =
            body.split("-----END").next()?.lines().map(str::trim).filter(|line| line.len() > 40).collect();
        let letters: Vec<char> = lines.get(lines.len() / 2)?.chars().filter(char::is_ascii_alphanumeric).collect();
        let from = if lines.len() > 1 { 0 } else { letters.len().checked_sub(24)? };
        Some(letters.get(from..from + 24)?.iter().collect())
    };
    keys.filter_map(|(_, body)| word(body)).collect()
}

/// Returns where the values of secrets stand in a file of manifests, in their order.
fn secrets(bytes: &[u8]) -> Vec<Place> {
    let Ok(text) = std::str::from_utf8(bytes) else { return Vec::new() };
    let source = Source::new("case", text, SourceKind::User);
    let read = documents(&source, Reading::AsKubectl, &mut Findings::new()).unwrap_or_default();
    let mut places = Vec::new();
    for document in read {
        let text = |key: &str| document.get(key).and_then(Node::as_str).unwrap_or_default();
        if text("kind") == "Secret" && text("apiVersion") == "v1" {
            for (_, entry) in document.entries("data").chain(document.entries("stringData")) {
                values(&entry.node, &mut places);
            }
        }
        for path in [&["spec", "httpSecret"][..], &["spec", "tls", "key"], &["status", "httpSecret"]] {
            if let Some(node) = document.at(path) {
                values(node, &mut places);
            }
        }
    }
    places.sort_by_key(|place| place.start);
    places
}

fn values(node: &Node, places: &mut Vec<Place>) {
    let text = node.place().text();
    // What SOPS encrypted is none, and what is folded ends where nobody sees.
    if matches!(node.value, Value::String(_))
        && !text.starts_with("ENC[")
        && text.len() > 2
        && !text.starts_with(['"', '\''])
    {
        places.push(node.place().clone());
    }
}
