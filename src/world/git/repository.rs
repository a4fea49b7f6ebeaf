//! A Git repository, asked through the program `git`, with everything of the repository that could run or act switched
//! off.
//!
//! A repository is other people's: its configuration may name hooks, filters, monitors, pagers, remotes and further
//! files. So `git` sees no environment but a few variables set here, no configuration of system or user, and of the
//! repository's own nothing that could start a program; what is missing is not fetched. Only commands that read objects
//! are used, and none that touches the index or the working tree.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fmt;
use std::io::{self, BufRead, Read};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::world::ReadError;
use crate::world::fs::variable;
use crate::world::program::{Conversation, Ended, Program};
use crate::world::root::discover_root;

/// The bytes that `ls-tree` may print: the files of a very large repository.
const MOST_LISTED: usize = 256 << 20;

/// The bytes of an answer that is an id or a word.
const MOST_SAID: usize = 64 << 10;

/// What `git` is told before the command: no pager, no replaced objects, paths as they are, and over the repository's
/// own configuration whatever could run a program or reach a network.
const SWITCHES: &[&str] = &[
    "--no-pager",
    "--no-replace-objects",
    "--literal-pathspecs",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.sshCommand=false",
    "-c",
    "core.gitProxy=",
    "-c",
    "core.askPass=",
    "-c",
    "core.alternateRefsCommand=true",
    "-c",
    "core.attributesFile=/dev/null",
    "-c",
    "credential.helper=",
    "-c",
    "diff.external=",
    "-c",
    "protocol.allow=never",
    "-c",
    "submodule.recurse=false",
    "-c",
    "safe.bareRepository=explicit",
    "-c",
    "gc.auto=0",
    "-c",
    "maintenance.auto=false",
];

/// The environment of `git`, beside the `PATH`. Messages are compared, hence the locale; an empty list of protocols
/// allows none, and keeps a partial clone from fetching where `GIT_NO_LAZY_FETCH` is not known yet.
const ENVIRONMENT: &[(&str, &str)] = &[
    ("LC_ALL", "C"),
    ("GIT_CONFIG_NOSYSTEM", "1"),
    ("GIT_CONFIG_SYSTEM", "/dev/null"),
    ("GIT_CONFIG_GLOBAL", "/dev/null"),
    ("GIT_ATTR_NOSYSTEM", "1"),
    ("GIT_OPTIONAL_LOCKS", "0"),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("GIT_NO_LAZY_FETCH", "1"),
    ("GIT_ALLOW_PROTOCOL", ""),
    ("GIT_ADVICE", "0"),
    // A revision is what its objects say, and nothing that the clone puts in their place.
    ("GIT_GRAFT_FILE", "/dev/null"),
    ("GIT_NO_REPLACE_OBJECTS", "1"),
];

/// The repository around a directory.
pub struct Repository {
    git: Program,
    root: PathBuf,
    /// The directories that the user has told Git to trust whoever owns them; asked for only where that matters.
    trusted: Vec<String>,
}

/// A commit of a repository.
pub struct Revision<'r> {
    repository: &'r Repository,
    name: String,
    commit: String,
    reader: Mutex<Option<Conversation>>,
    /// The ids of what was asked for and is not in this clone.
    lacking: Mutex<BTreeSet<String>>,
}

/// Why a repository does not answer: what happened, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GitFault {
    /// What happened.
    pub message: String,
    /// What to do.
    pub help: String,
}

impl Repository {
    /// Finds the repository around a directory, and the program that reads it.
    pub fn around(dir: &Path) -> Result<Self, GitFault> {
        let shown = dir.display();
        let found = discover_root(dir).ok().and_then(|root| root.repository);
        let root = found.ok_or_else(|| {
            fault(
                format!("there is no Git repository around `{shown}`"),
                "name a directory of manifests to compare with, or run in a clone",
            )
        })?;
        let git = Program::find("git").ok_or_else(|| {
            fault("`git` is not on the `PATH`", "install Git, or name a directory of manifests to compare with")
        })?;
        let above = root.parent().unwrap_or(&root).to_owned();
        let git = git.with_env("GIT_CEILING_DIRECTORIES", above);
        let git = ENVIRONMENT.iter().fold(git, |git, (name, value)| git.with_env(*name, *value));
        let mut repository = Self { git, root, trusted: Vec::new() };
        let probe = repository.ask(&["rev-parse", "--git-dir"], MOST_SAID)?;
        if is_anothers(&probe) {
            repository.trusted = trusted();
        }
        Ok(repository)
    }

