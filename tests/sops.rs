//! Files that the real `sops` wrote, read by ours: every value equal and the MAC verified, and every tampering refused.
//!
//! The program is built by `tests/programs/build`; without Go the tests skip and say so.

#![expect(clippy::disallowed_methods, reason = "tests write files for the program that they run")]
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on panics, and says what it skips"
)]

#[path = "common/programs.rs"]
mod programs;

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use programs::Programs;
use regcfg::diag::Findings;
use regcfg::secret::{AllowedEnv, Apart, Identities, PlainSource, SecretBytes, SecretSlot, fill, identities};
use regcfg::sops::{Encrypted, Wanted};
use regcfg::tree::{Place, Source, SourceKind};
use regcfg::world::MemWorld;
use serde_json::Value as Json;
use tempfile::TempDir;

/// Stands among the arguments for what only the configuration of `sops` can say.
const MAC_ONLY_ENCRYPTED: &str = "mac_only_encrypted";

/// A directory with keys of its own, and the programs.
struct Shop {
    programs: Programs,
    dir: TempDir,
    recipients: Vec<String>,
}

impl Shop {
    /// Makes two identities; none where the programs cannot be built.
    fn open() -> Option<Self> {
        let programs = Programs::find()?;
        let dir = TempDir::new().unwrap();
        let mut shop = Self { programs, dir, recipients: Vec::new() };
        for name in ["k0.txt", "k1.txt"] {
            shop.run("age-keygen", &["-o", name], true);
            let recipient = shop.run("age-keygen", &["-y", name], true).0;
            shop.recipients.push(recipient.trim().to_owned());
        }
        Some(shop)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Runs a program, and returns what it printed and whether it said yes.
    fn run(&self, program: &str, args: &[&str], must: bool) -> (String, bool) {
        let mut command = self.programs.command(program, self.dir.path());
        command.current_dir(self.dir.path()).args(args).env("SOPS_AGE_KEY_FILE", self.path("k0.txt"));
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!must || output.status.success(), "{program} {args:?}: {said}");
        (String::from_utf8_lossy(&output.stdout).into_owned(), output.status.success())
    }

    /// Encrypts a text for the first recipient, as a file of this name, and returns what `sops` made of it.
    fn encrypt(&self, name: &str, text: &[u8], args: &[&str]) -> String {
        fs::write(self.path(name), text).unwrap();
        let mut all = vec!["encrypt"];
        if !args.contains(&"--age") {
            all.extend(["--age", &self.recipients[0]]);
        }
        all.extend(args.iter().filter(|arg| **arg != MAC_ONLY_ENCRYPTED));
        all.push(name);
        let config = self.path(".sops.yaml");
        if args.contains(&MAC_ONLY_ENCRYPTED) {
            fs::write(&config, "creation_rules: [{mac_only_encrypted: true}]\n").unwrap();
        }
        let encrypted = self.run("sops", &all, true).0;
        let _none_there = fs::remove_file(&config);
        encrypted
    }

    /// Returns what `sops` decrypts, as JSON; none where it refuses what it wrote itself.
    fn decrypted(&self, name: &str, encrypted: &str) -> Option<Json> {
        fs::write(self.path(name), encrypted).unwrap();
        let (shown, is_right) = self.run("sops", &["decrypt", "--output-type", "json", name], false);
        is_right.then(|| serde_json::from_str(&shown).unwrap())
    }

    fn identities(&self, file: &str) -> Identities {
        let text = fs::read(self.path(file)).unwrap();
        Identities::of(move || identities(&SecretBytes::new(text.clone()), Apart::Lines, "`keys`"))
    }
}

