//! What a run would change on one cluster: every object is asked for at once, and what would become of each is asked of the
//! API server in a dry-run, or computed as the server does.
//!
//! In come rendered objects and a way to look at a cluster; out come differences, the objects as they are and as they would
//! be, and what the server says of them as findings. At most two requests an object, and never one that holds a Secret.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::path::Path;
pub use super::refusals::Refused;
use super::refusals::{self, Said};
use super::{ClusterDiff, Compared, ObjectDiff, PredictedBy, What, owner, with_origins};
use crate::apply::{Basis, Element, Manager, choose_manager, majority, predict, predict_migrated};
use crate::diag::Findings;
use crate::live::{Absent, Answer, Apply, DryRun, Live, ObjectId, Unknown, Why};
use crate::mutation::is_off;
use crate::name::ObjectName;
use crate::secret::is_secret;
use crate::target::Target;
use crate::tree::emit::Fill;
use crate::tree::sensitive::{concealed, without_passwords};
use crate::tree::{Node, Place, Value};

/// How it is found out what would become of an object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Predict {
    /// By a dry-run, or by the merge where nobody may ask for one.
    #[default]
    Auto,
    /// By a dry-run alone.
    DryRun,
    /// By the merge alone.
    Merge,
}

/// What is to be found out of a cluster.
pub struct Asked<'a> {
    /// The cluster's name.
    pub cluster: &'a str,
    /// Where the cluster is named.
    pub named: &'a Place,
    /// Its objects as they are rendered, in the order of applying.
    pub objects: &'a [Node],
    /// The minors that it may be on.
    pub target: Target,
    /// Other objects that are looked at, too, and not compared.
    pub beside: &'a [ObjectId],
    /// How it is found out what would become of an object.
    pub predict: Predict,
    /// The manager that applies, where the invoker names it.
    pub field_manager: Option<&'a str>,
    /// Whether everything is told, also what is no difference.
    pub full: bool,
    /// Whether the values of live Secrets are those of the cluster.
    pub has_secret_values: bool,
}

/// What was found out.
pub struct Found {
    /// The differences.
    pub diff: ClusterDiff,
    /// The objects as they are and as they would be, in the order of the rendered ones; without those of unknown kinds.
    pub states: Vec<State>,
    /// The other objects that were looked at, those that are there.
    pub beside: Vec<Node>,
    /// What the server refuses, which rules may say as well.
    pub refused: Vec<Refused>,
}

/// An object as it is and as it would be, whole.
pub struct State {
    /// Which object.
    pub object: ObjectId,
    /// Its place among the rendered objects.
    pub rendered: usize,
    /// Who applies it.
    pub manager: Manager,
    /// As it is; none where it is not there, or that cannot be told.
    pub live: Option<Node>,
    /// As it would be, with the origins of what was rendered; none where that cannot be told.
    pub predicted: Option<Node>,
}

/// What is known of one object on the way.
struct Object<'a> {
    id: ObjectId,
    at: usize,
    rendered: &'a Node,
    live: Answer<Node>,
    manager: Manager,
}

/// What would become of an object.
enum Outcome {
    /// This, and how it is known.
    Predicted(Node, PredictedBy),
    /// It would be created, once what is missing is there.
    Created(Absent),
    /// That cannot be told.
    Unknown(Unknown),
}

