//! Rules: what the schema lets through and the operator, the nodes or the registry then choke on.
//!
//! A rule is a static value and a function, one file each, named after its fault. It names its subject: a spec as
//! resolved, or the bundle of rendered objects. Rules never change what they judge. To add one: a file, a line in the
//! table below, a code with its explanation, and a golden case.

use crate::diag::{Code, Findings};
use crate::load::Contents;
use crate::resolve::Resolved;
use crate::spec::Spec;
use crate::target::Target;

/// A rule.
pub struct Rule {
    /// The code of its findings.
    pub code: &'static Code,
    /// What it judges, and how.
    pub check: Check,
}

/// What a rule judges.
#[derive(Clone, Copy)]
pub enum Check {
    /// A resolved spec.
    Spec(fn(&SpecContext<'_>, &mut Findings)),
}

/// What a rule on specs can see.
pub struct SpecContext<'r> {
    /// The resolved document.
    pub resolved: &'r Resolved,
    /// The view of its `spec`.
    pub spec: Spec<'r>,
    /// The OpenShift minors that it is for.
    pub target: Target,
    /// The files that it names.
    pub contents: &'r Contents,
    /// The time, in seconds since 1970, for what expires.
    pub as_of: i64,
}

/// Every rule, in order of code.
pub static RULES: &[&Rule] = &[];

/// Runs every rule on specs.
pub fn on_spec(ctx: &SpecContext<'_>, findings: &mut Findings) {
    for rule in RULES {
        let Check::Spec(check) = rule.check;
        check(ctx, findings);
    }
}