/// Reads one value as a run would; returns its bytes, or the code and words of the finding.
fn read(name: &str, text: &str, wanted: Wanted<'_>, identities: &Identities) -> Result<Vec<u8>, String> {
    let spec = Place::start_of(&Source::new("spec.yaml", "", SourceKind::User));
    let found = Encrypted::read(&Source::new(name, text, SourceKind::User))
        .map(Arc::new)
        .and_then(|file| file.check().and_then(|()| file.find(wanted)));
    let value = found.map_err(|fault| {
        let finding = fault.asked_at(&spec);
        format!("{} {}", finding.code.id, finding.message)
    })?;
    let mut findings = Findings::new();
    let slot = SecretSlot::new(PlainSource::Sops(value), spec);
    let filled = fill(&slot, &MemWorld::default(), &AllowedEnv::default(), identities, &mut findings);
    let said = findings.iter().map(|finding| format!("{} {}", finding.code.id, finding.message));
    filled.map(|text| STANDARD.decode(text.as_str()).unwrap()).ok_or_else(|| said.collect())
}

/// Visits every value that is no mapping or list, with the keys that lead to it.
fn each_leaf(json: &Json, path: &mut Vec<String>, visit: &mut dyn FnMut(&[String], &Json)) {
    match json {
        Json::Object(map) => {
            for (key, value) in map {
                path.push(key.clone());
                each_leaf(value, path, visit);
                path.pop();
            }
        }
        Json::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                path.push(at.to_string());
                each_leaf(item, path, visit);
                path.pop();
            }
        }
        leaf => visit(path, leaf),
    }
}

/// Compares every value of a file with what `sops` decrypts; returns how many were encrypted.
#[track_caller]
fn compare(shop: &Shop, name: &str, text: &str) -> usize {
    let identities = shop.identities("k0.txt");
    let mut n_encrypted = 0;
    each_leaf(&shop.decrypted(name, text).unwrap(), &mut Vec::new(), &mut |path, leaf| {
        let keys: Vec<&str> = path.iter().map(String::as_str).collect();
        let read = read(name, text, Wanted::Path(&keys), &identities);
        if let Err(why) = &read {
            let is_plain = why.starts_with("RC0715 ");
            assert!(is_plain, "{name}: {path:?}: {why}\n{text}");
            return;
        }
        let bytes = read.unwrap();
        let words = String::from_utf8_lossy(&bytes).into_owned();
        n_encrypted += 1;
        match leaf {
            Json::String(expected) if expected != &words => {
                // A time is text in JSON.
                assert_eq!(&words, expected, "{name}: {path:?}");
            }
            Json::String(_) => {}
            Json::Number(number) => {
                assert_eq!(
                    words.parse::<f64>().unwrap().to_bits(),
                    number.as_f64().unwrap().to_bits(),
                    "{name}: {path:?}"
                );
            }
            Json::Bool(value) => assert_eq!(words, value.to_string(), "{name}: {path:?}"),
            other => panic!("{name}: {path:?} is {other}, and was read"),
        }
    });
    n_encrypted
}

const ALL_TYPES: &str = r#"# a comment at the head
accessKey: AKIAIOSFODNN7EXAMPLE # and one in the line
secretKey: "wJalr/XUtn\n${x} {{ y }}"
empty: ""
nothing: null
tilde: ~
n: 123
octal: 0123
eight: 08
negative: -7
f: 1.10
exp: 1e21
tiny: 1.5e-7
yes: yes
t: true
F: False
d: 2001-1-2
time: 2001-12-14t21:59:43.10-05:00
list:
  # a comment in a list
  - a
  - [b, {c: d}, []]
  - 5
  - # a comment before nothing
  - ""
  # the last one
nested: {x: {y: "üñí 😀 \u2028", z: {}}}
block: |
  line 1

  line 2
folded: >-
  a
  b
a_unencrypted: {x: 1.50, d: 2001-01-01, t: true, s: "no", q: 0123, f: 1e3, n: null, l: [1, x, 2.5], e: ""}
"key: with # signs": v
"1": one
"#;

