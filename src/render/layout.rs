//! Which text of a template is written: all but the lines that hold nothing but statements and comments.
//!
//! Such a line vanishes with its line break, as if it were not there; a tag at the end of a line of text does not take
//! the line break with it. Texts come in as the lexer finds them; their kept parts go out.

use super::program::Stretch;

/// The kept part of each text, by where the text begins.
pub(super) struct Layout {
    texts: Vec<(usize, Stretch)>,
}

impl Layout {
    /// Returns what is kept of the text that begins at a byte.
    pub(super) fn kept(&self, start: usize) -> Stretch {
        match self.texts.binary_search_by_key(&start, |(start, _)| *start) {
            Ok(at) => self.texts[at].1,
            Err(_) => Stretch { start, end: start },
        }
    }
}

/// Takes the texts and holes of a template in order.
pub(super) struct Builder<'a> {
    text: &'a str,
    texts: Vec<(usize, Stretch)>,
    /// The end of what was seen, after which a text begins at once unless a tag stands between.
    seen: usize,
    line: Line,
}

/// What the line at hand is made of.
#[derive(Default)]
struct Line {
    has_tag: bool,
    has_value: bool,
    has_text: bool,
    /// The parts of texts on it: which text, and from where to where.
    parts: Vec<(usize, Stretch)>,
}

impl<'a> Builder<'a> {
    /// Begins with a template's first byte.
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, texts: Vec::new(), seen: 0, line: Line::default() }
    }

    /// Adds a hole.
    pub(super) fn hole(&mut self) {
        self.line.has_value = true;
    }

    /// Adds a text; tags, or comments, stood since the last one.
    pub(super) fn text(&mut self, start: usize, raw: &str) {
        self.line.has_tag |= start > self.seen;
        let number = self.texts.len();
        self.texts.push((start, Stretch { start, end: start + raw.len() }));
        let mut at = start;
        for part in raw.split_inclusive('\n') {
            let stretch = Stretch { start: at, end: at + part.len() };
            at = stretch.end;
            self.line.has_text |= !part.trim_matches([' ', '\t', '\r', '\n']).is_empty();
            self.line.parts.push((number, stretch));
            if part.ends_with('\n') {
                self.end_line();
            }
        }
        self.seen = at;
    }

    /// Ends with the template's last byte.
    pub(super) fn finish(mut self) -> Layout {
        self.line.has_tag |= self.seen < self.text.len();
        self.end_line();
        Layout { texts: self.texts }
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        if !line.has_tag || line.has_value || line.has_text {
            return;
        }
        for (number, part) in line.parts {
            // A part that vanishes is the first or the last of its text, since a tag stands beside it.
            let kept = &mut self.texts[number].1;
            if part.start == kept.start {
                kept.start = part.end;
            } else {
                kept.end = part.start;
            }
        }
    }
}
