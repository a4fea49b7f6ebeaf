//! The format for GitLab's Code Quality reports: one JSON array of issues.
//!
//! | what | severity |
//! | --- | --- |
//! | no answer (an unreadable file, an internal error) | blocker |
//! | error | critical |
//! | warning | minor |
//! | info; a file that was skipped | info |
//!
//! Paths are as the user names files, so a job runs at the root of the repository. An issue keeps its fingerprint as long
//! as its file, object, code and message stay, on whatever line. What is valid is no issue.

use std::fmt::Write;

use serde_json::{Value, json};

use super::Outcome;
use super::fingerprint::{fingerprints, of_texts};
use crate::diag::{Diagnostic, Fault, Item, Location, Severity, Verdict};

/// Where an issue stands that is about no file.
const NOWHERE: &str = ".";

/// Writes the array, with a line break at its end.
pub fn document(outcome: &Outcome) -> String {
    let faults = outcome.faults().iter().map(of_fault);
    let findings = outcome.findings().zip(fingerprints(outcome)).map(|(finding, print)| of_finding(finding, &print));
    let skipped = outcome.items().iter().filter(|item| item.verdict == Verdict::Skipped).map(of_skipped);
    let issues: Vec<Value> = faults.chain(findings).chain(skipped).collect();
    super::json::written(&Value::from(issues))
}

fn of_finding(finding: &Diagnostic, fingerprint: &str) -> Value {
    let Location { file, start, end } = Location::from(&finding.place);
    let (severity, category) = match finding.severity {
        Severity::Error => ("critical", "Bug Risk"),
        Severity::Warning => ("minor", "Bug Risk"),
        Severity::Info => ("info", "Clarity"),
    };
    let description = match &finding.object {
        Some(object) => format!("{} ({object})", finding.message),
        None => finding.message.clone(),
    };
    let mut body = format!("{description}\n");
    for note in &finding.notes {
        let at = note.place.as_ref().map(|place| format!(": {place}")).unwrap_or_default();
        let _infallible = write!(body, "\n- {}{at}", note.message);
    }
    if let Some(help) = &finding.help {
        let _infallible = write!(body, "\n- help: {help}");
    }
    json!({
        "type": "issue",
        "check_name": finding.code.id,
        "description": description,
        "content": {"body": body},
        "categories": [category],
        "severity": severity,
        "fingerprint": fingerprint,
        "location": {"path": path(file), "lines": {"begin": start.line, "end": end.line}},
    })
}

fn of_fault(fault: &Fault) -> Value {
    let description = std::iter::once(&fault.message).chain(&fault.causes).cloned().collect::<Vec<_>>().join(": ");
    issue("no-answer", &description, NOWHERE, "blocker")
}

fn of_skipped(item: &Item) -> Value {
    let reason = item.reason.as_deref().unwrap_or_default();
    issue("skipped", &format!("skipped: {reason}"), &item.file, "info")
}

/// Makes an issue that is no finding.
fn issue(name: &str, description: &str, file: &str, severity: &str) -> Value {
    json!({
        "type": "issue",
        "check_name": name,
        "description": description,
        "categories": ["Compatibility"],
        "severity": severity,
        "fingerprint": of_texts(&[name, file, description]),
        "location": {"path": path(file), "lines": {"begin": 1, "end": 1}},
    })
}

/// Returns a path as GitLab wants it: relative, without `./`.
fn path(file: &str) -> &str {
    file.strip_prefix("./").unwrap_or(file)
}
