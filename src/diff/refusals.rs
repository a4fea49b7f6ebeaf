//! What an API server says of objects in a dry-run -> findings at the places that the user wrote.
//!
//! The server names a field by its path, or within quotes in a sentence; the place is that of the rendered value, or of the
//! nearest one around it that was rendered.

use std::collections::BTreeMap;

use super::live::Asked;
use super::{ObjectDiff, What};
use crate::diag::visible::{quoted, visible};
use crate::diag::{Code, Diagnostic, Findings, Severity, codes};
use crate::live::{Absent, ObjectId, Unknown, Why};
use crate::name::ObjectName;
use crate::tree::{Node, Origin, Value};

/// The most objects that one finding names.
const MOST_NAMES: usize = 5;

/// The rules that say of a claim what the server refuses of it.
const EXPLAINING: [&Code; 2] = [&codes::CLAIM_CHANGED, &codes::CLAIM_SHRUNK];

/// What a server refuses of an object.
pub struct Refused {
    /// The place of the object among the rendered ones.
    pub rendered: usize,
    /// The path of the field that the server names; empty where it names none.
    field: String,
    /// What is said of it.
    pub finding: Diagnostic,
}

impl Refused {
    /// Tells whether rules say it already: all that changes there, at its place in the object as it would be.
    pub fn is_explained(&self, diff: &ObjectDiff, predicted: &Node, ruled: &[&Diagnostic]) -> bool {
        let below = steps(&self.field);
        let changes = diff.changes.iter().filter(|change| change.silent.is_none()).map(|change| steps(&change.path));
        let mut changes = changes.filter(|path| path.starts_with(&below)).peekable();
        let is_ruled = |path: &[&str]| {
            let around = |n| predicted.at(&path[..n]).map(Node::place);
            let places: Vec<_> = (1..=path.len()).filter_map(around).collect();
            ruled.iter().any(|rule| EXPLAINING.contains(&rule.code) && places.contains(&&rule.place))
        };
        changes.peek().is_some() && changes.all(|path| is_ruled(&path))
    }
}

/// What was said so far of the objects of one cluster.
pub(super) struct Said<'a> {
    asked: &'a Asked<'a>,
    findings: Findings,
    refused: Vec<Refused>,
    /// The objects without a dry-run, by what stood in the way.
    without: BTreeMap<(bool, String), Vec<ObjectId>>,
}

impl<'a> Said<'a> {
    pub(super) fn new(asked: &'a Asked<'a>) -> Self {
        Self { asked, findings: Findings::new(), refused: Vec::new(), without: BTreeMap::new() }
    }

    /// Returns what is looked at, for people.
    pub(super) fn called(&self) -> &str {
        self.asked.cluster
    }

    /// Takes the warnings of a server, one line each.
    pub(super) fn warned(&mut self, rendered: &Node, warnings: &[String]) {
        for warning in warnings {
            let origin = origin_of(rendered, warning);
            let message = format!("the API server warns: {}", visible(warning));
            let finding = Diagnostic::about(&codes::SERVER_WARNS, Severity::Warning, &origin, message)
                .object(ObjectName::of(rendered).to_string())
                .help("change what the server names; it takes the object all the same");
            self.findings.push(finding);
        }
    }

    /// Takes a refusal of the object itself.
    pub(super) fn refused(&mut self, at: usize, rendered: &Node, unknown: &Unknown) {
        let (code, words, help): (&'static Code, _, _) = if unknown.why == Why::Denied {
            (&codes::DENIED_BY_POLICY, "a webhook or policy of the cluster refuses the object", &*unknown.help)
        } else {
            (&codes::REFUSED_BY_SERVER, "the API server refuses the object", "correct what the server names")
        };
        let named = ObjectName::of(rendered).to_string();
        let refused = |field: &str, about: &str, message: &str| {
            let origin = origin_of(rendered, about);
            let message = format!("{words}: {}", visible(message));
            let finding = Diagnostic::error_about(code, &origin, message).object(&*named).help(help);
            Refused { rendered: at, field: field.to_owned(), finding }
        };
        if unknown.causes.is_empty() {
            return self.refused.push(refused("", &unknown.message, &unknown.message));
        }
        for cause in &unknown.causes {
            let message = without_go_diff(&cause.message);
            let message = match &*cause.field {
                "" => message.to_owned(),
                field => format!("`{field}`: {message}"),
            };
            let about = if cause.field.is_empty() { &cause.message } else { &cause.field };
            self.refused.push(refused(&cause.field, about, &message));
        }
    }

