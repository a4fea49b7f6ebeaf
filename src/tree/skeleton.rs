//! Reads YAML text in which values are missing into [`Skeleton`]s: trees with holes, to be filled with values.
//!
//! A hole stands in the text as U+FDD0, its number, U+FDD1, so that no value is ever read as YAML. A hole may be a value,
//! a key or a piece of a scalar; anywhere else it is a finding. What the values are is not known here.

use std::ops::Range;
use std::sync::Arc;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, Span, StrInput};

use super::node::Value;
use super::origin::Place;
use super::parse::DEEPEST;
use super::scalar;
use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};

const OPEN: char = '\u{fdd0}';
const CLOSE: char = '\u{fdd1}';

/// The characters that mark holes, which nobody may write.
pub(crate) const MARKS: [char; 2] = [OPEN, CLOSE];

/// Refuses a text with such a character; `what` it stands in is the beginning of the message.
pub(crate) fn refused_mark(what: &str, place: &Place) -> Diagnostic {
    let message = format!("{what} with U+FDD0 or U+FDD1, which Unicode reserves as no characters");
    Diagnostic::error(&codes::RESERVED_CHARACTER, place, message).help("remove the character")
}

/// The most nodes in one text.
const MOST_NODES: usize = 100_000;

/// A tree with holes.
pub(crate) struct Skeleton {
    /// What it is.
    pub(crate) shape: Shape,
    /// Where it was written.
    pub(crate) place: Place,
}

/// What a skeleton is.
pub(crate) enum Shape {
    /// A scalar without holes.
    Literal(Value),
    /// A plain scalar that is one hole and nothing else, which takes the value with its type.
    Hole(usize),
    /// Text that is made of pieces.
    Text(Vec<Piece>, Style),
    /// A sequence.
    Seq(Vec<Skeleton>),
    /// A mapping from keys, which are literal text, holes or made of pieces.
    Map(Vec<(Skeleton, Skeleton)>),
}

/// A piece of text.
pub(crate) enum Piece {
    /// As written.
    Written(Box<str>),
    /// A hole.
    Hole(usize),
}

/// How text with holes was written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// As a plain scalar or in quotes.
    Inline,
    /// As a block scalar, which ends in a line break of its own.
    Block,
}

/// Text with holes, and what its bytes stand for.
pub(crate) struct Holed<'a> {
    /// The text.
    pub(crate) text: &'a str,
    /// How many holes are in it, numbered from 0.
    pub(crate) n_holes: usize,
    /// Tells where a range of the text was written.
    pub(crate) place: &'a dyn Fn(Range<usize>) -> Place,
    /// Tells where the value of a hole was asked for.
    pub(crate) hole_place: &'a dyn Fn(usize) -> Place,
}

/// Writes a hole.
pub(crate) fn write_hole(text: &mut String, number: usize) {
    text.push(OPEN);
    text.push_str(&number.to_string());
    text.push(CLOSE);
}

/// Reads every document of a text; empty ones are left out. Returns none where an error was added to the findings.
///
/// The second result is the number of nodes.
pub(crate) fn read(holed: &Holed<'_>, findings: &mut Findings) -> Option<(Vec<Skeleton>, usize)> {
    let n_errors = findings.n_errors();
    let mut builder = Builder { holed, findings, n_nodes: 0, n_uses: vec![0; holed.n_holes], stop: false };
    let documents = builder.documents();
    if builder.findings.n_errors() == n_errors {
        builder.check_uses();
    }
    let n_nodes = builder.n_nodes;
    (findings.n_errors() == n_errors).then_some((documents, n_nodes))
}

type Events<'a> = Parser<'a, StrInput<'a>>;

struct Builder<'a> {
    holed: &'a Holed<'a>,
    findings: &'a mut Findings,
    n_nodes: usize,
    /// How often each hole was met in a scalar.
    n_uses: Vec<u32>,
    /// Set once nothing after can be trusted.
    stop: bool,
}