    /// Returns the repository's root.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Finds the commit that a revision names.
    pub fn revision(&self, name: &str) -> Result<Revision<'_>, GitFault> {
        check_name(name)?;
        let wanted = format!("{name}^{{commit}}");
        let ended = self.ask(&["rev-parse", "--verify", "--end-of-options", &wanted], MOST_SAID)?;
        let said = String::from_utf8_lossy(&ended.stdout);
        match said.trim() {
            commit if ended.success && is_id(commit) => {
                let (name, commit) = (name.to_owned(), commit.to_owned());
                Ok(Revision { repository: self, name, commit, reader: Mutex::default(), lacking: Mutex::default() })
            }
            _ => Err(self.no_revision(name, &ended)),
        }
    }

    fn no_revision(&self, name: &str, ended: &Ended) -> GitFault {
        if let Some(fault) = self.refusal(ended) {
            return fault;
        }
        let root = self.root.display();
        let is_shallow = self.ask(&["rev-parse", "--is-shallow-repository"], MOST_SAID);
        let is_shallow = is_shallow.is_ok_and(|ended| ended.stdout.starts_with(b"true"));
        let branch = name.strip_prefix("origin/").unwrap_or(name);
        // What is relative to a commit is reached by more history, all else by its own name.
        let is_relative = name.contains(['~', '^', '@']);
        let help = match (is_shallow, is_relative) {
            (true, true) => "this clone is shallow: run `git fetch --deepen=100`, or `git fetch --unshallow`".into(),
            (false, true) => "name a branch, a tag or a commit of this clone; `git log` shows them".into(),
            (true, false) => format!(
                "this clone is shallow: run `git fetch --depth=1 origin {branch}`, and compare with `FETCH_HEAD`"
            ),
            (false, false) => format!("run `git fetch origin {branch}`, and compare with `FETCH_HEAD`"),
        };
        fault(format!("`{name}` is neither a directory nor a commit of the repository `{root}`"), help)
    }

    /// Returns why Git reads nothing of this repository at all, if that is so.
    fn refusal(&self, ended: &Ended) -> Option<GitFault> {
        let root = self.root.display();
        if is_anothers(ended) {
            let message = format!("the repository `{root}` belongs to another user, and Git does not read it");
            let help = format!("if you trust it, run `git config --global --add safe.directory {root}`");
            return Some(fault(message, help));
        }
        let is_none = ended.stderr.contains("not a git repository");
        is_none.then(|| fault(format!("`{root}` is no Git repository"), "look at what `git -C` says there"))
    }

    fn ask(&self, command: &[&str], limit: usize) -> Result<Ended, GitFault> {
        self.git.run(self.arguments(command), limit).map_err(|error| self.broken(&error))
    }

    fn arguments<'a>(&'a self, command: &'a [&'a str]) -> impl Iterator<Item = &'a OsStr> {
        let trusted = self.trusted.iter().flat_map(|value| ["-c", value.as_str()]);
        let words = SWITCHES.iter().copied().chain(trusted).chain(command.iter().copied()).map(OsStr::new);
        [OsStr::new("-C"), self.root.as_os_str()].into_iter().chain(words)
    }

    fn broken(&self, error: &io::Error) -> GitFault {
        let message = format!("`git` does not answer about `{}`: {error}", self.root.display());
        fault(message, "run `git fsck` there, or name a directory of manifests to compare with")
    }
}

