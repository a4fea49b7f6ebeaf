//! The commands that encrypt or create a Secret. None has a secret among its words: values come from files or standard input.

use anyhow::Result;

use super::skeleton::{Asked, File, Part, new_entry, no_word};
use super::template::Way;
use crate::needs::{SaidBy, TakenFrom};
use crate::shell;
use crate::spec::{SILENT_SCOPE, named_store};

/// Returns the lines that say how the values of a part are brought to where they come from.
pub(super) fn how(asked: &Asked<'_>, part: &Part<'_>) -> Result<Vec<String>> {
    match asked.way {
        Way::External => Ok(external(asked, part)),
        Way::Sealed => sealed(asked, part),
        Way::Sops => sops(asked, part),
        Way::Secret => existing(asked, part),
    }
}

fn external(asked: &Asked<'_>, part: &Part<'_>) -> Vec<String> {
    let stores = part.keys.iter().map(|key| match &key.from {
        TakenFrom::External { store: Some((kind, name)), .. } => format!("{kind} {name}"),
        _ => match asked.checked.spec().external_default("store").and_then(named_store) {
            Some((kind, name)) => format!("{kind} {name}"),
            None => "the store that `secrets.external.store` will name".into(),
        },
    });
    let mut stores: Vec<String> = stores.collect();
    stores.dedup();
    let mut lines = vec![
        format!("What {} must hold: entries, each with its properties.", stores.join(" and ")),
        "Write the values with the program of the store; regcfg reads no store, and this file is not for them.".into(),
    ];
    if part.keys.iter().any(|key| !matches!(key.from, TakenFrom::External { .. })) {
        lines.push(format!("`{}` is a proposal: any entry will do, if the spec names it.", new_entry(asked)));
    }
    lines
}

fn sops(asked: &Asked<'_>, part: &Part<'_>) -> Result<Vec<String>> {
    let Some(File { shown: file, is_filled }) = &part.file else { return Ok(Vec::new()) };
    let word = shell::path(file).ok_or_else(|| no_word(file))?;
    if *is_filled {
        return Ok(vec![
            format!("{file} is encrypted already. Add what it lacks of this, or change a value, and commit it:"),
            format!("     sops edit {word}"),
        ]);
    }
    let is_deep = asked.secret.is_composed()
        || part.keys.iter().any(|key| matches!(&key.from, TakenFrom::Sops { said: SaidBy::Path, .. }));
    let form = Form::of(file);
    let (save, options) = match form {
        Form::Yaml if is_deep => (FILL, ""),
        Form::Yaml => (FILL, " --encrypted-regex '^(data|stringData)$'"),
        Form::Json if is_deep => (FILL, " --input-type yaml --output-type json"),
        Form::Json => (FILL, " --encrypted-regex '^(data|stringData)$' --input-type yaml --output-type json"),
        Form::Bytes => ("and nothing else: it is the value.", ""),
    };
    let what = if form == Form::Bytes { "Save the value itself" } else { "Save this" };
    Ok(vec![
        format!("1. {what} as {file}, {save}"),
        "2. Encrypt it in place before it is committed. AGE_RECIPIENT is the public key, age1…, of who decrypts:"
            .into(),
        format!("     sops encrypt --age \"${{AGE_RECIPIENT:?}}\"{options} --in-place {word}"),
        "   An empty value stays as it is, and is refused.".into(),
        format!("3. Commit it. `sops edit {word}` changes a value later, and leaves the others as they are."),
    ])
}

const FILL: &str = "and fill in every value. Text of several lines begins with `|`, and is indented.";

/// What SOPS takes a file for, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Yaml,
    Json,
    /// One value, whatever that is.
    Bytes,
}

impl Form {
    pub(super) fn of(file: &str) -> Self {
        match file.rsplit_once('.') {
            Some((_, "yaml" | "yml")) => Self::Yaml,
            Some((_, "json")) => Self::Json,
            _ => Self::Bytes,
        }
    }
}

