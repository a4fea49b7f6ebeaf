//! What the API server wrote down of the requests that it got.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

/// How long the server may take to write down what it has answered.
const PATIENCE: Duration = Duration::from_secs(10);

/// A request, by anyone but the server itself.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    /// As RBAC knows it: `get`, `list`, `watch`, `patch`.
    pub(crate) verb: String,
    /// The path, with its query.
    pub(crate) uri: String,
    pub(crate) user: String,
    pub(crate) agent: String,
    /// What was sent; null where nothing was.
    pub(crate) object: Json,
    /// The status code of the answer; zero for a watch that goes on.
    pub(crate) status: u64,
}

/// Returns what the server is told to write down: everything, the beginning of each request and its end.
///
/// Its requests to itself are left out, for it asks itself all the time.
pub(crate) fn policy() -> Json {
    json!({
        "apiVersion": "audit.k8s.io/v1", "kind": "Policy",
        "rules": [{"level": "None", "users": ["system:apiserver"]}, {"level": "RequestResponse"}],
    })
}

/// Reads the requests in the order of their answers, once all that began have ended but those that watch.
pub(crate) fn events(log: &Path) -> Vec<Event> {
    let begin = Instant::now();
    loop {
        let (open, events) = read(log);
        if open.is_empty() {
            return events;
        }
        assert!(begin.elapsed() < PATIENCE, "requests have no end in the audit log: {open:?}");
        thread::sleep(Duration::from_millis(20));
    }
}

fn read(log: &Path) -> (BTreeSet<String>, Vec<Event>) {
    let text = fs::read_to_string(log).unwrap_or_default();
    // The last line may be half written.
    let whole = text.rfind('\n').map_or("", |end| &text[..=end]);
    let (mut open, mut events) = (BTreeSet::new(), Vec::new());
    for line in whole.lines() {
        let event: Json = serde_json::from_str(line).unwrap();
        let id = event["auditID"].as_str().unwrap().to_owned();
        match event["stage"].as_str().unwrap() {
            "RequestReceived" => _ = open.insert(id),
            // What began to stream ends when its reader goes: one event is enough of it.
            "ResponseComplete" if !open.remove(&id) => {}
            _ => {
                open.remove(&id);
                events.push(Event::of(&event));
            }
        }
    }
    (open, events)
}

impl Event {
    /// Tells whether regcfg asked.
    pub(crate) fn is_ours(&self) -> bool {
        self.agent.starts_with("regcfg/")
    }

    /// Tells whether the request could change nothing.
    pub(crate) fn is_harmless(&self) -> bool {
        let query = self.uri.split_once('?').map_or("", |(_, query)| query);
        ["get", "list", "watch"].contains(&&*self.verb) || query.split('&').any(|part| part == "dryRun=All")
    }

    fn of(event: &Json) -> Self {
        let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
        Self {
            verb: text(&event["verb"]),
            uri: text(&event["requestURI"]),
            user: text(&event["user"]["username"]),
            agent: text(&event["userAgent"]),
            object: event["requestObject"].clone(),
            status: event.pointer("/responseStatus/code").and_then(Json::as_u64).unwrap_or_default(),
        }
    }
}
