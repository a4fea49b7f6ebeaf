//! A Secret without its values, behind comments with the commands that fill, encrypt or create it.
//!
//! Every value is the empty text, which no cluster, sops or regcfg takes for a filled one.

use std::collections::BTreeMap;

use anyhow::Result;
use serde_json::{Map, Value as Json, json};

use super::commands;
use super::template::Way;
use crate::check::Checked;
use crate::cli::failure::Refusal;
use crate::diag::visible::{inert, quoted};
use crate::load::LIMIT;
use crate::needs::{NeededKey, NeededSecret, SaidBy, TakenFrom};
use crate::sops::Encrypted;
use crate::tree::emit::to_yaml;
use crate::tree::{Node, Place, Source, SourceKind};
use crate::world::{ProjectPath, World};

/// What a template is asked for.
pub(super) struct Asked<'a> {
    /// The Secret.
    pub(super) secret: &'a NeededSecret,
    /// Where its values shall come from.
    pub(super) way: Way,
    /// The cluster's name.
    pub(super) cluster: &'a str,
    /// The spec.
    pub(super) checked: &'a Checked,
    /// What its files are in.
    pub(super) world: &'a dyn World,
    /// The spec's path.
    pub(super) spec: &'a ProjectPath,
}

/// Some keys that stand in one file, or with one source.
pub(super) struct Part<'a> {
    /// The keys.
    pub(super) keys: Vec<&'a NeededKey>,
    /// The file that the ciphertext goes to; none where there is no file.
    pub(super) file: Option<File>,
    /// How a file is named in the spec, where the spec does not say it already.
    new_name: Option<String>,
}

/// A file of ciphertext.
pub(super) struct File {
    /// As it is shown.
    pub(super) shown: String,
    /// Whether ciphertext is in it already, which must not be lost.
    pub(super) is_filled: bool,
}

/// Writes the template: comments, then YAML.
pub(super) fn skeleton(asked: &Asked<'_>) -> Result<String> {
    let parts: Vec<String> = parts(asked).iter().map(|part| document(asked, part)).collect::<Result<_>>()?;
    Ok(parts.join("---\n"))
}

fn document(asked: &Asked<'_>, part: &Part<'_>) -> Result<String> {
    let mut lines = head(asked, part);
    lines.extend(commands::how(asked, part)?);
    if part.keys.iter().any(|key| !is_said(&key.from, asked.way)) {
        lines.push(String::new());
        lines.push(format!("The spec says another source so far, or none. In {}:", shown_spec(asked)));
        let wanted = yaml(&fields(asked, part))?;
        lines.extend(wanted.lines().map(|line| format!("    {line}")));
    }
    let comment = |line: &String| if line.is_empty() { "#\n".to_owned() } else { format!("# {}\n", inert(line)) };
    let comments: String = lines.iter().map(comment).collect();
    let is_value = asked.way == Way::Sops
        && part.file.as_ref().map(|file| commands::Form::of(&file.shown)) == Some(commands::Form::Bytes);
    if is_value {
        return Ok(comments);
    }
    Ok(comments + &yaml(&body(asked, part))?)
}

/// Says what this is, and which field asks for which key.
fn head(asked: &Asked<'_>, part: &Part<'_>) -> Vec<String> {
    let secret = asked.secret;
    let mut lines = vec![format!("Secret {} ({}) of cluster {}", secret.full_name(), secret.kind, asked.cluster)];
    let width = part.keys.iter().map(|key| key.key.chars().count()).max().unwrap_or_default();
    for key in &part.keys {
        lines.push(format!("  {:<width$}  {}, {}", key.key, key.field.join("."), key.place));
    }
    lines.push(String::new());
    lines
}

fn shown_spec(asked: &Asked<'_>) -> String {
    asked.world.display(asked.spec)
}

/// Sorts the keys by the files that they are in, those of no file yet into one.
fn parts<'a>(asked: &Asked<'a>) -> Vec<Part<'a>> {
    let ending = match asked.way {
        Way::External | Way::Secret => None,
        Way::Sealed => Some("sealed.yaml"),
        Way::Sops => Some("enc.yaml"),
    };
    let new_name = ending.map(|ending| format!("{}.{}.{ending}", asked.cluster, asked.secret.name));
    let new_path = new_name.as_ref().and_then(|name| asked.spec.parent().join(name).ok());
    let path_of = |key: &NeededKey| match (&key.from, asked.way) {
        (TakenFrom::SealedFile { file, .. }, Way::Sealed) | (TakenFrom::Sops { file, .. }, Way::Sops) => {
            file.path.clone()
        }
        (TakenFrom::SealedValue { .. }, Way::Sealed) => None,
        _ => new_path.clone(),
    };
    let mut parts: BTreeMap<Option<ProjectPath>, Part<'a>> = BTreeMap::new();
    // The controllers that make a Secret of ciphertext take what is public from the spec.
    let goes_along = |key: &&NeededKey| {
        let is_public = matches!(key.from, TakenFrom::PublicFile(_) | TakenFrom::Text);
        !is_public || matches!(asked.way, Way::Sops | Way::Secret)
    };
    for key in asked.secret.keys.iter().filter(goes_along) {
        let path = path_of(key);
        let file = |path: &ProjectPath| File { shown: asked.world.display(path), is_filled: is_filled(path, asked) };
        let new = || Part { keys: Vec::new(), file: path.as_ref().map(file), new_name: new_name.clone() };
        parts.entry(path.clone()).or_insert_with(new).keys.push(key);
    }
    parts.into_values().collect()
}

