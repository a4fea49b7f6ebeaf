//! The doorway to other programs: one program, looked for on the `PATH`, which sees nothing of the environment but what
//! is said here; and the programs that a kubeconfig names for credentials, which need the invoker's environment.
//!
//! What it prints is bounded, and so is how long it may be silent. Which program is run and what it says is the caller's
//! to know; no stage runs one.

use std::ffi::{OsStr, OsString};
use std::io::{self, BufReader, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::path::PathBuf;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::fs::variable;

/// How long a program may say nothing before it is taken for hung.
const PATIENCE: Duration = Duration::from_secs(60);

/// The most bytes of standard error that are kept.
const MOST_WORDS: usize = 16 << 10;

/// A program, with all that it shall see of the environment.
pub(super) struct Program {
    path: PathBuf,
    env: Vec<(OsString, OsString)>,
}

/// How a program ended, and what it said.
pub(super) struct Ended {
    /// Whether it ended with 0.
    pub(super) success: bool,
    /// Its standard output.
    pub(super) stdout: Vec<u8>,
    /// The beginning of its standard error.
    pub(super) stderr: String,
}

/// A program that a kubeconfig names, to be run as `kubectl` runs it but for the terminal, which it does not get.
pub(crate) struct Plugin<'a> {
    /// Its name, looked for on the `PATH`, or its path.
    pub(crate) command: &'a str,
    /// Its arguments.
    pub(crate) args: &'a [String],
    /// Variables beside those of this process.
    pub(crate) env: Vec<(String, String)>,
    /// How long it may take as a whole.
    pub(crate) patience: Duration,
}

impl Plugin<'_> {
    /// Runs the program to its end, and returns its standard output, none where it ends with an error. What it says on
    /// standard error is nobody's to see.
    ///
    /// One that is in no absolute directory of the `PATH` is not found; one that takes too long is ended, with
    /// [`io::ErrorKind::TimedOut`].
    pub(crate) fn run(&self, limit: usize) -> io::Result<Option<Vec<u8>>> {
        let path = if self.command.contains('/') {
            PathBuf::from(self.command)
        } else {
            Program::find(self.command).ok_or(io::ErrorKind::NotFound)?.path
        };
        let mut command = Command::new(path);
        // What starts programs by the files of the directory that one stands in is not to look into a project.
        command.current_dir("/").env_remove("PWD").env_remove("OLDPWD");
        for (name, _) in std::env::vars_os().filter(|(name, _)| is_secret(name)) {
            command.env_remove(name);
        }
        command.args(self.args).envs(self.env.iter().map(|(name, value)| (name, value))).stdout(Stdio::piped());
        let ended = to_the_end(&mut command, limit, Patience::Until(Instant::now() + self.patience))?;
        Ok(ended.success.then_some(ended.stdout))
    }
}

/// Tells whether a variable holds a secret that regcfg reads, which no program of the invoker's needs.
pub(super) fn is_secret(name: &OsStr) -> bool {
    const SECRETS: [&str; 2] = ["REGCFG_SECRET_", "SOPS_AGE_KEY"];
    name.to_str().is_some_and(|name| SECRETS.iter().any(|start| name.starts_with(start)))
}

/// How long a program is waited for.
#[derive(Clone, Copy)]
enum Patience {
    /// As long as it is never silent for this long.
    Silence(Duration),
    /// Until then, whatever it says.
    Until(Instant),
}

impl Patience {
    /// Returns how long is waited from now on.
    fn left(self) -> Timespec {
        let time = match self {
            Self::Silence(most) => most,
            Self::Until(end) => end.saturating_duration_since(Instant::now()),
        };
        Timespec { tv_sec: time.as_secs().try_into().unwrap_or(i64::MAX), tv_nsec: time.subsec_nanos().into() }
    }
}

/// A program that answers questions until it is dropped.
pub(super) struct Conversation {
    child: Child,
    questions: ChildStdin,
    answers: BufReader<Patient<ChildStdout>>,
}

impl Program {
    /// Finds a program in the absolute directories of the `PATH`; a relative one could be the project's own.
    pub(super) fn find(name: &str) -> Option<Self> {
        let all = variable("PATH").unwrap_or_default();
        let dirs: Vec<PathBuf> = std::env::split_paths(&all).filter(|dir| dir.is_absolute()).collect();
        let path = dirs.iter().map(|dir| dir.join(name)).find(|path| path.is_file())?;
        let kept = std::env::join_paths(dirs).unwrap_or_default();
        Some(Self { path, env: vec![("PATH".into(), kept)] })
    }

    /// Lets the program see a variable.
    #[must_use]
    pub(super) fn with_env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    /// Runs the program to its end; prints of more than `limit` bytes are an error.
    pub(super) fn run<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>, limit: usize) -> io::Result<Ended> {
        to_the_end(&mut self.command(args), limit, Patience::Silence(PATIENCE))
    }

    /// Starts the program and keeps it, to ask and to read what it answers.
    pub(super) fn converse<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> io::Result<Conversation> {
        let mut child = self.command(args).stdin(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(questions), Some(answers)) => {
                Ok(Conversation { child, questions, answers: BufReader::new(Patient(answers)) })
            }
            _ => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    fn command<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Command {
        let mut command = Command::new(&self.path);
        command.args(args).env_clear().envs(self.env.iter().map(|(name, value)| (name, value)));
        // Not in a directory of the project, where a loader or the program itself could find something.
        command.current_dir("/").stdout(Stdio::piped());
        command
    }
}

