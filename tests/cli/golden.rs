//! Golden cases: `tests/golden/<command>/<what-happens>/`, each a folder with
//!
//! - `args`: a line per run, its words separated by spaces, `'…'` around words with spaces;
//! - `input/`: what is in the directory at first; `stdin` and `env` (lines `NAME=value`), where a case needs them;
//! - `expected/exit`: a line per run; `expected/stdout`, `expected/stderr`: of all runs, absent where empty;
//! - `expected/files/`: files that the runs made or changed.
//!
//! Anything else in a case is an expectation that nobody reads, and fails.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use similar::TextDiff;

use crate::sandbox::Sandbox;
use crate::words::words;

/// Files by path below a directory: what is expected of a run, or what it did.
type Files = BTreeMap<String, Vec<u8>>;

#[test]
fn golden_cases() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let wanted = std::env::var("GOLDEN").unwrap_or_default();
    let cases: Vec<PathBuf> = dirs(&root).iter().flat_map(|command| dirs(command)).collect();
    let cases: Vec<&Path> =
        cases.iter().map(PathBuf::as_path).filter(|case| case.to_string_lossy().contains(&wanted)).collect();
    assert!(!cases.is_empty(), "no case matches GOLDEN={wanted}");

    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    let failures = in_parallel(&cases, |case| check(case, update));
    let mut report = String::new();
    for (case, failure) in cases.iter().zip(failures) {
        if let Err(failure) = failure {
            let name = case.strip_prefix(&root).unwrap_or(case).display();
            let _infallible = write!(report, "\n--- {name}\n{failure}");
        }
    }
    assert!(
        report.is_empty(),
        "{report}\nread the differences, then rewrite with: UPDATE_GOLDEN=1 cargo test --test cli"
    );
}

#[test]
fn each_command_folder_holds_only_cases() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let known: Vec<String> =
        regcfg::cli::command().get_subcommands().map(|command| command.get_name().into()).collect();
    for entry in entries(&root) {
        let name = file_name(&entry);
        assert!(name == "usage" || known.contains(&name), "tests/golden/{name} is no command");
        for case in entries(&entry) {
            assert!(case.join("args").is_file(), "{} has no `args`", case.display());
        }
    }
}

pub(crate) fn in_parallel<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let n_threads = thread::available_parallelism().map_or(2, usize::from).min(items.len().max(1));
    let mut done: Vec<(usize, R)> = thread::scope(|scope| {
        let claim = || {
            let claimed = std::iter::from_fn(|| {
                let at = next.fetch_add(1, Ordering::Relaxed);
                items.get(at).map(|item| (at, work(item)))
            });
            claimed.collect::<Vec<_>>()
        };
        let threads: Vec<_> = (0..n_threads).map(|_| scope.spawn(claim)).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("a case reports, and does not panic")).collect()
    });
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

/// Runs a case, and says how it differs from what is expected.
fn check(case: &Path, update: bool) -> Result<(), String> {
    for entry in entries(case) {
        let name = file_name(&entry);
        if !["args", "input", "env", "stdin", "expected"].contains(&&*name) {
            return Err(format!("nobody reads `{name}`\n"));
        }
    }
    let actual = run(case)?;
    let dir = case.join("expected");
    if update {
        return rewrite(&dir, &actual).map_err(|error| format!("cannot rewrite it: {error}\n"));
    }
    let expected = read_files(&dir);
    for name in expected.keys() {
        if !["exit", "stdout", "stderr"].contains(&&**name) && !name.starts_with("files/") {
            return Err(format!("nobody reads `expected/{name}`\n"));
        }
    }
    let differences = differences(&expected, &actual);
    if differences.is_empty() { Ok(()) } else { Err(differences) }
}

