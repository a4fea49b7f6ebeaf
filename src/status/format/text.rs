//! A status for people: the verdict, the parts, the problems, what could not be seen.
//!
//! ```text
//! degraded: prod-eu-1 on https://api.example.com:6443 (OpenShift 4.19.3): claim `registry` is not there
//!
//!   operator    Available=True, Progressing=True (Error), Degraded=False
//!   claim       registry: not there
//!
//! error: claim `registry` is not there
//!   = seen: Config cluster: Progressing=True, reason `Error`: `Unable to apply resources: …`
//!   = cause: …
//!   = change: `storage.pvc` (clusters/prod-eu-1.yaml:12:5): …
//!   = run: `oc -n openshift-image-registry get pvc registry`
//!   = help: run `regcfg explain RC0536`
//! ```
//!
//! Every line goes through [`inert`].

use std::fmt::{self, Write};

use anstyle::{AnsiColor, Style};

use super::super::{Condition, Level, Problem, Status, Unseen, Verdict};
use crate::diag::visible::inert;
use crate::live::Why;

/// The longest message that is quoted; the whole stands in the JSON document.
const LONGEST: usize = 400;

/// How many conditions are quoted for one problem.
const MOST_SEEN: usize = 4;

/// Writes a status.
pub fn text(status: &Status, is_coloured: bool) -> String {
    let mut page = Page { text: String::new(), is_coloured };
    page.verdict(status);
    // Where nobody answers, the first line has said it.
    let (of_host, unseen): (Vec<&Unseen>, Vec<&Unseen>) =
        status.unseen.iter().partition(|unseen| status.verdict == Verdict::Unknown && unseen.why.is_of_the_host());
    for unseen in of_host {
        page.detail("help", &unseen.help);
    }
    if !status.components.is_empty() {
        page.line(format_args!(""));
    }
    let width = status.components.iter().map(|component| component.name.len()).max().unwrap_or_default();
    for component in &status.components {
        let line = format!("{:width$}  {}", component.name, component.says);
        page.line(format_args!("  {}", inert(&line)));
    }
    for problem in &status.problems {
        page.line(format_args!(""));
        page.problem(problem);
    }
    for unseen in unseen {
        page.line(format_args!(""));
        page.unseen(unseen);
    }
    page.text
}

/// Writes the first line of a status.
pub fn headline(status: &Status) -> String {
    let release = status.openshift.as_ref().map(|release| format!(" (OpenShift {release})")).unwrap_or_default();
    let who = match &status.cluster {
        Some(cluster) => format!("{cluster} on {}", status.seen_on),
        None => status.seen_on.clone(),
    };
    inert(&format!("{}: {who}{release}: {}", status.verdict.word(), status.because)).into_owned()
}

struct Page {
    text: String,
    is_coloured: bool,
}

impl Page {
    fn style(&self, style: Style) -> Style {
        if self.is_coloured { style } else { Style::new() }
    }

    fn strong(&self) -> Style {
        self.style(Style::new().bold())
    }

    fn verdict(&mut self, status: &Status) {
        let colour = match status.verdict {
            Verdict::Healthy => AnsiColor::Green,
            Verdict::Progressing => AnsiColor::Cyan,
            Verdict::Degraded | Verdict::Absent => AnsiColor::Red,
            Verdict::Removed | Verdict::Unmanaged | Verdict::Unknown => AnsiColor::Yellow,
        };
        let style = self.style(colour.on_default().bold());
        let line = headline(status);
        let (word, rest) = line.split_once(':').unwrap_or((&line, ""));
        self.line(format_args!("{style}{word}{style:#}:{rest}"));
    }

    fn problem(&mut self, problem: &Problem) {
        let colour = match problem.level {
            Level::Error => AnsiColor::Red,
            Level::Warning => AnsiColor::Yellow,
            Level::Info => AnsiColor::Cyan,
        };
        self.head(colour, problem.level.word(), &problem.title);
        for seen in problem.seen.iter().take(MOST_SEEN) {
            self.detail("seen", &shown(seen));
        }
        if problem.seen.len() > MOST_SEEN {
            self.detail("seen", &format!("{} more", problem.seen.len() - MOST_SEEN));
        }
        self.detail("cause", &problem.cause);
        if let Some(change) = &problem.change {
            let place = change.place.as_ref().map(|place| format!(" ({place})")).unwrap_or_default();
            self.detail("change", &format!("`{}`{place}: {}", change.path, change.says));
        }
        if let Some(command) = &problem.command {
            self.detail("run", command);
        }
        if let Some((last, others)) = problem.codes.split_last() {
            let each = |code: &String| format!("`regcfg explain {code}`");
            let others: Vec<String> = others.iter().map(each).collect();
            let and = if others.is_empty() { "" } else { " and " };
            self.detail("help", &format!("run {}{and}{}", others.join(", "), each(last)));
        }
    }

    fn unseen(&mut self, unseen: &Unseen) {
        let title = match unseen.why {
            Why::Forbidden => format!("no right to read {}", unseen.summary()),
            Why::NotCollected => format!("nothing was collected of {}", unseen.summary()),
            _ => format!("{}: not seen are {}", unseen.message, unseen.summary()),
        };
        self.head(AnsiColor::Yellow, "not seen", &title);
        if unseen.rights.is_empty() {
            self.detail("help", &unseen.help);
            return;
        }
        for rule in unseen.rules() {
            self.detail("rule", &rule);
        }
        self.detail("help", "`deploy/rbac/status.yaml` of regcfg has the rules of this command as roles");
    }

    fn head(&mut self, colour: AnsiColor, word: &str, title: &str) {
        let (style, strong) = (self.style(colour.on_default().bold()), self.strong());
        let line = inert(title).into_owned();
        self.line(format_args!("{style}{word}{style:#}{strong}: {line}{strong:#}"));
    }

    fn detail(&mut self, label: &str, text: &str) {
        let (frame, strong) = (self.style(AnsiColor::Blue.on_default().bold()), self.strong());
        let line = inert(text).into_owned();
        self.line(format_args!("  {frame}={frame:#} {strong}{label}{strong:#}: {line}"));
    }

    fn line(&mut self, line: fmt::Arguments<'_>) {
        let _infallible = writeln!(self.text, "{line}");
    }
}

fn shown(seen: &Condition) -> String {
    let reason = if seen.reason.is_empty() { String::new() } else { format!(", reason `{}`", seen.reason) };
    let cut: String = seen.message.chars().take(LONGEST).collect();
    let more = if cut.len() < seen.message.len() { "…" } else { "" };
    let message = if cut.is_empty() { String::new() } else { format!(": `{cut}{more}`") };
    format!("{}: {}={}{reason}{message}", seen.object, seen.kind, seen.status)
}
