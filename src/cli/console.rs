//! The three streams of a run, and what goes where.
//!
//! The result goes to standard output, all else to standard error, for Argo CD reads the former as YAML. Findings are the
//! result of `check` and go to standard output there. A command makes its whole result first and prints it once, so that
//! a failure leaves nothing half-printed. Nothing here opens a file.

use std::io::{self, ErrorKind, Read, Write};

use anyhow::{Context, Result};

use super::args::{Colour, DiffFormat, Format};
use super::exit::Exit;
use super::external_diff::ExternalDiff;
use super::failure::{self, OutputClosed};
use crate::diag::Outcome;
use crate::diag::format::{ending, github, gitlab, json, junit, matrix, sarif, text};
use crate::diag::visible::{inert, quoted};
use crate::diff::ClusterDiff;
use crate::diff::format::{Paint, json as diff_json, markdown, summary, unified};
use text::Styles;

/// The streams of a run, and whether each shows colours.
pub struct Console<'a> {
    input: &'a mut dyn Read,
    out: Screen<'a>,
    err: Screen<'a>,
}

struct Screen<'a> {
    stream: &'a mut dyn Write,
    shows_colours: bool,
    is_coloured: bool,
    styles: Styles,
    paint: Paint,
}

impl<'a> Console<'a> {
    /// Makes a console of streams none of which shows colours unless `--color always` says so.
    pub fn new(input: &'a mut dyn Read, out: &'a mut dyn Write, err: &'a mut dyn Write) -> Self {
        let screen = |stream| Screen {
            stream,
            shows_colours: false,
            is_coloured: false,
            styles: Styles::plain(),
            paint: Paint::plain(),
        };
        Self { input, out: screen(out), err: screen(err) }
    }

    /// Says which of standard output and standard error are terminals that show colours.
    #[must_use]
    pub fn with_colours(mut self, out: bool, err: bool) -> Self {
        (self.out.shows_colours, self.err.shows_colours) = (out, err);
        self.set_colour(Colour::Auto);
        self
    }

    /// Follows `--color`.
    pub fn set_colour(&mut self, colour: Colour) {
        for screen in [&mut self.out, &mut self.err] {
            let coloured = match colour {
                Colour::Auto => screen.shows_colours,
                Colour::Always => true,
                Colour::Never => false,
            };
            screen.is_coloured = coloured;
            screen.styles = if coloured { Styles::coloured() } else { Styles::plain() };
            screen.paint = if coloured { Paint::coloured() } else { Paint::plain() };
        }
    }

    /// Tells whether results are shown in colours.
    pub fn colours_results(&self) -> bool {
        self.out.is_coloured
    }

