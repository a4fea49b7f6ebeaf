//! Licences and sources of every dependency, held to `deny.toml`, offline and with nothing installed but cargo.
//!
//! Licences are those of the packages for this machine's platform, for cargo has only these at hand; sources are those of
//! the whole lock file.

#![expect(clippy::disallowed_methods, reason = "tests read the disk, where the library may not")]

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

#[test]
fn every_dependency_has_a_licence_that_is_allowed() {
    let allowed = allowed();
    let mut used = BTreeSet::new();
    let mut refused = Vec::new();
    for (name, licence) in licences() {
        match chosen(&licence, &allowed) {
            Some(chosen) => used.extend(chosen),
            None => refused.push(format!("{name}: {licence}")),
        }
    }
    assert!(refused.is_empty(), "deny.toml allows none of these: {refused:#?}");
    let idle: Vec<&String> = allowed.difference(&used).collect();
    assert!(idle.is_empty(), "deny.toml allows what nothing needs: {idle:?}");
}

#[test]
fn every_dependency_comes_from_crates_io() {
    let lock = std::fs::read_to_string("Cargo.lock").unwrap();
    let elsewhere: Vec<&str> = lock
        .lines()
        .filter_map(|line| line.strip_prefix("source = "))
        .filter(|source| source.trim_matches('"') != REGISTRY)
        .collect();
    assert!(elsewhere.is_empty(), "{elsewhere:?}");
}

#[test]
fn expressions_are_read_as_spdx_means_them() {
    let allowed: BTreeSet<String> = ["MIT", "Zlib"].map(String::from).into();
    let is_allowed = |expression: &str| chosen(expression, &allowed).is_some();
    assert!(is_allowed("MIT") && is_allowed("GPL-3.0 OR MIT") && is_allowed("MIT/Apache-2.0"));
    assert!(is_allowed("(GPL-3.0 OR MIT) AND Zlib") && is_allowed("MIT AND Zlib OR GPL-3.0"));
    assert!(!is_allowed("MIT AND GPL-3.0") && !is_allowed("MIT WITH x-exception") && !is_allowed(""));
    assert!(!is_allowed("MIT AND (GPL-3.0 OR") && !is_allowed("MIT MIT"));
}

/// Returns the names of packages with their licence expressions.
fn licences() -> Vec<(String, String)> {
    let host = output("rustc", &["-vV"]);
    let host = host.lines().find_map(|line| line.strip_prefix("host: ")).expect("rustc knows its host");
    let metadata =
        output(env!("CARGO"), &["metadata", "--format-version=1", "--locked", "--offline", "--filter-platform", host]);
    let metadata: Value = serde_json::from_str(&metadata).expect("metadata is JSON");
    let packages = metadata["packages"].as_array().expect("metadata has packages");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    packages.iter().map(|package| (text(&package["name"]), text(&package["license"]))).collect()
}

fn output(program: &str, args: &[&str]) -> String {
    let output = Command::new(program).args(args).output().unwrap_or_else(|error| panic!("{program}: {error}"));
    assert!(output.status.success(), "{program} {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("cargo and rustc print text")
}

/// Returns the licences under `allow` in deny.toml.
fn allowed() -> BTreeSet<String> {
    let text = std::fs::read_to_string("deny.toml").expect("deny.toml is there");
    let list =
        text.split_once("\nallow = [").and_then(|(_, rest)| rest.split_once(']')).expect("deny.toml allows some").0;
    list.split('"').skip(1).step_by(2).map(String::from).collect()
}

/// Returns the licences by which an expression is allowed; none if it is not, or is no expression.
fn chosen(expression: &str, allowed: &BTreeSet<String>) -> Option<Vec<String>> {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let mut words = spaced.split_whitespace().peekable();
    let value = either(&mut words, allowed).ok()?;
    if words.next().is_some() { None } else { value }
}

type Words<'a> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;
type Choice = Result<Option<Vec<String>>, Malformed>;

/// Says that a text is no licence expression.
struct Malformed;

/// Reads `a OR b`.
fn either(words: &mut Words<'_>, allowed: &BTreeSet<String>) -> Choice {
    let mut value = both(words, allowed)?;
    while words.next_if_eq(&"OR").is_some() {
        let other = both(words, allowed)?;
        value = value.or(other);
    }
    Ok(value)
}

/// Reads `a AND b`.
fn both(words: &mut Words<'_>, allowed: &BTreeSet<String>) -> Choice {
    let mut value = one(words, allowed)?;
    while words.next_if_eq(&"AND").is_some() {
        let other = one(words, allowed)?;
        value = value.zip(other).map(|(value, other)| [value, other].concat());
    }
    Ok(value)
}

/// Reads a licence, with its exception if it has one, or an expression in parentheses.
fn one(words: &mut Words<'_>, allowed: &BTreeSet<String>) -> Choice {
    let word = words.next().ok_or(Malformed)?;
    if word == "(" {
        let value = either(words, allowed)?;
        return words.next_if_eq(&")").map(|_| value).ok_or(Malformed);
    }
    if ["OR", "AND", "WITH", ")"].contains(&word) {
        return Err(Malformed);
    }
    let licence = match words.next_if_eq(&"WITH") {
        Some(_) => format!("{word} WITH {}", words.next().ok_or(Malformed)?),
        None => word.to_owned(),
    };
    Ok(allowed.contains(&licence).then(|| vec![licence]))
}