#[test]
fn values_of_every_type_are_those_that_sops_decrypts() {
    let Some(shop) = Shop::open() else { return };
    let both = shop.recipients.join(",");
    let rules: [(&[&str], usize); 9] = [
        (&[], 23),
        (&["--age", &both], 23),
        (&[MAC_ONLY_ENCRYPTED], 23),
        (&["--encrypted-regex", "^(nested|list|accessKey)$"], 6),
        (&["--unencrypted-regex", "^(nested|list)$"], 27),
        (&["--encrypted-suffix", "Key"], 2),
        (&["--unencrypted-suffix", "Key"], 29),
        (&["--encrypted-suffix", "Key", MAC_ONLY_ENCRYPTED], 2),
        (&["--encrypted-regex", r"^[\w]{2,}Key$|\bx\b"], 3),
    ];
    for (args, at_least) in rules {
        let text = shop.encrypt("a.yaml", ALL_TYPES.as_bytes(), args);
        let n_read = compare(&shop, "a.yaml", &text);
        assert!(n_read >= at_least, "{args:?}: only {n_read} values were read\n{text}");
        let json = shop.encrypt("a.yaml", ALL_TYPES.as_bytes(), &[args, &["--output-type", "json"]].concat());
        assert!(compare(&shop, "a.json", &json) >= at_least.min(20), "{args:?}\n{json}");
    }
}

#[test]
fn json_and_binary_files_are_read_as_sops_reads_them() {
    let Some(shop) = Shop::open() else { return };
    let text = r#"{"a": "x\ud83d\ude00<>&\u2028", "l": [1, 2.50, true, null, [], {}, -0, 1e3, 9007199254740993],
        "big": 12345678901234567890, "o_unencrypted": {"n": [1.50, 1e3], "s": "\u00e9\/", "t": true}, "": "no key"}"#;
    let encrypted = shop.encrypt("j.json", text.as_bytes(), &[]);
    assert_eq!(compare(&shop, "j.json", &encrypted), 9, "{encrypted}");
    let identities = shop.identities("k0.txt");
    let bytes: Vec<u8> = (0..=255).cycle().take(5000).collect();
    for name in ["secret.bin", "secret.enc.json"] {
        let encrypted = shop.encrypt(name, &bytes, &["--input-type", "binary", "--output-type", "binary"]);
        assert_eq!(read(name, &encrypted, Wanted::Unsaid("any"), &identities).as_ref(), Ok(&bytes));
        assert_eq!(read(name, &encrypted, Wanted::Key("data"), &identities).as_ref(), Ok(&bytes));
        assert!(read(name, &encrypted, Wanted::Key("any"), &identities).unwrap_err().starts_with("RC0716 "));
    }
}

#[test]
fn values_of_a_secret_are_found_below_its_data() {
    let Some(shop) = Shop::open() else { return };
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: x}\ndata: {a: aGVsbG8=, b: aGVsbG8=, c: '%%'}\nstringData: {b: plain}\n";
    let text = shop.encrypt("s.yaml", secret.as_bytes(), &["--encrypted-regex", "^(data|stringData)$"]);
    let identities = shop.identities("k0.txt");
    let key = |key: &str| read("s.yaml", &text, Wanted::Key(key), &identities);
    assert_eq!(key("a"), Ok(b"hello".to_vec()));
    assert_eq!(key("b"), Ok(b"plain".to_vec()));
    assert!(key("c").unwrap_err().starts_with("RC0719 "));
    assert!(key("d").unwrap_err().starts_with("RC0716 "));
    assert_eq!(read("s.yaml", &text, Wanted::Path(&["data", "a"]), &identities), Ok(b"hello".to_vec()));
    assert!(
        read("s.yaml", &text, Wanted::Path(&["metadata", "name"]), &identities).unwrap_err().starts_with("RC0715 ")
    );
}