/// Tells whether ciphertext is in a file. The file that a shell makes before regcfg runs is empty.
fn is_filled(path: &ProjectPath, asked: &Asked<'_>) -> bool {
    let text = asked.world.read(path, LIMIT).ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
    let source = Source::new(path.as_str(), text, SourceKind::User);
    match asked.way {
        Way::Sops => Encrypted::read(&source).is_ok(),
        _ => !source.text().trim().is_empty(),
    }
}

/// Tells whether the spec says a source already.
pub(super) fn is_said(from: &TakenFrom, way: Way) -> bool {
    matches!(
        (from, way),
        (TakenFrom::External { .. }, Way::External)
            | (TakenFrom::SealedFile { .. } | TakenFrom::SealedValue { .. }, Way::Sealed)
            | (TakenFrom::Sops { .. }, Way::Sops)
            | (TakenFrom::Secret { .. }, Way::Secret)
    )
}

/// Returns what the spec has to say for the source.
fn fields(asked: &Asked<'_>, part: &Part<'_>) -> Json {
    let mut spec = json!({});
    for key in &part.keys {
        if is_said(&key.from, asked.way) {
            continue;
        }
        let source = match asked.way {
            Way::External => json!({"external": {"key": new_entry(asked), "property": property(key)}}),
            Way::Sealed => json!({"sealed": {"file": part.new_name}}),
            Way::Sops => json!({"sops": {"file": part.new_name}}),
            Way::Secret => json!({"secretKeyRef": {"name": asked.secret.name, "key": &*key.key}}),
        };
        let mut at = &mut spec;
        for step in std::iter::once("spec").chain(key.field.iter().map(String::as_str)) {
            if !at.is_object() {
                *at = json!({});
            }
            at = &mut at[step];
        }
        *at = json!({"valueFrom": source});
    }
    spec
}

/// Returns the entry of a store that is proposed where the spec names none.
pub(super) fn new_entry(asked: &Asked<'_>) -> String {
    format!("registry/{}", asked.cluster)
}

/// Returns the property of an entry that is proposed where the spec names none.
pub(super) fn property(key: &NeededKey) -> &str {
    key.field.last().map_or(&*key.key, String::as_str)
}

/// Returns what is filled: a Secret, or what a store holds, or a file of values.
fn body(asked: &Asked<'_>, part: &Part<'_>) -> Json {
    let deep = |key: &&NeededKey| matches!(&key.from, TakenFrom::Sops { said: SaidBy::Path, .. });
    match asked.way {
        Way::External => entries(asked, part),
        Way::Sops if asked.secret.is_composed() || part.keys.iter().any(deep) => values(part),
        _ => secret(asked, part),
    }
}

fn secret(asked: &Asked<'_>, part: &Part<'_>) -> Json {
    let mut metadata = json!({"name": asked.secret.name, "namespace": asked.secret.namespace});
    // Nothing is added to a Secret that SOPS encrypted: it must say itself what keeps engines from taking it away.
    let annotations = asked.checked.profile().get("annotations").and_then(|all| all.get("referenced"));
    if let Some(annotations) = annotations.filter(|_| asked.way == Way::Sops) {
        metadata["annotations"] = annotations.to_json();
    }
    let name = |key: &NeededKey| match (&key.from, asked.way) {
        (TakenFrom::Sops { path, .. }, Way::Sops) => path.concat(),
        (TakenFrom::SealedFile { key, .. }, Way::Sealed) => key.clone(),
        _ => key.key.to_string(),
    };
    let values: Map<String, Json> = part.keys.iter().map(|key| (name(key), "".into())).collect();
    json!({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": asked.secret.kind, "stringData": values})
}

/// Returns a file of values that stand deeper in it.
fn values(part: &Part<'_>) -> Json {
    let mut values = json!({});
    for key in &part.keys {
        let TakenFrom::Sops { path, .. } = &key.from else { continue };
        let mut at = &mut values;
        for step in path {
            if !at.is_object() {
                *at = json!({});
            }
            at = &mut at[step.as_str()];
        }
        *at = "".into();
    }
    values
}

/// Returns the entries that a store must hold, each with its properties.
fn entries(asked: &Asked<'_>, part: &Part<'_>) -> Json {
    let new = new_entry(asked);
    let mut entries = json!({});
    for key in &part.keys {
        let (entry, property) = match &key.from {
            TakenFrom::External { entry, property, .. } => (entry.as_str(), property.as_deref()),
            _ => (&*new, Some(property(key))),
        };
        let held = &mut entries[entry];
        match property {
            Some(property) if held.is_object() || held.is_null() => held[property] = "".into(),
            _ if held.is_null() => *held = "".into(),
            _ => {}
        }
    }
    entries
}

fn yaml(json: &Json) -> Result<String> {
    let place = Place::start_of(&Source::new("template", "", SourceKind::User));
    Ok(to_yaml(&Node::from_json(json, &place))?)
}

/// Says that a name cannot be part of a command.
pub(super) fn no_word(name: &str) -> Refusal {
    Refusal::new(
        format!("no command can name {}", quoted(name)),
        "give it a name without NUL that neither begins with `-` nor ends in a line break",
    )
}
