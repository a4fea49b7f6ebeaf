//! A tree as YAML with, in front of each line, the place that wrote it.

use anyhow::Result;
use zeroize::Zeroizing;

use crate::diag::visible::inert;
use crate::tree::emit::lines_with_origins;
use crate::tree::sensitive::{CONCEALED, concealed, concealed_text};
use crate::tree::{Node, Origin, Source};

/// The widest column of places; longer ones push their line to the right.
const WIDEST: usize = 60;

/// Returns the lines of a tree behind their places, `file:line:column │ yaml`. What may be a secret is not among
/// them.
pub(super) fn beside_origins(node: &Node) -> Result<String> {
    let lines = lines_with_origins(&concealed(node), &mut |_| Some(Zeroizing::new(CONCEALED.to_owned())))?;
    let lines: Vec<(String, String)> = lines.into_iter().map(|(line, origin)| (shown(origin.as_ref()), line)).collect();
    Ok(columns(&lines))
}

/// Returns the lines of a text that is passed on as it is, each behind its own place. What is not encrypted in it and may
/// be a secret is not among them.
pub(super) fn beside_their_own(source: &Source) -> String {
    let text = concealed_text(source.text()).unwrap_or_default();
    let lines: Vec<(String, &str)> =
        (1..).zip(text.lines()).map(|(at, line)| (format!("{}:{at}:1", inert(source.name())), line)).collect();
    columns(&lines)
}

/// Puts places and lines into two columns.
fn columns<L: AsRef<str>>(lines: &[(String, L)]) -> String {
    let width = lines.iter().map(|(place, _)| place.chars().count()).max().unwrap_or(0).min(WIDEST);
    let line = |(place, line): &(String, L)| format!("{place:<width$} │ {}\n", inert(line.as_ref()));
    lines.iter().map(|each| line(each).replace(" \n", "\n")).collect()
}

fn shown(origin: Option<&Origin>) -> String {
    origin.map_or_else(String::new, |origin| {
        let places: Vec<String> = origin.places().map(ToString::to_string).collect();
        inert(&places.join(" + ")).into_owned()
    })
}
