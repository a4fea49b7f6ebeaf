//! A run that is killed, or finds the disk full, at any system call that changes something leaves every cluster wholly
//! old or wholly new, and the next run heals what it left.
//!
//! `strace` kills the writer, or tells it that the disk is full, at each such call in turn. Two writers that do it wrong
//! prove that the harness would see it: one writes in place, one deletes before it renames.

#![expect(clippy::disallowed_methods, reason = "tests look at what was written")]

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use tempfile::TempDir;

/// What writes the clusters of a project into a directory, which is given last.
const WRITER: &[&str] = &["render", "--output-dir"];

/// The variable that turns this test's binary into a writer that does it wrong.
const SEEDED: &str = "REGCFG_TEST_SEEDED_WRITER";

/// System calls that can change a directory tree.
const MUTATING: &[&str] = &[
    "chmod",
    "fallocate",
    "fchmod",
    "fchmodat",
    "fdatasync",
    "fsync",
    "ftruncate",
    "link",
    "linkat",
    "mkdir",
    "mkdirat",
    "open",
    "openat",
    "pwrite64",
    "rename",
    "renameat",
    "renameat2",
    "rmdir",
    "symlink",
    "symlinkat",
    "truncate",
    "unlink",
    "unlinkat",
    "utimensat",
    "write",
    "writev",
];

/// The files of clusters, by cluster and name.
type Clusters = BTreeMap<String, BTreeMap<String, Vec<u8>>>;

#[derive(Clone, Copy, Debug)]
enum Writer {
    Regcfg,
    InPlace,
    DeleteThenRename,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    /// The process is killed instead of the call.
    Kill,
    /// The call finds the disk full, and those after it do not.
    Full,
    /// The call finds the disk full, and so does every later one of its name.
    StaysFull,
}

#[test]
fn every_cluster_is_old_or_new_after_a_fault_at_any_call() {
    if !has_strace() {
        return;
    }
    let start = Instant::now();
    let scene = Scene::new();
    let mut n_faults = 0;
    for is_fresh in [true, false] {
        for fault in [Fault::Kill, Fault::Full, Fault::StaysFull] {
            let (n_calls, wrong) = scene.break_everywhere(Writer::Regcfg, is_fresh, fault);
            assert_eq!(wrong, [""; 0], "{fault:?} over a {} tree", if is_fresh { "fresh" } else { "existing" });
            assert!(n_calls > 30, "only {n_calls} calls change anything: the harness has lost sight of them");
            n_faults += n_calls;
        }
    }
    println!("{n_faults} faults in {:.1} s", start.elapsed().as_secs_f32());
}

#[test]
fn the_harness_sees_a_writer_that_does_it_wrong() {
    if !has_strace() {
        return;
    }
    let scene = Scene::new();
    for writer in [Writer::InPlace, Writer::DeleteThenRename] {
        let (n_calls, wrong) = scene.break_everywhere(writer, false, Fault::Kill);
        assert!(!wrong.is_empty(), "{writer:?} passed {n_calls} kills");
    }
}

#[test]
fn everything_is_on_the_disk_before_it_is_put_in_place() {
    if !has_strace() {
        return;
    }
    let scene = Scene::new();
    let run = scene.run(Writer::Regcfg, false, None);
    let calls = run.calls();
    let nth = |wanted: &dyn Fn(&str) -> bool| calls.iter().position(|call| wanted(&call.text));
    let mut n_files = 0;
    for (at, call) in calls.iter().enumerate().filter(|(_, call)| call.name == "openat") {
        let (_, opened) = call.text.rsplit_once('<').expect("an opened file has a path");
        let path = opened.trim_end_matches('>');
        let staged = Path::new(path).parent().and_then(Path::file_name).and_then(OsStr::to_str).expect("a path");
        let synced = nth(&|text| text.starts_with("fsync") && text.contains(&format!("<{path}>")));
        let tree_synced = nth(&|text| text.starts_with("fsync") && text.contains(&format!("{staged}>)")));
        let placed = nth(&|text| text.starts_with("renameat") && text.contains(&format!("\"{staged}\"")));
        let order = [Some(at), synced, tree_synced, placed];
        assert!(order.iter().all(Option::is_some) && order.is_sorted(), "{path}: {order:?}");
        n_files += 1;
    }
    assert!(n_files >= 6, "{n_files} files");
    let removed = nth(&|text| text.starts_with("unlinkat")).expect("the old tree is removed");
    let placed = nth(&|text| text.starts_with("renameat2")).expect("a tree is exchanged");
    let synced = nth(&|text| text.starts_with("fsync") && text.contains(&format!("<{}>)", run.out().display())));
    assert!([Some(placed), synced, Some(removed)].is_sorted(), "the exchange is synced before the old tree goes");
}

