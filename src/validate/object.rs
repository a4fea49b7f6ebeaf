//! One object: its shape on every minor of the target, then what its kind adds to that.

use std::sync::Arc;

use super::bootstrap::{Bootstrap, merge_onto};
use super::identity::Identity;
use super::{CODES, cel, content, cost, metadata};
use crate::diag::{Diagnostic, Findings, Severity, codes};
use crate::mutation::is_off;
use crate::schema::fault::{Fault, What};
use crate::schema::interpret::{Found, Manner, Null, Site, walk, walk_update};
use crate::schema::report::{ByMinor, finding};
use crate::schema::{Correlated, Kind, Segment, stored};
use crate::target::{Minor, Target};
use crate::tree::{Entry, Map, Node, Value};

/// The first minor whose API server drops a null where none is allowed, rather than refusing it (Kubernetes 1.20).
const NULLS_DROPPED: Minor = Minor::of(4, 7);

/// The first minor whose API server forgives in an update what is as it was (Kubernetes 1.30).
const RATCHETING: Minor = Minor::of(4, 17);

/// Checks an object of a known kind.
pub(super) fn check(identity: &Identity<'_>, target: Target, bootstrap: Bootstrap<'_>, findings: &mut Findings) {
    let n_errors = findings.n_errors();
    let mut found = ByMinor::new(target);
    for segment in segments(identity.kind, target) {
        on_segment(identity, target, segment, bootstrap, &mut found);
    }
    findings.extend(found.finish().map(|finding| finding.object(identity.shown())));
    // What follows reads fields whose types must be right.
    if findings.n_errors() == n_errors {
        metadata::check(identity, findings);
        content::check(identity, findings);
    }
    // A copy of a live object, which carries its `uid`, says no more than what is there.
    let is_live = identity.node.at(&["metadata", "uid"]).is_some();
    if let Some(status) =
        identity.node.entry("status").filter(|status| !is_live && !is_empty(&status.node) && !is_off("status"))
    {
        let message = "`status` has no effect: only the cluster writes it";
        let finding = Diagnostic::about(&codes::NO_EFFECT, Severity::Warning, &status.key, message);
        findings.push(finding.help("remove `status`").object(identity.shown()));
    }
}

/// Cuts the target where the schema changes, and where the API server's reading of nulls does.
fn segments(kind: &'static Kind, target: Target) -> Vec<Segment> {
    let cut = |segment: Segment| {
        let splits = !kind.native && segment.first < NULLS_DROPPED && segment.last >= NULLS_DROPPED;
        let before = Minor::all().take_while(|minor| *minor < NULLS_DROPPED).last().filter(|_| splits);
        match before {
            Some(last) => vec![Segment { last, ..segment }, Segment { first: NULLS_DROPPED, ..segment }],
            None => vec![segment],
        }
    };
    kind.segments(target).into_iter().flat_map(cut).collect()
}

fn on_segment(
    identity: &Identity<'_>,
    target: Target,
    segment: Segment,
    bootstrap: Bootstrap<'_>,
    found: &mut ByMinor,
) {
    let Identity { kind, node, .. } = *identity;
    let minor = segment.first;
    let null = null_on(kind, minor);
    let manner = Manner { null, ..Manner::OBJECT };
    let alone = walk(kind.schema, node, minor, manner);
    let say = |faults: &[Fault<'_>], found: &mut ByMinor| {
        for fault in faults {
            found.add(finding(fault, target, &CODES), segment);
        }
    };
    let depends = alone.faults.iter().any(|fault| depends_on_rest(&fault.what)) || !alone.sites.is_empty();
    let under = bootstrap.spec_of(kind, identity.name, minor);
    let Some(under) = under.filter(|_| depends && !is_off("bootstrapped-spec")) else {
        let Found { mut faults, sites, .. } = alone;
        let is_there = kind.bootstrapped && identity.name == kind.singleton && !matches!(bootstrap, Bootstrap::Nothing);
        // What it is made of is not known here, but that it is whole.
        if is_there && under.is_none() && !is_off("bootstrapped-fields") {
            faults.retain(|fault| !is_bootstrapped_field(fault));
        }
        say(&faults, found);
        rules(&sites, segment, null, found);
        return;
    };
    // What the object says is judged as it stands, and what it may lack as it is once merged.
    let (_, own): (Vec<_>, Vec<_>) = alone.faults.into_iter().partition(|fault| depends_on_rest(&fault.what));
    say(&own, found);
    let whole = merged(identity, under, minor);
    let Found { faults, sites, .. } = walk(kind.schema, &whole, minor, manner);
    let (lacking, _): (Vec<_>, Vec<_>) = faults.into_iter().partition(|fault| depends_on_rest(&fault.what));
    say(&lacking, found);
    rules(&sites, segment, null, found);
}

