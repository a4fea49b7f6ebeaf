//! A file of `schemas/`: one kind, its name in the API, and its schema.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value as Json;

use super::describe::{Described, Describer, window};
use super::target::Minor;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct File {
    #[serde(default)]
    group: String,
    version: String,
    kind: String,
    plural: String,
    #[serde(default)]
    namespaced: bool,
    since: Option<String>,
    until: Option<String>,
    singleton: Option<String>,
    #[serde(default)]
    bootstrapped: bool,
    #[serde(default)]
    native: bool,
    #[serde(default)]
    names: Names,
    #[serde(default)]
    gaps: Vec<String>,
    schema: Json,
}

/// The form of the names of a kind's objects.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Names {
    #[default]
    Subdomain,
    Label,
    Path,
}

/// A kind ready to be written as a table.
pub(crate) struct Kind {
    pub(crate) group: String,
    pub(crate) version: String,
    pub(crate) name: String,
    pub(crate) plural: String,
    pub(crate) namespaced: bool,
    pub(crate) since: Minor,
    pub(crate) until: Option<Minor>,
    pub(crate) singleton: Option<String>,
    pub(crate) bootstrapped: bool,
    pub(crate) native: bool,
    pub(crate) names: Names,
    pub(crate) gaps: Vec<String>,
    pub(crate) schema: Described,
    pub(crate) changes: BTreeSet<Minor>,
}

/// Reads the text of a kind's file.
pub(crate) fn read(text: &str, describer: &Describer<'_>) -> Result<Kind, String> {
    let file: File = serde_yaml::from_str(text).map_err(|why| why.to_string())?;
    let (since, until) = window(file.since.as_deref(), file.until.as_deref())?;
    let schema = describer.describe(&file.schema, "schema", 0)?;
    let mut changes = BTreeSet::from_iter(until);
    changes.extend(since);
    schema.changes(&mut changes);
    Ok(Kind {
        group: file.group,
        version: file.version,
        name: file.kind,
        plural: file.plural,
        namespaced: file.namespaced,
        since: since.unwrap_or(Minor::FIRST),
        until,
        singleton: file.singleton,
        bootstrapped: file.bootstrapped,
        native: file.native,
        names: file.names,
        gaps: file.gaps,
        schema,
        changes,
    })
}
