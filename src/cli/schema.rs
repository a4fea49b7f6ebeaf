//! `regcfg schema`: prints the schema of a kind, regcfg's own or one that it knows, as JSON Schema or as a CRD.

use anyhow::Result;
use clap::{Args, ValueEnum};

use super::args::minor;
use super::console::Console;
use super::exit::Exit;
use super::failure::Refusal;
use crate::diag::nearest;
use crate::diag::visible::quoted;
use crate::schema::crd::{NoCrd, definition};
use crate::schema::json_schema::export;
use crate::schema::{Kind, kinds};
use crate::target::Minor;
use crate::tree::emit::to_yaml;
use crate::tree::{Node, Place, Source, SourceKind};

/// Print the schema of a kind
///
/// For editors and other programs as JSON Schema, which without `--openshift` holds the fields of every release, each with
/// the release that brought it. For an API server as a CustomResourceDefinition, which is of one release
#[derive(Args, Debug)]
pub struct SchemaArgs {
    /// The kind, regcfg's own (ClusterRegistry, RegistryLayer, Project, Policy) or one that it knows, such as Config
    #[arg(default_value = "ClusterRegistry")]
    kind: String,

    /// The OpenShift release whose fields to show, such as 4.19
    #[arg(long, value_name = "RELEASE", value_parser = minor)]
    openshift: Option<Minor>,

    /// The form of the schema
    #[arg(long, value_name = "FORMAT", default_value = "json-schema")]
    format: SchemaFormat,
}

/// The forms of a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum SchemaFormat {
    /// JSON Schema, draft 2020-12
    JsonSchema,
    /// A CustomResourceDefinition in YAML, with all that OpenShift's own enforces
    Crd,
}

pub(super) fn run(args: &SchemaArgs, console: &mut Console<'_>) -> Result<Exit> {
    let kind = find(&args.kind)?;
    if let Some(minor) = args.openshift.filter(|minor| !kind.is_on(*minor)) {
        let until = kind.until.map_or_else(String::new, |until| format!(", and ended with {until}"));
        let message = format!("OpenShift {minor} has no {}", kind.kind);
        return Err(Refusal::new(message, format!("it exists since {}{until}", kind.since)).into());
    }
    console.print(match args.format {
        SchemaFormat::JsonSchema => json_schema(kind, args.openshift)?,
        SchemaFormat::Crd => crd(kind, args.openshift)?,
    })?;
    Ok(Exit::Done)
}

/// Returns the CRD of a kind as YAML.
fn crd(kind: &'static Kind, minor: Option<Minor>) -> Result<String> {
    let name = kind.kind;
    let made = definition(kind, minor.unwrap_or(Minor::newest_released())).map_err(|why| match why {
        NoCrd::Native => Refusal::new(
            format!("`{name}` has no CRD: it is built into the API server"),
            "take the JSON Schema, without `--format crd`",
        ),
        NoCrd::File => Refusal::new(
            format!("`{name}` has no CRD: it is a file of regcfg's own, and no cluster has the kind"),
            "take the JSON Schema, without `--format crd`",
        ),
    })?;
    if minor.is_none() {
        let message = "a CRD is of one release";
        return Err(Refusal::new(message, format!("add `--openshift {}`", Minor::newest_released())).into());
    }
    let place = Place::start_of(&Source::new(kind.plural, "", SourceKind::User));
    Ok(to_yaml(&Node::from_json(&made, &place))?)
}

/// Returns the JSON Schema of a kind as text.
pub(super) fn json_schema(kind: &'static Kind, minor: Option<Minor>) -> Result<String> {
    Ok(serde_json::to_string_pretty(&export(kind, minor))? + "\n")
}

/// Finds a kind by its name or plural, in any case, or as `kind.group` where that is not enough.
fn find(word: &str) -> Result<&'static Kind, Refusal> {
    let is_meant = |kind: &&Kind| {
        let full = |name: &str| format!("{name}.{}", kind.group);
        [kind.kind, kind.plural]
            .into_iter()
            .any(|name| name.eq_ignore_ascii_case(word) || full(name).eq_ignore_ascii_case(word))
    };
    let meant: Vec<&'static Kind> = kinds().iter().filter(is_meant).collect();
    match *meant {
        [kind] => Ok(kind),
        [] => {
            let names: Vec<&str> = kinds().iter().map(|kind| kind.kind).collect();
            let near = nearest(word, names.iter().copied());
            let near = near.map_or_else(String::new, |near| format!("did you mean `{near}`? "));
            let help = format!("{near}the kinds are {}", names.join(", "));
            Err(Refusal::new(format!("there is no kind {}", quoted(word)), help))
        }
        _ => {
            let names: Vec<String> = meant.iter().map(|kind| format!("{}.{}", kind.kind, kind.group)).collect();
            Err(Refusal::new(
                format!("several kinds are called {}", quoted(word)),
                format!("name one of {}", names.join(", ")),
            ))
        }
    }
}