fn rules(sites: &[Site<'_>], segment: Segment, null: Null, found: &mut ByMinor) {
    let mut budget = cost::BUDGET;
    for site in sites {
        cel::check(site, segment.first, null, None, &mut budget, |finding| found.add(finding, segment));
    }
}

/// Returns how a kind's API server reads nulls on a minor.
fn null_on(kind: &Kind, minor: Minor) -> Null {
    if kind.native || minor >= NULLS_DROPPED || is_off("null") { Null::Absent } else { Null::Fault }
}

/// Returns an object as it is stored on a minor once it is created, its status left out.
pub(super) fn created(kind: &Kind, node: &Node, minor: Minor) -> Node {
    let mut node = stored(kind.schema, node, minor, null_on(kind, minor));
    if let Value::Map(map) = &mut node.value {
        map.shift_remove("status");
    }
    node
}

/// Checks an object that replaces one which is stored, on one minor.
pub(super) fn check_update(identity: &Identity<'_>, old: &Node, minor: Minor, findings: &mut Findings) {
    let kind = identity.kind;
    let null = null_on(kind, minor);
    let target = Target::only(minor);
    let old = created(kind, old, minor);
    // The new object is compared as it will be stored, and judged as it is written.
    let new = defaulted(kind, identity.node, minor, null);
    let correlated = Correlated::new(kind.schema, &new, &old, minor);
    let manner = Manner { null, ..Manner::OBJECT };
    let Found { mut faults, sites, .. } = if minor >= RATCHETING {
        walk_update(kind.schema, &new, minor, manner, &correlated)
    } else {
        walk(kind.schema, &new, minor, manner)
    };
    // Of items that stand twice the server forgives all, on every minor, where the old object has any.
    let is_twice = |fault: &Fault<'_>| matches!(fault.what, What::Duplicate { .. });
    if walk(kind.schema, &old, minor, manner).faults.iter().any(is_twice) && !is_off("ratcheting-duplicates") {
        faults.retain(|fault| !is_twice(fault));
    }
    let mut say = |finding: Diagnostic| findings.push(finding.object(identity.shown()));
    for fault in &faults {
        say(finding(fault, target, &CODES));
    }
    let mut budget = cost::BUDGET;
    for site in &sites {
        cel::check(site, minor, null, Some((&correlated, minor >= RATCHETING)), &mut budget, &mut say);
    }
}

/// Returns an object with defaults and without meaningless nulls, but with the fields that nobody knows, for they are faults.
fn defaulted(kind: &Kind, node: &Node, minor: Minor, null: Null) -> Node {
    let known = stored(kind.schema, node, minor, null);
    fill(&known, node)
}

/// Puts back what was pruned.
fn fill(stored: &Node, written: &Node) -> Node {
    let value = match (&stored.value, &written.value) {
        (Value::Map(stored), Value::Map(written)) => {
            let mut fields = stored.clone();
            for (name, entry) in written {
                match fields.get_mut(name) {
                    Some(known) => known.node = fill(&known.node, &entry.node),
                    None if entry.node.is_null() => {}
                    None => _ = fields.insert(Arc::clone(name), entry.clone()),
                }
            }
            Value::Map(fields)
        }
        (Value::Seq(stored), Value::Seq(written)) => {
            Value::Seq(stored.iter().zip(written).map(|(stored, written)| fill(stored, written)).collect())
        }
        _ => return stored.clone(),
    };
    Node::new(value, stored.origin.clone())
}

/// Returns the object with its spec merged onto the bootstrapped one.
fn merged(identity: &Identity<'_>, under: &Node, minor: Minor) -> Node {
    let mut whole = identity.node.clone();
    let spec = identity.kind.schema.property("spec").map(|property| property.schema);
    let own = identity.node.entry("spec").filter(|entry| !entry.node.is_null());
    let entry = match (spec, own) {
        (Some(schema), Some(own)) => Entry { key: own.key.clone(), node: merge_onto(schema, under, &own.node, minor) },
        _ => Entry { key: identity.node.origin.clone(), node: under.clone() },
    };
    if let Value::Map(map) = &mut whole.value {
        map.insert("spec".into(), entry);
    }
    whole
}

/// Tells whether a fault depends on what the cluster has already.
fn depends_on_rest(what: &What<'_>) -> bool {
    matches!(what, What::Missing { .. } | What::NoAlternative { .. })
}

/// Tells whether a fault is the lack of what every bootstrapped object has: its spec, and the spec's required fields.
fn is_bootstrapped_field(fault: &Fault<'_>) -> bool {
    match fault.what {
        What::Missing { name, .. } => fault.path == "spec" || (fault.path.is_empty() && name == "spec"),
        _ => false,
    }
}

fn is_empty(node: &Node) -> bool {
    node.is_null() || node.as_map().is_some_and(Map::is_empty)
}
