//! Acknowledgements: `spec.acknowledge`, by code and by the path of what a finding points at.
//!
//! ```yaml
//! acknowledge:
//!   RC0520:
//!     storage.s3: {reason: switched by hand on 2026-03-01, until: "2027-01-01"}
//! ```
//!
//! Being mappings, they merge over layers like all else. A path covers all below it.

use super::Policy;
use super::levels::by_code;
use crate::day;
use crate::diag::visible::quoted;
use crate::diag::{Code, Diagnostic, Findings, codes};
use crate::resolve::Resolved;
use crate::rules::{Check, RULES};
use crate::tree::{Entry, Node, Place};

/// An acknowledgement of a spec, in force.
#[derive(Clone, Debug)]
pub struct Acknowledgement {
    /// The code of the findings.
    pub code: &'static Code,
    /// The reason, as it is written.
    pub reason: String,
    /// Where the reason is written, which tells it from others.
    pub place: Place,
    /// Where the path is written.
    at: Place,
    path: String,
    /// What the path covers.
    covered: Vec<Place>,
    /// The files that a path can cover; a finding elsewhere is in a file that they name, and says so in a note.
    documents: Vec<String>,
    /// Whether it stands in the spec's own file, and in no layer that others share.
    is_own: bool,
}

impl Acknowledgement {
    /// Tells whether a finding is acknowledged.
    pub(super) fn covers(&self, finding: &Diagnostic) -> bool {
        if self.code != finding.code {
            return false;
        }
        let is_covered = |place: &Place| self.covered.iter().any(|covered| holds(covered, place));
        if self.documents.iter().any(|document| document == finding.place.source.name()) {
            return is_covered(&finding.place);
        }
        finding.notes.iter().filter_map(|note| note.place.as_ref()).any(is_covered)
    }

    /// Tells whether it is among the reasons why findings do not count.
    fn is_used(&self, used: &[&Place]) -> bool {
        used.contains(&&self.place)
    }

    /// Tells whether only a look at all clusters can tell that nothing is found.
    fn is_projects(&self) -> bool {
        !self.is_own || RULES.iter().any(|rule| rule.code == self.code && matches!(rule.check, Check::Project(_)))
    }

    /// Tells whether findings of its code come from the spec, and not from what it is compared with.
    fn is_always_looked_for(&self) -> bool {
        let is_of_update = |code| RULES.iter().any(|rule| rule.code == code && matches!(rule.check, Check::Update(_)));
        self.code != &codes::EXPIRING_CERTIFICATE && !is_of_update(self.code)
    }

    /// Says that nothing is acknowledged, and where there is such a finding instead.
    fn unused<'f>(&self, found: impl IntoIterator<Item = &'f Diagnostic>) -> Diagnostic {
        let elsewhere = found.into_iter().find(|finding| finding.code == self.code && finding.suppressed.is_none());
        let message = format!("nothing of {} (`{}`) is found at {}", self.code.id, self.code.name, quoted(&self.path));
        let unused = Diagnostic::warning(&codes::UNUSED_ACKNOWLEDGEMENT, &self.at, message);
        let unused = match elsewhere {
            Some(finding) => unused.note_at(&finding.place, "such a finding is here"),
            None => unused,
        };
        unused.help("remove the acknowledgement, or correct its path to the field that the finding points at")
    }
}

/// Reads the acknowledgements of a resolved spec, and says which cannot be and which have expired.
pub(super) fn of_spec(
    resolved: &Resolved,
    policy: Option<&Policy>,
    as_of: i64,
    findings: &mut Findings,
) -> Vec<Acknowledgement> {
    let mut acknowledged = Vec::new();
    let loaded = &resolved.loaded;
    let documents = std::iter::once(&loaded.spec).chain(loaded.layers.values());
    let documents: Vec<String> = documents.map(|document| document.source.name().to_owned()).collect();
    for (code, entry) in by_code(resolved.spec().get("acknowledge"), findings) {
        if let Some(place) = policy.and_then(|policy| policy.forbids_acknowledging(code)) {
            let message = format!("the policy does not let anyone acknowledge {} (`{}`)", code.id, code.name);
            let finding = Diagnostic::error(&codes::NOT_ACKNOWLEDGEABLE, entry.key.place(), message);
            findings.push(finding.note_at(place, "the policy").help("remove it, and mend what the finding says"));
            continue;
        }
        for (path, entry) in entry.node.as_map().into_iter().flatten() {
            // What has no reason in words is for the shape to refuse.
            let Some(reason) = entry.node.get("reason") else { continue };
            let Some(words) = reason.as_str().filter(|words| !words.trim().is_empty()) else { continue };
            if is_over(&entry.node, as_of, findings) {
                continue;
            }
            let mut covered = Vec::new();
            cover(&resolved.node, path, &mut covered);
            cover(resolved.spec(), path, &mut covered);
            acknowledged.push(Acknowledgement {
                code,
                reason: words.to_owned(),
                place: reason.place().clone(),
                at: entry.key.place().clone(),
                path: path.to_string(),
                covered,
                documents: documents.clone(),
                is_own: entry.key.place().source.name() == loaded.spec.source.name(),
            });
        }
    }
    acknowledged
}

