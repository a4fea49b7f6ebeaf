//! Writes trees as YAML that kubectl (go-yaml), `PyYAML` and our own parser read back to the same values.
//!
//! The layout is kubectl's: two spaces, and the items of a sequence at the indent of their key. Text is written plain
//! only where every YAML reader takes it for that text, as a literal block where it has lines that survive, and in
//! double quotes otherwise; it is never folded. Equal trees give equal bytes. A secret's bytes come from the caller, as
//! text, or there is no output at all. JSON comes from here too, since the same rule about secrets holds for it.

mod style;

use std::fmt;

use zeroize::Zeroizing;

use super::{Map, Node, Origin, Place, Value};
use crate::secret::SecretSlot;
use style::Style;

/// Gives the text that stands for a secret, or nothing where it must not or cannot be had.
pub type Fill<'a> = dyn FnMut(&SecretSlot) -> Option<Zeroizing<String>> + 'a;

/// Levels of nesting that are written: as many as regcfg itself reads back.
const MAX_DEPTH: usize = super::parse::DEEPEST;

/// The longest text of a key that every reader finds the colon of: libyaml and its ports look 1024 characters far.
const MAX_SIMPLE_KEY: usize = 1000;

/// Why a tree cannot be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EmitError {
    /// A secret stands in the tree and its bytes were not given.
    Secret(Place),
    /// A number is infinite or not a number.
    NotFinite(Place),
    /// The tree is nested too deeply for other readers.
    TooDeep(Place),
}

impl EmitError {
    /// Returns the place of the value that cannot be written.
    pub fn place(&self) -> &Place {
        let (Self::Secret(place) | Self::NotFinite(place) | Self::TooDeep(place)) = self;
        place
    }
}

impl fmt::Display for EmitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Secret(place) => write!(f, "the secret of {place} was not given"),
            Self::NotFinite(place) => write!(f, "the number of {place} is not finite"),
            Self::TooDeep(place) => write!(f, "{place} is nested more than {MAX_DEPTH} levels deep"),
        }
    }
}

impl std::error::Error for EmitError {}

/// Refuses every secret: the [`Fill`] of whoever has none to give.
pub fn no_secrets(_: &SecretSlot) -> Option<Zeroizing<String>> {
    None
}

/// Writes one document, without `---`. A secret in it is an error.
pub fn to_yaml(document: &Node) -> Result<String, EmitError> {
    to_yaml_filled(document, &mut no_secrets)
}

/// Writes one document, with the text that `fill` gives for each secret.
pub fn to_yaml_filled(document: &Node, fill: &mut Fill<'_>) -> Result<String, EmitError> {
    let mut writer = Writer::new(fill, false);
    writer.document(document);
    writer.finish().map(|(text, _)| text)
}

/// Writes several documents, with `---` between them. A secret in one is an error.
pub fn stream(documents: &[Node]) -> Result<String, EmitError> {
    let mut refuse = no_secrets;
    let mut writer = Writer::new(&mut refuse, false);
    for (n, document) in documents.iter().enumerate() {
        if n > 0 {
            writer.out.push_str("---\n");
        }
        writer.document(document);
    }
    writer.finish().map(|(text, _)| text)
}

/// Writes one document line by line, each with the origin of the value it shows, or of the key where it shows none.
pub fn lines_with_origins(document: &Node, fill: &mut Fill<'_>) -> Result<Vec<(String, Option<Origin>)>, EmitError> {
    let mut writer = Writer::new(fill, true);
    writer.document(document);
    let (text, origins) = writer.finish()?;
    let origins = origins.into_iter().flatten().map(Some).chain(std::iter::repeat(None));
    Ok(text.lines().map(str::to_owned).zip(origins).collect())
}

/// Makes JSON of a document, with the text that `fill` gives for each secret.
pub fn to_json(document: &Node, fill: &mut Fill<'_>) -> Result<serde_json::Value, EmitError> {
    json(document, fill, 0)
}

fn json(node: &Node, fill: &mut Fill<'_>, depth: usize) -> Result<serde_json::Value, EmitError> {
    if depth > MAX_DEPTH {
        return Err(EmitError::TooDeep(node.place().clone()));
    }
    Ok(match &node.value {
        Value::Seq(items) => items.iter().map(|item| json(item, fill, depth + 1)).collect::<Result<_, _>>()?,
        Value::Map(map) => {
            let entries = map.iter().map(|(key, entry)| Ok((key.to_string(), json(&entry.node, fill, depth + 1)?)));
            serde_json::Value::Object(entries.collect::<Result<_, _>>()?)
        }
        Value::Float(value) if !value.is_finite() => return Err(EmitError::NotFinite(node.place().clone())),
        Value::Secret(slot) => {
            let text = fill(slot).ok_or_else(|| EmitError::Secret(slot.place().clone()))?;
            serde_json::Value::from(text.as_str())
        }
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::String(_) => node.to_json(),
    })
}

/// Writes into a text; goes on after a failure, so that `fill` is asked for every secret, and gives nothing in the end.
struct Writer<'a, 'f> {
    out: String,
    fill: &'a mut Fill<'f>,
    origins: Option<Vec<Origin>>,
    failed: Option<EmitError>,
}

/// What a value stands behind, which decides where its own lines begin.
#[derive(Clone, Copy)]
enum Behind {
    /// `key:`
    Key,
    /// `:` on a line of its own, under `? key`.
    LongKey,
    /// `-`
    Dash,
    /// Nothing: it is the document.
    Nothing,
}

