//! Changes of an object -> how hard each hits the cluster, and why.
//!
//! What is known stands as data in `impact.yaml`; what a change hits beyond its own path (a ConfigMap that the registry
//! mounts, a claim that is deleted with its data) is told here. Where the changes come from is not known here, nor whether
//! the API server takes them.

mod limit;
mod table;

pub use limit::{Above, above};

use crate::diff::{Change, ClusterDiff, ObjectDiff, What};
use crate::kept::is_kept;
use crate::live::ObjectId;
use crate::mutation::is_off;
use crate::name::ObjectName;
use crate::rules::{Circumstances, Role, UpdateContext, amount};
use crate::target::{Minor, Target};
use crate::tree::{Node, Value};
use table::{Condition, On, Row, rows, segments};

/// How hard a change hits, the harmless before the worse.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Impact {
    /// Nothing is restarted.
    #[default]
    None,
    /// New registry pods replace the old ones.
    Rollout,
    /// Nodes are drained, or restarted, one after the other.
    Drain,
    /// Images are deleted, or can no longer be reached.
    DataLoss,
}

/// An impact, and its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// How hard it hits.
    pub impact: Impact,
    /// The path of the field in the object, such as `spec.storage.s3.bucket`; empty for the whole object.
    pub path: String,
    /// What happens, in one line.
    pub why: String,
}

impl Impact {
    /// Every impact, the harmless before the worse.
    pub const ALL: &[Self] = &[Self::None, Self::Rollout, Self::Drain, Self::DataLoss];

    /// Returns the word for it on the command line and in documents.
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Rollout => "rollout",
            Self::Drain => "drain",
            Self::DataLoss => "data-loss",
        }
    }
}

/// Says of every object of a cluster how hard its changes hit. `ctx` holds what the cluster has and what it would have,
/// whole, with what the formats leave out; on several minors the worst counts.
pub fn judge(diff: &mut ClusterDiff, ctx: &UpdateContext<'_>) {
    if diff.objects.iter().all(|object| matches!(object.what, What::Unchanged)) {
        return;
    }
    let circumstances = ctx.circumstances();
    for object in &mut diff.objects {
        object.reasons = reasons(object, ctx, &circumstances);
    }
}

/// Returns why an object's changes hit, the worst first; those that hit nothing, too.
fn reasons(diff: &ObjectDiff, ctx: &UpdateContext<'_>, circumstances: &Circumstances) -> Vec<Reason> {
    let ObjectId { resource, namespace, name } = &diff.object;
    let (before, after) = ctx.states(ObjectName { group: &resource.group, kind: &resource.kind, namespace, name });
    let (before, after) = (before.or(diff.before.as_ref()), after.or(diff.after.as_ref()));
    let judged = Judged {
        kind: &diff.object.resource.kind,
        before,
        after,
        circumstances,
        role: after.or(before).and_then(|object| circumstances.role(object)),
        target: ctx.new.target,
    };
    let mut found = match &diff.what {
        What::Unchanged | What::Unknown(_) => return Vec::new(),
        What::Create(_) => judged.whole(On::Create),
        What::NoLongerRendered { .. } => judged.whole(On::Gone),
        What::Change => {
            // What somebody writes by himself is no change.
            let changes = diff.changes.iter().filter(|change| change.silent.is_none());
            changes.flat_map(|change| judged.change(change)).collect()
        }
    };
    let hits_pods = |reason: &&Reason| matches!(reason.impact, Impact::Rollout | Impact::Drain);
    if let Some(reason) =
        found.iter().find(hits_pods).filter(|_| circumstances.in_pods && circumstances.ran && !is_off("impact-in-pods"))
    {
        let why = "the images lie in the pods (`emptyDir`), and go with each pod that is replaced".to_owned();
        found.push(Reason { impact: Impact::DataLoss, path: reason.path.clone(), why });
    }
    found.sort_by_key(|reason| std::cmp::Reverse(reason.impact));
    let mut said = Vec::new();
    found.retain(|reason| {
        let is_new = !said.contains(reason);
        said.push(reason.clone());
        is_new
    });
    found
}

