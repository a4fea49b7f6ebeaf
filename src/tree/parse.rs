//! Reads YAML text into [`Node`]s with a place for every key and value.
//!
//! Plain scalars are read as YAML 1.2 does, and those that YAML 1.1 reads otherwise are findings. Duplicate keys, tags,
//! documents too deep or too large are findings too. A text with a syntax error gives no tree at all.

use std::ops::Range;
use std::sync::Arc;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, Span, StrInput, Tag};
use indexmap::map::Entry as Slot;

use super::go_scalar::{self, GoScalar};
use super::node::{Entry, Map, Node, Value};
use super::origin::{Place, Source};
use super::scalar;
use super::sensitive::{Hidden, hidden_by};
use super::skeleton::{MARKS, refused_mark};
use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, Severity, codes};

/// The deepest nesting of mappings and sequences.
pub(super) const DEEPEST: usize = 100;

/// The most nodes in one text, those counted again that an anchor keeps and an alias repeats.
const MOST_NODES: usize = 250_000;

/// The most findings in one text; what is wrong a hundred times is wrong in one way.
const MOST_FINDINGS: usize = 100;

/// How plain scalars are taken that YAML readers disagree on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// They are errors, for regcfg's own files and templates.
    Strict,
    /// They are what kubectl reads, with a warning, for manifests.
    AsKubectl,
    /// They are what SOPS reads, exactly, and what cannot be told for sure is an error. No message says a value.
    AsSops,
}

/// Reads every document of a text; empty documents are left out.
///
/// Returns none where an error was added to the findings.
pub fn documents(source: &Arc<Source>, reading: Reading, findings: &mut Findings) -> Option<Vec<Node>> {
    let n_errors = findings.n_errors();
    let mut builder = Builder {
        source,
        reading,
        findings,
        n_found: 0,
        n_nodes: 0,
        anchors: Vec::new(),
        hides: if reading == Reading::AsSops { Hidden::Below } else { Hidden::Nothing },
        around: "",
        hidden: Vec::new(),
        stop: false,
    };
    let documents = builder.documents();
    let hidden = std::mem::take(&mut builder.hidden);
    source.hide(hidden);
    (findings.n_errors() == n_errors).then_some(documents)
}

/// Reads a text that holds one document; none or several are an error.
pub fn document(source: &Arc<Source>, reading: Reading, findings: &mut Findings) -> Option<Node> {
    let mut documents = documents(source, reading, findings)?;
    if documents.len() > 1 {
        let second = &documents[1];
        let finding = Diagnostic::error(&codes::SEVERAL_DOCUMENTS, second.place(), "a second document in one file");
        findings.push(finding.help("move it to a file of its own"));
        return None;
    }
    let first = documents.pop();
    if first.is_none() {
        let start = Place::start_of(source);
        let finding = Diagnostic::error(&codes::EMPTY_FILE, &start, "the file is empty");
        findings.push(finding.help("write a spec, or start from one with `regcfg init`"));
    }
    first
}

type Events<'a> = Parser<'a, StrInput<'a>>;

struct Builder<'a> {
    source: &'a Arc<Source>,
    reading: Reading,
    findings: &'a mut Findings,
    /// The findings of this text.
    n_found: usize,
    n_nodes: usize,
    /// Anchored nodes with their size in nodes, by the parser's number of the anchor.
    anchors: Vec<Option<(Node, usize)>>,
    /// What of that which is read now may be a secret.
    hides: Hidden,
    /// The key of the mapping that is read now, where it matters.
    around: &'static str,
    /// Where the values stand that may be secrets.
    hidden: Vec<Range<u32>>,
    /// Set once nothing after can be trusted.
    stop: bool,
}

