//! What people decide about findings: levels, acknowledgements, and a policy from outside the repository above both.
//!
//! Comes in: the project file's `levels`, a spec's `acknowledge`, the [`Policy`] of whoever invokes regcfg. Goes out: a
//! [`Ruling`], by which a sink judges every finding that enters it, and findings on what the policy does not allow. Stages
//! know nothing of it. Only what rules say, and warnings of other stages, can be decided about ([`is_opinion`]): that a
//! file cannot be read or the API server refuses an object is a fact.

mod acknowledge;
mod allow;
mod file;
mod levels;
mod repository;
mod sealed;
mod sops;

pub use acknowledge::{Acknowledgement, say_unused, say_unused_in_project};
pub use file::Policy;
pub use levels::{Level, is_opinion};
pub use sops::Application;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diag::{Diagnostic, Findings, Suppression, Weigh};
use crate::load::Settings;
use crate::resolve::Resolved;
use crate::tree::Node;

/// What is in force in a project: its own levels, beneath the policy of the invoker.
#[derive(Debug, Default)]
pub struct InForce {
    levels: BTreeMap<&'static str, Level>,
    policy: Option<Arc<Policy>>,
}

/// What is in force, and what is acknowledged.
#[derive(Debug)]
pub struct Ruling {
    in_force: Arc<InForce>,
    acknowledged: Vec<Arc<[Acknowledgement]>>,
}

impl InForce {
    /// Reads what a project file says, beneath a policy. Adds findings for codes that are none or cannot be decided about,
    /// and for levels below the policy's.
    pub fn of(settings: &Settings, policy: Option<Arc<Policy>>, findings: &mut Findings) -> Self {
        let levels = levels::of_project(settings, policy.as_deref(), findings);
        Self { levels, policy }
    }

    /// Returns the ruling with the acknowledgements of some specs.
    pub fn ruling(self: &Arc<Self>, acknowledged: impl IntoIterator<Item = Arc<[Acknowledgement]>>) -> Arc<Ruling> {
        Arc::new(Ruling { in_force: Arc::clone(self), acknowledged: acknowledged.into_iter().collect() })
    }

    /// Reads the acknowledgements of a spec and its layers; `as_of` is the time, in seconds since 1970. Adds findings for
    /// those that cannot be, and for those that have expired.
    pub fn acknowledgements(&self, resolved: &Resolved, as_of: i64, findings: &mut Findings) -> Arc<[Acknowledgement]> {
        acknowledge::of_spec(resolved, self.policy.as_deref(), as_of, findings).into()
    }

    /// Says what a spec has that the policy does not allow.
    pub fn judge_spec(&self, resolved: &Resolved, findings: &mut Findings) {
        if let Some(policy) = &self.policy {
            allow::spec(policy, resolved, findings);
        }
    }

    /// Says what rendered objects are that the policy does not allow, or that only a policy could; `platform` is where a
    /// finding points that nothing else of the user's explains.
    pub fn judge_objects(&self, objects: &[Node], platform: &Node, findings: &mut Findings) {
        sealed::cluster_wide(self.policy.as_deref(), objects, platform, findings);
        if let Some(policy) = &self.policy {
            allow::objects(policy, objects, platform, findings);
        }
    }
}

impl Weigh for Ruling {
    fn weigh(&self, mut finding: Diagnostic) -> Option<Diagnostic> {
        if let Some(level) = self.in_force.levels.get(finding.code.id) {
            finding.severity = level.severity()?;
        }
        if finding.suppressed.is_none() {
            let covering = self.acknowledged.iter().flat_map(|all| all.iter()).find(|one| one.covers(&finding));
            finding.suppressed =
                covering.map(|one| Suppression { reason: one.reason.clone(), place: one.place.clone() });
        }
        Some(finding)
    }
}

#[cfg(test)]
mod tests;
