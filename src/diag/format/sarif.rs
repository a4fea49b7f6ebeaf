//! The format SARIF 2.1.0, for code scanning and editors: one JSON document with one run.
//!
//! Columns count code points (`columnKind`). Files are named relative to `%SRCROOT%`, where regcfg was started, which in
//! CI is the root of the repository. Each rule in use brings its explanation. What went wrong with the machine, and what
//! was skipped or could not be checked, are notifications of the invocation; results are findings alone. One that somebody
//! acknowledged is there with its suppression.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::{Value, json};

use super::Outcome;
use super::fingerprint::fingerprints;
use crate::diag::{Code, Diagnostic, Fault, Item, Location, Severity, Suppression, Verdict};
use crate::tree::Place;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// The name of the directory that files are relative to.
const ROOT: &str = "%SRCROOT%";

/// Writes the document, with a line break at its end.
pub fn document(outcome: &Outcome, exit_code: u8) -> String {
    let rules: BTreeMap<&str, &'static Code> =
        outcome.findings().chain(outcome.acknowledged()).map(|finding| (finding.code.id, finding.code)).collect();
    let index = |code: &Code| rules.keys().position(|id| *id == code.id);
    let results: Vec<Value> = outcome
        .findings()
        .chain(outcome.acknowledged())
        .zip(fingerprints(outcome))
        .map(|(finding, fingerprint)| result(finding, index(finding.code), &fingerprint))
        .collect();
    let notifications: Vec<Value> =
        outcome.faults().iter().map(of_fault).chain(outcome.items().iter().filter_map(of_item)).collect();
    super::json::written(&json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "regcfg",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules.values().map(|code| rule(code)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": {ROOT: {"description": {"text": "the directory in which regcfg was started"}}},
            "invocations": [{
                "executionSuccessful": outcome.faults().is_empty(),
                "exitCode": exit_code,
                "toolExecutionNotifications": notifications,
            }],
            "results": results,
        }],
    }))
}

fn result(finding: &Diagnostic, rule_index: Option<usize>, fingerprint: &str) -> Value {
    let mut text = finding.message.clone();
    for note in finding.notes.iter().filter(|note| note.place.is_none()) {
        let _infallible = write!(text, "\n{}", note.message);
    }
    if let Some(help) = &finding.help {
        let _infallible = write!(text, "\nhelp: {help}");
    }
    let mut location = json!({"physicalLocation": physical(&finding.place)});
    if let Some(object) = &finding.object {
        location["logicalLocations"] = json!([{"fullyQualifiedName": object, "kind": "resource"}]);
    }
    let related: Vec<Value> = finding
        .notes
        .iter()
        .filter_map(|note| note.place.as_ref().map(|place| (note, place)))
        .enumerate()
        .map(|(at, (note, place))| {
            json!({"id": at + 1, "message": {"text": note.message}, "physicalLocation": physical(place)})
        })
        .collect();
    let mut result = json!({
        "ruleId": finding.code.id,
        "ruleIndex": rule_index,
        "level": level(finding.severity),
        "message": {"text": text},
        "locations": [location],
        "partialFingerprints": {"regcfg/v1": fingerprint},
    });
    if !related.is_empty() {
        result["relatedLocations"] = related.into();
    }
    if let Some(Suppression { reason, place }) = &finding.suppressed {
        let location = json!({"physicalLocation": physical(place)});
        result["suppressions"] =
            json!([{"kind": "external", "status": "accepted", "justification": reason, "location": location}]);
    }
    result
}

/// Describes a code by its explanation.
fn rule(code: &Code) -> Value {
    let (title, rest) = code.explanation.split_once('\n').unwrap_or((code.explanation, ""));
    let short = title.split_once(": ").map_or(code.name, |(_, words)| words);
    let full = rest.split("## What it means").nth(1).and_then(|text| text.split("\n## ").next()).unwrap_or(short);
    json!({
        "id": code.id,
        "name": code.name,
        "shortDescription": {"text": short},
        "fullDescription": {"text": full.split_whitespace().collect::<Vec<_>>().join(" ")},
        "help": {"text": format!("Run `regcfg explain {}`.", code.id), "markdown": code.explanation},
    })
}

fn physical(place: &Place) -> Value {
    let Location { file, start, end } = Location::from(place);
    json!({
        "artifactLocation": artifact(file),
        "region": {
            "startLine": start.line,
            "startColumn": start.column,
            "endLine": end.line,
            "endColumn": end.column,
        },
    })
}

fn artifact(file: &str) -> Value {
    // What is outside of the root is named as it is; a URI that begins with `/` is not relative to anything.
    if file.starts_with('/') {
        return json!({"uri": format!("file://{}", uri(file))});
    }
    json!({"uri": uri(file), "uriBaseId": ROOT})
}

/// Writes a path as the path of a URI.
fn uri(file: &str) -> String {
    let mut uri = String::with_capacity(file.len());
    for byte in file.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _infallible = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

fn of_fault(fault: &Fault) -> Value {
    let mut text = std::iter::once(&fault.message).chain(&fault.causes).cloned().collect::<Vec<_>>().join(": ");
    if let Some(help) = &fault.help {
        let _infallible = write!(text, "\nhelp: {help}");
    }
    json!({"level": "error", "message": {"text": text}, "descriptor": {"id": "error"}})
}

/// Notes what came of a thing that no finding tells of, or about which nobody may say that it is valid.
fn of_item(item: &Item) -> Option<Value> {
    let (level, words) = match item.verdict {
        Verdict::Valid | Verdict::Invalid => return None,
        Verdict::Skipped => ("note", "skipped"),
        Verdict::NotChecked => ("note", "not checked"),
        Verdict::Error => ("error", "no answer"),
    };
    let name = item.name.as_ref().map(|name| format!("{name}: ")).unwrap_or_default();
    let reason = item.reason.as_deref().unwrap_or_default();
    let region = json!({"startLine": item.line});
    let location = json!({"physicalLocation": {"artifactLocation": artifact(&item.file), "region": region}});
    Some(json!({
        "level": level,
        "message": {"text": format!("{words}: {name}{reason}")},
        "descriptor": {"id": item.verdict.name()},
        "locations": [location],
    }))
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}
