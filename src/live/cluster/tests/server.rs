//! A server in the test's own process, on real sockets, that answers as a test says: well, badly, or not at all.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::{Value as Json, json};

/// A request that came.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    /// The method, and the path with its query.
    pub(super) line: String,
    /// The headers, in small letters.
    pub(super) headers: String,
    pub(super) body: String,
}

/// What is done with a request.
#[derive(Clone, Debug)]
pub(super) enum Reply {
    /// Answers with a code, more headers and a body.
    Say(u16, String, Vec<u8>),
    /// Announces more than comes, and hangs up.
    Half(Vec<u8>),
    /// Sends pieces without end.
    Endless,
    /// Hangs up.
    HangUp,
    /// Says nothing for a time, then answers.
    Late(Duration, Box<Reply>),
}

impl Reply {
    pub(super) fn json(code: u16, body: &Json) -> Self {
        Self::Say(code, "Content-Type: application/json\r\n".into(), body.to_string().into_bytes())
    }

    pub(super) fn text(code: u16, body: &str) -> Self {
        Self::Say(code, "Content-Type: text/plain\r\n".into(), body.as_bytes().to_vec())
    }

    /// Refuses as an API server does.
    pub(super) fn status(code: u16, reason: &str, message: &str, details: &Json) -> Self {
        Self::json(
            code,
            &json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code, "reason": reason,
                "message": message, "details": details}),
        )
    }

    pub(super) fn with_header(self, header: &str) -> Self {
        match self {
            Self::Say(code, headers, body) => Self::Say(code, format!("{headers}{header}\r\n"), body),
            other => other,
        }
    }
}

/// A server, and what it saw.
pub(super) struct Server {
    pub(super) port: u16,
    seen: Arc<Mutex<Vec<Seen>>>,
    most_at_once: Arc<AtomicUsize>,
}

type Answering = dyn Fn(usize, &Seen) -> Reply + Send + Sync;

impl Server {
    /// Starts a server without TLS; each request is answered by its number and what it is.
    pub(super) fn start(answer: impl Fn(usize, &Seen) -> Reply + Send + Sync + 'static) -> Self {
        Self::of(None, Arc::new(answer))
    }

    /// Starts a server with TLS.
    pub(super) fn start_tls(tls: ServerConfig, answer: impl Fn(usize, &Seen) -> Reply + Send + Sync + 'static) -> Self {
        Self::of(Some(Arc::new(tls)), Arc::new(answer))
    }

    fn of(tls: Option<Arc<ServerConfig>>, answer: Arc<Answering>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server =
            Self { port: listener.local_addr().unwrap().port(), seen: Arc::default(), most_at_once: Arc::default() };
        let (seen, most) = (Arc::clone(&server.seen), Arc::clone(&server.most_at_once));
        let at_once = Arc::new(AtomicUsize::new(0));
        thread::spawn(move || {
            for socket in listener.incoming().flatten() {
                let (tls, answer, seen) = (tls.clone(), Arc::clone(&answer), Arc::clone(&seen));
                let (at_once, most) = (Arc::clone(&at_once), Arc::clone(&most));
                thread::spawn(move || {
                    let asked = |request: &Seen| {
                        most.fetch_max(at_once.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                        let at = {
                            let mut seen = seen.lock().unwrap();
                            seen.push(request.clone());
                            seen.len() - 1
                        };
                        let mut reply = answer(at, request);
                        while let Reply::Late(time, then) = reply {
                            thread::sleep(time);
                            reply = *then;
                        }
                        at_once.fetch_sub(1, Ordering::SeqCst);
                        reply
                    };
                    match tls {
                        Some(tls) => serve(StreamOwned::new(ServerConnection::new(tls).unwrap(), socket), asked),
                        None => serve(socket, asked),
                    }
                });
            }
        });
        server
    }

    pub(super) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub(super) fn lines(&self) -> Vec<String> {
        self.seen().into_iter().map(|seen| seen.line).collect()
    }

    /// Returns the most requests that were answered at the same time.
    pub(super) fn most_at_once(&self) -> usize {
        self.most_at_once.load(Ordering::SeqCst)
    }
}

/// Serves a connection until either side ends it.
fn serve(stream: impl Read + Write, asked: impl Fn(&Seen) -> Reply) {
    let mut stream = BufReader::new(stream);
    while let Some(request) = read(&mut stream) {
        let to = stream.get_mut();
        let sent = match asked(&request) {
            Reply::Say(code, headers, body) => {
                let head = format!("HTTP/1.1 {code} x\r\n{headers}Content-Length: {}\r\n\r\n", body.len());
                to.write_all(head.as_bytes()).and_then(|()| to.write_all(&body)).and_then(|()| to.flush()).is_ok()
            }
            Reply::Half(body) => {
                let head = format!("HTTP/1.1 200 x\r\nContent-Length: {}\r\n\r\n", body.len() + 100);
                let _hung_up =
                    to.write_all(head.as_bytes()).and_then(|()| to.write_all(&body)).and_then(|()| to.flush());
                false
            }
            Reply::Endless => {
                let _begun = to.write_all(b"HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\n");
                let piece = [&b"100000\r\n"[..], &vec![b' '; 0x10_0000], b"\r\n"].concat();
                while to.write_all(&piece).is_ok() {}
                false
            }
            Reply::HangUp | Reply::Late(..) => false,
        };
        if !sent {
            return;
        }
    }
}

fn read(from: &mut impl BufRead) -> Option<Seen> {
    let mut line = String::new();
    from.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let mut headers = String::new();
    loop {
        let mut header = String::new();
        from.read_line(&mut header).ok().filter(|read| *read > 2)?;
        headers += &header.to_ascii_lowercase();
        if from.fill_buf().ok()?.starts_with(b"\r\n") {
            from.consume(2);
            break;
        }
    }
    let length = headers.lines().find_map(|header| header.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |length| length.trim().parse().unwrap())];
    from.read_exact(&mut body).ok()?;
    let line = line.trim_end().trim_end_matches(" HTTP/1.1").to_owned();
    Some(Seen { line, headers, body: String::from_utf8(body).unwrap() })
}

/// An authority that signs certificates of servers.
pub(super) struct Authority {
    issuer: rcgen::CertifiedIssuer<'static, rcgen::KeyPair>,
}

impl Authority {
    pub(super) fn new() -> Self {
        let mut params = rcgen::CertificateParams::new([]).unwrap();
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        params.distinguished_name.push(rcgen::DnType::CommonName, "an authority");
        let key = rcgen::KeyPair::generate().unwrap();
        Self { issuer: rcgen::CertifiedIssuer::self_signed(params, key).unwrap() }
    }

    pub(super) fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// Signs a certificate for a name, good between two years, and returns what a server does with it.
    pub(super) fn server(&self, name: &str, from: i32, to: i32) -> ServerConfig {
        let key = rcgen::KeyPair::generate().unwrap();
        let mut params = rcgen::CertificateParams::new([name.to_owned()]).unwrap();
        params.not_before = rcgen::date_time_ymd(from, 1, 1);
        params.not_after = rcgen::date_time_ymd(to, 1, 1);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let chain = vec![certificate.der().clone()];
        ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key).unwrap()
    }
}