impl Revision<'_> {
    /// Returns what the user calls the revision.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the lines of `ls-tree` for all files whose path begins with a directory's; empty for the whole tree.
    pub(super) fn entries(&self, prefix: &str) -> Result<Vec<Vec<u8>>, GitFault> {
        let mut command = vec!["ls-tree", "-r", "-z", "--full-tree", &self.commit];
        if !prefix.is_empty() {
            command.extend(["--", prefix]);
        }
        let ended = self.repository.ask(&command, MOST_LISTED)?;
        if !ended.success {
            let fatal = ended.stderr.lines().find_map(|line| line.strip_prefix("fatal: "));
            let message =
                format!("the files of `{}` cannot be listed: {}", self.name, fatal.unwrap_or("no reason is given"));
            return Err(fault(message, MISSING));
        }
        Ok(ended.stdout.split(|byte| *byte == 0).filter(|line| !line.is_empty()).map(<[u8]>::to_vec).collect())
    }

    /// Returns the bytes of a blob, at most `limit`.
    pub(super) fn blob(&self, id: &str, limit: u64) -> Result<Vec<u8>, ReadError> {
        let mut reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        let asked = self.ask_blob(&mut reader, id, limit);
        if !matches!(asked, Ok(Ok(_))) {
            // It may have ended, or have an answer left that is not to be read; the next question gets a new one.
            *reader = None;
        }
        match asked {
            Ok(Err(ReadError::NotFound)) => {
                self.lacking.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_owned());
                Err(ReadError::Denied(format!("its content is not in this clone; {MISSING}")))
            }
            Ok(answer) => answer,
            Err(error) => Err(ReadError::Denied(format!("`git` does not answer: {error}"))),
        }
    }

    /// Says that content which was asked for is not in this clone; none where all of it was. `paths` are those of the ids.
    pub(super) fn lacking<'p>(&self, paths: impl Iterator<Item = (&'p str, &'p str)>) -> Option<GitFault> {
        let ids = self.lacking.lock().unwrap_or_else(PoisonError::into_inner);
        let mut lacking = paths.filter(|(_, id)| ids.contains(*id)).map(|(path, _)| path);
        let (first, more) = (lacking.next()?, lacking.count());
        let message = match more {
            0 => format!("the content of `{first}` in `{}` is not in this clone", self.name),
            more => format!("the content of `{first}` and {more} more files in `{}` is not in this clone", self.name),
        };
        Some(fault(message, MISSING))
    }

    /// Asks for a blob; `NotFound` where the repository does not have it.
    fn ask_blob(
        &self,
        reader: &mut Option<Conversation>,
        id: &str,
        limit: u64,
    ) -> io::Result<Result<Vec<u8>, ReadError>> {
        let Repository { git, .. } = self.repository;
        let reader = match reader {
            Some(reader) => reader,
            None => reader.insert(git.converse(self.repository.arguments(&["cat-file", "--batch"]))?),
        };
        reader.ask(id)?;
        let answers = reader.answers();
        // `ID TYPE SIZE`, the bytes and a line break; or `ID missing`.
        let mut head = String::new();
        if answers.by_ref().take(1024).read_line(&mut head)? == 0 {
            // It ends where it may not fetch what a partial clone lacks.
            return Ok(Err(ReadError::NotFound));
        }
        let mut words = head.trim_end().split(' ').skip(1);
        let (kind, size) = (words.next().unwrap_or_default(), words.next());
        let size = match (kind, size.and_then(|size| size.parse::<u64>().ok())) {
            ("missing", _) => return Ok(Err(ReadError::NotFound)),
            ("blob", Some(size)) => size,
            _ => return Err(io::Error::new(io::ErrorKind::InvalidData, "it answers something else")),
        };
        if size > limit {
            return Ok(Err(ReadError::TooLarge(limit)));
        }
        let mut bytes = vec![0; usize::try_from(size).unwrap_or_default() + 1];
        answers.read_exact(&mut bytes)?;
        bytes.pop();
        Ok(Ok(bytes))
    }
}

/// Refuses what no revision is called: a path, an option, more than one line.
pub fn check_name(name: &str) -> Result<(), GitFault> {
    if name.starts_with(['.', '/']) || name.ends_with('/') || name.contains("../") {
        return Err(fault(format!("there is no directory `{name}`"), "name a directory of manifests, or a revision"));
    }
    if name.is_empty() || name.starts_with('-') || name.contains(['\0', '\n', '\r']) {
        let message = format!("`{name}` is neither a directory nor a revision");
        return Err(fault(message, "name a branch, a tag or a commit, such as `origin/main`"));
    }
    Ok(())
}

/// Tells whether Git refuses a repository because of its owner.
fn is_anothers(ended: &Ended) -> bool {
    ended.stderr.contains("dubious ownership") || ended.stderr.contains("unsafe repository")
}

/// Returns what the configuration of user and system says under `safe.directory`, for `git -c`. It is read outside of any
/// repository, where only those two count, and nothing else of it is used.
fn trusted() -> Vec<String> {
    let Some(git) = Program::find("git") else { return Vec::new() };
    let git = git.with_env("LC_ALL", "C").with_env("GIT_DIR", "/dev/null");
    let homes = ["HOME", "XDG_CONFIG_HOME"].into_iter().filter_map(|name| Some((name, variable(name)?)));
    let git = homes.fold(git, |git, (name, value)| git.with_env(name, value));
    let said = git.run(["config", "--null", "--type=path", "--get-all", "safe.directory"], MOST_SAID);
    let said = said.map(|ended| ended.stdout).unwrap_or_default();
    let values = String::from_utf8_lossy(&said);
    values.split_terminator('\0').map(|value| format!("safe.directory={value}")).collect()
}

/// What to do where a clone has not all objects.
const MISSING: &str = "run `git fetch --refetch --no-filter` to have all of it";

impl fmt::Display for GitFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

fn fault(message: impl Into<String>, help: impl Into<String>) -> GitFault {
    GitFault { message: message.into(), help: help.into() }
}

fn is_id(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
