//! A bad cluster: a server before the API server, which delays, answers in its place, or hangs up, and counts what it sees.
//!
//! It ends TLS under a certificate of the cluster's authority, or a wrong one, and passes everything on as it is: users are
//! known by their tokens.

use std::io::{self, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use rustls::ClientConfig;

use super::audit::Event;
use super::http::{self, Connection, End, Head};
use super::listen::{Client, Listener};
use super::pki::Identity;

/// What is done with a request.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    /// Waits, then looks at the next rule.
    Delay(Duration),
    /// Answers in the server's place.
    Answer { status: u16, headers: Vec<(String, String)>, body: Vec<u8> },
    /// Lets the server answer, but hangs up after so many bytes of the body, in the middle of TLS.
    HangUpAfter(u64),
    /// Hangs up without an answer.
    HangUp,
    /// Passes the request on, whatever later rules say.
    Pass,
}

/// What happens to requests of a method whose path and query hold a text.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    method: Option<String>,
    path: String,
    times: usize,
    action: Action,
}

/// A request that the proxy saw.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Seen {
    pub(crate) method: String,
    /// The path, with its query.
    pub(crate) uri: String,
    pub(crate) agent: String,
}

/// A proxy, which ends when it is dropped.
pub(crate) struct Proxy {
    /// The port of loopback on which it listens.
    pub(crate) port: u16,
    shared: Arc<Shared>,
    _listener: Listener,
}

struct Shared {
    server: u16,
    trust: Arc<ClientConfig>,
    rules: Mutex<Vec<Rule>>,
    seen: Mutex<Vec<Seen>>,
    /// All that was ever seen, for who judges it.
    judged: Judged,
    n_connections: AtomicUsize,
}

/// The requests that the proxies of a cluster saw, as an audit log has them: some never come to the server.
pub(crate) type Judged = Arc<Mutex<Vec<Event>>>;

impl Rule {
    /// Makes a rule for requests whose path and query hold a text; an empty one is in all.
    pub(crate) fn new(path: &str, action: Action) -> Self {
        Self { method: None, path: path.to_owned(), times: usize::MAX, action }
    }

    /// Holds for one method alone.
    pub(crate) fn method(mut self, method: &str) -> Self {
        self.method = Some(method.to_owned());
        self
    }

    /// Holds for so many requests, then no more.
    pub(crate) fn times(mut self, times: usize) -> Self {
        self.times = times;
        self
    }

    fn is_for(&self, request: &Head) -> bool {
        let is_method = self.method.as_ref().is_none_or(|method| method == request.word(0));
        self.times > 0 && is_method && request.word(1).contains(&self.path)
    }
}

impl Action {
    /// Answers as the API server does when it refuses.
    pub(crate) fn refuse(status: u16, reason: &str, message: &str) -> Self {
        let body = serde_json::json!({
            "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
            "message": message, "reason": reason, "code": status,
        });
        let headers = vec![("Content-Type".into(), "application/json".into())];
        Self::Answer { status, headers, body: body.to_string().into() }
    }

    /// Adds a header to an answer.
    pub(crate) fn with_header(mut self, name: &str, value: &str) -> Self {
        if let Self::Answer { headers, .. } = &mut self {
            headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }
}

impl Proxy {
    /// Stands before the API server on a port.
    pub(crate) fn start(server: u16, trust: Arc<ClientConfig>, identity: &Identity, judged: Judged) -> Self {
        let shared = Arc::new(Shared {
            server,
            trust,
            rules: Mutex::default(),
            seen: Mutex::default(),
            judged,
            n_connections: AtomicUsize::default(),
        });
        let passing = shared.clone();
        let listener = Listener::start(identity, move |client| passing.pass(client));
        Self { port: listener.port, shared, _listener: listener }
    }

    /// Adds a rule after those that are there. All that match hold, in their order, until one ends the request.
    pub(crate) fn rule(&self, rule: Rule) {
        self.shared.rules.lock().unwrap().push(rule);
    }

