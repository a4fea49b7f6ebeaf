//! Runs the built binary with nothing from outside: an empty environment, its own HOME and directory, and a deadline.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How long a run may take before it counts as hanging.
const DEADLINE: Duration = Duration::from_secs(60);

/// A directory of its own to run in, removed afterwards.
pub(crate) struct Sandbox {
    root: TempDir,
}

/// What a run left on its streams, and how it ended.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) exit: String,
}

impl Sandbox {
    pub(crate) fn new() -> Self {
        let root = tempfile::tempdir().expect("a temporary directory");
        for dir in ["cwd", "home"] {
            fs::create_dir(root.path().join(dir)).expect("a directory in a new one");
        }
        Self { root }
    }

    /// Returns the directory that the binary runs in.
    pub(crate) fn cwd(&self) -> PathBuf {
        self.root.path().join("cwd")
    }

    /// Writes a file below the directory.
    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.cwd().join(path);
        fs::create_dir_all(path.parent().expect("a file is in a directory")).expect("a directory");
        fs::write(path, text).expect("a file");
    }

    /// Returns the binary, ready to run in this directory.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_regcfg"));
        command.env_clear().env("HOME", self.root.path().join("home")).current_dir(self.cwd()).stdin(Stdio::null());
        // What `tests/mutation.rs` switches off; a binary without the feature does not look at it.
        command.envs(std::env::var_os("REGCFG_MUTANT").map(|part| ("REGCFG_MUTANT", part)));
        command
    }

    /// Runs the binary with arguments.
    pub(crate) fn run<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> Run {
        let mut command = self.command();
        command.args(args);
        self.finish(command)
    }

    /// Runs a command to its end. Streams go to files, so that a run that prints much cannot wait for a reader.
    pub(crate) fn finish(&self, mut command: Command) -> Run {
        let [out, err] = ["stdout", "stderr"].map(|name| self.root.path().join(name));
        let create = |path: &Path| File::create(path).expect("a file in a new directory");
        command.stdout(create(&out)).stderr(create(&err));
        let status = wait(command.spawn().expect("the built binary runs"));
        let read = |path: &Path| {
            let text = String::from_utf8_lossy(&fs::read(path).expect("a stream's file")).into_owned();
            self.normalised(&text)
        };
        Run { stdout: read(&out), stderr: read(&err), exit: ending(status) }
    }

    /// Replaces what differs from machine to machine and from version to version.
    fn normalised(&self, text: &str) -> String {
        let version = env!("CARGO_PKG_VERSION");
        text.replace(&self.cwd().display().to_string(), "[CWD]")
            .replace(&format!("regcfg {version}"), "regcfg [VERSION]")
            .replace(&format!("\"regcfg\": \"{version}\""), "\"regcfg\": \"[VERSION]\"")
            .replace(&format!("\"version\": \"{version}\""), "\"version\": \"[VERSION]\"")
    }
}

/// Waits for a process, and ends it at the deadline; `None` says that it hung.
fn wait(mut child: Child) -> Option<ExitStatus> {
    let start = Instant::now();
    while start.elapsed() < DEADLINE {
        if let Some(status) = child.try_wait().expect("a child can be waited for") {
            return Some(status);
        }
        thread::sleep(Duration::from_millis(1));
    }
    child.kill().and_then(|()| child.wait()).expect("a child can be ended");
    None
}

fn ending(status: Option<ExitStatus>) -> String {
    match status.map(|status| status.code()) {
        Some(Some(code)) => code.to_string(),
        Some(None) => "ended by a signal".into(),
        None => "hung".into(),
    }
}
