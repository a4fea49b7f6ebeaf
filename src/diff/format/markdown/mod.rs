//! A comment on a pull request: counts and impact first, then each object folded away, equal changes of clusters once.
//!
//! ````text
//! ### Registry configuration: 1 to change, 9 unchanged; impact: rollout
//!
//! <details>
//! <summary>~ <code>Config cluster: spec.replicas</code>; rollout</summary>
//!
//! ```diff
//! -  replicas: 1
//! +  replicas: 2
//! ```
//!
//! </details>
//! ````
//!
//! Text of others stands in two places alone. In a fence, which is longer than any that the text could close it with; and in
//! `<code>` within lines of HTML, where no Markdown is read and no page looks for mentions, issues or addresses. What does
//! not fit into a comment is left out in a fixed order, and counted.

mod room;
mod safe;

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::diag::{Diagnostic, Outcome, Severity};
use crate::diff::{ClusterDiff, ObjectDiff};
use crate::impact::Impact;

use super::groups::{Group, Grouped, grouped};
use super::states::States;
use super::{Paint, names, obstacles, summary, unified, words};
use room::{Block, Comment, Section};
use safe::code;

/// The most characters that GitHub takes for the description of a pull request, counted as code points; a comment may have
/// as many of four bytes each. GitLab and Gitea take more.
pub const LONGEST: usize = 65_536;

/// The most lines of one list at the top or the end.
const MOST_ITEMS: usize = 20;

/// Writes the comment, of at most so many characters.
pub fn comment(clusters: &[ClusterDiff], outcome: &Outcome, longest: usize) -> String {
    let grouped = grouped(clusters);
    let comment = Comment {
        heading: heading(clusters),
        top: top(clusters, &grouped),
        lists: [unknown(&grouped), findings(outcome)].into_iter().flatten().collect(),
        sections: grouped.groups.iter().map(|group| section(group, clusters.len())).collect(),
    };
    comment.within(longest)
}

/// Writes the first line, in which there is nothing of others'.
fn heading(clusters: &[ClusterDiff]) -> String {
    let on =
        if clusters.len() == 1 { String::new() } else { format!(" on {}", words::counted(clusters.len(), "cluster")) };
    format!("### Registry configuration: {}{on}; impact: {}\n\n", words::counts(clusters), words::impact(clusters))
}

fn top(clusters: &[ClusterDiff], grouped: &Grouped<'_>) -> String {
    let mut top = String::new();
    if let [cluster] = clusters {
        let _infallible = write!(top, "<p>{} against {}</p>\n\n", code(&cluster.cluster), code(&cluster.against));
    } else if grouped.n_same > 0 {
        let _infallible = write!(top, "<p>{} without differences</p>\n\n", words::counted(grouped.n_same, "cluster"));
    }
    top += &reasons(grouped);
    top
}

/// Lists how hard what hits, each once.
fn reasons(grouped: &Grouped<'_>) -> String {
    let mut said = BTreeSet::new();
    let mut items = Vec::new();
    for object in grouped.groups.iter().flat_map(|group| &group.objects) {
        for hit in words::hits(object) {
            let text = format!("{}: {hit}", object.object);
            if said.insert(text.clone()) {
                items.push((hit.impact, format!("<li>{}</li>\n", code(&text))));
            }
        }
    }
    items.sort_by_key(|(impact, _)| std::cmp::Reverse(*impact));
    list(items.into_iter().map(|(_, item)| item).collect(), "reason")
}

/// Writes the first items of a list, and how many more there are.
fn list(items: Vec<String>, noun: &str) -> String {
    if items.is_empty() {
        return String::new();
    }
    let more = items.len().saturating_sub(MOST_ITEMS);
    let mut list = "<ul>\n".to_owned();
    list.extend(items.into_iter().take(MOST_ITEMS));
    if more > 0 {
        let _infallible = writeln!(list, "<li>and {}</li>", words::counted(more, &format!("more {noun}")));
    }
    list + "</ul>\n\n"
}

fn section(group: &Group<'_>, n_clusters: usize) -> Section {
    let heading = match n_clusters {
        1 => String::new(),
        _ => format!(
            "<h4>{} in {}; impact: {}</h4>\n\n",
            summary::becomes(group),
            code(&summary::named(group)),
            group.impact().word()
        ),
    };
    Section { heading, blocks: group.objects.iter().map(|object| block(object, group)).collect() }
}

fn block(object: &ObjectDiff, group: &Group<'_>) -> Block {
    let states = States::of(object);
    let sign = match words::sign(&object.what) {
        ' ' => String::new(),
        sign => format!("{sign} "),
    };
    let impact = match object.impact() {
        Impact::None => String::new(),
        impact => format!("; {}", impact.word()),
    };
    let mut head = format!("<details>\n<summary>{sign}{}{impact}</summary>\n", code(&summary::said(object)));
    let notes = words::notes(object, &states.unseen).into_iter().chain(words::predicted([object]));
    let notes = notes.map(|note| format!("<li>{}: {}</li>\n", note.label, code(&note.text)));
    head += list(notes.collect(), "note").trim_end();
    let mut diff = String::new();
    if unified::shows_states(object) {
        unified::diff(&mut diff, &states, &names::file(&object.object), &Paint::plain());
    }
    // The names of the files say nothing that the summary does not.
    let lines = diff.lines().skip(2).map(safe::shortened).collect();
    let first = group.clusters.first().filter(|_| group.clusters.len() > 1);
    let example = first.map(|cluster| format!("<p>as on {}</p>\n", code(&cluster.cluster)));
    Block { head: head + "\n", example: example.unwrap_or_default(), lines }
}

/// Lists the clusters of which not everything is known, and why.
fn unknown(grouped: &Grouped<'_>) -> Option<String> {
    let lines = obstacles::lines(&grouped.incomplete).into_iter();
    let items = lines.map(|line| format!("<li>{}: {}</li>\n", code(&summary::names(&line.clusters)), code(&line.text)));
    let list = list(items.collect(), "reason");
    (!list.is_empty()).then(|| format!("<p><b>{}</b></p>\n{list}", words::all_not_known(&grouped.incomplete)))
}

/// Lists what was found and what went wrong, the worst first.
fn findings(outcome: &Outcome) -> Option<String> {
    let faults = outcome.faults().iter().map(|fault| format!("<li>error: {}</li>\n", code(&fault.message)));
    let of_severity = |severity| outcome.findings().filter(move |finding| finding.severity == severity);
    let found = [Severity::Error, Severity::Warning, Severity::Info].into_iter().flat_map(of_severity).map(finding);
    let list = list(faults.chain(found).collect(), "finding");
    let summary = outcome.summary().map(|summary| format!("<p><b>{summary}</b></p>\n")).unwrap_or_default();
    (!list.is_empty()).then(|| summary + &list)
}

fn finding(finding: &Diagnostic) -> String {
    let place = code(&finding.place.to_string());
    let object = finding.object.as_ref().map(|object| format!(" in {}", code(object))).unwrap_or_default();
    let help = finding.help.as_ref().map(|help| format!("; help: {}", code(help))).unwrap_or_default();
    let (severity, id) = (finding.severity.name(), finding.code.id);
    format!("<li>{severity} {id} at {place}{object}: {}{help}</li>\n", code(&finding.message))
}