impl Conversation {
    /// Asks one line.
    pub(super) fn ask(&mut self, question: &str) -> io::Result<()> {
        writeln!(self.questions, "{question}")?;
        self.questions.flush()
    }

    /// Returns what the program answers.
    pub(super) fn answers(&mut self) -> &mut impl io::BufRead {
        &mut self.answers
    }
}

impl Drop for Conversation {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

/// Ends a program and waits for it, so that nothing of it is left. One that has ended already is no fault.
fn end(child: &mut Child) {
    let _gone_already = child.kill();
    let _nothing_to_tell = child.wait();
}

/// Runs a program that reads nothing to its end.
fn to_the_end(command: &mut Command, limit: usize, patience: Patience) -> io::Result<Ended> {
    let mut child = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    let (Some(out), Some(err)) = (child.stdout.take(), child.stderr.take()) else {
        return Err(io::ErrorKind::BrokenPipe.into());
    };
    match gather(out, err, limit, patience) {
        Ok((stdout, stderr)) => {
            let success = child.wait()?.success();
            Ok(Ended { success, stdout, stderr: String::from_utf8_lossy(&stderr).into_owned() })
        }
        Err(error) => {
            end(&mut child);
            Err(error)
        }
    }
}

/// Reads both streams until both end, so that neither can fill up and stop the program.
fn gather(
    mut out: ChildStdout,
    mut err: ChildStderr,
    limit: usize,
    patience: Patience,
) -> io::Result<(Vec<u8>, Vec<u8>)> {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let (mut is_out, mut is_err) = (true, true);
    let mut buffer = [0; 8192];
    while is_out || is_err {
        let open = [(is_out, out.as_fd()), (is_err, err.as_fd())];
        let ready = wait(open.map(|(is_open, stream)| is_open.then_some(stream)), patience)?;
        if ready[0] {
            let n_read = out.read(&mut buffer)?;
            is_out = n_read > 0;
            stdout.extend_from_slice(&buffer[..n_read]);
            if stdout.len() > limit {
                return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it prints too much"));
            }
        }
        if ready[1] {
            let n_read = err.read(&mut buffer)?;
            is_err = n_read > 0;
            let room = MOST_WORDS.saturating_sub(stderr.len()).min(n_read);
            stderr.extend_from_slice(&buffer[..room]);
        }
    }
    Ok((stdout, stderr))
}

/// Waits until one of the streams has something to read, or has ended, and says which have.
fn wait(streams: [Option<BorrowedFd<'_>>; 2], patience: Patience) -> io::Result<[bool; 2]> {
    let open: Vec<(usize, BorrowedFd<'_>)> =
        streams.into_iter().enumerate().filter_map(|(at, stream)| Some((at, stream?))).collect();
    let mut polled: Vec<PollFd<'_>> =
        open.iter().map(|(_, stream)| PollFd::from_borrowed_fd(*stream, PollFlags::IN)).collect();
    loop {
        match poll(&mut polled, Some(&patience.left())) {
            Ok(0) => return Err(io::Error::new(io::ErrorKind::TimedOut, "it does not answer")),
            Ok(_) => break,
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let mut ready = [false; 2];
    for ((at, _), polled) in open.iter().zip(&polled) {
        ready[*at] = !polled.revents().is_empty();
    }
    Ok(ready)
}

/// A stream that is not waited for without end.
struct Patient<S>(S);

impl<S: Read + AsFd> Read for Patient<S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        wait([Some(self.0.as_fd()), None], Patience::Silence(PATIENCE))?;
        self.0.read(buffer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_sees_nothing_of_the_environment_but_what_is_said() {
        let program = Program::find("env").unwrap().with_env("A", "b");
        let ended = program.run::<&str>([], 1 << 20).unwrap();
        let seen = String::from_utf8(ended.stdout).unwrap();
        let mut names: Vec<&str> = seen.lines().filter_map(|line| Some(line.split_once('=')?.0)).collect();
        names.sort_unstable();
        assert_eq!((ended.success, &*names), (true, &["A", "PATH"][..]), "{seen}");
    }

    #[test]
    fn what_a_program_prints_is_bounded_and_neither_stream_stops_it() {
        let program = Program::find("sh").unwrap();
        let noisy = "i=0; while [ $i -lt 3000 ]; do echo 0123456789012345678901234567890123456789 >&2; i=$((i+1)); done; echo done; exit 3";
        let ended = program.run(["-c", noisy], 100).unwrap();
        assert_eq!((ended.success, &*ended.stdout, ended.stderr.len()), (false, &b"done\n"[..], MOST_WORDS));
        let error = program.run(["-c", "while :; do echo 0123456789; done"], 100).err().unwrap();
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
    }

    #[test]
    fn a_plugin_has_the_environment_no_terminal_and_an_end() {
        let args = |script: &str| ["-c".to_owned(), script.to_owned()];
        let run = |script: &str| {
            let env = vec![("KUBERNETES_EXEC_INFO".to_owned(), "{}".to_owned())];
            Plugin { command: "sh", args: &args(script), env, patience: Duration::from_millis(500) }.run(1 << 10)
        };
        let said = run("read line; echo \"$line$KUBERNETES_EXEC_INFO${PATH:+ path} $(pwd)\"; echo secret >&2").unwrap();
        assert_eq!(said.as_deref(), Some(&b"{} path /\n"[..]));
        assert!(run("echo half; exit 1").unwrap().is_none());
        // It is never silent, and ended all the same.
        let error = run("while :; do echo; sleep 0.05; done").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        let absent = Plugin { command: "no-such-program", args: &[], env: vec![], patience: Duration::from_secs(1) };
        assert_eq!(absent.run(1).unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
