//! The parts of a registry, each in one line. What is not there is said, what could not be read is left out.

use super::kinds::{
    CLAIM, CLUSTER_OPERATOR, CONFIG, CONFIG_MAP, CRON_JOB, DAEMON_SET, DEPLOYMENT, IMAGE, Kind, NAMESPACE, POOL,
    PRUNER, REPLICA_SET, ROUTE, SECRET, VOLUME,
};
use super::read::{MINTED_SECRET, Seen, items, name, number, text};
use super::symptoms::{conditions, nodes, pruner, routes};
use super::{Component, Condition};
use crate::live::{Absent, Answer};
use crate::lower::USER_SECRET;
use crate::resolve::BACKENDS;
use crate::tree::Node;

/// The backends that need no credentials.
const WITHOUT_CREDENTIALS: [&str; 2] = ["pvc", "emptyDir"];

/// Describes every part that was read.
pub(super) fn components(seen: &Seen) -> Vec<Component> {
    let parts: [(&'static str, Option<String>, Option<Kind>); 13] = [
        ("operator", operator(seen), Some(CLUSTER_OPERATOR)),
        ("config", config(seen), Some(CONFIG)),
        ("namespace", namespace(seen), None),
        ("deployment", deployment(seen), Some(DEPLOYMENT)),
        ("pods", pods(seen), None),
        ("claim", claim(seen), None),
        ("secrets", secrets(seen), None),
        ("trust", trust(seen), None),
        ("routes", of_routes(seen), None),
        ("images", images(seen), None),
        ("pruner", of_pruner(seen), Some(PRUNER)),
        ("node-ca", node_ca(seen), None),
        ("nodes", pools(seen), None),
    ];
    let component = |(name, says, kind): (_, Option<String>, Option<Kind>)| {
        let conditions = match (kind, name) {
            (Some(kind), _) => seen.object(kind).map(|node| of(kind, node)).unwrap_or_default(),
            (None, "nodes") => seen.list(POOL).flat_map(|pool| of(POOL, pool)).collect(),
            (None, _) => Vec::new(),
        };
        Some(Component { name, says: says?, conditions })
    };
    parts.into_iter().filter_map(component).collect()
}

fn of(kind: Kind, node: &Node) -> Vec<Condition> {
    conditions(kind.name, node).into_iter().map(|symptom| symptom.condition).collect()
}

/// Describes an object by its answer: nothing where that is not known.
fn by_answer(answer: Option<&Answer<Node>>, there: impl FnOnce(&Node) -> String) -> Option<String> {
    match answer? {
        Answer::There(node) => Some(there(node)),
        Answer::Absent(Absent::Object) => Some("not there".into()),
        Answer::Absent(Absent::Namespace) => Some("not there: the namespace is not".into()),
        Answer::Absent(Absent::Kind) => Some("not there: the cluster does not have its kind".into()),
        Answer::Unknown(_) => None,
    }
}

fn operator(seen: &Seen) -> Option<String> {
    by_answer(seen.answer(CLUSTER_OPERATOR), |operator| {
        let shown = conditions("ClusterOperator", operator).into_iter().filter_map(|symptom| {
            let Condition { kind, status, reason, .. } = symptom.condition;
            let known = ["Available", "Progressing", "Degraded"].contains(&&*kind);
            let reason = if reason.is_empty() { String::new() } else { format!(" ({reason})") };
            known.then(|| format!("{kind}={status}{reason}"))
        });
        let shown: Vec<String> = shown.collect();
        if shown.is_empty() { "it has reported nothing".into() } else { shown.join(", ") }
    })
}

fn config(seen: &Seen) -> Option<String> {
    by_answer(seen.answer(CONFIG), |config| {
        let state = seen.management_state().unwrap_or("Managed");
        let spec = config.get("spec").unwrap_or(config);
        let mut says = vec![state.to_owned(), storage(spec)];
        if let Some(replicas) = number(spec, &["replicas"]) {
            says.push(format!("{replicas} {}", if replicas == 1 { "replica" } else { "replicas" }));
        }
        says.extend(text(spec, &["rolloutStrategy"]).map(str::to_owned));
        if spec.get("readOnly").and_then(Node::as_bool) == Some(true) {
            says.push("read only".into());
        }
        says.join(", ")
    })
}

/// Names the storage, by the field that says where it is.
fn storage(spec: &Node) -> String {
    const WHERE: [&str; 4] = ["bucket", "container", "claim", "accountName"];
    let of = |backend: &&str| {
        let settings = spec.at(&["storage", backend])?;
        let named = WHERE.iter().find_map(|field| text(settings, &[field]));
        Some(named.map_or_else(|| (*backend).to_owned(), |named| format!("{backend} `{named}`")))
    };
    let backends: Vec<String> = BACKENDS.iter().filter_map(of).collect();
    if backends.is_empty() { "no storage".into() } else { format!("storage {}", backends.join(" and ")) }
}

fn namespace(seen: &Seen) -> Option<String> {
    match seen.answer(NAMESPACE)? {
        Answer::There(namespace) => {
            let phase = text(namespace, &["status", "phase"]).filter(|phase| *phase != "Active")?;
            Some(phase.to_owned())
        }
        Answer::Absent(_) => Some("not there".into()),
        Answer::Unknown(_) => None,
    }
}

fn deployment(seen: &Seen) -> Option<String> {
    if matches!(seen.answer(DEPLOYMENT), Some(Answer::Absent(_))) && seen.management_state() == Some("Removed") {
        return None;
    }
    by_answer(seen.answer(DEPLOYMENT), |deployment| {
        let wanted = number(deployment, &["spec", "replicas"]).unwrap_or(1);
        let count = |field| number(deployment, &["status", field]).unwrap_or_default();
        let mut says = vec![format!("{} of {wanted} replicas ready", count("readyReplicas"))];
        let n_old = count("replicas") - count("updatedReplicas");
        if n_old > 0 {
            says.push(format!("{} new, {n_old} old", count("updatedReplicas")));
        }
        let n_revisions = seen.list(REPLICA_SET).filter(|set| number(set, &["status", "replicas"]) > Some(0)).count();
        if n_revisions > 1 {
            says.push(format!("in {n_revisions} revisions"));
        }
        says.join(", ")
    })
}

fn pods(seen: &Seen) -> Option<String> {
    let pods: Vec<String> = seen.registry_pods().map(pod).collect();
    (!pods.is_empty()).then(|| pods.join("; "))
}

fn pod(pod: &Node) -> String {
    let statuses = items(pod, &["status", "containerStatuses"]);
    let waiting = statuses.iter().find_map(|container| text(container, &["state", "waiting", "reason"]));
    let n_restarts: i64 = statuses.iter().filter_map(|container| number(container, &["restartCount"])).sum();
    let phase = text(pod, &["status", "reason"]).or_else(|| text(pod, &["status", "phase"])).unwrap_or("Unknown");
    let is_ending = text(pod, &["metadata", "deletionTimestamp"]).is_some();
    let is_ready =
        statuses.iter().all(|of| of.get("ready").and_then(Node::as_bool) == Some(true)) && !statuses.is_empty();
    let state = if is_ending { "Terminating" } else { waiting.unwrap_or(phase) };
    let unready = if state == "Running" && !is_ready { ", not ready" } else { "" };
    let restarts = match n_restarts {
        0 => String::new(),
        1 => ", restarted once".into(),
        n => format!(", restarted {n} times"),
    };
    format!("{} {state}{unready}{restarts}", name(pod))
}

fn claim(seen: &Seen) -> Option<String> {
    let wanted = seen.claim_name()?;
    let Some(claim) = seen.claim() else {
        return seen.is_listed(CLAIM).then(|| format!("{wanted}: not there"));
    };
    let modes: Vec<&str> = items(claim, &["spec", "accessModes"]).iter().filter_map(Node::as_str).collect();
    let size = text(claim, &["status", "capacity", "storage"])
        .or_else(|| text(claim, &["spec", "resources", "requests", "storage"]));
    let class = text(claim, &["spec", "storageClassName"]).map(|class| format!("class {class}"));
    let volume = seen.named_objects(VOLUME).find_map(|(id, answer)| match answer {
        Answer::There(volume) => {
            Some(format!("volume {} {}", id.name, text(volume, &["status", "phase"]).unwrap_or("of unknown phase")))
        }
        Answer::Absent(_) => Some(format!("volume {} is not there", id.name)),
        Answer::Unknown(_) => None,
    });
    let phase = text(claim, &["status", "phase"]).unwrap_or("of unknown phase");
    let says = [
        Some(phase.to_owned()),
        size.map(str::to_owned),
        Some(modes.join("+")).filter(|of| !of.is_empty()),
        class,
        volume,
    ];
    let says: Vec<String> = says.into_iter().flatten().collect();
    Some(format!("{wanted}: {}", says.join(", ")))
}

/// Names the Secrets in use with their keys. Values were never kept.
fn secrets(seen: &Seen) -> Option<String> {
    let storage = seen.settings()?.get("storage")?;
    let backend = BACKENDS.iter().find(|backend| storage.get(backend).is_some())?;
    let of_storage = !WITHOUT_CREDENTIALS.contains(backend);
    let is_there = |wanted: &str| {
        seen.named_objects(SECRET).any(|(id, answer)| id.name == wanted && matches!(answer, Answer::There(_)))
    };
    let has_own = is_there(USER_SECRET);
    let says = seen.named_objects(SECRET).filter_map(|(id, answer)| {
        let is_of_storage = id.name == USER_SECRET || id.name == MINTED_SECRET;
        if is_of_storage && (!of_storage || (id.name == MINTED_SECRET && has_own)) {
            return None;
        }
        match answer {
            Answer::There(secret) => Some(format!("{}: {}", id.name, keys(secret))),
            // The one is only looked for where the other is not there.
            Answer::Absent(_) if id.name == USER_SECRET && is_there(MINTED_SECRET) => None,
            Answer::Absent(_) => Some(format!("{}: not there", id.name)),
            Answer::Unknown(_) => None,
        }
    });
    let says: Vec<String> = says.collect();
    (!says.is_empty()).then(|| says.join("; "))
}

fn trust(seen: &Seen) -> Option<String> {
    let says = seen.named_objects(CONFIG_MAP).filter_map(|(id, answer)| match answer {
        Answer::There(bundle) => Some(format!("{}: {}", id.name, keys(bundle))),
        Answer::Absent(_) => Some(format!("{}: not there", id.name)),
        Answer::Unknown(_) => None,
    });
    let says: Vec<String> = says.collect();
    (!says.is_empty()).then(|| says.join("; "))
}

fn keys(object: &Node) -> String {
    let keys: Vec<&str> =
        ["data", "binaryData"].into_iter().flat_map(|field| object.entries(field)).map(|(key, _)| key).collect();
    if keys.is_empty() { "no keys".into() } else { keys.join(", ") }
}

fn of_routes(seen: &Seen) -> Option<String> {
    let routes: Vec<String> = routes::of_registry(seen).map(route).collect();
    (seen.is_listed(ROUTE) && !routes.is_empty()).then(|| routes.join("; "))
}

fn route(route: &Node) -> String {
    let ingress = items(route, &["status", "ingress"]);
    let host = text(route, &["spec", "host"]).or_else(|| ingress.iter().find_map(|of| text(of, &["host"])));
    let admitted = |router: &&Node| {
        items(router, &["conditions"]).iter().any(|condition| {
            text(condition, &["type"]) == Some("Admitted") && text(condition, &["status"]) == Some("True")
        })
    };
    let state = match (ingress.is_empty(), ingress.iter().filter(admitted).count() == ingress.len()) {
        (true, _) => "no router has reported",
        (false, true) => "admitted",
        (false, false) => "not admitted",
    };
    format!("{} at {}: {state}", name(route), host.unwrap_or("no host"))
}

fn images(seen: &Seen) -> Option<String> {
    let status = seen.object(IMAGE)?.get("status")?;
    let inside = text(status, &["internalRegistryHostname"]).map(|host| format!("inside {host}"));
    let outside: Vec<&str> = items(status, &["externalRegistryHostnames"]).iter().filter_map(Node::as_str).collect();
    let outside = (!outside.is_empty()).then(|| format!("outside {}", outside.join(", ")));
    let says: Vec<String> = inside.into_iter().chain(outside).collect();
    (!says.is_empty()).then(|| says.join("; "))
}

fn of_pruner(seen: &Seen) -> Option<String> {
    by_answer(seen.answer(PRUNER), |of| {
        let is_suspended = of.at(&["spec", "suspend"]).and_then(Node::as_bool) == Some(true);
        let scheduled = seen.object(CRON_JOB).and_then(|job| text(job, &["spec", "schedule"]));
        let schedule = scheduled.or_else(|| text(of, &["spec", "schedule"])).unwrap_or("0 0 * * *");
        let says = if is_suspended { "suspended".to_owned() } else { format!("at `{schedule}`") };
        let mut says = vec![says];
        if let Some(job) = pruner::last_job(seen) {
            let how = if pruner::failure(job).is_some() { "failed" } else { "succeeded" };
            says.push(format!("{} {how}", name(job)));
        }
        says.join(", ")
    })
}

fn node_ca(seen: &Seen) -> Option<String> {
    let daemons = seen.object(DAEMON_SET)?;
    let count = |field| number(daemons, &["status", field]).unwrap_or_default();
    Some(format!("{} of {} ready", count("numberReady"), count("desiredNumberScheduled")))
}

fn pools(seen: &Seen) -> Option<String> {
    let pools: Vec<String> = seen.list(POOL).map(pool).collect();
    (!pools.is_empty()).then(|| pools.join("; "))
}

fn pool(pool: &Node) -> String {
    let count = |field| number(pool, &["status", field]).unwrap_or_default();
    let mut says =
        vec![format!("{}: {} of {} updated", name(pool), count("updatedMachineCount"), count("machineCount"))];
    let n_degraded = count("degradedMachineCount");
    if n_degraded > 0 {
        says.push(format!("{n_degraded} degraded"));
    }
    if pool.at(&["spec", "paused"]).and_then(Node::as_bool) == Some(true) {
        says.push("paused".into());
    } else if !nodes::is_updated(pool) {
        says.push("under way".into());
    }
    says.join(", ")
}
