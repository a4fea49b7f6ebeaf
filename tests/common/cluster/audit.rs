//! What the API server wrote down of the requests that it got.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};

use super::http::Head;

/// How long the server may take to write down what it has answered.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long a secret is at least, by which it is found in requests.
const SHORTEST: usize = 8;

/// What a request has in its query that changes nothing.
const DRY: &str = "dryRun=All";

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
    /// All that is known of the request, but not what was answered or the server noted.
    pub(crate) line: String,
}

/// Returns what the server is told to write down: everything but the bodies of answers, the beginning of each request and its
/// end. Its requests to itself are left out, for it asks itself all the time.
pub(crate) fn policy() -> Json {
    json!({
        "apiVersion": "audit.k8s.io/v1", "kind": "Policy",
        "rules": [{"level": "None", "users": ["system:apiserver"]}, {"level": "Request"}],
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

/// Returns the values of all Secrets that anybody wrote, and what the registry signs with: each as it is, and in base64.
pub(super) fn secrets(events: &[Event]) -> Vec<String> {
    let mut secrets = Vec::new();
    for Event { uri, object, .. } in events {
        let of = |field: &str| object[field].as_object().into_iter().flatten().filter_map(|(_, value)| value.as_str());
        if uri.contains("/secrets") {
            secrets.extend(of("stringData").map(str::to_owned));
            secrets.extend(of("data").map(|value| String::from_utf8(STANDARD.decode(value).unwrap()).unwrap()));
        }
        secrets.extend(object["spec"]["httpSecret"].as_str().map(str::to_owned));
    }
    secrets.sort();
    secrets.dedup();
    for secret in &secrets {
        assert!(secret.len() >= SHORTEST, "`{secret}` is too short to be looked for: it is in what is no secret, too");
    }
    secrets.iter().flat_map(|secret| [secret.clone(), STANDARD.encode(secret)]).collect()
}

impl Event {
    /// Tells whether regcfg asked.
    pub(crate) fn is_ours(&self) -> bool {
        self.agent.starts_with("regcfg/")
    }

    /// Tells whether the request could change nothing.
    pub(crate) fn is_harmless(&self) -> bool {
        ["get", "list", "watch"].contains(&&*self.verb) || self.is_dry()
    }

    /// Returns the verb, and whether the request runs dry.
    pub(crate) fn form(&self) -> String {
        if self.is_dry() { format!("{} {DRY}", self.verb) } else { self.verb.clone() }
    }

    fn is_dry(&self) -> bool {
        let query = self.uri.split_once('?').map_or("", |(_, query)| query);
        query.split('&').any(|part| part == DRY)
    }

    /// Makes an event of a request that a proxy saw. Of its headers, the one with the login is left out.
    pub(super) fn of_proxy(request: &Head, body: &[u8]) -> Self {
        let is_told = |name: &str| !name.eq_ignore_ascii_case("Authorization");
        let headers = request.headers.iter().filter(|(name, _)| is_told(name));
        let headers: Vec<String> = headers.map(|(name, value)| format!("{name}: {value}\n")).collect();
        Self {
            verb: request.word(0).to_lowercase(),
            uri: request.word(1).to_owned(),
            user: String::new(),
            agent: request.header("User-Agent").unwrap_or_default().to_owned(),
            object: serde_json::from_slice(body).unwrap_or_default(),
            status: 0,
            line: format!("{}\n{}{}", request.line, headers.concat(), String::from_utf8_lossy(body)),
        }
    }

    fn of(event: &Json) -> Self {
        let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
        let mut asked = event.clone();
        asked.as_object_mut().unwrap().retain(|name, _| name != "responseStatus" && name != "annotations");
        Self {
            verb: text(&event["verb"]),
            uri: text(&event["requestURI"]),
            user: text(&event["user"]["username"]),
            agent: text(&event["userAgent"]),
            object: event["requestObject"].clone(),
            status: event.pointer("/responseStatus/code").and_then(Json::as_u64).unwrap_or_default(),
            line: asked.to_string(),
        }
    }
}
