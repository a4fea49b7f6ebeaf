//! A cluster of its own for a test: the real kube-apiserver on the real etcd, on loopback, with users, RBAC, an audit log and
//! the CRDs of a minor, but with no controllers and no nodes.
//!
//! A server is ready after two to three seconds, so that each test has its own: config CRs are singletons, and what one test
//! grants, another must not have.
//!
//! A file of live tests has `harness = false` in Cargo.toml, takes this module with `#[path = "common/cluster/mod.rs"]`, and
//! lists its tests, each a function that takes a `&Cluster`:
//!
//! ```ignore
//! fn main() -> ExitCode {
//!     live::run(live::tests![an_edit_by_hand_is_all_that_differs, an_applied_object_differs_in_nothing])
//! }
//! ```
//!
//! [`live::tests_on_each_minor`] lists functions that also take a minor, and [`live::run_without_regcfg`] runs those in which
//! regcfg asks no cluster.

mod access;
mod asked;
mod audit;
pub(crate) mod crds;
mod http;
mod listen;
pub(crate) mod live;
pub(crate) mod objects;
mod pki;
mod programs;
mod proxy;
mod start;
mod webhook;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::ClientConfig;
use serde_json::{Value as Json, json};
use tempfile::TempDir;

pub(crate) use access::Shown;
pub(crate) use asked::Asked;
pub(crate) use audit::Event;
pub(crate) use http::Answer;
use http::Head;
use pki::Authority;
use programs::Started;
pub(crate) use proxy::{Action, Proxy, Rule, Seen};
pub(crate) use webhook::{Says, Webhook};

/// The user who may do everything.
pub(crate) const ADMIN: &str = "admin";

/// Users who may do nothing but what a test grants them.
pub(crate) const USERS: [&str; 4] = ["reader", "applier", "operator", "nobody"];

/// How long a server may take to start, and a CRD or a right to take effect, on a machine that has much else to do.
const PATIENCE: Duration = Duration::from_secs(120);

/// How often it is looked whether something has happened.
const PAUSE: Duration = Duration::from_millis(25);

/// A running cluster; it ends with this.
pub(crate) struct Cluster {
    // Ended before the directory is removed.
    programs: Vec<Started>,
    dir: TempDir,
    port: u16,
    authority: Authority,
    trust: Arc<ClientConfig>,
    /// Connections of the harness to the server.
    idle: Mutex<Vec<http::Connection>>,
    /// What no request of regcfg may hold, beside the secrets that lie on the cluster.
    secrets: Mutex<Vec<String>>,
    judged: proxy::Judged,
}

impl Cluster {
    /// Asks the API server as the admin. The body of a PATCH is a merge patch; `patch` sends others.
    pub(crate) fn raw(&self, method: &str, path: &str, body: Option<&Json>) -> Answer {
        self.raw_of(ADMIN, method, path, body)
    }

    /// Asks the API server as a user.
    pub(crate) fn raw_of(&self, user: &str, method: &str, path: &str, body: Option<&Json>) -> Answer {
        let kind = if method == "PATCH" { "application/merge-patch+json" } else { "application/json" };
        self.ask(self.port, user, method, path, kind, body).unwrap()
    }

    /// Asks the API server through a proxy, which may hang up.
    pub(crate) fn raw_through(
        &self,
        proxy: &Proxy,
        method: &str,
        path: &str,
        body: Option<&Json>,
    ) -> io::Result<Answer> {
        self.ask(proxy.port, ADMIN, method, path, "application/json", body)
    }

    /// Patches as the admin, with a patch of a media type, such as `application/apply-patch+yaml`.
    pub(crate) fn patch(&self, kind: &str, path: &str, body: &Json) -> Answer {
        self.ask(self.port, ADMIN, "PATCH", path, kind, Some(body)).unwrap()
    }

    fn ask(
        &self,
        port: u16,
        user: &str,
        method: &str,
        path: &str,
        kind: &str,
        body: Option<&Json>,
    ) -> io::Result<Answer> {
        let body = body.map(Json::to_string).unwrap_or_default();
        let headers = [
            ("Host", format!("127.0.0.1:{port}")),
            ("Authorization", format!("Bearer {}", access::token(user))),
            // By this name the harness is known in the audit log.
            ("User-Agent", "cluster-harness".into()),
            ("Accept", "application/json".into()),
            ("Content-Type", kind.into()),
        ];
        let headers = headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let head = Head { line: format!("{method} {path} HTTP/1.1"), headers };
        if port != self.port {
            return http::ask(&mut http::connect(port, &self.trust)?, &head, body.as_bytes());
        }
        // The server may have ended a connection that nobody used for long.
        let idle = self.idle.lock().unwrap().pop();
        let answered = idle.and_then(|mut idle| Some((http::ask(&mut idle, &head, body.as_bytes()).ok()?, idle)));
        let (answer, connection) = if let Some(answered) = answered {
            answered
        } else {
            let mut connection = http::connect(port, &self.trust)?;
            (http::ask(&mut connection, &head, body.as_bytes())?, connection)
        };
        self.idle.lock().unwrap().push(connection);
        Ok(answer)
    }

