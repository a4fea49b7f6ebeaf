//! The shape of regcfg's own files, by the same interpreter that checks objects.

use crate::diag::{Diagnostic, Findings, codes};
use crate::load::{API_VERSION, DocumentKind};
use crate::schema::interpret::Manner;
use crate::schema::report::{self, Codes};
use crate::target::{Minor, Target};
use crate::tree::{Entry, Node, Place, Value};

/// The codes for regcfg's own files.
static CODES: Codes = Codes {
    unknown_field: &codes::UNKNOWN_SPEC_FIELD,
    other_minor: &codes::SPEC_FIELD_OF_OTHER_MINOR,
    wrong_type: &codes::WRONG_SPEC_TYPE,
    missing_field: &codes::MISSING_SPEC_FIELD,
    not_allowed: &codes::SPEC_VALUE_NOT_ALLOWED,
    malformed: &codes::MALFORMED_SPEC_VALUE,
    lax_duration: &codes::MALFORMED_SPEC_VALUE,
    out_of_bounds: &codes::SPEC_OUT_OF_BOUNDS,
    duplicate: &codes::SPEC_DUPLICATE,
    not_together: &codes::SPEC_NOT_TOGETHER,
};

/// Fields of the API that specs have elsewhere or not at all, by what is said of them.
static OF_THE_API: [(&str, &str); 5] = [
    ("unknown field `logging` in `spec.registry`", "write `logLevel`, which becomes `logging` before OpenShift 4.6"),
    ("unknown field `httpSecret` in `spec.registry`", "remove it: the operator makes one and keeps it"),
    ("unknown field `observedConfig` in `spec.registry`", "remove it: the operator writes it"),
    ("unknown field `storage` in `spec.registry`", "write `storage` in `spec`, beside `registry`"),
    (
        "unknown field `additionalTrustedCA` in `spec.images`",
        "write `trust` in `spec`, which makes the config map, too",
    ),
];

/// Checks a document of regcfg's own against its description on every minor of a target.
pub(crate) fn check(kind: DocumentKind, node: &Node, target: Target, manner: Manner, findings: &mut Findings) {
    if let Some(kind) = crate::schema::find(API_VERSION, kind.name()) {
        let mut found = Findings::new();
        report::check(kind, node, target, manner, &CODES, &mut found);
        findings.extend(found.into_iter().map(said_for_the_api));
    }
}

/// Says of a field that the operator's API has, and specs leave to something else, what that is.
fn said_for_the_api(finding: Diagnostic) -> Diagnostic {
    if finding.code != &codes::UNKNOWN_SPEC_FIELD {
        return finding;
    }
    match OF_THE_API.iter().find(|(message, _)| *message == finding.message) {
        Some((_, help)) => finding.help(*help),
        None => finding,
    }
}

/// Checks a layer by itself. Which minors it is for is not known: wrong is what is wrong on every released minor that has
/// the field.
pub(crate) fn check_layer(node: &Node, findings: &mut Findings) {
    let Some(kind) = crate::schema::find(API_VERSION, DocumentKind::Layer.name()) else { return };
    let Ok(released) = Target::range(Minor::FIRST, Minor::newest_released()) else { return };
    let found: Vec<Findings> = kind
        .segments(released)
        .into_iter()
        .map(|segment| {
            let mut found = Findings::new();
            check(DocumentKind::Layer, node, Target::only(segment.first), Manner::LAYER, &mut found);
            found
        })
        .collect();
    // The newest minor that has the field says what it must be.
    let mut said: Vec<&Diagnostic> = Vec::new();
    for finding in found.iter().rev().flatten() {
        let is_same = |other: &Diagnostic| other.code == finding.code && other.place == finding.place;
        let has_no_field = |found: &Findings| {
            let gone = found.iter().filter(|other| other.code == &codes::SPEC_FIELD_OF_OTHER_MINOR);
            gone.filter(|gone| gone.place != finding.place).any(|gone| is_below(node, &gone.place, &finding.place))
        };
        let is_everywhere = found.iter().all(|found| found.iter().any(is_same) || has_no_field(found));
        if is_everywhere && !said.iter().any(|other| is_same(other)) {
            said.push(finding);
        }
    }
    findings.extend(said.into_iter().cloned().map(said_of_all));
}

/// Tells whether a place is within the value of the field whose name stands at another.
fn is_below(node: &Node, field: &Place, place: &Place) -> bool {
    let within = |entry: &Entry| {
        if entry.key.place() == field { holds(&entry.node, place) } else { is_below(&entry.node, field, place) }
    };
    match &node.value {
        Value::Map(map) => map.values().any(within),
        Value::Seq(items) => items.iter().any(|item| is_below(item, field, place)),
        _ => false,
    }
}

/// Tells whether something in a tree stands at a place.
fn holds(node: &Node, place: &Place) -> bool {
    node.place() == place
        || match &node.value {
            Value::Map(map) => map.values().any(|entry| entry.key.place() == place || holds(&entry.node, place)),
            Value::Seq(items) => items.iter().any(|item| holds(item, place)),
            _ => false,
        }
}

/// Says of a field that only minors in development have that no released one has it.
fn said_of_all(mut finding: Diagnostic) -> Diagnostic {
    if let Some((says, _)) = finding.message.rsplit_once("; the target is ") {
        finding.message = format!("{says}; no released minor has it");
    }
    finding
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::parse::{Reading, document};
    use crate::tree::{Source, SourceKind};

    fn check(spec: &str, expected: &[&str]) {
        let text = format!("apiVersion: regcfg.dev/v1alpha1\nkind: RegistryLayer\nspec: {spec}");
        let source = Source::new("layer.yaml", text, SourceKind::User);
        let mut findings = Findings::new();
        let node = document(&source, Reading::Strict, &mut findings).unwrap();
        check_layer(&node, &mut findings);
        findings.sort_for_showing();
        let shown: Vec<String> =
            findings.iter().map(|finding| format!("{} {}", finding.code.id, finding.place.text())).collect();
        assert_eq!(shown, expected, "{findings:?}");
    }

    #[test]
    fn a_layer_is_wrong_where_no_released_minor_takes_it() {
        check("{storage: {s3: {chunkSizeMiB: 10}}}", &[]);
        check("{storage: {s3: {trustedCA: {name: a}}}, registry: {topologySpreadConstraints: []}}", &[]);
        check("{storage: {s3: {bukcet: a}}}", &["RC0310 bukcet"]);
        check("{registry: {replicas: two}}", &["RC0312 two"]);
        check("{storage: {s3: {chunkSizeMiB: 4}}}", &["RC0316 4"]);
    }

    #[test]
    fn a_field_that_only_minors_in_development_have_is_said_to_be_of_no_released_one() {
        let source = Source::new("layer.yaml", "a", SourceKind::User);
        let place = crate::tree::Place::start_of(&source);
        let message = "`spec.a` exists since OpenShift 5.0; the target is 4.22";
        let said = said_of_all(Diagnostic::error(&codes::SPEC_FIELD_OF_OTHER_MINOR, &place, message));
        assert_eq!(said.message, "`spec.a` exists since OpenShift 5.0; no released minor has it");
    }
}
