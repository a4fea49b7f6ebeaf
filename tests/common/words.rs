//! How the arguments of a golden case are written.

/// Splits a line of `args` into words.
pub(crate) fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (at, piece) in line.split('\'').enumerate() {
        if at % 2 == 1 {
            words.push(piece.into());
        } else {
            words.extend(piece.split_whitespace().map(String::from));
        }
    }
    words
}