fn sealed(asked: &Asked<'_>, part: &Part<'_>) -> Result<Vec<String>> {
    let name = word(&asked.secret.name)?;
    let namespace = word(&asked.secret.namespace)?;
    let scope = scope(asked, part);
    let scope = word(&scope)?;
    let certificate =
        "kubeseal asks the cluster for its certificate; where it cannot, set SEALED_SECRETS_CERT to a file with it.";
    let Some(file) = &part.file else {
        let mut lines = vec![
            "1. Seal each value by itself. Give it on standard input: put `< FILE` behind the command, or paste it and press".into(),
            "   Ctrl-D twice, since a line break at its end would be a part of it.".into(),
            format!("     kubeseal --raw --namespace {namespace} --name {name} --scope {scope} --from-file=/dev/stdin"),
            format!("   {certificate}"),
            "2. Write what it prints into the spec:".into(),
        ];
        for key in &part.keys {
            lines.push(format!("     {}.valueFrom.sealed.value, for {}", key.field.join("."), key.key));
        }
        return Ok(lines);
    };
    let out = shell::path(&file.shown).ok_or_else(|| no_word(&file.shown))?;
    // What is sealed already stays in the file.
    let into = if file.is_filled { format!("--merge-into {out}") } else { format!("> {out}") };
    let create = create("kubectl", asked, part)?;
    let mut lines = vec!["Without a plain file in the repository:".into()];
    lines.extend(inputs(part));
    lines.push(format!(
        "     {create} --dry-run=client -o yaml | kubeseal --format yaml --scope {scope} --namespace {namespace} --name {name} {into}"
    ));
    lines.push(format!("   {certificate}"));
    lines.push("Or save this outside of the repository, fill in every value, and give it to kubeseal:".into());
    lines.push(format!("     kubeseal --format yaml --scope {scope} {into} < \"${{FILLED:?}}\""));
    Ok(lines)
}

/// Returns what sealed values shall be bound to.
fn scope(asked: &Asked<'_>, part: &Part<'_>) -> String {
    let of_value = part.keys.iter().find_map(|key| match &key.from {
        TakenFrom::SealedValue { scope } => Some(scope.clone()),
        _ => None,
    });
    let by_default = || asked.checked.spec().sealed_default("scope")?.as_str().map(str::to_owned);
    of_value.or_else(by_default).unwrap_or_else(|| SILENT_SCOPE.into())
}

fn existing(asked: &Asked<'_>, part: &Part<'_>) -> Result<Vec<String>> {
    let mut lines = vec!["Create it on the cluster by hand, before the registry needs it:".into()];
    lines.extend(inputs(part));
    lines.push(format!("     {}", create("oc", asked, part)?));
    lines.push("Or save this outside of the repository, fill in every value, and create it of that:".into());
    lines.push("     oc create -f \"${FILLED:?}\"".into());
    Ok(lines)
}

/// Says where the values are given.
fn inputs(part: &Part<'_>) -> Vec<String> {
    if part.keys.len() == 1 {
        return vec![
            "   give the value on standard input: put `< FILE` behind it, or paste it and press Ctrl-D twice, since a line".into(),
            "   break at its end would be a part of it.".into(),
        ];
    }
    vec![
        "   SECRETS is a directory outside of the repository with a file for each key, which holds the value and nothing else,".into(),
        "   not even a line break at its end; best one in memory: SECRETS=$(mktemp -d -p /dev/shm)".into(),
    ]
}

/// Returns the command that makes the Secret out of what is on standard input, or in files by the names of the keys.
fn create(program: &str, asked: &Asked<'_>, part: &Part<'_>) -> Result<String> {
    let secret = asked.secret;
    // It stands where a program reads options, and no Secret is called so.
    if secret.name.starts_with('-') {
        return Err(no_word(&secret.name).into());
    }
    let mut words = vec![
        format!("{program} create secret generic {}", word(&secret.name)?),
        format!("--namespace {}", word(&secret.namespace)?),
    ];
    if secret.kind != "Opaque" {
        words.push(format!("--type={}", word(secret.kind)?));
    }
    for key in &part.keys {
        let name = match &key.from {
            TakenFrom::SealedFile { key, .. } if asked.way == Way::Sealed => key.as_str(),
            _ => &key.key,
        };
        let name = word(name)?;
        let file = if part.keys.len() == 1 { "/dev/stdin".to_owned() } else { format!("\"${{SECRETS:?}}\"/{name}") };
        words.push(format!("--from-file={name}={file}"));
    }
    Ok(words.join(" "))
}

fn word(text: &str) -> Result<String> {
    Ok(shell::word(text).ok_or_else(|| no_word(text))?)
}
