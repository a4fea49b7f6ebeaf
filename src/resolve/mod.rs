//! [`Loaded`] -> [`Resolved`]: one spec per cluster, every value with the place that wrote it.
//!
//! Layers are put in order (`graph`) and merged (`merge`) over what the project and the profile give by default. Nothing
//! is read here, and whether a field exists or a value is right is not known here.

mod graph;
mod merge;

pub(crate) use merge::{BACKENDS, CONTENTS};
pub use merge::{merge, without_nulls};

use std::sync::Arc;

use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes, nearest};
use crate::load::{Document, Loaded};
use crate::profile::{Profile, Profiles};
use crate::target::{Minor, Target};
use crate::tree::{Node, Place, Value};
use crate::world::ProjectPath;

/// A spec with all its layers, the project's and the profile's defaults merged into it.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// What was loaded.
    pub loaded: Loaded,
    /// The whole document as if written in one file: `apiVersion`, `kind`, `metadata`, `spec`.
    pub node: Node,
    /// The profile of the platform.
    pub profile: Arc<Profile>,
    /// The minors that the cluster goes through, where the target is only one of them.
    pub way: Option<Target>,
}

impl Resolved {
    /// Returns the merged `spec`.
    pub fn spec(&self) -> &Node {
        self.node.get("spec").unwrap_or(&self.node)
    }

    /// Returns the text that names the cluster, if one does.
    pub fn name(&self) -> Option<&Node> {
        self.node.at(&["metadata", "name"])
    }

    /// Returns the text that names the platform: where a finding points that the profile alone would explain.
    pub fn platform(&self) -> &Node {
        self.spec().get("platform").unwrap_or(&self.node)
    }

    /// Puts a minor in place of the spec's own target, at whose place it stands, on the way through a range.
    #[must_use]
    pub fn on(mut self, minor: Minor, way: Target) -> Self {
        let target = Target::only(minor);
        self.way = Some(way);
        let near = self.spec().get("openshift").unwrap_or(self.spec()).origin.clone();
        if let Some(spec) = self.node.as_map_mut().and_then(|node| node.get_mut("spec")) {
            spec.node.insert("openshift", Node::string(target.to_string(), near));
        }
        self
    }

    /// Leaves out the fields of `spec` whose names stand at some places.
    pub fn drop_at(&mut self, places: &[&Place]) {
        if let Some(spec) = self.node.as_map_mut().and_then(|node| node.get_mut("spec")) {
            drop_at(&mut spec.node, places);
        }
    }

    /// Returns the directory that paths written at a place are relative to.
    pub fn dir_of(&self, place: &Place) -> ProjectPath {
        self.loaded.dir_of(place)
    }
}

fn drop_at(node: &mut Node, places: &[&Place]) {
    match &mut node.value {
        Value::Map(map) => {
            map.retain(|_, entry| !places.contains(&entry.key.place()));
            map.values_mut().for_each(|entry| drop_at(&mut entry.node, places));
        }
        Value::Seq(items) => items.iter_mut().for_each(|item| drop_at(item, places)),
        _ => {}
    }
}

/// Resolves a loaded spec.
///
/// Adds findings for cycles, an unknown platform and wrong list directives; then returns none.
pub fn resolve(loaded: Loaded, profiles: &Profiles, findings: &mut Findings) -> Option<Resolved> {
    let n_errors = findings.n_errors();
    let order = graph::order(&loaded, findings)?;
    let profile = profile(&order, &loaded, profiles, findings)?;
    let mut base = profile.defaults(&loaded.spec.node);
    if let Some(secrets) = loaded.settings.get("secrets") {
        let project = Node::map([("secrets", secrets.clone())], secrets.origin.clone());
        base = merge(&base, &project, findings);
    }
    let plain = over(base.clone(), &order, &mut Findings::new());
    let spec = match profile.variant(&plain) {
        Some(variant) => over(merge(&base, &variant, findings), &order, findings),
        None => over(base, &order, findings),
    };
    let node = document(&loaded, &order, without_nulls(&spec));
    (findings.n_errors() == n_errors).then_some(Resolved { loaded, node, profile, way: None })
}

/// Merges the `spec` of each document over a base, first to last.
fn over(base: Node, order: &[&Arc<Document>], findings: &mut Findings) -> Node {
    let specs = order.iter().filter_map(|document| document.node.get("spec"));
    specs.fold(base, |base, spec| merge(&base, spec, findings))
}

/// Puts the merged parts into the frame of the spec's own document; labels of layers are merged too.
fn document(loaded: &Loaded, order: &[&Arc<Document>], spec: Node) -> Node {
    let mut node = loaded.spec.node.clone();
    let mut labels: Option<Node> = None;
    for written in order.iter().filter_map(|document| document.node.at(&["metadata", "labels"])) {
        labels = Some(labels.map_or_else(|| written.clone(), |base| merge(&base, written, &mut Findings::new())));
    }
    if let Some(map) = node.as_map_mut() {
        map.shift_remove("extends");
        if let (Some(labels), Some(metadata)) = (labels, map.get_mut("metadata")) {
            metadata.node.insert("labels", without_nulls(&labels));
        }
        let key = map.get("spec").map_or_else(|| spec.origin.clone(), |entry| entry.key.clone());
        map.insert("spec".into(), crate::tree::Entry { key, node: spec });
    }
    node
}

/// Says that no platform is named: at a field that nearly is `platform`, where there is one, else at the spec.
fn no_platform(order: &[&Arc<Document>], loaded: &Loaded) -> Diagnostic {
    let fields = order.iter().rev().filter_map(|document| document.node.get("spec")?.as_map()).flatten();
    let misspelled = fields.into_iter().find(|(field, _)| nearest(field, ["platform"]).is_some());
    let spec = &loaded.spec.node;
    match misspelled {
        Some((field, entry)) => {
            let message = format!("no `platform`, but {}", quoted(field));
            Diagnostic::error(&codes::UNKNOWN_PLATFORM, entry.key.place(), message)
        }
        None => Diagnostic::error(&codes::UNKNOWN_PLATFORM, spec.get("spec").unwrap_or(spec).place(), "no `platform`"),
    }
}

/// Returns the profile of the platform that the last document to name one names.
fn profile(
    order: &[&Arc<Document>],
    loaded: &Loaded,
    profiles: &Profiles,
    findings: &mut Findings,
) -> Option<Arc<Profile>> {
    let named =
        order.iter().rev().filter_map(|document| document.node.at(&["spec", "platform"])).find(|node| !node.is_null());
    let known = || profiles.names().collect::<Vec<_>>().join(", ");
    let Some(named) = named else {
        findings.push(no_platform(order, loaded).help(format!("set `spec.platform` to one of {}", known())));
        return None;
    };
    let Value::String(name) = &named.value else {
        let message = format!("`platform` is not text but {}", named.in_words());
        let finding = Diagnostic::error(&codes::UNKNOWN_PLATFORM, named.place(), message);
        findings.push(finding.help(format!("use one of {}", known())));
        return None;
    };
    match profiles.get(name) {
        Some(profile) => Some(profile),
        // The profile is there and has faults, which are said of itself.
        None if profiles.names().any(|known| known == &**name) => None,
        None => {
            let help = match nearest(name, profiles.names()) {
                Some(near) => format!("did you mean `{near}`? `regcfg profile list` shows them all"),
                None => format!("use one of {}", known()),
            };
            let message = format!("unknown platform {}", quoted(name));
            findings.push(Diagnostic::error(&codes::UNKNOWN_PLATFORM, named.place(), message).help(help));
            None
        }
    }
}
