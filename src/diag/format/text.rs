//! The format for people.
//!
//! ```text
//! error[RC0203]: `prod-eu-1` extends itself
//!   --> clusters/prod-eu-1.yaml:4:10
//!   = note: layers: prod-eu-1 -> eu-base -> prod-eu-1
//!   = help: remove it, or run `regcfg explain RC0203`
//! ```
//!
//! Every line goes through [`inert`]: nothing in it acts on a terminal, and no CI system takes it for a command.

use std::fmt::{self, Write};

use anstyle::{AnsiColor, Style};

use super::Outcome;
use crate::diag::visible::inert;
use crate::diag::{Diagnostic, Severity};

/// How the parts of a finding look.
#[derive(Clone, Copy, Debug)]
pub struct Styles {
    error: Style,
    warning: Style,
    info: Style,
    strong: Style,
    frame: Style,
}

impl Styles {
    /// Returns styles that change nothing, for what is no terminal.
    pub const fn plain() -> Self {
        let plain = Style::new();
        Self { error: plain, warning: plain, info: plain, strong: plain, frame: plain }
    }

    /// Returns the colours for a terminal.
    pub const fn coloured() -> Self {
        Self {
            error: AnsiColor::Red.on_default().bold(),
            warning: AnsiColor::Yellow.on_default().bold(),
            info: AnsiColor::Cyan.on_default().bold(),
            strong: Style::new().bold(),
            frame: AnsiColor::Blue.on_default().bold(),
        }
    }

    fn of(&self, severity: Severity) -> Style {
        match severity {
            Severity::Error => self.error,
            Severity::Warning => self.warning,
            Severity::Info => self.info,
        }
    }
}

/// Writes the findings, a blank line between each two.
pub fn findings(outcome: &Outcome, styles: &Styles) -> String {
    let blocks: Vec<String> = outcome.findings().map(|finding| block(finding, styles)).collect();
    blocks.join("\n")
}

/// Writes an error of the machine: what failed, why, and what to do about it.
pub fn error(message: &str, causes: &[String], help: Option<&str>, styles: &Styles) -> String {
    let mut lines = Lines::new(styles);
    lines.head(Severity::Error, "", message);
    for cause in causes {
        lines.detail("cause", cause);
    }
    if let Some(help) = help {
        lines.detail("help", help);
    }
    lines.text
}

fn block(finding: &Diagnostic, styles: &Styles) -> String {
    let id = finding.code.id;
    let mut lines = Lines::new(styles);
    lines.head(finding.severity, &format!("[{id}]"), &finding.message);
    lines.pointer(&finding.place.to_string());
    if let Some(object) = &finding.object {
        lines.detail("object", object);
    }
    for note in &finding.notes {
        match &note.place {
            Some(place) => lines.detail("note", &format!("{}: {place}", note.message)),
            None => lines.detail("note", &note.message),
        }
    }
    lines.detail(
        "help",
        &match &finding.help {
            Some(help) if help.ends_with('?') => format!("{help} Or run `regcfg explain {id}`"),
            Some(help) => format!("{help}, or run `regcfg explain {id}`"),
            None => format!("run `regcfg explain {id}`"),
        },
    );
    lines.text
}

/// Lines under way, each made inert as it is added.
struct Lines<'a> {
    text: String,
    styles: &'a Styles,
}

impl<'a> Lines<'a> {
    fn new(styles: &'a Styles) -> Self {
        Self { text: String::new(), styles }
    }

    fn head(&mut self, severity: Severity, code: &str, message: &str) {
        let (severity, name) = (self.styles.of(severity), severity.name());
        let strong = self.styles.strong;
        self.line(format_args!("{severity}{name}{code}{severity:#}{strong}: {}{strong:#}", inert(message)));
    }

    fn pointer(&mut self, place: &str) {
        let frame = self.styles.frame;
        self.line(format_args!("  {frame}-->{frame:#} {}", inert(place)));
    }

    fn detail(&mut self, label: &str, message: &str) {
        let (frame, strong) = (self.styles.frame, self.styles.strong);
        self.line(format_args!("  {frame}={frame:#} {strong}{label}{strong:#}: {}", inert(message)));
    }

    fn line(&mut self, line: fmt::Arguments<'_>) {
        let _infallible = writeln!(self.text, "{line}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Findings;
    use crate::diag::codes::MALFORMED_YAML;
    use crate::tree::{Place, Source, SourceKind};

    fn shown(finding: Diagnostic, styles: &Styles) -> String {
        let mut findings = Findings::new();
        findings.push(finding);
        super::findings(&Outcome::new(findings), styles)
    }

    fn place() -> Place {
        Place::new(&Source::new("clusters/a.yaml", "a: 1\nb: 2\n", SourceKind::User), 8..9)
    }

    #[test]
    fn a_finding_has_cause_place_notes_and_one_help() {
        let finding = Diagnostic::error(&MALFORMED_YAML, &place(), "`a` extends itself")
            .note("layers: a -> b -> a")
            .note_at(&place(), "made with this value")
            .object("Secret openshift-image-registry/keys")
            .help("remove it");
        assert_eq!(
            shown(finding, &Styles::plain()),
            "error[RC0101]: `a` extends itself\n  --> clusters/a.yaml:2:4\n  \
             = object: Secret openshift-image-registry/keys\n  = note: layers: a -> b -> a\n  \
             = note: made with this value: clusters/a.yaml:2:4\n  = help: remove it, or run `regcfg explain RC0101`\n"
        );
    }

    #[test]
    fn nothing_in_a_finding_acts_on_a_terminal_or_a_ci_system() {
        let hostile = "\u{1b}[2J\n::error::x\r##[error]y\u{202e}";
        let source = Source::new(hostile, "", SourceKind::User);
        let finding = Diagnostic::warning(&MALFORMED_YAML, &Place::start_of(&source), hostile)
            .note(hostile)
            .help(hostile)
            .object(hostile);
        let text = shown(finding, &Styles::plain());
        assert_eq!(text.lines().count(), 5);
        assert!(text.chars().all(|char| char == '\n' || !crate::diag::visible::acts(char)), "{text:?}");
        assert!(!text.contains("##["), "{text}");
        assert!(text.lines().all(|line| !line.trim_start().starts_with("::")), "{text}");
    }

    #[test]
    fn colours_add_nothing_but_escape_sequences() {
        let finding = || Diagnostic::error(&MALFORMED_YAML, &place(), "x").help("y");
        let coloured = shown(finding(), &Styles::coloured());
        let escapes = regex::Regex::new("\u{1b}\\[[0-9;]*m").unwrap();
        assert!(coloured.contains("\u{1b}["));
        assert_eq!(escapes.replace_all(&coloured, ""), shown(finding(), &Styles::plain()));
    }
}