#[test]
fn a_file_system_that_cannot_exchange_keeps_the_old_tree() {
    if !has_strace() {
        return;
    }
    let scene = Scene::new();
    for error in ["EINVAL", "ENOSYS", "EOPNOTSUPP"] {
        let run = Run::new(Some(&scene.old));
        let mut command = Command::new("strace");
        command.args(["-f", "-o"]).arg(run.log()).arg("-e").arg(format!("inject=renameat2:error={error}"));
        command.arg(env!("CARGO_BIN_EXE_regcfg")).args(WRITER).arg(run.out()).arg(&scene.new_project);
        let output = command.output().expect("strace runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(2) && said.contains("cannot exchange directories"), "{error}: {said}");
        assert_eq!(read_clusters(&run.out()), scene.old);
        assert_eq!(entries(&run.out()).len(), 3, "nothing is left beside it");
    }
}

#[test]
fn modes_do_not_depend_on_the_umask() {
    let scene = Scene::new();
    let run = Run::new(None);
    let mut command = Command::new("sh");
    command.args(["-c", "umask 077; exec \"$@\"", "sh", env!("CARGO_BIN_EXE_regcfg")]).args(WRITER).arg(run.out());
    assert!(command.arg(&scene.new_project).stderr(Stdio::null()).status().expect("a shell").success());
    let mode = |path: &Path| fs::metadata(path).expect("it was written").permissions().mode() & 0o777;
    for cluster in scene.new.keys() {
        let dir = run.out().join(cluster);
        assert_eq!(mode(&dir), 0o755);
        assert!(scene.new[cluster].keys().all(|file| mode(&dir.join(file)) == 0o644));
    }
}

/// Becomes a writer that does it wrong, when told to; a test only so that this binary can run itself.
#[test]
fn seeded_writer() {
    let Ok(told) = std::env::var(SEEDED) else { return };
    let [how, from, to] = &*told.split('\n').collect::<Vec<_>>() else { panic!("{told:?}") };
    let (from, to) = (Path::new(from), Path::new(to));
    for (cluster, files) in read_clusters(from) {
        let (place, staged) = (to.join(&cluster), to.join(format!(".regcfg-{cluster}.new")));
        let dir = if *how == "InPlace" { &place } else { &staged };
        fs::create_dir_all(dir).expect("a directory");
        for (file, bytes) in files {
            fs::write(dir.join(file), bytes).expect("a file");
        }
        if *how != "InPlace" {
            if place.exists() {
                fs::remove_dir_all(&place).expect("the old tree goes");
            }
            fs::rename(dir, &place).expect("the new tree comes");
        }
    }
}

/// Two versions of a project of three clusters, and what each renders.
struct Scene {
    _dir: TempDir,
    new_project: PathBuf,
    new_out: PathBuf,
    old: Clusters,
    new: Clusters,
}

impl Scene {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let project = |name: &str, schedule: &str, claim: &str| {
            let project = dir.path().join(name);
            fs::create_dir(&project).expect("a directory");
            for cluster in ["a", "b", "c"] {
                let spec = format!(
                    "apiVersion: regcfg.dev/v1alpha1\nkind: ClusterRegistry\nmetadata: {{name: {cluster}}}\nspec:\n  \
                     openshift: \"4.16\"\n  platform: baremetal\n  registry: {{replicas: 1, rolloutStrategy: Recreate}}\n  \
                     storage: {{pvc: {{claim: {claim}}}}}\n  pruner: {{schedule: \"{schedule}\"}}\n"
                );
                fs::write(project.join(format!("{cluster}.yaml")), spec).expect("a spec");
            }
            let out = dir.path().join(format!("{name}-out"));
            let mut render = Command::new(env!("CARGO_BIN_EXE_regcfg"));
            let run = render.args(WRITER).arg(&out).arg(&project).output().expect("the built binary runs");
            assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
            (project, out)
        };
        let (_, old_out) = project("old", "0 0 * * *", "old");
        let (new_project, new_out) = project("new", "0 2 * * *", "new");
        let (old, new) = (read_clusters(&old_out), read_clusters(&new_out));
        assert!(old.len() == 3 && old.iter().all(|(name, files)| new[name] != *files));
        Self { _dir: dir, new_project, new_out, old, new }
    }

    /// Runs a writer over a fresh or the old tree, with a fault at a call or with none.
    fn run(&self, writer: Writer, is_fresh: bool, fault: Option<(Fault, &Call)>) -> Run {
        let mut run = Run::new((!is_fresh).then_some(&self.old));
        let mut command = Command::new("strace");
        command
            .args(["-f", "-y", "-s", "4096", "-o"])
            .arg(run.log())
            .arg("-e")
            .arg(format!("trace={}", MUTATING.join(",")));
        if let Some((fault, call)) = fault {
            let what = if fault == Fault::Kill { "signal=SIGKILL" } else { "error=ENOSPC" };
            let when = format!("{}{}", call.nth, if fault == Fault::StaysFull { "+" } else { "" });
            command.arg("-e").arg(format!("inject={}:{what}:when={when}", call.name));
        }
        match writer {
            Writer::Regcfg => {
                command.arg(env!("CARGO_BIN_EXE_regcfg")).args(WRITER).arg(run.out()).arg(&self.new_project);
            }
            Writer::InPlace | Writer::DeleteThenRename => {
                let told = format!("{writer:?}\n{}\n{}", self.new_out.display(), run.out().display());
                command.arg(std::env::current_exe().expect("this binary")).env(SEEDED, told);
                command.args(["--exact", "seeded_writer", "--nocapture", "--test-threads=1"]);
            }
        }
        let output = command.stdin(Stdio::null()).output().expect("strace runs");
        run.status = Some(output.status);
        run.stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        run
    }

    /// Repeats a run with a fault at each call that changes something; returns how many there are, and what went wrong.
    fn break_everywhere(&self, writer: Writer, is_fresh: bool, fault: Fault) -> (usize, Vec<String>) {
        let whole = self.run(writer, is_fresh, None);
        assert!(whole.status.is_some_and(|status| status.success()), "{}", whole.stderr);
        assert_eq!(read_clusters(&whole.out()), self.new);
        let calls = whole.calls();
        let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
        let work = || {
            while let Some(call) = calls.get(next.fetch_add(1, Ordering::Relaxed)) {
                let run = self.run(writer, is_fresh, Some((fault, call)));
                if let Err(why) = self.judge(&run, writer, is_fresh, fault) {
                    let call: String = call.text.chars().take(120).collect();
                    wrong.lock().expect("no thread panics").push(format!("{call}: {why}"));
                }
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
                scope.spawn(work);
            }
        });
        (calls.len(), wrong.into_inner().expect("no thread panics"))
    }

    /// Says what is wrong with the tree after a run with a fault, and after the next run.
    fn judge(&self, run: &Run, writer: Writer, is_fresh: bool, fault: Fault) -> Result<(), String> {
        let (status, log) = (run.status.expect("it ran"), fs::read_to_string(run.log()).unwrap_or_default());
        match fault {
            Fault::Kill if status.signal() != Some(9) => return Err(format!("it was not killed: {status}")),
            Fault::Full | Fault::StaysFull if !log.contains("(INJECTED)") => return Err("it met no fault".into()),
            Fault::Full | Fault::StaysFull if status.code() != Some(2) => {
                return Err(format!("it ended with {status}"));
            }
            // Where it stays full, standard error may be full, too.
            Fault::Full if !run.stderr.contains("No space left") => return Err(format!("it said {:?}", run.stderr)),
            _ => {}
        }
        let found = read_clusters(&run.out());
        for name in self.new.keys() {
            let is_old = if is_fresh { !found.contains_key(name) } else { found.get(name) == self.old.get(name) };
            if !is_old && found.get(name) != self.new.get(name) {
                let files: Vec<_> = found.get(name).map(|files| files.keys().collect()).unwrap_or_default();
                return Err(format!("cluster {name} is neither old nor new, with the files {files:?}"));
            }
        }
        if !matches!(writer, Writer::Regcfg) {
            return Ok(());
        }
        let mut next = Command::new(env!("CARGO_BIN_EXE_regcfg"));
        let next = next.args(WRITER).arg(run.out()).arg(&self.new_project).output().expect("the built binary runs");
        if !next.status.success() {
            return Err(format!("the next run fails: {}", String::from_utf8_lossy(&next.stderr)));
        }
        if read_clusters(&run.out()) != self.new || entries(&run.out()).len() != self.new.len() {
            return Err(format!("the next run leaves {:?}", entries(&run.out())));
        }
        Ok(())
    }
}

