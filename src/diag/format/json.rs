//! The format for programs: one JSON document per run, its shape public and stable.
//!
//! ```json
//! {"regcfg": "0.1.0",
//!  "findings": [{"code": "RC0203", "name": "layer-cycle", "severity": "error", "message": "…",
//!                "file": "clusters/a.yaml", "line": 4, "column": 10, "endLine": 4, "endColumn": 19,
//!                "object": null, "notes": [{"message": "…", "file": null, "line": null, "column": null}],
//!                "help": "…"}],
//!  "acknowledged": [{"code": "RC0363", "reason": "…", …}],
//!  "outcomes": [{"file": "clusters/a.yaml", "kind": "spec", "name": null, "line": 1, "outcome": "invalid",
//!                "reason": null}],
//!  "errors": [{"message": "…", "causes": ["…"], "help": null}],
//!  "summary": {"errors": 1, "warnings": 0, "infos": 0,
//!              "files": {"valid": 0, "invalid": 1, "notChecked": 0, "error": 0, "skipped": 0}}}
//! ```
//!
//! Where `check --openshift RANGE` was asked for, `upgrades` stands beside them, with an entry for each spec:
//!
//! ```json
//! {"file": "clusters/a.yaml", "range": "4.15..4.19", "columns": ["4.15..4.16", "4.17..4.19"], "right": ["4.17..4.19"],
//!  "rows": [{"holds": [true, false], "finding": {"code": "RC0311", "…": "as in `findings`"}}]}
//! ```
//!
//! `columns` are runs of minors on which the same holds, oldest first, and `holds` says of each whether the finding does,
//! with `null` where other errors kept it from being looked for; `right` are the minors without error and warning.
//!
//! `schemas/findings.schema.json` describes it. Lines and columns count from 1, columns in code points; the end is the
//! character after the last. Strings are those of the text format before escaping; what could act on a terminal or a CI
//! system is written as `\uXXXX`.

use std::fmt::Write;

use serde_json::{Value, json};

use super::Outcome;
use crate::diag::visible::acts;
use crate::diag::{Diagnostic, Fault, Holds, Item, Location, Note, Row, Severity, Upgrade, Verdict};

/// Writes the document, with a line break at its end.
pub fn document(outcome: &Outcome) -> String {
    written(&value(outcome))
}

/// Makes the document, for others that hold parts of it.
pub(crate) fn value(outcome: &Outcome) -> Value {
    let mut document = json!({
        "regcfg": env!("CARGO_PKG_VERSION"),
        "findings": outcome.findings().map(finding).collect::<Vec<_>>(),
        "acknowledged": outcome.acknowledged().map(acknowledged).collect::<Vec<_>>(),
        "outcomes": outcome.items().iter().map(item).collect::<Vec<_>>(),
        "errors": outcome.faults().iter().map(fault).collect::<Vec<_>>(),
        "summary": {
            "errors": outcome.count(Severity::Error),
            "warnings": outcome.count(Severity::Warning),
            "infos": outcome.count(Severity::Info),
            "files": Verdict::ALL
                .into_iter()
                .map(|verdict| (verdict.name().to_owned(), outcome.n_files(verdict).into()))
                .collect::<serde_json::Map<_, _>>(),
        },
    });
    if let (Some(document), false) = (document.as_object_mut(), outcome.upgrades().is_empty()) {
        document.insert("upgrades".into(), outcome.upgrades().iter().map(upgrade).collect());
    }
    document
}

fn upgrade(upgrade: &Upgrade) -> Value {
    let holds = |holds: &Holds| match holds {
        Holds::Yes => Value::Bool(true),
        Holds::No => Value::Bool(false),
        Holds::Unknown => Value::Null,
    };
    let row =
        |row: &Row| json!({"holds": row.holds.iter().map(holds).collect::<Vec<_>>(), "finding": finding(&row.finding)});
    json!({
        "file": upgrade.file,
        "range": upgrade.range().map(|range| range.to_string()),
        "columns": upgrade.spans.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "right": upgrade.right().map(|span| span.to_string()).collect::<Vec<_>>(),
        "rows": upgrade.rows.iter().map(row).collect::<Vec<_>>(),
    })
}

