//! The objects of a cluster -> a spec that renders them, the files that it names, and what no spec can say.
//!
//! Every object is taken apart: a field goes into the spec, or is silent as `known.yaml` says, or stands on the list of what
//! was left. What is in no object is not known here, nothing is read, and no value of a secret goes into anything.

mod access;
mod config;
mod credentials;
mod draft;
mod evidence;
mod file_name;
pub mod gather;
mod item;
mod known;
mod left;
mod minimal;
mod mirrors;
mod platform;
mod routes;
mod split;
mod storage;
mod trust;
mod write;

pub use left::{Left, Why};

use std::fmt;

use crate::diag::visible::quoted;
use crate::lower::{REGISTRY_NAMESPACE, USER_SECRET};
use crate::name::is_dns_label;
use crate::profile::Profiles;
use crate::target::Target;
use crate::tree::Node;
use draft::Draft;
use item::Item;
use left::Lefts;

/// What whoever imports says of the cluster.
pub struct Wish<'a> {
    /// The platforms that there are.
    pub profiles: &'a Profiles,
    /// The cluster's name; else it is read off the objects.
    pub name: Option<&'a str>,
    /// The platform; else it is told by the objects.
    pub platform: Option<&'a str>,
    /// The release; else it is told by the objects.
    pub target: Option<Target>,
    /// Whether certificates go into files beside the spec; else they stand in it.
    pub files: bool,
    /// Whether it is known that the cluster has no Secret with credentials of the user's own.
    pub has_no_user_secret: bool,
}

/// A spec that was made of objects.
#[derive(Clone, Debug)]
pub struct Imported {
    /// The cluster's name.
    pub name: String,
    /// Its platform.
    pub platform: String,
    /// Its release.
    pub target: Target,
    /// By what name, platform and release are known, a line each.
    pub by: Vec<String>,
    /// The spec, as it stands in its file.
    pub spec: String,
    /// The files that the spec names: path relative to the spec, and text.
    pub files: Vec<(String, String)>,
    /// What the spec does not say, in the order of the objects.
    pub left: Vec<Left>,
}

/// Why no spec can be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// What stands in the way, one line.
    pub message: String,
    /// What can be done about it.
    pub help: String,
}

impl Refused {
    fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: help.into() }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Refused {}

/// Makes a spec of the objects of one cluster.
///
/// # Errors
///
/// Where the name, the platform or the release cannot be told, an object comes twice in two states, or nothing among the
/// objects is of a registry.
pub fn import(objects: Vec<Node>, wish: &Wish<'_>) -> Result<Imported, Refused> {
    let mut lefts = Lefts::default();
    let mut items = item::sorted(objects, wish.name, &mut lefts)?;
    let (name, by_name) = name(&items, wish)?;
    let (target, by_target) = evidence::target(&items, wish)?;
    let (profile, by_platform) = platform::platform(&items, target, wish)?;
    for item in &mut items {
        known::drop_silent(item, &profile);
    }
    let mut draft = Draft::new(profile, target, wish.files);
    trust::images(&mut items, &mut draft, &mut lefts);
    config::config(&mut items, wish, &mut draft, &mut lefts);
    mirrors::mirrors(&mut items, &mut draft, &mut lefts);
    config::pruner(&mut items, &mut draft, &mut lefts);
    access::access(&mut items, &mut draft, &mut lefts);
    minimal::without_defaults(&mut draft);
    credentials::leave_secrets(&mut items, &mut lefts);
    routes::leave_routes(&mut items, &mut lefts);
    for item in &items {
        known::leave_rest(item, &draft.profile, target, &mut lefts);
    }
    if draft.is_empty() {
        let message = "nothing among the objects is of a registry's configuration";
        return Err(Refused::new(message, "give the objects of the cluster: its Config `cluster` at least"));
    }
    let spec = write::spec(&name, &draft).map_err(|error| {
        let message = format!("the spec cannot be written: {error}");
        Refused::new(message, "leave the object that holds this value out")
    })?;
    let platform = draft.profile.name().to_owned();
    let by = [by_name, by_platform, by_target].into_iter().collect();
    Ok(Imported { name, platform, target, by, spec, files: draft.files, left: lefts.into_list() })
}

/// Returns the cluster's name, and by what it is known.
fn name(items: &[Item], wish: &Wish<'_>) -> Result<(String, String), Refused> {
    let help = "say it with `--name`: lowercase letters, digits and `-`";
    if let Some(name) = wish.name {
        if !is_dns_label(name) {
            return Err(Refused::new(format!("{} is no name of a cluster", quoted(name)), help));
        }
        return Ok((name.to_owned(), format!("name {name}: as asked")));
    }
    let label = items.iter().find_map(|item| item.cluster.as_deref().filter(|label| is_dns_label(label)));
    if let Some(label) = label {
        return Ok((label.to_owned(), format!("name {label}: by the label `regcfg.dev/cluster`")));
    }
    let infrastructure = items.iter().find(|item| item.is("Infrastructure", "", "cluster"));
    let text = |field: &str| infrastructure?.object.at(&["status", field])?.as_str();
    // `https://api.NAME.BASE:6443`
    let of_url = text("apiServerURL").and_then(|url| url.split_once("://api.")?.1.split('.').next());
    // The installer adds five characters to the name.
    let of_name = || text("infrastructureName").and_then(|name| Some(name.rsplit_once('-')?.0));
    match of_url.or_else(of_name).filter(|name| is_dns_label(name)) {
        Some(name) => Ok((name.to_owned(), format!("name {name}: by the Infrastructure object"))),
        None => Err(Refused::new("nothing among the objects says what the cluster is called", help)),
    }
}

/// Tells whether the objects are, or make, the Secret with credentials of the user's own.
fn user_secret(items: &[Item]) -> Option<&Item> {
    let is_it = |item: &&Item| {
        let made = match item.kind.as_str() {
            "Secret" | "SealedSecret" => Some(item.name.as_str()),
            "ExternalSecret" => {
                let target = item.object.at(&["spec", "target", "name"]).and_then(Node::as_str);
                Some(target.unwrap_or(&item.name))
            }
            _ => None,
        };
        item.namespace == REGISTRY_NAMESPACE && made == Some(USER_SECRET)
    };
    items.iter().find(is_it)
}