/// Runs the lines of `args` one after the other, and returns what is to be expected of them.
fn run(case: &Path) -> Result<Files, String> {
    let sandbox = Sandbox::new();
    let input = read_files(&case.join("input"));
    copy(&case.join("input"), &sandbox.cwd()).map_err(|error| format!("cannot copy the input: {error}\n"))?;
    let text = |name: &str| fs::read_to_string(case.join(name)).unwrap_or_default();
    let env = text("env");
    let (mut stdout, mut stderr, mut exit) = (String::new(), String::new(), String::new());
    for line in text("args").lines() {
        let mut command = sandbox.command();
        command.args(words(line)).envs(env.lines().filter_map(|line| line.split_once('=')));
        if let Ok(stdin) = File::open(case.join("stdin")) {
            command.stdin(stdin);
        }
        let run = sandbox.finish(command);
        stdout += &run.stdout;
        stderr += &run.stderr;
        exit.extend([&*run.exit, "\n"]);
    }
    let streams = [("exit", exit), ("stdout", stdout), ("stderr", stderr)];
    let mut actual: Files = streams
        .into_iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(name, text)| (name.into(), text.into_bytes()))
        .collect();
    let left = read_files(&sandbox.cwd());
    for (path, bytes) in &left {
        if input.get(path) != Some(bytes) {
            actual.insert(format!("files/{path}"), bytes.clone());
        }
    }
    for path in input.keys().filter(|path| !left.contains_key(*path)) {
        actual.insert(format!("files/{path} (removed)"), Vec::new());
    }
    Ok(actual)
}

fn differences(expected: &Files, actual: &Files) -> String {
    let mut shown = String::new();
    let names: std::collections::BTreeSet<&String> = expected.keys().chain(actual.keys()).collect();
    for name in names {
        let text = |files: &Files| String::from_utf8_lossy(files.get(name).map_or(&[], Vec::as_slice)).into_owned();
        let (before, after) = (text(expected), text(actual));
        if before != after {
            let diff = TextDiff::from_lines(&before, &after);
            let mut diff = diff.unified_diff();
            let _infallible = write!(shown, "{}", diff.header(&format!("expected/{name}"), "actual"));
        } else if expected.contains_key(name) != actual.contains_key(name) {
            let _infallible = writeln!(shown, "expected/{name}: empty on one side and absent on the other");
        }
    }
    shown
}

fn rewrite(dir: &Path, actual: &Files) -> std::io::Result<()> {
    if dir.exists() {
        fs::remove_dir_all(dir)?;
    }
    for (name, bytes) in actual {
        let path = dir.join(name);
        fs::create_dir_all(path.parent().unwrap_or(dir))?;
        fs::write(path, bytes)?;
    }
    Ok(())
}

/// Copies a directory as it is: links stay links, modes stay.
fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    for entry in entries(from) {
        let target = to.join(file_name(&entry));
        let kind = entry.symlink_metadata()?.file_type();
        if kind.is_symlink() {
            std::os::unix::fs::symlink(entry.read_link()?, target)?;
        } else if kind.is_dir() {
            fs::create_dir(&target)?;
            copy(&entry, &target)?;
        } else {
            fs::copy(&entry, target)?;
        }
    }
    Ok(())
}

/// Reads every file below a directory; a link is read as the text of where it leads.
fn read_files(dir: &Path) -> Files {
    let mut files = Files::new();
    for entry in entries(dir) {
        let name = file_name(&entry);
        if let Ok(target) = entry.read_link() {
            files.insert(name, format!("link to {}\n", target.display()).into_bytes());
        } else if entry.is_dir() {
            files.extend(read_files(&entry).into_iter().map(|(below, bytes)| (format!("{name}/{below}"), bytes)));
        } else {
            files.insert(name, fs::read(&entry).unwrap_or_default());
        }
    }
    files
}

fn dirs(dir: &Path) -> Vec<PathBuf> {
    entries(dir).into_iter().filter(|entry| entry.is_dir()).collect()
}

/// Lists a directory by name; one that does not exist is empty.
fn entries(dir: &Path) -> Vec<PathBuf> {
    let listed = fs::read_dir(dir).into_iter().flatten();
    let mut entries: Vec<PathBuf> = listed.filter_map(|entry| Some(entry.ok()?.path())).collect();
    entries.sort();
    entries
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
