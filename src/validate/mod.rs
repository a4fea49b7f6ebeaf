//! [`RenderedBundle`] -> [`Validated`]: objects that the API server of the target takes.
//!
//! Every object is checked against its kind's schema on every minor of the target, as strictly as the API server checks
//! with field validation on: after defaults, and merged onto what the operator bootstraps. An object of a kind that is
//! not described here is named as not checked. Then the rules on bundles say what the operator would choke on. Nothing
//! is changed.

mod bootstrap;
mod cel;
mod content;
mod cost;
mod crd;
mod encrypted;
mod identity;
mod metadata;
mod object;

pub use bootstrap::{Bootstrap, merge_onto};
pub use crd::Definitions;

use crate::check::Checked;
use crate::diag::{Findings, codes};
use crate::lower::Day;
use crate::name::ObjectName;
use crate::render::RenderedBundle;
use crate::rules::{self, BundleContext};
use crate::schema;
use crate::schema::report::Codes;
use crate::target::{Minor, Target};
use crate::tree::Node;

/// The codes for objects.
static CODES: Codes = Codes {
    unknown_field: &codes::OBJECT_UNKNOWN_FIELD,
    other_minor: &codes::OBJECT_FIELD_OF_OTHER_MINOR,
    wrong_type: &codes::OBJECT_WRONG_TYPE,
    missing_field: &codes::OBJECT_MISSING_FIELD,
    not_allowed: &codes::OBJECT_VALUE_NOT_ALLOWED,
    malformed: &codes::OBJECT_MALFORMED_VALUE,
    lax_duration: &codes::LAX_DURATION,
    out_of_bounds: &codes::OBJECT_OUT_OF_BOUNDS,
    duplicate: &codes::OBJECT_DUPLICATE_ITEM,
    not_together: &codes::OBJECT_NOT_TOGETHER,
};

/// Objects that the API server of the target takes.
#[derive(Clone, Debug)]
pub struct Validated {
    bundle: RenderedBundle,
}

impl Validated {
    /// Returns the spec that they come from.
    pub fn checked(&self) -> &Checked {
        &self.bundle.lowered.checked
    }

    /// Returns the objects, in the order of their templates.
    pub fn into_objects(self) -> Vec<Node> {
        self.bundle.objects.into_iter().map(|rendered| rendered.object).collect()
    }
}

/// Validates a cluster's objects; returns none where an error was added to the findings.
///
/// A finding on what the profile alone wrote points at the spec's platform.
pub fn validate(bundle: RenderedBundle, day: Day, findings: &mut Findings) -> Option<Validated> {
    let n_errors = findings.n_errors();
    let checked = &bundle.lowered.checked;
    let bootstrap = match day {
        Day::Running => Bootstrap::Profile(checked.profile()),
        Day::Zero => Bootstrap::Nothing,
    };
    let mut found = Findings::new();
    let objects = bundle.objects.iter().map(|rendered| &rendered.object);
    objects_on(objects, checked.target(), bootstrap, &mut found);
    let platform = checked.resolved().platform();
    let is_right = !found.has_errors();
    findings.extend(found.into_iter().map(|finding| finding.in_users_words(platform)));
    // Rules read fields whose types must be right.
    if is_right {
        let objects = bundle.objects.iter().map(|rendered| &rendered.object);
        let bundle = BundleContext::new(objects, checked.target(), bootstrap, Some(platform));
        rules::on_bundle(&bundle.rendered_with(checked.profile()), findings);
    }
    (findings.n_errors() == n_errors).then_some(Validated { bundle })
}

/// Validates plain manifests, whoever made them, as the API server of the target takes them.
///
/// Which platform they are for is not known: an object that every cluster has already may be a part of one.
pub fn manifests(objects: &[Node], target: Target, findings: &mut Findings) {
    objects_on(objects, target, Bootstrap::Unknown, findings);
}

/// An object of a manifest, and what was found on it.
#[derive(Debug)]
pub struct Judged<'o> {
    /// The object.
    pub node: &'o Node,
    /// What it is called, as `Kind namespace/name`.
    pub name: String,
    /// Whether its kind is described here, so that rules may look at it.
    pub is_known: bool,
    /// What was found on it.
    pub findings: Findings,
}

/// Validates the objects of one stream of manifests, each by itself, and says of each what was found on it. Kinds that
/// are not known here are judged by the definitions.
pub fn each_manifest<'o>(objects: &'o [Node], target: Target, definitions: &Definitions) -> Vec<Judged<'o>> {
    let mut seen = identity::Seen::default();
    objects.iter().map(|node| judge(node, target, definitions, &mut seen)).collect()
}

fn judge<'o>(node: &'o Node, target: Target, definitions: &Definitions, seen: &mut identity::Seen<'o>) -> Judged<'o> {
    let mut findings = Findings::new();
    let name = ObjectName::of(node).to_string().trim_end().to_owned();
    if let Some(finding) = encrypted::identity(node) {
        findings.push(finding);
        return Judged { node, name, is_known: false, findings };
    }
    seen.add(node, &mut findings);
    let field = |name: &str| node.get(name).and_then(Node::as_str).unwrap_or_default();
    if let Some(found) = definitions.judge(node, field("apiVersion"), field("kind")) {
        findings.extend(found);
        findings.extend(encrypted::values(node).map(|finding| finding.object(&*name)));
        return Judged { node, name, is_known: false, findings };
    }
    let identity = identity::read(node, target, seen, &mut findings);
    if let Some(identity) = &identity {
        object::check(identity, target, Bootstrap::Unknown, &mut findings);
        findings.extend(encrypted::values(node).map(|finding| finding.object(identity.shown())));
    }
    seen.say_unchecked(&mut findings);
    Judged { node, name, is_known: identity.is_some(), findings }
}

/// Returns an object as the API server of a minor stores it once it is created: defaults put in, nulls that mean nothing
/// and fields that the server does not know left out, as is the status. None for a kind that is not described.
///
/// The object should be valid; what the server adds to metadata is not known here.
pub fn stored(object: &Node, minor: Minor) -> Option<Node> {
    let text = |name: &str| object.get(name).and_then(Node::as_str);
    let kind = schema::find(text("apiVersion")?, text("kind")?).filter(|kind| kind.is_on(minor))?;
    Some(object::created(kind, object, minor))
}

/// Validates an object that replaces a stored one of its name, as the API server of a minor takes an update: rules may
/// compare both, and what is as it was is forgiven where the server forgives it.
pub fn update(new: &Node, old: &Node, minor: Minor, findings: &mut Findings) {
    let mut seen = identity::Seen::default();
    if let Some(identity) = identity::read(new, Target::only(minor), &mut seen, findings) {
        object::check_update(&identity, old, minor, findings);
    }
    seen.say_unchecked(findings);
}

/// Validates objects on a target, those of `List`s too.
fn objects_on<'o>(
    objects: impl IntoIterator<Item = &'o Node>,
    target: Target,
    bootstrap: Bootstrap<'_>,
    findings: &mut Findings,
) {
    let mut seen = identity::Seen::default();
    for node in objects {
        for node in identity::items(node) {
            seen.add(node, findings);
            if let Some(identity) = identity::read(node, target, &mut seen, findings) {
                object::check(&identity, target, bootstrap, findings);
            }
        }
    }
    seen.say_unchecked(findings);
}

#[cfg(test)]
mod tests;
