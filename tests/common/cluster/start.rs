//! How a cluster starts: its files, its flags, and when it is ready.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Instant;

use super::pki::Authority;
use super::programs::{Programs, Started};
use super::{ADMIN, Cluster, PATIENCE, PAUSE, access, audit, http};

/// How often a start is tried: another process may take a port between its choice and its use.
const TRIES: usize = 3;

impl Cluster {
    /// Starts a cluster and waits until it is ready.
    pub(super) fn start(programs: &Programs) -> Self {
        let mut failures = Vec::new();
        while failures.len() < TRIES {
            match Self::try_start(programs) {
                Ok(cluster) => return cluster,
                Err(why) => failures.push(why),
            }
        }
        panic!("the API server does not start: {failures:#?}");
    }

    /// Starts one more cluster, for a test that needs two.
    pub(crate) fn another() -> Self {
        Self::start(&Programs::find().unwrap())
    }

    fn try_start(programs: &Programs) -> Result<Self, String> {
        let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let port = http::free_port().unwrap();
        let authority = Authority::new("cluster");
        write_files(dir.path(), &authority);
        let started = programs.start(dir.path(), &flags(dir.path(), port)).map_err(|error| error.to_string())?;
        let trust = http::trust(&authority.certificate);
        let secrets = Mutex::new(access::all_tokens());
        let (idle, judged) = (Mutex::default(), Arc::default());
        let mut cluster = Self { programs: started, dir, port, authority, trust, idle, secrets, judged };
        cluster.become_ready()?;
        Ok(cluster)
    }

    /// Waits until the server is ready, or one of its programs ends.
    fn become_ready(&mut self) -> Result<(), String> {
        let begin = Instant::now();
        while !self.ask(self.port, ADMIN, "GET", "/readyz", "", None).is_ok_and(|answer| answer.status == 200) {
            let ended = self.programs.iter_mut().find_map(Started::ended);
            if ended.is_some() || begin.elapsed() > PATIENCE {
                return Err(format!("{ended:?} after {:?}: {}", begin.elapsed(), self.last_words()));
            }
            thread::sleep(PAUSE);
        }
        Ok(())
    }

    /// Returns the end of what the programs wrote.
    fn last_words(&self) -> String {
        let logs = ["etcd.log", "server.log"].map(|log| fs::read(self.dir.path().join(log)).unwrap_or_default());
        let logs = logs.map(|log| String::from_utf8_lossy(&log).into_owned());
        let lines = logs.iter().flat_map(|log| log.lines().rev().take(10).collect::<Vec<_>>().into_iter().rev());
        lines.collect::<Vec<_>>().join("\n")
    }
}

fn write_files(dir: &Path, authority: &Authority) {
    let write = |name: &str, text: &str| fs::write(dir.join(name), text).unwrap();
    write("ca.crt", &authority.certificate);
    let server = authority.server(&["127.0.0.1", "localhost"]);
    write("server.crt", &server.certificate);
    write("server.key", &server.key);
    let accounts = authority.server(&["service-accounts"]);
    write("accounts.crt", &accounts.certificate);
    write("accounts.key", &accounts.key);
    write("tokens.csv", &access::tokens());
    write("audit-policy.json", &audit::policy().to_string());
}

/// The flags of kube-apiserver but that of etcd's address, as envtest gives them.
fn flags(dir: &Path, port: u16) -> Vec<String> {
    let file = |name: &str| dir.join(name).display().to_string();
    let flags = [
        ("bind-address", "127.0.0.1".to_owned()),
        ("advertise-address", "127.0.0.1".to_owned()),
        ("secure-port", port.to_string()),
        ("tls-cert-file", file("server.crt")),
        ("tls-private-key-file", file("server.key")),
        ("client-ca-file", file("ca.crt")),
        ("token-auth-file", file("tokens.csv")),
        ("anonymous-auth", "false".to_owned()),
        ("authorization-mode", "RBAC".to_owned()),
        ("service-account-issuer", "https://kubernetes.default.svc".to_owned()),
        ("service-account-key-file", file("accounts.crt")),
        ("service-account-signing-key-file", file("accounts.key")),
        ("service-cluster-ip-range", "10.0.0.0/24".to_owned()),
        // No controller makes the account of a namespace, without which this would refuse every pod.
        ("disable-admission-plugins", "ServiceAccount".to_owned()),
        // No other API server is there whose address should be told.
        ("endpoint-reconciler-type", "none".to_owned()),
        ("allow-privileged", "true".to_owned()),
        ("audit-policy-file", file("audit-policy.json")),
        ("audit-log-path", file("audit.log")),
    ];
    flags.into_iter().map(|(flag, value)| format!("--{flag}={value}")).collect()
}
