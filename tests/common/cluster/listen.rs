//! A server of TLS on a port of loopback: each connection has a thread, and it ends when it is dropped.

use std::io::{self, BufReader};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use rustls::{ServerConnection, StreamOwned};

use super::http;
use super::pki::Identity;

/// A connection of a client.
pub(crate) type Client = BufReader<StreamOwned<ServerConnection, TcpStream>>;

/// A port that is listened on.
pub(crate) struct Listener {
    /// The port of loopback.
    pub(crate) port: u16,
    is_over: Arc<AtomicBool>,
}

impl Listener {
    /// Listens under a certificate, and gives each connection to `serve`.
    pub(crate) fn start(
        identity: &Identity,
        serve: impl Fn(&mut Client) -> io::Result<()> + Clone + Send + 'static,
    ) -> Self {
        let sockets = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = sockets.local_addr().unwrap().port();
        let identity = http::serve(identity);
        let is_over = Arc::new(AtomicBool::new(false));
        let ends = is_over.clone();
        thread::spawn(move || {
            for socket in sockets.incoming().flatten() {
                if ends.load(Ordering::Relaxed) {
                    return;
                }
                let session = ServerConnection::new(identity.clone()).unwrap();
                let serve = serve.clone();
                // Whoever hangs up ends the connection, and nothing else.
                thread::spawn(move || {
                    socket.set_nodelay(true)?;
                    serve(&mut BufReader::new(StreamOwned::new(session, socket)))
                });
            }
        });
        Self { port, is_over }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        // Wakes the thread that accepts.
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
    }
}