#[test]
fn what_sops_edits_and_rotates_stays_readable() {
    let Some(shop) = Shop::open() else { return };
    let text = shop.encrypt("e.yaml", ALL_TYPES.as_bytes(), &[]);
    fs::write(shop.path("e.yaml"), text).unwrap();
    let edits: [&[&str]; 6] = [
        &["set", "e.yaml", r#"["accessKey"]"#, r#""changed""#],
        &["set", "e.yaml", r#"["list"][1]"#, r#"{"new": [1, "two"]}"#],
        &["set", "e.yaml", r#"["added"]"#, r#"{"deep": {"er": 1.5}}"#],
        &["unset", "e.yaml", r#"["nested"]"#],
        &["rotate", "-i", "e.yaml"],
        &["rotate", "-i", "--add-age", &shop.recipients[1], "e.yaml"],
    ];
    for edit in edits {
        shop.run("sops", edit, true);
        let text = fs::read_to_string(shop.path("e.yaml")).unwrap();
        assert!(compare(&shop, "e.yaml", &text) > 20, "{edit:?}");
    }
    let text = fs::read_to_string(shop.path("e.yaml")).unwrap();
    for file in ["k0.txt", "k1.txt"] {
        assert_eq!(read("e.yaml", &text, Wanted::Key("accessKey"), &shop.identities(file)), Ok(b"changed".to_vec()));
    }
}

#[test]
fn several_documents_are_covered_by_one_mac_and_values_are_those_of_the_first() {
    let Some(shop) = Shop::open() else { return };
    let text = shop.encrypt("m.yaml", b"a: first\n---\na: second\nb: other\n", &[]);
    let identities = shop.identities("k0.txt");
    assert_eq!(read("m.yaml", &text, Wanted::Key("a"), &identities), Ok(b"first".to_vec()));
    assert!(read("m.yaml", &text, Wanted::Key("b"), &identities).unwrap_err().starts_with("RC0716 "));
    let (first, _) = text.split_once("\n---\n").unwrap();
    assert!(read("m.yaml", first, Wanted::Key("a"), &identities).unwrap_err().starts_with("RC0713 "));
}

#[test]
fn only_an_identity_that_fits_opens_a_file() {
    let Some(shop) = Shop::open() else { return };
    let text = shop.encrypt("w.yaml", b"a: b\n", &[]);
    let refused = read("w.yaml", &text, Wanted::Key("a"), &shop.identities("k1.txt")).unwrap_err();
    assert!(refused.starts_with("RC0711 "), "{refused}");
}

#[test]
fn files_that_no_age_key_opens_are_refused_by_the_keys_they_have() {
    let Some(shop) = Shop::open() else { return };
    let identities = shop.identities("k0.txt");
    shop.run("age-keygen", &["-pq", "-o", "pq.txt"], true);
    let post_quantum = shop.run("age-keygen", &["-y", "pq.txt"], true).0;
    let text = shop.encrypt("p.yaml", b"a: b\n", &["--age", post_quantum.trim()]);
    let refused = read("p.yaml", &text, Wanted::Key("a"), &identities).unwrap_err();
    assert!(refused.starts_with("RC0712 ") && refused.contains("post-quantum"), "{refused}");
    let groups = format!(
        "creation_rules: [{{shamir_threshold: 2, key_groups: [{{age: [{}]}}, {{age: [{}]}}]}}]\n",
        shop.recipients[0], shop.recipients[1]
    );
    fs::write(shop.path(".sops.yaml"), groups).unwrap();
    fs::write(shop.path("g.yaml"), "a: b\n").unwrap();
    let text = shop.run("sops", &["encrypt", "g.yaml"], true).0;
    let refused = read("g.yaml", &text, Wanted::Key("a"), &identities).unwrap_err();
    assert!(refused.starts_with("RC0712 ") && refused.contains("Shamir"), "{refused}");
    fs::write(shop.path(".sops.yaml"), "creation_rules: [{encrypted_comment_regex: secret}]\n").unwrap();
    let text = shop.encrypt("c.yaml", b"# secret\na: b\n", &[]);
    let refused = read("c.yaml", &text, Wanted::Key("a"), &identities).unwrap_err();
    assert!(refused.starts_with("RC0712 ") && refused.contains("comments"), "{refused}");
    for (name, kind) in [("d.env", "dotenv"), ("d.ini", "INI")] {
        let text = shop.encrypt(name, if kind == "INI" { b"[s]\na=b\n" } else { b"a=b\n" }, &[]);
        let refused = read(name, &text, Wanted::Key("a"), &identities).unwrap_err();
        assert!(refused.starts_with("RC0717 ") && refused.contains(kind), "{refused}");
    }
}

/// A file to tamper with: two keys of one length, an unencrypted value, a list, and a number.
const VICTIM: &str =
    "a: aaaa\nb: bbbb\nport: 12\nzeros: '0012'\nlist: [x, y]\nempty: ''\nmeta_unencrypted: {name: prod}\n";

/// Replaces a text that must be there.
fn replaced(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{from:?} is not in\n{text}");
    text.replacen(from, to, 1)
}

/// Returns the line of a key, with its line break.
fn line<'t>(text: &'t str, start: &str) -> &'t str {
    text.split_inclusive('\n').find(|line| line.starts_with(start)).unwrap_or_else(|| panic!("no {start:?} in\n{text}"))
}

/// Returns the value of a key at the top.
fn value<'t>(text: &'t str, key: &str) -> &'t str {
    line(text, &format!("{key}: ")).split_once(": ").unwrap().1.trim_end()
}

