//! What is printed about a field: its path as people write it in, Markdown out.
//!
//! A path begins in the spec (`storage.s3`), in its file (`metadata.name`) or with a kind (`Config.spec.storage`). All that
//! is said stands in the descriptions.

use super::Refusal;
use crate::diag::visible::quoted;
use crate::diag::{codes, nearest};
use crate::schema::field::{Field, NoField};
use crate::schema::words::{facts, kind_of};
use crate::schema::{Kind, find, kinds};
use crate::target::Minor;

/// Explains the field at a path; fails with none where nothing of it is known.
pub(super) fn explain(path: &str) -> Result<String, Option<Refusal>> {
    let (prefix, field) = lookup(path)?;
    Ok(written(prefix, &field))
}

/// Returns the names with which a path can begin.
pub(super) fn first_names() -> impl Iterator<Item = &'static str> {
    let file = spec_kind().map(|kind| Field::root(kind.schema));
    let spec = file.clone().and_then(|file| file.at(["spec"]).ok());
    let fields = [spec, file].into_iter().flatten().flat_map(|around| around.fields());
    let names: Vec<&'static str> = fields.filter_map(|field| field.inside).map(|(_, name)| name).collect();
    names.into_iter().chain(kinds().iter().map(|kind| kind.kind))
}

/// Returns the paths in a spec that end with a name, those nearest to the top first.
pub(super) fn ending_with(name: &str) -> Vec<String> {
    let root = spec_kind().and_then(|kind| Field::root(kind.schema).at(["spec"]).ok());
    let mut level: Vec<Field> = root.iter().flat_map(Field::fields).collect();
    while !level.is_empty() {
        let named = |field: &&Field| field.inside.is_some_and(|(_, last)| last.eq_ignore_ascii_case(name));
        let found: Vec<String> = level.iter().filter(named).map(|field| field.path.replacen("spec.", "", 1)).collect();
        if !found.is_empty() {
            return found;
        }
        level = level.iter().flat_map(Field::fields).collect();
    }
    Vec::new()
}

fn spec_kind() -> Option<&'static Kind> {
    find("regcfg.dev/v1alpha1", "ClusterRegistry")
}

/// Finds a field, and the kind that its path is shown with where it is not the spec's.
fn lookup(path: &str) -> Result<(Option<&'static Kind>, Field), Option<Refusal>> {
    let steps: Vec<&str> = path.split('.').collect();
    let first = steps.first().copied().unwrap_or_default();
    let file = spec_kind().map(|kind| Field::root(kind.schema)).ok_or(None)?;
    let in_spec = || file.clone().at(["spec"].into_iter().chain(steps.iter().copied()));
    let named =
        kinds().iter().find(|kind| [kind.kind, kind.plural].iter().any(|name| name.eq_ignore_ascii_case(first)));
    let is_written_so = |kind: &&Kind| kind.kind == first;
    if let Some(kind) = named.filter(is_written_so) {
        return below(kind, &steps[1..]).map(|field| (Some(kind), field));
    }
    let unknown = match in_spec() {
        Ok(field) => return Ok((None, field)),
        Err(unknown) => unknown,
    };
    if let Ok(field) = file.clone().at(steps.iter().copied()) {
        return Ok((None, field));
    }
    if let Some(kind) = named {
        return below(kind, &steps[1..]).map(|field| (Some(kind), field));
    }
    // Where not even the first name is known, anything may be meant.
    let deepest = file.at(steps.iter().copied()).err().into_iter().chain([unknown]);
    let deepest =
        deepest.max_by_key(|unknown| unknown.known.len()).filter(|unknown| !matches!(&*unknown.known, "" | "spec"));
    Err(deepest.map(|unknown| refusal(&unknown, None)))
}

fn below(kind: &'static Kind, steps: &[&str]) -> Result<Field, Option<Refusal>> {
    let found = Field::root(kind.schema).at(steps.iter().copied());
    found.map_err(|unknown| Some(refusal(&unknown, Some(kind))))
}

fn refusal(unknown: &NoField, kind: Option<&Kind>) -> Refusal {
    let NoField { known, name, names } = unknown;
    let near = nearest(name, names.iter().copied());
    let near = near.map_or_else(String::new, |near| format!("did you mean `{near}`? "));
    let names =
        if names.is_empty() { "it has none".into() } else { format!("the fields are `{}`", names.join("`, `")) };
    Refusal::new(format!("there is no field {} in `{}`", quoted(name), titled(kind, known)), near + &names)
}

fn titled(kind: Option<&Kind>, path: &str) -> String {
    match kind {
        Some(kind) if path.is_empty() => kind.kind.to_owned(),
        Some(kind) => format!("{}.{path}", kind.kind),
        None => path.to_owned(),
    }
}

