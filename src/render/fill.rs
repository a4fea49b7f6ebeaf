//! Puts the values of holes into a skeleton: a value where a whole value stands, text where it stands among text.

use std::sync::Arc;

use indexmap::map::Entry as Slot;

use super::fault::Fault;
use super::machine::{Hole, Written, add_place};
use super::meter::{Limit, Meter};
use super::program::Program;
use super::value::{Val, to_text, type_name};
use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::tree::skeleton::{Piece, Shape, Skeleton, Style};
use crate::tree::{Entry, Map, Node, Origin, Place, Value};

/// Fills one document; returns none where an error was added to the findings.
pub(super) fn fill(
    program: &Program,
    skeleton: &Skeleton,
    written: &mut Written<'_>,
    fallback: &Node,
    findings: &mut Findings,
) -> Option<Node> {
    let Written { holes, meter, .. } = written;
    Filler { program, holes, meter, fallback, findings }.node(skeleton)
}

struct Filler<'a, 'v> {
    program: &'a Program,
    holes: &'a [Hole<'v>],
    meter: &'a mut Meter,
    fallback: &'a Node,
    findings: &'a mut Findings,
}

impl<'v> Filler<'_, 'v> {
    fn node(&mut self, skeleton: &Skeleton) -> Option<Node> {
        match &skeleton.shape {
            Shape::Literal(value) => Some(Node::new(value.clone(), skeleton.place.clone())),
            Shape::Hole(number) => self.whole(*number),
            Shape::Text(pieces, style) => self.text(pieces, *style, &skeleton.place),
            Shape::Seq(items) => {
                // Not short-circuited, so that all faults are said.
                let filled: Vec<_> = items.iter().map(|item| self.node(item)).collect();
                let items = filled.into_iter().collect::<Option<Vec<_>>>()?;
                Some(Node::new(Value::Seq(items), skeleton.place.clone()))
            }
            Shape::Map(entries) => self.map(entries, &skeleton.place),
        }
    }

    fn map(&mut self, entries: &[(Skeleton, Skeleton)], place: &Place) -> Option<Node> {
        let mut map = Map::with_capacity(entries.len());
        let mut whole = true;
        for (key, value) in entries {
            let (Some((text, key)), Some(node)) = (self.key(key), self.node(value)) else {
                whole = false;
                continue;
            };
            match map.entry(text) {
                Slot::Vacant(vacant) => {
                    vacant.insert(Entry { key, node });
                }
                Slot::Occupied(first) => {
                    whole = false;
                    let message = format!("the template renders the key {} twice", quoted(first.key()));
                    let at = key.template().unwrap_or(key.place());
                    let finding = Diagnostic::error(&codes::RENDERED_KEY_TWICE, key.place(), message);
                    let finding = finding.note_at(first.get().key.place(), "rendered first from here");
                    let finding =
                        if at == key.place() { finding } else { finding.note_at(at, "placed by this template") };
                    let finding = finding.help("give the two different keys, or leave one out");
                    self.findings.push(finding.in_users_words(self.fallback));
                }
            }
        }
        whole.then(|| Node::new(Value::Map(map), place.clone()))
    }

    fn key(&mut self, key: &Skeleton) -> Option<(Arc<str>, Origin)> {
        let node = self.node(key)?;
        if let Value::String(text) = node.value {
            return Some((text, node.origin));
        }
        let message = format!("{} is placed as a key", type_name(&node));
        let secret = matches!(node.value, Value::Secret(_));
        let code = if secret { &codes::SECRET_TOUCHED } else { &codes::VALUE_AS_KEY };
        let template = node.origin.template().unwrap_or(node.place());
        let finding = Diagnostic::error(code, template, message);
        let finding = finding.help(if secret {
            "place the secret as a whole value, as in `key: {{ secret }}`"
        } else {
            "write the tag in quotes if a number is meant as text; only text can be a key"
        });
        self.findings.push(Fault::from(finding).about(node.origin.place()).finding(self.fallback));
        None
    }

    /// Places a value as it is.
    fn whole(&mut self, number: usize) -> Option<Node> {
        let hole = self.holes.get(number)?;
        let at = self.program.place(hole.at);
        let filled = self.value(&hole.value, &at);
        match filled {
            Ok(node) => Some(node),
            Err(Limit(what)) => self.over_limit(&at, what),
        }
    }

    fn over_limit<T>(&mut self, at: &Place, what: &str) -> Option<T> {
        let finding = Diagnostic::error(&codes::TEMPLATE_LIMIT, at, format!("a template that uses {what}"));
        let finding = finding.help("place less, or place it less often");
        self.findings.push(finding.in_users_words(self.fallback));
        None
    }

    fn value(&mut self, value: &Val<'v>, at: &Place) -> Result<Node, Limit> {
        match value {
            Val::Node(node) => self.copy(node, at),
            Val::Made(node) => self.copy(node, at),
            Val::List(list) => {
                self.meter.values(list.items.len())?;
                self.meter.steps(list.items.len())?;
                let items = list.items.iter().map(|item| self.value(item, at)).collect::<Result<Vec<_>, _>>()?;
                Ok(Node::new(Value::Seq(items), at.clone()))
            }
            // Neither reaches a hole: the machine places only what is there, and `loop` is checked below.
            Val::Turn(_) | Val::Absent(_) => Ok(Node::new(Value::Null, at.clone())),
        }
    }

    /// Copies a value with all that is in it; every origin says that the template placed it.
    fn copy(&mut self, node: &Node, at: &Place) -> Result<Node, Limit> {
        let value = match &node.value {
            Value::String(text) => {
                self.meter.bytes(text.len())?;
                Value::String(Arc::clone(text))
            }
            Value::Seq(items) => {
                self.meter.values(items.len())?;
                Value::Seq(items.iter().map(|item| self.copy(item, at)).collect::<Result<_, _>>()?)
            }
            Value::Map(entries) => {
                self.meter.values(entries.len())?;
                let mut map = Map::with_capacity(entries.len());
                for (key, entry) in entries {
                    self.meter.bytes(key.len())?;
                    let node = self.copy(&entry.node, at)?;
                    map.insert(Arc::clone(key), Entry { key: self.placed(&entry.key, at), node });
                }
                Value::Map(map)
            }
            scalar => scalar.clone(),
        };
        Ok(Node { value, origin: self.placed(&node.origin, at) })
    }

    /// Returns the origin of a value once the template has placed it; a literal of the template keeps its own.
    fn placed(&self, origin: &Origin, at: &Place) -> Origin {
        let own = |place: &&Place| !Arc::ptr_eq(&place.source, &self.program.source);
        if origin.places().any(|place| own(&place)) {
            Origin::rendered(origin.places().filter(own).cloned(), at.clone())
        } else {
            Origin::at(origin.place().clone())
        }
    }

    fn text(&mut self, pieces: &[Piece], style: Style, place: &Place) -> Option<Node> {
        if let [Piece::Hole(number)] = pieces
            && let Some(text) = self.holes.get(*number)?.value.node().and_then(Node::as_shared_str)
        {
            let text = Arc::clone(text);
            let origin = self.whole(*number)?.origin;
            return Some(Node::string(text, origin));
        }
        let mut text = String::new();
        let mut places: Vec<Place> = Vec::new();
        let mut whole = true;
        for (index, piece) in pieces.iter().enumerate() {
            match piece {
                Piece::Written(written) => text.push_str(written),
                Piece::Hole(number) => {
                    let hole = self.holes.get(*number)?;
                    if self.piece(hole, &mut text, &mut places, place).is_none() {
                        whole = false;
                        continue;
                    }
                    let ends_block = style == Style::Block
                        && matches!(&pieces[index + 1..], [Piece::Written(end)] if end.bytes().all(|byte| byte == b'\n'));
                    if ends_block && text.ends_with('\n') {
                        self.warn_of_blank_line(hole, place);
                    }
                }
            }
        }
        whole.then(|| Node::string(text, Origin::rendered(places, place.clone())))
    }

    /// Adds a value to text.
    fn piece(&mut self, hole: &Hole<'v>, text: &mut String, places: &mut Vec<Place>, place: &Place) -> Option<()> {
        let node = hole.value.node();
        let Some(piece) = node.and_then(to_text) else {
            let finding = self.no_piece(hole).finding(self.fallback);
            self.findings.push(finding);
            return None;
        };
        if let Err(Limit(what)) = self.meter.bytes(piece.len()) {
            return self.over_limit(place, what);
        }
        text.push_str(&piece);
        for place in hole.value.places() {
            add_place(places, place, self.program);
        }
        Some(())
    }

    fn no_piece(&self, hole: &Hole<'v>) -> Fault {
        let subject = quoted(self.program.text(hole.at));
        let fault = if hole.value.is_secret() {
            let message = format!("a secret stands among text, or in quotes: {subject}");
            Fault::new(self.program, &codes::SECRET_TOUCHED, hole.at, message)
                .help("place the secret as a whole value without quotes, as in `key: {{ secret }}`")
        } else {
            let message = format!("{} stands among text, or in quotes: {subject}", hole.value.type_name());
            Fault::new(self.program, &codes::VALUE_IN_TEXT, hole.at, message)
                .help("place it as a whole value without quotes, as in `key: {{ value }}`")
        };
        match hole.value.places().first() {
            Some(place) => fault.about(place),
            None => fault,
        }
    }

    fn warn_of_blank_line(&mut self, hole: &Hole<'v>, place: &Place) {
        let message = format!("a block adds a line break to {}, which ends in one", quoted(self.program.text(hole.at)));
        let finding = Diagnostic::warning(&codes::BLANK_LINE_ADDED, place, message);
        let finding = finding.help("place it as a whole value, as in `key: {{ value }}`, without `|`");
        self.findings.push(finding.in_users_words(self.fallback));
    }
}
