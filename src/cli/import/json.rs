//! What an import tells programs: one JSON document, its shape public and stable (`schemas/import.schema.json`).

use std::path::PathBuf;

use serde_json::{Value, json};

use super::Told;
use crate::diag::format::json::{finding, written};
use crate::import::Left;
use crate::live::Unknown;

/// Writes the document, with a line break at its end.
pub(super) fn document(told: &Told<'_>, created: &[PathBuf]) -> String {
    let imported = told.imported;
    let files = imported.files.iter().map(|(path, text)| json!({"path": path, "text": text}));
    written(&json!({
        "regcfg": env!("CARGO_PKG_VERSION"),
        "name": imported.name,
        "platform": imported.platform,
        "openshift": imported.target.to_string(),
        "by": imported.by,
        "spec": imported.spec,
        "files": files.collect::<Vec<_>>(),
        "created": created.iter().map(|path| path.display().to_string()).collect::<Vec<_>>(),
        "left": imported.left.iter().map(left).collect::<Vec<_>>(),
        "differs": told.differs,
        "unknown": told.unknown.iter().map(unknown).collect::<Vec<_>>(),
        "unseenSecret": told.unseen_secret.map(unknown),
        "findings": told.outcome.findings().map(finding).collect::<Vec<_>>(),
    }))
}

fn left(left: &Left) -> Value {
    let place = left.place.as_ref().map(|place| (place.source.name().to_owned(), place.position()));
    json!({
        "object": left.object,
        "path": left.path,
        "why": left.why.name(),
        "message": left.message,
        "help": left.help,
        "file": place.as_ref().map(|(file, _)| file),
        "line": place.as_ref().map(|(_, position)| position.line),
        "column": place.as_ref().map(|(_, position)| position.column),
    })
}

fn unknown(unknown: &Unknown) -> Value {
    json!({"message": unknown.message, "help": unknown.help})
}