/// Changes one character of a part of a value, such as `iv`.
fn bit(text: &str, key: &str, part: &str) -> String {
    let old = line(text, &format!("{key}: "));
    let at = old.find(&format!("{part}:")).unwrap() + part.len() + 1;
    let other = if old.as_bytes()[at] == b'A' { "B" } else { "A" };
    let mut new = old.to_owned();
    new.replace_range(at..=at, other);
    replaced(text, old, &new)
}

/// Every tampering: what was done, and the file after it. `other` is another file for the same recipients.
fn tamperings(text: &str, other: &str) -> Vec<(&'static str, String)> {
    let (a, b) = (value(text, "a"), value(text, "b"));
    let mac = |text: &str| line(text, "    mac: ").to_owned();
    let armor = |text: &str| {
        let start = text.find("            -----BEGIN").unwrap();
        let end = text.find("-----END AGE ENCRYPTED FILE-----").unwrap();
        text[start..end].to_owned()
    };
    let lines: Vec<String> = armor(text).split_inclusive('\n').map(str::to_owned).collect();
    let (x, y) = {
        let mut items = text.split_inclusive('\n').filter(|line| line.starts_with("    - ENC["));
        (items.next().unwrap(), items.next().unwrap())
    };
    let rule = line(text, "    unencrypted_suffix: ");
    vec![
        ("a value in place of another's", replaced(text, &format!("b: {b}"), &format!("b: {a}"))),
        ("two values swapped", text.replace(a, "@").replace(b, a).replace('@', b)),
        (
            "two keys swapped",
            text.replace("\na:", "\n@:").replace("\nb:", "\na:").replace("\n@:", "\nb:").replacen("a:", "b:", 1),
        ),
        ("a bit of the ciphertext", bit(text, "b", "data")),
        ("a bit of the nonce", bit(text, "b", "iv")),
        ("a bit of the tag", bit(text, "b", "tag")),
        ("a bit of the MAC", bit(text, "    mac", "data")),
        (
            "text made a number of the same digits and zeros",
            replaced(text, value(text, "zeros"), &value(text, "zeros").replace("type:str", "type:int")),
        ),
        ("text made a number", replaced(text, b, &b.replace("type:str", "type:int"))),
        ("text made a comment", replaced(text, b, &b.replace("type:str", "type:comment"))),
        ("an unknown type", replaced(text, b, &b.replace("type:str", "type:none"))),
        ("text behind a value", replaced(text, b, &format!("'{b} '"))),
        ("the MAC of another file", replaced(text, &mac(text), &mac(other))),
        ("the MAC taken away", replaced(text, &mac(text), "")),
        ("an empty MAC", replaced(text, &mac(text), "    mac: ''\n")),
        ("a value in place of the MAC", replaced(text, &mac(text), &format!("    mac: {a}\n"))),
        (
            "the time of another change",
            replaced(text, line(text, "    lastmodified: "), "    lastmodified: \"2020-01-01T00:00:00Z\"\n"),
        ),
        ("the time taken away", replaced(text, line(text, "    lastmodified: "), "")),
        ("a key renamed", replaced(text, "\nb: ", "\nbb: ")),
        ("a value made plain", replaced(text, b, "bbbb")),
        ("a number made plain", replaced(text, value(text, "port"), "12")),
        ("a value emptied", replaced(text, b, "''")),
        ("a value taken away", replaced(text, line(text, "b: "), "")),
        ("a value of another file put in", replaced(text, b, value(other, "b"))),
        ("a value put in", replaced(text, "\nb: ", &format!("\nnew: {a}\nb: "))),
        ("a plain value put in", replaced(text, "\nb: ", "\nnew: plain\nb: ")),
        (
            "a plain value put in where plain ones stand",
            replaced(text, "    name: prod", "    name: prod\n    more: x"),
        ),
        ("a plain value changed", replaced(text, "    name: prod", "    name: test")),
        ("a plain value made a number", replaced(text, "    name: prod", "    name: 1e3")),
        ("items of a list swapped", replaced(text, &format!("{x}{y}"), &format!("{y}{x}"))),
        ("an item of a list taken away", replaced(text, y, "")),
        ("an item of a list repeated", replaced(text, y, &format!("{y}{y}"))),
        ("the encrypted key of another file", replaced(text, &armor(text), &armor(other))),
        ("armor cut off", replaced(text, &lines[2..lines.len() - 1].concat(), "")),
        ("a line of armor taken away", replaced(text, &lines[3], "")),
        (
            "no recipients",
            text.replace(&text[text.find("    age:").unwrap()..text.find("    lastmodified").unwrap()], ""),
        ),
        ("the version taken away", replaced(text, line(text, "    version: "), "")),
        ("the MAC over encrypted values only", replaced(text, rule, &format!("    mac_only_encrypted: true\n{rule}"))),
        ("another rule", replaced(text, rule, "    unencrypted_suffix: _plain\n")),
        ("a rule that leaves a value plain", replaced(text, rule, "    unencrypted_regex: ^(b|.*_unencrypted)$\n")),
        ("a second rule", replaced(text, rule, &format!("{rule}    encrypted_regex: .*\n"))),
        ("a pattern that is none", replaced(text, rule, "    encrypted_regex: '('\n")),
        ("a second `sops`", format!("{text}sops:\n    mac: x\n")),
        ("a second `mac`", replaced(text, &mac(text), &mac(text).repeat(2))),
        ("`sops` as a text", replaced(text, &text[text.find("sops:").unwrap()..], "sops: none\n")),
        ("`sops` taken away", replaced(text, &text[text.find("sops:").unwrap()..], "")),
        ("a second document", format!("{text}---\nnew: {a}\n")),
        ("another document before it", format!("new: 1\n---\n{text}")),
    ]
}