/// Writes a document as every format of JSON is written: indented, and holding nothing that acts.
pub(crate) fn written(document: &Value) -> String {
    ascii_where_it_acts(&format!("{document:#}\n"))
}

fn item(item: &Item) -> Value {
    json!({
        "file": item.file,
        "kind": item.thing.name(),
        "name": item.name,
        "line": item.line,
        "outcome": item.verdict.name(),
        "reason": item.reason,
    })
}

fn fault(fault: &Fault) -> Value {
    json!({"message": fault.message, "causes": fault.causes, "help": fault.help})
}

pub(crate) fn finding(finding: &Diagnostic) -> Value {
    let Location { file, start, end } = Location::from(&finding.place);
    json!({
        "code": finding.code.id,
        "name": finding.code.name,
        "severity": finding.severity.name(),
        "message": finding.message,
        "file": file,
        "line": start.line,
        "column": start.column,
        "endLine": end.line,
        "endColumn": end.column,
        "object": finding.object,
        "notes": finding.notes.iter().map(note).collect::<Vec<_>>(),
        "help": finding.help,
    })
}

fn acknowledged(suppressed: &Diagnostic) -> Value {
    let mut value = finding(suppressed);
    value["reason"] = suppressed.suppressed.as_ref().map(|why| why.reason.clone()).into();
    value
}

fn note(note: &Note) -> Value {
    let location = note.place.as_ref().map(Location::from);
    json!({
        "message": note.message,
        "file": location.map(|location| location.file),
        "line": location.map(|location| location.start.line),
        "column": location.map(|location| location.start.column),
    })
}

/// Writes characters that act as JSON escapes, and so the bracket of what a CI system takes for a command (`##[name]`).
/// The line breaks of the document itself stay: within strings they are escaped already.
fn ascii_where_it_acts(document: &str) -> String {
    let mut safe = String::with_capacity(document.len());
    // How much of `##name` was just read: nothing, one `#`, or enough for a bracket to make it a command.
    let mut n_read = 0;
    for char in document.chars() {
        let is_command = char == '[' && n_read == 2;
        n_read = match char {
            '#' => (n_read + 1).min(2),
            char if char.is_ascii_alphabetic() && n_read == 2 => 2,
            _ => 0,
        };
        if is_command || (char != '\n' && acts(char)) {
            for unit in char.encode_utf16(&mut [0; 2]) {
                let _infallible = write!(safe, "\\u{unit:04x}");
            }
        } else {
            safe.push(char);
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Findings;
    use crate::diag::codes::MALFORMED_YAML;
    use crate::tree::{Place, Source, SourceKind};

    #[test]
    fn a_document_reads_back_as_it_was_and_holds_nothing_that_acts() {
        let hostile = "\u{1b}[2J\u{202e}\u{e0001}\"\\\u{7f} ##[error] ###vso[";
        let source = Source::new("a.yaml", "a: 1\n", SourceKind::User);
        let place = Place::new(&source, 3..4);
        let mut findings = Findings::new();
        findings.push(Diagnostic::error(&MALFORMED_YAML, &place, hostile).note_at(&place, "n").note("m"));
        let document = document(&Outcome::new(findings));
        assert!(document.chars().all(|char| char == '\n' || !acts(char)), "{document:?}");
        assert!(!document.contains("##[") && !document.contains("##vso["), "{document}");

        let read: Value = serde_json::from_str(&document).unwrap();
        let finding = &read["findings"][0];
        assert_eq!(finding["message"], hostile);
        assert_eq!(
            [&finding["line"], &finding["column"], &finding["endColumn"], &finding["notes"][0]["column"]],
            [1, 4, 5, 4]
        );
        assert!(finding["notes"][1]["file"].is_null());
        assert_eq!(read["summary"]["errors"], 1);
    }
}