    /// Reads standard input to its end, at most `limit` bytes.
    pub fn read_input(&mut self, limit: u64) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let read = self.input.take(limit + 1).read_to_end(&mut bytes).context("cannot read standard input")?;
        anyhow::ensure!(read as u64 <= limit, "standard input is larger than {} MiB", limit >> 20);
        Ok(bytes)
    }

    /// Prints the result.
    pub fn print(&mut self, result: impl AsRef<[u8]>) -> Result<()> {
        let stream = &mut self.out.stream;
        match stream.write_all(result.as_ref()).and_then(|()| stream.flush()) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Err(OutputClosed.into()),
            Err(error) => Err(error).context("cannot write to standard output"),
        }
    }

    /// Prints findings as the result, and in the format for people how many they are on standard error.
    pub fn print_findings(&mut self, outcome: &Outcome, format: Format) -> Result<()> {
        if !outcome.upgrades().is_empty() && !matches!(format, Format::Text | Format::Json) {
            self.note("what holds on which minor is told in the formats `text` and `json` alone");
        }
        match format {
            Format::Text => {
                let findings = text::findings(outcome, &self.out.styles);
                let parts = [findings, matrix::text(outcome.upgrades()), ending::text(outcome.ending())];
                let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
                self.print(parts.join("\n"))?;
                self.summarise(outcome);
                Ok(())
            }
            Format::Json => self.print(json::document(outcome)),
            Format::Sarif => self.print(sarif::document(outcome, Exit::of(outcome).code())),
            Format::Junit => self.print(junit::report(outcome)),
            Format::Github => {
                self.print(github::commands(outcome))?;
                self.summarise(outcome);
                Ok(())
            }
            Format::Gitlab => self.print(gitlab::document(outcome)),
        }
    }

    /// Prints differences as the result, and the findings of the run within them, or beside them for people.
    ///
    /// Without a format the program shows them that the environment names, as for `kubectl diff`, if it names one; what is
    /// returned is its answer, and otherwise [`Exit::Done`].
    pub fn print_diff(
        &mut self,
        clusters: &[ClusterDiff],
        outcome: &Outcome,
        format: Option<DiffFormat>,
    ) -> Result<Exit> {
        let external = if format.is_none() { ExternalDiff::of_environment()? } else { None };
        let exit = match (format.unwrap_or(DiffFormat::Unified), external) {
            (_, Some(external)) => self.show_by(&external, clusters)?,
            (DiffFormat::Json, _) => return self.print(diff_json::document(clusters, outcome)).map(|()| Exit::Done),
            (DiffFormat::Markdown, _) => {
                let comment = markdown::comment(clusters, outcome, markdown::LONGEST);
                return self.print(comment).map(|()| Exit::Done);
            }
            (DiffFormat::Unified, None) => {
                self.print(unified::text(clusters, &self.out.paint))?;
                Exit::Done
            }
            (DiffFormat::Summary, None) => {
                self.print(summary::text(clusters, &self.out.paint))?;
                Exit::Done
            }
        };
        self.show_findings(outcome);
        Ok(exit)
    }

    /// Lets a program show the differences of each cluster; what comes of them in all stands beside its result.
    fn show_by(&mut self, external: &ExternalDiff, clusters: &[ClusterDiff]) -> Result<Exit> {
        for word in &external.dropped {
            self.note(&format!("{} is no argument that kubectl would pass on, and is left out", quoted(word)));
        }
        let mut exit = Exit::Done;
        for cluster in clusters {
            exit = exit.merge(external.show(cluster)?);
        }
        self.tell(&summary::text(clusters, &self.err.paint));
        Ok(exit)
    }

    /// Shows findings beside another result: on standard error, for people, with how many they are.
    pub fn show_findings(&mut self, outcome: &Outcome) {
        let text = text::findings(outcome, &self.err.styles);
        self.tell(&text);
        self.summarise(outcome);
    }

    /// Shows one line on standard error.
    pub fn note(&mut self, line: &str) {
        self.tell(&format!("{}\n", inert(line)));
    }

    /// Shows an error on standard error; nothing where the reader of the result has gone.
    pub fn show_error(&mut self, error: &anyhow::Error) {
        if !error.is::<OutputClosed>() {
            self.tell(&failure::shown(error, &self.err.styles));
        }
    }

    /// Shows lines on standard error that are safe already.
    pub(super) fn tell(&mut self, lines: &str) {
        // Where standard error cannot be written there is nowhere left to say so; the exit code still tells.
        let _nowhere_left: io::Result<()> =
            self.err.stream.write_all(lines.as_bytes()).and_then(|()| self.err.stream.flush());
    }

    fn summarise(&mut self, outcome: &Outcome) {
        if let Some(summary) = outcome.summary() {
            self.tell(&format!("\n{summary}\n"));
        }
        if let Some(tally) = outcome.tally() {
            self.tell(&format!("{tally}\n"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::codes::MALFORMED_YAML;
    use crate::diag::{Diagnostic, Findings};
    use crate::tree::{Place, Source, SourceKind};

    struct Broken(ErrorKind);

    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn outcome() -> Outcome {
        let mut findings = Findings::new();
        let source = Source::new("a.yaml", "a", SourceKind::User);
        findings.push(Diagnostic::error(&MALFORMED_YAML, &Place::start_of(&source), "x"));
        Outcome::new(findings)
    }

    fn streams(act: impl FnOnce(&mut Console<'_>)) -> [String; 2] {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        act(&mut Console::new(&mut io::empty(), &mut out, &mut err));
        [out, err].map(|bytes| String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn findings_are_the_result_of_a_check_and_beside_the_result_elsewhere() {
        let [out, err] = streams(|console| console.print_findings(&outcome(), Format::Text).unwrap());
        assert!(out.starts_with("error[RC0101]"), "{out}");
        assert_eq!(err, "\n1 error in 1 file\n");
        let [out, err] = streams(|console| console.show_findings(&outcome()));
        assert_eq!(out, "");
        assert!(err.starts_with("error[RC0101]") && err.ends_with("\n\n1 error in 1 file\n"), "{err}");
        let [out, err] = streams(|console| console.print_findings(&outcome(), Format::Json).unwrap());
        assert!(out.starts_with('{') && err.is_empty());
    }

    #[test]
    fn a_reader_that_has_gone_is_no_news_and_a_full_disk_is() {
        for (kind, said) in
            [(ErrorKind::BrokenPipe, ""), (ErrorKind::StorageFull, "error: cannot write to standard output")]
        {
            let mut err = Vec::new();
            let (mut input, mut out) = (io::empty(), Broken(kind));
            let mut console = Console::new(&mut input, &mut out, &mut err);
            let error = console.print("x").unwrap_err();
            console.show_error(&error);
            let err = String::from_utf8(err).unwrap();
            assert!(err.starts_with(said) && err.is_empty() == said.is_empty(), "{err}");
        }
    }

    #[test]
    fn colours_follow_the_terminal_unless_told_otherwise() {
        let coloured = |terminal: bool, colour: Colour| {
            let mut err = Vec::new();
            let (mut input, mut out) = (io::empty(), io::sink());
            let mut console = Console::new(&mut input, &mut out, &mut err).with_colours(false, terminal);
            console.set_colour(colour);
            console.show_error(&anyhow::anyhow!("x"));
            err.contains(&0x1b)
        };
        assert!(coloured(true, Colour::Auto) && !coloured(false, Colour::Auto));
        assert!(coloured(false, Colour::Always) && !coloured(true, Colour::Never));
    }
}
