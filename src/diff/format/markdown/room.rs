//! What fits into a comment: the heading always, then lists, then a line for every object, then diffs, as long as there is
//! room. What is left out is counted.

use std::fmt::Write;

use super::safe::{Line, fence};
use crate::diff::format::words::counted;

/// What the last words take that say what was left out.
const LAST_WORDS: usize = 400;

/// A comment before it is known what of it fits.
#[derive(Debug)]
pub(super) struct Comment {
    /// Its first line.
    pub(super) heading: String,
    /// What stands below it.
    pub(super) top: String,
    /// What stands at its end.
    pub(super) lists: Vec<String>,
    /// Its objects.
    pub(super) sections: Vec<Section>,
}

/// The objects of clusters that are alike.
#[derive(Debug)]
pub(super) struct Section {
    /// Which clusters they are of.
    pub(super) heading: String,
    /// The objects.
    pub(super) blocks: Vec<Block>,
}

/// An object, folded away.
#[derive(Debug)]
pub(super) struct Block {
    /// What is seen of it, and its notes.
    pub(super) head: String,
    /// Of which cluster the diff is; nothing where there is only one.
    pub(super) example: String,
    /// The lines of its diff.
    pub(super) lines: Vec<Line>,
}

/// What was left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Cut {
    objects: usize,
    lines: usize,
    shortened: usize,
    lists: usize,
}

/// What the words take that say how many lines of a diff are not shown.
const MORE: usize = 80;

/// What stands behind a block.
const END: &str = "\n</details>\n\n";

impl Comment {
    /// Writes as much of the comment as so many characters hold.
    pub(super) fn within(self, longest: usize) -> String {
        let mut left = longest.saturating_sub(size(&self.heading) + LAST_WORDS);
        let mut cut = Cut::default();
        let mut take = |text: &str| {
            let fits = size(text) <= left;
            left -= if fits { size(text) } else { 0 };
            fits
        };
        let shows_top = take(&self.top);
        let lists: Vec<&String> = self.lists.iter().filter(|list| take(list)).collect();
        cut.lists = self.lists.len() - lists.len() + usize::from(!shows_top);
        // Once something does not fit, nothing after it is shown: what is missing is at one place.
        let mut is_full = false;
        let mut shown = Vec::new();
        for section in &self.sections {
            is_full |= !take(&section.heading);
            let mut blocks = Vec::new();
            for block in &section.blocks {
                is_full |= !take(&format!("{}{END}", block.head));
                if is_full { cut.objects += 1 } else { blocks.push(block) }
            }
            if !blocks.is_empty() {
                shown.push((&section.heading, blocks));
            }
        }
        let mut out = self.heading.clone();
        out += if shows_top { &self.top } else { "" };
        for (heading, blocks) in shown {
            out += heading;
            for block in blocks {
                out += &block.head;
                block.diff_within(&mut left, &mut out, &mut cut);
                out += END;
            }
        }
        out.extend(lists.into_iter().map(String::as_str));
        out += &cut.words(longest);
        // Less room than for the words that say so: the heading is all, and there is nothing of others' in it.
        if size(&out) <= longest { out } else { self.heading.chars().take(longest).collect() }
    }
}

impl Block {
    /// Writes the lines of the diff that fit, and how many do not.
    fn diff_within(&self, left: &mut usize, out: &mut String, cut: &mut Cut) {
        if self.lines.is_empty() {
            return;
        }
        let fence = fence(&self.lines);
        let frame = size(&self.example) + 2 * fence.len() + "\n\ndiff\n\n".len() + MORE;
        let mut room = left.saturating_sub(frame);
        let fits = |line: &&Line| {
            let needs = size(&line.text) + 1;
            let fits = needs <= room;
            room = room.saturating_sub(needs);
            fits
        };
        let shown: Vec<&Line> = self.lines.iter().take_while(fits).collect();
        let missing = self.lines.len() - shown.len();
        cut.lines += missing;
        if !shown.is_empty() {
            *left = room.min(*left);
            cut.shortened += shown.iter().filter(|line| line.is_cut).count();
            let _infallible = write!(out, "{}\n{fence}diff\n", self.example);
            for line in shown {
                let _infallible = writeln!(out, "{}", line.text);
            }
            let _infallible = writeln!(out, "{fence}");
        }
        if missing > 0 && *left >= MORE {
            *left -= MORE;
            let _infallible = writeln!(out, "\n<p>{} not shown</p>", counted(missing, "line"));
        }
    }
}

impl Cut {
    /// Says what was left out; nothing where nothing was.
    fn words(self, longest: usize) -> String {
        let counts = [
            (self.objects, "object"),
            (self.lines, "line"),
            (self.shortened, "end of a long line"),
            (self.lists, "list"),
        ];
        let said: Vec<String> = counts
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, noun)| match noun {
                "end of a long line" if count > 1 => format!("{count} ends of long lines"),
                noun => counted(count, noun),
            })
            .collect();
        if said.is_empty() {
            return String::new();
        }
        format!(
            "<p><b>Not shown, for a comment has at most {longest} characters: {}.</b> \
             <code>regcfg diff</code> in a terminal shows all.</p>\n",
            said.join(", ")
        )
    }
}

/// Returns how many characters a text has, as GitHub counts them.
fn size(text: &str) -> usize {
    text.chars().count()
}