impl<'a, 'f> Writer<'a, 'f> {
    fn new(fill: &'a mut Fill<'f>, with_origins: bool) -> Self {
        Self { out: String::with_capacity(1024), fill, origins: with_origins.then(Vec::new), failed: None }
    }

    fn finish(self) -> Result<(String, Option<Vec<Origin>>), EmitError> {
        match self.failed {
            Some(error) => Err(error),
            None => Ok((self.out, self.origins)),
        }
    }

    fn document(&mut self, node: &Node) {
        self.value(node, Behind::Nothing, &node.origin, 0, 0);
    }

    /// Writes a value behind what stands on the line already, up to and with the end of its last line.
    ///
    /// `indent` is that of the key, dash or document the value belongs to, `owner` the origin of the key or item.
    fn value(&mut self, node: &Node, behind: Behind, owner: &Origin, indent: usize, depth: usize) {
        if depth > MAX_DEPTH {
            self.fail(EmitError::TooDeep(node.place().clone()));
            return self.inline(behind, "null", &node.origin);
        }
        match &node.value {
            Value::Map(map) if !map.is_empty() => {
                let indent = self.open(behind, owner, indent, false);
                self.map(map, indent, depth);
            }
            Value::Seq(items) if !items.is_empty() => {
                let indent = self.open(behind, owner, indent, true);
                self.seq(items, indent, depth);
            }
            Value::Map(_) => self.inline(behind, "{}", &node.origin),
            Value::Seq(_) => self.inline(behind, "[]", &node.origin),
            Value::Null => self.inline(behind, "null", &node.origin),
            Value::Bool(value) => self.inline(behind, if *value { "true" } else { "false" }, &node.origin),
            Value::Int(value) => self.inline(behind, &value.to_string(), &node.origin),
            Value::Float(value) if value.is_finite() => self.inline(behind, &style::float(*value), &node.origin),
            Value::Float(_) => {
                self.fail(EmitError::NotFinite(node.place().clone()));
                self.inline(behind, "null", &node.origin);
            }
            Value::String(text) => self.text(text, behind, &node.origin, indent),
            Value::Secret(slot) => match (self.fill)(slot) {
                Some(text) => self.text(&text, behind, &node.origin, indent),
                None => self.fail(EmitError::Secret(slot.place().clone())),
            },
        }
    }

    /// Goes to where the first entry of a collection begins, and returns the indent of its entries.
    fn open(&mut self, behind: Behind, owner: &Origin, indent: usize, is_seq: bool) -> usize {
        let inner = match behind {
            Behind::Nothing => return indent,
            Behind::Dash => {
                self.out.push(' ');
                return indent + 2;
            }
            Behind::Key if is_seq => indent,
            Behind::Key | Behind::LongKey => indent + 2,
        };
        self.end_line(owner);
        self.indent(inner);
        inner
    }

    /// Writes entries; the first one begins where the cursor stands.
    fn map(&mut self, map: &Map, indent: usize, depth: usize) {
        for (n, (key, entry)) in map.iter().enumerate() {
            if n > 0 {
                self.indent(indent);
            }
            let start = self.out.len();
            style::push_key(&mut self.out, key);
            let behind = if self.out.len() - start <= MAX_SIMPLE_KEY { Behind::Key } else { Behind::LongKey };
            if matches!(behind, Behind::LongKey) {
                self.out.insert_str(start, "? ");
                self.end_line(&entry.key);
                self.indent(indent);
            }
            self.out.push(':');
            self.value(&entry.node, behind, &entry.key, indent, depth + 1);
        }
    }

    /// Writes items; the first one begins where the cursor stands.
    fn seq(&mut self, items: &[Node], indent: usize, depth: usize) {
        for (n, item) in items.iter().enumerate() {
            if n > 0 {
                self.indent(indent);
            }
            self.out.push('-');
            self.value(item, Behind::Dash, &item.origin, indent, depth + 1);
        }
    }

    fn text(&mut self, text: &str, behind: Behind, origin: &Origin, indent: usize) {
        self.space(behind);
        match style::style(text) {
            Style::Plain => self.out.push_str(text),
            Style::Literal if !matches!(behind, Behind::Nothing) => return self.literal(text, origin, indent + 2),
            Style::Literal | Style::Quoted => style::push_quoted(&mut self.out, text),
        }
        self.end_line(origin);
    }

    fn literal(&mut self, text: &str, origin: &Origin, indent: usize) {
        self.out.push_str(if text.ends_with('\n') { "|" } else { "|-" });
        self.end_line(origin);
        for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
            if !line.is_empty() {
                self.indent(indent);
                self.out.push_str(line);
            }
            self.end_line(origin);
        }
    }

    fn inline(&mut self, behind: Behind, text: &str, origin: &Origin) {
        self.space(behind);
        self.out.push_str(text);
        self.end_line(origin);
    }

    fn space(&mut self, behind: Behind) {
        if !matches!(behind, Behind::Nothing) {
            self.out.push(' ');
        }
    }

    fn indent(&mut self, indent: usize) {
        self.out.extend(std::iter::repeat_n(' ', indent));
    }

    fn end_line(&mut self, origin: &Origin) {
        self.out.push('\n');
        if let Some(origins) = &mut self.origins {
            origins.push(origin.clone());
        }
    }

    fn fail(&mut self, error: EmitError) {
        self.failed.get_or_insert(error);
    }
}

#[cfg(test)]
mod tests;