    /// Forgets the rules, and what was seen.
    pub(crate) fn reset(&self) {
        self.shared.rules.lock().unwrap().clear();
        self.shared.seen.lock().unwrap().clear();
    }

    /// Returns how many connections there were so far.
    pub(crate) fn n_connections(&self) -> usize {
        self.shared.n_connections.load(Ordering::Relaxed)
    }

    /// Returns the requests that were seen, in their order.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.shared.seen.lock().unwrap().clone()
    }
}

impl Shared {
    /// Serves one client, request after request.
    fn pass(&self, client: &mut Client) -> io::Result<()> {
        self.n_connections.fetch_add(1, Ordering::Relaxed);
        let mut server = None;
        while let Some((request, body)) = http::request(client)? {
            self.see(&request, &body);
            match self.action(&request) {
                Action::HangUp => return Ok(()),
                Action::Answer { status, headers, body } => http::answer(client.get_mut(), status, headers, &body)?,
                Action::HangUpAfter(most) => {
                    return self.relay(&request, &body, client, &mut server, most);
                }
                Action::Pass | Action::Delay(_) => {
                    self.relay(&request, &body, client, &mut server, u64::MAX)?;
                }
            }
        }
        Ok(())
    }

    fn see(&self, request: &Head, body: &[u8]) {
        let [method, uri] = [0, 1].map(|place| request.word(place).to_owned());
        let agent = request.header("User-Agent").unwrap_or_default().to_owned();
        self.judged.lock().unwrap().push(Event::of_proxy(request, body));
        self.seen.lock().unwrap().push(Seen { method, uri, agent });
    }

    /// Returns what ends a request, after the delays before it.
    fn action(&self, request: &Head) -> Action {
        let mut delay = Duration::ZERO;
        let mut end = Action::Pass;
        for rule in self.rules.lock().unwrap().iter_mut().filter(|rule| rule.is_for(request)) {
            rule.times = rule.times.saturating_sub(1);
            match &rule.action {
                Action::Delay(time) => delay += *time,
                action => {
                    end = action.clone();
                    break;
                }
            }
        }
        thread::sleep(delay);
        end
    }

    /// Passes a request on and its answer back, up to so many bytes of the body.
    fn relay(
        &self,
        request: &Head,
        request_body: &[u8],
        client: &mut Client,
        server: &mut Option<Connection>,
        most: u64,
    ) -> io::Result<()> {
        let server = match server {
            Some(server) => server,
            None => server.insert(http::connect(self.server, &self.trust)?),
        };
        http::send(server.get_mut(), request, request_body)?;
        let head = Head::read(server)?.ok_or(io::ErrorKind::UnexpectedEof)?;
        let end = head.end_of_answer(request.word(0));
        let to = client.get_mut();
        head.write(to)?;
        let mut left = most;
        http::body(server, end, |piece| {
            let part = &piece[..piece.len().min(usize::try_from(left).unwrap_or(usize::MAX))];
            left -= part.len() as u64;
            write_piece(to, end, part)?;
            if part.len() < piece.len() { Err(hung_up()) } else { Ok(()) }
        })?;
        if end == End::AfterChunks {
            to.write_all(b"0\r\n\r\n")?;
        }
        to.flush()?;
        // What ends with the connection ends it here, too.
        if end == End::WithConnection { Err(hung_up()) } else { Ok(()) }
    }
}

fn hung_up() -> io::Error {
    io::ErrorKind::ConnectionAborted.into()
}

fn write_piece(to: &mut impl Write, end: End, piece: &[u8]) -> io::Result<()> {
    if piece.is_empty() {
        return Ok(());
    }
    if end == End::AfterChunks {
        write!(to, "{:x}\r\n", piece.len())?;
    }
    to.write_all(piece)?;
    if end == End::AfterChunks {
        to.write_all(b"\r\n")?;
    }
    // A watcher waits for each event.
    to.flush()
}