impl Builder<'_> {
    fn documents(&mut self) -> Vec<Skeleton> {
        // Another crate may turn the parser's comments on; nothing here reads them.
        let options = granit_parser::options! {
            emit_comments: false,
            disallow_directives: true,
            flow_nesting_limit: DEEPEST + 1,
            block_nesting_limit: DEEPEST + 1,
        };
        let mut events = Parser::new_from_str_with_options(self.holed.text, options);
        let mut documents = Vec::new();
        while let Some((event, span)) = self.next(&mut events) {
            match event {
                Event::StreamStart | Event::StreamEnd | Event::DocumentStart(..) | Event::DocumentEnd => {}
                event => {
                    let Some(skeleton) = self.node(&mut events, event, span, 0) else { break };
                    if !matches!(skeleton.shape, Shape::Literal(Value::Null)) {
                        documents.push(skeleton);
                    }
                }
            }
        }
        documents
    }

    fn next<'t>(&mut self, events: &mut Events<'t>) -> Option<(Event<'t>, Span)> {
        if self.stop {
            return None;
        }
        match events.next_event()? {
            Ok(next) => Some(next),
            Err(error) => {
                self.stop = true;
                let finding = self.syntax_error(&error);
                self.findings.push(finding);
                None
            }
        }
    }

    fn syntax_error(&self, error: &ScanError) -> Diagnostic {
        let at = error.marker().byte_offset().unwrap_or_default();
        let place = (self.holed.place)(at..at);
        if matches!(error.kind(), ErrorKind::RecursionLimitExceeded) {
            return too_deep(&place);
        }
        let words = error.kind().to_string();
        let finding =
            Diagnostic::error(&codes::RENDERED_YAML, &place, format!("the template renders malformed YAML: {words}"));
        finding.help("correct the template at, or just before, this place; values are never the cause")
    }

    fn place(&self, span: &Span) -> Place {
        (self.holed.place)(span.byte_range().unwrap_or_default())
    }

    /// Builds the node that begins with an event; none where nothing after can be trusted.
    fn node<'t>(&mut self, events: &mut Events<'t>, event: Event<'t>, span: Span, depth: usize) -> Option<Skeleton> {
        let place = self.place(&span);
        self.n_nodes += 1;
        if self.n_nodes > MOST_NODES {
            let message = format!("a template that renders more than {MOST_NODES} values");
            return self.halt(Diagnostic::error(&codes::TEMPLATE_LIMIT, &place, message).help("render less"));
        }
        if depth > DEEPEST {
            return self.halt(too_deep(&place));
        }
        let (anchor, tag) = match &event {
            Event::Scalar(_, _, anchor, tag)
            | Event::SequenceStart(_, anchor, tag)
            | Event::MappingStart(_, anchor, tag) => (*anchor, tag.as_deref()),
            Event::Alias(_) => (1, None),
            _ => {
                let finding = Diagnostic::error(&codes::RENDERED_YAML, &place, "the template renders no value here");
                return self.halt(finding.help("correct the template at, or just before, this place"));
            }
        };
        if anchor > 0 {
            self.refuse_feature(&place, "anchor or alias", "write the value out, or `set` it and place it twice");
        } else if let Some(tag) = tag {
            let what = format!("tag, {}", quoted(&tag.original()));
            self.refuse_feature(&place, &what, "remove the tag; quote the value if text is meant");
        }
        let (shape, place) = match event {
            Event::Scalar(text, style, ..) => (self.scalar(&text, style, &span, &place), place),
            Event::SequenceStart(..) => (self.sequence(events, depth)?, place),
            Event::MappingStart(..) => self.mapping(events, place, depth)?,
            _ => (Shape::Literal(Value::Null), place),
        };
        Some(Skeleton { shape, place })
    }

    fn halt<T>(&mut self, finding: Diagnostic) -> Option<T> {
        self.stop = true;
        self.findings.push(finding);
        None
    }

    fn refuse_feature(&mut self, place: &Place, what: &str, help: &str) {
        let finding = Diagnostic::error(&codes::TEMPLATE_YAML, place, format!("a YAML {what}, in a template"));
        self.findings.push(finding.help(help));
    }

    fn sequence(&mut self, events: &mut Events<'_>, depth: usize) -> Option<Shape> {
        let mut items = Vec::new();
        loop {
            let (event, span) = self.next(events)?;
            if matches!(event, Event::SequenceEnd) {
                return Some(Shape::Seq(items));
            }
            items.push(self.node(events, event, span, depth + 1)?);
        }
    }

    fn mapping(&mut self, events: &mut Events<'_>, mut place: Place, depth: usize) -> Option<(Shape, Place)> {
        let mut entries: Vec<(Skeleton, Skeleton)> = Vec::new();
        loop {
            let (event, span) = self.next(events)?;
            if matches!(event, Event::MappingEnd) {
                break;
            }
            let is_merge = matches!(&event, Event::Scalar(text, ScalarStyle::Plain, ..) if text == "<<");
            let key = self.node(events, event, span, depth + 1)?;
            if is_merge {
                self.refuse_feature(&key.place, "merge key, `<<`", "place the entries in a loop");
            }
            let key = self.key(key);
            let (event, span) = self.next(events)?;
            let value = self.node(events, event, span, depth + 1)?;
            entries.push((key, value));
        }
        // As for trees: the first key stands for the whole mapping.
        if let Some((first, _)) = entries.first() {
            place = Place { start: place.start.min(first.place.start), end: first.place.end, ..place };
        }
        Some((Shape::Map(entries), place))
    }

    /// Makes sure that a key is text, or a hole, of which that is known only once it is filled.
    fn key(&mut self, key: Skeleton) -> Skeleton {
        let Skeleton { shape, place } = key;
        let shape = match shape {
            Shape::Literal(Value::Int(number)) => Shape::Literal(Value::String(number.to_string().into())),
            shape @ (Shape::Literal(Value::String(_)) | Shape::Hole(_) | Shape::Text(..)) => shape,
            shape => {
                let finding = Diagnostic::error(&codes::KEY_NOT_TEXT, &place, "a key that is not text");
                self.findings.push(finding.help("quote the key"));
                shape
            }
        };
        Skeleton { shape, place }
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, span: &Span, place: &Place) -> Shape {
        if text.contains([OPEN, CLOSE]) {
            return self.holed_scalar(text, style, span, place);
        }
        if style != ScalarStyle::Plain {
            return Shape::Literal(Value::String(Arc::from(text)));
        }
        let plain = scalar::resolve(text);
        if let Some(doubt) = plain.doubt {
            let finding = Diagnostic::error(&codes::AMBIGUOUS_SCALAR, place, format!("{} is {doubt}", quoted(text)));
            self.findings.push(finding.help(scalar::help(text)));
        }
        Shape::Literal(plain.value)
    }

    fn holed_scalar(&mut self, text: &str, style: ScalarStyle, span: &Span, place: &Place) -> Shape {
        let written = span.slice(self.holed.text).unwrap_or_default();
        let pieces = pieces(text, self.holed.n_holes);
        // An escape (`"\uFDD0"`) could otherwise name a hole that the template did not place there.
        let (Some(pieces), true) = (pieces, count(written) == count(text)) else {
            self.findings.push(refused_mark("text", place));
            return Shape::Literal(Value::Null);
        };
        for piece in &pieces {
            if let Piece::Hole(number) = piece {
                self.n_uses[*number] += 1;
            }
        }
        match (pieces.as_slice(), style) {
            ([Piece::Hole(number)], ScalarStyle::Plain) => Shape::Hole(*number),
            (_, ScalarStyle::Literal | ScalarStyle::Folded) => Shape::Text(pieces, Style::Block),
            _ => Shape::Text(pieces, Style::Inline),
        }
    }

    /// Refuses holes that are in the text but in no key or value.
    fn check_uses(&mut self) {
        let misplaced = self.n_uses.iter().enumerate().filter(|(_, n_uses)| **n_uses != 1);
        for (number, _) in misplaced {
            let place = (self.holed.hole_place)(number);
            let message = "a value where YAML has none: in a comment, an anchor, a tag or a directive";
            let finding = Diagnostic::error(&codes::VALUE_MISPLACED, &place, message);
            self.findings.push(finding.help("comment out with `{# ... #}`, or place it as a key or a value"));
        }
    }
}

/// Splits text at its holes; none where a mark stands alone or names no hole.
fn pieces(text: &str, n_holes: usize) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(OPEN) {
        let (number, after) = after.split_once(CLOSE)?;
        let number = number.parse().ok().filter(|number| *number < n_holes)?;
        if !before.is_empty() {
            pieces.push(Piece::Written(before.into()));
        }
        pieces.push(Piece::Hole(number));
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Written(rest.into()));
    }
    let stray = |piece: &Piece| matches!(piece, Piece::Written(text) if text.contains(CLOSE));
    (!pieces.iter().any(stray)).then_some(pieces)
}

fn count(text: &str) -> usize {
    text.chars().filter(|char| matches!(*char, OPEN | CLOSE)).count()
}

fn too_deep(place: &Place) -> Diagnostic {
    let message = format!("a template that renders values nested deeper than {DEEPEST} levels");
    Diagnostic::error(&codes::TEMPLATE_LIMIT, place, message).help("nest less")
}
