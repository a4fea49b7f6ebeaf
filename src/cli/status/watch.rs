//! `--watch`: looks until every registry has settled, and prints what changes.

use std::thread;
use std::time::Instant;

use anyhow::Result;

use super::{Console, Exit, StatusArgs, StatusFormat, Subject, at_once, exit};
use crate::status::format::{json, text};
use crate::status::watch::{Next, Watch};
use crate::status::{Status, Verdict};

/// A cluster that is watched.
struct Watched<'s> {
    subject: &'s Subject<'s>,
    watch: Watch,
    next: Next,
}

/// Watches clusters until each has settled or will not, or the time is over.
pub(super) fn watch(subjects: &[Subject<'_>], args: &StatusArgs, console: &mut Console<'_>) -> Result<Exit> {
    let begin = Instant::now();
    let mut watched: Vec<Watched<'_>> =
        subjects.iter().map(|subject| Watched { subject, watch: Watch::default(), next: Next::Wait }).collect();
    loop {
        let waiting: Vec<usize> = (0..watched.len()).filter(|at| watched[*at].next == Next::Wait).collect();
        let statuses = at_once(&waiting, |at| watched[*at].subject.look());
        let left = args.cluster.timeout.checked_sub(begin.elapsed());
        for (at, status) in waiting.into_iter().zip(statuses) {
            // What came after the end only says that the time is over.
            let is_cut_off = left.is_none() && status.verdict == Verdict::Unknown;
            if !is_cut_off {
                watched[at].take(status, args.format, subjects.len() > 1, console)?;
            }
        }
        let is_over = left.is_none_or(|left| left <= args.interval);
        if is_over || watched.iter().all(|watched| watched.next != Next::Wait) {
            break;
        }
        thread::sleep(args.interval);
    }
    let exits: Vec<Exit> = watched.iter().map(|watched| watched.end(args, console)).collect::<Result<_>>()?;
    Ok(exits.into_iter().collect())
}

impl Watched<'_> {
    fn take(
        &mut self,
        status: Status,
        format: StatusFormat,
        is_one_of_many: bool,
        console: &mut Console<'_>,
    ) -> Result<()> {
        let name = status.cluster.clone().unwrap_or_else(|| status.seen_on.clone());
        let document = (format == StatusFormat::Json).then(|| json::line(&status));
        let (lines, next) = self.watch.take(status);
        self.next = next;
        if lines.is_empty() {
            return Ok(());
        }
        if let Some(document) = document {
            return console.print(document);
        }
        for line in lines {
            let line = if is_one_of_many {
                format!("{}: {}", crate::diag::visible::inert(&name), line.trim_start())
            } else {
                line
            };
            console.print(format!("{line}\n"))?;
        }
        Ok(())
    }

    /// Says what came of it: where it did not settle, the whole status, and what it was that ended the watching.
    fn end(&self, args: &StatusArgs, console: &mut Console<'_>) -> Result<Exit> {
        let Some(last) = self.watch.last() else { return Ok(Exit::NoAnswer) };
        let answer = exit(last, self.subject.written().as_ref());
        let why = match self.next {
            Next::Settled => return Ok(answer),
            Next::Stuck => "this does not pass by itself",
            Next::Blind => "nothing that tells can be read",
            Next::Wait => "the time of `--timeout` is over",
        };
        if args.format == StatusFormat::Text {
            let is_coloured = console.colours_results();
            console.print(format!("\n{}", text::text(last, is_coloured)))?;
        }
        console.note(why);
        Ok(if answer == Exit::Done { Exit::No } else { answer })
    }
}
