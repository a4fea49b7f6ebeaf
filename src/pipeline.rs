//! The stages in order, for one cluster. Each takes the type of the one before, so a skipped stage does not compile.
//!
//! [`load`] -> [`resolve`] -> [`check`] -> [`lower`] -> [`render`] -> [`validate`]. What comes out is a [`Bundle`], which
//! the edges emit, compare or publish. A stage runs only when those before it left no error.

use std::sync::Arc;

use crate::check::{Checked, check};
use crate::diag::{Findings, OnMinor, Severity, codes};
use crate::load::{Contents, Project, contents, load};
use crate::lower::{Day, lower};
use crate::profile::{Profile, Profiles};
use crate::render::render;
use crate::resolve::{Resolved, resolve};
use crate::target::{Minor, Target};
use crate::tree::Node;
use crate::validate::validate;
use crate::world::ProjectPath;

/// What every cluster of a run has in common.
pub struct Session<'w> {
    /// The files of the project.
    pub project: &'w Project<'w>,
    /// The platforms.
    pub profiles: &'w Profiles,
    /// Whether objects are complete.
    pub day: Day,
    /// The time, in seconds since 1970, for what expires.
    pub as_of: i64,
}

/// The objects of one cluster, valid for its target.
#[derive(Debug)]
pub struct Bundle {
    /// The cluster's name.
    pub cluster: String,
    /// The text that names it.
    pub name: Node,
    /// The OpenShift minors that the objects are for.
    pub target: Target,
    /// The profile of the cluster's platform.
    pub profile: Arc<Profile>,
    /// The text that names the platform.
    pub platform: Node,
    /// The objects, in the order of their templates. Secrets among them may hold slots, and no bytes.
    pub objects: Vec<Node>,
}

/// Resolves a spec: its layers and defaults merged, every value with its origin.
pub fn resolved(session: &Session<'_>, path: &ProjectPath, findings: &mut Findings) -> Option<Resolved> {
    let loaded = load(session.project, path, findings)?;
    let resolved = resolve(loaded, session.profiles, findings);
    findings.extend(session.profiles.take_faults());
    resolved
}

/// Checks a spec, without rendering it.
pub fn checked(session: &Session<'_>, path: &ProjectPath, findings: &mut Findings) -> Option<Checked> {
    let (resolved, contents) = read(session, path, findings)?;
    check(resolved, contents, session.as_of, findings)
}

/// Reads all that a spec is made of.
fn read(session: &Session<'_>, path: &ProjectPath, findings: &mut Findings) -> Option<(Resolved, Contents)> {
    let resolved = resolved(session, path, findings)?;
    let n_errors = findings.n_errors();
    let contents = contents(session.project, resolved.spec(), &|place| resolved.dir_of(place), findings);
    (findings.n_errors() == n_errors).then_some((resolved, contents))
}

/// Compiles a spec to the objects of its cluster; none where an error was added.
pub fn compile(session: &Session<'_>, path: &ProjectPath, findings: &mut Findings) -> Option<Bundle> {
    let checked = checked(session, path, findings)?;
    finish(session, checked, findings)
}

/// Compiles a spec once for each minor of a range, in place of its own target, and returns what is found on each.
///
/// A field that a minor does not have is left out for what comes after, as its API server drops it, so that what else is
/// wrong there is found, too.
pub fn on_each_minor(session: &Session<'_>, path: &ProjectPath, range: Target) -> Vec<OnMinor> {
    let mut of_all = Findings::new();
    let read = read(session, path, &mut of_all);
    let on = |minor: Minor| {
        let mut findings = of_all.clone();
        let bundle = read.as_ref().and_then(|(resolved, contents)| {
            let mut resolved = resolved.clone().on(Target::only(minor));
            let checked = match check(resolved.clone(), contents.clone(), session.as_of, &mut findings) {
                None if is_of_other_minors(&findings) => {
                    resolved.drop_at(findings.iter().map(|finding| &finding.place).collect::<Vec<_>>().as_slice());
                    check(resolved, contents.clone(), session.as_of, &mut findings)
                }
                checked => checked,
            };
            finish(session, checked?, &mut findings)
        });
        OnMinor { minor, findings, is_whole: bundle.is_some() }
    };
    range.minors().map(on).collect()
}

/// Tells whether all that is wrong are fields of other minors.
fn is_of_other_minors(findings: &Findings) -> bool {
    let mut errors = findings.iter().filter(|finding| finding.severity == Severity::Error);
    errors.all(|finding| finding.code == &codes::SPEC_FIELD_OF_OTHER_MINOR)
}

/// Makes the objects of a checked spec.
fn finish(session: &Session<'_>, checked: Checked, findings: &mut Findings) -> Option<Bundle> {
    let lowered = lower(checked, session.day, findings)?;
    let rendered = render(lowered, findings)?;
    let validated = validate(rendered, session.day, findings)?;
    let checked = validated.checked();
    let cluster = checked.name().as_str().unwrap_or_default().to_owned();
    let name = checked.name().clone();
    let (profile, platform) = (Arc::clone(&checked.resolved().profile), checked.resolved().platform().clone());
    Some(Bundle { cluster, name, target: checked.target(), profile, platform, objects: validated.into_objects() })
}
