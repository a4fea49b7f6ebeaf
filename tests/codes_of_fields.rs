//! Makes `src/cli/explain/codes.tsv`, which says of a field which rules look at it: those whose findings point at it in the
//! golden cases, as a cause or as what belongs to it. `UPDATE_GOLDEN=1 cargo test --test codes_of_fields` writes it anew.
//!
//! Each code of a rule has a golden case, so each stands there. A rule on objects looks at a field of an object, too,
//! where the field of the spec lands.

#![expect(clippy::disallowed_methods, reason = "tests read and write the disk, where the library may not")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use regcfg::diag::Findings;
use regcfg::rules::{Check, RULES};
use regcfg::schema::field::Field;
use regcfg::schema::find;
use regcfg::tree::parse::{Reading, documents};
use regcfg::tree::{Node, Origin, Source, SourceKind, Value};

const TABLE: &str = "src/cli/explain/codes.tsv";

#[test]
fn the_codes_of_each_field_are_those_of_the_golden_cases() {
    let mut lines = BTreeSet::new();
    for case in entries(Path::new("tests/golden/check")) {
        let shown = fs::read_to_string(case.join("expected/stdout")).unwrap_or_default();
        for (code, file, line, column) in places(&shown) {
            let Some(rule) = RULES.iter().find(|rule| rule.code.id == code) else { continue };
            let is_on_objects = matches!(rule.check, Check::Bundle(_) | Check::SpecOrManifests(..));
            for path in fields_at(&case.join("input").join(file), line, column, is_on_objects) {
                lines.insert(format!("{path}\t{code}"));
            }
        }
    }
    let made: String = lines.iter().map(|line| format!("{line}\n")).collect();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(TABLE, &made).expect("it can be written");
    }
    let n_codes =
        lines.iter().filter_map(|line| line.split_once('\t')).map(|(_, code)| code).collect::<BTreeSet<_>>().len();
    assert!(n_codes > 60, "only {n_codes} codes point at a field");
    let committed = fs::read_to_string(TABLE).unwrap_or_default();
    assert!(committed == made, "rewrite with: UPDATE_GOLDEN=1 cargo test --test codes_of_fields");
}

/// Returns each place that a text of findings names, with the code of its finding.
fn places(shown: &str) -> Vec<(String, &str, u32, u32)> {
    let mut code = String::new();
    let mut places = Vec::new();
    for line in shown.lines() {
        if let Some((_, rest)) = line.split_once("[RC").filter(|_| !line.starts_with(' ')) {
            code = format!("RC{}", &rest[..4]);
        }
        let is_note = line.starts_with("  = note: ");
        let Some(place) = line.strip_prefix("  --> ").or_else(|| line.rsplit(' ').next().filter(|_| is_note)) else {
            continue;
        };
        let mut parts = place.rsplitn(3, ':');
        let (column, line, file) = (parts.next(), parts.next(), parts.next());
        let number = |text: Option<&str>| text.and_then(|text| text.parse().ok());
        if let (Some(column), Some(line), Some(file)) = (number(column), number(line), file) {
            places.push((code.clone(), file, line, column));
        }
    }
    places
}

/// Returns the paths of the field that is written at a position of a file: as the file has it, and in objects.
fn fields_at(file: &Path, line: u32, column: u32, is_on_objects: bool) -> Vec<String> {
    let Ok(text) = fs::read_to_string(file) else { return Vec::new() };
    let source = Source::new("file", text, SourceKind::User);
    let documents = documents(&source, Reading::AsKubectl, &mut Findings::new()).unwrap_or_default();
    let Some((document, path)) = documents.iter().find_map(|node| Some((node, at(node, line, column)?))) else {
        return Vec::new();
    };
    let text = |name: &str| document.get(name).and_then(Node::as_str).unwrap_or_default();
    let (api_version, kind) = (text("apiVersion"), text("kind"));
    let described = if kind == "RegistryLayer" { "ClusterRegistry" } else { kind };
    let Some(root) = find(api_version, described).map(|kind| Field::root(kind.schema)) else { return Vec::new() };
    let Ok(field) = root.at(path.iter().map(String::as_str)) else { return Vec::new() };
    // A whole object or spec says nothing of a field.
    if !field.path.contains('.') {
        return Vec::new();
    }
    if !api_version.starts_with("regcfg.dev/") {
        return vec![format!("{kind}.{}", field.path)];
    }
    let landed = field.lands.iter().filter(|_| is_on_objects).filter_map(|place| {
        let (object, path) = place.split_once(": ")?;
        Some(format!("{}.{path}", object.split_once(' ')?.0))
    });
    landed.chain([field.path.clone()]).collect()
}

/// Returns the names that lead to the value, or to the key, that begins at a position.
fn at(node: &Node, line: u32, column: u32) -> Option<Vec<String>> {
    let begins = |origin: &Origin| {
        let position = origin.place().position();
        (position.line, position.column) == (line, column)
    };
    let below = match &node.value {
        Value::Map(map) => map.iter().find_map(|(name, entry)| {
            let path = if begins(&entry.key) { Some(Vec::new()) } else { at(&entry.node, line, column) };
            path.map(|path| [vec![name.to_string()], path].concat())
        }),
        Value::Seq(items) => items.iter().find_map(|item| at(item, line, column)),
        _ => None,
    };
    below.or_else(|| begins(&node.origin).then(Vec::new))
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder is there");
    let mut entries: Vec<PathBuf> = entries.map(|entry| entry.expect("it can be read").path()).collect();
    entries.sort();
    entries
}
