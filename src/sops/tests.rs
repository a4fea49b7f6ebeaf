//! Tests of the module, on files that the real program wrote for a key that was made for them. `tests/sops.rs` has it write
//! many more.

use std::sync::Arc;

use super::{Encrypted, Fault, Kind, Wanted};
use crate::diag::Findings;
use crate::secret::{
    AllowedEnv, Apart, Identities, PlainSource, SecretBytes, SecretSlot, Unidentified, fill, identities,
};
use crate::tree::{Place, Source, SourceKind};
use crate::world::MemWorld;

const YAML: &str = include_str!("tests/all.yaml");
const JSON: &str = include_str!("tests/only.json");
const KEYS: &str = include_str!("tests/keys.txt");

fn keys() -> Identities {
    Identities::of(|| identities(&SecretBytes::new(KEYS.into()), Apart::Lines, "`keys.txt`"))
}

fn file(name: &str, text: &str) -> Result<Arc<Encrypted>, Fault> {
    Encrypted::read(&Source::new(name, text, SourceKind::User)).map(Arc::new)
}

fn said(fault: &Fault) -> String {
    let finding = fault.asked_at(&Place::start_of(&Source::new("spec.yaml", "", SourceKind::User)));
    format!("{} {}", finding.code.id, finding.message)
}

/// Reads a value, and returns it in base64, or the finding as `code message`.
fn read(name: &str, text: &str, wanted: Wanted<'_>, identities: &Identities) -> Result<String, String> {
    let place = Place::start_of(&Source::new("spec.yaml", "", SourceKind::User));
    let value = file(name, text).and_then(|file| file.check().and_then(|()| file.find(wanted)));
    let value = value.map_err(|fault| said(&fault))?;
    let mut findings = Findings::new();
    let slot = SecretSlot::new(PlainSource::Sops(value), place);
    let filled = fill(&slot, &MemWorld::default(), &AllowedEnv::default(), identities, &mut findings);
    let said = findings.iter().map(|finding| format!("{} {}", finding.code.id, finding.message));
    filled.map(|text| text.to_string()).ok_or_else(|| said.collect())
}

#[track_caller]
fn check(path: &[&str], expected: Result<&str, &str>) {
    match (read("all.yaml", YAML, Wanted::Path(path), &keys()), expected) {
        (Ok(value), Ok(base64)) => assert_eq!(value, base64, "{path:?}"),
        (Err(why), Err(start)) => assert!(why.starts_with(start), "{path:?}: {why}"),
        (read, _) => panic!("{path:?}: {read:?}"),
    }
}

#[test]
fn values_are_read_with_their_mac_verified() {
    check(&["text"], Ok("YSAke3h9Cg=="));
    check(&["int"], Ok("ODM="));
    check(&["float"], Ok("MS41"));
    check(&["bool"], Ok("dHJ1ZQ=="));
    check(&["time"], Ok("MjAwMS0wMS0wMlQwMDowMDowMFo="));
    check(&["list", "0"], Ok("eA=="));
    check(&["list", "1", "1", "z"], Ok("dw=="));
    for plain in [&["empty"][..], &["nothing"], &["plain_unencrypted", "s"]] {
        check(plain, Err("RC0715 "));
    }
    for none in [&["none"][..], &["list"], &["list", "2"], &["list", "x"], &["text", "0"]] {
        check(none, Err("RC0716 "));
    }
    let text = read("only.json", JSON, Wanted::Key("text"), &keys());
    assert_eq!(text.as_deref(), Ok("8J+YgA=="));
    assert!(read("only.json", JSON, Wanted::Key("plain"), &keys()).unwrap_err().starts_with("RC0715 "));
}

#[test]
fn what_a_value_was_is_known_without_a_key() {
    let file = file("all.yaml", YAML).unwrap();
    for (key, kind) in [("text", Kind::Str), ("int", Kind::Int), ("float", Kind::Float), ("bool", Kind::Bool)] {
        assert_eq!(file.find(Wanted::Key(key)).unwrap().kind, kind);
    }
    assert!(!file.is_secret() && !format!("{file:?}").contains("ENC["));
}

#[test]
fn a_file_is_opened_once_and_identities_are_read_once() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static N_READ: AtomicUsize = AtomicUsize::new(0);
    let counted = Identities::of(|| {
        N_READ.fetch_add(1, Ordering::Relaxed);
        identities(&SecretBytes::new(KEYS.into()), Apart::Lines, "`keys.txt`")
    });
    assert!(file("all.yaml", YAML).is_ok());
    assert_eq!(N_READ.load(Ordering::Relaxed), 0);
    for key in ["text", "int", "text"] {
        assert!(read("all.yaml", YAML, Wanted::Key(key), &counted).is_ok());
    }
    // Another text of the same name is another file.
    let other = YAML.replacen("bool: ", "other: ", 1);
    assert!(read("all.yaml", &other, Wanted::Key("text"), &counted).unwrap_err().starts_with("RC0713 "));
    assert!(read("all.yaml", YAML, Wanted::Key("text"), &counted).is_ok());
    assert_eq!(N_READ.load(Ordering::Relaxed), 1);
}

