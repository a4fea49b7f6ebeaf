//! HTTP/1.1 over TLS: as much of it as it takes to ask an API server, and to stand before one.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConfig, StreamOwned};
use serde_json::Value as Json;

use super::pki::Identity;

/// How long a server may be silent before the asker gives up.
const SILENCE: Duration = Duration::from_secs(60);

/// A connection to an API server.
pub(crate) type Connection = BufReader<StreamOwned<ClientConnection, TcpStream>>;

/// The first line and the headers of a request or an answer.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub(crate) line: String,
    pub(crate) headers: Vec<(String, String)>,
}

/// What a server answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// Where a body ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    After(u64),
    AfterChunks,
    WithConnection,
}

impl Head {
    /// Reads a head; none where the connection ends before it.
    pub(crate) fn read(from: &mut impl BufRead) -> io::Result<Option<Self>> {
        let Some(line) = read_line(from)? else { return Ok(None) };
        let mut headers = Vec::new();
        loop {
            let header = read_line(from)?.ok_or(io::ErrorKind::UnexpectedEof)?;
            let Some((name, value)) = header.split_once(':') else {
                return Ok(Some(Self { line, headers }));
            };
            headers.push((name.to_owned(), value.trim().to_owned()));
        }
    }

    /// Writes the head and the empty line after it.
    pub(crate) fn write(&self, to: &mut impl Write) -> io::Result<()> {
        let lines = self.headers.iter().map(|(name, value)| format!("{name}: {value}"));
        let lines: Vec<String> = [self.line.clone()].into_iter().chain(lines).collect();
        to.write_all(format!("{}\r\n\r\n", lines.join("\r\n")).as_bytes())
    }

    /// Returns the value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let header = self.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
        header.map(|(_, value)| value.as_str())
    }

    /// Returns the word of the first line at a place, which may be missing.
    pub(crate) fn word(&self, place: usize) -> &str {
        self.line.split(' ').nth(place).unwrap_or_default()
    }

    /// Tells where the body of a request ends.
    pub(crate) fn end_of_request(&self) -> End {
        self.end().unwrap_or(End::After(0))
    }

    /// Tells where the body of the answer to a method ends.
    pub(crate) fn end_of_answer(&self, method: &str) -> End {
        match self.word(1) {
            "204" | "304" => End::After(0),
            _ if method == "HEAD" => End::After(0),
            _ => self.end().unwrap_or(End::WithConnection),
        }
    }

    fn end(&self) -> Option<End> {
        if self.header("Transfer-Encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked")) {
            return Some(End::AfterChunks);
        }
        self.header("Content-Length").and_then(|value| value.parse().ok()).map(End::After)
    }
}