    /// Takes that no dry-run was had of an object.
    pub(super) fn without_dry_run(&mut self, object: &ObjectId, unknown: &Unknown) {
        // Where nobody may ask it is the same for all; what failed is told as it failed.
        let why = if unknown.why == Why::Forbidden { String::new() } else { unknown.message.clone() };
        self.without.entry((unknown.why == Why::Server, why)).or_default().push(object.clone());
    }

    /// Returns what was said, and apart from it what is refused.
    pub(super) fn into_findings(mut self) -> (Findings, Vec<Refused>) {
        for ((is_failure, why), objects) in std::mem::take(&mut self.without) {
            let (severity, message) = match (&*why, is_failure) {
                ("", _) => {
                    (Severity::Info, "who asks may not run an apply dry, and what it does was computed here".into())
                }
                (why, false) => {
                    (Severity::Info, format!("no dry-run can be had, and what an apply does was computed here: {why}"))
                }
                (why, true) => {
                    (Severity::Warning, format!("a dry-run failed, and what an apply does was computed here: {why}"))
                }
            };
            let finding = Diagnostic::new(&codes::NO_DRY_RUN, severity, self.asked.named, visible(&message))
                .note(format!("it is so for {}", names(&objects)))
                .help("allow what `deploy/rbac/diff-dry-run.yaml` lists to have the server's own word; only dry-runs are sent");
            self.findings.push(finding);
        }
        (self.findings, self.refused)
    }
}

/// Says which kinds and namespaces are not there, each once.
pub(super) fn absences(asked: &Asked<'_>, objects: &[ObjectDiff], findings: &mut Findings) {
    let lacking = |wanted: Absent| -> Vec<&ObjectId> {
        let is_it = |object: &&ObjectDiff| object.what == What::Create(wanted);
        objects.iter().filter(is_it).map(|object| &object.object).collect()
    };
    let (kinds, namespaces) = (lacking(Absent::Kind), lacking(Absent::Namespace));
    let is_registrys = |object: &&&ObjectId| object.resource.group == "imageregistry.operator.openshift.io";
    let in_its_namespace = |object: &&&ObjectId| object.namespace == "openshift-image-registry";
    let has_capability = !kinds.iter().any(|object| is_registrys(&object));
    if !has_capability {
        let of_it: Vec<ObjectId> = kinds
            .iter()
            .filter(is_registrys)
            .chain(namespaces.iter().filter(in_its_namespace))
            .map(|id| (*id).clone())
            .collect();
        let message = "the cluster has no image registry: its kinds are not there";
        let finding = Diagnostic::error(&codes::KIND_NOT_SERVED, asked.named, message)
            .note(format!("nothing of it can be applied: {}", names(&of_it)))
            .note("since 4.14 a cluster may be installed without the capability `ImageRegistry`")
            .help("enable the capability in `spec.capabilities` of `clusterversion/version`, or take the cluster out of what is rendered; see that the context is the right cluster");
        findings.push(finding);
    }
    let mut by_kind: BTreeMap<String, Vec<ObjectId>> = BTreeMap::new();
    for object in kinds.into_iter().filter(|object| has_capability || !is_registrys(&object)) {
        let kind = format!("{} of {}", object.resource.kind, object.resource.api_version());
        by_kind.entry(kind).or_default().push(object.clone());
    }
    for (kind, objects) in by_kind {
        let message = format!("the cluster does not serve the kind {kind}");
        let finding = Diagnostic::error(&codes::KIND_NOT_SERVED, asked.named, message)
            .note(format!("it cannot be applied: {}", names(&objects)))
            .help("install what defines the kind first, or leave out what needs it; see that the context is the right cluster");
        findings.push(finding);
    }
    let mut by_namespace: BTreeMap<&str, Vec<ObjectId>> = BTreeMap::new();
    let is_rendered = |name: &str| {
        asked.objects.iter().any(|object| {
            let called = ObjectName::of(object);
            called.kind == "Namespace" && called.group.is_empty() && called.name == name
        })
    };
    for object in namespaces.into_iter().filter(|object| has_capability || !in_its_namespace(&object)) {
        if !is_rendered(&object.namespace) {
            by_namespace.entry(&object.namespace).or_default().push(object.clone());
        }
    }
    for (namespace, objects) in by_namespace {
        let message = format!("the cluster has no namespace {}", quoted(namespace));
        let finding = Diagnostic::error(&codes::NAMESPACE_NOT_THERE, asked.named, message)
            .note(format!("it cannot be applied: {}", names(&objects)))
            .help("make the namespace first; see that the context is the right cluster");
        findings.push(finding);
    }
}

/// Returns a message without the diff of Go structs that API servers append to it, of which nobody can see what is meant.
fn without_go_diff(message: &str) -> &str {
    message.find("\n@@ ").or_else(|| message.find(" @@ -")).map_or(message, |end| &message[..end]).trim_end()
}

