//! The shape of regcfg's own files, by the same interpreter that checks objects.

use crate::diag::{Findings, codes};
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
    out_of_bounds: &codes::SPEC_OUT_OF_BOUNDS,
    duplicate: &codes::SPEC_DUPLICATE,
    not_together: &codes::SPEC_NOT_TOGETHER,
};

/// Checks a document of regcfg's own against its description on every minor of a target.
pub(crate) fn check(kind: DocumentKind, node: &Node, target: Target, manner: Manner, findings: &mut Findings) {
    if let Some(kind) = crate::schema::find(API_VERSION, kind.name()) {
        report::check(kind, node, target, manner, &CODES, findings);
    }
}

/// Checks a layer by itself. Which minors it is for is not known, so that fields of any of them are right.
pub(crate) fn check_layer(node: &Node, findings: &mut Findings) {
    let mut found = Findings::new();
    let all = Target::only(Minor::newest_released());
    check(DocumentKind::Layer, node, all, Manner::LAYER, &mut found);
    findings.extend(found.into_iter().filter(|finding| finding.code != &codes::SPEC_FIELD_OF_OTHER_MINOR));
}
