//! The format for people of what holds on which minor of a range.
//!
//! ```text
//! clusters/prod.yaml on OpenShift 4.15..4.19
//!           4.15..4.16  4.17..4.19
//!   RC0311  error       -           clusters/prod.yaml:12:7: `spec.storage.s3.chunkSizeMiB` exists since OpenShift 4.17
//!   right on 4.17..4.19
//! ```
//!
//! `-` stands where a finding does not hold, `?` where other errors kept it from being looked for. Every line goes through
//! [`inert`], as those of findings do.

use crate::diag::visible::inert;
use crate::diag::{Holds, Upgrade};

/// What stands where a finding does not hold, and where errors that come first kept it from being looked for.
const NOT: &str = "-";
const UNKNOWN: &str = "?";

/// Writes the matrices, a blank line between each two.
pub fn text(upgrades: &[Upgrade]) -> String {
    upgrades.iter().map(matrix).collect::<Vec<_>>().join("\n")
}

fn matrix(upgrade: &Upgrade) -> String {
    let Some(range) = upgrade.range() else { return String::new() };
    let right: Vec<String> = upgrade.right().map(|span| span.to_string()).collect();
    if upgrade.rows.is_empty() && !right.is_empty() {
        return line(&format!("{} is right on OpenShift {range}", upgrade.file));
    }
    let spans: Vec<String> = upgrade.spans.iter().map(ToString::to_string).collect();
    // The widest that can stand in a column is `warning`.
    let cells = |of: &mut dyn Iterator<Item = &str>| {
        let width = |at: usize| spans.get(at).map_or(0, String::len).max("warning".len());
        of.enumerate().map(|(at, cell)| format!("  {cell:<0$}", width(at))).collect::<String>()
    };
    let mut text = line(&format!("{} on OpenShift {range}", upgrade.file));
    text += &line(&format!("  {:6}{}", "", cells(&mut spans.iter().map(String::as_str))));
    for row in &upgrade.rows {
        let finding = &row.finding;
        let mut holds = row.holds.iter().map(|holds| match holds {
            Holds::Yes => finding.severity.name(),
            Holds::No => NOT,
            Holds::Unknown => UNKNOWN,
        });
        let cells = cells(&mut holds);
        text += &line(&format!("  {:6}{cells}  {}: {}", finding.code.id, finding.place, finding.message));
    }
    let says = if right.is_empty() { "right on none".to_owned() } else { format!("right on {}", right.join(" and ")) };
    text + &line(&format!("  {says}"))
}

fn line(text: &str) -> String {
    format!("{}\n", inert(text.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::codes::MALFORMED_YAML;
    use crate::diag::visible::acts;
    use crate::diag::{Diagnostic, Findings, OnMinor};
    use crate::tree::{Place, Source, SourceKind};

    #[test]
    fn nothing_in_a_matrix_acts() {
        let source = Source::new("a\u{1b}.yaml", "a: 1\n", SourceKind::User);
        let mut findings = Findings::new();
        findings.push(Diagnostic::error(&MALFORMED_YAML, &Place::new(&source, 0..1), "\u{202e}\n::error::x"));
        let text = text(&[Upgrade::new(
            "a\u{1b}.yaml",
            vec![OnMinor { minor: "4.16".parse().unwrap(), findings, reached: 0 }],
            |_| 0,
        )]);
        assert!(text.chars().all(|char| char == '\n' || !acts(char)), "{text:?}");
        assert!(text.lines().all(|line| !line.starts_with("::")), "{text}");
        assert_eq!(text.lines().count(), 4, "{text}");
    }
}
