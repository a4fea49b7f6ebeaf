//! Where a value was written: a source text, a byte range in it, and what brought the value here.
//!
//! A [`Place`] is exact and cheap to copy about; lines and columns are computed only when a finding is shown.

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

/// A text that values come from: a file of the user, a profile's file, a template, or a rendered object.
pub struct Source {
    name: String,
    text: String,
    kind: SourceKind,
    marks: OnceLock<Marks>,
    /// The ranges of values that may be secrets, ascending.
    hidden: OnceLock<Box<[Range<u32>]>>,
}

/// What makes a position cheap, also in a line of megabytes.
struct Marks {
    /// Where each line begins.
    lines: Vec<u32>,
    /// How many code points begin before each block of [`BLOCK`] bytes.
    counts: Vec<u32>,
}

/// The bytes that are counted anew for each position.
const BLOCK: usize = 1024;

/// Who wrote a source, which decides whether a finding may point there first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceKind {
    /// A file of the user: spec, layer, project file, manifest, standard input.
    User,
    /// A file of a profile: its defaults or one of its templates.
    Profile,
}

impl Source {
    /// Makes a source named as a finding shall show it, for instance `clusters/prod.yaml`.
    pub fn new(name: impl Into<String>, text: impl Into<String>, kind: SourceKind) -> Arc<Self> {
        Arc::new(Self { name: name.into(), text: text.into(), kind, marks: OnceLock::new(), hidden: OnceLock::new() })
    }

    /// Returns the name under which findings show this source.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns who wrote the text.
    pub fn kind(&self) -> SourceKind {
        self.kind
    }

    /// Notes the ranges of values that may be secrets; the first reader of the text says it for all.
    pub(super) fn hide(&self, mut ranges: Vec<Range<u32>>) {
        ranges.sort_unstable_by_key(|range| range.start);
        let _said_already = self.hidden.set(ranges.into());
    }

    fn is_hidden(&self, range: Range<u32>) -> bool {
        let hidden = self.hidden.get().map_or(&[][..], |hidden| hidden);
        // Values do not overlap, so those that begin before the end of the range end before one another, too.
        let before = hidden.partition_point(|value| value.start < range.end.max(range.start + 1));
        before.checked_sub(1).is_some_and(|last| hidden[last].end > range.start)
    }

    /// Returns the line and column of a byte offset, both from 1; columns count code points.
    pub fn position(&self, offset: u32) -> Position {
        let marks = self.marks.get_or_init(|| Marks::of(&self.text));
        let line = marks.lines.partition_point(|start| *start <= offset).max(1);
        let start = marks.lines[line - 1] as usize;
        let end = (offset as usize).min(self.text.len());
        let column = self.n_chars(marks, end).saturating_sub(self.n_chars(marks, start));
        Position { line: line as u32, column: column + 1 }
    }

    /// Counts the code points that begin before an offset.
    fn n_chars(&self, marks: &Marks, offset: usize) -> u32 {
        let block = offset / BLOCK;
        let before = marks.counts.get(block).copied().unwrap_or_default();
        before + n_starts(&self.text.as_bytes()[block * BLOCK..offset])
    }
}

impl Marks {
    fn of(text: &str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let lines = std::iter::once(0).chain(breaks.map(|(at, _)| at as u32 + 1)).collect();
        let mut n_before = 0;
        let counts = std::iter::once(0).chain(text.as_bytes().chunks(BLOCK).map(|block| {
            n_before += n_starts(block);
            n_before
        }));
        Self { lines, counts: counts.collect() }
    }
}

/// Counts the bytes at which a code point begins.
fn n_starts(bytes: &[u8]) -> u32 {
    bytes.iter().map(|byte| u32::from(byte & 0xc0 != 0x80)).sum()
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("name", &self.name).finish_non_exhaustive()
    }
}

/// A line and a column, both from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line, from 1.
    pub line: u32,
    /// The column in code points, from 1.
    pub column: u32,
}

/// A byte range in a source.
#[derive(Clone)]
pub struct Place {
    /// The text.
    pub source: Arc<Source>,
    /// The first byte.
    pub start: u32,
    /// The byte after the last one.
    pub end: u32,
}