#[test]
fn every_tampering_is_refused() {
    let Some(shop) = Shop::open() else { return };
    let identities = || shop.identities("k0.txt");
    let text = shop.encrypt("v.yaml", VICTIM.as_bytes(), &[]);
    let other = shop.encrypt("v.yaml", VICTIM.as_bytes(), &[]);
    assert_eq!(read("v.yaml", &text, Wanted::Key("a"), &identities()), Ok(b"aaaa".to_vec()));
    let tamperings = tamperings(&text, &other);
    let mut taken_by_sops = Vec::new();
    let mut taken = Vec::new();
    for (what, tampered) in &tamperings {
        assert_ne!(tampered, &text, "{what}");
        fs::write(shop.path("v.yaml"), tampered).unwrap();
        if shop.run("sops", &["decrypt", "v.yaml"], false).1 {
            taken_by_sops.push(*what);
        }
        match read("v.yaml", tampered, Wanted::Key("a"), &identities()) {
            Ok(_) => taken.push(*what),
            Err(why) => println!("{what}: {why}"),
        }
    }
    println!("{} tamperings; sops itself takes {taken_by_sops:?}", tamperings.len());
    assert!(taken.is_empty(), "not refused: {taken:?}");
    assert!(tamperings.len() - taken_by_sops.len() >= 40, "{taken_by_sops:?}");
}

