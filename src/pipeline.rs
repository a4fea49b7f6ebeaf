//! The stages in order, for one cluster. Each takes the type of the one before, so a skipped stage does not compile.
//!
//! [`load`] -> [`resolve`] -> [`check()`] -> [`lower`] -> [`render`] -> [`validate`]. What comes out is a [`Bundle`], which
//! the edges emit, compare or publish. A stage runs only when those before it left no error.

use std::sync::Arc;

use crate::check::{self, Checked, check};
use crate::diag::{Code, Findings, OnMinor, codes};
use crate::load::{Contents, Project, contents, load};
use crate::lower::{Day, lower};
use crate::policy::{Acknowledgement, InForce, say_unused};
use crate::profile::{Profile, Profiles};
use crate::render::render;
use crate::resolve::{Resolved, resolve};
use crate::rules::ClusterFacts;
use crate::rules::{Check, Dated, RULES, ending};
use crate::spec::Spec;
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
    /// What the project and the policy decide about findings.
    pub in_force: Arc<InForce>,
}

/// What is known of a cluster beside the others of its project.
#[derive(Clone, Debug)]
pub struct Surveyed {
    /// What rules on projects judge.
    pub facts: ClusterFacts,
    /// What its spec and layers acknowledge.
    pub acknowledged: Arc<[Acknowledgement]>,
}

