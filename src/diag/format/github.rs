//! The format for GitHub Actions: one workflow command per finding, errors first.
//!
//! ```text
//! ::error file=clusters/a.yaml,line=4,endLine=4,col=10,endColumn=19,title=RC0201 layer-cycle::`a` extends itself
//! ```
//!
//! GitHub shows at most 10 errors, 10 warnings and 10 notices of a step beside the code, and all of them in the log; so
//! the errors of the machine and the worst findings come first, and the last notice counts the files by what came of
//! them. Nothing but these commands begins with `::`.

use std::fmt::Write;

use super::Outcome;
use crate::diag::visible::inert;
use crate::diag::{Diagnostic, Location, Severity};

/// Writes the commands, each on a line.
pub fn commands(outcome: &Outcome) -> String {
    let mut lines: Vec<String> = Vec::new();
    for fault in outcome.faults() {
        let message = std::iter::once(&fault.message).chain(&fault.causes).cloned().collect::<Vec<_>>().join(": ");
        lines.push(command("error", &[("title", "regcfg has no answer".into())], &message));
    }
    for severity in [Severity::Error, Severity::Warning, Severity::Info] {
        lines.extend(outcome.findings().filter(|finding| finding.severity == severity).map(of_finding));
    }
    if let Some(tally) = outcome.tally() {
        lines.push(command("notice", &[("title", "regcfg".into())], &tally));
    }
    lines.concat()
}

fn of_finding(finding: &Diagnostic) -> String {
    let Location { file, start, end } = Location::from(&finding.place);
    let name = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let mut properties =
        vec![("file", file.to_owned()), ("line", start.line.to_string()), ("endLine", end.line.to_string())];
    // GitHub refuses columns over several lines.
    if start.line == end.line {
        properties.extend([("col", start.column.to_string()), ("endColumn", end.column.to_string())]);
    }
    properties.push(("title", format!("{} {}", finding.code.id, finding.code.name)));
    let mut message = finding.message.clone();
    if let Some(object) = &finding.object {
        let _infallible = write!(message, " ({object})");
    }
    for note in &finding.notes {
        let at = note.place.as_ref().map(|place| format!(": {place}")).unwrap_or_default();
        let _infallible = write!(message, "\nnote: {}{at}", note.message);
    }
    if let Some(help) = &finding.help {
        let _infallible = write!(message, "\nhelp: {help}");
    }
    command(name, &properties, &message)
}

/// Writes one command; the message may have several lines.
fn command(name: &str, properties: &[(&str, String)], message: &str) -> String {
    let properties: Vec<String> = properties.iter().map(|(key, value)| format!("{key}={}", property(value))).collect();
    let lines: Vec<String> = message.split('\n').map(|line| data(&inert(line))).collect();
    format!("::{name} {}::{}\n", properties.join(","), lines.join("%0A"))
}

/// Escapes a message's line as the runner reads it back.
fn data(line: &str) -> String {
    line.replace('%', "%25")
}

/// Escapes a property's value, which a colon or comma would end.
fn property(value: &str) -> String {
    data(&inert(value)).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::codes::MALFORMED_YAML;
    use crate::diag::{Fault, Findings};
    use crate::tree::{Place, Source, SourceKind};

    #[test]
    fn a_finding_is_a_command_that_reads_back() {
        let source = Source::new("a,b:100%.yaml", "a: 1\nb: 2\n", SourceKind::User);
        let place = Place::new(&source, 3..4);
        let mut findings = Findings::new();
        findings.push(Diagnostic::info(&MALFORMED_YAML, &place, "50% done, so: far").help("go on"));
        findings.push(Diagnostic::error(&MALFORMED_YAML, &Place::new(&source, 3..8), "bad").note_at(&place, "here"));
        let fault = Fault { message: "cannot read `x`".into(), causes: vec!["gone".into()], help: None };
        let outcome = Outcome::of_run(Vec::new(), findings, vec![fault]);
        assert_eq!(
            commands(&outcome),
            "::error title=regcfg has no answer::cannot read `x`: gone\n\
             ::error file=a%2Cb%3A100%25.yaml,line=1,endLine=2,title=RC0101 malformed-yaml::bad%0A\
             note: here: a,b:100%25.yaml:1:4\n\
             ::notice file=a%2Cb%3A100%25.yaml,line=1,endLine=1,col=4,endColumn=5,title=RC0101 malformed-yaml::\
             50%25 done, so: far%0Ahelp: go on\n"
        );
    }
}
