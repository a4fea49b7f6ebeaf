//! [`Resolved`] -> [`Checked`]: a spec that is right by itself: its shape, its name, its target, and every rule on specs.
//!
//! Nothing is changed here, and nothing is read: the contents of named files come in as they were loaded.

mod header;
mod public;
pub(crate) mod shape;

use crate::diag::Findings;
use crate::load::{Contents, DocumentKind};
use crate::profile::Profile;
use crate::resolve::Resolved;
use crate::rules::{self, SpecContext};
use crate::schema::interpret::Manner;
use crate::spec::Spec;
use crate::target::{Minor, Target};
use crate::tree::Node;

/// A resolved spec without errors.
#[derive(Clone, Debug)]
pub struct Checked {
    resolved: Resolved,
    target: Target,
    contents: Contents,
}

impl Checked {
    /// Returns the resolved document.
    pub fn resolved(&self) -> &Resolved {
        &self.resolved
    }

    /// Returns the view of its `spec`.
    pub fn spec(&self) -> Spec<'_> {
        Spec::new(self.resolved.spec())
    }

    /// Returns the OpenShift minors that it is for.
    pub fn target(&self) -> Target {
        self.target
    }

    /// Returns the files that it names.
    pub fn contents(&self) -> &Contents {
        &self.contents
    }

    /// Returns the profile of its platform.
    pub fn profile(&self) -> &Profile {
        &self.resolved.profile
    }

    /// Returns the text that names the cluster.
    pub fn name(&self) -> &Node {
        self.resolved.name().unwrap_or(&self.resolved.node)
    }
}

/// Checks a resolved spec; `as_of` is the time, in seconds since 1970, for what expires.
///
/// Returns none where an error was added. Rules run only on a spec whose shape is right, so that one fault is said once.
pub fn check(resolved: Resolved, contents: Contents, as_of: i64, findings: &mut Findings) -> Option<Checked> {
    let target = judge(&resolved, &contents, as_of, findings)?;
    Some(Checked { resolved, target, contents })
}

/// Checks a resolved spec, and returns it as far as it is known, whatever is wrong with it: for those who ask what it says,
/// and make nothing of it. Where its target is wrong, that is the newest release. Tells, too, whether it is right.
pub(crate) fn as_far_as_known(
    resolved: Resolved,
    contents: Contents,
    as_of: i64,
    findings: &mut Findings,
) -> (Checked, bool) {
    let judged = judge(&resolved, &contents, as_of, findings);
    let is_right = judged.is_some();
    let target = judged.or_else(|| header::target(&resolved, &mut Findings::new()));
    let target = target.unwrap_or_else(|| Target::only(Minor::newest_released()));
    (Checked { resolved, target, contents }, is_right)
}

fn judge(resolved: &Resolved, contents: &Contents, as_of: i64, findings: &mut Findings) -> Option<Target> {
    let n_errors = findings.n_errors();
    let target = header::target(resolved, findings);
    header::name(resolved, findings);
    let target = target?;
    let mut found = Findings::new();
    shape::check(DocumentKind::Spec, &resolved.node, target, Manner::OBJECT, &mut found);
    public::explained(resolved.spec(), found, findings);
    if let Some(project) = &resolved.loaded.settings.node {
        shape::check(DocumentKind::Project, project, target, Manner::OBJECT, findings);
    }
    if findings.n_errors() > n_errors {
        return None;
    }
    rules::on_spec(&SpecContext::new(resolved, target, contents, as_of), findings);
    (findings.n_errors() == n_errors).then_some(target)
}