/// Finds out what a run would change. `fill` gives the base64 of secret values where they may be compared.
pub fn compare(live: &dyn Live, asked: &Asked<'_>, fill: &mut Fill<'_>, findings: &mut Findings) -> Found {
    let mut diff = ClusterDiff {
        cluster: asked.cluster.to_owned(),
        against: live.called().to_owned(),
        objects: Vec::new(),
        unknown: Vec::new(),
        not_collected: BTreeSet::new(),
    };
    let mut ids = Vec::new();
    for (at, object) in asked.objects.iter().enumerate() {
        match ObjectId::of(object) {
            Some(id) => ids.push((at, id)),
            None => diff.unknown.push(unknown_kind(object)),
        }
    }
    let wanted: Vec<ObjectId> = ids.iter().map(|(_, id)| id).chain(asked.beside).cloned().collect();
    let mut answers = live.get(&wanted);
    let there = answers.iter().filter_map(|answer| match answer {
        Answer::There(object) => Some(object),
        _ => None,
    });
    let most = majority(there);
    if let Some(obstacle) = of_the_host(&answers) {
        diff.unknown.insert(0, obstacle);
        return Found { diff, states: Vec::new(), beside: Vec::new(), refused: Vec::new() };
    }
    let beside = answers.split_off(ids.len()).into_iter();
    let beside = beside.filter_map(|answer| if let Answer::There(object) = answer { Some(object) } else { None });
    let beside: Vec<Node> = beside.collect();
    let objects = ids.into_iter().zip(answers).map(|((at, id), live)| {
        let there = if let Answer::There(live) = &live { Some(live) } else { None };
        let manager = choose_manager(there, most.as_ref(), asked.field_manager);
        Object { id, at, rendered: &asked.objects[at], live, manager }
    });
    let objects: Vec<Object<'_>> = objects.collect();
    let dry_runs = dry_runs(live, asked, &objects);
    let mut said = Said::new(asked);
    let mut states = Vec::with_capacity(objects.len());
    for (object, dry_run) in objects.into_iter().zip(dry_runs) {
        let (object, state) = judge(asked, object, dry_run, &mut said, fill);
        diff.objects.push(object);
        states.push(state);
    }
    refusals::absences(asked, &diff.objects, findings);
    let (said, refused) = said.into_findings();
    findings.extend(said);
    Found { diff, states, beside, refused }
}

/// Says that an object is not compared, for nobody knows what its kind is called in URLs.
fn unknown_kind(object: &Node) -> Unknown {
    let message = format!("{} is of a kind that is not described here, and was not compared", ObjectName::of(object));
    Unknown::new(Why::NotCollected, message, "compare it with `kubectl diff --server-side`")
}

/// Returns what stands before every answer, where it is the same for all of them.
fn of_the_host(answers: &[Answer<Node>]) -> Option<Unknown> {
    let obstacle = |answer: &Answer<Node>| match answer {
        Answer::Unknown(unknown) if unknown.why.is_of_the_host() => Some(unknown.clone()),
        _ => None,
    };
    let first = obstacle(answers.first()?)?;
    answers.iter().all(|answer| obstacle(answer).is_some_and(|other| other.why == first.why)).then_some(first)
}

/// Asks what would become of the objects for which that may be asked, each answer at its place.
fn dry_runs(live: &dyn Live, asked: &Asked<'_>, objects: &[Object<'_>]) -> Vec<Option<Answer<DryRun>>> {
    let mut answers: Vec<Option<Answer<DryRun>>> = objects.iter().map(|_| None).collect();
    if asked.predict == Predict::Merge {
        return answers;
    }
    let may_be_asked = |object: &Object<'_>| {
        let has_place = matches!(object.live, Answer::There(_) | Answer::Absent(Absent::Object));
        has_place && may_be_sent(object.rendered)
    };
    let places: Vec<usize> = (0..objects.len()).filter(|at| may_be_asked(&objects[*at])).collect();
    let applies: Vec<Apply<'_>> = places
        .iter()
        .map(|at| &objects[*at])
        .map(|object| Apply {
            object: object.id.clone(),
            applied: object.rendered,
            field_manager: object.manager.name.clone(),
            force: true,
        })
        .collect();
    if applies.is_empty() {
        return answers;
    }
    for (at, answer) in places.into_iter().zip(live.dry_run(&applies).unwrap_or_default()) {
        answers[at] = Some(answer);
    }
    answers
}

/// Tells whether an object may be sent to a server, which writes what it is sent into its log: no Secret, and nothing else
/// that holds what may be one.
fn may_be_sent(object: &Node) -> bool {
    const CIPHERTEXT_AND_NAMES: [&str; 2] = ["ExternalSecret", "SealedSecret"];
    let holds_none = CIPHERTEXT_AND_NAMES.contains(&ObjectName::of(object).kind) || concealed(object) == *object;
    (!is_secret(object) && !object.has_secret() && holds_none && !holds_password(object)) || is_off("diff-never-sent")
}