/// A run of a writer, in a directory of its own.
struct Run {
    dir: TempDir,
    status: Option<ExitStatus>,
    stderr: String,
}

/// A call that changes something in the output directory.
struct Call {
    name: String,
    /// Which of the process's calls of this name it is, from 1.
    nth: usize,
    text: String,
}

impl Run {
    fn new(tree: Option<&Clusters>) -> Self {
        let run = Self { dir: tempfile::tempdir().expect("a directory"), status: None, stderr: String::new() };
        for (cluster, files) in tree.into_iter().flatten() {
            let dir = run.out().join(cluster);
            fs::create_dir_all(&dir).expect("a directory");
            for (file, bytes) in files {
                fs::write(dir.join(file), bytes).expect("a file");
            }
        }
        run
    }

    fn out(&self) -> PathBuf {
        self.dir.path().join("out")
    }

    fn log(&self) -> PathBuf {
        self.dir.path().join("strace")
    }

    /// Returns the calls of the log that change something in the output directory.
    fn calls(&self) -> Vec<Call> {
        let out = self.out().display().to_string();
        let mut n_called: BTreeMap<(String, String), usize> = BTreeMap::new();
        let mut calls = Vec::new();
        for line in fs::read_to_string(self.log()).expect("strace wrote a log").lines() {
            // `PID  name(arguments) = result`
            let Some((pid, text)) = line.split_once(' ') else { continue };
            let Some((name, arguments)) = text.trim_start().split_once('(') else { continue };
            let nth = n_called.entry((pid.to_owned(), name.to_owned())).or_default();
            *nth += 1;
            let opens_to_read = name.starts_with("open")
                && !["O_CREAT", "O_TRUNC", "O_WRONLY", "O_RDWR"].iter().any(|flag| arguments.contains(flag));
            // What is written to the terminal may name the directory, too.
            let (target, _) = arguments.split_once('>').unwrap_or((arguments, ""));
            let inside = if name.starts_with("write") { target } else { arguments }.contains(&out);
            if inside && !opens_to_read {
                calls.push(Call { name: name.to_owned(), nth: *nth, text: text.trim_start().to_owned() });
            }
        }
        calls
    }
}

#[expect(clippy::print_stdout, reason = "a test that is skipped says so")]
fn has_strace() -> bool {
    let answers = Command::new("strace").args(["-o", "/dev/null", "true"]).stderr(Stdio::null()).status();
    let has = answers.is_ok_and(|status| status.success());
    if !has {
        println!("skipped: there is no `strace` here that may trace");
    }
    has
}

fn entries(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

/// Reads every cluster's files; what is hidden is no cluster.
fn read_clusters(out: &Path) -> Clusters {
    let files = |dir: &Path| {
        let read = |file: String| (file.clone(), fs::read(dir.join(file)).expect("a file"));
        entries(dir).into_iter().map(read).collect()
    };
    let clusters = entries(out).into_iter().filter(|name| !name.starts_with('.'));
    clusters.map(|name| (name.clone(), files(&out.join(name)))).collect()
}