fn names(objects: &[ObjectId]) -> String {
    let shown: Vec<String> = objects.iter().take(MOST_NAMES).map(ToString::to_string).collect();
    let more = objects.len().saturating_sub(shown.len());
    if more > 0 { format!("{} and {more} more", shown.join(", ")) } else { shown.join(", ") }
}

/// Returns where the rendered value stands that a server names, or the nearest one around it; that of the object's name
/// where it names none.
fn origin_of(rendered: &Node, words: &str) -> Origin {
    let named = rendered.at(&["metadata", "name"]).unwrap_or(rendered);
    let found = paths_in(words).into_iter().filter_map(|path| nearest(rendered, path)).max_by_key(|(depth, _)| *depth);
    match found {
        Some((_, origin)) => origin,
        None => named.origin.clone(),
    }
}

/// Returns what may be paths of fields in a sentence: words with dots or brackets, and what stands in quotes.
fn paths_in(words: &str) -> Vec<&str> {
    let in_quotes = words.split('"').skip(1).step_by(2);
    let plain = words.split(|char: char| char.is_whitespace() || matches!(char, '"' | ',' | ';'));
    in_quotes.chain(plain).map(|word| word.trim_end_matches([':', '.'])).filter(|word| !word.is_empty()).collect()
}

/// Follows a path as far as it leads in a rendered object, at least one step; returns how far that was.
fn nearest(rendered: &Node, path: &str) -> Option<(usize, Origin)> {
    let (mut node, mut origin, mut depth) = (rendered, None, 0);
    for step in steps(path) {
        let next = match (step.parse::<usize>(), node.as_seq()) {
            (Ok(index), Some(items)) => items.get(index).map(|item| (item, &item.origin)),
            _ => node.entry(step).map(|entry| (&entry.node, &entry.key)),
        };
        let Some((below, key)) = next else { break };
        let is_part = matches!(below.value, Value::Map(_) | Value::Seq(_));
        origin = Some(if is_part { key.clone() } else { below.origin.clone() });
        (node, depth) = (below, depth + 1);
    }
    // Every object has these, so that they say nothing.
    origin.filter(|_| depth > 0).map(|origin| (depth, origin))
}

/// Cuts a path as Kubernetes writes it: `spec.routes[0].name`, `metadata.annotations[a.b/c]`, `.spec.x`.
fn steps(path: &str) -> Vec<&str> {
    let mut steps = Vec::new();
    let mut rest = path.trim_start_matches('.');
    while !rest.is_empty() {
        if let Some(inner) = rest.strip_prefix('[') {
            let (step, after) = inner.split_once(']').unwrap_or((inner, ""));
            steps.push(step.trim_matches('"'));
            rest = after.strip_prefix('.').unwrap_or(after);
        } else {
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            steps.push(&rest[..end]);
            rest = rest[end..].strip_prefix('.').unwrap_or(&rest[end..]);
        }
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Findings;
    use crate::tree::parse::{Reading, document};
    use crate::tree::{Source, SourceKind};

    #[track_caller]
    fn check(words: &str, expected: &str) {
        let text = "kind: X\nmetadata:\n  name: cluster\n  annotations:\n    a.b/c: x\nspec:\n  list:\n  - name: one\n  - name: two\n";
        let source = Source::new("a.yaml", text, SourceKind::User);
        let node = document(&source, Reading::Strict, &mut Findings::new()).unwrap();
        assert_eq!(origin_of(&node, words).place().to_string(), expected, "{words}");
    }

    #[test]
    fn what_a_server_names_is_found_in_what_was_rendered() {
        check("spec.list[1].name", "a.yaml:9:11");
        check("spec.list[1].hostname", "a.yaml:9:5");
        check("spec.list[7].name", "a.yaml:7:3");
        check("metadata.annotations[a.b/c]", "a.yaml:5:12");
        check("unknown field \"spec.other\"", "a.yaml:6:1");
        check(".spec.list[0].x: field not declared in schema", "a.yaml:8:5");
        check("no field is named here", "a.yaml:3:9");
    }

    #[test]
    fn the_diff_of_go_structs_is_left_out() {
        let words = "Forbidden: spec is immutable after creation\n@@ -6,11 +6,11 @@\n   \"Resources\": {\n";
        assert_eq!(without_go_diff(words), "Forbidden: spec is immutable after creation");
        assert_eq!(without_go_diff("Forbidden: is immutable @@ -6,11 +6,11 @@ x"), "Forbidden: is immutable");
        assert_eq!(without_go_diff("no diff: a@@b"), "no diff: a@@b");
    }
}