/// Says which acknowledgements of a spec acknowledge nothing, where that can be told without the other clusters.
pub fn say_unused(acknowledged: &[Acknowledgement], findings: &mut Findings) {
    let used = used(&*findings);
    let is_unused = |one: &&Acknowledgement| one.is_always_looked_for() && !one.is_projects() && !one.is_used(&used);
    let unused: Vec<Diagnostic> = acknowledged.iter().filter(is_unused).map(|one| one.unused(&*findings)).collect();
    findings.extend(unused);
}

/// Says which acknowledgements acknowledge nothing in the whole project: those of layers, and of what rules on projects
/// find. `acknowledged` are those of all clusters, `found` is what was found of all.
pub fn say_unused_in_project(acknowledged: &[&Acknowledgement], found: &[&Diagnostic], findings: &mut Findings) {
    let used = used(found.iter().copied());
    let is_unused = |one: &&&Acknowledgement| one.is_always_looked_for() && one.is_projects() && !one.is_used(&used);
    findings.extend(acknowledged.iter().filter(is_unused).map(|one| one.unused(found.iter().copied())));
}

/// Returns the places of the reasons why findings do not count.
fn used<'f>(found: impl IntoIterator<Item = &'f Diagnostic>) -> Vec<&'f Place> {
    found.into_iter().filter_map(|finding| Some(&finding.suppressed.as_ref()?.place)).collect()
}

/// Tells whether an acknowledgement has expired, and says so. The day that it names is the last on which it holds.
fn is_over(node: &Node, as_of: i64, findings: &mut Findings) -> bool {
    let Some((until, text)) = node.get("until").and_then(|until| Some((until, until.as_str()?))) else { return false };
    match day::first_second(text) {
        None => {
            let finding = Diagnostic::error(&codes::BAD_EXPIRY, until.place(), format!("{} is no day", quoted(text)));
            findings.push(finding.help("write a day as \"2027-01-31\", in quotes"));
            false
        }
        Some(first) if as_of >= first + day::SECONDS => {
            let message = format!("the acknowledgement held until {text}");
            let finding = Diagnostic::warning(&codes::EXPIRED_ACKNOWLEDGEMENT, until.place(), message);
            findings.push(finding.help("mend what was acknowledged, or acknowledge it anew with a later day"));
            true
        }
        Some(_) => false,
    }
}

/// Collects what a path covers: keys and values. Keys may hold dots themselves, as registries do.
fn cover(node: &Node, path: &str, covered: &mut Vec<Place>) {
    for (key, entry) in node.as_map().into_iter().flatten() {
        match path.strip_prefix(&**key) {
            Some("") => cover_all(entry, covered),
            Some(rest) if rest.starts_with('.') => cover(&entry.node, &rest[1..], covered),
            _ => {}
        }
    }
}

fn cover_all(entry: &Entry, covered: &mut Vec<Place>) {
    covered.push(entry.key.place().clone());
    cover_values(&entry.node, covered);
}

fn cover_values(node: &Node, covered: &mut Vec<Place>) {
    covered.push(node.place().clone());
    node.as_map().into_iter().flatten().for_each(|(_, entry)| cover_all(entry, covered));
    node.as_seq().into_iter().flatten().for_each(|item| cover_values(item, covered));
}

fn holds(outer: &Place, inner: &Place) -> bool {
    outer.source.name() == inner.source.name() && outer.start <= inner.start && inner.end <= outer.end
}
