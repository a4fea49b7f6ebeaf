//! The list for programs: one JSON document, its shape public and stable (`schemas/secrets.schema.json`).

use serde_json::{Value, json};

use super::list::{Listed, Tally};
use crate::diag::format::json::written;
use crate::lower::Delivery;
use crate::needs::{NeededKey, NeededSecret, TakenFrom};

/// Writes the document, with a line break at its end.
pub(super) fn document(clusters: &[Listed], tally: Tally) -> String {
    written(&json!({
        "regcfg": env!("CARGO_PKG_VERSION"),
        "clusters": clusters.iter().map(cluster).collect::<Vec<_>>(),
        "summary": {
            "clusters": tally.clusters,
            "secrets": tally.secrets,
            "keys": tally.keys,
            "missing": tally.missing,
            "existing": tally.existing,
        },
    }))
}

fn cluster(listed: &Listed) -> Value {
    json!({
        "cluster": listed.needs.cluster,
        "file": listed.file,
        "secrets": listed.needs.secrets.iter().map(secret).collect::<Vec<_>>(),
    })
}

fn secret(secret: &NeededSecret) -> Value {
    json!({
        "namespace": secret.namespace,
        "name": secret.name,
        "type": secret.kind,
        "delivery": secret.delivery.map(delivery),
        "object": secret.object(),
        "keys": secret.keys.iter().map(key).collect::<Vec<_>>(),
    })
}

fn delivery(delivery: Delivery) -> &'static str {
    match delivery {
        Delivery::External => "external",
        Delivery::Sealed => "sealed",
        Delivery::Encrypted => "encrypted",
        Delivery::Plain => "plain",
        Delivery::There => "existing",
        Delivery::Public => "public",
    }
}

fn key(key: &NeededKey) -> Value {
    let position = key.place.position();
    json!({
        "key": &*key.key,
        "field": key.field.join("."),
        "source": source(&key.from),
        "file": key.place.source.name(),
        "line": position.line,
        "column": position.column,
        "state": key.state.name(),
        "missing": key.state.missing().iter().map(|missing| json!({
            "what": missing.name(),
            "message": missing.in_words(),
        })).collect::<Vec<_>>(),
    })
}

fn source(from: &TakenFrom) -> Value {
    let mut source = match from {
        TakenFrom::External { store, entry, property, version } => json!({
            "store": store.as_ref().map(|(kind, name)| json!({"kind": kind, "name": name})),
            "key": entry,
            "property": property,
            "version": version,
        }),
        TakenFrom::SealedFile { file, key } => json!({"file": file.shown, "key": key}),
        TakenFrom::SealedValue { scope } => json!({"scope": scope}),
        TakenFrom::Sops { file, path, .. } => json!({"file": file.shown, "path": path}),
        TakenFrom::Secret { name, key } => json!({"name": name, "key": key}),
        TakenFrom::Env(name) => json!({"variable": name}),
        TakenFrom::File(file) | TakenFrom::PublicFile(file) => json!({"file": file.shown}),
        TakenFrom::Text | TakenFrom::Nothing => json!({}),
    };
    source["kind"] = from.kind().into();
    source
}