fn written(kind: Option<&Kind>, field: &Field) -> String {
    let sections = [
        ("What it means", field.schema.description.to_owned()),
        ("What it takes", takes(field)),
        ("What the operator does", field.schema.operator.to_owned()),
        ("Where it lands", landing(kind, field)),
        ("Findings", findings(kind, field)),
        ("Fields", fields(field)),
    ];
    let said = sections.iter().filter(|(_, body)| !body.is_empty());
    let said: Vec<String> = said.map(|(title, body)| format!("\n## {title}\n{body}\n")).collect();
    format!("# `{}`\n{}", titled(kind, &field.path), said.concat())
}

/// Which rules look at which field; a test makes it.
const CODES: &str = include_str!("codes.tsv");

/// Lists the codes of the rules that look at a field.
fn findings(kind: Option<&Kind>, field: &Field) -> String {
    let path = titled(kind, &field.path);
    let codes = CODES.lines().filter_map(|line| line.split_once('\t')).filter(|(field, _)| *field == path);
    let codes = codes.filter_map(|(_, code)| codes::find(code));
    codes.map(|code| format!("- {} {}", code.id, code.name)).collect::<Vec<_>>().join("\n")
}

/// Says what the value must be, each thing once, with the releases where it does not hold on all.
fn takes(field: &Field) -> String {
    let minors = Minor::all().filter(|minor| field.since.is_none_or(|since| since <= *minor));
    let minors: Vec<Minor> = minors.filter(|minor| field.until.is_none_or(|until| *minor < until)).collect();
    let by_minor: Vec<(Minor, Vec<String>)> = minors.iter().map(|minor| (*minor, facts(field, *minor))).collect();
    let mut lines: Vec<String> = Vec::new();
    let mut said: Vec<&String> = Vec::new();
    for fact in by_minor.iter().flat_map(|(_, facts)| facts) {
        if said.contains(&fact) {
            continue;
        }
        said.push(fact);
        let holds = |minor: &Minor| by_minor.iter().any(|(on, facts)| on == minor && facts.contains(fact));
        let on = runs(&minors, holds);
        lines.push(if on.is_empty() { format!("- {fact}") } else { format!("- {fact} (OpenShift {on})") });
    }
    let exists = match (field.since, field.until) {
        (None, None) => None,
        (Some(since), None) => Some(format!("- since OpenShift {since}")),
        (None, Some(until)) => Some(format!("- no more since OpenShift {until}")),
        (Some(since), Some(until)) => Some(format!("- since OpenShift {since}, no more since {until}")),
    };
    lines.extend(exists);
    let examples = field.schema.examples.iter().map(|example| format!("`{}`", crate::schema::words::literal(example)));
    let examples: Vec<String> = examples.collect();
    if !examples.is_empty() {
        lines.push(format!("- such as {}", examples.join(", ")));
    }
    lines.join("\n")
}

/// Writes the runs of minors on which something holds, `4.4 to 4.5 and 4.8`; empty where it holds on all.
fn runs(minors: &[Minor], holds: impl Fn(&Minor) -> bool) -> String {
    if minors.iter().all(&holds) {
        return String::new();
    }
    let mut runs: Vec<(Minor, Minor)> = Vec::new();
    let mut was_held = false;
    for minor in minors {
        match runs.last_mut() {
            _ if !holds(minor) => {}
            Some((_, last)) if was_held => *last = *minor,
            _ => runs.push((*minor, *minor)),
        }
        was_held = holds(minor);
    }
    let newest = minors.last();
    let shown = runs.iter().map(|(first, last)| match (first, last) {
        (first, last) if Some(last) == newest => format!("since {first}"),
        (first, last) if first == last => first.to_string(),
        (first, last) => format!("{first} to {last}"),
    });
    shown.collect::<Vec<_>>().join(" and ")
}

fn landing(kind: Option<&Kind>, field: &Field) -> String {
    if kind.is_some() || !field.path.starts_with("spec") {
        return String::new();
    }
    let places = field.lands.iter().filter_map(|place| place.split_once(": "));
    let lines: Vec<String> = places.map(|(object, path)| format!("- {object}: `{path}`")).collect();
    if lines.is_empty() { "In no object: regcfg itself reads it.".into() } else { lines.join("\n") }
}

fn fields(field: &Field) -> String {
    let line = |below: &Field| {
        let (_, name) = below.inside?;
        let description = below.schema.description;
        let sentence = description.split_once(". ").map_or(description, |(first, _)| first).trim_end_matches('.');
        let since = below.since.filter(|since| Some(*since) != field.since);
        let since = since.map_or_else(String::new, |since| format!(" Since {since}."));
        let until = below.until.filter(|until| Some(*until) != field.until);
        let until = until.map_or_else(String::new, |until| format!(" No more since {until}."));
        Some(format!("- `{name}` ({}): {sentence}.{since}{until}", kind_of(below.schema, Minor::newest_released())))
    };
    field.fields().iter().filter_map(line).collect::<Vec<_>>().join("\n")
}