/// What came of a spec: as much as its stages got to.
#[derive(Debug)]
pub struct Judged {
    /// What is known of the cluster beside others.
    pub surveyed: Option<Surveyed>,
    /// Its objects; none where an error was found.
    pub bundle: Option<Bundle>,
    /// Its certificates that end before a time, where that was asked.
    pub ending: Vec<Dated>,
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
    /// The text that names the context of kubeconfigs in which the cluster is reached, if there is one.
    pub live_context: Option<Node>,
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

/// A resolved spec with its files, judged by what the project, the policy and its own acknowledgements decide.
struct Prepared {
    resolved: Resolved,
    contents: Contents,
    surveyed: Surveyed,
}

/// Resolves a spec and reads its files. From here on what is found counts as its acknowledgements say.
fn prepared(session: &Session<'_>, path: &ProjectPath, findings: &mut Findings) -> Option<Prepared> {
    findings.weigh_by(session.in_force.ruling([]));
    let resolved = resolved(session, path, findings)?;
    let n_errors = findings.n_errors();
    let contents = contents(session.project, resolved.spec(), &|place| resolved.dir_of(place), findings);
    let acknowledged = session.in_force.acknowledgements(&resolved, session.as_of, findings);
    findings.weigh_by(session.in_force.ruling([Arc::clone(&acknowledged)]));
    if findings.n_errors() > n_errors {
        return None;
    }
    session.in_force.judge_spec(&resolved, findings);
    let surveyed = Surveyed { facts: ClusterFacts::of(&resolved, &contents), acknowledged };
    Some(Prepared { resolved, contents, surveyed })
}

/// Checks a spec, without rendering it.
pub fn checked(session: &Session<'_>, path: &ProjectPath, findings: &mut Findings) -> Option<Checked> {
    let Prepared { resolved, contents, .. } = prepared(session, path, findings)?;
    check(resolved, contents, session.as_of, findings)
}

/// Judges a spec by itself up to its lowering, and returns it whatever is wrong with it, for those who ask what it says and
/// make nothing of it; none where its layers or its platform cannot be had.
pub(crate) fn as_far_as_known(session: &Session<'_>, path: &ProjectPath, findings: &mut Findings) -> Option<Checked> {
    findings.weigh_by(session.in_force.ruling([]));
    let resolved = resolved(session, path, findings)?;
    let n_errors = findings.n_errors();
    let contents = contents(session.project, resolved.spec(), &|place| resolved.dir_of(place), findings);
    let acknowledged = session.in_force.acknowledgements(&resolved, session.as_of, findings);
    findings.weigh_by(session.in_force.ruling([acknowledged]));
    session.in_force.judge_spec(&resolved, findings);
    // What stands there a thousand times is not looked at once.
    if findings.iter().any(|finding| finding.code == &codes::TOO_LARGE) {
        return None;
    }
    let has_files = findings.n_errors() == n_errors;
    let (checked, is_right) = check::as_far_as_known(resolved, contents, session.as_of, findings);
    // What is wrong with a delivery is only found where it is made.
    if has_files && is_right {
        let _lowered = lower(checked.clone(), session.day, findings);
    }
    Some(checked)
}

/// Looks at a spec only for what is known of it beside other clusters; none where that cannot be said.
pub fn survey(session: &Session<'_>, path: &ProjectPath) -> Option<Surveyed> {
    prepared(session, path, &mut Findings::new()).map(|prepared| prepared.surveyed)
}

/// Compiles a spec to the objects of its cluster; none where an error was added.
pub fn compile(session: &Session<'_>, path: &ProjectPath, findings: &mut Findings) -> Option<Bundle> {
    judged(session, path, findings).bundle
}

/// Compiles a spec, and says what is known of it beside other clusters.
pub fn judged(session: &Session<'_>, path: &ProjectPath, findings: &mut Findings) -> Judged {
    judged_until(session, path, None, findings)
}

/// Compiles a spec, and says which of its certificates end before a time, too, in seconds since 1970.
pub fn judged_until(session: &Session<'_>, path: &ProjectPath, before: Option<i64>, findings: &mut Findings) -> Judged {
    let n_errors = findings.n_errors();
    let Some(Prepared { resolved, contents, mut surveyed }) = prepared(session, path, findings) else {
        return Judged { surveyed: None, bundle: None, ending: Vec::new() };
    };
    let ending = before.map(|before| ending(Spec::new(resolved.spec()), &contents, session.as_of, before));
    let bundle = made(session, resolved, contents, findings);
    // What was not reached may have had what is acknowledged; complete objects have less than those that are merged.
    if bundle.is_some() && session.day == Day::Running {
        say_unused(&surveyed.acknowledged, findings);
    }
    // A stage goes on from what is no error to it, and a policy or a level may have made one of it.
    let bundle = bundle.filter(|_| findings.n_errors() == n_errors);
    surveyed.facts.is_right = bundle.is_some();
    Judged { surveyed: Some(surveyed), bundle, ending: ending.unwrap_or_default() }
}

/// Compiles a spec once for each minor of a range, in place of its own target, and returns what is found on each.
///
/// A field that a minor does not have is left out for what comes after, as its API server drops it, so that what else is
/// wrong there is found, too.
pub fn on_each_minor(session: &Session<'_>, path: &ProjectPath, range: Target) -> Vec<OnMinor> {
    let mut of_all = Findings::new();
    let prepared = prepared(session, path, &mut of_all);
    let on = |minor: Minor| {
        let mut findings = of_all.clone();
        let bundle = prepared.as_ref().and_then(|Prepared { resolved, contents, .. }| {
            let mut resolved = resolved.clone().on(minor, range);
            let checked = check(resolved.clone(), contents.clone(), session.as_of, &mut findings);
            if checked.is_some() || !is_of_other_minors(&findings) {
                return finish(session, checked?, &mut findings);
            }
            let dropped = findings.iter().filter(|finding| finding.code == &codes::SPEC_FIELD_OF_OTHER_MINOR);
            resolved.drop_at(&dropped.map(|finding| &finding.place).collect::<Vec<_>>());
            finish(session, check(resolved, contents.clone(), session.as_of, &mut findings)?, &mut findings)
        });
        let errors = findings.iter().filter(|finding| finding.is_error());
        let reached = errors.map(|finding| stage(finding.code)).max().filter(|_| bundle.is_none());
        OnMinor { minor, findings, reached: reached.unwrap_or(u8::MAX) }
    };
    range.minors().map(on).collect()
}

/// Returns the number of the stage that finds a code; a stage with a greater one does not look where this one found errors.
pub fn stage(code: &'static Code) -> u8 {
    match RULES.iter().find(|rule| rule.code == code).map(|rule| rule.check) {
        Some(Check::Bundle(_)) => 5,
        Some(_) => 2,
        None if code.id < "RC0300" => 0,
        None if code.id < "RC0400" => 1,
        // What is wrong with a file that SOPS encrypted is found when its values are placed.
        None if code.id < "RC0500" || ("RC0710".."RC0720").contains(&code.id) => 3,
        None => 4,
    }
}

/// Tells whether all that is wrong are fields of other minors.
fn is_of_other_minors(findings: &Findings) -> bool {
    let mut errors = findings.iter().filter(|finding| finding.is_error());
    errors.all(|finding| finding.code == &codes::SPEC_FIELD_OF_OTHER_MINOR)
}

/// Takes a prepared spec through the stages that are left.
fn made(session: &Session<'_>, resolved: Resolved, contents: Contents, findings: &mut Findings) -> Option<Bundle> {
    let checked = check(resolved, contents, session.as_of, findings)?;
    finish(session, checked, findings)
}

/// Makes the objects of a checked spec.
fn finish(session: &Session<'_>, checked: Checked, findings: &mut Findings) -> Option<Bundle> {
    let lowered = lower(checked, session.day, findings)?;
    let rendered = render(lowered, findings)?;
    let validated = validate(rendered, session.day, findings)?;
    let checked: &Checked = validated.checked();
    let cluster = checked.name().as_str().unwrap_or_default().to_owned();
    let (name, target) = (checked.name().clone(), checked.target());
    let (profile, platform) = (Arc::clone(&checked.resolved().profile), checked.resolved().platform().clone());
    let live_context = checked.spec().live_context().cloned();
    let objects = validated.into_objects();
    session.in_force.judge_objects(&objects, &platform, findings);
    Some(Bundle { cluster, name, target, profile, platform, live_context, objects })
}
