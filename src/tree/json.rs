//! Reads JSON text into [`Node`]s with a place for every key and value, exactly as its standard says.
//!
//! The reader of YAML reads JSON, too, but for pairs of surrogates, tabs and the exact digits of numbers; where those count,
//! this one reads. Duplicate keys are findings. No message says anything of a value.

use std::sync::Arc;

use indexmap::map::Entry as Slot;

use super::node::{Entry, Map, Node, Value};
use super::origin::{Place, Source};
use super::parse::DEEPEST;
use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, codes};

/// The most values in one text.
const MOST_NODES: usize = 250_000;

/// Why a text is not read.
type Fault = Box<Diagnostic>;

/// Reads a text that is one JSON value.
pub(crate) fn value(source: &Arc<Source>) -> Result<Node, Fault> {
    let mut reader = Reader { source, text: source.text(), at: 0, n_nodes: 0 };
    reader.space();
    let node = reader.value(0)?;
    reader.space();
    if reader.at < reader.text.len() { Err(reader.malformed("text after the end")) } else { Ok(node) }
}

struct Reader<'s> {
    source: &'s Arc<Source>,
    text: &'s str,
    at: usize,
    n_nodes: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn place(&self, from: usize) -> Place {
        Place::new(self.source, from..self.at)
    }

    fn malformed(&self, words: &str) -> Fault {
        let finding =
            Diagnostic::error(&codes::MALFORMED_YAML, &self.place(self.at), format!("malformed JSON: {words}"));
        Box::new(finding.help("correct the JSON at this place"))
    }

    fn value(&mut self, depth: usize) -> Result<Node, Fault> {
        self.n_nodes += 1;
        if depth > DEEPEST || self.n_nodes > MOST_NODES {
            let (code, message) = if depth > DEEPEST {
                (&codes::TOO_DEEP, format!("nested deeper than {DEEPEST} levels"))
            } else {
                (&codes::TOO_LARGE, format!("more than {MOST_NODES} values"))
            };
            return Err(Box::new(Diagnostic::error(code, &self.place(self.at), message).help("split the file")));
        }
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => {
                let from = self.at;
                let text = self.string()?;
                Ok(Node::string(text, self.place(from)))
            }
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => self.word(),
        }
    }

    fn word(&mut self) -> Result<Node, Fault> {
        let from = self.at;
        for (word, value) in [("true", Value::Bool(true)), ("false", Value::Bool(false)), ("null", Value::Null)] {
            if self.text[self.at..].starts_with(word) {
                self.at += word.len();
                return Ok(Node::new(value, self.place(from)));
            }
        }
        Err(self.malformed("expected a value"))
    }

    /// Takes the byte that must come, behind any space.
    fn expect(&mut self, byte: u8, words: &str) -> Result<(), Fault> {
        self.space();
        if self.peek() != Some(byte) {
            return Err(self.malformed(words));
        }
        self.at += 1;
        Ok(())
    }

    /// Tells whether a list goes on behind a comma, or ends.
    fn goes_on(&mut self, end: u8) -> Result<bool, Fault> {
        self.space();
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                self.space();
                Ok(true)
            }
            Some(byte) if byte == end => {
                self.at += 1;
                Ok(false)
            }
            _ => Err(self.malformed("expected `,` or the end of a list or object")),
        }
    }

    fn array(&mut self, depth: usize) -> Result<Node, Fault> {
        let from = self.at;
        self.at += 1;
        let mut items = Vec::new();
        self.space();
        let mut more = self.peek() != Some(b']');
        if !more {
            self.at += 1;
        }
        while more {
            items.push(self.value(depth + 1)?);
            more = self.goes_on(b']')?;
        }
        Ok(Node::new(Value::Seq(items), self.place(from)))
    }

    fn object(&mut self, depth: usize) -> Result<Node, Fault> {
        let from = self.at;
        self.at += 1;
        let mut map = Map::new();
        self.space();
        let mut more = self.peek() != Some(b'}');
        if !more {
            self.at += 1;
        }
        while more {
            let key_from = self.at;
            if self.peek() != Some(b'"') {
                return Err(self.malformed("expected a key in quotes"));
            }
            let key = self.string()?;
            let key_place = self.place(key_from);
            self.expect(b':', "expected `:` behind a key")?;
            self.space();
            let node = self.value(depth + 1)?;
            match map.entry(Arc::from(key)) {
                Slot::Vacant(vacant) => {
                    vacant.insert(Entry { key: key_place.into(), node });
                }
                Slot::Occupied(first) => {
                    let message = format!("duplicate key {}", quoted(first.key()));
                    let finding = Diagnostic::error(&codes::DUPLICATE_KEY, &key_place, message);
                    return Err(Box::new(finding.help("keep one of the two")));
                }
            }
            more = self.goes_on(b'}')?;
        }
        Ok(Node::new(Value::Map(map), self.place(from)))
    }

    fn number(&mut self) -> Result<Node, Fault> {
        let from = self.at;
        let digits = |reader: &mut Self| {
            let start = reader.at;
            while matches!(reader.peek(), Some(b'0'..=b'9')) {
                reader.at += 1;
            }
            reader.at > start
        };
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let mut is_number = match self.peek() {
            Some(b'0') => {
                self.at += 1;
                true
            }
            _ => digits(self),
        };
        if self.peek() == Some(b'.') {
            self.at += 1;
            is_number &= digits(self);
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'-' | b'+')) {
                self.at += 1;
            }
            is_number &= digits(self);
        }
        let text = &self.text[from..self.at];
        let value = match text.parse::<i64>() {
            Ok(whole) => Some(Value::Int(whole)),
            Err(_) => text.parse::<f64>().ok().filter(|value| value.is_finite()).map(Value::Float),
        };
        let value = value.filter(|_| is_number);
        value.map(|value| Node::new(value, self.place(from))).ok_or_else(|| self.malformed("not a number"))
    }

    fn string(&mut self) -> Result<String, Fault> {
        self.at += 1;
        let mut text = String::new();
        loop {
            let rest = &self.text[self.at..];
            let n_plain = rest.find(|char: char| char == '"' || char == '\\' || char < ' ').unwrap_or(rest.len());
            text.push_str(&rest[..n_plain]);
            self.at += n_plain;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(text);
                }
                Some(b'\\') => text.push(self.escape()?),
                Some(_) => return Err(self.malformed("a control character in a string")),
                None => return Err(self.malformed("a string that does not end")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, Fault> {
        self.at += 1;
        let byte = self.peek();
        self.at += usize::from(byte.is_some_and(|byte| byte.is_ascii()));
        Ok(match byte {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.code_point(),
            _ => return Err(self.malformed("an unknown escape in a string")),
        })
    }

    /// Reads the digits behind `\u`, and the second half of a pair.
    fn code_point(&mut self) -> Result<char, Fault> {
        let first = self.four_digits()?;
        if !(0xD800..0xDC00).contains(&first) {
            return char::from_u32(first).ok_or_else(|| self.malformed("half of a pair of surrogates"));
        }
        if !self.text[self.at..].starts_with("\\u") {
            return Err(self.malformed("half of a pair of surrogates"));
        }
        self.at += 2;
        let second = self.four_digits()?;
        let low = second.checked_sub(0xDC00).filter(|low| *low < 0x400);
        let code = low.map(|low| 0x10000 + ((first - 0xD800) << 10) + low);
        code.and_then(char::from_u32).ok_or_else(|| self.malformed("half of a pair of surrogates"))
    }

    fn four_digits(&mut self) -> Result<u32, Fault> {
        let digits = self.text.get(self.at..self.at + 4).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
        let value = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let value = value.ok_or_else(|| self.malformed("not four hexadecimal digits behind `\\u`"))?;
        self.at += 4;
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::SourceKind;

    #[track_caller]
    fn check(text: &str, expected: Result<&str, &str>) {
        let source = Source::new("a.json", text, SourceKind::User);
        let read = value(&source).map(|node| format!("{node:?}")).map_err(|fault| fault.message);
        match expected {
            Ok(shown) => assert_eq!(read.unwrap(), shown, "{text}"),
            Err(words) => assert!(read.unwrap_err().contains(words), "{text}"),
        }
    }

    #[test]
    fn json_is_read_as_it_says() {
        check(
            "{\n\t\"a\": [1, -0, 2.5, 1e3, true, null],\n\t\"b\": {}, \"c\": []}\r\n",
            Ok(r#"{"a": [1, 0, 2.5, 1000.0, true, null], "b": {}, "c": []}"#),
        );
        check(r#"["\ud83d\ude00\u003c\/\n", "<<", "yes", "0123"]"#, Ok("[\"😀</\\n\", \"<<\", \"yes\", \"0123\"]"));
        check("9007199254740993", Ok("9007199254740993"));
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for (text, words) in [
            ("", "expected a value"),
            ("{\"a\": 1} x", "text after the end"),
            ("{\"a\": 1, \"a\": 2}", "duplicate key `a`"),
            ("{a: 1}", "expected a key in quotes"),
            ("{\"a\" 1}", "expected `:`"),
            ("[1 2]", "expected `,`"),
            ("[01]", "expected `,`"),
            ("[1.]", "not a number"),
            ("[1e999]", "not a number"),
            ("\"\\ud83d\"", "half of a pair"),
            ("\"\\ude00\"", "half of a pair"),
            ("\"\\ud83d\\u0041\"", "half of a pair"),
            ("\"\\u12\"", "four hexadecimal digits"),
            ("\"\\ü\"", "unknown escape"),
            ("\"a\tb\"", "a control character"),
            ("\"a", "does not end"),
            ("nul", "expected a value"),
        ] {
            check(text, Err(words));
        }
        check(&"[".repeat(10_000), Err("nested deeper"));
    }
}