    /// Runs kubectl as the admin.
    pub(crate) fn kubectl(&self, args: &[&str]) -> Output {
        self.kubectl_of(ADMIN, args, "")
    }

    /// Runs kubectl as a user, with standard input.
    pub(crate) fn kubectl_of(&self, user: &str, args: &[&str], input: &str) -> Output {
        let mut command = Command::new("kubectl");
        command.args(args).env("KUBECONFIG", self.kubeconfig_of(user)).env("HOME", self.dir.path());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut kubectl = command.spawn().unwrap();
        let mut to = kubectl.stdin.take().unwrap();
        thread::scope(|scope| {
            // Whoever wants no input ends before it is written.
            scope.spawn(move || to.write_all(input.as_bytes()).is_ok());
            kubectl.wait_with_output().unwrap()
        })
    }

    /// Applies manifests as `kubectl apply --server-side` does, with more arguments; they must be taken.
    pub(crate) fn apply(&self, manifests: &str, args: &[&str]) -> String {
        let args: Vec<&str> = ["apply", "--server-side", "-f", "-"].iter().chain(args).copied().collect();
        let output = self.kubectl_of(ADMIN, &args, manifests);
        let [said, wrong] = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
        assert!(output.status.success(), "kubectl {args:?}: {wrong}\n{manifests}");
        said + &wrong
    }

    /// Defines OpenShift's kinds as a minor does: by what it ships, where that is beside the repository, and otherwise by what
    /// `regcfg schema --format crd` prints.
    pub(crate) fn apply_crds(&self, minor: &str) {
        self.define(&crds::of(minor.parse().unwrap()));
    }

    /// Defines OpenShift's kinds as `regcfg schema --format crd` does for a minor.
    pub(crate) fn apply_printed_crds(&self, minor: &str) {
        self.define(&crds::printed(minor.parse().unwrap()));
    }

    /// Defines kinds and waits until they are served. Those that are there go first, with their objects.
    pub(crate) fn define(&self, crds: &BTreeMap<String, Json>) {
        const CRDS: &str = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
        let is_there = |name: &str| self.raw("GET", &format!("{CRDS}/{name}"), None).status == 200;
        let old: Vec<&String> = crds.keys().filter(|name| is_there(name)).collect();
        for name in &old {
            self.raw("DELETE", &format!("{CRDS}/{name}"), None);
        }
        for name in old {
            wait_until(&format!("{name} is gone"), || !is_there(name));
        }
        for (name, crd) in crds {
            let answer = self.raw("POST", &format!("{CRDS}?fieldValidation=Strict"), Some(crd));
            assert_eq!(answer.status, 201, "{name}: {}", answer.text());
        }
        for (name, crd) in crds {
            let group = crd["spec"]["group"].as_str().unwrap();
            let plural = crd["spec"]["names"]["plural"].as_str().unwrap();
            let versions = crd["spec"]["versions"].as_array().unwrap().iter();
            for version in versions.filter(|version| version["served"] == true) {
                let served = format!("/apis/{group}/{}", version["name"].as_str().unwrap());
                wait_until(&format!("{name} is served"), || self.serves(&served, plural));
            }
        }
    }

    /// Tells whether a version of a group serves a resource, and says so to those who look for it.
    fn serves(&self, version: &str, plural: &str) -> bool {
        let resources = self.raw("GET", version, None);
        let is_told =
            |resources: &Json| resources["resources"].as_array().unwrap().iter().any(|kind| kind["name"] == plural);
        let is_told = resources.status == 200 && is_told(&resources.json());
        is_told && self.raw("GET", &format!("{version}/{plural}?limit=1"), None).status == 200
    }

    /// Makes a namespace, unless it is there.
    pub(crate) fn namespace(&self, name: &str) {
        let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
        let answer = self.raw("POST", "/api/v1/namespaces", Some(&namespace));
        assert!([201, 409].contains(&answer.status), "{}", answer.text());
    }

    /// Returns the requests that the server got so far, by anyone but itself.
    pub(crate) fn audit(&self) -> Vec<Event> {
        audit::events(&self.dir.path().join("audit.log"))
    }

    /// Judges what regcfg asked in a test.
    fn asked(&self, test: &str) -> Asked {
        let events = self.audit();
        // Generated objects hold all kinds of things where a secret would be, but regcfg asks nothing then.
        let is_asked = events.iter().any(Event::is_ours);
        let mut secrets = if is_asked { audit::secrets(&events) } else { Vec::new() };
        secrets.extend(self.secrets.lock().unwrap().iter().cloned());
        Asked::of(test, &events, &self.judged.lock().unwrap(), &secrets)
    }

    /// Notes the value of a secret, which no request of regcfg may hold, neither as it is nor in base64. Those of Secrets and
    /// of config CRs on the cluster are known without.
    pub(crate) fn secret(&self, value: &str) {
        self.secrets.lock().unwrap().extend([value.to_owned(), STANDARD.encode(value)]);
    }
}

/// Looks again and again until something holds.
fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !holds() {
        assert!(begin.elapsed() < PATIENCE, "after {PATIENCE:?} it does not hold that {what}");
        thread::sleep(PAUSE);
    }
}
