//! The doorway to a program that compares directories: the invoker's own, on his terminal, with what he set for it.
//!
//! Two directories are made for it that are its user's alone, and removed afterwards, also where it cannot be run, fails,
//! or a signal ends all. Which program that is, and what stands in the files, is the caller's to know.

use std::ffi::OsString;
use std::fs::{DirBuilder, OpenOptions};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::runtime::Builder;
use tokio::signal::unix::{Signal as Signals, SignalKind, signal};
use tokio::time::sleep;

use super::fs::variable;
use super::program::is_secret;

/// How long a program that is told to end may take for it.
const GRACE: Duration = Duration::from_secs(2);

/// A file of a directory: its name, one part of a path, and its text.
pub(crate) type NamedText<'t> = (&'t str, &'t str);

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// By itself, with this code.
    Code(i32),
    /// By a signal.
    Killed,
    /// Since the run was told to stop.
    Interrupted,
}

/// Runs a program with two directories, called `LIVE-…` and `MERGED-…`, before its arguments.
///
/// It sees the environment, but for secrets; its standard input is empty. Errors say nothing of what the files hold.
pub(crate) fn compare(
    program: &str,
    args: &[&str],
    live: &[NamedText<'_>],
    merged: &[NamedText<'_>],
) -> io::Result<Ended> {
    let program = find(program).ok_or_else(|| io::Error::from(ErrorKind::NotFound))?;
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        // Before anything is made: from here on no signal but the one that none survives leaves something behind.
        let mut stop = Stop::new()?;
        let live = Directory::of("LIVE", live)?;
        let merged = Directory::of("MERGED", merged)?;
        let mut command = Command::new(program);
        command.arg(&live.path).arg(&merged.path).args(args).stdin(Stdio::null());
        for (name, _) in std::env::vars_os().filter(|(name, _)| is_secret(name)) {
            command.env_remove(name);
        }
        let mut child = command.spawn()?;
        let ended = stop.wait(&mut child).await;
        if ended.is_err() {
            let _gone_already = child.kill();
            let _nothing_to_tell = child.wait();
        }
        ended
    })
}

/// Finds a program as shells do, but in the absolute directories of the `PATH` alone; a name with a slash is a path.
fn find(name: &str) -> Option<PathBuf> {
    if name.is_empty() || name.contains('/') {
        return (!name.is_empty()).then(|| name.into());
    }
    let all = variable("PATH")?;
    let dirs = std::env::split_paths(&all).filter(|dir| dir.is_absolute());
    dirs.map(|dir| dir.join(name)).find(|path| path.is_file())
}

/// What may tell a run to stop, and the end of a program.
struct Stop {
    ended: Signals,
    told: [Signals; 3],
}

impl Stop {
    fn new() -> io::Result<Self> {
        let told = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
        let [interrupt, terminate, hangup] = told.map(signal);
        Ok(Self { ended: signal(SignalKind::child())?, told: [interrupt?, terminate?, hangup?] })
    }

    /// Waits for a program, and ends it when the run is told to stop.
    async fn wait(&mut self, child: &mut Child) -> io::Result<Ended> {
        loop {
            if let Some(status) = child.try_wait()? {
                return Ok(status.code().map_or(Ended::Killed, Ended::Code));
            }
            let [interrupt, terminate, hangup] = &mut self.told;
            tokio::select! {
                _ = self.ended.recv() => {}
                _ = interrupt.recv() => break,
                _ = terminate.recv() => break,
                _ = hangup.recv() => break,
            }
        }
        kill_process(Pid::from_child(child), Signal::TERM)?;
        // A program that does not care for that is not asked twice.
        tokio::select! {
            () = sleep(GRACE) => child.kill()?,
            () = ended(child, &mut self.ended) => {}
        }
        child.wait()?;
        Ok(Ended::Interrupted)
    }
}

async fn ended(child: &mut Child, signals: &mut Signals) {
    while matches!(child.try_wait(), Ok(None)) {
        signals.recv().await;
    }
}

/// A directory for the time of one comparison.
struct Directory {
    path: PathBuf,
}

impl Directory {
    /// Makes a directory with files in it that only its user can read.
    fn of(called: &str, files: &[NamedText<'_>]) -> io::Result<Self> {
        let made = Self { path: make(&std::path::absolute(std::env::temp_dir())?, called)? };
        for (name, text) in files {
            let path = made.path.join(name);
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?.write_all(text.as_bytes())?;
        }
        Ok(made)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _nobody_else_can_read_it = std::fs::remove_dir_all(&self.path);
    }
}

/// Makes a directory of which nobody knew the name.
fn make(dir: &Path, called: &str) -> io::Result<PathBuf> {
    /// How many names are tried: others can only guess one of billions.
    const TRIES: usize = 16;
    let mut taken = io::Error::from(ErrorKind::AlreadyExists);
    for _ in 0..TRIES {
        let number = RandomState::new().hash_one(called) % 10_000_000_000;
        let mut name = OsString::from(called);
        name.push(format!("-{number}"));
        let path = dir.join(name);
        match DirBuilder::new().mode(0o700).create(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => taken = error,
            Err(error) => return Err(error),
        }
    }
    Err(taken)
}