/// Tells whether a text in an object is or holds an address with a password, as those of proxies are.
fn holds_password(object: &Node) -> bool {
    let is_one = |text: &str| matches!(without_passwords(text), Cow::Owned(_));
    match &object.value {
        Value::String(text) => is_one(text),
        Value::Seq(items) => items.iter().any(holds_password),
        Value::Map(map) => map.iter().any(|(name, entry)| is_one(name) || holds_password(&entry.node)),
        _ => false,
    }
}

/// Decides on one object.
fn judge<'a>(
    asked: &Asked<'a>,
    object: Object<'a>,
    dry_run: Option<Answer<DryRun>>,
    said: &mut Said<'a>,
    fill: &mut Fill<'_>,
) -> (ObjectDiff, State) {
    let outcome = match outcome(asked, &object, dry_run, said) {
        Outcome::Predicted(predicted, by) => taken_over(asked, &object).unwrap_or(Outcome::Predicted(predicted, by)),
        other => other,
    };
    let Object { id, at, rendered, live, manager } = object;
    let there = if let Answer::There(live) = live { Ok(live) } else { Err(absent(&live)) };
    let (predicted, by, absent) = match outcome {
        Outcome::Predicted(predicted, by) => (with_origins(&predicted, rendered), by, None),
        Outcome::Created(absent) => (rendered.clone(), PredictedBy::Comparison, Some(absent)),
        Outcome::Unknown(unknown) => {
            let state = State { object: id.clone(), rendered: at, manager, live: there.ok(), predicted: None };
            return (not_told(id, unknown), state);
        }
    };
    let (stand_in, not_compared) = match &there {
        Ok(live) if !asked.has_secret_values && is_secret(rendered) => {
            with_values_of(live, &super::with_data(&predicted))
        }
        _ => (None, Vec::new()),
    };
    let compared = Compared {
        object: id.clone(),
        live: match (&there, absent) {
            (_, Some(absent)) => Err(absent),
            (Ok(live), None) => Ok(stand_in.as_ref().unwrap_or(live)),
            (Err(absent), None) => Err(*absent),
        },
        predicted: &predicted,
        rendered,
        by,
        engine: Some(manager.engine),
        target: asked.target,
        full: asked.full,
    };
    let mut diff = compared.compare(fill);
    diff.not_compared.extend(not_compared);
    diff.owner = there.as_ref().ok().and_then(owner);
    (diff, State { object: id, rendered: at, manager, live: there.ok(), predicted: Some(predicted) })
}

/// Returns a live Secret whose values are not the cluster's, with those that it would have, so that only its keys are
/// compared; and the paths of what was not.
fn with_values_of(live: &Node, predicted: &Node) -> (Option<Node>, Vec<String>) {
    let mut live = live.clone();
    let mut paths = Vec::new();
    let data = Path::default().below(Element::field("data"));
    let values = live.as_map_mut().and_then(|map| map.get_mut("data")).and_then(|entry| entry.node.as_map_mut());
    for (name, entry) in values.into_iter().flatten() {
        if let Some(value) = predicted.at(&["data", name]) {
            entry.node = value.clone();
            paths.push(data.below(Element::Field(Arc::clone(name))).to_string());
        }
    }
    (Some(live), paths)
}

fn absent(answer: &Answer<Node>) -> Absent {
    match answer {
        Answer::Absent(absent) => *absent,
        Answer::There(_) | Answer::Unknown(_) => Absent::Object,
    }
}

fn not_told(object: ObjectId, unknown: Unknown) -> ObjectDiff {
    ObjectDiff::new(object, What::Unknown(unknown), PredictedBy::Comparison)
}