impl Answer {
    /// Returns the value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let header = self.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
        header.map(|(_, value)| value.as_str())
    }

    /// Reads the body, which must be JSON.
    pub(crate) fn json(&self) -> Json {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// Returns the body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Hands over a body piece by piece, as it comes.
pub(crate) fn body(
    from: &mut impl BufRead,
    end: End,
    mut piece: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    match end {
        End::After(length) => pieces(from, length, &mut piece),
        End::AfterChunks => loop {
            let size = read_line(from)?.ok_or(io::ErrorKind::UnexpectedEof)?;
            let size = size.split(';').next().unwrap_or_default().trim();
            let size = u64::from_str_radix(size, 16).map_err(|_| io::ErrorKind::InvalidData)?;
            pieces(from, size, &mut piece)?;
            // Of trailers, which no API server sends, there is but the empty line.
            read_line(from)?;
            if size == 0 {
                return Ok(());
            }
        },
        End::WithConnection => loop {
            let n_read = hand_over(from, usize::MAX, &mut piece)?;
            if n_read == 0 {
                return Ok(());
            }
        },
    }
}

fn pieces(from: &mut impl BufRead, length: u64, piece: &mut impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
    let mut left = length;
    while left > 0 {
        let n_read = hand_over(from, usize::try_from(left).unwrap_or(usize::MAX), piece)?;
        if n_read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        left -= n_read as u64;
    }
    Ok(())
}

fn hand_over(
    from: &mut impl BufRead,
    most: usize,
    piece: &mut impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<usize> {
    let buffer = from.fill_buf()?;
    let n_read = buffer.len().min(most);
    if n_read > 0 {
        piece(&buffer[..n_read])?;
    }
    from.consume(n_read);
    Ok(n_read)
}

fn read_line(from: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut line = String::new();
    // No line of an API server is as long as that.
    let n_read = from.take(1 << 20).read_line(&mut line)?;
    Ok((n_read > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned()))
}

/// Reads a request and all of its body; none where the client has no more.
pub(crate) fn request(from: &mut impl BufRead) -> io::Result<Option<(Head, Vec<u8>)>> {
    let Some(head) = Head::read(from)? else { return Ok(None) };
    let body = whole_body(from, head.end_of_request())?;
    Ok(Some((head, body)))
}

/// Sends a request or an answer whose body is at hand as a whole, however it came.
pub(crate) fn send(to: &mut impl Write, head: &Head, body: &[u8]) -> io::Result<()> {
    let mut head = head.clone();
    head.headers.retain(|(name, _)| !["transfer-encoding", "expect"].contains(&&*name.to_ascii_lowercase()));
    if head.header("Content-Length").is_none() && !body.is_empty() {
        head.headers.push(("Content-Length".into(), body.len().to_string()));
    }
    head.write(to)?;
    to.write_all(body)?;
    to.flush()
}

/// Answers a request.
pub(crate) fn answer(
    to: &mut impl Write,
    status: u16,
    mut headers: Vec<(String, String)>,
    body: &[u8],
) -> io::Result<()> {
    headers.push(("Content-Length".into(), body.len().to_string()));
    send(to, &Head { line: format!("HTTP/1.1 {status} as told"), headers }, body)
}

/// Asks once: sends a request and reads the whole answer.
pub(crate) fn ask(to: &mut Connection, request: &Head, body: &[u8]) -> io::Result<Answer> {
    send(to.get_mut(), request, body)?;
    let head = Head::read(to)?.ok_or(io::ErrorKind::UnexpectedEof)?;
    let body = whole_body(to, head.end_of_answer(request.word(0)))?;
    let status = head.word(1).parse().map_err(|_| io::ErrorKind::InvalidData)?;
    Ok(Answer { status, headers: head.headers, body })
}

fn whole_body(from: &mut impl BufRead, end: End) -> io::Result<Vec<u8>> {
    let mut whole = Vec::new();
    body(from, end, |piece| {
        whole.extend(piece);
        Ok(())
    })?;
    Ok(whole)
}

/// Connects to a server on a port of loopback.
pub(crate) fn connect(port: u16, trust: &Arc<ClientConfig>) -> io::Result<Connection> {
    let socket = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    socket.set_read_timeout(Some(SILENCE))?;
    socket.set_nodelay(true)?;
    let name = ServerName::IpAddress(Ipv4Addr::LOCALHOST.into());
    let session = ClientConnection::new(trust.clone(), name).map_err(io::Error::other)?;
    Ok(BufReader::new(StreamOwned::new(session, socket)))
}

/// Trusts the servers of one authority, given in PEM.
pub(crate) fn trust(authority: &str) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(authority.as_bytes()).unwrap()).unwrap();
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    Arc::new(builder.with_safe_default_protocol_versions().unwrap().with_root_certificates(roots).with_no_client_auth())
}

/// Serves under a certificate.
pub(crate) fn serve(identity: &Identity) -> Arc<ServerConfig> {
    let certificate = CertificateDer::from_pem_slice(identity.certificate.as_bytes()).unwrap();
    let key = PrivateKeyDer::from_pem_slice(identity.key.as_bytes()).unwrap();
    let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    Arc::new(builder.with_single_cert(vec![certificate], key).unwrap())
}

/// Returns a port of loopback on which nothing listens.
pub(crate) fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}