#[test]
fn without_identities_nothing_is_opened() {
    let refused = |identities: &Identities| read("all.yaml", YAML, Wanted::Key("text"), identities).unwrap_err();
    assert!(refused(&Identities::default()).starts_with("RC0711 "));
    assert_eq!(refused(&Identities::none(Unidentified::unusable("not here", "ask"))), "RC0718 not here");
}

#[test]
fn metadata_that_sops_does_not_write_is_refused() {
    let from = |from: &str, to: &str| {
        assert!(YAML.contains(from), "{from}");
        YAML.replacen(from, to, 1)
    };
    let first = YAML.find("        - enc: |").unwrap();
    let recipient = &YAML[first..YAML.find("    lastmodified: ").unwrap()];
    for (text, words) in [
        (from("    mac: ", "    MAC: "), "`MAC` is misspelt"),
        (from("    mac: ENC[", "    mac: ABC["), "`mac` is not an encrypted value"),
        (from("    version: ", "    version: x"), "`version` is no version"),
        (from("    version: ", "    versions: "), "there is no `version`"),
        (from("    version: ", "    mac_only_encrypted: 1\n    version: "), "`mac_only_encrypted` is not a boolean"),
        (from("    lastmodified: \"", "    lastmodified: \"x"), "`lastmodified` is no time"),
        (from("    unencrypted_suffix: _unencrypted", "    unencrypted_suffix: [a]"), "is not a text"),
        (from("    unencrypted_suffix: _unencrypted", "    encrypted_regex: \"[\""), "is no pattern"),
        (from("          recipient: ", "          recipients: "), "without `recipient` and `enc`"),
        (from("    age:\n", "    age: {}\n    aged:\n"), "`age` is not a list"),
        (from(recipient, &recipient.repeat(101)), "more than 100 recipients"),
        (from("YWdl", &format!("{}\n            YWdl", "A".repeat(2000))), "longer than any"),
        (from("    age:\n", "    pgp:\n        - {enc: x}\n    aged:\n"), "but for PGP"),
        (from("    age:\n", "    key_groups: [{}, {}]\n    aged:\n"), "(Shamir)"),
        (from("    age:\n", "    key_groups: [{hc_vault: [{}]}]\n    aged:\n"), "but for HashiCorp Vault"),
        (from("    age:\n", "    key_groups: 1\n    aged:\n"), "`key_groups` is not a list"),
        (from("    age:\n", "    aged:\n"), "is encrypted for nobody"),
    ] {
        let why = read("all.yaml", &text, Wanted::Key("text"), &keys()).unwrap_err();
        assert!(why.contains(words), "{words}: {why}");
    }
}

#[test]
fn what_is_no_file_of_sops_is_refused_by_its_form() {
    for (name, text, words) in [
        ("a.yaml", "a: 1\n", "it has no `sops`"),
        ("a.yaml", "", "it has no `sops`"),
        ("a.yaml", "[a]", "it has no `sops`"),
        ("a.yaml", "1: x\nsops: {}\n", "a key that is"),
        ("a.yaml", "a: {<<: {b: c}}\nsops: {}\n", "`<<`"),
        ("a.yaml", "2001-01-01: x\nsops: {}\n", "a key that is a time"),
        ("a.yaml", "a: 18446744073709551615\nsops: {}\n", "a number that SOPS does not take"),
        ("a.yaml", "a: !!binary aGVsbG8=\nsops: {}\n", "a YAML tag"),
        ("a.yaml", "sops: x\n", "`sops` is not a mapping"),
        ("a.json", "{\"a\": 1, \"a\": 2}", "duplicate key"),
        ("a.bin", "hello", "malformed JSON"),
        ("a.env", "a=b", "is a dotenv file"),
        ("a.ini", "[a]", "is an INI file"),
    ] {
        let fault = file(name, text).map(|_| ()).unwrap_err();
        assert!(said(&fault).contains(words), "{text:?}: {}", said(&fault));
    }
}

#[test]
fn a_long_key_above_many_values_is_refused_at_once() {
    let long = "a".repeat(700_000);
    let with = |n_values: usize| {
        let values: Vec<String> = (0..n_values).map(|n| format!("\"{n}\": 1")).collect();
        JSON.replacen("\"plain\": 1,", &format!("\"{long}\": {{{}}},", values.join(",")), 1)
    };
    // The rule is asked of the key once, so that a file at the bound takes no time to speak of.
    let few = with(95).replacen("\"^text$\"", "\"a.*b|^text$\"", 1);
    assert!(file("only.json", &few).and_then(|file| file.check()).is_ok());
    let many = file("only.json", &with(20_000)).map(drop).unwrap_err();
    assert!(said(&many).starts_with("RC0717 `only.json` has keys that are too long"), "{}", said(&many));
}
