//! The shape of regcfg's own files, by the same interpreter that checks objects.

use crate::diag::{Diagnostic, Findings, codes};
use crate::load::{API_VERSION, DocumentKind};
use crate::schema::interpret::Manner;
use crate::schema::report::{self, Codes};
use crate::target::{Minor, Target};
use crate::tree::Node;

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

/// Checks a layer by itself. Which minors it is for is not known, so that fields of any of them are right.
pub(crate) fn check_layer(node: &Node, findings: &mut Findings) {
    let mut found = Findings::new();
    let all = Target::only(Minor::newest_released());
    check(DocumentKind::Layer, node, all, Manner::LAYER, &mut found);
    findings.extend(found.into_iter().filter(|finding| finding.code != &codes::SPEC_FIELD_OF_OTHER_MINOR));
}
