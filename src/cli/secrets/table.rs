//! The list for people: a block per cluster, in it one per Secret, and a line per key.

use std::fmt::Write;

use super::list::Listed;
use crate::diag::visible::inert;
use crate::lower::Delivery;
use crate::needs::{NeededKey, NeededSecret, TakenFrom};

/// Writes the list.
pub(super) fn list(clusters: &[Listed]) -> String {
    let blocks: Vec<String> = clusters.iter().map(cluster).collect();
    blocks.join("\n")
}

fn cluster(listed: &Listed) -> String {
    let mut block = format!("{}\n", inert(&format!("{} ({})", listed.needs.cluster, listed.file)));
    for needed in &listed.needs.secrets {
        secret(&mut block, needed);
    }
    if listed.needs.secrets.is_empty() {
        block.push_str("  no Secret\n");
    }
    block
}

fn secret(block: &mut String, secret: &NeededSecret) {
    let delivered = delivered(secret);
    let line = format!("{} ({}): {delivered}", secret.full_name(), secret.kind);
    let _infallible = writeln!(block, "  {}", inert(&line));
    let rows: Vec<[String; 3]> = secret
        .keys
        .iter()
        .map(|key| {
            [
                inert(&key.key).into_owned(),
                inert(&in_words(&key.from)).into_owned(),
                inert(&key.place.to_string()).into_owned(),
            ]
        })
        .collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let (first, second) = (width(0), width(1));
    for (row, key) in rows.iter().zip(&secret.keys) {
        let [name, from, place] = row;
        let _infallible = writeln!(block, "    {name:<first$}  {from:<second$}  {place}");
        for missing in key.state.missing() {
            let _infallible = writeln!(block, "      missing: {}", inert(&missing.in_words()));
        }
    }
}

/// Says how a Secret reaches the cluster.
fn delivered(secret: &NeededSecret) -> &'static str {
    let is_secret = |key: &NeededKey| !matches!(key.from, TakenFrom::PublicFile(_) | TakenFrom::Text);
    match secret.delivery {
        Some(Delivery::External) => "an ExternalSecret",
        Some(Delivery::Sealed) => "a SealedSecret",
        Some(Delivery::Encrypted) => "a Secret that SOPS encrypted, for an engine that decrypts it",
        Some(Delivery::Plain) => "a Secret, with `--reveal-secrets`",
        Some(Delivery::There) => "nothing is rendered, it must be there already",
        Some(Delivery::Public) => "a Secret that holds nothing secret",
        None if secret.keys.iter().any(|key| is_secret(key) && key.from != TakenFrom::Nothing) => {
            "by no one way, its values come from different kinds of sources"
        }
        None => "nothing says where it comes from",
    }
}

/// Says where a value comes from.
pub(super) fn in_words(from: &TakenFrom) -> String {
    match from {
        TakenFrom::External { store, entry, property, version } => {
            let store = store.as_ref().map_or_else(|| "no store".to_owned(), |(kind, name)| format!("{kind} {name}"));
            let property = property.as_ref().map_or_else(String::new, |property| format!(", {property}"));
            let version = version.as_ref().map_or_else(String::new, |version| format!(", version {version}"));
            format!("{store}: {entry}{property}{version}")
        }
        TakenFrom::SealedFile { file, key } => format!("sealed file {}: {key}", file.shown),
        TakenFrom::SealedValue { scope } => format!("sealed value ({scope})"),
        TakenFrom::Sops { file, path, .. } => format!("SOPS file {}: {}", file.shown, path.join(".")),
        TakenFrom::Secret { name, key: Some(key) } => format!("Secret {name}: {key}"),
        TakenFrom::Secret { name, key: None } => format!("Secret {name}"),
        TakenFrom::Env(Some(name)) => format!("variable {name}"),
        TakenFrom::Env(None) => "a variable whose name is none".into(),
        TakenFrom::File(file) => format!("file {}", file.shown),
        TakenFrom::PublicFile(file) => format!("certificates of {}", file.shown),
        TakenFrom::Text => "certificates in the spec".into(),
        TakenFrom::Nothing => "nothing".into(),
    }
}