/// A stream of numbers that is the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    fn text(&mut self) -> String {
        const PIECES: [&str; 19] = [
            "a", "Z", "0", "1.5", "true", "null", "~", " ", "\n", "\t", ":", "#", "\"", "'", "\\", "é", "😀", "ENC[",
            "-",
        ];
        (0..self.below(8)).map(|_| PIECES[self.below(PIECES.len() as u64) as usize]).collect()
    }

    fn json(&mut self, depth: u64) -> Json {
        match self.below(if depth > 3 { 7 } else { 10 }) {
            0 => Json::Null,
            1 => Json::from(self.below(2) == 0),
            2 => Json::from(self.below(u64::from(u32::MAX)).cast_signed() - 1_000_000),
            3 => Json::from((self.below(2_000_000) as f64 - 1e6) / 64.0 * 10f64.powi(self.below(40) as i32 - 20)),
            4..=6 => Json::from(self.text()),
            7 => (0..self.below(5)).map(|_| self.json(depth + 1)).collect(),
            _ => self.object(depth),
        }
    }

    fn object(&mut self, depth: u64) -> Json {
        let entries = (0..self.below(6) + 3).map(|at| {
            let key = match self.below(4) {
                0 => format!("k{at}_unencrypted"),
                1 => format!("{at}{}", self.text()),
                _ => format!("k{at}"),
            };
            (key, self.json(depth + 1))
        });
        Json::Object(entries.collect())
    }
}

#[test]
fn trees_by_chance_are_read_as_sops_decrypts_them() {
    let Some(shop) = Shop::open() else { return };
    let mut dice = Dice(7);
    let (mut n_read, mut n_refused) = (0, 0);
    for at in 0..40 {
        let tree = dice.object(0);
        let args: &[&str] = match at % 4 {
            0 => &[],
            1 => &[MAC_ONLY_ENCRYPTED],
            2 => &["--encrypted-regex", "k[0-3]$"],
            _ => &["--unencrypted-regex", "^k2$"],
        };
        for name in ["t.json", "t.yaml"] {
            let encrypted = shop.encrypt(name, tree.to_string().as_bytes(), args);
            if shop.decrypted(name, &encrypted).is_some() {
                n_read += compare(&shop, name, &encrypted);
                continue;
            }
            // Some plain texts change on their way through YAML, so that `sops` does not take its own file.
            n_refused += 1;
            let identities = shop.identities("k0.txt");
            each_leaf(&tree, &mut Vec::new(), &mut |path, leaf| {
                let keys: Vec<&str> = path.iter().map(String::as_str).collect();
                let read = read(name, &encrypted, Wanted::Path(&keys), &identities);
                assert!(read.is_err(), "{path:?} ({leaf}) is read of what `sops` refuses\n{encrypted}");
            });
        }
    }
    println!("{n_read} values are read; of its own files `sops` refuses {n_refused}");
    assert!(n_read > 500, "only {n_read} values were read");
}

#[test]
fn what_is_said_of_a_file_says_nothing_of_its_values() {
    let Some(shop) = Shop::open() else { return };
    let text = shop.encrypt("v.yaml", VICTIM.replace("aaaa", "hunter2").as_bytes(), &[]);
    let other = shop.encrypt("v.yaml", VICTIM.as_bytes(), &[]);
    let ciphertext = value(&text, "a").get(20..28).unwrap().to_owned();
    for (what, tampered) in tamperings(&text, &other) {
        for wanted in [Wanted::Key("a"), Wanted::Key("b"), Wanted::Path(&["list", "0"])] {
            if let Err(why) = read("v.yaml", &tampered, wanted, &shop.identities("k0.txt")) {
                assert!(!why.contains("hunter2") && !why.contains(&ciphertext), "{what}: {why}");
            }
        }
    }
}