/// An object whose changes are judged.
struct Judged<'a> {
    kind: &'a str,
    before: Option<&'a Node>,
    after: Option<&'a Node>,
    circumstances: &'a Circumstances,
    /// What it is to the registry, and whether it is that after, too.
    role: Option<(Role, bool)>,
    target: Target,
}

/// A change of one field, as rows see it.
#[derive(Clone, Copy)]
struct Field<'a> {
    path: &'a [String],
    before: Option<&'a Node>,
    after: Option<&'a Node>,
}

impl Judged<'_> {
    /// Decides on an object as a whole.
    fn whole(&self, on: On) -> Vec<Reason> {
        let field = Field { path: &[], before: None, after: None };
        self.decide(on, field).map(|(impact, why)| Reason { impact, path: String::new(), why }).into_iter().collect()
    }

    /// Decides on a change; on each part of it where rows tell its parts apart.
    fn change(&self, change: &Change) -> Vec<Reason> {
        let path = segments(&change.path);
        let (before, after) = (change.before.as_ref(), change.after.as_ref());
        let mut found = Vec::new();
        self.fields(&change.path, Field { path: &path, before, after }, &mut found);
        found
    }

    fn fields(&self, shown: &str, field: Field<'_>, found: &mut Vec<Reason>) {
        let map = |node: Option<&'_ Node>| node.is_some_and(|node| node.as_map().is_some());
        let is_map = (map(field.before) || field.before.is_none()) && (map(field.after) || field.after.is_none());
        let is_parted = rows().iter().any(|row| row.is_of(self.kind) && row.is_below(field.path));
        let keys = |node: Option<&'_ Node>| -> Vec<String> {
            let map = node.and_then(Node::as_map).into_iter().flatten();
            map.map(|(key, _)| key.to_string()).collect()
        };
        let mut names = keys(field.before);
        names.extend(keys(field.after).into_iter().filter(|key| !keys(field.before).contains(key)));
        if is_map && is_parted && !names.is_empty() {
            for name in names {
                let (before, after) =
                    (field.before.and_then(|node| node.get(&name)), field.after.and_then(|node| node.get(&name)));
                if before == after {
                    continue;
                }
                let path = [field.path, std::slice::from_ref(&name)].concat();
                let shown = if shown.is_empty() { name.clone() } else { format!("{shown}.{name}") };
                self.fields(&shown, Field { path: &path, before, after }, found);
            }
            return;
        }
        // A mapping without anything in it says nothing, unless a row says otherwise.
        let (impact, why) = match self.decide(On::Change, field) {
            Some(decided) => decided,
            None if is_map && names.is_empty() => return,
            None => (Impact::None, "what it does is not known here".to_owned()),
        };
        found.push(Reason { impact, path: shown.to_owned(), why });
    }

    /// Decides by the rows: the worst of the target's minors, which are named where they differ.
    fn decide(&self, on: On, field: Field<'_>) -> Option<(Impact, String)> {
        let on_minors: Vec<(Minor, (Impact, &str))> =
            self.target.minors().filter_map(|minor| Some((minor, self.on_minor(on, field, minor)?))).collect();
        let (_, worst) = on_minors.iter().max_by_key(|(minor, (impact, _))| (*impact, *minor))?;
        let such: Vec<Minor> = on_minors.iter().filter(|(_, one)| one.0 == worst.0).map(|(minor, _)| *minor).collect();
        let is_everywhere = such.len() == self.target.minors().count();
        let why = match (such.first(), such.last()) {
            (Some(first), Some(last)) if !is_everywhere && first == last => format!("{} (on {first})", worst.1),
            (Some(first), Some(last)) if !is_everywhere => format!("{} (on {first} to {last})", worst.1),
            _ => worst.1.to_owned(),
        };
        Some((worst.0, why))
    }

    fn on_minor(&self, on: On, field: Field<'_>, minor: Minor) -> Option<(Impact, &'static str)> {
        let is_it = |row: &&Row| {
            row.becomes == on
                && row.is_of(self.kind)
                && (row.is_on(minor) || is_off("impact-minors"))
                && row.role.is_none_or(|role| self.role.is_some_and(|(is, _)| is == role))
                && (on != On::Change || row.covers(field.path))
                && row.when.iter().all(|condition| self.holds(condition, field) || is_off("impact-when"))
        };
        let row = rows().iter().find(is_it)?;
        let Circumstances { ran, runs, .. } = *self.circumstances;
        // What is created was not there before, whoever ran.
        let is_idle = !runs || (!ran && on == On::Change);
        match &row.idle {
            Some(why) if is_idle => Some((Impact::None, why)),
            _ => Some((row.impact, &row.why)),
        }
    }

    fn holds(&self, condition: &Condition, field: Field<'_>) -> bool {
        let Circumstances { ran, runs, deletes_storage, other_backend, in_pods, .. } = *self.circumstances;
        let object = self.after.or(self.before);
        let has = |path: &[String]| {
            let found = path.iter().try_fold(object?, |node, name| node.get(name))?;
            (!is_empty(found)).then_some(())
        };
        match condition {
            Condition::Runs => ran && runs,
            Condition::Starts => !ran && runs,
            Condition::Stops => ran && !runs,
            Condition::Added => field.before.is_none_or(is_empty) && field.after.is_some(),
            Condition::Removed => field.before.is_some() && field.after.is_none_or(is_empty),
            Condition::Changed => !field.before.is_none_or(is_empty) && !field.after.is_none_or(is_empty),
            Condition::To(value) => field.after.is_some_and(|node| is_value(node, value)),
            Condition::From(value) => field.before.is_some_and(|node| is_value(node, value)),
            Condition::Has(path) => has(path).is_some(),
            Condition::Lacks(path) => has(path).is_none(),
            Condition::Shrinks => shrinks(field.before, field.after),
            Condition::AddsMirrors => adds_mirrors(self.before, self.after, field.path),
            Condition::DeletesStorage => deletes_storage,
            Condition::Stored => ran,
            Condition::OtherBackend => other_backend,
            Condition::InPods => in_pods,
            Condition::Kept => self.before.is_some_and(is_kept),
            Condition::UsedAfter => self.role.is_some_and(|(_, after)| after),
        }
    }
}

