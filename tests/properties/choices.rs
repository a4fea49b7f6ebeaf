//! Choices that a property makes: numbers that come in as a list, so that a failing case shrinks to few and small ones.

/// A list of choices, each taken once; behind its end every choice is the first one.
pub(crate) struct Choices {
    given: Vec<u32>,
    at: usize,
}

/// Text of every kind that has ever changed the shape of a YAML file, or what a terminal shows.
const HOSTILE: &[&str] = &[
    "",
    " ",
    "no",
    "~",
    "null",
    "true",
    "0123",
    "1_000",
    "1e3",
    ".inf",
    "12:30:45",
    "2001-01-01",
    "---",
    "...",
    "- a",
    "a: b",
    ": ",
    "#",
    " #",
    "{{ x }}",
    "{% if x %}",
    "{# x #}",
    "${x}",
    "$(x)",
    "&a",
    "*a",
    "!x",
    "|",
    ">",
    "'",
    "\"",
    "\\",
    "[",
    "]",
    "{",
    "}",
    ",",
    "%",
    "@",
    "`",
    "\n",
    "\r\n",
    "a\nb: c\n",
    "\n\n",
    "  \n",
    "\ttab",
    "  lead",
    "trail  ",
    "\0",
    "\u{1}",
    "\u{1b}[31m",
    "\u{7f}",
    "\u{85}",
    "\u{a0}",
    "\u{202e}",
    "\u{2028}",
    "\u{feff}",
    "\u{fdd2}",
    "\u{ffff}",
    "\u{1f600}",
    "é",
    "<<",
    "=",
    "? a",
    "::error::x",
    "##[error]x",
];

impl Choices {
    pub(crate) fn new(given: Vec<u32>) -> Self {
        Self { given, at: 0 }
    }

    /// Takes a number below `n`.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        let choice = self.given.get(self.at).copied().unwrap_or_default();
        self.at += 1;
        choice as usize % n.max(1)
    }

    /// Takes yes or no; no where nothing is left to choose.
    pub(crate) fn chance(&mut self) -> bool {
        self.below(2) == 1
    }

    /// Takes one of several.
    pub(crate) fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    /// Takes a text that may be anything but the two characters that mark holes.
    pub(crate) fn hostile(&mut self) -> String {
        if self.below(4) < 3 {
            return self.one(HOSTILE).to_owned();
        }
        let n_chars = self.below(12);
        let chars = (0..n_chars).map(|_| {
            let plane = self.one(&[0x80, 0x800, 0x1_0000, 0x11_0000]);
            let code = u32::try_from(self.below(plane)).unwrap_or_default();
            char::from_u32(code).unwrap_or('x')
        });
        chars.collect::<String>().replace(['\u{fdd0}', '\u{fdd1}'], "x")
    }
}