impl Builder<'_> {
    fn documents(&mut self) -> Vec<Node> {
        // Another crate may turn the parser's comments on; nothing here reads them.
        let options = granit_parser::options! {
            emit_comments: false,
            flow_nesting_limit: DEEPEST + 1,
            block_nesting_limit: DEEPEST + 1,
        };
        let source = Arc::clone(self.source);
        let mut events = Parser::new_from_str_with_options(source.text(), options);
        let mut documents = Vec::new();
        while let Some((event, span)) = self.next(&mut events) {
            match event {
                Event::DocumentStart(..) => self.anchors.clear(),
                Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
                event => {
                    let Some(node) = self.node(&mut events, event, span, 0) else { break };
                    if !matches!(node.value, Value::Null) {
                        documents.push(node);
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
                self.push(finding);
                None
            }
        }
    }

    fn syntax_error(&self, error: &ScanError) -> Diagnostic {
        let at = error.marker().byte_offset().unwrap_or_default();
        let place = Place::new(self.source, at..at);
        if matches!(error.kind(), ErrorKind::RecursionLimitExceeded) {
            return too_deep(&place);
        }
        if let Some(tab) = indent_tab(self.source.text(), at) {
            let place = Place::new(self.source, tab..tab + 1);
            let finding = Diagnostic::error(&codes::MALFORMED_YAML, &place, "malformed YAML: a tab as indent");
            return finding.help("indent with spaces; YAML allows no tabs");
        }
        let words = error.kind().to_string();
        Diagnostic::error(&codes::MALFORMED_YAML, &place, format!("malformed YAML: {}", lowercase(&words)))
            .help("correct the YAML at, or just before, this place")
    }

    fn place(&self, span: &Span) -> Place {
        Place::new(self.source, span.byte_range().unwrap_or_default())
    }

    /// Builds the node that begins with an event; none where nothing after can be trusted.
    fn node<'t>(&mut self, events: &mut Events<'t>, event: Event<'t>, span: Span, depth: usize) -> Option<Node> {
        let place = self.place(&span);
        self.count(1, &place)?;
        if depth > DEEPEST {
            self.stop = true;
            self.push(too_deep(&place));
            return None;
        }
        let n_before = self.n_nodes;
        let (node, anchor) = match event {
            Event::Alias(anchor) => return self.aliased(anchor, &place),
            Event::Scalar(text, style, anchor, tag) => {
                let node = self.scalar(&text, style, tag.as_deref(), place);
                if self.hides != Hidden::Nothing {
                    self.hide(&node);
                }
                (node, anchor)
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.refuse_tag(tag.as_deref(), "seq", &place);
                self.open(anchor);
                (self.sequence(events, place, depth)?, anchor)
            }
            Event::MappingStart(_, anchor, tag) => {
                self.refuse_tag(tag.as_deref(), "map", &place);
                self.open(anchor);
                (self.mapping(events, place, depth)?, anchor)
            }
            _ => return None,
        };
        if anchor > 0 {
            let size = self.n_nodes - n_before + 1;
            self.count(size, node.place())?;
            self.open(anchor);
            self.anchors[anchor] = Some((node.clone(), size));
        }
        Some(node)
    }

    /// Adds a finding, up to a limit: further warnings are left out, and behind a further error nothing is read.
    fn push(&mut self, finding: Diagnostic) {
        self.n_found += 1;
        let is_error = finding.severity == Severity::Error;
        if self.n_found < MOST_FINDINGS {
            self.findings.push(finding);
        } else if is_error || self.n_found == MOST_FINDINGS {
            self.stop |= is_error;
            self.findings.push(finding.note(format!("the first {MOST_FINDINGS} findings of a file are shown")));
        }
    }

    /// Counts nodes against the limit.
    fn count(&mut self, n_nodes: usize, place: &Place) -> Option<()> {
        self.n_nodes += n_nodes;
        if self.n_nodes <= MOST_NODES {
            return Some(());
        }
        self.stop = true;
        let message = format!("more than {MOST_NODES} values, counted again for each anchor and alias");
        self.push(Diagnostic::error(&codes::TOO_LARGE, place, message).help("split the file, or write less by alias"));
        None
    }

    /// Makes room for an anchor, which is empty until its node is whole.
    fn open(&mut self, anchor: usize) {
        if self.anchors.len() <= anchor {
            self.anchors.resize(anchor + 1, None);
        }
    }

    fn aliased(&mut self, anchor: usize, place: &Place) -> Option<Node> {
        let Some((node, size)) = self.anchors.get(anchor).cloned().flatten() else {
            self.stop = true;
            let finding = Diagnostic::error(&codes::MALFORMED_YAML, place, "an alias within its own anchor");
            self.push(finding.help("write the value out"));
            return None;
        };
        self.count(size, place)?;
        if self.hides != Hidden::Nothing {
            self.hide(&node);
        }
        Some(node)
    }

    /// Notes that the texts, numbers and truths of a tree may be secrets.
    fn hide(&mut self, node: &Node) {
        match &node.value {
            Value::Seq(items) => items.iter().for_each(|item| self.hide(item)),
            Value::Map(map) => map.values().for_each(|entry| self.hide(&entry.node)),
            _ => self.hidden.push(node.place().start..node.place().end),
        }
    }

    fn sequence(&mut self, events: &mut Events<'_>, mut place: Place, depth: usize) -> Option<Node> {
        let mut items = Vec::new();
        loop {
            let (event, span) = self.next(events)?;
            if matches!(event, Event::SequenceEnd) {
                return Some(Node::new(Value::Seq(items), place));
            }
            let item = self.node(events, event, span, depth + 1)?;
            if items.is_empty() && place.start == place.end {
                place = Place { end: item.place().end, ..place };
            }
            items.push(item);
        }
    }

    fn mapping(&mut self, events: &mut Events<'_>, mut place: Place, depth: usize) -> Option<Node> {
        let mut map = Map::new();
        let mut merged: Vec<Node> = Vec::new();
        loop {
            let (event, span) = self.next(events)?;
            if matches!(event, Event::MappingEnd) {
                break;
            }
            let is_merge = matches!(&event, Event::Scalar(text, ScalarStyle::Plain, _, None) if text == "<<");
            let n_hidden = self.hidden.len();
            let key = self.node(events, event, span, depth + 1)?;
            // Most names are no secrets; only what is wrong with one is said without it.
            self.hidden.truncate(n_hidden);
            if key.as_str().is_some_and(|name| self.hides.hides_name(name)) {
                self.hide(&key);
            }
            let (event, span) = self.next(events)?;
            let (hides, around) = (self.hides, self.around);
            if !hides.is_below() {
                self.hides = key.as_str().map_or(Hidden::Nothing, |key| hidden_by(around, key).in_messages());
            }
            self.around = if key.as_str() == Some("tls") { "tls" } else { "" };
            let node = self.node(events, event, span, depth + 1)?;
            (self.hides, self.around) = (hides, around);
            if is_merge {
                merged.push(node);
                continue;
            }
            let Some(text) = self.key(&key) else { continue };
            match map.entry(text) {
                Slot::Vacant(vacant) => {
                    vacant.insert(Entry { key: key.origin, node });
                }
                Slot::Occupied(first) => {
                    let is_hidden = self.hides.hides_name(first.key());
                    let named = if is_hidden { String::new() } else { format!(" {}", quoted(first.key())) };
                    let message = format!("duplicate key{named}");
                    let finding = Diagnostic::error(&codes::DUPLICATE_KEY, key.place(), message);
                    let finding = finding.note_at(first.get().key.place(), "first written here");
                    self.push(finding.help("keep one of the two"));
                }
            }
        }
        for node in &merged {
            self.merge(&mut map, node);
        }
        if let Some((_, first)) = map.get_index(0) {
            place = Place { start: place.start.min(first.key.place().start), end: first.key.place().end, ..place };
        }
        Some(Node::new(Value::Map(map), place))
    }

    /// Adds what `<<` brings: entries that the mapping has not itself.
    fn merge(&mut self, map: &mut Map, node: &Node) {
        let from = match &node.value {
            Value::Map(_) => std::slice::from_ref(node),
            Value::Seq(items) => items,
            _ => &[],
        };
        if from.is_empty() || from.iter().any(|node| node.as_map().is_none()) {
            let finding =
                Diagnostic::error(&codes::MALFORMED_YAML, node.place(), "`<<` merges something that is no mapping");
            self.push(finding.help("merge an alias of a mapping"));
        }
        for (key, entry) in from.iter().filter_map(Node::as_map).flatten() {
            if !map.contains_key(key) {
                map.insert(Arc::clone(key), entry.clone());
            }
        }
    }

    /// Returns the text of a key; keys that are not text were found by [`Builder::scalar`] or are found here.
    fn key(&mut self, key: &Node) -> Option<Arc<str>> {
        match &key.value {
            Value::String(text) if self.reading == Reading::AsSops && is_time(key.place().text()) => {
                self.unclear("a key that is a time to SOPS, not text", key.place());
                Some(Arc::clone(text))
            }
            Value::String(text) => Some(Arc::clone(text)),
            Value::Bool(_) | Value::Int(_) if self.reading == Reading::AsKubectl => Some(Arc::from(key.place().text())),
            Value::Int(number) if self.reading == Reading::Strict => Some(Arc::from(number.to_string())),
            _ => {
                let message = format!("a key that is {}, not text", key.in_words());
                self.push(Diagnostic::error(&codes::KEY_NOT_TEXT, key.place(), message).help("quote the key"));
                None
            }
        }
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, tag: Option<&Tag>, place: Place) -> Node {
        self.refuse_reserved(text, &place);
        let is_text = tag.is_some_and(|tag| tag.core_suffix() == Some("str"));
        if !is_text {
            self.refuse_tag(tag, "", &place);
        }
        if is_text || style != ScalarStyle::Plain {
            return Node::string(text, place);
        }
        if self.reading == Reading::AsSops {
            return match go_scalar::resolve(text) {
                GoScalar::Value(value) => Node::new(value, place),
                GoScalar::Time(time) => Node::string(time, place),
                GoScalar::Unusable => {
                    let what = if text == "<<" { "`<<`" } else { "a number" };
                    self.unclear(&format!("{what} that SOPS does not take"), &place);
                    Node::string(text, place)
                }
            };
        }
        let plain = scalar::resolve(text);
        if let Some(doubt) = plain.doubt {
            self.doubt(text, doubt, &place);
            if self.reading == Reading::Strict {
                // No second fault follows from what the value is taken for.
                return Node::string(text, place);
            }
        }
        Node::new(plain.value, place)
    }

    /// Refuses what SOPS would read otherwise than it is read here, or not at all.
    fn unclear(&mut self, what: &str, place: &Place) {
        let finding = Diagnostic::error(&codes::AMBIGUOUS_SCALAR, place, what);
        self.push(finding.help("write the file with `sops`"));
    }

    fn doubt(&mut self, text: &str, doubt: &str, place: &Place) {
        let severity = match self.reading {
            Reading::Strict | Reading::AsSops => Severity::Error,
            Reading::AsKubectl => Severity::Warning,
        };
        let (subject, help) = if self.hides != Hidden::Nothing {
            (
                "a value".to_owned(),
                "put it in quotes if text is meant, or write the number or boolean in its plain form".into(),
            )
        } else {
            (quoted(text), scalar::help(text))
        };
        let finding = Diagnostic::new(&codes::AMBIGUOUS_SCALAR, severity, place, format!("{subject} is {doubt}"));
        self.push(finding.help(help));
    }

    /// Refuses the two characters that mark holes in rendered text.
    fn refuse_reserved(&mut self, text: &str, place: &Place) {
        if text.contains(MARKS) {
            self.push(refused_mark("a value", place));
        }
    }

    fn refuse_tag(&mut self, tag: Option<&Tag>, implied: &str, place: &Place) {
        let Some(tag) = tag else { return };
        if !implied.is_empty() && tag.core_suffix() == Some(implied) {
            return;
        }
        // A secret that begins with `!` and stands without quotes is read as a tag.
        let named =
            if self.hides != Hidden::Nothing { String::new() } else { format!(", {}", quoted(&tag.original())) };
        let message = format!("a YAML tag{named}");
        let finding = Diagnostic::error(&codes::TAG, place, message);
        self.push(finding.help("remove the tag; quote the value if text is meant"));
    }
}

