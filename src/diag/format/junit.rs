//! The format for JUnit reports: a `testsuite` for each file, a `testcase` for each thing that was looked at in it.
//!
//! | what came of it | in the report |
//! | --- | --- |
//! | valid | a `testcase`; warnings and infos on it are its `system-out` |
//! | invalid | a `failure` with every finding |
//! | no answer | an `error` |
//! | not checked, skipped | `skipped`, which says why |
//!
//! Findings are those of the text format; one that concerns several things, such as a shared layer, stands with each. Times
//! are 0, so that the same files give the same report.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::{Outcome, text};
use crate::diag::visible::{acts, inert};
use crate::diag::{Diagnostic, Fault, Findings, Item, Thing, Verdict};

/// The suite of what belongs to no file.
const RUN: &str = "regcfg";

/// Writes the report.
pub fn report(outcome: &Outcome) -> String {
    let mut suites: BTreeMap<&str, Vec<Case>> = BTreeMap::new();
    let mut said: BTreeSet<Said<'_>> = BTreeSet::new();
    for item in outcome.items() {
        said.extend(item.findings.iter().map(key));
        suites.entry(&item.file).or_default().push(Case::of(item));
    }
    let is_of_item = |fault: &&Fault| outcome.items().iter().any(|item| item.reason.as_ref() == Some(&fault.message));
    let faults: Vec<Case> = outcome.faults().iter().filter(|fault| !is_of_item(fault)).map(Case::of_fault).collect();
    if !faults.is_empty() {
        suites.entry(RUN).or_default().extend(faults);
    }
    // What was found on no single thing, such as a directory that cannot be listed.
    for finding in outcome.findings().filter(|finding| !said.contains(&key(finding))) {
        suites.entry(finding.place.source.name()).or_default().push(Case::of_finding(finding));
    }
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _infallible = writeln!(xml, "<testsuites name=\"regcfg\" {} time=\"0\">", counts(suites.values().flatten()));
    for (file, cases) in &suites {
        let n_skipped = cases.iter().filter(|case| case.is_skipped()).count();
        let (file, counts) = (attribute(file), counts(cases));
        let _infallible = writeln!(xml, "  <testsuite name=\"{file}\" {counts} skipped=\"{n_skipped}\" time=\"0\">");
        for case in cases {
            xml += &case.element();
        }
        xml += "  </testsuite>\n";
    }
    xml + "</testsuites>\n"
}

/// What tells findings apart.
type Said<'f> = (&'f str, &'f str, u32, &'f str);

fn key(finding: &Diagnostic) -> Said<'_> {
    (finding.code.id, finding.place.source.name(), finding.place.start, &finding.message)
}

/// A `testcase`.
struct Case {
    name: String,
    class: &'static str,
    verdict: Verdict,
    /// The first line of what came of it.
    message: String,
    /// What was found, as people read it.
    body: String,
}

impl Case {
    fn of(item: &Item) -> Self {
        let class = match item.thing {
            Thing::Spec => "regcfg.spec",
            Thing::Layer => "regcfg.layer",
            Thing::Project => "regcfg.project",
            Thing::Policy => "regcfg.policy",
            Thing::Object => "regcfg.object",
            Thing::File => "regcfg.file",
        };
        let first = item.findings.iter().find(|finding| finding.is_error());
        let message = item.reason.clone().or_else(|| first.map(|first| first.message.clone()));
        Self {
            name: item.name.clone().unwrap_or_else(|| item.file.clone()),
            class,
            verdict: item.verdict,
            message: message.unwrap_or_default(),
            body: shown(item.findings.clone()),
        }
    }

    fn of_fault(fault: &Fault) -> Self {
        Self {
            name: fault.message.clone(),
            class: "regcfg.run",
            verdict: Verdict::Error,
            message: fault.message.clone(),
            body: text::error(&fault.message, &fault.causes, fault.help.as_deref(), &text::Styles::plain()),
        }
    }

    fn of_finding(finding: &Diagnostic) -> Self {
        let mut findings = Findings::new();
        findings.push(finding.clone());
        let verdict = if findings.has_errors() { Verdict::Invalid } else { Verdict::Valid };
        Self {
            name: finding.code.name.to_owned(),
            class: "regcfg.run",
            verdict,
            message: finding.message.clone(),
            body: shown(findings),
        }
    }

    fn is_skipped(&self) -> bool {
        matches!(self.verdict, Verdict::Skipped | Verdict::NotChecked)
    }

    fn element(&self) -> String {
        let (name, class) = (attribute(&self.name), self.class);
        let open = format!("    <testcase name=\"{name}\" classname=\"{class}\" time=\"0\"");
        let (message, body) = (attribute(&self.message), content(&self.body));
        let out = if body.is_empty() { String::new() } else { format!("      <system-out>{body}</system-out>\n") };
        let inner = match self.verdict {
            Verdict::Valid if body.is_empty() => return format!("{open}/>\n"),
            Verdict::Valid => out,
            Verdict::Invalid => format!("      <failure message=\"{message}\" type=\"invalid\">{body}</failure>\n"),
            Verdict::Error => format!("      <error message=\"{message}\" type=\"error\">{body}</error>\n"),
            Verdict::NotChecked => format!("      <skipped message=\"not checked: {message}\"/>\n{out}"),
            Verdict::Skipped => format!("      <skipped message=\"{message}\"/>\n{out}"),
        };
        format!("{open}>\n{inner}    </testcase>\n")
    }
}

fn shown(findings: Findings) -> String {
    text::findings(&Outcome::new(findings), &text::Styles::plain())
}

fn counts<'c>(cases: impl IntoIterator<Item = &'c Case>) -> String {
    let verdicts: Vec<Verdict> = cases.into_iter().map(|case| case.verdict).collect();
    let n = |of: Verdict| verdicts.iter().filter(|verdict| **verdict == of).count();
    format!("tests=\"{}\" failures=\"{}\" errors=\"{}\"", verdicts.len(), n(Verdict::Invalid), n(Verdict::Error))
}

/// Writes text for an attribute: one line that acts nowhere.
fn attribute(text: &str) -> String {
    escaped(&inert(text)).replace('"', "&quot;")
}

/// Writes lines, each inert already, as an element's content.
fn content(lines: &str) -> String {
    escaped(lines.trim_end())
}

/// Escapes what XML reads otherwise. Characters that XML 1.0 cannot hold at all are those that [`inert`] has written as
/// their code points; any that came another way is.
fn escaped(text: &str) -> String {
    let mut xml = String::with_capacity(text.len() + 16);
    for char in text.chars() {
        match char {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            char if char != '\n' && acts(char) => {
                let _infallible = write!(xml, "\\u{{{:x}}}", char as u32);
            }
            char => xml.push(char),
        }
    }
    xml
}
