//! Finds a marker in whatever came out, also where it was encoded, escaped, quoted, folded, reversed, hashed or cut.
//!
//! A marker is a word of letters and digits. Of a text all else is taken away before it is searched, so that white space,
//! line breaks, quotes, signs of a diff and the `=` of base64 hide nothing; escapes are read first.

use std::fmt::Write;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use sha2::{Digest, Sha256, Sha512};

/// A secret's word, where it is, and how it is looked for.
pub(crate) struct Marker {
    /// What holds it.
    pub(crate) source: &'static str,
    /// The word: letters and digits, 24 where it is made here.
    pub(crate) word: String,
    /// What is looked for, and what form it is.
    needles: Vec<(String, &'static str)>,
}

impl Marker {
    /// Makes the marker of a source. Two sources have no eight letters in common.
    pub(crate) fn new(source: &'static str) -> Self {
        let digest = Sha256::digest(source.as_bytes());
        let letters = b"bcdfghjkmnpqrstvwxzBCDFGHJKMNPQRSTVWXZ";
        let mut word: String =
            digest.iter().take(24).map(|byte| char::from(letters[usize::from(*byte) % 38])).collect();
        word.replace_range(4..6, "7Q");
        Self::of_word(source, word)
    }

    /// Makes the marker of a source that has a secret of its own.
    pub(crate) fn of_word(source: &'static str, word: String) -> Self {
        let mut marker = Self { source, word, needles: Vec::new() };
        marker.needles = marker.forms();
        marker
    }

    /// Adds the digests of the whole value that holds the marker.
    pub(crate) fn of_value(mut self, value: &str) -> Self {
        assert!(value.contains(&self.word), "{value} holds no {}", self.word);
        self.needles.extend(digests(value));
        self
    }

    fn forms(&self) -> Vec<(String, &'static str)> {
        let word = &self.word;
        let mut forms = vec![(lower(word), "as it is"), (lower(&reversed(word)), "backwards")];
        forms.push((lower(&word[..10]), "its beginning"));
        forms.push((lower(&word[word.len() - 10..]), "its end"));
        forms.push((hex(word.as_bytes()), "hex"));
        for pad in 0..3_usize {
            let padded = [&"..."[..pad], word, "..."].concat();
            // What depends on the neighbours is cut off on both sides.
            let (start, end) = ((pad * 8).div_ceil(6), (pad + word.len()) * 8 / 6);
            for encoded in [STANDARD.encode(&padded), URL_SAFE.encode(&padded)] {
                forms.push((stripped(&encoded[start..end]), "base64"));
            }
            forms.push((stripped(&reversed(&STANDARD.encode(&padded)[start..end])), "base64, backwards"));
        }
        // Base64 of base64, as `data` of a Secret in an annotation, or the logins of a docker config in `data`.
        for pad in 0..3_usize {
            let (start, end) = ((pad * 8).div_ceil(6), (pad + word.len()) * 8 / 6);
            let inner = &STANDARD.encode([&"..."[..pad], word, "..."].concat())[start..end];
            for outer in 0..3_usize {
                let (start, end) = ((outer * 8).div_ceil(6), (outer + inner.len()) * 8 / 6);
                let encoded = STANDARD.encode([&"..."[..outer], inner, "..."].concat());
                forms.push((stripped(&encoded[start..end]), "base64 of base64"));
            }
        }
        forms.extend(digests(word));
        forms
    }

    /// Says in which form the marker is found in what came out, if it is.
    pub(crate) fn found_in(&self, seen: &Seen) -> Option<&'static str> {
        let is_in = |needle: &str| seen.0.iter().any(|view| view.contains(needle));
        self.needles.iter().find(|(needle, _)| is_in(needle)).map(|(_, form)| *form)
    }
}

/// What came out, ready to be searched.
pub(crate) struct Seen(Vec<String>);

impl Seen {
    /// Takes bytes as they are, and with their escapes read.
    pub(crate) fn new(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        // UTF-16 is the text with zeros between.
        let plain: String = text.chars().filter(|char| *char != '\0').collect();
        let unescaped = unescaped(&plain);
        // What a line begins with may be the frame of a finding, a place, or the sign of a diff.
        let framed: String = plain.lines().map(|line| line.rsplit('│').next().unwrap_or(line)).collect();
        // A line break that is written out is no letter of what it breaks.
        let broken = plain.replace("\\r", "").replace("\\n", "").replace("\\t", "");
        Self([plain, unescaped, framed, broken].iter().map(|view| stripped(view)).collect())
    }
}

/// Returns bytes in hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        let _infallible = write!(hex, "{byte:02x}");
        hex
    })
}

/// Returns the letters and digits of a text, in lower case.
fn stripped(text: &str) -> String {
    lower(&text.chars().filter(char::is_ascii_alphanumeric).collect::<String>())
}

fn lower(text: &str) -> String {
    text.to_ascii_lowercase()
}

fn reversed(text: &str) -> String {
    text.chars().rev().collect()
}

/// Reads `%41`, `\x41`, `\u0041`, `\u{41}`, `&#65;`, `&#x41;` and `\101`.
fn unescaped(text: &str) -> String {
    let pattern = r"%([0-9A-Fa-f]{2})|\\x([0-9A-Fa-f]{2})|\\u\{?([0-9A-Fa-f]{2,6})\}?|&#x([0-9A-Fa-f]+);|&#([0-9]+);|\\([0-7]{3})";
    let escapes = regex::Regex::new(pattern).unwrap();
    let read = |found: &regex::Captures<'_>| {
        let radix = |at: usize| {
            if at == 5 {
                10
            } else if at == 6 {
                8
            } else {
                16
            }
        };
        let group = (1..=6).find_map(|at| Some((at, found.get(at)?.as_str())));
        let code = group.and_then(|(at, digits)| u32::from_str_radix(digits, radix(at)).ok());
        code.and_then(char::from_u32).map_or_else(String::new, String::from)
    };
    escapes.replace_all(text, read).into_owned()
}

/// Returns what would say whether a guess is right: hashes that are long enough to be told from other numbers.
fn digests(value: &str) -> Vec<(String, &'static str)> {
    let mut digests = Vec::new();
    for text in [value.to_owned(), STANDARD.encode(value), format!("{value}\n"), value.trim().to_owned()] {
        let (short, long) = (Sha256::digest(text.as_bytes()), Sha512::digest(text.as_bytes()));
        digests.push((hex(&short), "SHA-256"));
        digests.push((hex(&short)[..16].to_owned(), "the beginning of SHA-256"));
        digests.push((hex(&long), "SHA-512"));
        digests.push((stripped(&STANDARD.encode(short)), "SHA-256 as base64"));
        let fnv = |basis: u128, prime: u128, mask: u128| {
            text.bytes().fold(basis, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(prime) & mask)
        };
        let of_64 = fnv(0xcbf2_9ce4_8422_2325, 0x0100_0000_01b3, u128::from(u64::MAX));
        let of_128 =
            fnv(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d, 0x0000_0000_0100_0000_0000_0000_0000_013b, u128::MAX);
        digests.push((format!("{of_64:016x}"), "FNV-1a"));
        digests.push((format!("{of_128:032x}"), "FNV-1a"));
    }
    digests
}