/// Tells whether a plain scalar is a time to SOPS.
fn is_time(text: &str) -> bool {
    matches!(go_scalar::resolve(text), GoScalar::Time(_))
}

/// Finds a tab in the indent of the line of a syntax error, or of the next one, before which the error is found.
fn indent_tab(text: &str, at: usize) -> Option<usize> {
    let start = text.get(..at)?.rfind('\n').map_or(0, |line_break| line_break + 1);
    let mut line_start = start;
    for line in text[start..].split_inclusive('\n').take(2) {
        let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
        if let Some(tab) = line[..indent].find('\t') {
            return Some(line_start + tab);
        }
        line_start += line.len();
    }
    None
}

fn too_deep(place: &Place) -> Diagnostic {
    let message = format!("nested deeper than {DEEPEST} levels");
    Diagnostic::error(&codes::TOO_DEEP, place, message)
        .help("no registry configuration is that deep; remove the nesting")
}

fn lowercase(words: &str) -> String {
    let mut chars = words.chars();
    chars.next().map_or(String::new(), |first| first.to_lowercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::SourceKind;

    /// Reads a text and returns its documents as shown for debugging, or its findings as `code line:column`.
    fn check(text: &str, expected: &str) {
        let source = Source::new("a.yaml", text, SourceKind::User);
        let mut findings = Findings::new();
        let documents = documents(&source, Reading::Strict, &mut findings);
        let said: Vec<String> = findings
            .iter()
            .map(|finding| {
                let position = finding.place.position();
                format!("{} {}:{}", finding.code.id, position.line, position.column)
            })
            .collect();
        let got = documents.map_or(said.join(", "), |documents| format!("{documents:?}"));
        assert_eq!(got, expected, "{text:?}");
    }

    #[test]
    fn documents_are_read_with_their_types() {
        check("a: 1\nb: [x, 2.5, true, ~]\nc:\n", r#"[{"a": 1, "b": ["x", 2.5, true, null], "c": null}]"#);
        check("---\na: '1'\n---\n---\n\"no\": |\n  x\n", r#"[{"a": "1"}, {"no": "x\n"}]"#);
        check("a: &x {b: 1}\nc:\n  <<: *x\n  d: 2\n", r#"[{"a": {"b": 1}, "c": {"d": 2, "b": 1}}]"#);
        check("", "[]");
        check("\u{feff}a: !!str 1\r\n", r#"[{"a": "1"}]"#);
    }

    #[test]
    fn what_is_wrong_is_found_at_its_place() {
        check("a: no\nb: 0123\n", "RC0103 1:4, RC0103 2:4");
        check("a: 1\nb: 2\na: 3\n", "RC0102 3:1");
        check("a: {b: 1, b: 2}\n", "RC0102 1:11");
        check("a:\n\tb: 1\n", "RC0101 2:1");
        check("a: b\n  \tc: 1\n", "RC0101 2:3");
        check("y: 1\n", "RC0103 1:1");
        check("a: !foo x\n", "RC0106 1:9");
        check("? [x]\n: 1\n", "RC0107 1:3");
        check("a: \"\\uFDD0\"\n", "RC0108 1:4");
        check("a: &x [*x]\n", "RC0101 1:8");
        check("a: [b\n", "RC0101 1:4");
    }

    #[test]
    fn what_may_be_a_secret_is_not_said() {
        let text = "a: {data: {b: 0123, c: [!0123 x]}, stringData: {d: 0123}, credentials: 0123}\nz: 0777\n";
        let source = Source::new("a.yaml", text, SourceKind::User);
        let mut findings = Findings::new();
        documents(&source, Reading::AsKubectl, &mut findings);
        let said: Vec<String> =
            findings.iter().map(|finding| format!("{} {:?}", finding.message, finding.help)).collect();
        assert_eq!(said.len(), 5, "{said:?}");
        assert_eq!(said.iter().filter(|said| said.contains("0123")).count(), 0, "{said:?}");
        assert!(said.iter().any(|said| said.contains("`0777`")), "{said:?}");
    }

    #[test]
    fn what_anchors_keep_counts_too() {
        let nested = (0..90).map(|level| format!("&a{level} [")).collect::<Vec<_>>().concat();
        let text = format!("{nested}{}{}", "0,".repeat(10_000), "]".repeat(90));
        let source = Source::new("a.yaml", text, SourceKind::User);
        let mut findings = Findings::new();
        assert!(documents(&source, Reading::Strict, &mut findings).is_none());
        assert_eq!(findings.iter().next().unwrap().code, &codes::TOO_LARGE);
    }

    #[test]
    fn a_fault_written_a_thousand_times_is_not_said_a_thousand_times() {
        let text = format!("a: [{}, !x y]", vec!["no"; 1000].join(", "));
        let source = Source::new("a.yaml", text, SourceKind::User);
        for (reading, n_said) in [(Reading::Strict, MOST_FINDINGS), (Reading::AsKubectl, MOST_FINDINGS + 1)] {
            let mut findings = Findings::new();
            assert!(documents(&source, reading, &mut findings).is_none());
            assert_eq!(findings.iter().count(), n_said);
            assert!(findings.has_errors());
        }
    }

    #[test]
    fn depth_and_size_are_bounded() {
        check(&"[".repeat(10_000), "RC0104 1:102");
        let level = |(name, last)| format!("{name}: &{name} [{}]\n", vec![format!("*{last}"); 9].join(", "));
        let levels: Vec<String> = ('b'..='i').zip('a'..).map(level).collect();
        let bomb = format!("a: &a [x, x, x, x, x, x, x, x, x]\n{}", levels.concat());
        let source = Source::new("a.yaml", bomb, SourceKind::User);
        let mut findings = Findings::new();
        assert!(documents(&source, Reading::Strict, &mut findings).is_none());
        assert_eq!(findings.iter().next().unwrap().code, &codes::TOO_LARGE);
    }
}