impl Place {
    /// Makes a place from a byte range of a source.
    pub fn new(source: &Arc<Source>, range: Range<usize>) -> Self {
        let clamp = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self { source: Arc::clone(source), start: clamp(range.start), end: clamp(range.end) }
    }

    /// Makes the place that stands for a whole source: its first character.
    pub fn start_of(source: &Arc<Source>) -> Self {
        Self::new(source, 0..0)
    }

    /// Returns where the place begins.
    pub fn position(&self) -> Position {
        self.source.position(self.start)
    }

    /// Returns the text at the place, empty where the range does not fit the text.
    pub fn text(&self) -> &str {
        self.source.text().get(self.start as usize..self.end as usize).unwrap_or_default()
    }

    /// Tells whether a value stands here that may be a secret, so that neither it nor its end is said.
    pub fn is_hidden(&self) -> bool {
        self.source.is_hidden(self.start..self.end)
    }

    /// Tells whether a user wrote this place.
    pub fn is_users(&self) -> bool {
        self.source.kind() == SourceKind::User
    }
}

impl PartialEq for Place {
    fn eq(&self, other: &Self) -> bool {
        self.start == other.start && self.end == other.end && self.source.name() == other.source.name()
    }
}

impl Eq for Place {}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// Shows `file:line:column`.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Position { line, column } = self.position();
        write!(f, "{}:{line}:{column}", self.source.name())
    }
}

/// Where a value comes from: its place, and for a rendered value the template that put it where it is.
///
/// The guarantee: exact for values placed whole, a set ([`Origin::places`]) for values derived from several, otherwise
/// the template's own place.
#[derive(Clone, PartialEq, Eq)]
pub struct Origin {
    place: Place,
    via: Option<Arc<Via>>,
}

#[derive(Clone, PartialEq, Eq)]
struct Via {
    template: Place,
    also: Vec<Place>,
}

impl Origin {
    /// The origin of a value that stands in a text as it is.
    pub fn at(place: Place) -> Self {
        Self { place, via: None }
    }

    /// The origin of a value that a template placed: the places it was made of, then the template's.
    ///
    /// Without any place the template's own place is the origin.
    pub fn rendered(places: impl IntoIterator<Item = Place>, template: Place) -> Self {
        let mut places = places.into_iter();
        match places.next() {
            Some(place) => {
                let also = places.filter(|other| *other != place).collect();
                Self { place, via: Some(Arc::new(Via { template, also })) }
            }
            None => Self::at(template),
        }
    }

    /// Returns the first place, the one that a finding points at.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Returns every place that the value was made of, the first one first.
    pub fn places(&self) -> impl Iterator<Item = &Place> {
        std::iter::once(&self.place).chain(self.via.iter().flat_map(|via| via.also.iter()))
    }

    /// Tells whether something that may be a secret went into the value.
    pub fn is_hidden(&self) -> bool {
        self.places().any(Place::is_hidden)
    }

    /// Returns the place in the template that put the value where it is, if a template did.
    pub fn template(&self) -> Option<&Place> {
        self.via.as_ref().map(|via| &via.template)
    }
}

impl From<Place> for Origin {
    fn from(place: Place) -> Self {
        Self::at(place)
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.place)?;
        match self.template() {
            Some(template) => write!(f, " via {template}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_code_points_from_one() {
        let source = Source::new("a.yaml", "ä: 1\nb: é x\n", SourceKind::User);
        assert_eq!(source.position(0), Position { line: 1, column: 1 });
        let x = source.text().find('x').unwrap();
        assert_eq!(Place::new(&source, x..x + 1).to_string(), "a.yaml:2:6");
    }

    #[test]
    fn positions_in_a_long_line_are_those_of_counting_it() {
        let text = "aé漢\n😀".repeat(10).replace('\n', "") + &"é漢b".repeat(3000);
        let source = Source::new("a.yaml", text.clone(), SourceKind::User);
        for (n_before, (at, _)) in text.char_indices().enumerate() {
            assert_eq!(source.position(at as u32).column as usize, n_before + 1);
        }
        assert_eq!(source.position(u32::MAX).column as usize, text.chars().count() + 1);
    }
}