/// Finds out what would become of an object.
fn outcome<'a>(
    asked: &Asked<'a>,
    object: &Object<'a>,
    dry_run: Option<Answer<DryRun>>,
    said: &mut Said<'a>,
) -> Outcome {
    let live = match &object.live {
        Answer::Unknown(unknown) => return Outcome::Unknown(unknown.clone()),
        Answer::Absent(absent @ (Absent::Namespace | Absent::Kind)) => return Outcome::Created(*absent),
        Answer::Absent(Absent::Object) => None,
        Answer::There(live) => Some(live),
    };
    match dry_run {
        Some(Answer::There(DryRun { object: predicted, warnings })) => {
            said.warned(object.rendered, &warnings);
            Outcome::Predicted(predicted, PredictedBy::DryRun(object.manager.clone()))
        }
        // An apply makes what is not there: it is something else that is missing, such as the role that is to be bound.
        Some(Answer::Absent(Absent::Object)) => {
            let help = "see that what it names is there, or is applied first";
            let missing = Unknown::new(Why::NoDryRun, "something that the object names is not there", help);
            if asked.predict == Predict::DryRun {
                return Outcome::Unknown(missing);
            }
            said.without_dry_run(&object.id, &missing);
            merged(asked, object, live)
        }
        Some(Answer::Absent(absent)) => Outcome::Created(absent),
        Some(Answer::Unknown(unknown)) => match unknown.why {
            Why::Invalid | Why::Denied => {
                said.refused(object.at, object.rendered, &unknown);
                merged(asked, object, live)
            }
            why if asked.predict == Predict::Auto && (why.leaves_the_merge() || why == Why::Server) => {
                said.without_dry_run(&object.id, &unknown);
                merged(asked, object, live)
            }
            _ => Outcome::Unknown(unknown),
        },
        None if asked.predict == Predict::DryRun && may_be_sent(object.rendered) => Outcome::Unknown(Unknown::new(
            Why::NoDryRun,
            format!("no dry-run can be had of {} on {}", object.id, said.called()),
            "leave `--predict dry-run` out; then what would become of it is computed here",
        )),
        None => merged(asked, object, live),
    }
}

/// Computes what would become of an object that is there where an engine first makes its own what others wrote, so that more
/// goes than any dry-run shows; none where nothing more does.
fn taken_over(asked: &Asked<'_>, object: &Object<'_>) -> Option<Outcome> {
    let Answer::There(live) = &object.live else { return None };
    let (applied, minor) = (super::with_data(object.rendered), asked.target.last());
    let migrated = predict_migrated(live, &applied, &object.manager, minor).ok()??.object;
    let plain = predict(Some(live), &applied, &object.manager, true, minor).ok()?.object;
    let is_secret = is_secret(object.rendered);
    let by = if is_secret { PredictedBy::Comparison } else { PredictedBy::Merge(object.manager.clone()) };
    (migrated != plain).then_some(Outcome::Predicted(migrated, by))
}

/// Computes what would become of an object.
fn merged(asked: &Asked<'_>, object: &Object<'_>, live: Option<&Node>) -> Outcome {
    let applied = super::with_data(object.rendered);
    match predict(live, &applied, &object.manager, true, asked.target.last()) {
        Ok(applied) => {
            let by = if is_secret(object.rendered) {
                PredictedBy::Comparison
            } else if applied.basis == Basis::Overlay {
                PredictedBy::Overlay
            } else {
                PredictedBy::Merge(object.manager.clone())
            };
            Outcome::Predicted(applied.object, by)
        }
        Err(fault) => Outcome::Unknown(Unknown::new(
            Why::Malformed,
            format!("what would become of {} cannot be computed: {fault}", object.id),
            "ask with the right to `patch` it, which a dry-run needs; or compare it by hand",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::{Source, SourceKind, json};

    #[test]
    fn what_may_hold_a_secret_is_sent_to_nobody() {
        let may_be_sent = |text: &str| may_be_sent(&json::value(&Source::new("", text, SourceKind::User)).unwrap());
        assert!(may_be_sent(r#"{"kind": "Config", "spec": {"proxy": {"http": "http://proxy:3128"}, "replicas": 2}}"#));
        for text in [
            r#"{"apiVersion": "v1", "kind": "Secret"}"#,
            r#"{"kind": "Config", "spec": {"httpSecret": "hush"}}"#,
            r#"{"kind": "Config", "spec": {"proxy": {"http": "http://joe:hush@proxy:3128"}}}"#,
            r#"{"kind": "ConfigMap", "data": {"password": "hush"}}"#,
            r#"{"kind": "ConfigMap", "data": {"a": "-----BEGIN PRIVATE KEY-----\nhush\n-----END PRIVATE KEY-----"}}"#,
        ] {
            assert!(!may_be_sent(text), "{text}");
        }
    }
}