/// Tells whether a value is as good as none.
fn is_empty(node: &Node) -> bool {
    match &node.value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Seq(items) => items.is_empty(),
        Value::Map(map) => map.values().all(|entry| is_empty(&entry.node)),
        _ => false,
    }
}

fn is_value(node: &Node, value: &str) -> bool {
    node.as_str() == Some(value) || node.as_int().is_some_and(|number| number.to_string() == value)
}

/// Tells whether a quantity, or one in a mapping of them, becomes smaller.
fn shrinks(before: Option<&Node>, after: Option<&Node>) -> bool {
    let (Some(before), Some(after)) = (before, after) else { return false };
    if let (Some(before), Some(after)) = (amount(before), amount(after)) {
        return after < before;
    }
    let mut entries = after.as_map().into_iter().flatten();
    entries.any(|(name, entry)| shrinks(before.get(name), Some(&entry.node)))
}

/// Tells whether every mirror that there was is there after, each source with its policy: nodes then only get more.
fn adds_mirrors(before: Option<&Node>, after: Option<&Node>, path: &[String]) -> bool {
    let (Some(list), Some(after)) = (path.get(1), after) else { return false };
    let entries = |object: &'_ Node| -> Vec<Node> {
        object.at(&["spec", list]).and_then(Node::as_seq).unwrap_or_default().to_vec()
    };
    let (old, new) = (before.map(entries).unwrap_or_default(), entries(after));
    let policy = |entry: &Node| match entry.get("mirrorSourcePolicy").and_then(Node::as_str) {
        Some("NeverContactSource") => "NeverContactSource",
        _ => "AllowContactingSource",
    };
    old.iter().all(|was| {
        let mut same = new.iter().filter(|is| is.get("source") == was.get("source")).peekable();
        let is_same_policy = same.peek().is_some_and(|is| policy(is) == policy(was));
        let kept: Vec<&Node> = same.filter_map(|is| is.get("mirrors")?.as_seq()).flatten().collect();
        let mirrors = was.get("mirrors").and_then(Node::as_seq).unwrap_or_default();
        is_same_policy && mirrors.iter().all(|mirror| kept.contains(&mirror))
    })
}

#[cfg(test)]
mod tests;
