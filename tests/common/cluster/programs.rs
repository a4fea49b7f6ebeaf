//! The programs of the live tests, and how they are started and ended.
//!
//! One program is both etcd and kube-apiserver: `tests/cluster/build` builds it. With `KUBEBUILDER_ASSETS`, the directory of
//! envtest's `etcd` and `kube-apiserver`, these two are started with the same flags.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use super::http;

/// Starts a program that ends when standard input does, as the one of `tests/cluster/` does by itself.
const ENDS_WITH_INPUT: &str = r#"
exec 3<&0
"$@" </dev/null 3<&- &
program=$!
{ cat >/dev/null; kill -KILL "$program"; } <&3 2>/dev/null &
wait "$program"
"#;

/// What a live test needs.
#[derive(Clone, Debug)]
pub(crate) enum Programs {
    /// The program of `tests/cluster/`.
    One(PathBuf),
    /// The directory of `etcd` and `kube-apiserver`.
    Assets(PathBuf),
}

/// A started program. It ends when this is dropped, or the test, in whatever way.
pub(crate) struct Started(Child);

impl Programs {
    /// Finds the programs, or says why there are none. Builds nothing, for that takes too long in the middle of a test.
    pub(crate) fn find() -> Result<Self, String> {
        let runs = |program: &str| Command::new(program).arg("version").arg("--client").output().is_ok();
        if !runs("kubectl") {
            return Err("no kubectl".into());
        }
        if let Some(assets) = std::env::var_os("KUBEBUILDER_ASSETS") {
            let assets = PathBuf::from(assets);
            return match ["etcd", "kube-apiserver"].into_iter().find(|name| !assets.join(name).is_file()) {
                Some(name) => Err(format!("no {name} in KUBEBUILDER_ASSETS={}", assets.display())),
                None => Ok(Self::Assets(assets)),
            };
        }
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cluster/build");
        let built = Command::new(script).arg("--built").output().map_err(|error| error.to_string())?;
        if built.status.success() {
            return Ok(Self::One(String::from_utf8_lossy(&built.stdout).trim().into()));
        }
        let why = String::from_utf8_lossy(&built.stderr).trim().to_owned();
        Err(format!("no API server: {why}, and KUBEBUILDER_ASSETS is not set"))
    }

    /// Starts etcd and the API server with its flags, both with what they write in a directory.
    pub(crate) fn start(&self, dir: &Path, flags: &[String]) -> io::Result<Vec<Started>> {
        let data = dir.join("etcd").display().to_string();
        match self {
            Self::One(program) => {
                let mut command = Command::new(program);
                command.arg(data).args(flags);
                Ok(vec![Started::new(command, &dir.join("server.log"))?])
            }
            Self::Assets(assets) => {
                let [client, peer] =
                    [(), ()].map(|()| http::free_port().map(|port| format!("http://127.0.0.1:{port}")));
                let (client, peer) = (client?, peer?);
                let mut etcd = Command::new("sh");
                etcd.args(["-c", ENDS_WITH_INPUT, "sh"]).arg(assets.join("etcd")).arg(format!("--data-dir={data}"));
                etcd.arg(format!("--listen-client-urls={client}")).arg(format!("--advertise-client-urls={client}"));
                etcd.arg(format!("--listen-peer-urls={peer}")).args(["--unsafe-no-fsync", "--log-level=error"]);
                let mut server = Command::new("sh");
                server.args(["-c", ENDS_WITH_INPUT, "sh"]).arg(assets.join("kube-apiserver"));
                server.arg(format!("--etcd-servers={client}")).args(flags);
                Ok(vec![Started::new(etcd, &dir.join("etcd.log"))?, Started::new(server, &dir.join("server.log"))?])
            }
        }
    }
}

impl Started {
    fn new(mut command: Command, log: &Path) -> io::Result<Self> {
        let log = File::create(log)?;
        // A third less of processor time until it is ready, for a quarter more of memory.
        command.env("GOGC", "400");
        command.stdin(Stdio::piped()).stdout(log.try_clone()?).stderr(log);
        Ok(Self(command.spawn()?))
    }

    /// Returns how the program ended, if it did.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.0.try_wait().ok().flatten()
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        _ = self.0.wait();
    }
}
