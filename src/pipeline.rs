//! The stages in order, for one cluster. Each takes the type of the one before, so a skipped stage does not compile.
//!
//! [`load`] -> [`resolve`] -> [`check`] -> [`lower`] -> [`render`] -> [`validate`]. What comes out is a [`Bundle`], which
//! the edges emit, compare or publish. A stage runs only when those before it left no error.

use std::sync::Arc;

use crate::check::{Checked, check};
use crate::diag::Findings;
use crate::load::{Project, contents, load};
use crate::lower::{Day, lower};
use crate::profile::{Profile, Profiles};
use crate::render::render;
use crate::resolve::{Resolved, resolve};
use crate::target::Target;
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
    let resolved = resolved(session, path, findings)?;
    let n_errors = findings.n_errors();
    let contents = contents(session.project, resolved.spec(), &|place| resolved.dir_of(place), findings);
    if findings.n_errors() > n_errors {
        return None;
    }
    check(resolved, contents, session.as_of, findings)
}

/// Compiles a spec to the objects of its cluster; none where an error was added.
pub fn compile(session: &Session<'_>, path: &ProjectPath, findings: &mut Findings) -> Option<Bundle> {
    let checked = checked(session, path, findings)?;
    let lowered = lower(checked, session.day, findings)?;
    let rendered = render(lowered, findings)?;
    let validated = validate(rendered, session.day, findings)?;
    let checked = validated.checked();
    let cluster = checked.name().as_str().unwrap_or_default().to_owned();
    let name = checked.name().clone();
    let (profile, platform) = (Arc::clone(&checked.resolved().profile), checked.resolved().platform().clone());
    Some(Bundle { cluster, name, target: checked.target(), profile, platform, objects: validated.into_objects() })
}
